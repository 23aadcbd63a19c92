"""One edge as a wire, with its shape in a small pill."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen, QStaticText
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from nnstudio.picture.cards import Wire
from nnstudio.ui.canvas.items import style as metrics
from nnstudio.ui.canvas.items.routing import Obstacles, curve, route
from nnstudio.ui.canvas.items.style import Style, advance

_STEPS = 20
_PILL_STEP = 12.0
"""Pixels along the wire from one place for the pill to the next, at least."""
_PILL_PLACES = 24
"""How many places are tried at most, however long the wire is."""
BEHIND, BEFORE = -10.0, 20.0


class WireItem(QGraphicsItem):
    """A wire in the scene, from one anchor to another."""

    def __init__(self, wire: Wire, look: Style) -> None:
        super().__init__()
        self.wire = wire
        self.look = look
        self.selected = False
        self.hovered = False
        self.near = False
        self.lit = False
        self.speaks = False
        self.always = False
        self.detailed = True
        self.path = QPainterPath()
        self.points: tuple[tuple[float, float], ...] = ()
        self.ends = (QPointF(), QPointF())
        self._bounds = QRectF()
        self._pill = self._first_place = QRectF()
        self._crowded = False
        self._text = QStaticText()
        self.setZValue(BEHIND)
        self.show_wire(wire, look)

    def show_wire(self, wire: Wire, look: Style | None = None) -> None:
        """Show another state of the edge."""
        self.wire = wire
        self.look = look or self.look
        self._text = QStaticText(wire.label)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._settle_pill()

    def lay(self, start: QPointF, end: QPointF, obstacles: Obstacles | None = None) -> None:
        """Lead the wire between two places; without obstacles it takes the plain curve."""
        if (start, end) == self.ends and obstacles is None and not self.path.isEmpty():
            return
        path = route(start, end, obstacles) if obstacles is not None else curve(start, end)
        if (start, end) == self.ends and path == self.path:
            return
        self.prepareGeometryChange()
        self.ends = (start, end)
        self.path = path
        self.points = ()
        self._settle_pill()

    def mark(
        self, *, selected: bool | None = None, hovered: bool | None = None, near: bool | None = None
    ) -> None:
        """Change how it stands out; `near` wires belong to selected nodes."""
        wanted = (
            self.selected if selected is None else selected,
            self.hovered if hovered is None else hovered,
            self.near if near is None else near,
        )
        if wanted != (self.selected, self.hovered, self.near):
            self.selected, self.hovered, self.near = wanted
            self._settle_height()
            self.update()

    def light(self, lit: bool) -> None:
        """Show that what is dragged would be put into this wire."""
        if lit != self.lit:
            self.lit = lit
            self.update()

    def speak(self, speaks: bool, always: bool) -> None:
        """Show the output's shape at rest if it `speaks`; `always`: as all wires do."""
        if (speaks, always) != (self.speaks, self.always):
            self.speaks, self.always = speaks, always
            self.update()

    def distance(self, x: float, y: float, reach: float) -> float | None:
        """Measure how far a place is from the wire; None if farther than `reach`."""
        b = self._bounds
        if not (
            b.left() - reach <= x <= b.right() + reach
            and b.top() - reach <= y <= b.bottom() + reach
        ):
            return None
        if not self.points:
            at = self.path.pointAtPercent
            sampled = (at(k / _STEPS) for k in range(_STEPS + 1))
            self.points = tuple((p.x(), p.y()) for p in sampled)
        best = min(
            _to_segment(x, y, a, b) for a, b in zip(self.points, self.points[1:], strict=False)
        )
        return best if best <= reach else None

    @property
    def shows_label(self) -> bool:
        """True if the pill with the shape is to be seen."""
        if not self.wire.label:
            return False
        return self.hovered or self.selected or (self.wants_label and not self._crowded)

    @property
    def wants_label(self) -> bool:
        """True if the pill is to be seen at rest, where there is room for it."""
        return bool(self.wire.label) and (self.always or (self.speaks and self.wire.changes))

    @property
    def pill(self) -> QRectF:
        """The place of the pill, in the scene."""
        return QRectF(self._pill)

    def pill_places(self) -> Iterator[QRectF]:
        """Find where on the wire the pill may stand: at the output if it can, then farther on."""
        yield self._first_place  # measured when the wire was laid: it mostly does
        length, width = max(self.path.length(), 1.0), self._first_place.width()
        near = self._near(length, width)
        way = length - 2 * near
        step = max(_PILL_STEP, way / _PILL_PLACES)
        for k in range(1, 1 + int(way / step)):
            yield self._place((near + k * step) / length, width)

    def put_pill(self, place: QRectF | None) -> None:
        """Put the pill there; None: there is no room, so that only a pointed at wire shows it."""
        if self._crowded != (place is None):
            self._crowded = place is None
            self._settle_height()
        place = self._first_place if place is None else place
        if place != self._pill:
            self._take_pill(place)

    @staticmethod
    def _near(length: float, width: float) -> float:
        return min(length / 2, width / 2 + metrics.PORT + 5)

    def _place(self, share: float, width: float) -> QRectF:
        middle, height = self.path.pointAtPercent(share), metrics.PILL_HEIGHT
        return QRectF(middle.x() - width / 2, middle.y() - height / 2, width, height)

    def _settle_pill(self) -> None:
        if self.path.isEmpty():
            return
        self._first_place = QRectF()
        if self.wire.label:
            width = advance(self.look.mono_font, self.wire.label) + 2 * metrics.PILL_PAD
            length = max(self.path.length(), 1.0)
            self._first_place = self._place(self._near(length, width) / length, width)
        self._take_pill(self._first_place)

    def _take_pill(self, place: QRectF) -> None:
        self.prepareGeometryChange()
        self._pill = place
        self._bounds = self.path.controlPointRect().united(place).adjusted(-4, -4, 4, 4)
        self.update()

    def _settle_height(self) -> None:
        # A pill without a place of its own lies over the cards for as long as it is asked for.
        above = self.hovered or (self.selected and self._crowded)
        self.setZValue(BEFORE if above else BEHIND + (self.selected or self.near))

    def _pen(self) -> QPen:
        look = self.look
        if self.lit:
            return look.wire_lit
        if self.wire.problem:
            return look.wire_problem
        if self.hovered or self.selected:
            return look.wire_hot
        return look.wire_near if self.near else look.wire

    # -- Qt ----------------------------------------------------------------------------------

    def boundingRect(self) -> QRectF:
        return self._bounds

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        pen = self._pen()
        if self.wire.many:  # two lines beside each other: a list
            both, gap = QPen(pen), QPen(pen)
            both.setWidthF(pen.widthF() * 3)
            gap.setWidthF(pen.widthF())
            gap.setColor(self.look.canvas)
            painter.setPen(both)
            painter.drawPath(self.path)
            pen = gap
        painter.setPen(pen)
        painter.drawPath(self.path)
        if not self.detailed or not self.shows_label:
            return
        look = self.look
        hot = self.hovered or self.selected
        painter.setPen(look.band_rim if hot else look.pill_rim)
        painter.setBrush(look.pill)
        painter.drawRoundedRect(self._pill, metrics.PILL_HEIGHT / 2, metrics.PILL_HEIGHT / 2)
        painter.setFont(look.mono_font)
        painter.setPen(look.text if hot or self.wire.changes else look.muted)
        height = self._text.size().height()
        top = self._pill.center().y() - height / 2
        painter.drawStaticText(QPointF(self._pill.left() + metrics.PILL_PAD, top), self._text)


