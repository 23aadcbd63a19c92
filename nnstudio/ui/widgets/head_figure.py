"""A large figure with its name above it and what is known of its range below it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from nnstudio.evaluation.figures.figure import Figure
from nnstudio.evaluation.figures.reading import figure_text
from nnstudio.ui.theme import current as theme


def figure_words(name: str, figure: Figure | None) -> str:
    """A figure as people read it; a dash where there is none."""
    return figure_text(name, None if figure is None else figure.value)


def figure_title(name: str) -> str:
    """The name of a figure at the beginning of a line: `Macro F1`, `R²`."""
    return name[:1].upper() + name[1:].replace("2", "²" if name == "R2" else "2")


class LargeFigure(QWidget):
    """Title, value and a line below."""

    def __init__(
        self, title: str, value: str, below: str = "", tip: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        name = QLabel(title)
        name.setProperty("role", "muted")
        name.setFont(theme.text_font(theme.SMALL_SIZE))
        large = QLabel(value)
        large.setFont(theme.figure_font(20, QFont.Weight.DemiBold))
        large.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        small = QLabel(below or " ")
        small.setProperty("role", "muted")
        small.setFont(theme.figure_font(theme.SMALL_SIZE))
        self.setToolTip(tip)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 16, 0)
        column.setSpacing(0)
        for label in (name, large, small):
            column.addWidget(label)
        self.texts = (title, value)


class HeadFigure(LargeFigure):
    """A figure with its interval."""

    def __init__(self, name: str, figure: Figure, parent: QWidget | None = None) -> None:
        between = ""
        if figure.low is not None and figure.high is not None:
            low, high = (figure_text(name, end) for end in (figure.low, figure.high))
            between = f"{low} to {high}".replace(" % to", " to")
        tip = figure.reason or (f"95 % interval: {between}" if between else "")
        super().__init__(figure_title(name), figure_words(name, figure), between, tip, parent)
