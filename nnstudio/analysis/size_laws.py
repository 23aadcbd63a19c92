"""The laws of the sizes that are carried from repetition to repetition, found by induction.

Sizes of which repetition 0 gives what it got are assumed to stay, and enter the rest with their
own formula; the others enter with a fresh name, one for all that came and left alike. What the rest
does not bear out loses its place, names that part are parted, until nothing changes. Then each
size that changes has a recurrence, or a table of which each element follows from the one before.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from nnstudio.analysis.evaluate import Evaluation
from nnstudio.analysis.index_formulas import of_both
from nnstudio.analysis.modes import RefusedError
from nnstudio.analysis.recurrences import (
    Recurrence,
    Table,
    fresh_name,
    is_fresh,
    recurrence_of,
)
from nnstudio.analysis.size_stems import table_name
from nnstudio.symbols.dimension import Dim
from nnstudio.symbols.symbolic import REPETITION, Quantity, substitute

SizeAt = tuple[str, int]
"""A carried input and the dimension."""


Sizes = Mapping[SizeAt, Dim]


class Rest(Protocol):
    """Evaluates a later repetition, or any: the carried sizes as they enter -> as they leave."""

    def __call__(self, sizes: Sizes, *, from_zero: bool = ...) -> tuple[Evaluation, Sizes]: ...


@dataclass(frozen=True)
class Laws:
    """The recurrence of each size, what enters a later repetition by fresh name, and the rest."""

    rest: Evaluation
    found: Mapping[SizeAt, Recurrence]
    names: Mapping[SizeAt, str]
    entry: Mapping[str, Quantity]
    tables: tuple[Table, ...]

    def entering(self, port: str, k: int, size: Dim, index: int) -> Dim:
        """What a size that was carried is called in repetition `index`, which it enters."""
        if size.is_constant:
            return size
        if size.value is None:
            law = self.found[port, k]
            at = {REPETITION: Dim(index)}
            return law.entry if law.kept else substitute(Dim(None, law.entry.terms), at)
        return Dim.atom(self.names[port, k], size.value)


def read_laws(
    sizes: Mapping[SizeAt, tuple[Dim, Dim]],
    number: Dim,
    rest: Rest,
    first: Evaluation,
    stem: str,
    taken: Collection[str],
) -> Laws:
    """The laws of `sizes`, given as they enter and leave repetition 0. Raises `RefusedError`.

    Tables are called after `stem`, and none like a name in `taken`.
    """
    stay = {at for at, (enters, leaves) in sizes.items() if enters.equals(leaves)}
    names: dict[SizeAt, str] = {}
    alike: dict[tuple[str, str], str] = {}
    for k, (at, (enters, leaves)) in enumerate(sizes.items()):
        names[at] = alike.setdefault((enters.text, leaves.text), fresh_name(k))
    unused = len(sizes)
    while True:
        entering = {
            at: enters if at in stay else Dim.atom(names[at]) for at, (enters, _) in sizes.items()
        }
        found, going = rest(entering)
        gone = {at for at in stay if not going[at].equals(sizes[at][0])}
        leaders: dict[str, Dim] = {}
        parted = [
            at
            for at in sizes
            if at not in stay and not leaders.setdefault(names[at], going[at]).equals(going[at])
        ]
        if not gone and not parted:
            break
        stay -= gone
        for at in parted:
            names[at] = fresh_name(unused)
            unused += 1
    reading = _Reading(sizes, number, names, {at: sizes[at][0] for at in stay})
    reading.closed(going)
    if reading.left:
        steps = rest(entering, from_zero=True)[1]
        reading.listed(steps, lambda at: _called(at, names[at], stem, sizes, first, found), taken)
    tables = tuple(reading.tables.values())
    return Laws(found, reading.laws, names, reading.entry, tables)


def _called(
    at: SizeAt,
    name: str,
    stem: str,
    sizes: Mapping[SizeAt, object],
    first: Evaluation,
    rest: Evaluation,
) -> str:
    rank = sum(port == at[0] for port, _ in sizes)
    return table_name(stem, at[1], rank, name, first.auto, rest.params)


class _Reading:
    """The laws of sizes, as they are found."""

    def __init__(
        self,
        sizes: Mapping[SizeAt, tuple[Dim, Dim]],
        number: Dim,
        names: Mapping[SizeAt, str],
        stay: Sizes,
    ) -> None:
        self.sizes = sizes
        self.number = number
        self.names = names
        self.laws = {at: Recurrence(size, size, True, True) for at, size in stay.items()}
        self.left = [at for at in sizes if at not in stay]
        self.entry: dict[str, Quantity] = {}
        self.tables: dict[str, Table] = {}

    def closed(self, going: Sizes) -> None:
        """Take the sizes that have a closed form."""
        for at in list(self.left):
            enters, leaves = self.sizes[at]
            law = recurrence_of(self.names[at], enters, leaves, going[at], self.number)
            if law is not None:
                self.take(at, law)

    def take(self, at: SizeAt, law: Recurrence) -> None:
        self.laws[at] = law
        self.entry[self.names[at]] = law.entry
        self.left.remove(at)

    def listed(self, steps: Sizes, called: Callable[[SizeAt], str], taken: Collection[str]) -> None:
        """Make tables of the others, each after those that it rests on."""
        while self.left:
            before = len(self.left)
            for at in list(self.left):
                name = self.names[at]
                if name not in self.tables:
                    step = self.step(name, steps[at])
                    if step is None:
                        continue
                    free = called(at)
                    while free in taken or any(free == t.name for t in self.tables.values()):
                        free += "_"
                    last = {name: Dim.atom(f"{free}[-1]")}
                    start = self.sizes[at][0]
                    self.tables[name] = Table(free, start, substitute(step, last), self.number)
                table = self.tables[name].name
                entry, final = Dim.atom(f"{table}[{REPETITION}]"), Dim.atom(f"{table}[-1]")
                self.take(at, Recurrence(entry, final, True))
            if len(self.left) == before:
                raise RefusedError(
                    f"the size of dimension {self.left[0][1]} rests on other sizes that change "
                    "from repetition to repetition; draw these repetitions one by one"
                )

    def step(self, name: str, step: Dim) -> Dim | None:
        """What follows from the element before; other sizes by their laws, None if one has none."""
        others = {n for n in step.names if is_fresh(n) and n != name}
        if not others <= self.entry.keys():
            return None
        tables = tuple(self.tables.values())
        found: dict[str, Quantity] = {}
        for other in others:
            enters = next(self.sizes[at][0] for at in self.sizes if self.names[at] == other)
            formula = of_both(enters, Dim.atom(other), self.entry, tables)
            assert isinstance(formula, Dim)
            found[other] = formula
        step = step if step.is_constant else Dim(None, step.terms)
        return substitute(step, found)
