"""Put a theme on the whole application, and follow the desktop's light or dark scheme."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from nnstudio.ui.theme import current, stylesheet
from nnstudio.ui.theme.current import Mode, Theme

_followed: QApplication | None = None


def apply_theme(app: QApplication, mode: Mode = "system") -> Theme:
    """Restyle the application and tell every listener of `notifier.changed`.

    `system` follows the desktop's light or dark scheme, now and when it changes; a desktop that
    does not say which gets dark.
    """
    global _followed
    current.set_mode(mode)
    hints = app.styleHints()
    if _followed is not app:
        # The scheme may be set by our own call below, so the slot looks at the mode first.
        hints.colorSchemeChanged.connect(_on_system_scheme)
        _followed = app
    if mode == "system":
        hints.unsetColorScheme()
        name = _system_scheme()
    else:
        name = mode
        # Also gives native title bars and file dialogs the scheme.
        hints.setColorScheme(Qt.ColorScheme.Dark if name == "dark" else Qt.ColorScheme.Light)
    return _restyle(app, current.load(name))


def _restyle(app: QApplication, theme: Theme) -> Theme:
    changed = current.set_current(theme)
    begun = bool(app.styleSheet())  # with one, Qt no longer says which style is under it
    if changed or not begun:
        if not begun:
            app.setStyle("Fusion")
        app.setFont(current.text_font())
        app.setPalette(stylesheet.palette(theme))
        app.setStyleSheet(stylesheet.build(theme))
        current.notifier.changed.emit(theme)
    return theme


def _system_scheme() -> str:
    scheme = QGuiApplication.styleHints().colorScheme()
    return "light" if scheme == Qt.ColorScheme.Light else "dark"


def _on_system_scheme(_scheme: Qt.ColorScheme) -> None:
    app = QApplication.instance()
    if current.mode() == "system" and isinstance(app, QApplication):
        _restyle(app, current.load(_system_scheme()))
