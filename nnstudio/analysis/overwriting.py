"""What is said of layers that write into their input: who else reads it, and what torch forbids.

Such a layer saves memory where it alone reads what it overwrites. Any other reader would get the
changed values or not, by the order of the lines, which no drawing shows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from nnstudio.analysis.aliases import Aliases, Reader, Writer
from nnstudio.analysis.free_sizes import label
from nnstudio.analysis.memory import Origin, Step
from nnstudio.analysis.report import Fix, NodeReport, Problem, Severity
from nnstudio.catalog import registry
from nnstudio.catalog.layers.io import INPUT, OUTPUT, PARAMETER
from nnstudio.catalog.memory import INPLACE
from nnstudio.graph.values import Expr, Node, Port
from nnstudio.project.commands.model import SetRootValue
from nnstudio.project.commands.node import SetParam
from nnstudio.project.values import Project


def with_overwriting(project: Project, aliases: Aliases) -> dict[str, NodeReport]:
    """The reports of the nodes that overwrite what they should not, with the problem."""
    found: dict[str, NodeReport] = {}
    for writer in aliases.writers():
        node = writer.node
        if node.id in found or aliases.is_alone(writer):
            continue
        told = _Overwriting(project, aliases, writer).told()
        if told is None:
            continue
        severity, sentence = told
        fix = _off(project, writer.way)
        if fix is not None:
            sentence = f"{sentence}; set inplace off"
        block = aliases.block.name
        text = f"{label(node)}: {sentence}"
        problem = Problem(severity, text, block, node.id, label(node), _param(writer), fix)
        report = aliases.nodes[node.id]
        ok = report.ok and severity != "error"
        found[node.id] = replace(report, ok=ok, problems=(*report.problems, problem))
    return found


def _param(writer: Writer) -> str | None:
    """The field beside which the problem stands: that of the layer itself."""
    return INPLACE if len(writer.way) == 1 and INPLACE in writer.node.params else None


class _Overwriting:
    """One node that writes into what feeds it."""

    def __init__(self, project: Project, aliases: Aliases, writer: Writer) -> None:
        self.project = project
        self.aliases = aliases
        self.writer = writer
        self.cell = aliases.written_by(writer)

    def told(self) -> tuple[Severity, str] | None:
        """The severity and what is wrong, the worst alone."""
        for origin in sorted(self.cell.origins, key=lambda o: (o.kind, o.path)):
            reader = next(self.others(origin), None)
            if reader is not None:
                which = _called(origin)
                return "error", f"{self.does} {which}, and {self.read_by(reader)} too"
        if self.writer.again:
            return "error", f"{self.does} {self.writer.port}, which every repetition reads"
        for origin in self.cell.origins:
            if origin.kind == "tensor":
                what = f"{self.does} '{origin.label}', which belongs to the model"
                return "error", f"{what}: every call would change it"
        for node_id in sorted(self.cell.overlaps):
            which = label(self.aliases.graph.by_id[node_id])
            what = f"{self.does} what {which} gives"
            return "error", f"{what}, of which several elements lie in one place"
        root = self.aliases.block.name == self.project.root
        for origin in self.cell.origins:
            if origin.kind == "input" and root:
                what = f"{self.does} {_called(origin)}"
                return "warning", f"{what}, so the data of whoever calls the model are changed"
        return self.refused()

    @property
    def does(self) -> str:
        inner = self.writer.way[-1].node
        if len(self.writer.way) == 1:
            return "overwrites"
        return f"{label(inner)} inside overwrites"

    def others(self, origin: Origin) -> Iterator[Reader]:
        """Who else reads the memory, but for those that get it from the writer."""
        node, port = self.writer.node, self.writer.port
        for source in self.aliases.lying_in(origin):
            cell = self.aliases.cell(source)
            if node.id in cell.behind or cell.apart_from(self.cell):
                continue
            for reader in self.aliases.readers(source):
                if reader.node.id != node.id or reader.port != port:
                    yield reader

    def read_by(self, reader: Reader) -> str:
        if reader.node.id == self.writer.node.id:
            return f"reads it as {reader.port}"
        if reader.node.type == OUTPUT:
            return f"the Output {label(reader.node)} gives it"
        return f"{label(reader.node)} reads it"

    def refused(self) -> tuple[Severity, str] | None:
        """What torch does not allow where gradients are wanted."""
        by_id = self.aliases.graph.by_id
        keepers = sorted(self.cell.kept)
        node = self.writer.node
        again = self.aliases.nodes[node.id].repeats != 1 and self.keeps()
        for keeper in (*keepers, *([node.id] if again else [])):
            if self.has_gradient(by_id[keeper]):
                what = f"{self.does} what {label(by_id[keeper])} gives"
                return "warning", f"{what}, which its gradient needs, so training would fail"
        for locker in sorted(self.cell.locked):
            if self.has_gradient(by_id[locker]):
                what = f"{self.does} a part that {label(by_id[locker])} has cut"
                return "warning", f"{what}, which torch does not allow in training"
        return None

    def keeps(self) -> bool:
        """True if what the writer gives is needed for the gradient of its own."""
        node = self.writer.node
        port = next(iter(self.aliases.nodes[node.id].outputs), None)
        return port is not None and node.id in self.aliases.cell(Port(node.id, port)).kept

    def has_gradient(self, node: Node) -> bool:
        """True if something before the node learns, or may: nobody knows what feeds a block."""
        aliases, by_id = self.aliases, self.aliases.graph.by_id
        stack, seen = [node.id], {node.id}
        while stack:
            current = by_id[stack.pop()]
            owner = aliases.nodes[current.shares or current.id]
            if current.type == PARAMETER or owner.parameters != 0:
                return True
            if current.type == INPUT and aliases.block.name != self.project.root:
                return True
            for source in aliases.graph.incoming[current.id].values():
                tensor = aliases.nodes[source.node].outputs.get(source.name)
                passes = tensor is None or tensor.dtype == "float"
                if source.node not in seen and passes and by_id[source.node].type != "Detach":
                    seen.add(source.node)
                    stack.append(source.node)
        return False


def _called(origin: Origin) -> str:
    return f"the Input {origin.label}" if origin.kind == "input" else f"what {origin.label} gives"


def _off(project: Project, way: tuple[Step, ...]) -> Fix | None:
    """What sets inplace off: at the layer, or where the value of its expression is given."""
    *around, last = way
    graph = project.by_name[last.block].graph
    owner = graph.by_id[last.node.shares or last.node.id]
    layer = registry.find(owner.type)
    if layer is None or layer.param(INPLACE) is None:
        return None
    block, node, param = last.block, owner, INPLACE
    given = node.params.get(param)
    while isinstance(given, Expr) and project.by_name[block].parameter(given.text) is not None:
        param = given.text
        if block == project.root:
            return Fix(f"Set {param} to False", SetRootValue(param, False))
        if not around:
            break
        outer = around.pop()
        graph = project.by_name[outer.block].graph
        block, node = outer.block, graph.by_id[outer.node.shares or outer.node.id]
        given = node.params.get(param)
        if not isinstance(given, Expr):
            return Fix(
                f"Set {param} of {label(node)} to False", SetParam(block, node.id, param, False)
            )
    return Fix("Set inplace off", SetParam(last.block, owner.id, INPLACE, clear=True))
