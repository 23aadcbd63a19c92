"""Names that look like markup, or hold an `&`, are shown as they are."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from nnstudio.ui.pages.trash_notice import TrashNotice
from nnstudio.ui.pages.writing import proposed, sentence_of
from nnstudio.ui.widgets.elided_label import ElidedLabel
from nnstudio.ui.widgets.empty_state import EmptyState
from nnstudio.ui.widgets.plain_tip import plain_tip
from nnstudio.ui.widgets.question import Question

NAME = "<b>x</b> & [red]y"


def test_a_name_that_looks_like_markup_is_read_as_it_is(qtbot: QtBot) -> None:
    notice = TrashNotice(lambda: None)
    question = Question(None, f"Delete '{NAME}'?", NAME, ("Delete",))
    state, line = EmptyState("error", NAME, NAME), ElidedLabel(NAME)
    for widget in (notice, question, state, line):
        qtbot.addWidget(widget)
    notice.show_deleted(NAME)
    labels = [line, *(one for at in (notice, question, state) for one in at.findChildren(QLabel))]
    told = [label for label in labels if NAME in label.text()]
    assert len(told) == 6
    assert {label.textFormat() for label in told} == {Qt.TextFormat.PlainText}


def test_a_tip_says_a_text_as_it_is() -> None:
    assert plain_tip("a < b\nc") == "a < b\nc"
    read = QTextDocument()
    read.setHtml(plain_tip(f"{NAME}\nbelow"))
    assert read.toPlainText().replace("\u2028", "\n") == f"{NAME}\nbelow"


def test_a_file_is_proposed_that_can_be_written() -> None:
    path = proposed("../a\n<b>\u05e9" + "\u05e9" * 200, "report")
    assert path.parent == proposed("x", "report").parent
    assert path.name.startswith("..-a--b-") or path.name.startswith("-a--b-")
    assert path.name.endswith(" report")
    assert len(path.name.encode()) < 200


def test_why_a_report_is_not_written_is_a_sentence() -> None:
    error = FileNotFoundError(2, "No such file or directory", "s1/optuna.log")
    assert sentence_of(error) == "s1/optuna.log: No such file or directory."
    assert sentence_of(ValueError("It is so.")) == "It is so."
