"""What a panel with nothing in it says, in any room."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from nnstudio.ui.widgets.empty_state import EmptyState

TITLE = "Not trained yet"
SENTENCE = "Press Run to train this model; loss and accuracy are drawn here while it learns."


@pytest.fixture
def state(qtbot: QtBot) -> Iterator[EmptyState]:
    """One in a widget that gives it any size; a window would keep to the layout's least."""
    around = QWidget()
    qtbot.addWidget(around)
    made = EmptyState("training", TITLE, SENTENCE, "Run", parent=around)
    around.resize(700, 400)
    around.show()
    yield made
    around.hide()


def resize(state: EmptyState, width: int, height: int) -> None:
    """Give it a size, and let it settle."""
    state.setGeometry(0, 0, width, height)
    QApplication.processEvents()


@pytest.mark.parametrize("height", range(60, 260, 10))
@pytest.mark.parametrize("width", [230, 600])
def test_nothing_is_cut_at_any_height(state: EmptyState, width: int, height: int) -> None:
    resize(state, width, height)
    assert state.shown_texts[0] == TITLE
    shown = [label for label in state.findChildren(QLabel) if label.isVisible()]
    for label in shown:
        wraps = label.wordWrap()
        wanted = label.heightForWidth(label.width()) if wraps else label.sizeHint().height()
        assert label.height() >= wanted, label.text()
        assert state.rect().contains(label.geometry())
    assert state.rect().contains(state.button.geometry())
    if len(state.shown_texts) == 1:
        title = next(label for label in shown if label.text() == TITLE)
        assert title.toolTip() == SENTENCE


def test_icon_and_sentence_come_back_with_the_room(state: EmptyState) -> None:
    resize(state, 600, 300)
    assert state.has_icon
    resize(state, 600, 110)
    assert not state.has_icon
    assert state.shown_texts == (TITLE, SENTENCE)
    resize(state, 600, 70)
    assert state.shown_texts == (TITLE,)
    resize(state, 600, 300)
    assert state.has_icon
    assert state.shown_texts == (TITLE, SENTENCE)
