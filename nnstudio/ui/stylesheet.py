"""How the tokens of a theme look on widgets: one palette and one style sheet for the whole window.

Widgets say what they are through the property `role`; nothing else in the window sets a colour.
"""

from __future__ import annotations

from PySide6.QtGui import QColor, QPalette

from nnstudio.assets import asset
from nnstudio.ui.theme import Theme

CONTROL = 28
"""Height of buttons and fields, in pixels."""


def palette(theme: Theme) -> QPalette:
    """The colours that Qt's own drawing uses."""
    c = theme.colours
    roles = {
        QPalette.ColorRole.Window: c.window,
        QPalette.ColorRole.WindowText: c.text,
        QPalette.ColorRole.Base: c.field,
        QPalette.ColorRole.AlternateBase: c.panel,
        QPalette.ColorRole.ToolTipBase: c.raised,
        QPalette.ColorRole.ToolTipText: c.text,
        QPalette.ColorRole.Text: c.text,
        QPalette.ColorRole.PlaceholderText: c.muted,
        QPalette.ColorRole.Button: c.raised,
        QPalette.ColorRole.ButtonText: c.text,
        QPalette.ColorRole.BrightText: c.error,
        QPalette.ColorRole.Highlight: c.accent,
        QPalette.ColorRole.HighlightedText: c.on_accent,
        QPalette.ColorRole.Link: c.accent,
        QPalette.ColorRole.Mid: c.line,
        QPalette.ColorRole.Dark: c.line_strong,
        QPalette.ColorRole.Accent: c.accent,
    }
    made = QPalette()
    for role, colour in roles.items():
        made.setColor(role, QColor(colour))
    for role in (
        QPalette.ColorRole.WindowText,
        QPalette.ColorRole.Text,
        QPalette.ColorRole.ButtonText,
    ):
        made.setColor(QPalette.ColorGroup.Disabled, role, QColor(c.faint))
    return made


def build(theme: Theme) -> str:
    """The style sheet of a theme."""
    c = theme.colours
    parts = (_frame(theme), _menus(theme), _buttons(theme), _fields(theme), _lists(theme), _roles(theme))
    return "\n".join(parts).replace("@radius", "6px").replace("@line", c.line)


def _picture(theme: Theme, name: str) -> str:
    return f"url({asset('themes', theme.name, f'{name}.svg').as_posix()})"


def _frame(theme: Theme) -> str:
    """Window, splitters, tool bar, status bar, tabs, scroll bars, tool tips."""
    c = theme.colours
    return f"""
QMainWindow, QDialog {{ background: {c.window}; }}
QToolBar {{ background: {c.panel}; border: 0; border-bottom: 1px solid {c.line}; padding: 0 8px; spacing: 2px; }}
QToolBar::separator {{ background: {c.line}; width: 1px; margin: 10px 6px; }}
QToolBar QToolButton {{ border-radius: @radius; padding: 5px; margin: 0; border: 1px solid transparent; }}
QToolBar QToolButton:hover {{ background: {c.hover}; }}
QToolBar QToolButton:pressed, QToolBar QToolButton:checked {{ background: {c.pressed}; }}
QToolBar QToolButton:focus {{ border-color: {c.accent}; }}
QStatusBar {{ background: {c.panel}; color: {c.muted}; border-top: 1px solid {c.line}; min-height: 24px; }}
QStatusBar::item {{ border: 0; }}
QSplitter::handle {{ background: {c.line}; }}
QSplitter::handle:hover {{ background: {c.accent}; }}
QTabWidget::pane {{ border: 0; background: {c.panel}; }}
QTabBar {{ background: {c.panel}; qproperty-drawBase: 0; border: 0; }}
QTabBar::tab {{ background: transparent; color: {c.muted}; padding: 7px 14px 6px 12px; border: 0;
  border-bottom: 2px solid transparent; }}
QTabBar::tab:hover {{ color: {c.text}; background: {c.hover}; }}
QTabBar::tab:selected {{ color: {c.text}; border-bottom: 2px solid {c.accent}; }}
QTabBar::tab:focus {{ color: {c.accent}; }}
QTabBar::close-button {{ image: {_picture(theme, "close")}; }}
QTabBar::close-button:hover {{ image: {_picture(theme, "close-strong")}; }}
QScrollBar:vertical {{ background: transparent; width: 10px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: 10px; margin: 0; }}
QScrollBar::handle {{ background: {c.handle}; border-radius: 3px; margin: 2px; }}
QScrollBar::handle:vertical {{ min-height: 28px; }}
QScrollBar::handle:horizontal {{ min-width: 28px; }}
QScrollBar::handle:hover {{ background: {c.handle_hover}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QAbstractScrollArea::corner {{ background: transparent; }}
QScrollArea {{ background: transparent; border: 0; }}
QScrollArea > QWidget > QWidget {{ background: transparent; }}
QToolTip {{ background: {c.raised}; color: {c.text}; border: 1px solid {c.line_strong}; padding: 5px 8px; }}
QProgressBar {{ background: {c.field}; border: 0; border-radius: 3px; height: 6px; text-align: center; }}
QProgressBar::chunk {{ background: {c.accent}; border-radius: 3px; }}
"""


