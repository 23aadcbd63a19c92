"""Project files and clipboard texts with something wrong in them, each made from a seed."""

from __future__ import annotations

import copy
import json
import math
from collections.abc import Callable
from functools import cache
from random import Random
from typing import Any

from nnstudio.assets import asset
from nnstudio.project import fragment
from nnstudio.project.presets import preset, preset_names
from tests.robustness import large
from tests.robustness.hostile import EXPRESSIONS, VALUES

Json = Any
Place = tuple[Any, Any]
"""A record or list, and the key or index of one value in it."""

HUGE: tuple[Json, ...] = (
    *(0, -1, 1, 2**31, 2**63, -(2**63), 10**15, 10**16, 10**300, 1e308, 5e-324, -0.0, 0.5),
    *(math.inf, -math.inf, math.nan, True, None, "", " ", "None", "auto", "x" * 30_000),
    *("\x00", "\ud800", "a\nb", "é", "０", "__class__", "self", "class", "torch", "N", "i"),
    *([], {}, [[]], [None], [1, [2, [3]]], {"expr": "1"}, {"expr": "nobody"}, {"expr": 3}),
    *({"expr": "i"}, {"other": 1}, [1] * 5000, ["N"], "n0", "n0.output", list(range(-2, 3))),
)


@cache
def _texts() -> dict[str, str]:
    """The text of every preset."""
    return {
        name: asset("presets", f"{name}.nns").read_text(encoding="utf-8") for name in preset_names()
    }


def places(data: Json) -> list[Place]:
    """Every value inside, with what holds it."""
    found: list[Place] = []
    stack = [data]
    while stack:
        holder = stack.pop()
        if isinstance(holder, dict):
            items = list(holder.items())
        elif isinstance(holder, list):
            items = list(enumerate(holder))
        else:
            continue
        found += [(holder, key) for key, _ in items]
        stack += [value for _, value in items]
    return found


# -- what is done to a file ------------------------------------------------------------------------


def drop(data: Json, random: Random) -> None:
    """Leave a value out."""
    holder, key = random.choice(places(data))
    del holder[key]


def duplicate(data: Json, random: Random) -> None:
    """Have an element of a list twice, or a value under two keys."""
    holder, key = random.choice(places(data))
    if isinstance(holder, list):
        holder.insert(random.randrange(len(holder) + 1), copy.deepcopy(holder[key]))
    else:
        holder[random.choice(list(holder))] = copy.deepcopy(holder[key])


def swap(data: Json, random: Random) -> None:
    """Exchange two values that lie anywhere."""
    (one, k), (two, m) = random.choice(places(data)), random.choice(places(data))
    first, second = copy.deepcopy(one[k]), copy.deepcopy(two[m])
    one[k], two[m] = second, first


def swap_alike(data: Json, random: Random) -> None:
    """Exchange two values of one key: types, ids, parameters, wires."""
    named = [(holder, key) for holder, key in places(data) if isinstance(key, str)]
    _, key = random.choice(named)
    alike = [place for place in named if place[1] == key]
    (one, _), (two, _) = random.choice(alike), random.choice(alike)
    one[key], two[key] = copy.deepcopy(two[key]), copy.deepcopy(one[key])


def rename(data: Json, random: Random) -> None:
    """Another key, or a key of elsewhere."""
    named = [(holder, key) for holder, key in places(data) if isinstance(key, str)]
    holder, key = random.choice(named)
    holder[random.choice(named)[1]] = holder.pop(key)


def replace(data: Json, random: Random) -> None:
    """A value of another kind, or of no sense."""
    holder, key = random.choice(places(data))
    holder[key] = copy.deepcopy(random.choice(HUGE))


def number(data: Json, random: Random) -> None:
    """A number of another size."""
    numbers = [
        (holder, key)
        for holder, key in places(data)
        if isinstance(holder[key], int | float) and key != "version"
    ]
    if numbers:
        holder, key = random.choice(numbers)
        sizes = [0, -1, 1, 2, 3, 5, 7, 8, 12, 64, 100, 4096, 4097, 10**6, 10**9, 10**15]
        holder[key] = type(holder[key])(random.choice(sizes))


