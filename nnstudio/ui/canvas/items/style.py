"""Measures, pens, brushes and fonts of the canvas, made once per theme. Nothing is drawn here."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QPen, QPixmap

from nnstudio.picture.card_size import CARD_LOWEST as CARD_LOWEST
from nnstudio.picture.card_size import CARD_WIDTH as CARD_WIDTH
from nnstudio.picture.card_size import GRID as GRID
from nnstudio.picture.card_size import LINE_HEIGHT as LINE_HEIGHT
from nnstudio.picture.card_size import PAD as PAD
from nnstudio.picture.card_size import PORT_Y as PORT_Y
from nnstudio.picture.card_size import ROW_HEIGHT as ROW_HEIGHT
from nnstudio.picture.card_size import TEXT_LEFT as TEXT_LEFT
from nnstudio.picture.card_size import TITLE_HEIGHT as TITLE_HEIGHT
from nnstudio.ui.theme import current as theme
from nnstudio.ui.theme import icons
from nnstudio.ui.theme.current import SMALL_SIZE, TEXT_SIZE, Theme

DOTS: Final = 24

RADIUS: Final = 8
BAR: Final = 4
ICON: Final = 16
PORT: Final = 9
PEEP: Final = 4
MARGIN: Final = 14

FRAME_PAD: Final = 16
FRAME_TITLE: Final = 28

PILL_HEIGHT: Final = 18
PILL_PAD: Final = 7

SNAP_REACH: Final = 36
TEXT_FROM: Final = 0.6
NAMES_FROM: Final = 0.45
FAR_SIZES: Final = (24, 21, 18)
SHAPE_FROM: Final = 0.25


class Style:
    """The look of one theme on the canvas."""

    def __init__(self, shown: Theme) -> None:
        self.theme = shown
        colour = shown.qcolor
        self.title_font = _scalable(theme.text_font(TEXT_SIZE, QFont.Weight.DemiBold))
        self.small_font = _scalable(theme.text_font(SMALL_SIZE))
        self.small_bold = _scalable(theme.text_font(SMALL_SIZE, QFont.Weight.DemiBold))
        self.mono_font = _scalable(theme.mono_font(SMALL_SIZE))
        # Zoomed out, a card says only its title, as large as it fits.
        weight = QFont.Weight.DemiBold
        self.far_fonts = [_scalable(theme.text_font(size, weight)) for size in FAR_SIZES]

        self.canvas = colour("canvas")
        self.dots = pen(colour("dots"), 2.0, cap=Qt.PenCapStyle.RoundCap, cosmetic=True)
        self.text = colour("text")
        self.muted = colour("muted")
        self.faint = colour("faint")
        self.accent = colour("accent")
        self.on_accent = colour("on_accent")

        self.card = QBrush(colour("node"))
        self.card_hover = QBrush(colour("node_hover"))
        self.card_io = QBrush(colour("accent_soft"))
        self.outline = pen(colour("line"), 1.0)
        self.outline_io = pen(colour("accent", 0.75), 1.0)
        self.dashed = pen(colour("muted"), 1.2, dashes=(4, 3))
        self.inner = pen(colour("category.block", 0.55), 1.0)
        self.block_outline = pen(colour("category.block", 0.8), 1.0)
        self.carried = pen(colour("wire"), 1.3, cap=Qt.PenCapStyle.RoundCap)
        self.rule = pen(colour("line"), 1.0)
        self.flap = QBrush(colour("muted", 0.10))
        self.dashed_thin = pen(colour("muted", 0.7), 1.0, dashes=(4, 3))
        self.ring = pen(colour("accent"), 2.0)
        self.ring_hover = pen(colour("line_strong"), 1.0)
        self.severity = {kind: colour(kind) for kind in ("error", "warning")}
        self.severity["advice"] = colour("accent")
        self.ring_error = pen(colour("error"), 1.5)
        self.strike = pen(colour("muted"), 1.4, dashes=(5, 4))

        self.port_fill = QBrush(colour("wire"))
        self.port_open = QBrush(colour("canvas"))
        self.port_rim = pen(colour("wire"), 1.5)
        self.port_missing = pen(colour("warning"), 2.0)
        self.port_hot = QBrush(colour("accent"))
        self.port_hot_rim = pen(colour("accent"), 2.0)

        self.wire = pen(colour("wire"), 2.0, cap=Qt.PenCapStyle.RoundCap)
        self.wire_hot = pen(colour("accent"), 2.0, cap=Qt.PenCapStyle.RoundCap)
        self.wire_lit = pen(colour("accent"), 4.0, cap=Qt.PenCapStyle.RoundCap)
        self.wire_near = pen(colour("accent", 0.65), 2.0, cap=Qt.PenCapStyle.RoundCap)
        self.wire_problem = pen(colour("error"), 2.0, dashes=(4, 3))
        self.wire_loose = pen(colour("accent"), 2.0, dashes=(4, 3))
        self.wire_far = pen(colour("wire", 0.8), 1.0, cosmetic=True)
        self.pill = QBrush(colour("raised"))
        self.pill_rim = pen(colour("line"), 1.0)

        self.frame = QBrush(colour("muted", 0.06))
        self.frame_far = QBrush(colour("muted", 0.08))
        self.frame_rim = pen(colour("line_strong"), 1.0)
        self.frame_loose = pen(colour("line_strong"), 1.0, dashes=(5, 4))
        self.frame_hover = pen(colour("faint"), 1.0)
        self.frame_title = QBrush(colour("muted", 0.10))

        self.band = QBrush(colour("accent", 0.12))
        self.band_rim = pen(colour("accent"), 1.0, cosmetic=True)
        self.guide = pen(colour("accent", 0.8), 1.0, dashes=(4, 4), cosmetic=True)

        self._category: dict[str, QColor] = {}

    def category(self, name: str) -> QColor:
        """Return the colour of a category; an unknown one has that of tensor operations."""
        if name not in self._category:
            self._category[name] = self.theme.qcolor(f"category.{name}")
        return self._category[name]

    def icon(self, name: str, colour: str, size: int = ICON) -> QPixmap:
        """Return an icon at twice its size, so that it stays sharp when zoomed in."""
        return icons.pixmap(name, self.theme.colour(colour), size, 2.0)


def _scalable(font: QFont) -> QFont:
    # Hinted text has other widths at other zooms, and would jump while zooming.
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return font


def pen(
    colour: QColor,
    width: float,
    dashes: tuple[float, ...] = (),
    cap: Qt.PenCapStyle = Qt.PenCapStyle.FlatCap,
    cosmetic: bool = False,
) -> QPen:
    """Make a pen; `dashes` are in units of its width."""
    made = QPen(colour, width, Qt.PenStyle.SolidLine, cap, Qt.PenJoinStyle.RoundJoin)
    if dashes:
        made.setDashPattern(dashes)
    made.setCosmetic(cosmetic)
    return made


@lru_cache(maxsize=8)
def _style(shown_name: str) -> Style:
    return Style(theme.load(shown_name))


def current() -> Style:
    """Return the style of the theme that is on."""
    return _style(theme.current().name)


@lru_cache(maxsize=64)
def _metrics(key: str) -> QFontMetricsF:
    font = QFont()
    font.fromString(key)
    return QFontMetricsF(font)


@lru_cache(maxsize=4096)
def _advance(key: str, text: str) -> float:
    return _metrics(key).horizontalAdvance(text)


_KEYS: dict[int, tuple[QFont, str]] = {}


def _key(font: QFont) -> str:
    # A font's text form takes longer to make than a text to measure, and fonts here live long.
    found = _KEYS.get(id(font))
    if found is None or found[0] is not font:
        found = _KEYS[id(font)] = (font, font.toString())
    return found[1]


def advance(font: QFont, text: str) -> float:
    """Measure the width of `text`."""
    return _advance(_key(font), text)


def elide(font: QFont, text: str, width: float) -> str:
    """Put an ellipsis in the place of the end of `text` where it is wider than `width`."""
    if advance(font, text) <= width:
        return text
    return _metrics(_key(font)).elidedText(text, Qt.TextElideMode.ElideRight, width)


def ascent(font: QFont) -> float:
    """Measure the height of the font above its baseline."""
    return _metrics(_key(font)).ascent()


def snap(value: float) -> float:
    """Find the next position on the grid."""
    return round(value / GRID) * GRID
