"""Following the memory of values through a block: two wires may carry one memory.

A view (`Flatten`, `Chunk`), a layer that does nothing (`Identity`, a condition that does not hold,
dropout in evaluation), a block that gives back what it got: what leaves them is traced back to
where its memory comes from. Only what is asked for is traced: most values are new.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from nnstudio.analysis.definition import Definition
from nnstudio.analysis.free_sizes import label
from nnstudio.analysis.memory import BlockMemory, Cell, Origin, Step, either
from nnstudio.analysis.memory_regions import region_of
from nnstudio.analysis.report import NodeReport
from nnstudio.analysis.wiring import effective
from nnstudio.catalog.layers.io import BUFFER, INPUT, OUTPUT, PARAMETER
from nnstudio.catalog.memory import OWN
from nnstudio.graph.values import Node, Port, Repeat
from nnstudio.symbols.bounds import ExpressionError
from nnstudio.symbols.expression import parse
from nnstudio.symbols.symbolic import REPETITION, Scope, resolve

# walks through repetitions until nothing is new; each finds at least one more Input
_ROUNDS = 4


@dataclass(frozen=True, slots=True)
class Writer:
    """A node that writes into what feeds one of its ports, and the way to the layer inside.

    `again` is True where every repetition writes into the same thing.
    """

    node: Node
    port: str
    way: tuple[Step, ...]
    again: bool = False


@dataclass(frozen=True, slots=True)
class Reader:
    """A wire whose values are used."""

    source: Port
    node: Node
    port: str


class Aliases:
    """The memory of the values of one use of a block."""

    def __init__(
        self, definition: Definition, nodes: Mapping[str, NodeReport], scope: Scope
    ) -> None:
        self.definition = definition
        self.block = definition.block
        self.graph = definition.block.graph
        self.nodes = nodes
        self.scope = scope
        self._cells: dict[Port, Cell] = {}

    # -- memory ------------------------------------------------------------------------------

    def cell(self, port: Port) -> Cell:
        """The memory of an output."""
        stack = [port]
        while stack:
            current = stack[-1]
            if current in self._cells:
                stack.pop()
                continue
            needed = [source for source in self._handed(current.node) if source not in self._cells]
            if needed:
                stack += needed
                continue
            stack.pop()
            found = self._outputs(self.graph.by_id[current.node])
            self._cells |= found
            self._cells.setdefault(current, self._new(current))
        return self._cells[port]

    def _new(self, port: Port) -> Cell:
        made_by = label(self.graph.by_id[port.node])
        return Cell(frozenset({Origin("made", (port.node, port.name), made_by)}))

    def _handed(self, node_id: str) -> tuple[Port, ...]:
        """The outputs whose memory may leave a node again."""
        node, report = self.graph.by_id[node_id], self.nodes[node_id]
        plain = node.when is None and node.repeat is None and node.shares is None
        if plain and report.memory is OWN and report.inner is None and not self._guard(node):
            return ()  # by far the most: what leaves it is new
        return tuple(self.graph.incoming[node_id].values())

    def _guard(self, node: Node) -> bool:
        return node.id in self.definition.wiring.guards

    def _outputs(self, node: Node) -> dict[Port, Cell]:
        """The cells of what leaves a node, as far as they are not new; those before are known."""
        report = self.nodes[node.id]
        if node.type in (INPUT, PARAMETER, BUFFER):
            path = (node.id, "output")
            origin = Origin("input" if node.type == INPUT else "tensor", path, label(node))
            return {Port(*path): Cell(frozenset({origin}))}
        acts, stands_by = self._ways(node, report)
        found: dict[str, list[Cell]] = {port: [] for port in report.outputs}
        if acts:
            inner = report.inner
            acting = self._of_layer(node, report) if inner is None else self._of_block(node, report)
            for port, cell in acting.items():
                found.setdefault(port, []).append(cell)
        if stands_by is not None and found:
            passing = next(iter(found))
            own = [] if found[passing] or not acts else [self._new(Port(node.id, passing))]
            passed = self._cells[stands_by]
            if any(node.id in cell.behind for cell in found[passing]):
                passed = passed.after(writer=node.id)  # if it does nothing, it writes nothing
            found[passing] += [*own, passed]
        return {Port(node.id, port): either(cells) for port, cells in found.items() if cells}

    def _ways(self, node: Node, report: NodeReport) -> tuple[bool, Port | None]:
        """Whether the node may do something, and what passes it where it may do nothing."""
        incoming = self.graph.incoming[node.id]
        guard = self.definition.wiring.guards.get(node.id)
        plain = node.when is None and node.repeat is None and node.shares is None
        if (plain and guard is None) or not report.inputs:
            return True, None
        meant = effective(self.graph, node)
        first = incoming.get(next(iter(report.inputs)))
        if meant.repeat is not None and report.repeats == 0:
            return False, first
        if report.others:
            new = all(r.memory is OWN and r.inner is None for r in (report, *report.others))
            return True, None if new else first
        may_not = meant.repeat is not None and report.repeats is None
        if meant.when is not None:
            holds = self._holds(meant.when.text)
            if holds is False:
                return False, first
            may_not = may_not or holds is None
        if guard is not None:
            return True, incoming.get(guard.passing)
        return True, first if may_not else None

    def _holds(self, condition: str) -> bool | None:
        """Whether a condition holds whatever data comes; None if that is not known."""
        try:
            parsed = parse(condition)
            if parsed.names & (self.definition.free | {REPETITION}):
                return None
            value = resolve(parsed, self.scope).value
        except ExpressionError:
            return None
        return None if value is None else bool(value)

    def _fed(self, node: Node, report: NodeReport) -> dict[str, Port]:
        incoming = self.graph.incoming[node.id]
        return {port: incoming[port] for port in report.inputs if port in incoming}

    def _of_layer(self, node: Node, report: NodeReport) -> dict[str, Cell]:
        memory = report.memory
        fed = self._fed(node, report)
        port = memory.port or next(iter(fed), "")
        passes = (memory.passes or memory.overwrites) and port in fed
        keeps = memory.keeps == "always" or (memory.keeps == "overwriting" and memory.overwrites)
        found: dict[str, Cell] = {}
        for k, name in enumerate(report.outputs):
            keeper = node.id if keeps and k == 0 else None
            if not passes and keeper is None:
                continue
            cell = self._cells[fed[port]] if passes else self._new(Port(node.id, name))
            found[name] = cell.after(
                writer=node.id if memory.overwrites else None,
                keeper=keeper,
                locker=node.id if memory.locked else None,
                overlapper=node.id if memory.overlaps else None,
                region=region_of(node, report, fed[port], k) if passes else None,
            )
        return found

    # -- uses of blocks ----------------------------------------------------------------------

    def _of_block(self, node: Node, report: NodeReport) -> dict[str, Cell]:
        assert report.inner is not None
        memory = report.inner.memory
        fed = self._fed(node, report)
        carried = self._carried(node, report)
        cells = {port: self._cells[source] for port, source in fed.items()}
        found = self._outside(node, memory, cells)
        repeat = effective(self.graph, node).repeat
        if repeat is not None and repeat.has_modes:
            passes = any(
                origin.kind == "input"
                for inner in memory.outputs.values()
                for origin in inner.origins
            )
            return self._of_modes(repeat, found, cells if passes else {})
        first = next(iter(report.outputs), "")
        for _ in range(_ROUNDS if carried is not None and first in found else 0):
            again = self._outside(node, memory, {**cells, str(carried): found[first]})
            widened = {port: either((found[port], again[port])) for port in found}
            if widened == found:
                break
            found = widened
        return found

    def _of_modes(
        self, repeat: Repeat, found: Mapping[str, Cell], cells: Mapping[str, Cell]
    ) -> dict[str, Cell]:
        """What is carried may come from anywhere in the end; what is put together is new."""
        new = {name for name, (how, _) in repeat.collect.items() if how != "list"}
        states = [cells[port] for port, _ in repeat.carry or () if port in cells]
        on = {output for _, output in repeat.carry or ()}
        handed = [cell for name, cell in found.items() if name not in new or name in on]
        return {
            name: either([cell, *handed, *states])
            for name, cell in found.items()
            if name not in new
        }

    def _carried(self, node: Node, report: NodeReport) -> str | None:
        """The port into which a repetition gives what the one before it gave, if there are two."""
        repeat = effective(self.graph, node).repeat
        several = repeat is not None and report.repeats not in (0, 1)
        if repeat is not None and repeat.has_modes:  # they write into nothing that they get
            return None
        return next(iter(report.inputs), None) if several else None

    def _outside(
        self, node: Node, memory: BlockMemory, cells: Mapping[str, Cell]
    ) -> dict[str, Cell]:
        """The cells of the Outputs in the terms of the caller."""
        found: dict[str, Cell] = {}
        for port, inner in memory.outputs.items():
            ways: list[Cell] = []
            for origin in inner.origins:
                if origin.kind != "input":
                    name = origin.label if origin.kind == "tensor" else label(node)
                    made = Origin(origin.kind, (node.id, *origin.path), name)
                    ways.append(Cell(frozenset({made})))
                elif origin.label in cells:
                    writer = node.id if inner.behind else None
                    ways.append(cells[origin.label].after(writer=writer))
            if ways:
                found[port] = either(ways).after(
                    keeper=node.id if inner.kept else None,
                    locker=node.id if inner.locked else None,
                    overlapper=node.id if inner.overlaps else None,
                )
        return found

    # -- who writes --------------------------------------------------------------------------

    def writers(self) -> Iterator[Writer]:
        """The nodes that write into what feeds them and that `forward` computes."""
        for node in self.graph.nodes:
            report = self.nodes[node.id]
            inner = report.inner
            if not (report.memory.overwrites or (inner is not None and inner.overwrites)):
                continue
            if node.id in self.definition.used and self._ways(node, report)[0]:
                yield from self._written(node, report)

    def _written(self, node: Node, report: NodeReport) -> Iterator[Writer]:
        own = Step(self.block.name, node)
        fed = self._fed(node, report)
        if report.inner is None:
            port = report.memory.port or next(iter(fed), "")
            if port in fed:
                yield Writer(node, port, (own,))
            return
        memory = report.inner.memory
        written = {port: way for port, way in memory.written.items() if port in fed}
        carried = self._carried(node, report)
        first = next(iter(memory.outputs.values()), None)
        if carried is not None and carried in written and first is not None:
            # what a repetition gives back of another input, the next one writes into
            for origin in first.origins:
                if origin.kind == "input" and origin.label in fed:
                    written.setdefault(origin.label, written[carried])
        for port, way in written.items():
            again = carried is not None and port != carried
            yield Writer(node, port, (own, *way), again)

    def written_by(self, writer: Writer) -> Cell:
        """The memory that a writer writes into."""
        return self.cell(self.graph.incoming[writer.node.id][writer.port])

    def is_alone(self, writer: Writer) -> bool:
        """True if a writer plainly is the only one to see a new value: nothing is to be traced."""
        source = self.graph.incoming[writer.node.id][writer.port]
        made_by, report = self.graph.by_id[source.node], self.nodes[source.node]
        return (
            not writer.again
            and report.memory is OWN
            and report.inner is None
            and made_by.type not in (INPUT, PARAMETER, BUFFER)
            and not self._handed(source.node)
            and writer.node.repeat is None
            and len(self.graph.outgoing[source.node]) == 1
        )

    # -- what is read ------------------------------------------------------------------------

    def readers(self, port: Port) -> Iterator[Reader]:
        """The wires that leave an output and whose values are used; no mere passing on."""
        for edge in self.graph.outgoing[port.node]:
            if edge.source != port or edge.target.node not in self.definition.used:
                continue
            node, name = self.graph.by_id[edge.target.node], edge.target.name
            if self._uses(node, self.nodes[node.id], name):
                yield Reader(port, node, name)

    def _uses(self, node: Node, report: NodeReport, port: str) -> bool:
        acts, _ = self._ways(node, report)
        if not acts:
            return False
        if report.inner is not None:
            return port in report.inner.memory.read
        memory = report.memory
        handed = memory.passes or bool(memory.overwrites)
        own = port == (memory.port or next(iter(report.inputs), port))
        return not (own and (handed or memory.shape_only))

    def lying_in(self, origin: Origin) -> Iterator[Port]:
        """All outputs that may lie in a memory, from those of the node that has it first."""
        maker = origin.path[0]
        stack = [
            Port(maker, name)
            for name in self.nodes[maker].outputs
            if origin in self.cell(Port(maker, name)).origins
        ]
        seen = set(stack)
        while stack:
            port = stack.pop()
            yield port
            for edge in self.graph.outgoing[port.node]:
                target = edge.target.node
                if edge.source != port or not self._handed(target):
                    continue
                for name in self.nodes[target].outputs:
                    after = Port(target, name)
                    if after not in seen and origin in self.cell(after).origins:
                        seen.add(after)
                        stack.append(after)

    # -- the block as a whole ----------------------------------------------------------------

    def summary(self) -> BlockMemory:
        """What a use of the block has to know."""
        written: dict[str, tuple[Step, ...]] = {}
        for writer in self.writers():
            for origin in self.written_by(writer).origins:
                if origin.kind == "input":
                    written.setdefault(origin.label, writer.way)
        read: set[str] = set()
        for node in self.graph.of_type(INPUT):
            origin = Origin("input", (node.id, "output"), label(node))
            ports = self.lying_in(origin)
            if any(reader.node.type != OUTPUT for port in ports for reader in self.readers(port)):
                read.add(node.name)
        outputs: dict[str, Cell] = {}
        for node in self.graph.of_type(OUTPUT):
            source = self.graph.incoming[node.id].get("input")
            if source is not None:  # also what is new: it may leave by two Outputs
                outputs[node.name] = replace(self.cell(source), regions=frozenset())
        return BlockMemory(written, frozenset(read), outputs)
