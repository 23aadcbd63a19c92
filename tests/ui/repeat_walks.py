"""Three ways to repetitions as a person goes them, from an empty canvas. No tests here.

Pictures of every step in both themes: `python -m tests.ui.repeat_walks FOLDER`.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QPushButton, QWidget

from nnstudio.compiler.source import generate
from nnstudio.project.values import Project
from nnstudio.ui.app import application, create_window
from nnstudio.ui.forms.rows import FieldRow
from nnstudio.ui.settings import Settings
from nnstudio.ui.theme.apply import apply_theme
from nnstudio.ui.theme.current import Mode
from nnstudio.ui.window.main_window import MainWindow
from nnstudio.workspace.workspace import Workspace
from tests.ui.canvas_world import Mouse
from tests.ui.person import CONTROL, NONE, click, pause, press, settle, wait
from tests.ui.shell import closed

SHIFT = Qt.KeyboardModifier.ShiftModifier
K = Qt.Key


class Walk:
    """What a person does in one window; `seen` is told after each step what it was."""

    def __init__(self, window: MainWindow, seen: Callable[[str], object] = str) -> None:
        self.window = window
        self.canvas = window.editor.canvas
        self.inspector = window.editor.inspector
        self.mouse = Mouse(self.canvas)
        self.seen = seen
        wait(window.isActiveWindow)

    @property
    def project(self) -> Project:
        """The project as it is now."""
        return self.window.workspace.project

    @property
    def chosen(self) -> str:
        """The id of the one node that is selected."""
        (node,) = self.canvas.selection()
        return node

    @property
    def forward(self) -> str:
        """The lines of the model's `forward`, without the signature."""
        text = generate(self.project).text.split(" def forward(")[-1]
        return "".join(line for line in text.splitlines(True)[1:]).strip("\n")

    @property
    def said(self) -> list[str]:
        """The errors of the model."""
        return [p.sentence for p in self.window.workspace.report.problems if p.severity == "error"]

    def search(self, name: str) -> str:
        """Type a name into the search that is open, take the first that is found; its id."""
        QTest.keyClicks(focused(), name)
        press(K.Key_Return)
        settle()
        return self.chosen

    def begin(self, shape: str) -> str:
        """An Input of a shape, by a double-click into the open."""
        self.mouse.double_click(QPointF(-300, 0))
        node = self.search("Input")
        self.type(self.inspector.node_page.rows["shape"], shape)
        return node

    def draw_into_the_open(self, node: str, name: str, port: str = "output", down: int = 0) -> str:
        """Drag a wire from a port into the open and take what is to follow; its id."""
        start = self.mouse.port(node, port)
        self.mouse.drag(start, start + QPointF(130, down))
        return self.search(name)

    def wire(self, source: str, target: str, entry: str) -> None:
        """Drag a wire from a node to a port."""
        self.mouse.drag(self.mouse.port(source), self.mouse.port(target, entry))

    def type(self, row: FieldRow, text: str) -> None:
        """Click into a field, put other text in its place, Return."""
        click(row.editor)
        press(K.Key_A, CONTROL)
        QTest.keyClicks(focused(), text)
        press(K.Key_Return)
        settle()

    def set(self, **texts: str) -> None:
        """Type into fields of the selected node by their names."""
        for name, text in texts.items():
            self.type(self.inspector.node_page.rows[name], text)

    def choose(self, port: str, text: str) -> None:
        """Open the choices of a port of the repetition, go to one with the arrows, Return."""
        field = self.inspector.node_page.structure.ports.rows[port].editor
        assert isinstance(field, QComboBox)
        click(field)
        steps = field.findText(text) - field.currentIndex()
        for _ in range(abs(steps)):
            QTest.keyClick(field.view(), K.Key_Down if steps > 0 else K.Key_Up)
        QTest.keyClick(field.view(), K.Key_Return)
        self.window.activateWindow()  # without a desktop, the list would keep the keyboard
        wait(self.window.isActiveWindow)

    def fix(self, title: str) -> None:
        """Click the first button of a title that can be seen."""
        settle()
        buttons = self.window.findChildren(QPushButton)
        found = [b for b in buttons if b.text() == title and b.isVisible()]
        assert found, f"no button '{title}', but {self.said}"
        click(found[0])
        settle()

    def go_to(self, title: str, held: Qt.KeyboardModifier = NONE) -> None:
        """Press Tab until a button or field of a title has the keyboard."""
        for _ in range(20):
            press(K.Key_Tab, held)
            if focused().accessibleName() == title:
                return
        raise AssertionError(f"Tab does not lead to '{title}'")

    def repeat(self, count: str) -> None:
        """Ctrl+R on the selected node, then how often."""
        self.canvas.setFocus()
        press(K.Key_R, CONTROL)
        QTest.keyClicks(focused(), count)
        press(K.Key_Return)
        settle()

    def arranged(self) -> None:
        """Lay out what there is and look at all of it."""
        node = self.chosen
        self.canvas.setFocus()
        press(K.Key_A, CONTROL)
        press(K.Key_L, CONTROL)
        self.canvas.select([node])
        press(K.Key_Home)

    def undo_all(self) -> list[str]:
        """Ctrl+Z until nothing is left; what was taken back, last first."""
        self.canvas.setFocus()
        taken = []
        while title := self.window.workspace.history.undo_title:
            press(K.Key_Z, CONTROL)
            taken.append(title)
        return taken


