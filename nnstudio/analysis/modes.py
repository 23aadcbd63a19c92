"""What the inputs and outputs of a repetition are: carried, a part of each, the same; kept or last.

A *carried* input gets what the repetition before gives, an *each* input its part of a tensor along
a dimension or of a list, any other the same as all. Of an output the *last* is what leaves, or all
are *collected*: stacked, joined, added up or kept as a list.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from nnstudio.analysis.evaluate import UseError
from nnstudio.analysis.fixes import OtherRepeat
from nnstudio.analysis.recurrences import INDEX, total_of
from nnstudio.graph.values import CollectKind, Node, Repeat
from nnstudio.symbols.dimension import Dim
from nnstudio.symbols.expression import parse
from nnstudio.symbols.symbolic import REPETITION, Scope, as_size, resolve, substitute
from nnstudio.symbols.tensor import Listed, Tensor

Tensors = Mapping[str, Tensor]


class RefusedError(Exception):
    """Repetitions that cannot be; whoever evaluates them says so at the node."""

    def __init__(self, error: UseError | str) -> None:
        self.error = UseError(error) if isinstance(error, str) else error
        super().__init__(self.error.sentence)


def given_count(repeat: Repeat, scope: Scope) -> Dim | None:
    """The count that was given, None for none. Raises `ExpressionError`."""
    count = repeat.count
    if count is None or isinstance(count, int):
        return None if count is None else Dim(count)
    return as_size(resolve(parse(count.text), scope))


def carried_pairs(
    repeat: Repeat, inputs: Sequence[str], outputs: Sequence[str]
) -> tuple[tuple[str, str], ...]:
    """The pairs (input, output) that are carried; of those that are there, where none is named."""
    if repeat.carry is not None:
        return tuple(pair for pair in repeat.carry if pair[0] in inputs and pair[1] in outputs)
    free = [name for name in inputs if name not in repeat.each]
    left = [name for name in outputs if name not in repeat.collect]
    return ((free[0], left[0]),) if free and left else ()


def number_of(node: Node, inputs: Tensors, scope: Scope, free: frozenset[str]) -> Dim:
    """How many repetitions there are. Raises `ExpressionError` and `RefusedError`."""
    repeat = node.repeat
    assert repeat is not None
    given = given_count(repeat, scope)
    parts = [
        (port, _parts(port, inputs[port], dim))
        for port, dim in repeat.each.items()
        if port in inputs
    ]
    if given is None and not parts:
        raise RefusedError("needs a count, or an input of which every repetition gets its part")
    number = parts[0][1] if given is None else given
    for port, count in parts:
        if number.differs(count):
            what = f"{number.label} repetition{'s' if number.value != 1 else ''}"
            if given is None:
                what = f"{number.label} on '{parts[0][0]}'"
            fix = _without_count(repeat) if given is not None else None
            raise RefusedError(
                UseError(f"has {count.label} parts on '{port}', but {what}", fix=fix)
            )
    if repeat.kind != "shared" and number.names & free:
        sentence = (
            f"has as many repetitions as data tells ({number.text}), and only one shared module "
            "can be repeated so; make it shared, or the size a parameter of the block"
        )
        fix = OtherRepeat("Make it one shared module", replace(repeat, kind="shared"))
        raise RefusedError(UseError(sentence, fix=fix))
    if given is not None and repeat.kind == "shared":
        for port, count in parts:
            if not count.equals(given):
                sentence = (
                    f"goes through the {count.text} parts of '{port}', so its count must be that; "
                    "leave the count out"
                )
                raise RefusedError(UseError(sentence, fix=_without_count(repeat)))
    return number


def _without_count(repeat: Repeat) -> OtherRepeat:
    return OtherRepeat("Repeat it once for each part", replace(repeat, count=None))


def _parts(port: str, tensor: Tensor, dim: int | None) -> Dim:
    if isinstance(tensor, Listed):
        return tensor.count
    if dim is None:
        raise RefusedError(
            f"takes each of a list on '{port}', and one tensor comes: {tensor.label}; "
            "choose a dimension to go through"
        )
    if not -tensor.rank <= dim < tensor.rank:
        raise RefusedError(f"input '{port}' has no dimension {dim} to go through: {tensor.label}")
    return tensor.shape[dim]


def part_of(tensor: Tensor, dim: int | None, index: Dim, repeat: Repeat) -> Tensor:
    """What repetition `index` gets of an *each* input."""
    if not isinstance(tensor, Listed):
        assert dim is not None
        at = dim % tensor.rank
        return Tensor(tensor.shape[:at] + tensor.shape[at + 1 :], tensor.dtype)
    place = tensor.count - 1 - index if repeat.reverse else index
    shape = tuple(
        d if d.terms is None else substitute(Dim(None, d.terms), {REPETITION: place})
        for d in tensor.shape
    )
    if tensor.parts is not None and index.is_constant and index.value is not None:
        parts = tensor.parts[::-1] if repeat.reverse else tensor.parts
        if 0 <= index.value < len(parts):
            shape = with_numbers(shape, parts[index.value].shape)
    return Tensor(shape, tensor.dtype)


def with_numbers(formulas: Sequence[Dim], numbers: Sequence[Dim]) -> tuple[Dim, ...]:
    """The formulas of the first with the numbers of the second."""
    return tuple(
        d if d.is_constant else Dim(n.value, d.terms)
        for d, n in zip(formulas, numbers, strict=True)
    )


def collected(
    repeat: Repeat,
    how: CollectKind,
    dim: int,
    element: Tensor,
    first: Tensor,
    number: Dim,
    parts: tuple[Tensor, ...] | None,
) -> Tensor:
    """All repetitions of an output together.

    `element` is the formula of repetition i, `first` the output of repetition 0, `parts` those
    with numbers, None if it is not known how many there are. Where the parts of an input are gone
    through in reverse, what is collected keeps their order: it is turned again.
    """
    if how == "list" and repeat.turns:
        place = {REPETITION: number - 1 - INDEX}
        turned = tuple(
            d if d.terms is None else substitute(Dim(None, d.terms), place) for d in element.shape
        )
        return Listed(turned, element.dtype, number, parts[::-1] if parts is not None else None)
    if how == "list":
        return Listed(element.shape, element.dtype, number, parts)
    rank = element.rank + (how == "stack")
    if how != "sum" and not -rank <= dim < rank:
        word = "stack" if how == "stack" else "join"
        raise RefusedError(f"has no dimension {dim} to {word} along: {first.label}")
    at = dim % rank if how != "sum" else -1
    joined = at if how == "concat" else -1
    for k in _varying(element, parts):
        if k == joined:
            continue
        seen = next((j for j, p in enumerate(parts or ()) if p.shape[k].differs(first.shape[k])), 0)
        what = f"dimension {k} changes from one to the next"
        if seen and parts is not None:
            what = (
                f"repetition 0 gives {parts[0].label}, repetition {seen} gives {parts[seen].label}"
            )
        raise RefusedError(f"its repetitions cannot be put together ({how}): {what}")
    shape = [
        first.shape[k] if d.names & {REPETITION} and k != joined else d
        for k, d in enumerate(element.shape)
    ]
    if how == "stack":
        shape.insert(at, number)
    elif how == "concat":
        shape[at] = _joined(element.shape[at], number, parts, at)
    return Tensor(
        tuple(shape), "float" if element.dtype == "bool" and how == "sum" else element.dtype
    )


def _varying(element: Tensor, parts: tuple[Tensor, ...] | None) -> Iterator[int]:
    """The dimensions that are not the same in every repetition."""
    for k, dim in enumerate(element.shape):
        if parts:
            numbers = {part.shape[k].value for part in parts}
            if len(numbers) > 1 or (None in numbers and REPETITION in dim.names):
                yield k
        elif REPETITION in dim.names:
            yield k


def _joined(size: Dim, number: Dim, parts: tuple[Tensor, ...] | None, at: int) -> Dim:
    formula = Dim(None, size.terms) if size.terms is not None else size
    total = total_of(formula, number)
    if total is None:
        total = Dim.atom(f"sum([{size.text} for {REPETITION} in range({number.text})])")
    if total.is_constant:
        return total
    sizes = [part.shape[at].value for part in parts] if parts is not None else [None]
    known = None if None in sizes else sum(s for s in sizes if s is not None)
    return Dim(known, total.terms)
