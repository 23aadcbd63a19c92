"""From runs to formulas: what a layer without a shape rule gives, found by trying other sizes.

A run tells numbers only. So the layer is run with the sizes of its use, again with each name in
them changed, and with all of them changed; a size of an output is then the number that it always
is, one of the sizes that the use speaks of, or a straight line over one of these, rounded down.
What fits none of them is refused: no formula is guessed from numbers of one use. How a layer is run
is not known here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import ceil, gcd
from typing import Any, Protocol

from nnstudio.analysis.inference import Inferred
from nnstudio.catalog.layer import Layer
from nnstudio.catalog.memory import OWN, Memory
from nnstudio.catalog.use import ShapeError, Use
from nnstudio.errors import UserError
from nnstudio.graph.values import Node
from nnstudio.symbols.bounds import ExpressionError
from nnstudio.symbols.dimension import BATCH_NAMES, Dim
from nnstudio.symbols.expression import parse_formula
from nnstudio.symbols.symbolic import REPETITION, Quantity, Scope, Term
from nnstudio.symbols.tensor import DType, Tensor

Sized = tuple[tuple[int, ...], DType]

# what stands in for a size that is not known, and for the batch: others where these are refused
STAND_INS = ((8, 2), (4, 3), (64, 4), (16, 1))
# how many other values of a name are tried, with its own three points of a line
ENOUGH = 2
# strides and divisions up to this are found. Two that agree at twice as many sizes in a row are
# the same (Fine and Wilf, 1965: two periods in one word)
MAX_STEP = 16
ADVICE = "give the layer a shape rule"


@dataclass(frozen=True, slots=True)
class Ran:
    """What a run gave: sizes and dtype of each output, the trainable parameters, whose memory."""

    outputs: tuple[Sized, ...]
    parameters: int
    memory: Memory = OWN


class Run(Protocol):
    """Runs one use of a layer. Raises `ShapeError` with the reason if that fails."""

    def __call__(
        self, layer: Layer, node: Node, values: Mapping[str, Any], inputs: Mapping[str, Sized]
    ) -> Ran:
        """`values` are those of the names in the node's parameters, `inputs` go by port."""


@dataclass(frozen=True)
class _Trial:
    """One run: the names that were changed, by its formula each size of the use, what came out."""

    names: tuple[str, ...]
    sizes: Mapping[str, int]
    ran: Ran


@dataclass(frozen=True)
class _Aspect:
    """Other values for a name. If it `matters`, at least one of them has to work."""

    values: tuple[Any, ...]
    matters: bool = True


@dataclass(frozen=True)
class _Unclear:
    """A dimension of an output for which no formula was found, and the names it changes with."""

    port: str
    at: int
    names: tuple[str, ...]


def names_of_use(use: Use, scope: Scope) -> tuple[str, ...]:
    """The names that sizes and parameters of a use rest on, in the order of the inputs."""
    found: dict[str, None] = {}
    for dim in _input_sizes(use):
        found |= dict.fromkeys(sorted(dim.names))
    for part in _parts(use):
        names = frozenset() if part.is_constant else parse_formula(part.text).names
        found |= dict.fromkeys(sorted(names & scope.keys()))
    return tuple(found)


def infer_by_trials(layer: Layer, node: Node, use: Use, scope: Scope, run: Run) -> Inferred:
    """The outputs of a use as formulas. Raises `ShapeError` where trying does not show them."""
    return _Probing(layer, node, use, scope, run).result()


def _input_sizes(use: Use) -> Iterator[Dim]:
    for tensor in use.inputs.values():
        yield from tensor.shape


def _parts(use: Use) -> Iterator[Quantity]:
    for value in use.params.values():
        yield from value if isinstance(value, tuple) else (value,)


def _dims(part: Quantity) -> tuple[Dim, ...]:
    """The sizes that a parameter speaks of: a number, or the ends of a list."""
    if isinstance(part, Dim):
        return (part,)
    ends = part.value if isinstance(part.value, list) and not part.is_constant else []
    if not all(isinstance(end, int) and not isinstance(end, bool) for end in ends):
        return ()
    return tuple(Dim.atom(f"({part.text})[{at}]", ends[at]) for at in (0, -1) if ends)


