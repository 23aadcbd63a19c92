"""Following the memory of values through a block: two wires may carry one memory.

A view (`Flatten`, `Chunk`), a layer that does nothing (`Identity`, a condition that does not hold,
dropout in evaluation), a block that gives back what it got: what leaves them is traced back to
where its memory comes from.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from nnstudio.analysis.definition import Definition
from nnstudio.analysis.free_sizes import label
from nnstudio.analysis.memory import BlockMemory, Cell, Origin, Region, Step, either
from nnstudio.analysis.report import NodeReport
from nnstudio.analysis.wiring import effective
from nnstudio.catalog.layers.io import BUFFER, INPUT, OUTPUT, PARAMETER
from nnstudio.catalog.memory import OWN
from nnstudio.graph.values import Node, Port
from nnstudio.symbols.bounds import ExpressionError
from nnstudio.symbols.dimension import Dim
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
    """The memory of all values of one use of a block."""

    def __init__(
        self, definition: Definition, nodes: Mapping[str, NodeReport], scope: Scope
    ) -> None:
        self.definition = definition
        self.block = definition.block
        self.graph = definition.block.graph
        self.nodes = nodes
        self.scope = scope
        self.writers: list[Writer] = []
        # what is not in it is new memory, and its node has made it
        self.cells: dict[Port, Cell] = {}
        for node_id in definition.order or ():
            self._follow(self.graph.by_id[node_id])

    def cell(self, port: Port) -> Cell:
        """The memory of an output."""
        found = self.cells.get(port)
        return self._new(port) if found is None else found

    def _new(self, port: Port) -> Cell:
        made_by = label(self.graph.by_id[port.node])
        return Cell(frozenset({Origin("made", (port.node, port.name), made_by)}))

    # -- one node ----------------------------------------------------------------------------

    def _follow(self, node: Node) -> None:
        report = self.nodes[node.id]
        if node.type in (INPUT, PARAMETER, BUFFER):
            path = (node.id, "output")
            origin = Origin("input" if node.type == INPUT else "tensor", path, label(node))
            self.cells[Port(node.id, "output")] = Cell(frozenset({origin}))
            return
        plain = node.when is None and node.repeat is None and node.shares is None
        unguarded = node.id not in self.definition.wiring.guards
        if plain and unguarded and report.memory is OWN and report.inner is None:
            return  # by far the most: what leaves it is new
        if not report.outputs or node.type == OUTPUT:
            return
        acts, stands_by = self._ways(node, report)
        found: dict[str, list[Cell]] = {port: [] for port in report.outputs}
        if acts:
            for port, cell in self._acting(node, report).items():
                found[port].append(cell)
        if stands_by is not None:
            found[next(iter(found))].append(self.cell(stands_by))
        for port, cells in found.items():
            if cells:
                self.cells[Port(node.id, port)] = either(cells)

    def _ways(self, node: Node, report: NodeReport) -> tuple[bool, Port | None]:
        """Whether the node may do something, and what passes it where it may do nothing."""
        incoming = self.graph.incoming[node.id]
        if not report.inputs:
            return True, None
        meant = effective(self.graph, node)
        first = incoming.get(next(iter(report.inputs)))
        guard = self.definition.wiring.guards.get(node.id)
        if meant.repeat is not None and report.repeats == 0:
            return False, first
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

    def _acting(self, node: Node, report: NodeReport) -> dict[str, Cell]:
        """The memory of what leaves a node that does something; notes what it writes into."""
        if report.inner is not None:
            return self._of_block(node, report, report.inner.memory)
        memory = report.memory
        fed = self._fed(node, report)
        port = memory.port or next(iter(fed), "")
        if memory.overwrites and port in fed:
            step = Step(self.block.name, node)
            self.writers.append(Writer(node, port, (step,)))
        passes = (memory.passes or memory.overwrites) and port in fed
        keeps = memory.keeps == "always" or (memory.keeps == "overwriting" and memory.overwrites)
        found: dict[str, Cell] = {}
        for k, name in enumerate(report.outputs):
            keeper = node.id if keeps and k == 0 else None
            if not passes and keeper is None:
                continue
            own = Port(node.id, name)
            cell = self.cell(fed[port]) if passes else self._new(own)
            found[name] = cell.after(
                writer=node.id if memory.overwrites else None,
                keeper=keeper,
                locker=node.id if memory.locked else None,
                overlapper=node.id if memory.overlaps else None,
                region=self._region(node, report, fed[port], k) if passes else None,
            )
        return found

    def _fed(self, node: Node, report: NodeReport) -> dict[str, Port]:
        incoming = self.graph.incoming[node.id]
        return {port: incoming[port] for port in report.inputs if port in incoming}

    def _region(self, node: Node, report: NodeReport, source: Port, k: int) -> Region | None:
        """Which part of its input an output is, if that is told by plain numbers."""
        if node.type in ("Chunk", "Split"):
            return Region((node.id,), k, k + 1)
        if node.type not in ("Slice", "Select") or node.repeat is not None:
            return None
        given = report.params
        dim, size = given.get("dim"), None
        tensor = next(iter(report.inputs.values()))
        if isinstance(dim, Dim) and dim.value is not None and -tensor.rank <= dim.value:
            size = tensor.shape[dim.value % tensor.rank].value
        if size is None or not isinstance(dim, Dim) or dim.value is None:
            return None
        cut = (source.node, source.name, str(dim.value % tensor.rank))
        bounds: list[int | None] = []
        names = ("index", "index") if node.type == "Select" else ("start", "end")
        for name, otherwise in zip(names, (0, size), strict=True):
            quantity = given.get(name)
            if quantity is None or isinstance(quantity, tuple):
                return None
            absent = quantity.is_constant and quantity.value is None
            value = otherwise if absent else quantity.value
            if not isinstance(value, int):
                return None
            bounds.append(value + size if value < 0 else value)
        start, end = bounds
        assert start is not None
        assert end is not None
        return Region(cut, start, end + 1 if node.type == "Select" else end)

    # -- uses of blocks ----------------------------------------------------------------------

    def _of_block(self, node: Node, report: NodeReport, memory: BlockMemory) -> dict[str, Cell]:
        fed = self._fed(node, report)
        repeat = effective(self.graph, node).repeat
        several = repeat is not None and report.repeats != 1
        carried = next(iter(fed), "")
        self._note_writing(node, memory, fed, carried if several else None)
        cells = {port: self.cell(source) for port, source in fed.items()}
        found = self._outside(node, memory, cells)
        first = next(iter(report.outputs))
        for _ in range(_ROUNDS if several and first in found else 0):
            again = self._outside(node, memory, {**cells, carried: found[first]})
            widened = {port: either((found[port], again[port])) for port in found}
            if widened == found:
                break
            found = widened
        return found

    def _note_writing(
        self, node: Node, memory: BlockMemory, fed: Mapping[str, Port], carried: str | None
    ) -> None:
        own = Step(self.block.name, node)
        written = {port: way for port, way in memory.written.items() if port in fed}
        first = next(iter(memory.outputs.values()), None) if carried in written else None
        if first is not None and carried is not None:
            # what a repetition gives back of another input, the next one writes into
            for origin in first.origins:
                if origin.kind == "input" and origin.label in fed:
                    written.setdefault(origin.label, written[carried])
        for port, way in written.items():
            again = carried is not None and port != carried
            self.writers.append(Writer(node, port, (own, *way), again))

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

    # -- what is read ------------------------------------------------------------------------

    def readers(self, port: Port) -> Iterator[Reader]:
        """The wires that leave an output and whose values are used; no mere passing on."""
        for edge in self.graph.outgoing[port.node]:
            if edge.source != port or edge.target.node not in self.definition.used:
                continue
            node, name = self.graph.by_id[edge.target.node], edge.target.name
            report = self.nodes[node.id]
            if self._uses(node, report, name):
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

    @cached_property
    def by_origin(self) -> Mapping[Origin, tuple[Port, ...]]:
        """The outputs that may lie in a memory, for all memory that somebody passes on."""
        found: dict[Origin, list[Port]] = {}
        for port, cell in self.cells.items():
            for origin in cell.origins:
                found.setdefault(origin, []).append(port)
        return {origin: tuple(ports) for origin, ports in found.items()}

    def lying_in(self, origin: Origin) -> tuple[Port, ...]:
        """All outputs that may lie in a memory, the one that made it first."""
        known = self.by_origin.get(origin, ())
        maker = Port(*origin.path) if origin.kind == "made" and len(origin.path) == 2 else None
        return known if maker is None or maker in known else (maker, *known)

    def summary(self) -> BlockMemory:
        """What a use of the block has to know."""
        names = {node.id: node.name for node in self.graph.of_type(INPUT)}
        written: dict[str, tuple[Step, ...]] = {}
        for writer in self.writers:
            if writer.node.id in self.definition.used:
                for origin in self.written_by(writer).origins:
                    if origin.kind == "input":
                        written.setdefault(names[origin.path[0]], writer.way)
        read = {
            names[origin.path[0]]
            for port, cell in self.cells.items()
            for origin in cell.origins
            if origin.kind == "input"
            and any(reader.node.type != OUTPUT for reader in self.readers(port))
        }
        outputs: dict[str, Cell] = {}
        for node in self.graph.of_type(OUTPUT):
            source = self.graph.incoming[node.id].get("input")
            if source is not None:  # also what is new: it may leave by two Outputs
                outputs[node.name] = replace(self.cell(source), regions=frozenset())
        return BlockMemory(written, frozenset(read), outputs)

    def written_by(self, writer: Writer) -> Cell:
        """The memory that a writer writes into."""
        return self.cell(self.graph.incoming[writer.node.id][writer.port])
