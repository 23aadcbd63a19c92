"""`Plan`: what a study is to train, as a value; each of its cells is one run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from nnstudio.project.given import given_number
from nnstudio.project.refusal import Refusal
from nnstudio.project.values import Project
from nnstudio.studies.folds import FoldRule

Kind = Literal["cross-validation", "comparison"]


@dataclass(frozen=True)
class Variant:
    """A model with its settings, by a name."""

    name: str
    project: Project


@dataclass(frozen=True, order=True)
class Cell:
    """One run of a study, by places from 0."""

    variant: int
    repeat: int
    fold: int
    seed: int

    @property
    def word(self) -> str:
        """The end of the run's id."""
        return f"m{self.variant + 1}-r{self.repeat + 1}-f{self.fold + 1}-s{self.seed + 1}"

    @property
    def tags(self) -> tuple[str, ...]:
        """By which the run is found."""
        found = (f"fold {self.fold + 1}", f"repeat {self.repeat + 1}")
        return (*found, f"seed {self.seed + 1}") if self.seed else found


@dataclass(frozen=True)
class Plan:
    """Every variant on every fold of every repeat, each with so many seeds.

    All variants get the same folds, so that they can be compared pair by pair.
    """

    variants: tuple[Variant, ...]
    rule: FoldRule
    seeds: int = 1

    def __post_init__(self) -> None:
        """Raise `Refusal` for numbers that make no study."""
        given_number("folds", self.rule.folds, 2)
        given_number("repeats", self.rule.repeats, 1)
        given_number("seeds", self.seeds, 1)
        for variant in self.variants:
            if not variant.project.training.checkpoint:
                raise Refusal(
                    f"{variant.name}: a study judges the weights of each run, which are not kept "
                    "without checkpoints: switch the checkpoints on"
                )

    @property
    def kind(self) -> Kind:
        """What it is."""
        return "cross-validation" if len(self.variants) == 1 else "comparison"

    def cells(self) -> Iterator[Cell]:
        """All runs in the order in which they are trained: pairs soon after each other."""
        for repeat in range(self.rule.repeats):
            for fold in range(self.rule.folds):
                for seed in range(self.seeds):
                    for variant in range(len(self.variants)):
                        yield Cell(variant, repeat, fold, seed)

    def project_of(self, cell: Cell) -> Project:
        """The project of a cell. Its seed is that of the variant plus the number of the seed, and
        1,000 for each repeat before: it depends on nothing but the cell."""
        project = self.variants[cell.variant].project
        seed = project.training.seed + cell.seed + 1_000 * cell.repeat
        return replace(project, training=project.training.with_values(seed=seed))

    def title(self, cell: Cell) -> str:
        """The name of a cell's run."""
        found = [self.variants[cell.variant].name, f"fold {cell.fold + 1}"]
        found += [f"repeat {cell.repeat + 1}"] if self.rule.repeats > 1 else []
        found += [f"seed {cell.seed + 1}"] if self.seeds > 1 else []
        return ", ".join(found)

    def notes(self) -> list[str]:
        """What one should know of figures that come of it."""
        found = []
        for variant in self.variants:
            settings = variant.project.training
            uses = [
                word
                for word, is_so in (
                    ("early stopping", bool(settings.early_stopping)),
                    ("the schedule plateau", settings.schedule == "plateau"),
                )
                if is_so
            ]
            if settings.start_from:
                found.append(
                    f"{variant.name} starts from {settings.start_from}: if those weights have seen "
                    "held-out samples, the figures are too good."
                )
            if uses:
                found.append(
                    f"{variant.name}: {' and '.join(uses)} looked at the very samples that are "
                    "held out: the figures are somewhat too good."
                )
        return found
