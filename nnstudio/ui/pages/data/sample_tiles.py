"""The grid of samples: thumbnails, curves, waves and texts, drawn only where they are seen."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any, Final

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QPainter, QPixmap, QTextOption
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from nnstudio.ui.pages.data.pictures import image_of, mask_of, paint_curve, paint_wave, pixmap_of
from nnstudio.ui.theme import current as theme
from nnstudio.ui.theme import icons
from nnstudio.ui.widgets.plain_tip import plain_tip
from nnstudio.workspace.data_page.shown_samples import ShownSamples

BATCH = 600
"""Tiles that are added at a time as one scrolls down."""
CACHED = 1_500
"""Thumbnails that are kept."""
CAPTION = 20
BETWEEN = 16
"""Between a sample as it is and what the augmentation makes of it."""
SIZES = {
    "pictures": QSize(112, 112 + CAPTION),
    "films": QSize(212, 112 + CAPTION),
    "curves": QSize(212, 96 + CAPTION),
    "waves": QSize(212, 80 + CAPTION),
    "texts": QSize(316, 80 + CAPTION),
}
INDEX: Final = int(Qt.ItemDataRole.UserRole) + 61
"""The number of a sample in its source."""
_Index = QModelIndex | QPersistentModelIndex


class TilesModel(QAbstractListModel):
    """A tile for each shown sample; more come as one scrolls."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: ShownSamples | None = None
        self._count = 0

    def show_samples(self, shown: ShownSamples | None) -> None:
        """Show other samples."""
        self.beginResetModel()
        self.shown = shown
        self._count = min(BATCH, 0 if shown is None else len(shown.indices))
        self.endResetModel()

    def rowCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else self._count

    def canFetchMore(self, _parent: _Index) -> bool:
        return self.shown is not None and self._count < len(self.shown.indices)

    def fetchMore(self, _parent: _Index) -> None:
        if self.shown is None:
            return
        more = min(BATCH, len(self.shown.indices) - self._count)
        self.beginInsertRows(QModelIndex(), self._count, self._count + more - 1)
        self._count += more
        self.endInsertRows()

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if self.shown is None or not index.isValid():
            return None
        sample = int(self.shown.indices[index.row()])
        if role == INDEX:
            return sample
        if role == Qt.ItemDataRole.DisplayRole:
            return self.shown.caption(sample)
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(f"{self.shown.origin(sample)}\n{self.shown.part_word(sample)}")
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{self.shown.caption(sample)}, {self.shown.origin(sample)}"
        return None


