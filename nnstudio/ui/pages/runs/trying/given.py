"""The left of the tab Try it: what is given to the model, in the kind of its data."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QPushButton,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from nnstudio.ui.pages.data.pictures import channels_of, image_of
from nnstudio.ui.pages.data.playback import Player, can_play
from nnstudio.ui.pages.runs.trying.cells import Cells, TextEntry
from nnstudio.ui.pages.runs.trying.sketch_pad import SketchPad
from nnstudio.ui.theme import icons
from nnstudio.ui.widgets.wrapped_label import WrappedLabel
from nnstudio.workspace.data_page.shown_samples import ShownSamples
from nnstudio.workspace.data_page.words import PARTS as PART_WORDS
from nnstudio.workspace.trying.controller import Trying
from nnstudio.workspace.trying.trial import Trial, reason_not_to_draw

if TYPE_CHECKING:  # loads the plots
    from nnstudio.ui.plots.plain_plot import PlainPlot

RATE = 16_000
"""Hz of sounds whose spec does not tell."""
PAD = 292
"""Height of the field to draw on, at most."""
QWIDGETSIZE_MAX = 16_777_215
"""What Qt takes as no limit."""
SOON = 15
"""Milliseconds after a stroke before it is given: many moves of the mouse are one."""
FILES = {
    "picture": "Pictures (*.png *.jpg *.jpeg *.bmp *.gif *.tif *.tiff *.webp);;All files (*)",
    "sound": "Recordings (*.wav *.flac *.ogg *.mp3 *.aif *.aiff *.w64);;All files (*)",
}


class GivenSide(QWidget):
    """Draw, open a file, take a sample, fill in, type. `ask_file` is an attribute for tests."""

    def __init__(self, trying: Trying, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.trying = trying
        self.ask_file: Callable[[], Path | None] = self._ask_file
        self._plot: PlainPlot | None = None
        self._player = Player(self)
        self._soon = QTimer(self, singleShot=True, interval=SOON)
        self._soon.timeout.connect(self.give_drawing)
        self.pad = SketchPad()
        self.pad.drawn.connect(self._soon.start)
        self.cells = Cells()
        self.cells.changed.connect(trying.fill_in)
        self.entry = TextEntry()
        self.entry.changed.connect(trying.write)
        self.nothing = QWidget()
        self.stack = QStackedWidget()
        for widget in (self.pad, self.cells, self.entry, self.nothing):
            self.stack.addWidget(widget)
        self.clear_button = QPushButton("Clear")
        self.clear_button.clicked.connect(self.clear)
        self.file_button = QPushButton("Open a file...")
        self.file_button.clicked.connect(self.open_file)
        self.play_button = QPushButton("Play")
        self.play_button.clicked.connect(self.play)
        self.centred = QCheckBox("Centred and sized as the data")
        self.centred.setToolTip("Move and size the strokes to where those of the data are")
        self.centred.toggled.connect(lambda _on: self.give_drawing())
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for button in (self.file_button, self.play_button, self.clear_button):
            button.setProperty("role", "small")
            buttons.addWidget(button)
        buttons.addStretch(1)
        self.part = QComboBox()
        self.part.setAccessibleName("Part from which a sample is taken")
        self.previous_button = _tool("chevron-left", "Previous sample")
        self.previous_button.clicked.connect(lambda: self.step(-1))
        self.next_button = _tool("chevron-right", "Next sample")
        self.next_button.clicked.connect(lambda: self.step(1))
        self.any_button = QPushButton("Any")
        self.any_button.setProperty("role", "small")
        self.any_button.setToolTip("A sample of this part, whichever")
        self.any_button.clicked.connect(lambda: trying.take_any(self.part.currentData()))
        self.samples = QWidget()
        row = QHBoxLayout(self.samples)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.part, 1)
        for one in (self.previous_button, self.next_button, self.any_button):
            row.addWidget(one)
        self.note = WrappedLabel()
        self.note.setProperty("role", "muted")
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 12, 12)
        column.setSpacing(8)
        column.addWidget(self.samples)
        column.addWidget(self.stack, 1)
        column.addLayout(buttons)
        column.addWidget(self.centred)
        column.addWidget(self.note)
        column.addStretch(0)

    # -- what is shown ------------------------------------------------------------------------

    def show_trial(self, trial: Trial) -> None:
        """Show how another run can be tried."""
        self._player.stop()
        takes, can_draw = trial.takes, not reason_not_to_draw(trial)
        if takes == "picture":
            (only,) = trial.fields
            light = trial.ink is None or trial.ink.is_light
            self.pad.set_up(only.shape[-2], only.shape[-1], light=light, can_draw=can_draw)
        if takes == "row":
            self.cells.show_fields(trial.fields)
        self.entry.clear()
        known = trial.ink is not None and trial.ink.extent is not None
        self.centred.blockSignals(True)
        self.centred.setChecked(known)
        self.centred.blockSignals(False)
        self.centred.setVisible(can_draw and known)
        self.file_button.setVisible(takes in FILES)
        self.clear_button.setVisible(takes == "picture")
        self.play_button.setVisible(takes == "sound" and can_play())
        self.samples.setVisible(trial.shown is not None)
        self.part.clear()
        for number, name in enumerate(("train", "validation", "test")):
            count = len(self.trying.indices(number))
            if count:
                self.part.addItem(f"{PART_WORDS[name]} ({count:,})", number)
        self.part.setCurrentIndex(self.part.count() - 1)
        by_kind = {"picture": self.pad, "row": self.cells, "text": self.entry}
        self.stack.setCurrentWidget(by_kind.get(takes, self.nothing))
        self.stack.setMaximumHeight(PAD if takes == "picture" else QWIDGETSIZE_MAX)
        self.note.set_full_text(_note(trial, can_draw))
        self.note.setVisible(bool(self.note.full_text))

    def show_given(self) -> None:
        """Show what was given, where it was not drawn or typed."""
        trial, tried, index = self.trying.trial, self.trying.tried, self.trying.index
        if trial is None or tried is None:
            return
        if index >= 0 and trial.shown is not None:  # it may have come from another tab
            place = self.part.findData(int(trial.shown.overview.part[index]))
            self.part.setCurrentIndex(place if place >= 0 else self.part.currentIndex())
        if trial.takes == "row":
            if index >= 0 and not self.trying.is_edited:
                self.cells.show_values({f.name: tried.values[f.name][0] for f in trial.fields})
            return
        if trial.takes == "text":
            if index >= 0 and trial.shown is not None:
                self.entry.show_text(trial.shown.text(index))
            return
        if trial.takes == "picture":
            if self._is_drawn:
                return
            self.pad.show_picture(image_of(next(iter(tried.values.values()))[0]))
            return
        shown = trial.shown
        if trial.takes == "sound":
            sound = channels_of(next(iter(tried.values.values()))[0], 1)
            rate = (shown.rate if shown is not None else None) or RATE
            self._made_plot().show_lines(list(sound), 1 / rate, "s")
        elif shown is not None and shown.main is not None and shown.main.name in tried.values:
            self._show_other(shown, index)

    @property
    def _is_drawn(self) -> bool:
        return self.trying.index < 0 and not self._from_file

    _from_file = False

    def _show_other(self, shown: ShownSamples, index: int) -> None:
        if shown.looks in ("curves", "waves"):
            self._made_plot().show_lines(list(channels_of(shown.value(index))))
        elif shown.looks in ("pictures", "films"):
            self.stack.setCurrentWidget(self.pad)
            value = shown.picture(index)
            height, width = value.shape[-2:]
            self.pad.set_up(height, width, light=True, can_draw=False)
            self.pad.show_picture(image_of(value))
        elif shown.looks == "texts":
            self.stack.setCurrentWidget(self.entry)
            self.entry.show_text(shown.text(index), editable=False)

    def _made_plot(self) -> PlainPlot:
        if self._plot is None:
            from nnstudio.ui.plots.plain_plot import PlainPlot

            self._plot = PlainPlot()
            self.stack.addWidget(self._plot)
        self.stack.setCurrentWidget(self._plot)
        return self._plot

    # -- acts ---------------------------------------------------------------------------------

    def give_drawing(self) -> None:
        """Give what is drawn now."""
        if not self.pad.is_empty and self.trying.trial is not None and self._can_give():
            self._from_file = False
            self.trying.draw(self.pad.strokes(), centred=self.centred.isChecked())

    def _can_give(self) -> bool:
        return bool(self.pad.strokes().any())

    def clear(self) -> None:
        """Begin with an empty field."""
        self._soon.stop()
        self._from_file = False
        self.pad.clear()
        self.trying.clear()

    def open_file(self) -> None:
        """Ask for a file and give it."""
        path = self.ask_file()
        if path is not None:
            self._soon.stop()
            self._from_file = True
            self.trying.take_file(path)

    def step(self, by: int) -> None:
        """Give the next or the previous sample."""
        if self.part.currentData() is not None:
            self.trying.step(self.part.currentData(), by)

    def play(self) -> None:
        """Play the recording that is given."""
        trial, tried = self.trying.trial, self.trying.tried
        if trial is not None and tried is not None and can_play():
            rate = trial.shown.rate if trial.shown is not None else None
            self._player.play(channels_of(next(iter(tried.values.values()))[0], 1)[0], rate or RATE)

    def stop(self) -> None:
        """Be quiet and give nothing any more."""
        self._soon.stop()
        self._player.stop()

    def _ask_file(self) -> Path | None:
        assert self.trying.trial is not None
        found, _ = QFileDialog.getOpenFileName(
            self, "Try a file", "", FILES[self.trying.trial.takes]
        )
        return Path(found) if found else None


def _note(trial: Trial, can_draw: bool) -> str:
    told = []
    if trial.gone:
        told.append(f"There are no samples to take: {trial.gone}")
        if trial.takes == "other":
            told.append("Nothing else can be given to a model of this kind.")
    if trial.takes == "picture" and not can_draw:
        told.append(reason_not_to_draw(trial))
    elif trial.ink is not None and trial.ink.guessed:
        told.append("Drawn white on black, which is a guess: no data tell it.")
    if trial.takes == "other" and not trial.gone:
        told.append("Samples of the data alone can be given to a model of this kind.")
    return " ".join(told)


def _tool(icon: str, name: str) -> QToolButton:
    button = QToolButton()
    button.setFixedSize(28, 26)
    button.setProperty("role", "quiet")
    button.setIconSize(icons.size(16))
    button.setToolTip(name)
    button.setAccessibleName(name)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    icons.attach(button, icon, "muted", 16)
    return button
