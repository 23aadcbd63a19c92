"""The tab Try it: what is given at the left, the answer beside it, what is seen at the right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from nnstudio.ui.number_text import sizes
from nnstudio.ui.pages.data.pictures import image_of, mask_of
from nnstudio.ui.pages.data.sample_view import PictureView
from nnstudio.ui.pages.runs.trying.activation_view import ActivationView, told
from nnstudio.ui.pages.runs.trying.answer_bars import AnswerBars
from nnstudio.ui.pages.runs.trying.explanation_view import METHODS, ExplanationView
from nnstudio.ui.pages.runs.trying.explanation_view import told as told_why
from nnstudio.ui.pages.runs.trying.given import GivenSide
from nnstudio.ui.theme import current as theme
from nnstudio.ui.widgets.elided_label import ElidedLabel
from nnstudio.ui.widgets.empty_state import EmptyState
from nnstudio.ui.widgets.wrapped_label import WrappedLabel
from nnstudio.workspace.trying.answers import Answer
from nnstudio.workspace.trying.controller import Trying
from nnstudio.workspace.trying.trial import Tried

if TYPE_CHECKING:  # needs torch
    from nnstudio.evaluation.explaining import Method

GIVEN, ANSWER = 320, 320
SMALL = 96
NO_MODULE = "Nothing"
WAYS = {
    "picture": "Draw at the left, open a file, or take a sample.",
    "sound": "Open a recording, or take a sample.",
    "row": "Take a sample and change its values, or fill in all of them.",
    "text": "Type the beginning of a text, or take a sample.",
    "other": "Take a sample of the data.",
}


class AnswerBlock(QWidget):
    """What one output says."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = QLabel()
        self.title.setProperty("role", "muted")
        self.sentence = WrappedLabel()
        self.sentence.setFont(theme.text_font(13, QFont.Weight.DemiBold))
        self.picture = PictureView()
        self.picture.setFixedHeight(140)
        self.bars = AnswerBars()
        self.left_out = QLabel()
        self.left_out.setProperty("role", "muted")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 8)
        column.setSpacing(6)
        for widget in (self.title, self.sentence, self.picture, self.bars, self.left_out):
            column.addWidget(widget)

    def show_answer(self, answer: Answer, *, titled: bool) -> None:
        """Show another answer of the same output. titled: there are several outputs."""
        self.title.setText(answer.name)
        self.title.setVisible(titled)
        self.sentence.set_full_text(answer.sentence)
        self.picture.setVisible(answer.picture is not None)
        if answer.picture is not None:
            mask = answer.form == "mask"
            self.picture.show_image((mask_of if mask else image_of)(answer.picture))
        said_already = answer.form == "numbers" and len(answer.bars) == 1
        self.bars.setVisible(bool(answer.bars) and not said_already)
        self.bars.show_bars(answer.bars, with_bars=answer.form in ("shares", "mask"))
        self.left_out.setText(f"{answer.left_out:,} less likely ones are left out")
        self.left_out.setVisible(answer.left_out > 0)


