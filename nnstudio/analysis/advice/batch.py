"""Layers that mix the samples of a batch: each sample's result would depend on its neighbours.

Nothing fails, and the numbers of a training even look well. The batch is the size called N or
batch in the Inputs of the model; it is followed by its name through all blocks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from nnstudio.analysis.advice.batch_axes import RULES, SEQUENCES, Along, first_input, plain, rule_of
from nnstudio.analysis.advice.neighbours import built_in_place, say
from nnstudio.analysis.binding import free_names, pattern_of
from nnstudio.analysis.free_sizes import label
from nnstudio.analysis.report import BlockReport, Fix, NodeReport, Problem, Severity
from nnstudio.catalog import registry
from nnstudio.catalog.layer import Category
from nnstudio.catalog.layers.io import INPUT, OUTPUT
from nnstudio.graph.order import upstream
from nnstudio.graph.values import Graph, Node
from nnstudio.project.commands.node import SetParam
from nnstudio.project.values import Block, Project
from nnstudio.symbols.dimension import BATCH_NAMES, Dim, product
from nnstudio.symbols.tensor import Tensor

# what people call it who do not call it N; only as the first size of an Input
_OTHER_NAMES = frozenset({"B", "b", "n", "bs", "batch_size"})


def mixed_samples(project: Project, root: BlockReport) -> Iterator[Problem]:
    """All layers that work along the batch, in all uses of all blocks; each is told once."""
    names = _of_model(project.model)
    if not names:
        return
    said: set[tuple[str, str]] = set()
    seen: set[tuple[int, frozenset[str]]] = set()
    stack = [(root, names)]
    while stack:
        report, names = stack.pop()
        if (id(report), names) in seen:
            continue
        seen.add((id(report), names))
        block = project.by_name[report.block]
        for node, problem in _Use(block, report, names, is_root=report is root).problems():
            if (block.name, node.id) not in said:
                said.add((block.name, node.id))
                yield problem
        for node in block.graph.nodes:
            found = report.nodes.get(node.id)
            if found is not None and found.inner is not None and found.active:
                inner = _inside(found, found.inner, names)
                if inner:
                    stack.append((found.inner, inner))


def _of_model(model: Block) -> frozenset[str]:
    """The names of the batch in the Inputs of the model."""
    free = frozenset(free_names(model))
    if free & BATCH_NAMES:
        return free & BATCH_NAMES
    first = {pattern_of(node)[0] for node in model.graph.of_type(INPUT) if pattern_of(node)}
    return frozenset(name for name in first if name in free & _OTHER_NAMES)


def _inside(found: NodeReport, inner: BlockReport, names: frozenset[str]) -> frozenset[str]:
    """The names that the batch has inside a block."""
    return frozenset(
        own.text
        for port, tensor in found.inputs.items()
        if port in inner.inputs
        for dim, own in zip(tensor.shape, inner.inputs[port].shape, strict=False)
        if _holds(dim, names) and own.text.isidentifier()
    )


def _holds(dim: Dim, names: frozenset[str]) -> bool:
    """True if the batch is in a size, alone or with others."""
    return not dim.is_constant and bool(dim.names & names)


def _places(tensor: Tensor, names: frozenset[str]) -> list[int]:
    return [k for k, dim in enumerate(tensor.shape) if _holds(dim, names)]


@dataclass(frozen=True)
class _Mixing:
    """What a layer does to the batch, and a remedy; `at` if another is to blame."""

    sentence: str
    fix: Fix | None = None
    is_advice: bool = False
    at: Node | None = None


_MAY_MIX = frozenset({*RULES, *SEQUENCES, OUTPUT, "Reshape"})
"""Layers of which something is known; others with one input leave every sample by itself."""


class _Use:
    """One use of a block in which the batch has these names."""

    def __init__(
        self, block: Block, report: BlockReport, names: frozenset[str], *, is_root: bool
    ) -> None:
        self.block = block
        self.graph: Graph = block.graph
        self.report = report
        self.names = names
        self.is_root = is_root

    def problems(self) -> Iterator[tuple[Node, Problem]]:
        """One for each node, but for what only follows from another one's."""
        found: dict[str, _Mixing] = {}
        reports = self.report.nodes
        for node in self.graph.nodes:
            report = reports.get(node.id)
            if report is None or (node.type not in _MAY_MIX and len(report.inputs) < 2):
                continue
            mixing = self.mixing(node, report)
            if mixing is not None:
                found[node.id] = mixing
        for node_id, mixing in found.items():
            node = self.graph.by_id[node_id]
            if self.follows(node, found):
                continue
            severity: Severity = "advice" if mixing.is_advice else "warning"
            place = mixing.at or node
            yield place, say(self.block, place, severity, mixing.sentence, mixing.fix)

    def follows(self, node: Node, found: Mapping[str, _Mixing]) -> bool:
        """True for what is no fault of its own: samples against samples, and the end of it."""
        tensors = self.report.nodes[node.id].inputs.values()
        twice = any(len(_places(tensor, self.names)) > 1 for tensor in tensors)
        if not twice and node.type != OUTPUT:
            return False
        place = self.graph.place_of(node.id)
        before = upstream(self.graph, [place]) - {place}
        return any(other in before for other in found)

    def mixing(self, node: Node, found: NodeReport) -> _Mixing | None:
        """What one layer does to the batch."""
        rule = rule_of(node.type)
        if not found.inputs or not found.active or found.repeats == 0:
            return None
        if node.type == OUTPUT:
            return self.moved(node, found) if self.is_root else None
        if node.type in SEQUENCES:
            return self.sequence(node, found)
        for along in rule.along(found) if rule is not None else ():
            assert rule is not None
            size = along.tensor.shape[along.axis]
            if size.text in self.names if rule.alone else _holds(size, self.names):
                fix = self.next_dimension(node, along) if rule.by_mistake else None
                told = rule.does.format(along.axis)
                return _Mixing(f"{told}{'; ' + _lower(fix) if fix else ''}", fix)
        if node.type == "Reshape":
            return self.scrambled(found)
        return self.paired(node, found)

    def sequence(self, node: Node, found: NodeReport) -> _Mixing | None:
        """Attention and recurrent layers that take the batch for the length."""
        batch_first = plain(found.params.get("batch_first"))
        length = 1 if batch_first else 0
        for port in SEQUENCES[node.type]:
            tensor = found.inputs.get(port)
            if tensor is None or tensor.rank != 3:
                continue
            if _holds(tensor.shape[length], self.names):
                other = "off" if batch_first else "on"
                owner = node.shares or node.id
                off = SetParam(self.block.name, owner, "batch_first", clear=True)
                on = SetParam(self.block.name, owner, "batch_first", True)
                fix = Fix(f"Set batch_first {other}", off if batch_first else on)
                sentence = (
                    f"reads the batch (dimension {length}) as the sequence, so the samples of a "
                    f"batch influence each other; set batch_first {other}"
                )
                return _Mixing(sentence, fix, is_advice=True)
        return None

    def next_dimension(self, node: Node, along: Along) -> Fix | None:
        """For a dimension that a parameter names: the one behind the batch."""
        behind = along.axis + 1
        taken = node.params.get(along.param or "", 0)
        if along.param is None or behind >= along.tensor.rank or not isinstance(taken, int):
            return None
        command = SetParam(self.block.name, node.shares or node.id, along.param, behind)
        return Fix(f"Set {along.param} to {behind}", command)

    def scrambled(self, found: NodeReport) -> _Mixing | None:
        """A new arrangement that puts values of one sample into another."""
        tensor, output = first_input(found), next(iter(found.outputs.values()), None)
        if tensor is None or output is None:
            return None
        before, after = _places(tensor, self.names), _places(output, self.names)
        alone = before and tensor.shape[before[0]].text in self.names
        if not alone or not after:
            return None
        lead, found_lead = product(tensor.shape[: before[0]]), product(output.shape[: after[0]])
        if lead.same(found_lead):
            return None
        return _Mixing(
            f"puts values of one sample into another: dimension {before[0]} is the batch, and "
            f"{tensor.label} is arranged as {output.label}; use Permute or Transpose to move it"
        )

    def paired(self, node: Node, found: NodeReport) -> _Mixing | None:
        """An operation whose result has the batch twice: each sample with each."""
        if len(found.inputs) < 2 or found.inner is not None:
            return None
        for output in found.outputs.values():
            twice = _places(output, self.names)
            most = max(len(_places(tensor, self.names)) for tensor in found.inputs.values())
            if len(twice) > max(1, most):
                return _Mixing(
                    f"sets every sample of the batch against every other: {output.label} has it "
                    f"in dimension {twice[0]} and in dimension {twice[1]}"
                )
        return None

    def moved(self, output: Node, found: NodeReport) -> _Mixing | None:
        """An Output of the model whose samples are not where those of the Inputs are."""
        wanted = {
            tuple(_places(tensor, self.names))
            for tensor in self.report.inputs.values()
            if _places(tensor, self.names)
        }
        tensor = first_input(found)
        if tensor is None or len(wanted) != 1:
            return None
        (axes,) = wanted
        if len(axes) != 1 or not _places(tensor, self.names) or self.is_placed(tensor, axes[0]):
            return None
        mover = self.mover(output, axes[0])
        layer = registry.find(mover.type)
        if layer is not None and layer.category is Category.RECURRENT:
            return None  # the last states have the layers before the batch
        fix = None
        if mover.type == "Stack":
            command = SetParam(self.block.name, mover.id, "dim", axes[0] + 1)
            fix = Fix(f"Set dim to {axes[0] + 1}", command)
        return _Mixing(
            f"the samples leave dimension {axes[0]}, and nothing brings them back: "
            f"{label(output)} gives {tensor.label}, a training needs one row per sample"
            f"{'; ' + _lower(fix) if fix else ''}",
            fix,
            is_advice=True,
            at=mover,
        )

    def is_placed(self, tensor: Tensor, axis: int) -> bool:
        """True if the batch, and nothing but it, is that dimension."""
        return axis < tensor.rank and tensor.shape[axis].text in self.names

    def mover(self, output: Node, axis: int) -> Node:
        """The node before an Output that took the batch from its place."""
        node = output
        while True:
            source = next(iter(self.graph.incoming[node.id].values()))
            node = self.graph.by_id[source.node]
            found = self.report.nodes[node.id]
            tensor = first_input(found)
            if tensor is None or self.is_placed(tensor, axis):
                return built_in_place(node, found)


def _lower(fix: Fix) -> str:
    return fix.title[:1].lower() + fix.title[1:]
