"""Line icons of one family, from `resources/icons/`, tinted by the theme. No widget here."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Final, Protocol

from PySide6.QtCore import QByteArray, QObject, QRectF, QSize, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from nnstudio.assets import asset
from nnstudio.catalog import registry
from nnstudio.ui.theme import current as theme

# What a layer's category is drawn as; a plugin's category without an icon takes the tensor's.
_OF_CATEGORY: Final = {"io": "io-input", "input": "io-input", "output": "io-output"}
_FALLBACK: Final = "tensor"


class Iconic(Protocol):
    """What can carry an icon: an action, a button, ..."""

    def setIcon(self, icon: QIcon, /) -> None: ...


@cache
def _source(name: str) -> str:
    path = asset("icons", f"{name}.svg")
    if not path.is_file():
        raise KeyError(f"expected the name of an icon, received {name!r}")
    return path.read_text("utf-8")


@cache
def names() -> tuple[str, ...]:
    """Return all icons there are, by name."""
    return tuple(sorted(path.stem for path in asset("icons").glob("*.svg")))


@cache
def _draw(name: str, colour: str, size: int, ratio: float) -> QPixmap:
    text = _source(name).replace("currentColor", colour)
    side = max(1, round(size * ratio))
    pixmap = QPixmap(side, side)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    QSvgRenderer(QByteArray(text.encode())).render(painter, QRectF(0, 0, side, side))
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


def _screen_ratio() -> float:
    app = QGuiApplication.instance()
    return app.devicePixelRatio() if isinstance(app, QGuiApplication) else 1.0


def pixmap(
    name: str, colour: str | None = None, size: int = 20, ratio: float | None = None
) -> QPixmap:
    """Draw the icon, `size` pixels on the screen.

    Args:
        colour: a token of the theme (`accent`, `category.linear`) or `#rrggbb`; None for text.
        ratio: pixels of the picture per pixel of the window; that of the screen if None.

    Raises:
        KeyError: no icon or no colour of that name.
    """
    tint = theme.current().colour(colour or "text")
    return QPixmap(_draw(name, tint, size, ratio or _screen_ratio()))


def icon(name: str, colour: str | None = None, size: int = 20, on: str | None = None) -> QIcon:
    """Make the icon in the colours of now; `attach` keeps it right when the theme changes.

    The disabled state is faint. `on` is the colour when checked.
    """
    colours = theme.current().colour
    tints = (colours(colour or "text"), colours("faint"), None if on is None else colours(on))
    ratios = tuple({1.0, _screen_ratio()})
    return QIcon(_icon(name, *tints, size, ratios))


@cache
def _icon(
    name: str, usual: str, disabled: str, checked: str | None, size: int, ratios: tuple[float, ...]
) -> QIcon:
    """Make an icon once for each set of colours, so a window with hundreds of them opens soon."""
    made = QIcon()
    for ratio in ratios:
        made.addPixmap(_draw(name, usual, size, ratio))
        made.addPixmap(_draw(name, disabled, size, ratio), QIcon.Mode.Disabled)
        if checked is not None:
            made.addPixmap(_draw(name, checked, size, ratio), QIcon.Mode.Normal, QIcon.State.On)
    return made


def attach(
    target: Iconic, name: str, colour: str | None = None, size: int = 20, on: str | None = None
) -> None:
    """Give an action or button an icon, now and again whenever the theme changes."""

    def refresh(_theme: object = None) -> None:
        target.setIcon(icon(name, colour, size, on))

    refresh()
    if isinstance(target, QObject):
        _refresh_while_alive(target, refresh)


def _refresh_while_alive(target: QObject, refresh: Callable[[object], None]) -> None:
    # A second attach to the same target must end the first. The little QObject is the target's
    # child, so Qt ends the connection with the target.
    for child in target.findChildren(_Refresh, options=Qt.FindChildOption.FindDirectChildrenOnly):
        child.end()
    _Refresh(target, refresh)


class _Refresh(QObject):
    def __init__(self, target: QObject, refresh: Callable[[object], None]) -> None:
        super().__init__(target)
        self._refresh: Callable[[object], None] | None = refresh
        theme.notifier.changed.connect(self._on_change)

    def end(self) -> None:
        if self._refresh is not None:  # an ended one stays until the event loop runs
            self._refresh = None
            theme.notifier.changed.disconnect(self._on_change)
            self.deleteLater()

    def _on_change(self, changed: object) -> None:
        if self._refresh is not None:
            self._refresh(changed)


def category_name(category: str) -> str:
    """Find the name of the icon of a layer category; an unknown one has the tensor's."""
    name = _OF_CATEGORY.get(category, category)
    return name if name in names() else _FALLBACK


def category(category: str, size: int = 16, ratio: float | None = None) -> QPixmap:
    """Draw the icon of a layer category in the category's colour."""
    return pixmap(category_name(category), f"category.{category}", size, ratio)


def category_icon(category: str, size: int = 16) -> QIcon:
    """Make the icon of a layer category in the colours of now; what is disabled is as Qt has it."""
    tint = theme.current().colour(f"category.{category}")
    return QIcon(_plain_icon(category_name(category), tint, size, _screen_ratio()))


@cache
def _plain_icon(name: str, tint: str, size: int, ratio: float) -> QIcon:
    return QIcon(_draw(name, tint, size, ratio))


@cache
def application() -> QIcon:
    """Make the icon of the program, in the sizes desktops ask for."""
    made = QIcon()
    for side in (16, 24, 32, 48, 64, 128, 256, 512):
        made.addPixmap(_draw("nnstudio", "#000000", side, 1.0))
    return made


def mark(size: int = 64) -> QPixmap:
    """Draw the program's mark in full colour, for the start page and the about box."""
    return pixmap("nnstudio", size=size)


def size(side: int = 20) -> QSize:
    """Make `side` x `side` a size, as `setIconSize` wants it."""
    return QSize(side, side)


def category_key(node_type: str) -> str:
    """Find the key of a layer's category in the themes and among the icons: `convolution`."""
    special = {"Input": "input", "Output": "output", "Parameter": "parameter", "Buffer": "buffer"}
    layer = registry.find(node_type)
    return special.get(node_type) or (layer.category.name.lower() if layer else "tensor")


SEVERITIES = {
    "error": ("error", "error"),
    "warning": ("warning", "warning"),
    "advice": ("advice", "accent"),
    "note": ("info", "muted"),
}
"""Icon and colour of each severity."""