class TryTab(QWidget):
    """`trying` does all of it; this shows it."""

    def __init__(self, trying: Trying, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.trying = trying
        self.busy = EmptyState(
            "clock", "Opening the run", "Its model is built and its data are read."
        )
        self.refused = EmptyState("evaluation", "Not to be tried", "", "Try again")
        self.refused.requested.connect(lambda: trying.open(again=True))
        self.given = GivenSide(trying)
        self.given.setFixedWidth(GIVEN)
        self.empty = EmptyState("evaluation", "Nothing is given yet", "")
        self.small = PictureView()
        self.small.setMinimumSize(0, 0)
        self.small.setFixedSize(SMALL, SMALL)
        self.gets = WrappedLabel()
        self.gets.setProperty("role", "muted")
        self.origin = WrappedLabel()
        above = QHBoxLayout()
        above.setSpacing(12)
        above.addWidget(self.small)
        words = QVBoxLayout()
        words.addWidget(self.gets)
        words.addWidget(self.origin)
        words.addStretch(1)
        above.addLayout(words, 1)
        self.blocks: list[AnswerBlock] = []
        self._answers = QVBoxLayout()
        self._answers.setSpacing(4)
        holder = QWidget()
        inside = QVBoxLayout(holder)
        inside.setContentsMargins(12, 12, 12, 12)
        inside.setSpacing(10)
        inside.addLayout(above)
        inside.addLayout(self._answers)
        inside.addStretch(1)
        area = QScrollArea(widgetResizable=True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(holder)
        self._answer = QStackedWidget()
        self._answer.addWidget(self.empty)
        self._answer.addWidget(area)
        self._answer.setMinimumWidth(240)
        self._answer.setMaximumWidth(ANSWER + 80)
        self._area = area
        self.module = QComboBox()
        self.module.setAccessibleName("Module whose output is shown")
        self.module.setMinimumWidth(160)
        self.module.activated.connect(lambda _k: self.look_at(self.module.currentData()))
        self.view = ActivationView()
        self.seen = ElidedLabel()
        self.seen.setProperty("role", "muted")
        self.seen.setFont(theme.text_font(12))
        self._inside = QWidget()
        column = QVBoxLayout(self._inside)
        column.setContentsMargins(12, 12, 16, 12)
        column.setSpacing(8)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(QLabel("Look inside"))
        head.addWidget(self.module)
        head.addStretch(1)
        column.addLayout(head)
        column.addWidget(self.seen)
        column.addWidget(self.view, 1)
        self.method = QComboBox()
        self.method.setAccessibleName("Method that explains the answer")
        for title, method in METHODS:
            self.method.addItem(title, method)
        self.method.activated.connect(lambda _k: self.explain(self.method.currentData()))
        self.explained = WrappedLabel()
        self.explained.setProperty("role", "muted")
        self.explained.setFont(theme.text_font(12))
        self.explanation = ExplanationView()
        self.explanation.hide()
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(QLabel("Explain by"))
        head.addWidget(self.method)
        head.addStretch(1)
        column.addLayout(head)
        column.addWidget(self.explained)
        column.addWidget(self.explanation, 1)
        self._content = QWidget()
        row = QHBoxLayout(self._content)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.given)
        row.addWidget(_line())
        row.addWidget(self._answer, 2)
        row.addWidget(_line())
        row.addWidget(self._inside, 3)
        self._stack = QStackedWidget()
        for widget in (self.busy, self.refused, self._content):
            self._stack.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._stack)
        trying.opened.connect(self.show_trial)
        trying.answered.connect(self.show_answer)

    def refresh(self) -> None:
        """Open the selected run, if that can be seen."""
        if self.isVisible():
            self.trying.open()

    def show_trial(self) -> None:
        """Show the run that can be tried now, or why none can."""
        trying = self.trying
        if trying.is_busy:
            self._stack.setCurrentWidget(self.busy)
            return
        if trying.trial is None:
            self.refused.show_text("Not to be tried", trying.problem, "evaluation")
            self._stack.setCurrentWidget(self.refused)
            return
        trial = trying.trial
        self.module.clear()
        self.module.addItem(NO_MODULE, "")
        for name, kind in trial.modules:
            self.module.addItem(f"{name}   {kind}", name)
        self.given.show_trial(trial)
        self.look_at(trying.wished_module)
        self.view.show_activation(None)
        self._stack.setCurrentWidget(self._content)
        self.show_answer()

    def show_answer(self) -> None:
        """Show what the model gave, or why it gave nothing."""
        trying = self.trying
        tried = trying.tried
        if tried is None:
            self._answer.setCurrentWidget(self.empty)
            if trying.sentence:
                self.empty.show_text("No answer", trying.sentence, "warning", "warning")
            elif trying.trial is not None:
                self.empty.show_text("Nothing is given yet", WAYS[trying.trial.takes], "evaluation")
            self._show_seen(None)
            return
        self.given.show_given()
        self._show_gets(tried)
        while len(self.blocks) < len(tried.answers):
            block = AnswerBlock()
            self.blocks.append(block)
            self._answers.addWidget(block)
        for k, block in enumerate(self.blocks):
            block.setVisible(k < len(tried.answers))
        for block, answer in zip(self.blocks, tried.answers, strict=False):
            block.show_answer(answer, titled=len(tried.answers) > 1)
        self._answer.setCurrentWidget(self._area)
        self._show_seen(tried)

    def _show_gets(self, tried: Tried) -> None:
        values, shape = tried.given, sizes(tried.given.shape) or "1"
        picture = values.ndim in (2, 3) and min(values.shape[-2:]) > 3
        self.small.setVisible(picture)
        if picture:
            self.small.show_image(image_of(values))
        self.gets.set_full_text(f"The model gets {shape}")
        trial, index = self.trying.trial, self.trying.index
        shown = trial.shown if trial is not None else None
        is_sample = shown is not None and index >= 0
        self.origin.setVisible(is_sample)
        if shown is not None and is_sample:
            label, edited = shown.label, self.trying.is_edited
            known = label is not None and not label.shape and label.kind in ("category", "number")
            right = f"Right: {shown.caption(index)}\n" if known and not edited else ""
            how = "Edited from" if edited else "From"
            self.origin.set_full_text(f"{right}{how} {shown.origin(index)}")

    def _show_seen(self, tried: Tried | None) -> None:
        self._show_explanation(tried)
        seen = tried.seen if tried is not None else None
        self.view.show_activation(seen)
        if seen is not None:
            self.seen.set_full_text(told(seen))
        elif self.trying.module:
            self.seen.set_full_text("Shown as soon as something is given.")
        else:
            self.seen.set_full_text("Choose a module to see what it gives for this sample.")

    def look_at(self, name: str) -> None:
        """Show the output of a module; "" for none."""
        place = self.module.findData(name)
        if place >= 0:
            self.module.setCurrentIndex(place)
            self.trying.look_at(name)
            self._show_seen(self.trying.tried)

    def explain(self, method: Method | None) -> None:
        """Show on which values the answer rests; None for nothing."""
        self.method.setCurrentIndex(self.method.findData(method))
        self.trying.explain(method)
        self._show_explanation(self.trying.tried)

    def _show_explanation(self, tried: Tried | None) -> None:
        found = tried.explanation if tried is not None and self.trying.method else None
        self.explanation.setVisible(found is not None)
        self.explanation.show_explanation(found, tried.given if tried is not None else None)
        text = "On which values the answer rests."
        if tried is not None and self.trying.method:
            text = told_why(found, tried.explains) if found is not None else tried.unexplained
        self.explained.set_full_text(text)

    def stop(self) -> None:
        """Follow nothing any more."""
        self.given.stop()
        self.trying.opened.disconnect(self.show_trial, missing_ok=True)
        self.trying.answered.disconnect(self.show_answer, missing_ok=True)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()


def _line() -> QFrame:
    line = QFrame()
    line.setProperty("role", "line")
    line.setFixedWidth(1)
    return line