class _Probing:
    """The trials of one use and what they show."""

    def __init__(self, layer: Layer, node: Node, use: Use, scope: Scope, run: Run) -> None:
        self.layer = layer
        self.node = node
        self.use = use
        self.run = run
        self.names = names_of_use(use, scope)
        own = [*_input_sizes(use), *(dim for part in _parts(use) for dim in _dims(part))]
        self.sizes: dict[str, Dim] = {}
        self.values: dict[str, Any] = {name: quantity.value for name, quantity in scope.items()}
        for dim in own:
            if not dim.is_constant:
                self.sizes.setdefault(dim.text, dim)
            # a size that only analysis has a name for is not in the scope
            if dim.text in self.names and self.values.get(dim.text) is None:
                self.values[dim.text] = dim.value
        self.unknown = [name for name in self.names if self.values.get(name) is None]
        self.trials: list[_Trial] = []

    def result(self) -> Inferred:
        first = self.first()
        self.trials.append(first)
        varied = {name: self.vary(name) for name in self.names}
        others = {name: value for name, value in varied.items() if name not in BATCH_NAMES}
        if len(others) > 1:
            # the smaller of two equal sizes follows neither of them alone
            self.keep(self.trial(others, []))
        found = self.outputs(range(1, 2))
        for name in {name: None for place in self.unclear(found) for name in place.names}:
            self.step(name)
        found = self.outputs(range(1, MAX_STEP + 1))
        for place in self.unclear(found):
            raise ShapeError(
                f"has no shape rule, and trying does not show how dimension {place.at} of "
                f"'{place.port}' follows from {' and '.join(place.names)}; {ADVICE}"
            )
        tensors = tuple(
            Tensor(tuple(dim for dim in dims if dim is not None), dtype)
            for dims, (_, dtype) in zip(found, first.ran.outputs, strict=True)
        )
        # a number that changes with a size that stands in for another is not that of this use
        alike = (trial for trial in self.trials if set(trial.names) <= set(self.unknown))
        counts = {trial.ran.parameters for trial in alike}
        count = first.ran.parameters if len(counts) == 1 else None
        return Inferred(tensors, count, first.ran.memory)

    # -- trials ------------------------------------------------------------------------------

    def first(self) -> _Trial:
        """The use as it is; sizes that are not known have stand-ins from here on."""
        refusals: list[UserError] = []
        for size, batch in STAND_INS if self.unknown else STAND_INS[:1]:
            for name in self.unknown:
                self.values[name] = (
                    1 if name == REPETITION else batch if name in BATCH_NAMES else size
                )
            trial = self.trial({}, refusals)
            if trial is not None:
                return trial
        if all(name in BATCH_NAMES for name in self.unknown):
            raise refusals[0]
        sizes = ", ".join(str(size) for size, _ in STAND_INS)
        raise ShapeError(
            f"has no shape rule, and could not be tried where sizes are not known: with {sizes} it "
            f"says: {refusals[0]}; {ADVICE}"
        )

    def trial(self, others: Mapping[str, Any], refusals: list[UserError]) -> _Trial | None:
        """A run with other values of some names; None, and the refusal kept, if it cannot be."""
        values = {**self.values, **others}
        try:
            sizes = {text: _size(text, values) for text in self.sizes}
            inputs = {port: _trial_shape(port, t, sizes) for port, t in self.use.inputs.items()}
            ran = self.run(self.layer, self.node, values, inputs)
            return _Trial(tuple(others), sizes, ran)
        except (ShapeError, ExpressionError) as error:
            refusals.append(error)
            return None

    def vary(self, name: str) -> Any:
        """Try other values of a name, the rest as it is; the first that worked, else its own."""
        value = found = self.values[name]
        for aspect in _aspects(name, value, self.choices(name)):
            refusals: list[UserError] = []
            worked = 0
            for other in aspect.values:
                if worked < ENOUGH and self.keep(self.trial({name: other}, refusals)):
                    worked += 1
                    found = other if found is value else found
            if aspect.matters and not worked:
                reason = f" ({refusals[0]})" if refusals else ""
                raise ShapeError(
                    f"has no shape rule, and could not be tried with another {name} than "
                    f"{value!r}{reason}; {ADVICE}"
                )
        return found

    def step(self, name: str) -> None:
        """Try the next values of a name one by one: how a stride or a division rounds."""
        value = self.values[name]
        if isinstance(value, int) and not isinstance(value, bool):
            for more in range(2, 2 * MAX_STEP):
                self.keep(self.trial({name: value + more}, []))

    def keep(self, trial: _Trial | None) -> bool:
        """Take a trial into account; False if there was none."""
        if trial is None:
            return False
        first = self.trials[0].ran.outputs
        for (before, dtype), (after, other) in zip(first, trial.ran.outputs, strict=True):
            if len(before) != len(after) or dtype != other:
                what = "dtype" if dtype != other else "number of dimensions"
                raise ShapeError(
                    f"has no shape rule, and the {what} of what it gives depends on "
                    f"{' and '.join(trial.names)}; {ADVICE}"
                )
        self.trials.append(trial)
        return True

    def choices(self, name: str) -> tuple[str, ...]:
        """Values of a name that stands for a choice of the layer."""
        found: dict[str, None] = {}
        for param in self.layer.params:
            part = self.use.params.get(param.name)
            if param.kind == "choice" and isinstance(part, Term) and part.text == name:
                found |= dict.fromkeys(param.choices)
        return tuple(found)

    # -- what they show ----------------------------------------------------------------------

    def outputs(self, steps: Iterable[int]) -> list[list[Dim | None]]:
        """Formulas by output and dimension, None where there is none."""
        return [
            [self.formula(port, at, steps) for at in range(len(shape))]
            for port, (shape, _) in enumerate(self.trials[0].ran.outputs)
        ]

    def sizes_in_trials(self, port: int, at: int) -> list[int]:
        """Size of a dimension of an output in each trial."""
        return [trial.ran.outputs[port][0][at] for trial in self.trials]

    def formula(self, port: int, at: int, steps: Iterable[int]) -> Dim | None:
        given = self.sizes_in_trials(port, at)
        if len(set(given)) == 1:
            return Dim(given[0])
        pairs = {
            text: [
                (trial.sizes[text], size) for trial, size in zip(self.trials, given, strict=True)
            ]
            for text in self.sizes
        }
        for dim in self.sizes.values():
            if all(before == after for before, after in pairs[dim.text]):
                return dim
        for step in steps:
            for dim in self.sizes.values():
                line = _line(dim, pairs[dim.text], step)
                if line is not None:
                    return line
        return None

    def unclear(self, found: list[list[Dim | None]]) -> Iterator[_Unclear]:
        """The dimensions without a formula."""
        for port, dims in enumerate(found):
            for at in (at for at, dim in enumerate(dims) if dim is None):
                given = self.sizes_in_trials(port, at)
                pairs = zip(self.trials, given, strict=True)
                others = [trial.names for trial, size in pairs if size != given[0]]
                # several names at once tell less than one, and only if no single one tells
                fewest = min(len(names) for names in others)
                names = dict.fromkeys(n for names in others if len(names) == fewest for n in names)
                yield _Unclear(self.layer.outputs[port].name, at, tuple(names))