def expression(data: Json, random: Random) -> None:
    """An expression of the hostile kind where one can stand, or where none can."""
    text = random.choice(random.choice([EXPRESSIONS, VALUES]))
    nodes = [n for b in _blocks(data) for n in b.get("nodes", []) if isinstance(n, dict)]
    choice = random.randrange(6)
    if choice < 3 and nodes:
        node = random.choice(nodes)
        params = node.setdefault("params", {})
        if choice == 0 and isinstance(params, dict) and params:
            params[random.choice(list(params))] = {"expr": text}
        elif choice == 1:
            node["when"] = text
        else:
            kind = random.choice(["ModuleList", "Sequential", "inline", "shared"])
            node["repeat"] = {"count": {"expr": text}, "kind": kind}
    elif choice == 3 and _blocks(data):
        found = random.choice(_blocks(data)).setdefault("locals", [])
        found.append({"name": f"local{len(found)}", "value": text})
    elif choice == 4 and _blocks(data):
        found = random.choice(_blocks(data)).setdefault("requirements", [])
        found.append({"condition": text, "sentence": "must hold"})
    else:
        texts = [
            (holder, key)
            for holder, key in places(data)
            if isinstance(holder[key], str) and key in ("expr", "value", "condition", "when")
        ]
        if texts:
            holder, key = random.choice(texts)
            holder[key] = text


def wires(data: Json, random: Random) -> None:
    """A wire that goes elsewhere: to itself, in a circle, to a port that is not there."""
    for block in random.sample(_blocks(data), len(_blocks(data))):
        edges, nodes = block.get("edges"), block.get("nodes")
        if not isinstance(edges, list) or not isinstance(nodes, list) or not edges or not nodes:
            continue
        ends = [end for edge in edges if isinstance(edge, list) for end in edge]
        ends += ["nobody.output", "n.", ".input", "a.b.c", f"{nodes[0]}.input.10000000000"]
        ends += [f"{end}.{k}" for end in ends[:3] for k in (0, 7, 10**12, "²", "-1")]
        edge = random.choice(edges)
        if random.random() < 0.6:
            edge[0] = random.choice(edges)[0]
        else:
            edge[:] = [random.choice(ends), random.choice(ends)]
        return


def references(data: Json, random: Random) -> None:
    """Nodes that share, groups that lie in each other, blocks that contain themselves."""
    for block in random.sample(_blocks(data), len(_blocks(data))):
        nodes = [n for n in block.get("nodes", []) if isinstance(n, dict) and "id" in n]
        if not nodes:
            continue
        node, other = random.choice(nodes), random.choice(nodes)
        groups = block.setdefault("groups", [])
        match random.randrange(5):
            case 0:
                node["shares"] = other["id"]
            case 1 if isinstance(groups, list):
                kind = random.choice(["frame", "Sequential", "ModuleList", "ModuleDict"])
                groups += [
                    {"id": "ga", "name": "ga", "kind": kind, "parent": "gb"},
                    {"id": "gb", "name": "gb", "kind": kind},
                ]
                node["group"] = "ga"
                if random.random() < 0.3:
                    groups[-1]["parent"] = "ga"
            case 2:
                node["type"] = random.choice(_blocks(data)).get("name", "Net")
            case 3:
                ends = [f"{n['id']}.{random.choice(['weight', 'bias'])}" for n in (node, other)]
                block.setdefault("ties", []).append(ends)
            case _:
                node["id"] = other["id"]
        return


def deepen(data: Json, random: Random) -> None:
    """Lists or records in each other, a hundred times or thousands."""
    holder, key = random.choice(places(data))
    for _ in range(random.choice([3, 9, 100, 3000])):
        holder[key] = [holder[key]] if random.random() < 0.9 else {"expr": holder[key]}


def layer(data: Json, random: Random) -> None:
    """Another layer or another repetition where a layer is."""
    nodes = [n for b in _blocks(data) for n in b.get("nodes", []) if isinstance(n, dict)]
    if nodes:
        node = random.choice(nodes)
        if random.random() < 0.7:
            alike = [n for n in nodes if "input" in str(n) or not n.get("params")]
            other = random.choice([{"type": name} for name in SIMPLE] + alike)
            node["type"] = other["type"]
            node["params"] = copy.deepcopy(other.get("params", {}))
        else:
            kind = random.choice(["ModuleList", "Sequential", "inline", "shared"])
            node["repeat"] = {"count": random.choice([0, 1, 3, 4096, 10**9]), "kind": kind}


def parameter(data: Json, random: Random) -> None:
    """A parameter of a layer, or a value of the model, as somebody might set it."""
    found = [(holder, key) for holder, key in places(data) if key in ("params", "values")]
    records = [holder[key] for holder, key in found if isinstance(holder[key], dict)]
    record = random.choice([record for record in records if record])
    name = random.choice(list(record))
    known = [other[name] for other in records if name in other]
    plain = [0, 1, 2, 3, 5, 8, 64, -1, 0.5, 1.5, True, False, None, [2, 3], [1, 2, 3], [], "same"]
    alike = [value for value in plain if type(value) is type(record[name])]
    record[name] = copy.deepcopy(random.choice(random.choice([known, alike or plain, plain])))