def _menus(theme: Theme) -> str:
    c = theme.colours
    return f"""
QMenuBar {{ background: {c.panel}; padding: 2px 6px; border-bottom: 1px solid {c.line}; }}
QMenuBar::item {{ background: transparent; padding: 4px 9px; border-radius: 4px; }}
QMenuBar::item:selected {{ background: {c.hover}; }}
QMenu {{ background: {c.raised}; border: 1px solid {c.line_strong}; padding: 5px; }}
QMenu::item {{ padding: 5px 28px 5px 10px; border-radius: 4px; }}
QMenu::icon {{ padding-left: 8px; }}
QMenu::item:selected {{ background: {c.accent_soft}; }}
QMenu::item:disabled {{ color: {c.faint}; }}
QMenu::separator {{ height: 1px; background: {c.line}; margin: 5px 4px; }}
QMenu::right-arrow {{ image: {_picture(theme, "right")}; }}
"""


def _buttons(theme: Theme) -> str:
    c = theme.colours
    return f"""
QPushButton {{ background: {c.raised}; border: 1px solid {c.line_strong}; border-radius: @radius;
  padding: 0 12px; min-height: {CONTROL - 2}px; }}
QPushButton:hover {{ background: {c.hover}; }}
QPushButton:pressed {{ background: {c.pressed}; }}
QPushButton:focus {{ border-color: {c.accent}; }}
QPushButton:disabled {{ color: {c.faint}; border-color: {c.line}; background: transparent; }}
QPushButton:flat {{ background: transparent; border-color: transparent; }}
QPushButton:flat:hover {{ background: {c.hover}; }}
QPushButton[role="primary"], QPushButton:default {{ background: {c.accent}; color: {c.on_accent};
  border-color: {c.accent}; font-weight: 600; }}
QPushButton[role="primary"]:hover, QPushButton:default:hover {{ background: {c.accent_hover}; }}
QPushButton[role="primary"]:pressed, QPushButton:default:pressed {{ background: {c.accent_pressed}; }}
QPushButton[role="primary"]:focus {{ border: 2px solid {c.text}; }}
QPushButton[role="primary"]:disabled {{ background: {c.raised}; color: {c.faint}; border-color: {c.line}; }}
QPushButton[role="small"] {{ min-height: 22px; padding: 0 8px; font-size: 12px; }}
QToolButton {{ background: transparent; border: 1px solid transparent; border-radius: 5px; padding: 2px; }}
QToolButton:hover {{ background: {c.hover}; }}
QToolButton:pressed, QToolButton:checked {{ background: {c.pressed}; }}
QToolButton:focus {{ border-color: {c.accent}; }}
QToolButton::menu-indicator {{ image: none; }}
QCheckBox, QRadioButton {{ spacing: 8px; min-height: 20px; }}
QCheckBox::indicator {{ width: 16px; height: 16px; border: 1px solid {c.line_strong}; border-radius: 4px;
  background: {c.field}; }}
QCheckBox::indicator:hover, QCheckBox::indicator:focus {{ border-color: {c.accent}; }}
QCheckBox::indicator:checked {{ background: {c.accent}; border-color: {c.accent};
  image: {_picture(theme, "tick")}; }}
QCheckBox::indicator:indeterminate {{ background: {c.accent}; border-color: {c.accent};
  image: {_picture(theme, "dash")}; }}
QCheckBox::indicator:disabled {{ background: {c.raised}; border-color: {c.line}; }}
QSlider::groove:horizontal {{ height: 4px; border-radius: 2px; background: {c.line}; }}
QSlider::sub-page:horizontal {{ height: 4px; border-radius: 2px; background: {c.accent}; }}
QSlider::handle:horizontal {{ width: 14px; height: 14px; margin: -5px 0; border-radius: 7px;
  background: {c.text}; border: 0; }}
QSlider::handle:horizontal:hover, QSlider::handle:horizontal:focus {{ background: {c.accent}; }}
"""


