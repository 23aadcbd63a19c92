"""The colours and fonts of the window: tokens from `resources/themes/`, and which theme is on.

What the tokens look like on widgets is in `stylesheet`; what they tint is in `icons`; a theme is
put on by `apply`. No widgets.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from types import MappingProxyType
from typing import Any, Final, Literal

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase

from nnstudio.assets import asset

Mode = Literal["dark", "light", "system"]
NAMES: Final = ("dark", "light")

TEXT_SIZE: Final = 13
SMALL_SIZE: Final = 11

# On Linux no desktop need be there to name a font, so the first installed of these is taken;
# Windows and macOS always know their own.
_TEXT_FAMILIES: Final = ("Inter", "Cantarell", "Ubuntu", "Noto Sans", "Segoe UI", "DejaVu Sans")
_MONO_FAMILIES: Final = (
    "JetBrains Mono",
    "Cascadia Mono",
    "SF Mono",
    "Menlo",
    "Consolas",
    "Source Code Pro",
    "Ubuntu Mono",
    "Noto Sans Mono",
    "DejaVu Sans Mono",
)


@dataclass(frozen=True, slots=True)
class Syntax:
    """How one kind of source text is written."""

    colour: str
    bold: bool = False
    italic: bool = False


@dataclass(frozen=True, slots=True)
class Colours:
    """The colours of surfaces, lines, text and meaning, as `#rrggbb`."""

    window: str
    panel: str
    raised: str
    field: str
    hover: str
    pressed: str
    selection: str
    canvas: str
    dots: str
    line: str
    line_strong: str
    text: str
    muted: str
    faint: str
    accent: str
    accent_hover: str
    accent_pressed: str
    accent_soft: str
    on_accent: str
    error: str
    error_soft: str
    warning: str
    warning_soft: str
    good: str
    good_soft: str
    node: str
    node_hover: str
    wire: str
    handle: str
    handle_hover: str


@dataclass(frozen=True, slots=True)
class Theme:
    """One theme. `colours` by attribute, `category`, `plot` and `syntax` by name."""

    name: str
    title: str
    dark: bool
    colours: Colours
    category: Mapping[str, str]
    plot: Mapping[str, str]
    series: tuple[str, ...]
    syntax: Mapping[str, Syntax]

    def colour(self, token: str) -> str:
        """Find the `#rrggbb` of a token: `accent`, `category.linear`, `plot.loss`, or a `#...`.

        An unknown category (a plugin's) has the colour of tensor operations.

        Raises:
            KeyError: no such token.
        """
        if token.startswith("#"):
            return token
        group, _, name = token.rpartition(".")
        if group == "category":
            return self.category.get(name, self.category["tensor"])
        if group == "plot":
            return self.plot[name]
        if group == "syntax":
            return self.syntax[name].colour
        if not group and name in Colours.__slots__:
            return str(getattr(self.colours, name))
        raise KeyError(f"expected a colour of theme {self.name!r}, received {token!r}")

    def qcolor(self, token: str, alpha: float = 1.0) -> QColor:
        """Make a QColor of a token, `alpha` from 0 (clear) to 1 (solid)."""
        colour = QColor(self.colour(token))
        colour.setAlphaF(alpha)
        return colour


class _Notifier(QObject):
    """Says that the theme has changed. Widgets with colours of their own listen to `changed`."""

    changed = Signal(object)


notifier: Final = _Notifier()


@cache
def load(name: str) -> Theme:
    """Read a theme from `resources/themes/<name>.json`.

    Raises:
        ValueError: a colour is missing, unknown or not `#rrggbb`; the sentence names it.
    """
    data: dict[str, Any] = json.loads(asset("themes", f"{name}.json").read_text("utf-8"))
    given: dict[str, str] = data["colours"]
    wanted = {field.name for field in fields(Colours)}
    if wrong := wanted.symmetric_difference(given):
        raise ValueError(f"theme {name!r}: missing or unknown colours {sorted(wrong)}")
    syntax = {kind: Syntax(**entry) for kind, entry in data["syntax"].items()}
    groups: tuple[dict[str, str], ...] = (given, data["category"], data["plot"])
    for group in groups:
        for token, value in group.items():
            if not (value.startswith("#") and QColor.isValidColorName(value)):
                raise ValueError(f"theme {name!r}: {token} expects #rrggbb, received {value!r}")
    return Theme(
        name=data["name"],
        title=data["title"],
        dark=data["dark"],
        colours=Colours(**given),
        category=MappingProxyType(data["category"]),
        plot=MappingProxyType(data["plot"]),
        series=tuple(data["series"]),
        syntax=MappingProxyType(syntax),
    )


_mode: Mode = "system"
_current: Theme | None = None


def current() -> Theme:
    """Return the theme that is on; dark until one has been put on."""
    return _current or load("dark")


def set_current(theme: Theme) -> bool:
    """Take another theme as the one that is on; True if it was not.

    Only the state: `apply_theme` restyles the application and tells the listeners.
    """
    global _current
    changed, _current = _current != theme, theme
    return changed


def mode() -> Mode:
    """Return what was asked for: `dark`, `light` or `system`."""
    return _mode


def set_mode(wanted: Mode) -> None:
    """Remember what was asked for."""
    global _mode
    _mode = wanted


def qcolor(token: str, alpha: float = 1.0) -> QColor:
    """Make a QColor of a token of the current theme."""
    return current().qcolor(token, alpha)


@cache
def _find_installed(families: tuple[str, ...]) -> str | None:
    installed = set(QFontDatabase.families())
    return next((family for family in families if family in installed), None)


def text_font(size: int = TEXT_SIZE, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """Make the font of the window's text, `size` in pixels."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    if sys.platform.startswith("linux") and (family := _find_installed(_TEXT_FAMILIES)):
        font = QFont(family)
    font.setPixelSize(size)
    font.setWeight(weight)
    return font


def figure_font(size: int = TEXT_SIZE, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """Make the text font with figures of one width, so that changing numbers do not jump."""
    font = text_font(size, weight)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def mono_font(size: int = TEXT_SIZE, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """Make the font of code, shapes and numbers, `size` in pixels."""
    family = _find_installed(_MONO_FAMILIES)
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    if family is not None:
        font = QFont(family)
    font.setStyleHint(QFont.StyleHint.Monospace)
    # no ligatures: code shows -> as it is typed
    font.setFeature(QFont.Tag("calt"), 0)
    font.setFeature(QFont.Tag("liga"), 0)
    font.setPixelSize(size)
    font.setWeight(weight)
    return font
