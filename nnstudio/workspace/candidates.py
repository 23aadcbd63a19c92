"""What can be added, and what of it fits a wire: the analysis of one trial block says. No Qt."""

from __future__ import annotations

from dataclasses import dataclass, replace

from nnstudio.analysis.report import Problem
from nnstudio.catalog import registry
from nnstudio.catalog.layers.io import INPUT, OUTPUT
from nnstudio.compiler.inference import DeferredInference, full_report, is_waiting
from nnstudio.graph.values import Edge, Expr, FrozenMap, Graph, Node, Port, Value
from nnstudio.project.checks import contains
from nnstudio.project.commands.new_node import _initial
from nnstudio.project.commands.node import SetRepeat
from nnstudio.project.ports import Ports, Side, block_ports, node_ports
from nnstudio.project.values import Block, Project
from nnstudio.symbols.tensor import Tensor, shape_text

_TRIAL = "CanvasTrial"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A type that can be added; `result` is the shape that it would give at the wire.

    `key` is what stands for it where the project does not know it yet: a file of the library.
    """

    type: str
    category: str
    section: str
    keywords: tuple[str, ...] = ()
    help: str = ""
    result: str = ""
    fits: bool = True
    key: str = ""


def ports_of(project: Project, node_type: str) -> Ports:
    """The ports of a fresh node of a type."""
    node = Node("fresh", node_type)
    return node_ports(project, Graph((node,)), node)


def candidates(
    project: Project, block: str, side: Side | None = None, tensor: Tensor | None = None
) -> list[Candidate]:
    """All types that can stand in `block`.

    With `side` those that a wire from there can reach: from an output (`out`) the types with
    inputs, of which those that refuse `tensor` are marked as not fitting and come last.
    """
    found: list[Candidate] = []
    for inner in project.blocks:
        if not contains(project, inner.name, block) and _can_connect(block_ports(inner), side):
            found.append(Candidate(inner.name, "block", "Blocks", help=inner.note))
    for layer in registry.all_layers().values():
        if _can_connect(ports_of(project, layer.type), side):
            found.append(
                Candidate(
                    layer.type,
                    layer.category.name.lower(),
                    str(layer.category),
                    layer.keywords,
                    layer.help,
                )
            )
    if side == "out" and tensor is not None:
        found = _try_all(project, found, tensor)
    return found


def _can_connect(ports: Ports, side: Side | None) -> bool:
    return side is None or bool(ports.inputs if side == "out" else ports.outputs)


def _try_all(project: Project, found: list[Candidate], tensor: Tensor) -> list[Candidate]:
    # All types hang on one Input of the wire's shape, so that one analysis answers for all.
    source = Node("source", INPUT, "source", _pattern(tensor))
    nodes, edges = [source], []
    for k, candidate in enumerate(found):
        layer = None if candidate.type in project.by_name else registry.find(candidate.type)
        node = Node(f"t{k}", candidate.type, f"t{k}", _initial(layer))
        nodes.append(node)
        first = ports_of(project, candidate.type).inputs[0].name
        edges.append(Edge(Port("source", "output"), Port(node.id, first)))
    trial = Block(_TRIAL, graph=Graph(tuple(nodes), tuple(edges)))
    tried = replace(project, root=_TRIAL, blocks=(trial, *project.blocks))
    # no layer is run while a list opens
    report = full_report(tried, infer=DeferredInference()).root
    result: list[Candidate] = []
    for k, candidate in enumerate(found):
        tried_report = report.nodes.get(f"t{k}")
        if tried_report is None or any(is_waiting(problem) for problem in tried_report.problems):
            result.append(candidate)
            continue
        # An input or argument that is still missing is no misfit; a shape that comes out tells.
        ports = ports_of(project, candidate.type).inputs
        alone = len([p for p in ports if not p.optional]) == 1
        alone = alone and not any(port.variadic for port in ports)  # Add waits for a second one
        errors = [p for p in tried_report.problems if p.severity == "error"]
        wrong = [p for p in errors if p.param is None or candidate.category != "block"]
        wrong = [p for p in wrong if not _takes_steps(p)]
        fits = not (alone and wrong)
        outputs = tried_report.outputs.values()
        shape = "" if candidate.type == OUTPUT else shape_text(next(iter(outputs), None))
        result.append(replace(candidate, fits=fits, result=shape if fits else ""))
    return sorted(result, key=lambda c: (not c.fits, c.category == "io", not _natural(c, tensor)))


def _takes_steps(problem: Problem) -> bool:
    """True if what comes is a sequence of what is wanted: it can be called for each step."""
    return problem.fix is not None and isinstance(problem.fix.command, SetRepeat)


def _natural(candidate: Candidate, tensor: Tensor) -> bool:
    # Conv2d for data with batch and channels in front; what takes it without a batch comes later
    dims = [int(letter) for letter in candidate.type if letter.isdigit()]
    return not dims or candidate.category == "block" or dims[0] + 2 == tensor.rank


def _pattern(tensor: Tensor) -> FrozenMap[Value]:
    sizes: list[int | str | Expr] = []
    for k, dim in enumerate(tensor.shape):
        if dim.value is not None:
            sizes.append(dim.value)
        else:
            sizes.append(dim.text if dim.text.isidentifier() else f"d{k}")
    return FrozenMap({"shape": tuple(sizes), "dtype": tensor.dtype})