def _fields(theme: Theme) -> str:
    c = theme.colours
    fields = "QLineEdit, QComboBox, QAbstractSpinBox, QPlainTextEdit, QTextEdit"
    return f"""
{fields} {{ background: {c.field}; border: 1px solid {c.line}; border-radius: @radius;
  selection-background-color: {c.accent}; selection-color: {c.on_accent}; }}
QLineEdit, QComboBox, QAbstractSpinBox {{ min-height: {CONTROL - 2}px; padding: 0 8px; }}
QLineEdit:hover, QComboBox:hover, QAbstractSpinBox:hover {{ border-color: {c.line_strong}; }}
QLineEdit:focus, QComboBox:focus, QAbstractSpinBox:focus, QPlainTextEdit:focus, QTextEdit:focus {{
  border-color: {c.accent}; }}
QLineEdit:disabled, QComboBox:disabled, QAbstractSpinBox:disabled {{ color: {c.faint};
  background: transparent; }}
QLineEdit[invalid="true"], QComboBox[invalid="true"] {{ border-color: {c.error}; background: {c.error_soft}; }}
QComboBox::drop-down {{ border: 0; width: 24px; }}
QComboBox::down-arrow {{ image: {_picture(theme, "down")}; width: 12px; height: 12px; }}
QComboBox QAbstractItemView {{ background: {c.raised}; border: 1px solid {c.line_strong}; padding: 4px;
  outline: 0; }}
QComboBox QAbstractItemView::item {{ min-height: 26px; padding: 0 8px; border-radius: 4px; }}
QComboBox QAbstractItemView::item:selected {{ background: {c.accent_soft}; color: {c.text}; }}
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {{ border: 0; width: 20px; background: transparent; }}
QAbstractSpinBox::up-arrow {{ image: {_picture(theme, "up")}; width: 10px; height: 10px; }}
QAbstractSpinBox::down-arrow {{ image: {_picture(theme, "down")}; width: 10px; height: 10px; }}
"""


