"""What came of a study: each run judged by what was held out, their spread, and pairs of models.

Every figure is one of `evaluation`: of a fold, or of the predictions of all folds joined.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from nnstudio.evaluation.figures.figure import Told, in_json
from nnstudio.evaluation.figures.paired import Paired, paired
from nnstudio.evaluation.figures.spread import Band, Spread, band_of, spread_of
from nnstudio.studies.errors import StudyError
from nnstudio.studies.plan import Cell
from nnstudio.studies.study import Study
from nnstudio.workspace.opened_run import open_folder

if TYPE_CHECKING:
    from nnstudio.evaluation.evaluation import Evaluation
    from nnstudio.evaluation.judging import OutputFigures

Which = Literal["last", "best"]


@dataclass(frozen=True)
class ClassSpread(Told):
    """One class over the runs."""

    name: str
    precision: Spread
    recall: Spread
    f1: Spread


@dataclass(frozen=True)
class OutputSpread(Told):
    """One output of one model over its runs.

    head: the spread of each figure that is looked at first. by_class, roc: of classes, else
    empty. joined: the figures of all held-out predictions together, where a sample counts once
    for each repeat and seed.
    """

    head: dict[str, Spread]
    by_class: tuple[ClassSpread, ...]
    roc: tuple[Band, ...]
    joined: OutputFigures


@dataclass(frozen=True)
class ModelFigures:
    """One model of a study. cells: its runs that are done, with what each was judged."""

    name: str
    cells: dict[Cell, Evaluation] = field(repr=False)

    @cached_property
    def outputs(self) -> dict[str, OutputSpread]:
        """By the name of each output, "" for the only one."""
        first = next(iter(self.cells.values()))
        return {name: self._spread(name) for name in first.outputs}

    @property
    def head(self) -> dict[str, Spread]:
        """The spread of the figures of the first output."""
        return next(iter(self.outputs.values())).head

    @property
    def joined(self) -> OutputFigures:
        """The figures of all held-out predictions together, of the first output."""
        return next(iter(self.outputs.values())).joined

    def _spread(self, output: str) -> OutputSpread:
        from nnstudio.evaluation.figures.class_figures import ClassFigures
        from nnstudio.evaluation.joining import joined_figures

        each = [one.outputs[output] for one in self.cells.values()]
        heads = [one.head() for one in each]
        there = [name for name in heads[0] if all(name in head for head in heads)]
        head = {name: spread_of([one[name] for one in heads]) for name in there}
        classes = [one for one in each if isinstance(one, ClassFigures)]
        rows: tuple[ClassSpread, ...] = ()
        bands: tuple[Band, ...] = ()
        if classes:
            rows = tuple(
                ClassSpread(
                    row.name,
                    *(
                        spread_of([getattr(one.by_class[k], name) for one in classes])
                        for name in ("precision", "recall", "f1")
                    ),
                )
                for k, row in enumerate(classes[0].by_class)
            )
            curves = [one.curves for one in classes if one.curves is not None]
            if len(curves) == len(classes):
                bands = tuple(
                    band_of([one.roc[k] for one in curves]) for k in range(len(curves[0].roc))
                )
        made = joined_figures([one.predictions for one in self.cells.values()], output)
        return OutputSpread(head, rows, bands, made)

    def to_json(self) -> dict[str, Any]:
        """All of it as JSON values."""
        return {
            "name": self.name,
            "runs": [
                {
                    "repeat": cell.repeat + 1,
                    "fold": cell.fold + 1,
                    "seed": cell.seed + 1,
                    "samples": one.samples,
                    "head": in_json(one.figures.head()),
                }
                for cell, one in self.cells.items()
            ],
            "outputs": [{"name": name, **one.to_json()} for name, one in self.outputs.items()],
        }


@dataclass(frozen=True)
class StudyFigures:
    """Of all models. weights: which of each run were judged, last or best."""

    study: Study = field(repr=False)
    models: tuple[ModelFigures, ...]
    weights: Which

    @property
    def is_complete(self) -> bool:
        """True if every run is done."""
        return sum(len(one.cells) for one in self.models) == len(list(self.study.plan.cells()))

    @property
    def head(self) -> dict[str, Spread]:
        """The spread of the figures of the first model, by their names."""
        return self.models[0].head

    @property
    def joined(self) -> OutputFigures:
        """The figures of all held-out predictions of the first model together."""
        return self.models[0].joined

    @cached_property
    def pairs(self) -> tuple[Paired, ...]:
        """Every two models by every figure that both have, on the folds that both have."""
        return tuple(
            pair
            for first, second in combinations(self.models, 2)
            for name in first.head
            if name in second.head and (pair := self._pair(first, second, name)) is not None
        )

    def _pair(self, first: ModelFigures, second: ModelFigures, name: str) -> Paired | None:
        one, other = _by_fold(first, name), _by_fold(second, name)
        there = [place for place in one if place in other]
        if not there:
            return None
        parts = [self.study.folds.parts[repeat][fold] for repeat, fold in there]
        ratio = float(np.mean([len(part.validation) / len(part.train) for part in parts]))
        return paired(
            first.name,
            second.name,
            name,
            [(one[place], other[place]) for place in there],
            ratio,
            repeats=len({repeat for repeat, _ in there}),
            in_time=self.study.plan.variants[0].project.data.split.by == "time",
        )

    def notes(self) -> tuple[str, ...]:
        """What one should know of these figures, in sentences."""
        found = list(self.study.notes())
        if not self.is_complete:
            done = sum(len(one.cells) for one in self.models)
            found.insert(
                0, f"Only {done:,} of {len(list(self.study.plan.cells())):,} runs are done."
            )
        there = {one.name for one in self.models}
        for variant in self.study.plan.variants:
            if variant.name not in there:
                found.insert(0, f"No run of {variant.name} has come to its end.")
        if self.weights == "best":
            found.append(
                "The best epoch of each run was chosen by the very samples that are held out: the "
                "figures are somewhat too good."
            )
        if self.study.plan.rule.folds > 1 and len(self.models) == 1:
            found.append(
                "The deviation is that of single folds, whose training parts overlap: it is no "
                "interval of the mean."
            )
        if len(self.models) > 2:
            found.append("The p values are not corrected for comparing several pairs.")
        return tuple(found)

    def to_json(self) -> dict[str, Any]:
        """All of it as JSON values."""
        return {
            "study": self.study.to_json(),
            "weights": self.weights,
            "complete": self.is_complete,
            "notes": list(self.notes()),
            "models": [one.to_json() for one in self.models],
            "pairs": [one.to_json() for one in self.pairs],
        }


def _by_fold(model: ModelFigures, name: str) -> dict[tuple[int, int], float]:
    """The figure of each fold, the mean of its seeds: seeds are no pairs of their own."""
    values: dict[tuple[int, int], list[float]] = {}
    for cell, one in model.cells.items():
        value = one.figures.head()[name].value if name in one.figures.head() else None
        if value is not None:
            values.setdefault((cell.repeat, cell.fold), []).append(value)
    return {place: float(np.mean(each)) for place, each in values.items()}


def figures_of(
    study: Study,
    weights: Which = "last",
    *,
    device: str | None = None,
    known: Mapping[Cell, Evaluation] | None = None,
) -> StudyFigures:
    """Judge every run that is done by what was held out of it; predictions are kept in the runs.

    weights: of the last epoch, or of the best. known: what was judged already. Raises
    `StudyError` if no run is done; a model of which none is done is left out.
    """
    found = {}
    for cell in study.plan.cells():
        if study.is_done(cell):
            before = known.get(cell) if known else None
            found[cell] = before or judged(study, cell, weights, device=device)
    if not found:
        names = ", ".join(variant.name for variant in study.plan.variants)
        raise StudyError(f"No run of {names} is done: there are no figures yet.")
    return figures_from(study, found, weights)


def figures_from(
    study: Study, cells: Mapping[Cell, Evaluation], weights: Which = "last"
) -> StudyFigures:
    """The figures of runs that are judged, at least one; models without one are left out."""
    models = []
    for number, variant in enumerate(study.plan.variants):
        its = {cell: cells[cell] for cell in study.plan.cells() if cell in cells}
        its = {cell: one for cell, one in its.items() if cell.variant == number}
        if its:
            models.append(ModelFigures(variant.name, its))
    return StudyFigures(study, tuple(models), weights)


def judged(
    study: Study, cell: Cell, weights: Which = "last", *, device: str | None = None
) -> Evaluation:
    """One run judged by what was held out of it."""
    run = open_folder(study.run_folder(cell))
    return run.evaluate("validation", which=weights, device=device, times=False)