def focused() -> QWidget:
    """The widget that has the keyboard."""
    found = QApplication.focusWidget()
    assert found is not None
    return found


def loop_over_time(walk: Walk, cell: str = "LSTMCell") -> None:
    """A cell fed with a sequence becomes a loop whose states are carried and kept."""
    source = walk.begin("N, T, 3")
    node = walk.draw_into_the_open(source, cell)
    walk.seen("fed with a sequence")
    walk.fix("Call it for each step")
    walk.seen("called for each step")
    walk.fix("Start hx and cx with zeros" if cell == "LSTMCell" else "Start with zeros")
    walk.seen("with a start")
    walk.choose("out h", "all, stacked at 1")
    walk.fix(f"Add an Output after {walk.canvas.graph.by_id[node].name}")
    walk.canvas.select([node])
    walk.arranged()
    walk.seen("every state kept")


def loop_by_keys(walk: Walk) -> None:
    """The same without the mouse: Shift+A, Return, Shift+Tab to the fix, Ctrl+R, Tab, Down."""
    walk.canvas.setFocus()
    press(K.Key_A, SHIFT)
    walk.search("Input")
    press(K.Key_Return)
    press(K.Key_A, CONTROL)
    QTest.keyClicks(focused(), "N, T, 3")
    press(K.Key_Return)
    press(K.Key_Escape)
    press(K.Key_A, SHIFT)
    walk.search("GRUCell")
    for title in ("Call it for each step", "Start with zeros"):
        press(K.Key_Return)
        walk.go_to(title, SHIFT)
        press(K.Key_Space)
        wait(walk.canvas.view.hasFocus)
    press(K.Key_R, CONTROL)
    walk.go_to("h")
    press(K.Key_Down)
    walk.seen("by keys")
    press(K.Key_Escape)


def skip_sum(walk: Walk) -> None:
    """Layers become a block with a second output, which all repetitions add up."""
    source = walk.begin("N, 8, T")
    conv = walk.draw_into_the_open(source, "Conv1d")
    walk.set(out_channels="8", kernel_size="3", padding="1")
    add = walk.draw_into_the_open(conv, "Add")
    walk.wire(source, add, "input.1")
    walk.seen("a residual")
    walk.canvas.select([conv, add])
    walk.canvas.setFocus()
    press(K.Key_G, CONTROL | SHIFT)
    press(K.Key_Tab)
    aside = walk.draw_into_the_open(conv, "Conv1d", down=170)
    walk.set(out_channels="12", kernel_size="1")
    walk.draw_into_the_open(aside, "Output", down=60)
    walk.type(walk.inspector.node_page.name_row, "skip")
    walk.seen("inside the block")
    walk.canvas.setFocus()
    press(K.Key_Escape)
    block = walk.chosen
    walk.repeat("4")
    walk.seen("four of them")
    walk.draw_into_the_open(block, "Output", "skip", down=60)
    walk.canvas.select([block])
    walk.seen("which of the four")
    walk.fix("Add up skip of all")
    walk.arranged()
    walk.seen("added up")


def branches(walk: Walk) -> None:
    """A convolution is built once for each of some rates, all on the same picture, and joined."""
    source = walk.begin("N, 4, 16, 16")
    node = walk.draw_into_the_open(source, "Conv2d")
    walk.set(out_channels="8", kernel_size="3", dilation="rates[i]")
    walk.seen("rates are not known")
    walk.fix("Repeat it for each of rates")
    walk.seen("for each of rates")
    walk.set(padding="rates[i]")
    walk.choose("in input", "same for all")
    walk.choose("out output", "all, joined at 1")
    walk.canvas.setFocus()
    press(K.Key_Escape)
    walk.seen("the list")
    walk.type(walk.inspector.block_page.value_row("rates"), "1, 6, 12")
    walk.canvas.select([node])
    walk.fix("Add an Output after conv")
    walk.canvas.select([node])
    walk.arranged()
    walk.seen("joined")


WALKS = {"loop": loop_over_time, "keys": loop_by_keys, "skips": skip_sum, "branches": branches}


def draw(name: str, theme: Mode, folder: Path) -> None:
    """Go one way and save what is seen after each step."""
    with tempfile.TemporaryDirectory() as settings:
        apply_theme(application(), theme)
        Settings(Path(settings)).set_theme(theme)
        window = create_window(Workspace(), folder=Path(settings))
        window.resize(1440, 860)
        window.show()
        window.show_editor()
        window.activateWindow()
        steps: list[str] = []

        def seen(step: str) -> None:
            pause(350)
            steps.append(step)
            window.grab().save(str(folder / f"{name}-{len(steps)} {step}-{theme}.png"))

        WALKS[name](Walk(window, seen))
        closed(window)


def main() -> None:
    """Go all ways in both themes."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name in sys.argv[2:] or WALKS:
        for theme in ("light", "dark"):
            draw(name, theme, folder)


if __name__ == "__main__":
    main()