def _lists(theme: Theme) -> str:
    c = theme.colours
    return f"""
QTreeView, QListView, QTableView {{ background: {c.panel}; border: 0; outline: 0;
  alternate-background-color: {c.window}; gridline-color: {c.line};
  selection-background-color: {c.selection}; selection-color: {c.text}; }}
QTreeView::item, QListView::item, QTableView::item {{ min-height: 26px; padding: 0 4px; border: 0; }}
QTreeView::item:hover, QListView::item:hover, QTableView::item:hover {{ background: {c.hover}; }}
QTreeView::item:selected, QListView::item:selected, QTableView::item:selected {{
  background: {c.selection}; color: {c.text}; }}
QTreeView::branch {{ background: transparent; }}
QTreeView::branch:has-children:!has-siblings:closed, QTreeView::branch:closed:has-children:has-siblings {{
  image: {_picture(theme, "right")}; }}
QTreeView::branch:open:has-children:!has-siblings, QTreeView::branch:open:has-children:has-siblings {{
  image: {_picture(theme, "down")}; }}
QHeaderView {{ background: {c.panel}; border: 0; }}
QHeaderView::section {{ background: {c.panel}; color: {c.muted}; border: 0;
  border-bottom: 1px solid {c.line}; padding: 5px 8px; font-size: 12px; }}
QTableCornerButton::section {{ background: {c.panel}; border: 0; }}
"""


def _roles(theme: Theme) -> str:
    """Widgets that say what they are."""
    c = theme.colours
    notices = "\n".join(
        f'QFrame[role="notice-{name}"] {{ background: {soft}; border: 1px solid {strong}; border-radius: @radius; }}'
        for name, soft, strong in (
            ("error", c.error_soft, c.error),
            ("warning", c.warning_soft, c.warning),
            ("advice", c.accent_soft, c.accent),
        )
    )
    return f"""
*[role="muted"] {{ color: {c.muted}; }}
QLabel[role="error"] {{ color: {c.error}; }}
QLabel[role="warning"] {{ color: {c.warning}; }}
QLabel[role="good"] {{ color: {c.good}; }}
QLabel[role="heading"] {{ font-size: 17px; font-weight: 600; }}
*[role="panel"] {{ background: {c.panel}; }}
*[role="side"] {{ background: {c.panel}; border-right: 1px solid {c.line}; }}
*[role="bar"] {{ background: {c.panel}; border-bottom: 1px solid {c.line}; }}
QFrame[role="line"] {{ background: {c.line}; border: 0; }}
QFrame[role="card"] {{ background: {c.panel}; border: 1px solid {c.line}; border-radius: 8px; }}
*[role="popup"] {{ background: {c.raised}; border: 1px solid {c.line_strong}; border-radius: 8px; }}
QToolButton[role="section-title"] {{ font-weight: 600; font-size: 12px; color: {c.muted}; padding: 4px 2px;
  border: 0; text-align: left; }}
QToolButton[role="section-title"]:hover {{ color: {c.text}; background: transparent; }}
QToolButton[role="section-title"]:checked, QToolButton[role="section-title"]:pressed {{ background: transparent; }}
QToolButton[role="section-title"]:focus {{ color: {c.accent}; }}
QToolButton[role="legend"] {{ border: 0; padding: 1px 4px; color: {c.faint}; font-size: 11px; }}
QToolButton[role="legend"]:checked {{ background: transparent; color: {c.text}; }}
QToolButton[role="legend"]:hover {{ background: {c.hover}; }}
QProgressBar[role="slim"] {{ min-height: 4px; max-height: 4px; border-radius: 2px; background: {c.line}; }}
QProgressBar[role="slim"]::chunk {{ border-radius: 2px; }}
QToolButton[role="quiet"] {{ border: 0; background: transparent; }}
QToolButton[role="quiet"]:hover {{ background: {c.hover}; }}
QToolButton[role="crumb"] {{ color: {c.muted}; padding: 2px 6px; }}
QToolButton[role="crumb"][current="true"] {{ color: {c.text}; font-weight: 600; }}
QPushButton[role="list-item"] {{ text-align: left; padding: 4px 8px; border: 1px solid transparent; }}
QPushButton[role="list-item"]:hover {{ background: {c.hover}; }}
QPushButton[role="list-item"]:focus {{ border-color: {c.accent}; }}
{notices}
"""
