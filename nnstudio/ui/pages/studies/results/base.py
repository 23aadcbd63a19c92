"""What all results of a study share: empty states, and the choice of a model and an output."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from nnstudio.ui.widgets.empty_state import EmptyState
from nnstudio.workspace.studies.figures import OutputSpread
from nnstudio.workspace.studies_page.shown_result import ShownResult


class ResultView(QWidget):
    """Base: `content` is filled by `show_content` where `why_not` has nothing to say.

    `cell_picked(cell)` where a run is clicked.
    """

    cell_picked = Signal(object)
    FOLLOWS_CURVES = False

    def __init__(self, title: str, sentence: str, parent: QWidget | None = None) -> None:
        """sentence: what will be shown, while there is nothing."""
        super().__init__(parent)
        self._title, self._sentence = title, sentence
        self.shown: ShownResult | None = None
        self.nothing = EmptyState("evaluation", title, sentence)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.nothing)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._stack)
        self.setProperty("role", "panel")
        self.setAccessibleName(title)

    def set_content(self, content: QWidget) -> None:
        """Put in what is shown of a result."""
        self._content = content
        self._stack.addWidget(content)

    def show_result(self, shown: ShownResult) -> None:
        """Show this result; nothing is done if it is the one that is shown."""
        before, self.shown = self.shown, shown
        if before is not None and self._is_same(before, shown):
            return
        why = self.why_not(shown)
        if why:
            self.nothing.show_text(self._title, why)
            self._stack.setCurrentWidget(self.nothing)
            return
        self.show_content(shown)
        self._stack.setCurrentWidget(self._content)

    def _is_same(self, before: ShownResult, shown: ShownResult) -> bool:
        """Whether what is shown of both is the same: only the curves grow with each epoch."""
        return before is shown or (before.answer is shown.answer and not self.FOLLOWS_CURVES)

    @property
    def is_shown(self) -> bool:
        """True if there is something to show."""
        return self._stack.currentWidget() is not self.nothing

    def why_not(self, shown: ShownResult) -> str:
        """Why there is nothing to show, "" if there is something."""
        return "" if shown.figures is not None else self._sentence

    def show_content(self, shown: ShownResult) -> None:
        """Show what there is."""
        raise NotImplementedError


class Choice(QComboBox):
    """A choice by names that keeps what was chosen, as long as it is offered; hidden with one."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)

    def offer(self, names: Sequence[str], words: Sequence[str] = ()) -> None:
        """Offer these; words: how they are written."""
        if [self.itemData(k) for k in range(self.count())] != list(names):
            before = self.currentData()
            self.clear()
            for name, word in zip(names, words or names, strict=True):
                self.addItem(word, name)
            self.setCurrentIndex(max(0, self.findData(before)))
        self.setVisible(len(names) > 1)

    @property
    def chosen(self) -> str:
        """What is chosen, "" where nothing is offered."""
        return str(self.currentData() or "")


class ModelRow(QWidget):
    """A choice of the model and of the output; `changed` when its user makes another one."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model, self.output = Choice("Model"), Choice("Output of the model")
        self.about = QLabel()
        self.about.setProperty("role", "muted")
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(16, 8, 12, 6)
        self.row.setSpacing(8)
        for choice in (self.model, self.output):
            choice.activated.connect(lambda _k: self.changed.emit())
            self.row.addWidget(choice)
        self.row.addWidget(self.about, 1)

    def offer(self, shown: ShownResult) -> OutputSpread:
        """Offer what there is; the spread of what is chosen."""
        assert shown.figures is not None
        models = {one.name: one for one in shown.figures.models}
        self.model.offer(tuple(models))
        chosen = models[self.model.chosen]
        self.output.offer(tuple(chosen.outputs))
        return chosen.outputs[self.output.chosen]