def _size(text: str, values: Mapping[str, Any]) -> int:
    size = parse_formula(text).evaluate(values)
    if isinstance(size, bool) or not isinstance(size, int):
        raise ExpressionError(f"expected a whole number, '{text}' is {size!r}")
    return size


def _trial_shape(port: str, tensor: Tensor, sizes: Mapping[str, int]) -> Sized:
    shape = tuple(sizes.get(dim.text, dim.value or 0) for dim in tensor.shape)
    if min(shape, default=0) < 0:
        raise ShapeError(f"input '{port}' would have a negative size")
    return shape, tensor.dtype


def _aspects(name: str, value: Any, choices: tuple[str, ...]) -> Iterator[_Aspect]:
    """Parts of a value that can vary: a number, each number of a list, and its length."""
    if isinstance(value, bool):
        yield _Aspect((not value,), False)
    elif isinstance(value, int):
        # the next number shows rounding, a far one small steps; multiples are seldom refused
        far = value * (1 + ceil(2 * MAX_STEP / max(1, abs(value))))
        others = (value + 1, far, 2 * value, 3 * value, value // 2)
        tried = dict.fromkeys(n for n in others if n != value and (n > 0 or value <= 0))
        yield _Aspect(tuple(tried), name != REPETITION)
    elif isinstance(value, float):
        yield _Aspect((value / 2, value * 2 or 0.5))
    elif isinstance(value, list):
        for at, item in enumerate(value):
            for aspect in _aspects(name, item, ()):
                lists = [[*value[:at], other, *value[at + 1 :]] for other in aspect.values]
                yield _Aspect(tuple(lists), aspect.matters)
        if value:
            yield _Aspect(([*value, value[-1]],), False)
    else:
        yield _Aspect(tuple(choice for choice in choices if choice != value))


def _line(dim: Dim, pairs: list[tuple[int, int]], step: int) -> Dim | None:
    """``(rise * dim + start) // step`` if all pairs (size, what came out) lie on it.

    A line of steps is seen only where two sizes lie a whole number of steps apart. Where several
    starts fit, they differ at sizes only that the layer refuses; the one nearest to 0 is taken.
    """
    sizes = {size for size, _ in pairs}
    if len(sizes) < 3 or len({size % step for size in sizes}) == len(sizes):
        return None
    low, high = min(pairs), max(pairs)
    slope = step * (high[1] - low[1]) // (high[0] - low[0])
    for rise in (slope, slope + 1):
        if rise < 1 or gcd(rise, step) > 1:
            continue
        least = max(step * found - rise * size for size, found in pairs)
        most = min(step * found - rise * size for size, found in pairs) + step - 1
        if least <= most:
            return (dim * rise + min(max(0, least), most)) // step
    return None
