"""How the tokens of a theme look on widgets: one palette and one style sheet for the whole window.

The style sheet is written in `resources/themes/*.qss` with `$token` for each colour. Widgets say
what they are through the property `role`; nothing else in the window sets a colour.
"""

from __future__ import annotations

from dataclasses import asdict
from string import Template
from typing import Final

from PySide6.QtGui import QColor, QPalette

from nnstudio.assets import asset
from nnstudio.ui.theme.current import Theme

CONTROL: Final = 28
"""Height of buttons and fields, in pixels."""

_SHEETS: Final = ("frame", "controls", "lists", "roles")


def palette(theme: Theme) -> QPalette:
    """Make the palette that Qt's own drawing uses."""
    c = theme.colours
    role = QPalette.ColorRole
    roles = {
        role.Window: c.window,
        role.WindowText: c.text,
        role.Base: c.field,
        role.AlternateBase: c.panel,
        role.ToolTipBase: c.raised,
        role.ToolTipText: c.text,
        role.Text: c.text,
        role.PlaceholderText: c.muted,
        role.Button: c.raised,
        role.ButtonText: c.text,
        role.BrightText: c.error,
        role.Highlight: c.accent,
        role.HighlightedText: c.on_accent,
        role.Link: c.accent,
        role.LinkVisited: c.accent,
        role.Light: c.hover,
        role.Midlight: c.hover,
        role.Mid: c.line,
        role.Dark: c.line_strong,
        role.Shadow: c.line_strong,
        role.Accent: c.accent,
    }
    made = QPalette()
    for which, colour in roles.items():
        made.setColor(which, QColor(colour))
    for which in (role.WindowText, role.Text, role.ButtonText, role.PlaceholderText):
        made.setColor(QPalette.ColorGroup.Disabled, which, QColor(c.faint))
    return made


def build(theme: Theme) -> str:
    """Write the style sheet of a theme.

    Raises:
        KeyError: a style sheet names a colour that the theme does not have.
    """
    c = theme.colours
    tokens: dict[str, str] = {
        **asdict(c),
        "error_line": mix(c.error, c.error_soft, 0.45),
        "warning_line": mix(c.warning, c.warning_soft, 0.45),
        "accent_line": mix(c.accent, c.accent_soft, 0.45),
        "accent_ring": mix(c.on_accent, c.accent, 0.6),
        "inner": str(CONTROL - 2),
        "inner_focus": str(CONTROL - 4),
        "pictures": asset("themes", theme.name).as_posix(),
    }
    texts = (asset("themes", f"{name}.qss").read_text("utf-8") for name in _SHEETS)
    return "\n".join(Template(text).substitute(tokens) for text in texts)


def mix(colour: str, ground: str, share: float) -> str:
    """Mix `share` of `colour` into `ground`, as `#rrggbb`."""
    top, below = QColor(colour), QColor(ground)
    parts = (
        round(share * a + (1 - share) * b)
        for a, b in (
            (top.red(), below.red()),
            (top.green(), below.green()),
            (top.blue(), below.blue()),
        )
    )
    return "#" + "".join(f"{part:02x}" for part in parts)
