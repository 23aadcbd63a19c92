"""What `forward` does in one step, a node or a container called as one; and in which order."""

from __future__ import annotations

from dataclasses import dataclass

from nnstudio.analysis.containers import Chain, Structure
from nnstudio.catalog.layers.io import BUFFER, INPUT, OUTPUT, PARAMETER
from nnstudio.graph.values import Node, Port
from nnstudio.project.ports import node_ports
from nnstudio.project.values import Block, Project

# whose operands may be computed in any order: the shorter branch first
COMMUTATIVE = frozenset({"Add", "Multiply"})


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
    sizes = _Sizes(found)
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
                sources.sort(key=lambda source: sizes.branch(source, done))
            stack += [(source, False) for source in reversed(sources)]
    return list(done.values())


class _Sizes:
    """Amount that is left to compute behind a unit."""

    def __init__(self, found: dict[str, Unit]) -> None:
        self.found = found

    def branch(self, unit: Unit, done: dict[str, Unit]) -> int:
        seen = {unit.key}
        stack = [unit]
        while stack:
            for _, port in stack.pop().inputs:
                source = self.found.get(port.node)
                if source is not None and source.key not in seen and source.key not in done:
                    seen.add(source.key)
                    stack.append(source)
        return len(seen)
