"""`DataPage`: what the page Data shows and does. Reads and counts through `Jobs`, knows no Qt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from psygnal import Signal

from nnstudio.data.info import DataError
from nnstudio.data.samples import Finding, Fix
from nnstudio.errors import UserError
from nnstudio.project.commands.data import SetData
from nnstudio.project.data.places import place_of
from nnstudio.project.data.source import Source
from nnstudio.project.data.spec import DataSpec
from nnstudio.project.refusal import Refusal
from nnstudio.project.values import Project
from nnstudio.symbols.work import CancelledError
from nnstudio.workspace.data_page import edits
from nnstudio.workspace.data_page.fitting import FitLine, fit_line
from nnstudio.workspace.data_page.outside import Outside, state_of
from nnstudio.workspace.data_page.overview import Overview, overview
from nnstudio.workspace.data_page.reading import (
    Jobs,
    Place,
    Reading,
    Refused,
    Understand,
    name_of,
)
from nnstudio.workspace.workspace import Workspace

KEPT = 3
"""Sources whose samples are kept, so that undo does not read them again."""


class DataPage:
    """The data of the open project.

    `changed()` when what is shown may be another; `noted(sentence)` for the log.
    """

    changed = Signal()
    noted = Signal(str)

    def __init__(self, workspace: Workspace, understand: Understand, jobs: Jobs) -> None:
        self.workspace = workspace
        self._understand = understand
        self._jobs = jobs
        self.reason_not_to_draw: Callable[[], str] = lambda: ""
        """Why nothing random can be drawn now: a training draws from the same state."""
        self._is_shown = False
        self._wanted: Reading | None = None
        self._counting: Reading | None = None
        self._recount = False
        self._known: dict[object, Overview] = {}
        self._refused_spec: DataSpec | None = None
        self.reading: Reading | None = None
        self.refused: Refused | None = None
        self.overview: Overview | None = None
        self.outside = Outside()
        self._spec = workspace.project.data
        workspace.opened.connect(self._on_opened)
        workspace.changed.connect(self._on_edited)

    # -- what is shown ------------------------------------------------------------------------

    @property
    def spec(self) -> DataSpec:
        """The spec as it is shown: with the fields that were found."""
        return self._spec

    @property
    def is_empty(self) -> bool:
        """True while nobody has chosen data and nothing asks for any."""
        blank = not self.workspace.project.model.graph.nodes
        return blank and self.workspace.project.data == DataSpec()

    @property
    def is_counting(self) -> bool:
        """True while figures of the spec as it is now are still to come."""
        return self._counting is not None

    @property
    def name(self) -> str:
        """What the source is called: the file's or folder's name, a built-in set's title."""
        return name_of(self._spec.source.path)

    @property
    def place(self) -> Place:
        """Where the source is: the name of a built-in set, else a path."""
        return self._place_of(self._spec)

    def fit_line(self) -> FitLine | None:
        """The sentence on model and data; None while nothing is known of the data."""
        if self.overview is None:
            return None
        return fit_line(self.workspace.project, self.workspace.report, self._spec)

    # -- following ----------------------------------------------------------------------------

    def set_shown(self, shown: bool) -> None:
        """Tell whether the page can be seen: nothing is read before it is."""
        self._is_shown = shown
        if shown:
            self.follow()

    def follow(self) -> None:
        """Take up the spec that the project has now."""
        wanted = self.workspace.project.data
        if wanted.source != self._spec.source:
            self.outside.forget()
        known = self._known.get(_key(wanted))
        if known is not None:
            self._cancel_reading()
            self.refused = None
            self._show(known, _completed(wanted, known.samples.spec))
        elif self._is_shown and not self.is_empty and wanted != self._refused_spec:
            busy = self.reading is not None and self.reading.spec == wanted
            if not busy:
                self._read(Reading(name_of(wanted.source.path), self._place_of(wanted), wanted, ""))
        elif wanted != self._refused_spec:
            self.overview, self._spec = None, wanted
        self.changed.emit()

    def _on_opened(self) -> None:
        self._cancel_reading()
        self._known.clear()
        self.overview = self.refused = self._refused_spec = None
        self.outside.forget()
        self.follow()

    def _on_edited(self, before: Project, after: Project) -> None:
        if before.data is not after.data:
            self.follow()
        elif self._is_shown:  # the model may fit now, or no longer
            self.changed.emit()

    def _show(self, known: Overview, spec: DataSpec) -> None:
        self._spec = spec
        if known.samples.spec == spec:
            self.overview = known
            return
        self.overview = replace(known, samples=replace(known.samples, spec=spec))
        self._count()

    def _place_of(self, spec: DataSpec) -> Place:
        return place_of(spec.source)

    # -- reading ------------------------------------------------------------------------------

    def open(self, place: Place) -> None:
        """Read a file, a folder or a built-in set and make it the data of the project."""
        name = name_of(str(place))
        self._read(Reading(name, place, None, f"Use {name}"))

    def cancel(self) -> None:
        """End what is being read; what was shown before stays."""
        self._cancel_reading()
        self.changed.emit()

    def retry(self) -> None:
        """Read again what was refused."""
        if self.refused is not None:
            again = self.refused.reading
            self._refused_spec = self.refused = None
            self._read(Reading(again.name, again.place, again.spec, again.title))

    def forget_refusal(self) -> None:
        """Let a refusal go; what was shown before stays."""
        self.refused = None
        self.changed.emit()

    def _cancel_reading(self) -> None:
        self._wanted = None
        if self.reading is not None:
            self.reading.cancelled.set()

    def _read(self, reading: Reading) -> None:
        self.refused = None
        if self.reading is not None or self._counting is not None:
            for busy in (self.reading, self._counting):
                if busy is not None:
                    busy.cancelled.set()
            self._wanted = reading
            return
        self.reading = reading
        self._jobs.start(
            lambda: self._work(reading),
            lambda found: self._on_read(reading, found),
            lambda error: self._on_failed(reading, error),
        )
        self.changed.emit()

    def _work(self, reading: Reading) -> Overview:
        try:
            samples = self._understand(reading.place, reading.spec, reading.watch)
        except DataError:
            if reading.otherwise is None:
                raise
            samples = self._understand(reading.place, reading.otherwise, reading.watch)
        return overview(samples, f"'{reading.name}'", reading.watch)

    def _on_read(self, reading: Reading, found: object) -> None:
        assert isinstance(found, Overview)
        self.reading = None
        if self._go_on() or reading.cancelled.is_set():
            self.changed.emit()
            return
        spec = found.samples.spec
        self._remember(found, reading.spec)
        self._refused_spec = None
        self.outside.forget()
        self._spec, self.overview = spec, found
        if reading.title:
            self._set(spec, reading.title)
        self.changed.emit()

    def _on_failed(self, reading: Reading, error: Exception) -> None:
        self.reading = None
        if self._go_on():
            return
        if isinstance(error, CancelledError) or reading.cancelled.is_set():
            if not reading.title:  # what the project asks for: asked again with the next visit
                self._refused_spec = None
        elif isinstance(error, UserError | OSError):
            self.refused = Refused(reading, _sentence(error))
            self.noted.emit(f"{reading.name}: {self.refused.sentence}")
            if not reading.title:
                self._refused_spec = self.workspace.project.data
                self.overview, self._spec = None, self.workspace.project.data
        else:
            self.changed.emit()
            raise error
        self.changed.emit()

    def _go_on(self) -> bool:
        """Begin what was asked for meanwhile; True if something was."""
        wanted, self._wanted = self._wanted, None
        if wanted is None:
            return False
        self._read(wanted)
        return True

    def _remember(self, found: Overview, asked: DataSpec | None) -> None:
        keys = {_key(found.samples.spec)} | ({_key(asked)} if asked is not None else set())
        for key in keys:
            self._known.pop(key, None)
            self._known[key] = found
        while len({id(one) for one in self._known.values()}) > KEPT:
            self._known.pop(next(iter(self._known)))

    # -- counting -----------------------------------------------------------------------------

    def _count(self) -> None:
        """Count anew in the background: the spec is another one, the samples are the same."""
        if self._counting is not None:
            self._counting.cancelled.set()
            self._recount = True
            return
        if self.overview is None or self.reading is not None:
            return
        before = self.overview
        counting = self._counting = Reading(self.name, "", None, "")
        name = f"'{self.name}'"
        self._jobs.start(
            lambda: overview(before.samples, name, counting.watch, before),
            lambda found: self._on_counted(found),
            lambda error: self._on_not_counted(error),
        )

    def _on_counted(self, found: object) -> None:
        assert isinstance(found, Overview)
        self._counting = None
        if self.overview is not None and found.samples is self.overview.samples:
            self.overview = found
            self._remember(found, None)
        self._after_counting()

    def _on_not_counted(self, error: Exception) -> None:
        self._counting = None
        self._after_counting()
        if not isinstance(error, CancelledError):
            raise error

    def _after_counting(self) -> None:
        again, self._recount = self._recount, False
        if not self._go_on() and again:
            self._count()
        self.changed.emit()

    # -- other programs -----------------------------------------------------------------------

    def look_at_source(self) -> None:
        """Look in the background whether the source is what was read; `outside` says it."""
        source = self._spec.source
        before = getattr(source, "fingerprint", None)
        busy = self.reading is not None or self._counting is not None
        if not self._is_shown or self.overview is None or before is None or busy:
            return
        self._counting = Reading(self.name, "", None, "")
        path = Path(self.place)
        self._jobs.start(
            lambda: state_of(path, before),
            lambda state: self._on_looked(source, str(state)),
            self._on_not_counted,
        )

    def _on_looked(self, source: Source, state: str) -> None:
        self._counting = None
        if source == self._spec.source:
            self.outside.tell(self.name, state)
        self._after_counting()

    def read_again(self) -> None:
        """Read the source as it is now: with the same fields, if they are still there."""
        spec, name = self._spec, self.name
        known = spec.with_values(source=spec.source.with_values(fingerprint=None))
        reading = Reading(name, self.place, known, f"Read {name} again")
        reading.otherwise = edits.understood_anew(spec, spec.source)
        self._read(reading)

    def let_be(self) -> None:
        """Go on with what was read, until the source is changed once more."""
        self.outside.let_be()
        self.changed.emit()

    # -- editing ------------------------------------------------------------------------------

    def apply(self, spec: DataSpec, title: str) -> None:
        """Put another spec in place, as one undo step; reads anew where that is needed.

        Raises `Refusal` if the project does not take it.
        """
        if spec == self._spec:
            return
        if _key(spec) in self._known or self.overview is None:
            self._set(spec, title)
        else:
            self._read(Reading(name_of(spec.source.path), self._place_of(spec), spec, title))

    def apply_fix(self, fix: Fix) -> None:
        """Do what a finding offers, to the spec as it is now."""
        self.apply(self._fixed(fix), fix.title)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was found and is not mended yet."""
        if self.overview is None:
            return ()
        return tuple(
            finding
            for finding in self.overview.samples.findings
            if all(self._fixed(fix) != self._spec for fix in finding.fixes)
        )

    def _fixed(self, fix: Fix) -> DataSpec:
        found = self.overview.found if self.overview is not None else None
        return fix.spec if found is None else edits.with_fix(self._spec, found, fix.spec)

    def fit_model(self) -> None:
        """Fit the model to the data. Raises `Refusal` with the reason where it cannot be done."""
        line = self.fit_line()
        if line is None:
            raise Refusal("There are no data yet: choose a file, a folder or a built-in set")
        if line.refusal:
            raise Refusal(line.refusal)
        if line.command is not None:
            self.workspace.do(line.command)

    def _set(self, spec: DataSpec, title: str) -> None:
        self.workspace.do(SetData(spec, title))


def _key(spec: DataSpec) -> object:
    """What decides which arrays a reader gives; roles, split and steps do not."""
    fields = tuple(
        (f.name, f.origin, f.kind, f.shape, f.axes, f.dtype, f.classes) for f in spec.fields
    )
    # recordings and pictures are brought to one size while they are read
    steps = spec.preparation if spec.source.kind == "folder" else ()
    return (spec.source, fields, steps)


def _completed(wanted: DataSpec, found: DataSpec) -> DataSpec:
    """The spec with the fields that were found, where it leaves them open."""
    if wanted.fields:
        return wanted
    return wanted.with_values(
        fields=found.fields, targets=found.targets, feeds=found.feeds, guesses=found.guesses
    )


def _sentence(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}." if error.filename else f"{error.strerror}."
    return str(error)
