"""The runs of the selected study of folds judged by what was held out, as they are done."""

from __future__ import annotations

from psygnal import Signal

from nnstudio.errors import UserError
from nnstudio.studies.study import Study
from nnstudio.workspace.runs_page.reading import Jobs
from nnstudio.workspace.studies_page.controller import StudiesPage
from nnstudio.workspace.studies_page.folds_reading import ShownFolds
from nnstudio.workspace.studies_page.shown_result import ResultReader, ShownResult


class StudyJudging:
    """`changed()` when there is another result, or another reason for none.

    shown: of the selected study, None until it has been read; problem: why it cannot be.
    """

    changed = Signal()

    def __init__(self, page: StudiesPage, jobs: Jobs) -> None:
        """jobs: of its own, as judging a run takes seconds."""
        self._page, self._jobs = page, jobs
        self._reader: ResultReader | None = None
        self._of: str = ""
        self._read: object = None
        self.shown: ShownResult | None = None
        self.problem = ""
        self.is_busy = False

    def refresh(self) -> None:
        """Read the result of the selected study, if its runs have gone on since."""
        now = self._page.now
        if not isinstance(now, ShownFolds) or self.is_busy:
            return
        reader = self._reader_of(now.study)
        told = (self._of, now.cells)
        if told != self._read:
            self._read = told
            self.is_busy = True
            self._jobs.ask("judge", lambda: (reader, reader.look()), self._on_done, self._on_failed)

    def _reader_of(self, study: Study) -> ResultReader:
        if self._reader is None or study.id != self._of:
            self._reader, self._of = ResultReader(study), study.id
            self._read, self.shown, self.problem = None, None, ""
        return self._reader

    def _on_done(self, found: object) -> None:
        assert isinstance(found, tuple)
        self.is_busy = False
        reader, shown = found
        if reader is self._reader:
            self.shown, self.problem = shown, ""
            self.changed.emit()
        self.refresh()

    def _on_failed(self, error: Exception) -> None:
        self.is_busy = False
        if not isinstance(error, UserError | OSError):
            raise error
        self.problem = str(error)
        self.changed.emit()
