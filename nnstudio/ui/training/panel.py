"""The Training tab's right side: how it goes in figures, the live plots, the epochs in a table.

It shows events and knows no run: whoever drains a run's queue hands the events over.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QSizePolicy,
    QSplitter,
    QStackedLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from nnstudio.training.events import (
    Completed,
    EpochDone,
    Event,
    Failed,
    Started,
    StepsDone,
    Stopped,
)
from nnstudio.ui.files.questions import ReadOnlyAnswer, ask_read_only
from nnstudio.ui.files.read_only import write_asking
from nnstudio.ui.number_text import duration
from nnstudio.ui.theme import current as theme
from nnstudio.ui.theme import icons
from nnstudio.ui.training.epoch_table import EpochTable
from nnstudio.ui.training.plots import TrainingPlots
from nnstudio.ui.widgets.empty_state import EmptyState
from nnstudio.ui.widgets.figure import NOTHING, Figure, Pill

REDRAW = 400
"""Milliseconds between two drawings of the plots while events come.

Drawn more often they take what small models need: at 60 ms half of the steps were lost.
"""
NARROW = 912
"""Below this width the head leaves out what can be read elsewhere, one after the other."""
WIDE = 1180
"""From this width on the table of epochs stands beside the plots by itself."""

_TONES = {
    "Running": "accent",
    "Pausing": "warning",
    "Paused": "warning",
    "Stopping": "warning",
    "Completed": "good",
    "Failed": "error",
}


class TrainingPanel(QWidget):
    """Shows one training: `begin`, then `handle` each event and `set_state` now and then.

    `kept_requested(id)` when the run that is kept is to be shown among all runs.
    """

    run_requested = Signal()
    kept_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.plots = TrainingPlots()
        self.state = Pill()
        self.state.hide()
        self.figures = {
            "epoch": Figure("Epoch", 64),
            "step": Figure("Step", 104),
            "speed": Figure("Samples/s", 64),
            "left": Figure("Time left", 60),
            "device": Figure("Device", 48),
        }
        self.model = Figure("Model", 72)
        self._kept_id = ""
        self.kept = self._button("runs", "The run on the page Runs")
        self.kept.setFont(theme.mono_font(12))
        self.kept.clicked.connect(lambda: self.kept_requested.emit(self._kept_id))
        self.kept.hide()
        self.progress = QProgressBar(textVisible=False, maximum=1000)
        self.progress.setProperty("role", "slim")
        self.mark = QLabel(wordWrap=True)
        self.mark.setProperty("role", "warning")
        self.mark.hide()
        self.note = QLabel(wordWrap=True)
        self.note.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.note.hide()
        self.table = EpochTable()
        self.table.hide()
        self.empty = EmptyState(
            "training",
            "Not trained yet",
            "Press Run to train this model; loss and accuracy are drawn here while it learns.",
            "Run",
        )
        self.empty.button.setProperty("role", "primary")
        icons.attach(self.empty.button, "run", "on_accent", 16)
        self.empty.requested.connect(self.run_requested)
        shown = QWidget()
        self._stack = QStackedLayout(shown)
        self._stack.addWidget(self.empty)
        self._training = self._page()
        self._stack.addWidget(self._training)
        self._show_training(False)
        self._split = QSplitter(Qt.Orientation.Horizontal, handleWidth=1)
        self._split.setChildrenCollapsible(False)
        self._split.addWidget(shown)
        self._split.setStretchFactor(0, 1)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._split)
        self._redraw = QTimer(self, singleShot=True, interval=REDRAW)
        self._redraw.timeout.connect(self.plots.redraw_in_turn)
        self._epochs = 0
        self.ask_export: Callable[[], Path | None] = self._ask_export
        self.ask_read_only: Callable[[Path], ReadOnlyAnswer] = partial(ask_read_only, self)

    def _page(self) -> QWidget:
        self.table_button = self._button("summary", "Show the epochs as a table", checkable=True)
        self.table_button.toggled.connect(self.table.setVisible)
        export = self._button("export", "Export the plots as PNG or SVG, or their points as CSV...")
        export.clicked.connect(self._export)
        head = QHBoxLayout()
        head.setSpacing(14)
        head.addWidget(self.state)
        self.state.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        for figure in self.figures.values():
            head.addWidget(figure)
        head.addWidget(self.model)
        head.addWidget(self.kept)
        head.addStretch(1)
        head.addWidget(self.plots.smoothing)
        head.addWidget(self.table_button)
        head.addWidget(export)
        body = QSplitter(Qt.Orientation.Horizontal, handleWidth=8)
        body.setProperty("role", "gap")
        body.setChildrenCollapsible(False)
        body.addWidget(self.plots)
        body.addWidget(self.table)
        body.setSizes([700, 480])
        body.setStretchFactor(0, 1)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(6)
        column.addLayout(head)
        column.addWidget(self.progress)
        column.addWidget(self.mark)
        column.addWidget(self.note)
        column.addWidget(body, 1)
        return page

    @staticmethod
    def _button(icon: str, tip: str, *, checkable: bool = False) -> QToolButton:
        button = QToolButton(checkable=checkable)
        button.setProperty("role", "quiet")
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.setFixedSize(28, 28)
        button.setIconSize(icons.size(16))
        icons.attach(button, icon, size=16)
        return button

    # -- what the shell does ------------------------------------------------------------------

    def reset(self) -> None:
        """Forget the last training and say how to start one."""
        self._clear()
        self._show_training(False)

    def begin(self) -> None:
        """Forget the last training: a new one starts."""
        self._clear()
        self._show_training(True)

    def _show_training(self, is_there: bool) -> None:
        # what is not shown claims no room: there may be a notice above
        policy = QSizePolicy.Policy.Preferred if is_there else QSizePolicy.Policy.Ignored
        self._training.setSizePolicy(QSizePolicy.Policy.Preferred, policy)
        self._stack.setCurrentIndex(int(is_there))

    def set_state(self, state: str) -> None:
        """Show the state in words and colour."""
        self.state.show_word(state, _TONES.get(state, "muted"))
        self.state.setVisible(bool(state))

    def show_mark(self, title: str, version: str, sentence: str) -> None:
        """Say whose results these are, and what keeps them from being those of the open project."""
        self.model.show_text(title)
        self.model.setToolTip(f"{title}, version {version} of its code")
        self.mark.setText(sentence)
        self.mark.setVisible(bool(sentence))

    def show_run(self, id: str, folder: str) -> None:
        """Name the run under which this is kept; a click on it shows it among all runs."""
        self._kept_id = id
        self.kept.setVisible(bool(id))
        self._fit_head(self.width())
        self.kept.setToolTip(f"Run {id}: show it on the page Runs\n{folder}")
        self.kept.setAccessibleName(f"Show run {id} on the page Runs")

    def handle(self, event: Event) -> None:
        """Show one event; the plots are drawn soon after, once for all that came."""
        self._show_training(True)
        self.plots.add_event(event)
        if not self._redraw.isActive():
            self._redraw.start()
        match event:
            case Started():
                self._epochs = event.epochs
                self._show(device=event.device, epoch=f"{event.first_epoch} / {event.epochs}")
            case StepsDone():
                self._on_steps(event)
            case EpochDone():
                self._show(epoch=f"{event.epoch} / {event.epochs}")
                self.table.add_row(event)
                if event.best:
                    self.table.mark_best(event.epoch)
            case Completed():
                self.table.mark_best(event.best_epoch)
                self.progress.setValue(self.progress.maximum())
                self._end(event.seconds)
            case Stopped():
                self._show(epoch=f"{event.epoch} / {self._epochs}")  # its last steps came untold
                self._end(event.seconds)
            case Failed():
                self._end(None)
                self._say(event.sentence)

    # -- how it shows it ----------------------------------------------------------------------

    def _clear(self) -> None:
        self._redraw.stop()
        self._epochs = 0
        self.plots.clear()
        self.table.clear()
        for figure in self.figures.values():
            figure.show_text(NOTHING)
        self.figures["left"].show_text(NOTHING, "Time left")
        self.model.show_text(NOTHING)
        self.progress.setValue(0)
        self.mark.hide()
        self.note.hide()
        self.kept.hide()

    def _on_steps(self, event: StepsDone) -> None:
        left = event.remaining_seconds
        self._show(
            epoch=f"{event.epoch} / {self._epochs or NOTHING}",
            step=f"{event.step:,} / {event.steps:,}",
            speed=f"{event.samples_per_second:,.0f}",
            left=NOTHING if left is None else duration(left),
        )
        self.progress.setValue(round(1000 * event.step / max(event.steps, 1)))

    def _end(self, seconds: float | None) -> None:
        self.figures["left"].show_text(NOTHING if seconds is None else duration(seconds), "Took")

    def _show(self, **texts: str) -> None:
        for name, text in texts.items():
            self.figures[name].show_text(text)

    def _say(self, sentence: str) -> None:
        self.note.setText(sentence)
        self.note.setProperty("role", "error")
        self.note.style().polish(self.note)
        self.note.show()

    def _export(self) -> None:
        path = self.ask_export()
        if path is None:
            return

        def write(path: Path, overwrite_read_only: bool) -> None:
            self.plots.export(path, overwrite_read_only=overwrite_read_only)

        try:
            write_asking(write, path, self.ask_read_only, self.ask_export)
        except ValueError as error:
            self._say(str(error))

    def _ask_export(self) -> Path | None:
        name, _ = QFileDialog.getSaveFileName(
            self, "Export plots", "training.png", "Picture (*.png);;Drawing (*.svg);;Points (*.csv)"
        )
        return Path(name) if name else None

    # -- Qt -----------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_head(event.size().width())
        # Only where the width passes the mark, so that a choice by hand stays.
        if (event.oldSize().width() >= WIDE) != (event.size().width() >= WIDE):
            self.table_button.setChecked(event.size().width() >= WIDE)

    def _fit_head(self, width: int) -> None:
        if not self.kept.isHidden():
            width -= self._fit_kept(width)
        self.plots.smoothing.show_title(width >= NARROW)
        self.figures["device"].setVisible(width >= NARROW - 76)  # the status line says it, too
        self.figures["step"].setVisible(width >= NARROW - 138)
        self.plots.smoothing.setVisible(width >= NARROW - 256)
        self.model.setVisible(width >= NARROW - 406)

    def _fit_kept(self, width: int) -> int:
        """Name the run by its id, by the end of it, or by its icon; how much room that takes."""
        style = Qt.ToolButtonStyle
        named = width >= NARROW - 160
        self.kept.setText(self._kept_id if width >= NARROW + 180 else self._kept_id[-6:])
        self.kept.setToolButtonStyle(
            style.ToolButtonTextBesideIcon if named else style.ToolButtonIconOnly
        )
        room = self.kept.sizeHint().width() if named else 28
        self.kept.setFixedWidth(room)
        return room + 14
