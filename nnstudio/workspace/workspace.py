"""`Workspace`: the open project, its history and report, with signals for whoever shows them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from psygnal import Signal

from nnstudio.analysis.inference import Inference
from nnstudio.analysis.report import BlockReport, Report
from nnstudio.compiler.inference import DeferredInference, full_report, infer
from nnstudio.compiler.source import Source, generate
from nnstudio.data.info import DataSetInfo
from nnstudio.data.pipeline.understanding import describe
from nnstudio.export import python_module
from nnstudio.project.commands.base import Command, Replace
from nnstudio.project.data.places import place_of
from nnstudio.project.history import History
from nnstudio.project.presets import load_target
from nnstudio.project.refusal import Refusal
from nnstudio.project.storage import file
from nnstudio.project.storage.atomic import same_place
from nnstudio.project.values import Project
from nnstudio.symbols.work import Cancelled
from nnstudio.training.thread import Run
from nnstudio.workspace import training
from nnstudio.workspace.fit_to_data import best_fitting, is_fitted
from nnstudio.workspace.input_mapping import resized_to
from nnstudio.workspace.kept_run import Keeping
from nnstudio.workspace.known_file import FileChangedError, FileNow, FileState, KnownFile


@dataclass(frozen=True, slots=True)
class ReadProject:
    """A project as it lies in a file, with all that `Workspace.show` takes."""

    project: Project
    path: Path
    digest: str
    report: Report


class Workspace:
    """Holds the truth of one window; views read it and send commands.

    Signals: `changed(before, after)` after every edit, undo and redo, when `report` is already
    that of `after`, and with the same project twice when the report alone is new; `opened()` after
    another project took its place; `saved()` when the file on disk and the project agree;
    `stepped(before, after)` after `changed` where undo or redo was the reason.

    `infer` finds the shapes of layers without a rule: it runs them at once, until
    `defer_inference` lets them wait for `find_shapes`.
    """

    changed = Signal(Project, Project)
    opened = Signal()
    saved = Signal()
    stepped = Signal(Project, Project)

    def __init__(self, project: Project | None = None, path: Path | None = None) -> None:
        self.history = History(project or Project())
        self.known_file = KnownFile.at(path) if path is not None else None
        self.infer: Inference = infer
        self._deferred: DeferredInference | None = None
        self.report: Report = full_report(self.project)
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
    def path(self) -> Path | None:
        """Return the path of the project's file; None if it has none yet."""
        return self.known_file.path if self.known_file is not None else None

    @property
    def title(self) -> str:
        """The name for the window: the file's, else the root block's."""
        return self.path.stem if self.path else self.project.root

    def show(
        self,
        project: Project,
        path: Path | None = None,
        digest: str | None = None,
        report: Report | None = None,
    ) -> None:
        """Put another project in place of this one, with a new history.

        digest: of the content that the project was read from; that of the file now if None.
        report: of the project, if there is one already.
        """
        self.history = History(project)
        self.known_file = None
        if path is not None:
            self.known_file = KnownFile.at(path) if digest is None else KnownFile(path, digest)
        self.report = report or full_report(project, infer=self.infer)
        self.opened.emit()

    # -- shapes without a rule ----------------------------------------------------------------

    def defer_inference(self) -> None:
        """Let no edit wait for layers without a shape rule: they are only noted from now on."""
        self.infer = self._deferred = DeferredInference()

    @property
    def lacks_shapes(self) -> bool:
        """True if layers wait to be run."""
        return self._deferred is not None and self._deferred.is_requested

    def find_shapes(self) -> None:
        """Run the layers that wait, in any thread; then `analyse_anew` takes up what was found."""
        if self._deferred is not None:
            self._deferred.find()

    def forget_shapes(self) -> None:
        """Let go of the layers that wait."""
        if self._deferred is not None:
            self._deferred.forget()

    def analyse_anew(self) -> None:
        """Make the report from scratch: `infer` may know now what it did not know before."""
        self.report = full_report(self.project, infer=self.infer)
        self.changed.emit(self.project, self.project)

    # -- editing ------------------------------------------------------------------------------

    def do(self, command: Command) -> None:
        """Apply a command as one undo step. Raises `Refusal` and changes nothing."""
        before = self.project
        self.history.do(command)
        self._follow(before)

    def undo(self) -> None:
        """Take back the last act."""
        before = self.project
        self.history.undo()
        self._follow_step(before)

    def redo(self) -> None:
        """Do the last undone act again."""
        before = self.project
        self.history.redo()
        self._follow_step(before)

    def _follow(self, before: Project) -> None:
        if self.project is not before:
            self.report = full_report(self.project, self.report, self.infer)
            self.changed.emit(before, self.project)

    def _follow_step(self, before: Project) -> None:
        self._follow(before)
        if self.project is not before:
            self.stepped.emit(before, self.project)

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
        """Open a file, or a preset by name. Raises `FileError` and changes nothing."""
        path = Path(target)
        if path.suffix == ".nns":
            stored = file.read_stored(path)
            self.show(stored.project, path, stored.digest)
        else:
            self.show(load_target(target))

    def read(self, path: Path, cancelled: Cancelled | None = None) -> ReadProject:
        """Read and analyse a file, in any thread, for `show`; nothing changes here.

        Raises `FileError`, and `CancelledError` as soon as `cancelled` says so.
        """
        stored = file.read_stored(path, cancelled)
        report = full_report(stored.project, infer=self.infer, cancelled=cancelled)
        return ReadProject(stored.project, path, stored.digest, report)

    def look_at_file(self) -> FileNow:
        """Tell what has become of the project's file since it was read or written here.

        A file that another program wrote just as the project is here counts as saved.
        """
        if self.known_file is None:
            return FileNow(FileState.SAME)
        now = self.known_file.look()
        if now.state is FileState.CHANGED and now.project == self.project:
            self._know(KnownFile(self.known_file.path, now.digest))
            return FileNow(FileState.SAME, now.digest)
        return now

    def reload(self) -> None:
        """Take the project as its file has it now, as one undo step; raises `FileError`."""
        if self.known_file is None:
            raise ValueError("the project has no file yet")
        stored = file.read_stored(self.known_file.path)
        self.do(Replace(f"Reload {self.known_file.path.name}", lambda _project: stored.project))
        self._know(KnownFile(self.known_file.path, stored.digest))

    def save(
        self,
        path: Path | None = None,
        *,
        overwrite_changed: bool = False,
        overwrite_read_only: bool = False,
    ) -> None:
        """Write the project to `path` (default: where it came from), atomically.

        Raises:
            FileChangedError: another program has changed the project's file meanwhile, and
                `overwrite_changed` is False.
            ReadOnlyFileError: it is read-only, and `overwrite_read_only` is False.
            FileError: it cannot be written; one sentence.
        """
        target = path or self.path
        if target is None:
            raise Refusal("Saving expects the name of a file, the project has none yet")
        if not overwrite_changed:
            self._refuse_if_changed(target)
        digest = file.write(self.project, target, overwrite_read_only=overwrite_read_only)
        self._know(KnownFile(target, digest))

    def _refuse_if_changed(self, target: Path) -> None:
        if self.known_file is not None and same_place(target, self.known_file.path):
            now = self.look_at_file()
            if now.state in (FileState.CHANGED, FileState.BROKEN):
                raise FileChangedError(self.known_file.told(now))

    def _know(self, known: KnownFile) -> None:
        self.known_file = known
        self.history.mark_saved()
        self.saved.emit()

    def export(self, path: Path, *, overwrite_read_only: bool = False) -> None:
        """Write the PyTorch module, the very text that is trained."""
        python_module.export(self.source(), path, overwrite_read_only=overwrite_read_only)

    # -- the program --------------------------------------------------------------------------

    def source(self) -> Source:
        """The source of the present project. Raises `CompileError` with the problems."""
        if self._source is None or self._source[0] is not self.project:
            self._source = (self.project, generate(self.project, self.report))
        return self._source[1]

    def about_data(self, data: str = "") -> DataSetInfo:
        """The description of the project's data, or of a built-in set or a path. `DataError`."""
        spec = self.project.data
        return describe(spec if data in ("", place_of(spec.source)) else data)

    def is_fitted(self, data: str = "") -> bool:
        """True if the model can be trained on the data, by default the project's, as it is."""
        info = self.about_data(data)
        return is_fitted(self.project, self.report, info, self.project.data.resize)

    def sample_size(self, data: str = "") -> tuple[int, ...] | None:
        """The size to which samples are resized for the model, None if they stay as they are."""
        return resized_to(self.project, self.report, self.about_data(data))

    def fit(self, data: str = "") -> None:
        """Fit model and data to each other, as one undo step."""
        self.do(best_fitting(self.project, self.report, self.about_data(data)))

    def start_training(self, keeping: Keeping | None = None, *, gives_way: bool = False) -> Run:
        """Train a locked copy of the project in a thread. Raises `Refusal` or `CompileError`.

        keeping: where it is kept; raises `RunStoreError` if that cannot be. gives_way: to a
        window, which stays smooth then.
        """
        return training.start(
            self.project,
            self.project.training,
            keeping=keeping,
            gives_way=gives_way,
            as_shown=True,
        )
