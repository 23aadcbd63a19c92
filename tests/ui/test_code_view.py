"""The view of the generated code: colours, marks, finding, and an eye that stays where it is."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nnstudio.ui.panels.code_view import CodeView, spans
from nnstudio.ui.theme import current as theme
from nnstudio.ui.theme.apply import apply_theme

CODE = '''import torch


class Net(nn.Module):
    """Two lines
    of words."""

    def forward(self, x):
        return self.fc(x) + 1  # done
'''
LONG = "\n".join(f"value_{k} = {k}" for k in range(300))


@pytest.fixture
def view(qapp: QApplication, qtbot: QtBot) -> CodeView:
    apply_theme(qapp, "dark")
    made = CodeView()
    qtbot.addWidget(made)
    made.resize(500, 300)
    made.show()
    qtbot.waitExposed(made)
    return made


def kinds(line: int) -> set[str]:
    return {kind for _, _, kind in spans(CODE)[line - 1]}


def test_each_word_has_its_kind() -> None:
    assert (0, 6, "keyword") in spans(CODE)[0]
    assert (6, 3, "class") in spans(CODE)[3]
    assert kinds(5) == {"docstring"}
    assert kinds(6) == {"docstring"}
    assert {"function", "self"} <= kinds(8)
    assert {"number", "comment", "operator"} <= kinds(9)
    assert len(spans(CODE)) == CODE.count("\n") + 1


def test_highlighting_follows_the_theme(view: CodeView, qapp: QApplication) -> None:
    view.set_code(CODE)
    for name in ("light", "dark"):
        apply_theme(qapp, name)  # type: ignore[arg-type]
        block = view.text.document().findBlockByNumber(3)
        colours = {
            QColor(piece.format.foreground().color()).name() for piece in block.layout().formats()
        }
        assert theme.load(name).syntax["class"].colour in colours


def test_another_text_leaves_the_eye_where_it_is(view: CodeView) -> None:
    view.set_code(LONG)
    view.text.verticalScrollBar().setValue(120)
    view.set_code(LONG.replace("value_7 ", "other_7 "))
    assert view.text.verticalScrollBar().value() == 120
    assert "other_7 = 7" in view.code()
    assert view.text.isReadOnly()


def test_marks_come_into_view_but_move_nothing_that_is_there(view: CodeView) -> None:
    view.set_code(LONG)
    view.mark_lines(range(3, 5))
    assert view.text.verticalScrollBar().value() == 0
    view.mark_lines([200, 201])
    assert view.text.can_see(200)
    lines = {s.cursor.blockNumber() + 1 for s in view.text.extraSelections()}
    assert lines == {200, 201}
    view.mark_lines([9_999])
    assert view.text.extraSelections() == []


def test_a_click_says_its_line(view: CodeView, qtbot: QtBot) -> None:
    view.set_code(LONG)
    block = view.text.document().findBlockByNumber(4)
    place = view.text.cursorRect(QTextCursor(block)).center() + QPoint(6, 0)
    with qtbot.waitSignal(view.line_clicked) as told:
        QTest.mouseClick(view.text.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert told.args == [5]


def test_finding(view: CodeView) -> None:
    view.set_code("one two\none\nthree one")
    view.open_find()
    view.find_bar.field.setText("one")
    assert view.find_bar.count.text() == "1 of 3"
    assert view.text.textCursor().blockNumber() == 0
    view.find(1)
    view.find(1)
    assert view.find_bar.count.text() == "3 of 3"
    assert view.text.textCursor().blockNumber() == 2
    view.find(1)
    assert view.find_bar.count.text() == "1 of 3"
    view.find(-1)
    assert view.find_bar.count.text() == "3 of 3"
    assert len(view.text.extraSelections()) == 3
    view.find_bar.field.setText("four")
    assert view.find_bar.count.text() == "Not found"
    assert not view.find(1)
    view.close_find()
    assert view.find_bar.isHidden()
    assert view.text.extraSelections() == []


def test_finding_with_the_keyboard(view: CodeView, qapp: QApplication) -> None:
    view.set_code("one two\none")
    view.activateWindow()
    view.text.setFocus()
    QTest.keyClick(view.text, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    qapp.processEvents()
    assert view.find_bar.isVisible()
    QTest.keyClicks(view.find_bar.field, "one")
    QTest.keyClick(view.find_bar.field, Qt.Key.Key_Return)
    assert view.find_bar.count.text() == "2 of 2"
    QTest.keyClick(view.find_bar.field, Qt.Key.Key_Escape)
    qapp.processEvents()
    assert view.find_bar.isHidden()


def test_an_arrow_stays_two_characters(view: CodeView) -> None:
    metrics = view.text.fontMetrics()
    assert metrics.horizontalAdvance("->") == 2 * metrics.horizontalAdvance("-")
