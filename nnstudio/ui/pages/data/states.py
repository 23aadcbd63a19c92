"""What the page shows while it has no data: where to drop them, how far reading is, a refusal."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from nnstudio.ui.theme import current as theme
from nnstudio.ui.theme import icons
from nnstudio.ui.widgets.elided_label import ElidedLabel
from nnstudio.ui.widgets.empty_state import IconLabel
from nnstudio.ui.widgets.wrapped_label import WrappedLabel

TITLE = "Drop a file or folder here"
CARD = 620


class ChooseButtons(QWidget):
    """The three ways to data: a file, a folder, a built-in set."""

    file_requested = Signal()
    folder_requested = Signal()
    built_in_requested = Signal()

    def __init__(self, *, short: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.file_button = QPushButton("File..." if short else "Choose a file...")
        self.folder_button = QPushButton("Folder..." if short else "Choose a folder...")
        self.built_in_button = QPushButton("Built in..." if short else "A built-in set...")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addStretch(1)
        for button, signal, icon in (
            (self.file_button, self.file_requested, "file"),
            (self.folder_button, self.folder_requested, "folder"),
            (self.built_in_button, self.built_in_requested, "data"),
        ):
            button.clicked.connect(signal)
            if short:
                button.setProperty("role", "small")
            else:
                icons.attach(button, icon, size=16)
            row.addWidget(button)
        if not short:
            self.file_button.setProperty("role", "primary")
            icons.attach(self.file_button, "file", "on_accent", 16)
        row.addStretch(1)


class DropArea(QFrame):
    """A dashed frame that lights up while something is held over the window."""

    def __init__(self, *, short: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "drop")
        self.buttons = ChooseButtons(short=short)
        title = QLabel(TITLE, alignment=Qt.AlignmentFlag.AlignCenter)
        column = QVBoxLayout(self)
        if short:
            title.setProperty("role", "muted")
            column.setContentsMargins(8, 10, 8, 10)
            column.setSpacing(8)
            column.addWidget(title)
            column.addWidget(self.buttons)
            return
        title.setFont(theme.text_font(17, QFont.Weight.DemiBold))
        told = QLabel(
            "Tables, arrays, pictures, sounds or texts. What is understood of them is shown here "
            "before anything is trained; your files are only read.",
            alignment=Qt.AlignmentFlag.AlignCenter,
            wordWrap=True,
        )
        told.setProperty("role", "muted")
        told.setMinimumWidth(320)
        column.setContentsMargins(48, 48, 48, 48)
        column.setSpacing(8)
        column.addWidget(IconLabel("drop", "muted", 40), 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(4)
        column.addWidget(title)
        column.addWidget(told)
        column.addSpacing(12)
        column.addWidget(self.buttons)

    def set_lit(self, lit: bool) -> None:
        """Light up, or no longer."""
        if bool(self.property("lit")) != lit:
            self.setProperty("lit", lit)
            self.style().polish(self)


def centred(widget: QWidget, width: int = CARD) -> QWidget:
    """The widget in the middle of a page."""
    holder = QWidget()
    widget.setMaximumWidth(width)
    row = QHBoxLayout()
    row.addStretch(1)
    row.addWidget(widget, 100)
    row.addStretch(1)
    column = QVBoxLayout(holder)
    column.setContentsMargins(24, 24, 24, 24)
    column.addStretch(2)
    column.addLayout(row)
    column.addStretch(3)
    return holder


class BusyState(QWidget):
    """What is being read and how far; `cancel_requested` by its button."""

    cancel_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = QLabel(alignment=Qt.AlignmentFlag.AlignCenter)
        self.title.setFont(theme.text_font(15, QFont.Weight.DemiBold))
        self.bar = QProgressBar(textVisible=False)
        self.bar.setRange(0, 1000)
        self.bar.setFixedHeight(6)
        self.what = ElidedLabel()
        self.what.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.what.setProperty("role", "muted")
        self.cancel_button = QPushButton("Cancel")
        self.cancel_button.clicked.connect(self.cancel_requested)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addWidget(self.title)
        column.addWidget(self.bar)
        column.addWidget(self.what)
        column.addWidget(self.cancel_button, 0, Qt.AlignmentFlag.AlignHCenter)

    def show_reading(self, name: str, share: float, what: str) -> None:
        """Show how far it is."""
        self.title.setText(f"Reading {name}")
        self.bar.setRange(0, 1000 if share else 0)  # without a share it only shows that it works
        self.bar.setValue(round(1000 * share))
        self.what.set_full_text(f"{what}, {100 * share:.0f} %" if share else what)
        self.setAccessibleName(f"Reading {name}, {100 * share:.0f} %")


class RefusalState(QFrame):
    """Why something cannot be read, what to try, and the ways on."""

    retry_requested = Signal()
    back_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.title = QLabel()
        self.title.setFont(theme.text_font(15, QFont.Weight.DemiBold))
        self.sentence = WrappedLabel()
        self.sentence.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.place = ElidedLabel(mode=Qt.TextElideMode.ElideMiddle)
        self.place.setProperty("role", "muted")
        self.place.setFont(theme.mono_font(12))
        self.buttons = ChooseButtons(short=True)
        self.retry_button = QPushButton("Try again")
        self.back_button = QPushButton()
        for button, signal in (
            (self.retry_button, self.retry_requested),
            (self.back_button, self.back_requested),
        ):
            button.setProperty("role", "small")
            button.clicked.connect(signal)
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(IconLabel("error", "error", 20))
        head.addWidget(self.title, 1)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.retry_button)
        row.addWidget(self.back_button)
        row.addStretch(1)
        row.addWidget(self.buttons)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 16, 16)
        column.setSpacing(10)
        column.addLayout(head)
        column.addWidget(self.sentence)
        column.addWidget(self.place)
        column.addSpacing(6)
        column.addLayout(row)

    def show_refusal(self, name: str, sentence: str, place: str, back: str) -> None:
        """Show why `name` cannot be read; `back`: what was shown before, empty if nothing."""
        self.title.setText(f"{name} cannot be read")
        self.sentence.set_full_text(sentence)
        self.place.set_full_text(place)
        self.place.setVisible(place != name)
        self.back_button.setText(f"Back to {back}")
        self.back_button.setVisible(bool(back))
        self.setAccessibleName(f"{name} cannot be read: {sentence}")