def condition(data: Json, random: Random) -> None:
    """A condition, a repetition or a shared module where there was none."""
    block = random.choice(_blocks(data))
    names = [p["name"] for p in block.get("parameters", [])]
    nodes = block["nodes"]
    node = random.choice(nodes)
    name = random.choice([*names, "1"])
    match random.randrange(4):
        case 0:
            node["when"] = random.choice(["0", "1", f"{name} > 2", f"not {name}", f"{name} == 1"])
        case 1:
            kind = random.choice(["ModuleList", "Sequential", "inline", "shared"])
            count = random.choice([0, 1, 2, 5, {"expr": name}, {"expr": f"len({name})"}])
            node["repeat"] = {"count": count, "kind": kind}
        case 2:
            alike = [other["id"] for other in nodes if other["type"] == node["type"]]
            node["shares"] = random.choice(alike)
        case _:
            nodes.insert(random.randrange(len(nodes)), nodes.pop(random.randrange(len(nodes))))


def _blocks(data: Json) -> list[Json]:
    found = data.get("blocks") if isinstance(data, dict) else None
    return [b for b in found if isinstance(b, dict)] if isinstance(found, list) else []


SIMPLE = ("ReLU", "GELU", "Identity", "Dropout", "Flatten", "Softmax", "LSTM", "Abs", "Nothing")

MUTATIONS: tuple[Callable[[Json, Random], None], ...] = (
    *(drop, duplicate, swap, swap_alike, rename, replace, number, number, expression, expression),
    *(wires, references, deepen, layer, layer),
)


GENTLE = (parameter, parameter, parameter, condition, condition, number, expression, layer, wires)
"""What leaves a file that can mostly be read."""


def mutated(text: str, random: Random) -> str:
    """A text of JSON with one to four things done to it."""
    data = json.loads(text)
    chosen = GENTLE if random.random() < 0.6 else MUTATIONS
    for _ in range(random.choice([1, 1, 2, 3, 4])):
        try:
            random.choice(chosen)(data, random)
        except (TypeError, AttributeError, LookupError, ValueError, RecursionError):
            continue  # what the one before has left is not what this one is for
    try:
        written = json.dumps(data)
    except RecursionError:  # a number of levels that json cannot write can still be read
        written = '{"blocks": ' + "[" * 100_000
    return cut(written, random) if random.random() < 0.05 else written


def cut(text: str, random: Random) -> str:
    """A text that ends too early, or has a letter in a wrong place."""
    at = random.randrange(len(text))
    return (
        text[:at] if random.random() < 0.5 else f"{text[:at]}{random.choice('[]{}:,')}{text[at:]}"
    )


# -- the three kinds of cases ----------------------------------------------------------------------


def preset_text(random: Random) -> str:
    """A preset that was mutated."""
    return mutated(_texts()[random.choice(list(_texts()))], random)


def hostile_text(random: Random) -> str:
    """A small model with hostile expressions at every place where one can stand, by chance."""
    texts = [random.choice(EXPRESSIONS) for _ in range(8)]
    if random.random() < 0.5:  # such a text alone, so that nothing else is refused before
        texts = [random.choice(["1", "8", "p", "max(p, 4)"]) for _ in texts]
        texts[random.randrange(8)] = random.choice(random.choice([EXPRESSIONS, VALUES]))
    kind = random.choice(["ModuleList", "Sequential", "inline", "shared"])
    nodes: list[Json] = [
        large.linear(params={"out_features": {"expr": texts[0]}}),
        large.linear(when=texts[1]),
        large.linear(repeat={"count": {"expr": texts[2]}, "kind": kind}),
        {"type": "Reshape", "params": {"shape": ["N", {"expr": texts[3]}]}, "name": ""},
        {"type": "B0", "params": {"q": {"expr": texts[4]}}},
    ]
    random.shuffle(nodes)
    inner = large.chain("B0", [large.linear()], parameters=[{"name": "q", "default": 1}])
    root = large.chain(
        "Net",
        nodes[: random.randrange(1, 6)],
        parameters=[{"name": "p", "type": "int", "default": 8}],
        locals=[{"name": "known", "value": texts[5]}],
        requirements=[{"condition": texts[6], "sentence": "must hold"}],
    )
    root["nodes"][0] = {**large.INPUT, "params": {"shape": ["N", {"expr": texts[7]}]}}
    for name in random.sample(["locals", "requirements"], random.randrange(3)):
        del root[name]
    if random.random() < 0.5:
        root["nodes"][0] = large.INPUT
    data = large.file("Net", inner, root)
    return mutated(json.dumps(data), random) if random.random() < 0.2 else json.dumps(data)


def clipboard_text(random: Random) -> str:
    """Some nodes of a preset as they are copied, mutated."""
    project = preset(random.choice(preset_names()))
    block = random.choice(project.blocks)
    ids = [node.id for node in block.graph.nodes]
    chosen = random.sample(ids, random.randrange(1, len(ids) + 1))
    return mutated(fragment.copy(project, block.name, chosen), random)
