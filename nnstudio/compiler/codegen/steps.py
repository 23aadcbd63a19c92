"""What `forward` does in one step, a node or a container called as one; and in which order."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

from nnstudio.analysis.containers import Chain, Structure
from nnstudio.catalog import registry
from nnstudio.catalog.layers.io import BUFFER, INPUT, OUTPUT, PARAMETER
from nnstudio.catalog.memory import INPLACE
from nnstudio.graph.order import topological
from nnstudio.graph.values import Node, Port
from nnstudio.project.ports import node_ports
from nnstudio.project.values import Block, Project

# whose operands may be computed in any order: the shorter branch first
COMMUTATIVE = frozenset({"Add", "Multiply"})
MOST_COMPARED = 1_000
"""Units that are looked at to find the shorter of two branches."""


@dataclass(frozen=True)
class Unit:
    """One step: the node (or the chain's last node), its inputs by port, all nodes in it."""

    key: str
    node: Node
    inputs: tuple[tuple[str, Port], ...]
    chain: Chain | None = None
    nodes: tuple[str, ...] = ()


def units(project: Project, block: Block, structure: Structure) -> dict[str, Unit]:
    """The unit of each node that `forward` may have to compute."""
    graph = block.graph
    result: dict[str, Unit] = {}
    for chain in structure.chains.values():
        if chain.nodes[0].id not in result:
            ids = tuple(node.id for node in chain.nodes)
            key = chain.container.group.id
            unit = Unit(key, chain.nodes[-1], (("input", chain.feeding),), chain, ids)
            result.update(dict.fromkeys(ids, unit))
    for node in graph.nodes:
        if node.id in result or node.type in (INPUT, PARAMETER, BUFFER):
            continue
        incoming = graph.incoming[node.id]
        ports = node_ports(project, graph, node).inputs
        inputs = tuple((port.name, incoming[port.name]) for port in ports if port.name in incoming)
        result[node.id] = Unit(node.id, node, inputs, None, (node.id,))
    return result


def order(block: Block, found: dict[str, Unit]) -> list[Unit]:
    """Units in the order of `forward`: from the Outputs back, in port order, without recursion."""
    done: dict[str, Unit] = {}
    sizes = _Sizes(block, found)
    for output in block.graph.of_type(OUTPUT):
        stack: list[tuple[Unit, bool]] = [(found[output.id], False)]
        while stack:
            unit, ready = stack.pop()
            if unit.key in done:
                continue
            if ready:
                done[unit.key] = unit
                continue
            stack.append((unit, True))
            sources = [found[port.node] for _, port in unit.inputs if port.node in found]
            sources = [source for source in dict.fromkeys(sources) if source.key not in done]
            if unit.node.type in COMMUTATIVE and unit.chain is None and len(sources) > 1:
                sources = sizes.shorter_first(sources, done)
            stack += [(source, False) for source in reversed(sources)]
    return list(done.values())


def may_overwrite(project: Project, block: Block) -> bool:
    """True if a layer in it, or in a block inside, may write into its input in some use of it."""
    seen: set[str] = set()
    stack = [block]
    while stack:
        for node in stack.pop().graph.nodes:
            used = project.by_name.get(node.type)
            if used is not None and used.name not in seen:
                seen.add(used.name)
                stack.append(used)
            elif used is None and _may_overwrite(node):
                return True
    return False


def _may_overwrite(node: Node) -> bool:
    """True where the layer says so by its parameter, or comes from another package."""
    return node.params.get(INPLACE, False) is not False or registry.has_foreign([node.type])


class _Sizes:
    """Amount that is left to compute behind units, compared without walking what they share."""

    def __init__(self, block: Block, found: dict[str, Unit]) -> None:
        self.found = found
        places = {node: k for k, node in enumerate(topological(block.graph) or ())}
        self.places = {unit.key: places[unit.node.id] for unit in found.values()}

    def shorter_first(self, sources: list[Unit], done: Container[str]) -> list[Unit]:
        """`sources` by the number of units that are left behind each, itself counted.

        The walk goes back against the wires, the last unit first, and notes which of the sources
        rest on each unit. Behind what all rest on nothing can differ any more.
        """
        masks = {source.key: 1 << k for k, source in enumerate(sources)}
        everyone = (1 << len(sources)) - 1
        counts = [1] * len(sources)
        queue = [(-self.places[source.key], source.key, source) for source in sources]
        heapify(queue)
        for _ in range(MOST_COMPARED):
            if not queue or _decided([masks[key] for _, key, _ in queue], counts, everyone):
                break
            _, key, unit = heappop(queue)
            for _, port in unit.inputs:
                source = self.found.get(port.node)
                if source is None or source.key in done:
                    continue
                before = masks.get(source.key, 0)
                if not before:
                    heappush(queue, (-self.places[source.key], source.key, source))
                masks[source.key] = before | masks[key]
                for k in range(len(sources)):
                    counts[k] += (masks[source.key] & ~before) >> k & 1
        order = sorted(range(len(sources)), key=lambda k: counts[k])
        return [sources[k] for k in order]


def _decided(waiting: list[int], counts: list[int], everyone: int) -> bool:
    """True if what waits cannot change the order: it is behind all, or behind the longest alone."""
    left = {mask for mask in waiting if mask != everyone}
    if not left:
        return True
    if len(left) > 1:
        return False
    (mask,) = left
    alone = mask.bit_length() - 1
    others = [count for k, count in enumerate(counts) if k != alone]
    return mask == 1 << alone and counts[alone] > max(others)
