"""One node as a card. It shows a `Card`; what is selected or hovered is told to it."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QStaticText
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from nnstudio.picture.cards import Card, PortFace
from nnstudio.project.ports import Side
from nnstudio.ui.canvas.items import style as metrics
from nnstudio.ui.canvas.items.geometry import Geometry, measure
from nnstudio.ui.canvas.items.style import Style, advance, ascent, elide
from nnstudio.ui.theme import icons

Fits = frozenset[tuple[Side, str]]


@lru_cache(maxsize=512)
def _round_rect(width: float, height: float, radius: float, inset: float) -> QPainterPath:
    path = QPainterPath()
    rect = QRectF(0, 0, width, height).adjusted(inset, inset, -inset, -inset)
    path.addRoundedRect(rect, radius, radius)
    return path


@lru_cache(maxsize=512)
def _bar(height: float) -> QPainterPath:
    # The left edge of the rounded card, four pixels wide.
    strip = QPainterPath()
    strip.addRect(QRectF(0, 0, metrics.BAR, height))
    return _round_rect(64.0, height, metrics.RADIUS, 0.0).intersected(strip)


@lru_cache(maxsize=8192)
def _static(text: str) -> QStaticText:
    made = QStaticText(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setPerformanceHint(QStaticText.PerformanceHint.AggressiveCaching)
    return made


class NodeItem(QGraphicsItem):
    """A card in the scene; `detailed` False draws it without text."""

    def __init__(self, card: Card, look: Style) -> None:
        super().__init__()
        self.card = card
        self.look = look
        self.selected = False
        self.hovered = False
        self.failed = False
        self.flap_hot = False
        self.detailed = True
        self.hot: tuple[Side, str] | None = None
        self.fits: Fits | None = None
        self.geometry: Geometry
        self._bounds = QRectF()
        self.setData(0, card.id)
        self.show_card(card, look)

    def show_card(self, card: Card, look: Style | None = None) -> None:
        """Show another state of the node."""
        self.prepareGeometryChange()
        self.card = card
        self.look = look or self.look
        self.geometry = measure(card, self.look)
        m = metrics.MARGIN
        self._bounds = QRectF(-m, -m, self.geometry.width + 2 * m, self.geometry.height + 2 * m)
        self._texts = tuple(
            (_static(line.text), QPointF(line.x, line.y - ascent(line.font)), line.font, line.ink)
            for line in self.geometry.lines
            if line.text
        )
        self.setPos(QPointF(*card.position))
        self._settle_opacity()
        self.update()

    def mark(
        self,
        *,
        selected: bool | None = None,
        hovered: bool | None = None,
        failed: bool | None = None,
    ) -> None:
        """Change how it stands out; `failed`: the last run failed here."""
        wanted = (
            self.selected if selected is None else selected,
            self.hovered if hovered is None else hovered,
            self.failed if failed is None else failed,
        )
        if wanted != (self.selected, self.hovered, self.failed):
            self.selected, self.hovered, self.failed = wanted
            self.update()

    def offer(self, fits: Fits | None, hot: tuple[Side, str] | None = None) -> None:
        """Show the ports that a drawn wire could go to, and the one that it is at."""
        if (fits, hot) != (self.fits, self.hot):
            self.fits, self.hot = fits, hot
            self._settle_opacity()
            self.update()

    def light_flap(self, lit: bool) -> None:
        """Show that what is dragged would become an alternative of the node."""
        if lit != self.flap_hot:
            self.flap_hot = lit
            self.update()

    def anchor(self, side: Side, name: str) -> QPointF:
        """Return the middle of a port, in the scene."""
        return self.pos() + self.geometry.port(side, name)

    def rect(self) -> QRectF:
        """Return the card without its ports and badges, in the scene."""
        return QRectF(self.pos().x(), self.pos().y(), self.geometry.width, self.geometry.height)

    def _settle_opacity(self) -> None:
        faded = self.card.bypassed or not self.card.active
        self.setOpacity(0.3 if self.fits is not None and not self.fits else 0.45 if faded else 1.0)

    def _icon_name(self) -> str:
        if self.card.kind in ("input", "output"):
            return f"io-{self.card.kind}"
        return "lock" if self.card.kind == "unknown" else icons.category_name(self.card.category)

    def _paint_body(self, painter: QPainter) -> None:
        card, look, g = self.card, self.look, self.geometry
        body = _round_rect(g.width, g.height, metrics.RADIUS, 0.0)
        io = card.kind in ("input", "output")
        fill = look.card_io if io else look.card_hover if self.hovered else look.card
        outline = look.outline_io if io else look.outline
        if card.kind == "block":
            outline = look.block_outline
        if card.when:
            outline = look.dashed
        if self.hovered and not io and card.kind != "block" and not card.when:
            outline = look.ring_hover
        painter.setBrush(fill)
        if card.repeat:
            painter.setPen(outline)
            for step in (2, 1):
                behind = _round_rect(g.width - 14.0 * step, 40.0, metrics.RADIUS, 0.0)
                painter.translate(7.0 * step, -metrics.PEEP * step)
                painter.drawPath(behind)
                painter.translate(-7.0 * step, metrics.PEEP * step)
        painter.setPen(outline)
        if card.instead:
            low = _round_rect(g.width - 14.0, 40.0, metrics.RADIUS, 0.0)
            painter.translate(7.0, g.height - 40.0 + metrics.PEEP)
            painter.drawPath(low)
            painter.translate(-7.0, 40.0 - g.height - metrics.PEEP)
        painter.drawPath(body)
        painter.fillPath(_bar(g.height), look.category(card.category))
        self._paint_flap(painter)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if card.kind == "block":
            painter.setPen(look.inner)
            painter.drawPath(_round_rect(g.width, g.height, metrics.RADIUS - 3, 3.0))
        if (card.severity == "error" or self.failed) and not self.selected:
            painter.setPen(look.ring_error)
            painter.drawPath(body)
        if self.selected:
            painter.setPen(look.ring)
            painter.drawPath(_round_rect(g.width, g.height, metrics.RADIUS + 2, -2.0))

    def _paint_flap(self, painter: QPainter) -> None:
        """What stands there instead, on a darker ground; an alternative may be dropped here."""
        look, g = self.look, self.geometry
        rect = g.drop_rect(self.card)
        if rect is None or not self.detailed:
            return
        if g.flap is not None:
            painter.save()
            painter.setClipPath(_round_rect(g.width, g.height, metrics.RADIUS, 1.0))
            painter.fillRect(rect, look.flap)
            painter.restore()
            painter.setPen(look.dashed_thin)
            painter.drawLine(rect.topLeft(), rect.topRight())
        if self.flap_hot:
            painter.setPen(look.ring)
            painter.setBrush(look.band)
            painter.drawRoundedRect(rect.adjusted(2, 1, -2, -1), 3, 3)

    def _paint_texts(self, painter: QPainter) -> None:
        card, look, g = self.card, self.look, self.geometry
        title = g.lines[0]
        icon_top = title.y - metrics.ICON + 3
        colour = f"category.{card.category}" if card.kind != "unknown" else "muted"
        icon = look.icon(self._icon_name(), colour)
        painter.drawPixmap(QPointF(metrics.BAR + 9.0, icon_top), icon)
        if g.pill:
            painter.setPen(look.pill_rim)
            painter.setBrush(look.pill)
            painter.drawRoundedRect(QRectF(g.pill[0], title.y - 13, g.pill[1], 17), 8.5, 8.5)
        if g.rule is not None:
            painter.setPen(look.rule)
            painter.drawLine(QPointF(metrics.BAR, g.rule), QPointF(g.width, g.rule))
        painter.setPen(look.carried)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for arc in g.arcs:
            painter.drawPath(arc)
        if card.shared:
            link = look.icon("link", "muted", 12)
            painter.drawPixmap(QPointF(metrics.TEXT_LEFT, g.lines[1].y - 10), link)
        for text, place, font, ink in self._texts:
            painter.setFont(font)
            painter.setPen(getattr(look, ink))
            painter.drawStaticText(place, text)
        if card.bypassed:
            painter.setPen(look.strike)
            painter.drawLine(QPointF(0, metrics.PORT_Y), QPointF(g.width, metrics.PORT_Y))

    def _paint_plain(self, painter: QPainter) -> None:
        look, card = self.look, self.card
        icon = look.icon(self._icon_name(), f"category.{card.category}", 24)
        painter.drawPixmap(QPointF(metrics.BAR + 10.0, metrics.PORT_Y - 12.0), icon)
        left = metrics.BAR + 42.0
        room = self.geometry.width - left - metrics.GRID
        fits = (font for font in look.far_fonts if advance(font, card.title) <= room)
        font = next(fits, look.far_fonts[-1])
        painter.setFont(font)
        painter.setPen(look.text)
        top = metrics.PORT_Y - font.pixelSize() * 0.62
        painter.drawStaticText(QPointF(left, top), _static(elide(font, card.title, room)))

    def _paint_ports(self, painter: QPainter) -> None:
        g = self.geometry
        for face, (_, place) in zip(self.card.inputs, g.inputs, strict=True):
            self._paint_port(painter, "in", face, place)
        for face, (_, place) in zip(self.card.outputs, g.outputs, strict=True):
            self._paint_port(painter, "out", face, place)

    def _paint_port(self, painter: QPainter, side: Side, face: PortFace, place: QPointF) -> None:
        look = self.look
        size = metrics.PORT / 2
        pen, brush = look.port_rim, look.port_fill if face.connected else look.port_open
        if face.missing:
            pen = look.port_missing
        if self.hot == (side, face.name):
            pen, brush, size = look.port_hot_rim, look.port_hot, size + 2
        elif self.fits is not None:
            fits = (side, face.name) in self.fits
            pen = look.port_hot_rim if fits else look.outline
            size = size + 1 if fits else size - 1.5
        painter.setPen(pen)
        painter.setBrush(brush)
        painter.drawEllipse(place, size, size)

    def _paint_badge(self, painter: QPainter) -> None:
        severity = "error" if self.failed else self.card.severity
        if severity is None:
            return
        look = self.look
        size = 9.0 if self.detailed else 14.0
        middle = QPointF(self.geometry.width - 4, 2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.canvas)
        painter.drawEllipse(middle, size + 2, size + 2)
        painter.setBrush(look.severity[severity])
        painter.drawEllipse(middle, size, size)
        icon = look.icon(severity, "canvas", 12 if self.detailed else 20)
        half = 6.0 if self.detailed else 10.0
        painter.drawPixmap(middle - QPointF(half, half), icon)

    # -- Qt ----------------------------------------------------------------------------------

    def boundingRect(self) -> QRectF:
        return self._bounds

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        self._paint_body(painter)
        if self.detailed:
            self._paint_texts(painter)
        else:
            self._paint_plain(painter)
        self._paint_ports(painter)
        self._paint_badge(painter)
