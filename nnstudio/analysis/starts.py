"""What the first repetition gets: inputs that are open, and states that could start with zeros."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

from nnstudio.analysis.binding import dtype_of, pattern_of
from nnstudio.analysis.boundary import open_input
from nnstudio.analysis.definition import Definition
from nnstudio.analysis.modes import carried_pairs, part_of
from nnstudio.analysis.repeat_wiring import WiringError
from nnstudio.analysis.report import Fix
from nnstudio.analysis.values import plain, resolve_value
from nnstudio.analysis.wiring import effective
from nnstudio.catalog.layer import REQUIRED
from nnstudio.catalog.layers.io import INPUT, PARAMETER
from nnstudio.graph.values import Expr, Node, Port, Repeat
from nnstudio.project.commands.graph import Connect
from nnstudio.project.commands.start_states import Size, StartWithZeros
from nnstudio.project.ports import node_ports
from nnstudio.project.values import Block
from nnstudio.symbols.bounds import ExpressionError
from nnstudio.symbols.dimension import Dim
from nnstudio.symbols.symbolic import REPETITION, Quantity, Scope, as_size, literal, resolve
from nnstudio.symbols.tensor import DType, Listed, Tensor

Tensors = Mapping[str, Tensor]
_STARTS = (INPUT, PARAMETER, "Zeros", "Ones")


def open_inputs(
    definition: Definition, node: Node, opened: Sequence[str], inputs: Tensors, scope: Scope
) -> Iterator[WiringError]:
    """What is said of the inputs of a node that must be connected and are not."""
    repeat = effective(definition.block.graph, node).repeat
    pairs = _carried(definition, node, repeat)
    for name in opened:
        connect = open_input(definition, node, name)
        if name not in pairs:
            yield WiringError(f"input '{name}' is not connected", connect)
            continue
        sizes, unknown = _sizes(definition, node, opened, inputs, scope)
        sentence = (
            f"input '{name}' is not connected: it gets '{pairs[name]}' of the repetition before, "
            "so the first one needs a start"
        )
        if name in unknown:
            sentence += f"; to start with zeros, give a value for {unknown[name]}"
        fix = None
        if not _is_a_start(definition, connect):
            fix = _zeros(definition, node, sizes, inputs)
        yield WiringError(sentence, fix or connect)


def optional_start(
    definition: Definition, node: Node, inputs: Tensors, outputs: Tensors, scope: Scope
) -> Fix | None:
    """Zeros for the carried states that may be open elsewhere, and are: as the states that leave.

    outputs: what the node gives without them.
    """
    repeat = effective(definition.block.graph, node).repeat
    found = {}
    for name, output in _carried(definition, node, repeat).items():
        if name not in inputs:
            if output not in outputs:
                return None
            found[name] = outputs[output].dtype, _written(outputs[output].shape, scope)
    return _zeros(definition, node, found, inputs)


def _carried(definition: Definition, node: Node, repeat: Repeat | None) -> dict[str, str]:
    """The outputs that are carried, by the input that gets them; none in a plain chain."""
    if repeat is None or not repeat.has_modes:
        return {}
    ports = node_ports(definition.project, definition.block.graph, node)
    inputs, outputs = [p.name for p in ports.inputs], [p.name for p in ports.outputs]
    return dict(carried_pairs(repeat, inputs, outputs))


def _is_a_start(definition: Definition, connect: Fix | None) -> bool:
    """True if the one output that nothing uses was meant to be a start."""
    if connect is None or not isinstance(connect.command, Connect):
        return False
    source = definition.block.graph.by_id[connect.command.edge.source.node]
    return source.type in _STARTS


Sizes = dict[str, tuple[DType, Size | None]]


def _sizes(
    definition: Definition, node: Node, opened: Sequence[str], inputs: Tensors, scope: Scope
) -> tuple[Sizes, dict[str, str]]:
    """Kinds and sizes of the open states, and for those of unknown size what is not known."""
    block = definition.project.by_name.get(node.type)
    repeat = effective(definition.block.graph, node).repeat
    if block is None or repeat is None:
        return {}, {}
    scope = {**scope, REPETITION: Dim(0)}
    names = _names(block, node, repeat, inputs, scope)
    carried = _carried(definition, node, repeat)
    found: Sizes = {}
    unknown: dict[str, str] = {}
    for entry in block.graph.of_type(INPUT):
        if entry.name not in opened or entry.name not in carried:
            continue
        shape = []
        for item in pattern_of(entry):
            try:
                shape.append(Dim(item) if isinstance(item, int) else as_size(resolve(item, names)))
            except ExpressionError:
                unknown.setdefault(entry.name, str(item))
        size = _written(shape, scope) if entry.name not in unknown else None
        found[entry.name] = dtype_of(entry), size
    return found, unknown


def _names(
    block: Block, node: Node, repeat: Repeat, inputs: Tensors, scope: Scope
) -> dict[str, Quantity]:
    """The names of a block as far as the use and the inputs that are connected tell them."""
    found: dict[str, Quantity] = {}
    for name, value in node.params.items():
        with suppress(ExpressionError):
            resolved = resolve_value(value, scope)
            if not isinstance(resolved, tuple):
                found[name] = resolved
    for entry in block.graph.of_type(INPUT):
        tensor = inputs.get(entry.name)
        if tensor is None:
            continue
        if entry.name in repeat.each:
            dim = repeat.each[entry.name]
            known = isinstance(tensor, Listed) or (
                dim is not None and -tensor.rank <= dim < tensor.rank
            )
            if not known:
                continue
            tensor = part_of(tensor, dim, Dim(0), repeat)
        for item, size in zip(pattern_of(entry), tensor.shape, strict=False):
            if isinstance(item, str) and item.isidentifier():
                found.setdefault(item, size)
    for parameter in block.parameters:
        if parameter.default is not REQUIRED:
            found.setdefault(parameter.name, literal(plain(parameter.default)))  # type: ignore[arg-type]
    for local in block.locals:
        with suppress(ExpressionError):
            found[local.name] = resolve(local.value.text, found)
    return found


def _written(shape: Sequence[Dim], scope: Scope) -> Size | None:
    """The sizes as they can be written in this block; None if one has no formula here."""
    if any(not dim.is_constant and not dim.names <= scope.keys() for dim in shape):
        return None
    return tuple(
        dim.value if dim.is_constant and dim.value is not None else Expr(dim.text) for dim in shape
    )


def _zeros(definition: Definition, node: Node, sizes: Sizes, inputs: Tensors) -> Fix | None:
    """One act for all states that have no start; None if it would not be right for each."""
    kinds = {dtype for dtype, _ in sizes.values()}
    written = tuple((name, size) for name, (_, size) in sizes.items() if size is not None)
    if len(kinds) != 1 or len(written) != len(sizes):
        return None
    (dtype,) = kinds
    like = _like(definition, node, inputs, dtype)
    if like is None:
        return None
    names = " and ".join(name for name, _ in written)
    title = "Start with zeros" if len(written) == 1 else f"Start {names} with zeros"
    source, other = like
    command = StartWithZeros(
        definition.block.name, node.id, source, written, dtype if other else "", title
    )
    return Fix(title, command)


def _like(
    definition: Definition, node: Node, inputs: Tensors, dtype: DType
) -> tuple[Port, bool] | None:
    """An output from which zeros take their device, and True if it is of another kind.

    One that feeds the node comes first, then the Inputs.
    """
    graph, wiring = definition.block.graph, definition.wiring
    known = [
        (source, inputs[name].dtype)
        for name, source in graph.incoming[node.id].items()
        if name in inputs and not isinstance(inputs[name], Listed)
    ]
    known += [(Port(entry.id, "output"), dtype_of(entry)) for entry in graph.of_type(INPUT)]
    known = [(port, kind) for port, kind in known if port not in wiring.open_ports]
    same = [port for port, kind in known if kind == dtype]
    if same:
        return same[0], False
    return (known[0][0], True) if known else None
