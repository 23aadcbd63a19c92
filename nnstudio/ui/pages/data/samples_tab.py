"""The tab Samples: a grid or a table of what the source holds, by class and part."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from nnstudio.data.info import DataError
from nnstudio.data.samples import PARTS
from nnstudio.ui.pages.data.rows_table import RowsTable
from nnstudio.ui.pages.data.sample_tiles import SampleTiles
from nnstudio.ui.theme import icons
from nnstudio.ui.widgets.empty_state import EmptyState
from nnstudio.workspace.data_page.augmented import augmented, steps_of
from nnstudio.workspace.data_page.controller import DataPage
from nnstudio.workspace.data_page.overview import Overview
from nnstudio.workspace.data_page.shown_samples import ALL, ShownSamples
from nnstudio.workspace.data_page.words import PARTS as PART_WORDS

if TYPE_CHECKING:  # loads the plots
    from nnstudio.ui.pages.data.sample_view import SampleView

MOST_CLASSES = 500
"""Classes by which one can choose."""

CHOICE_LETTERS = 14
NARROW_CHOICE = 88


class SamplesTab(QWidget):
    """Shows the samples of the page; a click enlarges one."""

    def __init__(self, page: DataPage, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._page = page
        self._overview: Overview | None = None
        self._classes: tuple[str, ...] = ()
        self._shown: ShownSamples | None = None
        self._view: SampleView | None = None
        self.class_choice = QComboBox()
        self.class_choice.setAccessibleName("Samples of a class")
        self.part_choice = QComboBox()
        self.part_choice.setAccessibleName("Samples of a part")
        self.part_choice.addItem("All parts")
        self.part_choice.addItems([PART_WORDS[name] for name in PARTS])
        for choice in (self.class_choice, self.part_choice):
            choice.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
            choice.setMinimumContentsLength(CHOICE_LETTERS)
            choice.setMinimumWidth(NARROW_CHOICE)  # in a narrow window all of the line has room
            choice.currentIndexChanged.connect(lambda _index: self._filter())
        self.count = QLabel()
        self.count.setProperty("role", "muted")
        self.trained_button = QToolButton(text="As trained", checkable=True)
        self.trained_button.setProperty("role", "chip")
        self.trained_button.setToolTip(
            "Show samples of the training part twice: as they are, and changed by the augmentation"
        )
        self.trained_button.toggled.connect(lambda _on: self._filter())
        self.draw_button = QPushButton("Draw again")
        self.draw_button.setProperty("role", "small")
        self.draw_button.setToolTip("Change them anew, as the next epoch does")
        icons.attach(self.draw_button, "refresh", "muted", 14)
        self.draw_button.clicked.connect(self.draw_again)
        self._draw = 0
        bar = QWidget()
        line = QHBoxLayout(bar)
        line.setContentsMargins(16, 8, 16, 8)
        line.setSpacing(8)
        line.addWidget(self.class_choice)
        line.addWidget(self.part_choice)
        line.addSpacing(8)
        line.addWidget(self.count, 1)
        line.addWidget(self.draw_button)
        line.addWidget(self.trained_button)
        self.tiles = SampleTiles()
        self.tiles.setContentsMargins(0, 0, 0, 0)
        self.rows = RowsTable()
        self.nothing = EmptyState(
            "filter", "No sample fits", "Choose another class or part.", "Show all samples"
        )
        self.nothing.requested.connect(self.show_all)
        self._grids = QStackedWidget()
        for widget in (self.tiles, self.rows, self.nothing):
            self._grids.addWidget(widget)
        self._overall = QWidget()
        inside = QVBoxLayout(self._overall)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(0)
        inside.addWidget(bar)
        inside.addWidget(self._grids, 1)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._overall)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._stack)
        self.tiles.chosen.connect(self.enlarge)
        self.rows.chosen.connect(self.enlarge)

    @property
    def shown(self) -> ShownSamples | None:
        """The samples that are shown; None before there are any."""
        return self._shown

    @property
    def view(self) -> SampleView | None:
        """The large view; None before one sample was enlarged."""
        return self._view

    @property
    def is_enlarged(self) -> bool:
        """True if one sample is shown large."""
        return self._view is not None and self._stack.currentWidget() is self._view

    def refresh(self) -> None:
        """Show the samples of the page as they are now."""
        overview = self._page.overview
        if overview is self._overview:
            return
        self._overview = overview
        if overview is None:
            self._shown = None
            self.tiles.show_samples(None)
            self.rows.show_samples(None)
            return
        classes = ShownSamples(overview).classes
        if classes != self._classes or not self.class_choice.count():
            self._classes = classes
            self.class_choice.blockSignals(True)
            self.class_choice.clear()
            self.class_choice.addItem("All classes")
            self.class_choice.addItems([name or "(empty)" for name in classes[:MOST_CLASSES]])
            self.class_choice.blockSignals(False)
        self.class_choice.setVisible(bool(classes))
        self._filter()

    def show_all(self) -> None:
        """Show the samples of all classes and parts."""
        for choice in (self.class_choice, self.part_choice):
            choice.setCurrentIndex(0)

    def _filter(self) -> None:
        if self._overview is None:
            return
        chosen = self.class_choice.currentIndex() - 1, self.part_choice.currentIndex() - 1
        shown = ShownSamples(self._overview, max(ALL, chosen[0]), max(ALL, chosen[1]))
        self.show_grid()
        count, whole = len(shown.indices), len(self._overview.samples)
        told = f"{count:,} samples" if count == whole else f"{count:,} of {whole:,} samples"
        can_change = bool(steps_of(shown))
        self.trained_button.setVisible(can_change)
        self.draw_button.setVisible(can_change and self.trained_button.isChecked())
        if can_change and self.trained_button.isChecked():
            shown, told = self._as_trained(shown)
            count = len(shown.indices)
        self._shown = shown
        self.count.setText(told)
        as_rows = shown.looks == "rows"
        self.rows.show_samples(shown if as_rows else None)
        self.tiles.show_samples(None if as_rows else shown)
        grid = self.rows if as_rows else self.tiles
        self._grids.setCurrentWidget(grid if count else self.nothing)

    # -- as trained ---------------------------------------------------------------------------

    def draw_again(self) -> None:
        """Change the samples anew."""
        self._draw += 1
        self._filter()

    def _as_trained(self, shown: ShownSamples) -> tuple[ShownSamples, str]:
        """The samples with what the augmentation makes of them, and what is said of it."""
        reason = self._page.reason_not_to_draw()
        if reason:
            return shown, reason
        QApplication.setOverrideCursor(Qt.CursorShape.WaitCursor)  # torch may have to be loaded
        try:
            changed = augmented(shown, self._draw)
        except DataError as error:
            return shown, str(error)
        finally:
            QApplication.restoreOverrideCursor()
        if not changed:
            return shown, "Only samples of the training part are changed"
        return replace(shown, changed=changed), f"{len(changed):,} samples, as they are and changed"

    # -- enlarging ----------------------------------------------------------------------------

    def enlarge(self, sample: int) -> None:
        """Show one sample large; loads the plots the first time."""
        if self._shown is None:
            return
        if self._view is None:
            from nnstudio.ui.pages.data.sample_view import SampleView

            self._view = SampleView()
            self._view.back_requested.connect(self.show_grid)
            self._stack.addWidget(self._view)
        self.setFocus()  # not on the next field as the grid is hidden
        self._stack.setCurrentWidget(self._view)
        self._view.show_sample(self._shown, sample)

    def focus_samples(self) -> None:
        """Put the focus on the samples, so that arrows go through them."""
        shown = self._view if self._view is not None and self.is_enlarged else None
        widget = shown or self._grids.currentWidget()
        if widget is not None:
            widget.setFocus()

    def show_grid(self) -> None:
        """Go back to all samples."""
        if self._view is not None and self.is_enlarged:
            self._view.stop()
            self.setFocus()
            self._stack.setCurrentWidget(self._overall)
            self.focus_samples()
