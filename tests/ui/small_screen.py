"""The first start on small screens: `python -m tests.ui.small_screen FOLDER...`.

A screen belongs to a process, so each has one of its own. They fork from this one, which has worked
out what the cards of the start page show. `screen.json` of a folder describes the screen; `said` is
written there: on a line each what cannot be reached. The folders of the user lie there too.
No tests here; they are in `test_journey_screens`.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QLineEdit,
    QScrollBar,
    QTabBar,
    QToolBar,
    QWidget,
)

from nnstudio.__main__ import main
from nnstudio.project.presets import preset_names
from nnstudio.ui.actions.shortcuts_page import ShortcutsPage
from nnstudio.ui.start import start_page
from nnstudio.ui.start.preset_card import Card
from nnstudio.ui.widgets.question import Question
from nnstudio.ui.window.main_window import MainWindow
from tests.ui.analysed_presets import report_of, report_on
from tests.ui.canvas_world import Mouse
from tests.ui.person import CONTROL, click, press, scroll_to, settle, wait
from tests.ui.shell import FOLDERS

ALT = Qt.KeyboardModifier.AltModifier
CANVAS = (208, 160)
"""The least of the canvas with which one can work."""
MADE_BY_QT = (QComboBox, QAbstractItemView, QTabBar, QScrollBar, QLineEdit)
PANELS = (Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_3, Qt.Key.Key_4, Qt.Key.Key_5)


def described(widget: QWidget) -> str:
    text = widget.text() if isinstance(widget, QAbstractButton | QLineEdit) else ""
    name = widget.accessibleName() or text or widget.objectName() or widget.toolTip()
    around = type(widget.parentWidget()).__name__
    return f"{type(widget).__name__} '{name}' in {around}"


def controls(parent: QWidget) -> Iterator[QWidget]:
    """What can be pressed or written into, but what Qt makes for itself."""
    for widget in parent.findChildren(QWidget):
        if not isinstance(widget, QAbstractButton | QLineEdit | QComboBox | Card):
            continue
        around = widget.parentWidget()
        in_cell = around is not None and isinstance(around.parentWidget(), QAbstractItemView)
        own = in_cell or isinstance(
            around, QComboBox | QAbstractItemView | QTabBar | QScrollBar | QLineEdit
        )
        if widget.isVisible() and not own and not isinstance(around, QToolBar):
            yield widget


def cut_off(parent: QWidget) -> Iterator[str]:
    """Controls of which a part cannot be seen, however one scrolls."""
    for widget in [*controls(parent)]:
        scroll_to(widget)
        settle()
        seen = widget.visibleRegion().boundingRect()
        if widget.isVisible() and (
            seen.width() < widget.width() - 1 or seen.height() < widget.height() - 1
        ):
            yield f"{described(widget)}: {seen.size().toTuple()} of {widget.size().toTuple()}"


def beyond(window: QWidget) -> Iterator[str]:
    """A window that does not lie on the screen."""
    screen = window.screen().availableGeometry()
    if window.width() > screen.width() or window.height() > screen.height():
        yield f"{type(window).__name__} {window.size().toTuple()} on {screen.size().toTuple()}"


def toolbar(window: MainWindow) -> Iterator[str]:
    """Acts that are neither in the toolbar nor behind its arrow."""
    more = window.toolbar.findChild(QWidget, "qt_toolbar_ext_button")
    for action in window.toolbar.actions():
        widget = window.toolbar.widgetForAction(action)
        whole = widget is not None and widget.visibleRegion().boundingRect() == widget.rect()
        if action.text() and not whole and (more is None or not more.isVisible()):
            yield f"toolbar: {action.text()}"


def canvas(window: MainWindow) -> Iterator[str]:
    size = window.editor.canvas.view.viewport().size()
    if size.width() < CANVAS[0] or size.height() < CANVAS[1]:
        yield f"the canvas is {size.toTuple()}"


def notice(window: MainWindow) -> Iterator[str]:
    """The notice that data and model do not fit: whole, and nothing of the panel under it."""
    found, panel = window.panels.form.mismatch, window.panels.training.panel()
    found.show_text("The model takes what the data set does not have. " * 3, "notice-warning")
    found.show()
    wait(lambda: found.width() > 200 and found.height() == found.minimumHeight())
    settle()
    words = found.sentence
    if words.height() < words.heightForWidth(words.width()):
        yield f"notice: {words.height()} of {words.heightForWidth(words.width())}"
    if isinstance(panel, QWidget) and found.geometry().intersects(panel.geometry()):
        yield f"notice: {found.geometry()} over {panel.geometry()}"


def faults(window: MainWindow) -> Iterator[str]:
    """The way of a new user, with all that cannot be reached on it."""
    wait(window.isActiveWindow)
    for found in (*beyond(window), *cut_off(window)):
        yield f"start page: {found}"
    card = window.gallery.card("Transformer2DResNet")
    assert card is not None
    click(card)
    settle()
    for found in (*beyond(window), *toolbar(window), *canvas(window)):
        yield f"editor: {found}"
    node = window.editor.canvas.graph.nodes[1].id
    for key in PANELS:
        press(key, ALT)
        settle()
        for found in cut_off(window):
            yield f"panel {window.editor.tabs.panel}: {found}"
    press(Qt.Key.Key_4, ALT)
    settle()
    yield from notice(window)
    mouse = Mouse(window.editor.canvas)
    window.editor.canvas.view.look_at(mouse.card(node))
    mouse.click(mouse.card(node))
    settle()
    for found in cut_off(window.editor.inspector):
        yield f"inspector: {found}"
    press(Qt.Key.Key_O, ALT)
    settle()
    for found in cut_off(window.editor.left):
        yield f"outline: {found}"
    press(Qt.Key.Key_Comma, CONTROL)
    keys = next(w for w in QApplication.topLevelWidgets() if isinstance(w, ShortcutsPage))
    question = Question(window, "Quit?", "A long sentence. " * 20, ("Keep training", "Stop"))
    for dialog in (keys, question):
        dialog.show()
        settle()
        for found in (*beyond(dialog), *cut_off(dialog)):
            yield f"{type(dialog).__name__}: {found}"
        dialog.close()


def live(*_: object) -> int:
    window = next(w for w in QApplication.topLevelWidgets() if isinstance(w, MainWindow))
    found = [*faults(window)]
    window.workspace.history.mark_saved()
    window.close()
    print(*found, sep="\n")
    return 1 if found else 0


def work_out_cards() -> None:
    """Read and analyse the examples once for all screens: each start page shows all of them."""
    start_page.full_report = report_of  # type: ignore[assignment]
    for name in preset_names():
        report_on(name)


def start_on(folder: Path) -> int:
    """The first start on the screen that `folder` describes, to its end."""
    os.environ["QT_QPA_PLATFORM"] = f"offscreen:configfile={folder / 'screen.json'}"
    for variable in FOLDERS:
        os.environ[variable] = str(folder / variable.lower())
    with (folder / "said").open("w", encoding="utf-8") as said:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
            os.dup2(said.fileno(), stream.fileno())
    QApplication.exec = live  # type: ignore[method-assign, assignment]
    code = main([])
    sys.stdout.flush()
    return code


def start_beside(folder: Path) -> None:
    """The same in a process of its own, if there is `fork`; its code is written into `code`."""
    if not hasattr(os, "fork"):
        code = start_on(folder)
    elif process := os.fork():
        _, status = os.waitpid(process, 0)
        code = os.waitstatus_to_exitcode(status)
    else:
        try:
            os._exit(start_on(folder))
        except BaseException:
            traceback.print_exc()
        os._exit(70)
    (folder / "code").write_text(str(code), encoding="utf-8")


if __name__ == "__main__":
    work_out_cards()
    for place in sys.argv[1:]:
        start_beside(Path(place))
