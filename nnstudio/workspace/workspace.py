"""`Workspace`: the open project, its history and report, with signals for whoever shows them."""

from __future__ import annotations

from math import prod
from pathlib import Path

from psygnal import Signal

from nnstudio.analysis.inference import Inference
from nnstudio.analysis.report import BlockReport, Report
from nnstudio.compiler.inference import analyse, infer
from nnstudio.compiler.source import Source, generate
from nnstudio.data.catalogue import describe
from nnstudio.export import python_module
from nnstudio.project.commands.base import Command
from nnstudio.project.history import History
from nnstudio.project.presets import load_target
from nnstudio.project.refusal import Refusal
from nnstudio.project.storage import file
from nnstudio.project.values import Project
from nnstudio.training.thread import Run
from nnstudio.workspace import training
from nnstudio.workspace.fit_to_data import best_fitting, is_fitted
from nnstudio.workspace.input_mapping import feed_for


class Workspace:
    """Holds the truth of one window; views read it and send commands.

    Signals: `changed(before, after)` after every edit, undo and redo, when `report` is already
    that of `after`, and with the same project twice when the report alone is new; `opened()` after
    another project took its place; `saved()` when the file on disk and the project agree.

    `infer` finds the shapes of layers without a rule: it runs them at once, if not told otherwise.
    """

    changed = Signal(Project, Project)
    opened = Signal()
    saved = Signal()

    def __init__(self, project: Project | None = None, path: Path | None = None) -> None:
        self.history = History(project or Project())
        self.path = path
        self.infer: Inference = infer
        self.report: Report = analyse(self.project)
        self._source: tuple[Project, Source] | None = None

    # -- the project --------------------------------------------------------------------------

    @property
    def project(self) -> Project:
        """The present project."""
        return self.history.project

    @property
    def modified(self) -> bool:
        """True if there is something to save."""
        return self.history.modified

    @property
    def title(self) -> str:
        """The name for the window: the file's, else the root block's."""
        return self.path.stem if self.path else self.project.root

    def show(self, project: Project, path: Path | None = None) -> None:
        """Put another project in place of this one, with a new history."""
        self.history = History(project)
        self.path = path
        self.report = analyse(project, infer=self.infer)
        self.opened.emit()

    def analyse_anew(self) -> None:
        """Make the report from scratch: `infer` may know now what it did not know before."""
        self.report = analyse(self.project, infer=self.infer)
        self.changed.emit(self.project, self.project)

    def do(self, command: Command) -> None:
        """Apply a command as one undo step; raises `Refusal` and changes nothing."""
        before = self.project
        self.history.do(command)
        self._follow(before)

    def undo(self) -> None:
        """Take back the last act."""
        before = self.project
        self.history.undo()
        self._follow(before)

    def redo(self) -> None:
        """Do the last undone act again."""
        before = self.project
        self.history.redo()
        self._follow(before)

    def _follow(self, before: Project) -> None:
        if self.project is not before:
            self.report = analyse(self.project, self.report, self.infer)
            self.changed.emit(before, self.project)

    def block_at(self, path: tuple[str, ...]) -> str:
        """The name of the block reached by entering the nodes of `path` from the root."""
        block = self.project.model
        for node in path:
            block = self.project.by_name[block.graph.by_id[node].type]
        return block.name

    def report_at(self, path: tuple[str, ...]) -> BlockReport:
        """The report of that use of the block, else of the block by itself."""
        found = self.report.at(path)
        return found if found is not None else self.report.blocks[self.block_at(path)]

    # -- files --------------------------------------------------------------------------------

    def open(self, target: str) -> None:
        """Open a file, or a preset by name; raises with one sentence and changes nothing."""
        path = Path(target)
        project = load_target(target)
        self.show(project, path if path.suffix == ".nns" else None)

    def save(self, path: Path | None = None) -> None:
        """Write the project to `path` (default: where it came from), atomically."""
        target = path or self.path
        if target is None:
            raise ValueError("the project has no file yet")
        file.write(self.project, target)
        self.path = target
        self.history.mark_saved()
        self.saved.emit()

    def export(self, path: Path) -> None:
        """Write the PyTorch module, the very text that is trained."""
        python_module.export(self.source(), path)

    # -- the program --------------------------------------------------------------------------

    def source(self) -> Source:
        """The source of the present project; raises `CompileError` with the problems."""
        if self._source is None or self._source[0] is not self.project:
            self._source = (self.project, generate(self.project, self.report))
        return self._source[1]

    def is_fitted(self, data: str) -> bool:
        """True if the model can be trained on the data set as it is."""
        return is_fitted(self.project, self.report, describe(data), self.project.training.resize)

    def resized_to(self, data: str) -> tuple[int, ...] | None:
        """The size to which samples are resized for the model, None if they stay as they are."""
        info, resize = describe(data), self.project.training.resize
        try:
            first = feed_for(self.project, self.report, info, resize).inputs[0]
        except Refusal:
            return None
        values = {prod(form) for form in info.forms}
        return first.form if resize and prod(first.form) not in values else None

    def fit(self, data: str) -> None:
        """Fit model and data set to each other, as one undo step."""
        self.do(best_fitting(self.project, self.report, describe(data)))

    def start_training(self, run_folder: Path | None = None) -> Run:
        """Train a locked copy of the present project in a thread; raises with one sentence."""
        return training.start(
            self.project, self.project.training, run_folder=run_folder, as_shown=True
        )
