"""Repeats: one text for all repetitions, numbers for each.

Repetition 0 is evaluated with ``i = 0``. If it keeps the shape and nothing in it uses ``i``, it
stands for all. Else the rest is evaluated with a symbolic ``i >= 1``: of the sizes that left
repetition 0 as they entered it is assumed that they stay, the others get a fresh name. What the
rest does not bear out is given up, until nothing changes: that is induction. From the rest the
recurrence of each size is read; then every repetition is walked with its numbers, so that an
error names its own.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from nnstudio.analysis.alternatives import alternatives_alike, alternatives_changing
from nnstudio.analysis.evaluate import (
    Evaluation,
    UseError,
    silent,
    why_not,
    without_numbers,
    without_values,
)
from nnstudio.analysis.fixes import Repetitions
from nnstudio.analysis.index_formulas import of_both
from nnstudio.analysis.modes import (
    RefusedError,
    Tensors,
    carried_pairs,
    collected,
    number_of,
    part_of,
    with_numbers,
)
from nnstudio.analysis.recurrences import INDEX, Recurrence
from nnstudio.analysis.report import BlockReport
from nnstudio.analysis.size_laws import Laws, SizeAt, Sizes, read_laws
from nnstudio.analysis.wiring import uses_index
from nnstudio.catalog.use import Removal
from nnstudio.graph.values import Node
from nnstudio.symbols.bounds import ExpressionError
from nnstudio.symbols.dimension import Dim
from nnstudio.symbols.symbolic import LATER, REPETITION, Scope, substitute
from nnstudio.symbols.tensor import Listed, Tensor

Once = Callable[[Tensors, Scope], Evaluation]
MAX_REPEATS = 4096


@dataclass(frozen=True)
class Walked:
    """Every repetition with its own numbers: outputs and what they cost together.

    `outputs` None: it is not known how many there are. `unlike` is a report of each further kind
    of repetition, by the layers that are there.
    """

    outputs: tuple[Tensors, ...] | None
    parameters: int | None
    flops: int | None
    unlike: tuple[BlockReport, ...] = ()
    rounds: tuple[Evaluation, ...] | None = None


def evaluate_repeat(
    node: Node,
    inputs: Tensors,
    scope: Scope,
    once: Once,
    free: frozenset[str] = frozenset(),
    stem: str = "layer",
    taken: Collection[str] = (),
    read: Collection[str] = (),
    others: Sequence[Node] = (),
) -> Evaluation:
    """Evaluate the repetitions of `node`, each by `once`; `others` are its alternatives.

    `free` are the names that are known only when data comes; what has to be named is called after
    `stem`, and not like what is `taken`; `read` are the outputs that something reads.
    """
    repetitions = _Repetitions(node, inputs, scope, once, stem, taken or scope.keys())
    repetitions.read = read
    repetitions.by_index = any(uses_index(each) for each in (node, *others))
    try:
        repetitions.number = number_of(node, inputs, scope, free)
    except ExpressionError as error:
        return Evaluation(None, error=UseError(f"repeat: {error}"))
    except RefusedError as refusal:
        return Evaluation(None, error=refusal.error)
    try:
        found = repetitions.evaluation()
    except RefusedError as refusal:
        first = repetitions.first
        params, auto = (first.params, first.auto) if first is not None else ({}, frozenset[str]())
        found = Evaluation(None, params, auto, error=refusal.error)
        found = replace(found, others=first.others if first is not None else ())
    return replace(found, repetitions=repetitions.number)


class _Repetitions:
    """One evaluation of a repeated node."""

    def __init__(
        self,
        node: Node,
        inputs: Tensors,
        scope: Scope,
        once: Once,
        stem: str,
        taken: Collection[str],
    ) -> None:
        assert node.repeat is not None
        self.node = node
        self.repeat = node.repeat
        self.inputs = inputs
        self.scope = scope
        self.once = once
        self.stem = stem
        self.taken = taken
        self.shared = node.repeat.kind == "shared"
        self.number = Dim(0)
        self.read: Collection[str] = ()
        self.by_index = False
        self.first: Evaluation | None = None
        self.carry: tuple[tuple[str, str], ...] = ()
        self.at: Laws | None = None

    def given(self, index: Dim, carry: Tensors) -> dict[str, Tensor]:
        """What repetition `index` gets."""
        found: dict[str, Tensor] = {}
        for port, tensor in self.inputs.items():
            if port in carry:
                found[port] = carry[port]
            elif port in self.repeat.each:
                found[port] = part_of(tensor, self.repeat.each[port], index, self.repeat)
            else:
                found[port] = tensor
        return found

    def evaluation(self) -> Evaluation:
        if self.number.value is not None and not 0 <= self.number.value <= MAX_REPEATS:
            raise RefusedError(
                f"repeat expects 0 to {MAX_REPEATS:,}, received {self.number.value:,}"
            )
        skipped = self.number.value == 0
        # a shared module is built even if it is never called
        built = not skipped or self.shared
        start = self.given(Dim(0), {})
        start = start if built else without_numbers(start)
        first = self.once(start, {**self.scope, REPETITION: Dim(0)})
        if not built and first.outputs is None:
            scope = {**without_values(self.scope), REPETITION: Dim(0)}
            unknown = self.once(start, scope)
            first = unknown if unknown.outputs is not None else first
        if first.outputs is None or not self.inputs or not first.outputs:
            return first
        self.first = first = first if built else silent(first)
        assert first.outputs is not None
        self.carry = carried_pairs(self.repeat, list(start), list(first.outputs))
        if skipped and self.repeat.collect:
            sentence = "collects what its repetitions give, so it needs at least 1, received 0"
            raise RefusedError(UseError(sentence, fix=Repetitions(1)))
        if skipped and self.reads_last(first.outputs):
            sentence = "gives what its last repetition gives, so it needs at least 1, received 0"
            raise RefusedError(UseError(sentence, fix=Repetitions(1)))
        if self.all_alike():
            return self.alike(first, first.outputs, skipped=skipped)
        return self.changing(first, first.outputs, skipped=skipped)

    def reads_last(self, outputs: Tensors) -> bool:
        """True if something reads an output that only the last repetition gives."""
        known = {*self.repeat.collect, *(output for _, output in self.carry)}
        return self.repeat.has_modes and any(n in self.read for n in outputs if n not in known)

    def all_alike(self) -> bool:
        """True if repetition 0 stands for all: nothing changes, and nothing uses the index."""
        assert self.first is not None
        assert self.first.outputs is not None
        parts = [self.inputs[port] for port in self.repeat.each if port in self.inputs]
        if self.by_index or any(isinstance(tensor, Listed) for tensor in parts):
            return False
        pairs = [(self.inputs[port], self.first.outputs[output]) for port, output in self.carry]
        return all(
            a.rank == b.rank and all(x.same(y) for x, y in zip(a.shape, b.shape, strict=True))
            for a, b in pairs
        )

    def alike(self, first: Evaluation, outputs: Tensors, *, skipped: bool) -> Evaluation:
        count = self.number.value
        parts = None if count is None else {n: (t,) * count for n, t in outputs.items()}
        entered = {output: port for port, output in self.carry}
        found = {}
        for name, tensor in outputs.items():
            if name in self.repeat.collect:
                how, dim = self.repeat.collect[name]
                each = None if parts is None else parts[name]
                found[name] = collected(self.repeat, how, dim, tensor, tensor, self.number, each)
            else:
                found[name] = self.inputs[entered[name]] if skipped and name in entered else tensor
        return replace(
            first,
            outputs=found,
            parameters=first.parameters if self.shared else _times(first.parameters, count),
            flops=_times(first.flops, count),
            others=alternatives_alike(first, count, shared=self.shared),
            needs_repetition=bool(self.repeat.collect) or self.reads_last(outputs),
        )

    # -- sizes that change ----------------------------------------------------------------------

    def changing(self, first: Evaluation, outputs: Tensors, *, skipped: bool) -> Evaluation:
        """Read the recurrences from repetition 0 and the rest, the numbers from all of them."""
        entering = {port: self.inputs[port] for port, _ in self.carry}
        sizes: dict[SizeAt, tuple[Dim, Dim]] = {}
        for port, output in self.carry:
            enters, leaves = entering[port], outputs[output]
            if enters.rank != leaves.rank:
                raise RefusedError(_no_chain(enters, leaves))
            for k, pair in enumerate(zip(enters.shape, leaves.shape, strict=True)):
                sizes[port, k] = pair
        self.at = laws = read_laws(sizes, self.number, self.rest, first, self.stem, self.taken)
        changed = {port for (port, _), law in laws.found.items() if not law.kept}
        for port, output in self.carry:
            if self.shared and port in changed:
                raise RefusedError(
                    "is one module called several times, so it must keep the shape: "
                    f"{entering[port].label} goes in, {outputs[output].label} comes out"
                )
        needed = not all(law.from_zero for law in laws.found.values())
        if skipped and needed:
            sentence = "changes the shape, so it needs at least 1 repetition, received 0"
            raise RefusedError(UseError(sentence, fix=Repetitions(1)))
        walked = self.walk()
        if isinstance(walked, Evaluation):
            return replace(walked, params=first.params, auto=first.auto)
        params = dict(first.params)
        for name in first.auto:
            params[name] = of_both(
                params[name], laws.rest.params.get(name), laws.entry, laws.tables
            )
        return replace(
            first,
            outputs={name: self.leaving(name, outputs, laws, walked) for name in outputs},
            params=params,
            parameters=first.parameters if self.shared else walked.parameters,
            flops=walked.flops,
            others=alternatives_changing(first, laws, walked.rounds, shared=self.shared),
            unlike=walked.unlike,
            needs_repetition=needed or bool(self.repeat.collect) or self.reads_last(outputs),
            tables=laws.tables,
        )

    def rest(self, sizes: Sizes, *, from_zero: bool = False) -> tuple[Evaluation, Sizes]:
        """Any later repetition, or (with `from_zero`) any at all; `sizes` are those carried.

        Returns with it the sizes that it leaves for the next one.
        """
        assert self.first is not None
        assert self.first.outputs is not None
        carry = {}
        for port, output in self.carry:
            leaves = self.first.outputs[output]
            shape = tuple(sizes[port, k] for k in range(leaves.rank))
            carry[port] = Tensor(shape, leaves.dtype)
        mark = {} if from_zero else {LATER: Dim(1)}
        scope = {**self.scope, REPETITION: INDEX, **mark}
        found = self.once(without_numbers(self.given(INDEX, carry)), scope)
        if found.outputs is None:
            raise RefusedError(why_not(found))
        leaving: dict[SizeAt, Dim] = {}
        for port, output in self.carry:
            tensor = found.outputs[output]
            if tensor.rank != carry[port].rank:
                raise RefusedError(_no_chain(carry[port], tensor))
            leaving |= {(port, k): dim for k, dim in enumerate(tensor.shape)}
        return found, leaving

    def walk(self) -> Walked | Evaluation:
        """Every repetition with its own numbers; the failed one where there is one."""
        assert self.at is not None
        assert self.first is not None
        if self.number.value is None:
            return Walked(None, None, None)
        parameters: int | None = 0
        flops: int | None = 0
        current = {port: self.inputs[port] for port, _ in self.carry}
        outputs: list[Tensors] = []
        rounds: list[Evaluation] = []
        kinds: dict[object, BlockReport] = {}
        for index in range(self.number.value):
            found = self.first  # which had the numbers of repetition 0
            if index:
                scope = {**self.scope, REPETITION: Dim(index)}
                found = self.once(self.given(Dim(index), current), scope)
            if found.outputs is None:
                error = why_not(found)
                sentence = f"in repetition {index}: {error.sentence}"
                fix = Repetitions(index) if index and isinstance(error.fix, Removal) else error.fix
                return replace(found, error=replace(error, sentence=sentence, fix=fix))
            parameters = _sum(parameters, found.parameters)
            flops = _sum(flops, found.flops)
            outputs.append(found.outputs)
            rounds.append(found)
            if found.inner is not None and (found.active or not found.others):
                kinds.setdefault(found.inner.layers, found.inner)
            # formulas would only grow along the walk: names of their own keep them short
            for port, output in self.carry:
                tensor = found.outputs[output]
                shape = tuple(
                    self.at.entering(port, k, dim, index + 1) for k, dim in enumerate(tensor.shape)
                )
                current[port] = Tensor(shape, tensor.dtype)
        unlike = tuple(kinds.values())[1:]
        return Walked(tuple(outputs), parameters, flops, unlike, tuple(rounds))

    # -- what leaves ----------------------------------------------------------------------------

    def leaving(self, name: str, outputs: Tensors, laws: Laws, walked: Walked) -> Tensor:
        """An output: that of the last repetition, or all together."""
        assert laws.rest.outputs is not None
        first, rest = outputs[name], laws.rest.outputs.get(name, outputs[name])
        port = next((p for p, output in self.carry if output == name), None)
        parts = tuple(each[name] for each in walked.outputs) if walked.outputs is not None else None
        if port is not None and name not in self.repeat.collect:
            found = [laws.found[port, k] for k in range(first.rank)]
            return Tensor(self.final(found, port, parts), first.dtype)
        if first.rank != rest.rank:
            raise RefusedError(_no_chain(first, rest))
        formulas = [
            of_both(a, b if b.is_constant else Dim(None, b.terms), laws.entry, laws.tables)
            for a, b in zip(first.shape, rest.shape, strict=True)
        ]
        sizes = tuple(dim for dim in formulas if isinstance(dim, Dim))
        element = Tensor(sizes, first.dtype)
        if name in self.repeat.collect:
            how, at = self.repeat.collect[name]
            return collected(self.repeat, how, at, element, first, self.number, parts)
        last = {REPETITION: self.number - 1}
        shape = tuple(
            substitute(Dim(None, d.terms), last) if REPETITION in d.names else d for d in sizes
        )
        return Tensor(with_numbers(shape, parts[-1].shape) if parts else shape, first.dtype)

    def final(
        self, laws: list[Recurrence], port: str, parts: tuple[Tensor, ...] | None
    ) -> tuple[Dim, ...]:
        """The sizes of what is carried out of the last repetition."""
        finals = tuple(law.final for law in laws)
        if parts is None:
            return tuple(
                law.final if law.kept or law.final.is_constant else Dim(None, law.final.terms)
                for law in laws
            )
        return with_numbers(finals, parts[-1].shape if parts else self.inputs[port].shape)


def _no_chain(enters: Tensor, leaves: Tensor) -> str:
    return (
        "is repeated, so each repetition must give what the next one takes: "
        f"{enters.label} goes in, {leaves.label} comes out"
    )


def _times(cost: int | None, count: int | None) -> int | None:
    return None if cost is None or count is None else cost * count


def _sum(total: int | None, more: int | None) -> int | None:
    return None if total is None or more is None else total + more
