"""Files that are small and make models that are not: as data, to be written as JSON."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]
Nodes = list[Json]
INPUT: Json = {"id": "in", "type": "Input", "name": "x", "params": {"shape": ["N", 8]}}
OUTPUT: Json = {"id": "out", "type": "Output", "name": "output"}


def file(root: str, *blocks: Json, **rest: Any) -> Json:
    """A project file."""
    return {"format": "nnstudio", "version": 2, "root": root, "blocks": list(blocks), **rest}


def linear(**rest: Any) -> Json:
    """A node that keeps the eight features."""
    return {"type": "Linear", "params": {"out_features": 8}, **rest}


def chain(name: str, nodes: Nodes, **rest: Any) -> Json:
    """A block of nodes in a row; a use of a block takes its input as `x`."""
    drawn: Nodes = [INPUT]
    edges: list[list[str]] = []
    before = "in.output"
    for k, node in enumerate(nodes):
        node = {"id": f"n{k}", "name": f"m{k}", **node}
        port = "x" if node["type"].startswith("B") and node["type"][1:].isdigit() else "input"
        drawn.append(node)
        edges.append([before, f"{node['id']}.{port}"])
        before = f"{node['id']}.output"
    return {
        "name": name,
        "nodes": [*drawn, OUTPUT],
        "edges": [*edges, [before, "out.input"]],
        **rest,
    }


def doubling(levels: int) -> Json:
    """Each block uses the one before twice."""
    blocks = [chain("B0", [linear()])]
    for k in range(1, levels + 1):
        blocks.append(chain(f"B{k}", [{"type": f"B{k - 1}"}, {"type": f"B{k - 1}"}]))
    return file(f"B{levels}", *blocks)


def repeated(levels: int, count: int, kind: str = "ModuleList") -> Json:
    """Each block repeats the one before."""
    repeat = {"count": count, "kind": kind}
    blocks = [chain("B0", [linear()])]
    for k in range(1, levels + 1):
        blocks.append(chain(f"B{k}", [{"type": f"B{k - 1}", "repeat": repeat}]))
    return file(f"B{levels}", *blocks)


def nested(levels: int) -> Json:
    """Each block uses the one before."""
    blocks = [chain("B0", [linear()])]
    blocks += [chain(f"B{k}", [{"type": f"B{k - 1}"}]) for k in range(1, levels + 1)]
    return file(f"B{levels}", *blocks)


def groups(levels: int, kind: str = "Sequential") -> Json:
    """One layer in groups in groups."""
    found = [
        {"id": f"g{k}", "name": f"g{k}", "kind": kind} | ({"parent": f"g{k - 1}"} if k else {})
        for k in range(levels)
    ]
    return file("Net", chain("Net", [linear(group=f"g{levels - 1}")], groups=found))


def every_repetition_another(levels: int, count: int) -> Json:
    """Repetitions that have to be looked at one by one, inside of others of the kind."""
    parameters = [{"name": "c", "type": "int"}, {"name": "w", "type": "int"}]
    entrance = {**INPUT, "params": {"shape": ["N", "c"]}}

    def widened(name: str, node: Json) -> Json:
        block = chain(name, [node], parameters=parameters)
        block["nodes"][0] = entrance
        return block

    blocks = [widened("B0", {"type": "Linear", "params": {"out_features": {"expr": "w"}}})]
    use = {"params": {"w": {"expr": "w + i % 7"}}, "repeat": {"count": count}}
    blocks += [widened(f"B{k}", {"type": f"B{k - 1}", **use}) for k in range(1, levels + 1)]
    root = chain("Net", [{"type": f"B{levels}", "params": {"w": 8}}])
    return file("Net", *blocks, root)


def layers(count: int) -> Json:
    """A chain of linear layers and ReLU."""
    nodes = [linear() if k % 2 == 0 else {"type": "ReLU"} for k in range(count)]
    return file("Net", chain("Net", nodes))


def residual(count: int) -> Json:
    """Linear layers, each added to what enters it."""
    nodes: Nodes = [INPUT]
    edges: list[list[str]] = []
    before = "in.output"
    for k in range(count):
        nodes += [linear(id=f"n{k}", name=f"m{k}"), {"id": f"a{k}", "type": "Add"}]
        edges += [
            [before, f"n{k}.input"],
            [before, f"a{k}.input.0"],
            [f"n{k}.output", f"a{k}.input.1"],
        ]
        before = f"a{k}.output"
    edges.append([before, "out.input"])
    return file("Net", {"name": "Net", "nodes": [*nodes, OUTPUT], "edges": edges})


def fan(count: int) -> Json:
    """Linear layers side by side, concatenated."""
    nodes: Nodes = [INPUT]
    nodes += [linear(id=f"n{k}", name=f"m{k}") for k in range(count)]
    nodes += [{"id": "c", "type": "Concat", "params": {"dim": 1}}, OUTPUT]
    edges = [["in.output", f"n{k}.input"] for k in range(count)]
    edges += [[f"n{k}.output", f"c.input.{k}"] for k in range(count)]
    edges.append(["c.output", "out.input"])
    return file("Net", {"name": "Net", "nodes": nodes, "edges": edges})


def loose(count: int) -> Json:
    """Layers that nothing feeds."""
    nodes = [linear(id=f"n{k}", name=f"m{k}") for k in range(count)]
    wires = [["in.output", "out.input"]]
    return file("Net", {"name": "Net", "nodes": [INPUT, *nodes, OUTPUT], "edges": wires})