class TilePainter(QStyledItemDelegate):
    """Draws a tile: the sample, and below it what it is."""

    def __init__(self, model: TilesModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._model = model
        self._drawn: OrderedDict[tuple[object, ...], QPixmap] = OrderedDict()

    def forget(self) -> None:
        """Draw everything anew: the samples or the theme are others."""
        self._drawn.clear()

    # -- Qt -----------------------------------------------------------------------------------

    def sizeHint(self, _option: QStyleOptionViewItem, _index: _Index) -> QSize:
        shown = self._model.shown
        size = SIZES.get(_looks(shown), SIZES["pictures"])
        twice = shown is not None and shown.changed
        return QSize(2 * size.width() + BETWEEN, size.height()) if twice else size

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        shown = self._model.shown
        if shown is None:
            return
        sample = int(index.data(INDEX))
        area = option.rect.adjusted(3, 3, -3, -3)
        state = option.state
        selected = bool(state & QStyle.StateFlag.State_Selected)
        hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme.qcolor("accent" if selected else "line"))
        painter.setBrush(theme.qcolor("hover" if hovered else "panel"))
        painter.drawRoundedRect(QRectF(area).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        picture = QRect(area.left(), area.top(), area.width(), area.height() - CAPTION)
        if shown.changed:
            half = QSize((picture.width() - BETWEEN) // 2, picture.height())
            self._paint_sample(painter, shown, sample, QRect(picture.topLeft(), half))
            left = picture.right() - half.width() + 1
            after = QRect(QPoint(left, picture.top()), half)
            self._paint_sample(painter, shown, sample, after, changed=True)
            between = QRect(picture.left() + half.width(), picture.top(), BETWEEN, half.height())
            arrow = icons.pixmap("chevron-right", "muted", BETWEEN)
            painter.drawPixmap(between.left(), between.center().y() - BETWEEN // 2, arrow)
        else:
            self._paint_sample(painter, shown, sample, picture)
        painter.setPen(theme.qcolor("muted"))
        painter.setFont(theme.text_font(theme.SMALL_SIZE))
        words = QRect(area.left() + 6, picture.bottom(), area.width() - 12, CAPTION)
        told = painter.fontMetrics().elidedText(
            shown.caption(sample), Qt.TextElideMode.ElideMiddle, words.width()
        )
        painter.drawText(words, Qt.AlignmentFlag.AlignCenter, told)
        painter.restore()

    def _paint_sample(
        self,
        painter: QPainter,
        shown: ShownSamples,
        sample: int,
        area: QRect,
        *,
        changed: bool = False,
    ) -> None:
        """Draw a sample into the middle of an area."""
        ratio = painter.device().devicePixelRatioF()
        drawn = self._pixmap(shown, sample, area.size(), ratio, changed)
        painter.drawPixmap(
            area.left() + (area.width() - round(drawn.width() / ratio)) // 2,
            area.top() + (area.height() - round(drawn.height() / ratio)) // 2,
            drawn,
        )

    def _pixmap(
        self, shown: ShownSamples, sample: int, size: QSize, ratio: float, changed: bool
    ) -> QPixmap:
        key = (sample, size.width(), size.height(), ratio, changed)
        found = self._drawn.pop(key, None) or _draw(shown, sample, size, ratio, changed)
        self._drawn[key] = found
        if len(self._drawn) > CACHED:
            self._drawn.popitem(last=False)
        return found


def _looks(shown: ShownSamples | None) -> str:
    """How samples are drawn; of several pictures a sample is as wide as a film."""
    if shown is None:
        return ""
    return "films" if shown.beside else shown.looks


def _draw(
    shown: ShownSamples, sample: int, size: QSize, ratio: float, changed: bool = False
) -> QPixmap:
    if shown.looks in ("pictures", "films"):
        value = shown.picture(sample, shown.changed[sample] if changed else None)
        mask = shown.main is not None and shown.main.kind == "mask"
        image = mask_of(value) if mask else image_of(value)
        return pixmap_of(image, size - QSize(10, 10), ratio)
    drawn = QPixmap(round(size.width() * ratio), round(size.height() * ratio))
    drawn.setDevicePixelRatio(ratio)
    drawn.fill(Qt.GlobalColor.transparent)
    painter = QPainter(drawn)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    area = QRectF(0, 0, size.width(), size.height()).adjusted(8, 8, -8, -4)
    if shown.looks in ("curves", "waves"):
        paint = paint_curve if shown.looks == "curves" else paint_wave
        before, after = shown.value(sample), shown.changed.get(sample)
        values, beside = (after, before) if changed and after is not None else (before, after)
        paint(painter, area, values, beside)
    else:
        painter.setFont(theme.mono_font(12))
        painter.setPen(theme.qcolor("text"))
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        painter.drawText(area, shown.text(sample), option)
    painter.end()
    return drawn


class SampleTiles(QListView):
    """The grid. `chosen(sample)` on a click, or Enter on the current one."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Samples")
        self._tiles = TilesModel()
        self._painter = TilePainter(self._tiles, self)
        self.setModel(self._tiles)
        self.setItemDelegate(self._painter)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setSpacing(4)
        self.setMouseTracking(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.clicked.connect(lambda index: self.chosen.emit(int(index.data(INDEX))))
        theme.notifier.changed.connect(self._on_theme)

    def show_samples(self, shown: ShownSamples | None) -> None:
        """Show other samples."""
        self._painter.forget()
        self._tiles.show_samples(shown)
        if self._tiles.rowCount():
            self.setCurrentIndex(self._tiles.index(0))

    def _on_theme(self, _theme: object) -> None:
        self._painter.forget()
        self.viewport().update()

    # -- Qt -----------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and index.isValid():
            self.chosen.emit(int(index.data(INDEX)))
        else:
            super().keyPressEvent(event)
