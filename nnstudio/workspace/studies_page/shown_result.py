"""What the results of a cross-validation or comparison draw, as one value, read in a thread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from nnstudio.errors import UserError
from nnstudio.evaluation.evaluation import Evaluation
from nnstudio.runs.errors import RunStoreError
from nnstudio.studies.plan import Cell
from nnstudio.studies.study import Study
from nnstudio.workspace.runs_page.histories import History, figures_in, read
from nnstudio.workspace.studies.figures import StudyFigures, Which, figures_from, judged
from nnstudio.workspace.studies_page.answer import Answer, answer_of, question_of


@dataclass(frozen=True, eq=False)
class ShownResult:
    """A study as far as it is. figures: of the runs that are done, None before the first.

    curves: the histories of the runs that have begun. answer: by what is done. failed: runs that
    could not be judged, with the sentence why. As long as no further run is judged, `answer` is the
    very value of before.
    """

    study: Study = field(repr=False)
    figures: StudyFigures | None = field(repr=False)
    curves: Mapping[Cell, History] = field(repr=False)
    answer: Answer
    failed: Mapping[Cell, str] = field(default_factory=dict)

    @property
    def models(self) -> tuple[str, ...]:
        """The names of all models of the plan."""
        return tuple(variant.name for variant in self.study.plan.variants)

    @property
    def watched(self) -> tuple[str, ...]:
        """The figures that the curves have, the one of the answer first if it is among them."""
        return figures_in(self.curves.values())

    def notes(self) -> tuple[str, ...]:
        """What one should know of it, in sentences."""
        found = self.study.notes() if self.figures is None else self.figures.notes()
        more = [
            f"{self.study.plan.title(cell)} could not be judged: {why}"
            for cell, why in self.failed.items()
        ]
        return (*more, *self.answer.notes, *found)


def result_of(
    study: Study,
    figures: StudyFigures | None,
    curves: Mapping[Cell, History],
    failed: Mapping[Cell, str] | None = None,
) -> ShownResult:
    """The value, with everything in it that takes time to be found."""
    names = [variant.name for variant in study.plan.variants]
    if figures is None:
        answer = Answer(question_of(names), "No run is done yet.")
        return ShownResult(study, None, curves, answer, failed or {})
    for model in figures.models:
        model.outputs  # noqa: B018 (found here, in a thread, and kept)
    figures.pairs  # noqa: B018
    return ShownResult(study, figures, curves, answer_of(figures), failed or {})


class ResultReader:
    """Keep it as long as its study is looked at: what was judged is not judged again.

    Used by one thread at a time, and by none that must not wait: judging a run takes seconds.
    """

    def __init__(self, study: Study, weights: Which = "last", device: str | None = None) -> None:
        self._study, self._weights, self._device = study, weights, device
        self._known: dict[Cell, Evaluation] = {}
        self._failed: dict[Cell, str] = {}
        self._histories: dict[Cell, History] = {}
        self._last: ShownResult | None = None

    def look(self) -> ShownResult:
        """What there is now; the very value of before if nothing has changed.

        A run that cannot be judged is named in the notes; the others are judged all the same.
        """
        curves = self._read_curves()
        count = len(self._known), len(self._failed)
        for cell in self._study.plan.cells():
            if cell not in self._known and cell not in self._failed and self._is_done(cell):
                self._judge(cell)
        if self._last is None or count != (len(self._known), len(self._failed)):
            figures = None
            if self._known:
                figures = figures_from(self._study, self._known, self._weights)
            self._last = result_of(self._study, figures, dict(self._histories), dict(self._failed))
        elif curves:
            self._last = replace(self._last, curves=dict(self._histories))
        return self._last

    def _is_done(self, cell: Cell) -> bool:
        try:
            return self._study.is_done(cell)
        except RunStoreError as error:
            self._failed[cell] = str(error)
            return False

    def _judge(self, cell: Cell) -> None:
        try:
            self._known[cell] = judged(self._study, cell, self._weights, device=self._device)
        except (UserError, OSError) as error:
            self._failed[cell] = str(error)

    def _read_curves(self) -> bool:
        changed = False
        for cell in self._study.plan.cells():
            folder = self._study.run_folder(cell)
            if not folder.exists():
                continue
            before = self._histories.get(cell)
            now = read(folder, before)
            if now is not before:
                self._histories[cell] = now
                changed = True
        return changed
