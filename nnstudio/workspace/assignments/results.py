"""What came of an assignment: a row for each model and step, as values, JSON and a table."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nnstudio.errors import UserError
from nnstudio.evaluation.figures.figure import Figure, Told, in_json, unknown
from nnstudio.evaluation.figures.paired import Paired
from nnstudio.evaluation.figures.spread import Spread, spread_of
from nnstudio.project.storage.atomic import write_text
from nnstudio.runs.journal import read_history
from nnstudio.runs.states import State
from nnstudio.studies.assignment import (
    RESULTS,
    TABLE,
    Begun,
    Comparison,
    Search,
    Trainings,
)
from nnstudio.studies.search.result import Follower
from nnstudio.workspace.assignments.reporting import Said
from nnstudio.workspace.assignments.running import record_in, search_of, study_of
from nnstudio.workspace.opened_run import open_folder
from nnstudio.workspace.studies.figures import figures_of

if TYPE_CHECKING:
    from nnstudio.evaluation.evaluation import Evaluation

ACCURACY, F1, AUC = "accuracy", "macro_f1", "roc_auc"
FIGURES = (ACCURACY, F1, AUC)
"""Of classes: the share that is right, the mean F1 of the classes, the mean area of their ROC."""


@dataclass(frozen=True)
class Row(Told):
    """One model in one step. figures: by the names in `FIGURES`, or what else its answers have.

    part: test, or held out. samples: that judge it. deviation: of each figure over the folds (n -
    1), None of a single run. trainable, frozen: numbers of parameters. train: the figure of the
    training part that goes with the weights which were judged. place: of the run or study. best:
    values that a search found. trials: how many it completed.
    """

    step: str
    kind: str
    model: str
    part: str
    samples: int
    figures: dict[str, Figure]
    trainable: int
    frozen: int
    place: str
    deviation: dict[str, float | None] = field(default_factory=dict)
    train_accuracy: float | None = None
    epoch: int | None = None
    best: dict[str, Any] = field(default_factory=dict)
    trials: int | None = None


@dataclass(frozen=True)
class Results:
    """All that is known by now. missing: what is not, in sentences. pairs: models by the folds."""

    begun: Begun
    rows: tuple[Row, ...]
    pairs: tuple[Paired, ...]
    missing: tuple[str, ...]

    def of(self, kind: str) -> tuple[Row, ...]:
        """The rows of the steps of a kind: trainings, comparison or search."""
        return tuple(row for row in self.rows if row.kind == kind)

    def to_json(self, analysis: Sequence[Said] = ()) -> dict[str, Any]:
        """All of it as JSON values; analysis: what the report says of it."""
        plan = self.begun.plan
        return {
            "id": self.begun.id,
            "name": plan.name,
            "document": plan.document,
            "folder": str(self.begun.folder),
            "data": plan.data,
            "settings": plan.settings,
            "notes": list(plan.readings),
            "complete": not self.missing,
            "missing": list(self.missing),
            "rows": [row.to_json() for row in self.rows],
            "pairs": [in_json(pair) for pair in self.pairs],
            "analysis": [asdict(said) for said in analysis],
        }


def results_of(begun: Begun) -> Results:
    """Judge what is done; predictions are kept in the runs, so that this costs nothing twice."""
    rows: list[Row] = []
    pairs: list[Paired] = []
    missing: list[str] = []
    for step in begun.plan.steps:
        try:
            match step:
                case Trainings():
                    rows += _of_trainings(begun, step, missing)
                case Comparison():
                    found, tested = _of_comparison(begun, step, missing)
                    rows, pairs = rows + found, pairs + tested
                case Search():
                    rows += _of_search(begun, step, missing)
        except UserError as error:
            missing.append(f"{step.title}: {error}")
    return Results(begun, tuple(rows), tuple(pairs), tuple(missing))


def write_results(found: Results, analysis: Sequence[Said] = ()) -> None:
    """Into the folder of the assignment, as JSON and as a table. Raises `FileError`."""
    folder = found.begun.folder
    told = json.dumps(found.to_json(analysis), indent=1, ensure_ascii=False)
    write_text(told + "\n", folder / RESULTS)
    out = io.StringIO()
    head = ("step", "model", "part", "samples", "trainable", "frozen")
    names = tuple(dict.fromkeys(name for row in found.rows for name in row.figures))
    ends = tuple(f"{name}{end}" for name in names for end in ("", "_low", "_high", "_deviation"))
    table = csv.writer(out, lineterminator="\n")
    table.writerow((*head, *ends, "train_accuracy", "epoch", "best", "place"))
    for row in found.rows:
        cells: list[Any] = [getattr(row, name) for name in head]
        for name in names:
            one = row.figures.get(name, unknown(""))
            cells += [one.value, one.low, one.high, row.deviation.get(name)]
        best = "; ".join(f"{name}={value}" for name, value in row.best.items())
        table.writerow([*cells, row.train_accuracy, row.epoch, best, row.place])
    write_text(out.getvalue(), folder / TABLE)


# -- trainings ---------------------------------------------------------------


def _of_trainings(begun: Begun, step: Trainings, missing: list[str]) -> Iterator[Row]:
    for number, variant in enumerate(begun.variants):
        folder = begun.run_folder(step, number)
        record = record_in(folder)
        if record is None or record.state is not State.COMPLETED:
            why = "has not begun" if record is None else f"is {record.state.value.lower()}"
            missing.append(f"{step.title}: the training of {variant.name} {why}.")
            continue
        yield _row_of_run(step, variant.name, str(folder))


def _row_of_run(step: Trainings | Search, model: str, run: str) -> Row:
    opened = open_folder(Path(run))
    found = opened.evaluate(times=False)
    figures = _figures(found)
    return Row(
        step.name,
        step.kind,
        model,
        found.part,
        found.samples,
        figures,
        found.model.trainable,
        found.model.frozen,
        run,
        train_accuracy=_train_accuracy(opened.folder, found.epoch),
        epoch=found.epoch,
    )


def _train_accuracy(folder: Path, epoch: int | None) -> float | None:
    for row in read_history(folder):
        if row.get("epoch") == epoch:
            value = row.get("train_accuracy")
            return None if value is None else float(value)
    return None


def _figures(found: Evaluation) -> dict[str, Figure]:
    """The figures that a document asks for; of numbers those that are looked at first."""
    from nnstudio.evaluation.figures.class_figures import ClassFigures

    figures = found.figures
    if not isinstance(figures, ClassFigures):
        return {name: one for name, one in figures.head().items() if isinstance(one, Figure)}
    curves = figures.curves
    area = unknown(figures.missing.get("curves", "")) if curves is None else curves.roc_macro.area
    return {ACCURACY: figures.accuracy, F1: figures.macro_f1, AUC: area}


# -- comparisons ---------------------------------------------------------------


def _of_comparison(
    begun: Begun, step: Comparison, missing: list[str]
) -> tuple[list[Row], list[Paired]]:
    study = study_of(begun, step)
    if study is None:
        missing.append(f"{step.title} has not begun.")
        return [], []
    found = figures_of(study)
    left = len(list(study.plan.cells())) - sum(len(model.cells) for model in found.models)
    if left:
        missing.append(
            f"{step.title}: {left:,} of {len(list(study.plan.cells())):,} runs are left."
        )
    rows = []
    for model in found.models:
        each = list(model.cells.values())
        names = list(_figures(each[0]))
        spreads = {name: spread_of([_figures(one)[name] for one in each]) for name in names}
        rows.append(
            Row(
                step.name,
                step.kind,
                model.name,
                "held out",
                sum(one.samples for one in each),
                {name: _mean(one) for name, one in spreads.items()},
                each[0].model.trainable,
                each[0].model.frozen,
                str(study.folder),
                deviation={name: one.deviation for name, one in spreads.items()},
            )
        )
    return rows, [pair for pair in found.pairs if pair.figure == ACCURACY]


def _mean(one: Spread) -> Figure:
    return unknown(one.reason) if one.mean is None else Figure(one.mean)


# -- searches ---------------------------------------------------------------


def _of_search(begun: Begun, step: Search, missing: list[str]) -> list[Row]:
    folder = search_of(begun, step)
    if folder is None:
        missing.append(f"{step.title} has not begun.")
        return []
    result = Follower(folder).result()
    if result.counted < step.trials:
        missing.append(f"{step.title}: {result.counted:,} of {step.trials:,} trials are done.")
    if not result.best_rows or result.best_rows[0].run is None:
        return []
    best = result.best_rows[0]
    row = _row_of_run(step, step.model, str(best.run))
    values = {**best.point, f"validation {step.objective}": best.values[0]}
    completed = sum(one.state == "completed" for one in result.rows)
    return [replace(row, best=values, trials=completed)]
