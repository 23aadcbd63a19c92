"""ROC or precision-recall curves: the mean of all classes, and those of classes that are chosen."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPixmap
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from nnstudio.evaluation.figures.curves import Curve
from nnstudio.ui.plots.plain_plot import PlainPlot
from nnstudio.ui.theme import current as theme

MOST = 12
"""Classes that are drawn at once."""
_LIST = 208
_NAME = Qt.ItemDataRole.UserRole


class ClassCurves(QWidget):
    """The list at the right chooses classes and is the legend: what is checked is drawn, the class
    on which the cursor stands with a thicker line.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._curves: Sequence[Curve] = ()
        self._mean: Curve | None = None
        self._chosen: list[str] = []
        self._names: tuple[str, ...] = ()
        self.plot = PlainPlot()
        self.plot.setAccessibleName("Curves of the classes")
        self.search = QLineEdit(placeholderText="Find a class")
        self.search.setAccessibleName("Find a class")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._filter)
        self.list = QListWidget()
        self.list.setAccessibleName("Classes whose curves are drawn")
        self.list.itemChanged.connect(self._on_checked)
        self.list.currentItemChanged.connect(lambda *_: self._draw())
        self.about = QLabel(wordWrap=True)
        self.about.setProperty("role", "muted")
        self.about.setFont(theme.text_font(theme.SMALL_SIZE))
        side = QWidget()
        side.setFixedWidth(_LIST)
        column = QVBoxLayout(side)
        column.setContentsMargins(4, 0, 8, 8)
        column.setSpacing(6)
        column.addWidget(self.search)
        column.addWidget(self.list, 1)
        column.addWidget(self.about)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.plot, 1)
        row.addWidget(side)
        theme.notifier.changed.connect(self._on_theme)

    @property
    def chosen(self) -> tuple[str, ...]:
        """The classes that are drawn."""
        return tuple(self._chosen)

    def show_curves(self, curves: Sequence[Curve], mean: Curve, axes: tuple[str, str]) -> None:
        """Show the curves of other classes; of the same ones those stay that were chosen."""
        self._curves, self._mean = curves, mean
        names = tuple(curve.name for curve in curves)
        if names != self._names:
            self._names = names
            self._chosen = [curve.name for curve in curves if curve.x][:MOST]
            self.search.clear()
        self.search.setVisible(len(names) > MOST)
        self._fill()
        self._draw()
        self.plot.name_axes(*axes)

    def _fill(self) -> None:
        self.list.blockSignals(True)
        self.list.clear()
        for curve in self._curves:
            area = curve.area.value
            said = curve.name if area is None else f"{curve.name}   {area:.3f}"
            item = QListWidgetItem(said, self.list)
            item.setData(_NAME, curve.name)
            item.setToolTip(curve.area.reason or f"Area {area:.4f}")
            flags = item.flags() | Qt.ItemFlag.ItemIsUserCheckable
            item.setFlags(flags if curve.x else flags & ~Qt.ItemFlag.ItemIsEnabled)
            self._settle(item)
        self.list.blockSignals(False)
        self._filter(self.search.text())

    def _settle(self, item: QListWidgetItem) -> None:
        name = str(item.data(_NAME))
        state = Qt.CheckState
        item.setCheckState(state.Checked if name in self._chosen else state.Unchecked)
        item.setIcon(_square(self._colour(name) if name in self._chosen else QColor(0, 0, 0, 0)))

    def _colour(self, name: str) -> QColor:
        series = theme.current().series
        return theme.qcolor(series[self._chosen.index(name) % len(series)])

    def _draw(self) -> None:
        series = theme.current().series
        by_name = {curve.name: curve for curve in self._curves}
        current = self.list.currentItem()
        looked_at = "" if current is None else str(current.data(_NAME))
        drawn = [
            (*_points(by_name[name]), series[k % len(series)], 3.0 if name == looked_at else 1.0)
            for k, name in enumerate(self._chosen)
        ]
        mean = self._mean
        if mean is not None and mean.x:
            drawn.append((mean.x, mean.y, "text", 2.5))
        self.plot.show_curves(drawn)
        area = None if mean is None else mean.area.value
        told = "Thick: the mean of all classes" + (f", area {area:.4f}." if area else ".")
        if len(self._names) > MOST:
            told += f" {len(self._chosen):,} of {len(self._names):,} classes, at most {MOST}."
        self.about.setText(told)

    def _on_checked(self, item: QListWidgetItem) -> None:
        name = str(item.data(_NAME))
        wanted = item.checkState() == Qt.CheckState.Checked
        if wanted and name not in self._chosen and len(self._chosen) < MOST:
            self._chosen.append(name)
        elif not wanted and name in self._chosen:
            self._chosen.remove(name)
        self.list.blockSignals(True)
        for k in range(self.list.count()):
            self._settle(self.list.item(k))
        self.list.blockSignals(False)
        self._draw()

    def _filter(self, text: str) -> None:
        words = text.lower().split()
        for k in range(self.list.count()):
            item = self.list.item(k)
            item.setHidden(not all(word in str(item.data(_NAME)).lower() for word in words))

    def _on_theme(self, _theme: object) -> None:
        self._fill()
        self._draw()

    def stop(self) -> None:
        """Follow the theme no more."""
        theme.notifier.changed.disconnect(self._on_theme)


def _points(curve: Curve) -> tuple[tuple[float, ...], tuple[float, ...]]:
    return curve.x, curve.y


def _square(colour: QColor) -> QPixmap:
    made = QPixmap(10, 10)
    made.fill(colour)
    return made
