"""A study with what can be had of it, for a report."""

from __future__ import annotations

from dataclasses import dataclass, field

from nnstudio.errors import UserError
from nnstudio.evaluation.model_facts import ModelFacts
from nnstudio.report.document import (
    Note,
)
from nnstudio.runs.record import RunRecord
from nnstudio.runs.states import State
from nnstudio.studies.plan import Cell
from nnstudio.studies.study import Study
from nnstudio.workspace.opened_run import OpenedRun, open_folder
from nnstudio.workspace.reporting.wishes import Told, Wishes, missing, nobody_is_told
from nnstudio.workspace.studies.figures import ModelFigures, StudyFigures, figures_of
from nnstudio.workspace.studies.figures import judged as judge


@dataclass(frozen=True)
class GatheredStudy:
    """A study with what its runs tell. records: of every cell that was begun."""

    study: Study
    records: dict[Cell, RunRecord] = field(repr=False)
    figures: StudyFigures | None = field(repr=False)
    why_not: Note | None = None

    @property
    def first(self) -> OpenedRun | None:
        """The first run of each model by its files, for its program."""
        return next((run for run in self.programs().values()), None)

    def programs(self) -> dict[str, OpenedRun]:
        """A run of each model that has one which can be opened."""
        found: dict[str, OpenedRun] = {}
        for cell in self.records:
            name = self.study.plan.variants[cell.variant].name
            if name not in found:
                try:
                    found[name] = open_folder(self.study.run_folder(cell))
                except UserError:
                    continue
        return found

    @property
    def versions(self) -> dict[str, str]:
        """With what its runs were made."""
        return next((record.versions for record in self.records.values() if record.versions), {})

    def facts(self, model: ModelFigures) -> ModelFacts:
        """Parameters of a model."""
        return next(iter(model.cells.values())).model


def gathered_study(study: Study, wishes: Wishes, told: Told = nobody_is_told) -> GatheredStudy:
    """Judge every run that is done; where none is, the reason."""
    records: dict[Cell, RunRecord] = {}
    known = {}
    for cell in study.plan.cells():
        try:
            record = study.record(cell)
        except UserError:
            continue
        if record is None:
            continue
        records[cell] = record
        if record.state is State.COMPLETED:
            told(f"Judging '{study.plan.title(cell)}'")
            try:
                known[cell] = judge(study, cell, wishes.weights, device=wishes.device)
            except (UserError, OSError) as error:
                return GatheredStudy(study, records, None, missing("There are no figures", error))
    try:
        figures = figures_of(study, wishes.weights, device=wishes.device, known=known)
    except UserError as error:
        return GatheredStudy(study, records, None, missing("There are no figures", error))
    return GatheredStudy(study, records, figures)