class LooseWire(QGraphicsItem):
    """The wire that is being drawn."""

    def __init__(self, look: Style) -> None:
        super().__init__()
        self.look = look
        self.refused = False
        self._path = QPainterPath()
        self._end = QPointF()
        self.setZValue(BEFORE + 5)

    def lay(self, start: QPointF, end: QPointF, at: QPointF, refused: bool) -> None:
        """Lead it between two places; `at` is the end that is held."""
        self.prepareGeometryChange()
        self._path = curve(start, end)
        self._end = at
        self.refused = refused
        self.update()

    # -- Qt ----------------------------------------------------------------------------------

    def boundingRect(self) -> QRectF:
        return self._path.controlPointRect().adjusted(-8, -8, 8, 8)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        look = self.look
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(look.wire_problem if self.refused else look.wire_hot)
        painter.drawPath(self._path)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.severity["error"] if self.refused else look.port_hot)
        painter.drawEllipse(self._end, 4.5, 4.5)


def _to_segment(x: float, y: float, a: tuple[float, float], b: tuple[float, float]) -> float:
    dx, dy = b[0] - a[0], b[1] - a[1]
    square = dx * dx + dy * dy
    t = 0.0 if square == 0 else max(0.0, min(1.0, ((x - a[0]) * dx + (y - a[1]) * dy) / square))
    px, py = a[0] + t * dx - x, a[1] + t * dy - y
    return float((px * px + py * py) ** 0.5)
