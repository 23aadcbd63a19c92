"""What sizes are called that need a name: after their node, and what they count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from nnstudio.catalog.use import Resolved
from nnstudio.graph.values import Graph
from nnstudio.project.english import one_of
from nnstudio.project.free_names import snake_case
from nnstudio.symbols.dimension import Dim

UNTOLD = "__untold"
"""Begins the name of a size of which a block says nothing outside, until it gets its own."""

_ROLES = {
    2: ("batch", "features"),
    3: ("batch", "channels", "length"),
    4: ("batch", "channels", "height", "width"),
    5: ("batch", "channels", "depth", "height", "width"),
}


@dataclass(frozen=True)
class Stems:
    """What names begin with: `of_all` for the node, `of_one` for one of its repetitions."""

    of_all: str
    of_one: str


def stems_of(graph: Graph) -> dict[str, Stems]:
    """The stems of all nodes by id; no two are alike."""
    plain = {node.id: node.name or snake_case(node.type) for node in graph.nodes}
    counts = Counter(plain.values())
    taken = set(plain.values())
    found: dict[str, Stems] = {}
    used: Counter[str] = Counter()
    for node in graph.nodes:
        stem = plain[node.id]
        if counts[stem] > 1:
            used[stem] += 1
            stem = f"{stem}{used[stem]}"
            while stem in taken:
                stem += "_"
            taken.add(stem)
        one = one_of(stem) if node.repeat is not None else None
        one = stem if one is None or one in taken else one
        taken.add(one)
        found[node.id] = Stems(stem, one)
    return found


def role_of(rank: int, k: int) -> str:
    """What dimension `k` of a tensor counts, as far as its place says: ``channels``."""
    roles = _ROLES.get(rank, ())
    return roles[k] if k < len(roles) else f"size{k}"


def table_name(
    stem: str, k: int, rank: int, fresh: str, auto: frozenset[str], params: Mapping[str, Resolved]
) -> str:
    """``stage_channels``: the repetition, and the parameter that takes the size called `fresh`."""
    for name in sorted(auto):
        value = params.get(name)
        if isinstance(value, Dim) and value.text == fresh:
            role = name.removeprefix("in_").removeprefix("num_").removesuffix("_size")
            break
    else:
        role = role_of(rank, k)
    return f"{stem}_{role if role.endswith('s') else f'{role}s'}"
