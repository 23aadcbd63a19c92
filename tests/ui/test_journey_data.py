"""A person brings data of their own: drop, read what was found, mend, set, fit, train, save."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
from PIL import Image
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QTableView

from nnstudio.project.commands.settings import SetSettings
from nnstudio.project.storage.file import read, write
from nnstudio.project.values import Project
from nnstudio.training.thread import State
from nnstudio.ui.pages.data.content import DataContent
from nnstudio.ui.window.main_window import MainWindow
from tests.drawing import Drawing
from tests.ui.conftest import Journey
from tests.ui.person import CONTROL, LEFT, NONE, Answers, button, click, press, settle, wait

SHIFT = Qt.KeyboardModifier.ShiftModifier
HEADER = "age,height,weight,ward,outcome"


def mlp() -> Project:
    """A perceptron for eight numbers and ten classes: it fits none of the data here."""
    model = Drawing("Perceptron")
    x = model.input("x", "N", 8)
    x = model.add("Linear", x, name="hidden", out_features=16)
    x = model.add("ReLU", x, name="relu")
    model.output(model.add("Linear", x, name="head", out_features=10))
    return SetSettings({"epochs": 3, "batch_size": 16, "device": "cpu"}).apply(model.project())


def convolution() -> Project:
    """A small network for pictures of 12 by 12."""
    model = Drawing("Small")
    x = model.input("image", "N", 3, 12, 12)
    x = model.add("Conv2d", x, name="conv", out_channels=4, kernel_size=3, padding=1)
    x = model.add("ReLU", x, name="relu")
    x = model.add("Flatten", x, name="flat")
    model.output(model.add("Linear", x, name="head", out_features=10))
    return SetSettings({"epochs": 1, "batch_size": 8, "device": "cpu"}).apply(model.project())


def patients(path: Path) -> Path:
    """80 patients below a title line, the age of one of them unknown."""
    random = np.random.default_rng(7)
    lines = ["Patients of the year 2024", HEADER]
    for k in range(80):
        age, height, weight = random.uniform((20, 150, 50), (80, 200, 120)).round(1)
        told = "" if k == 11 else f"{age}"
        outcome = "ill" if weight > 85 else "well"
        lines.append(f"{told},{height},{weight},{'ABC'[k % 3]},{outcome}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def shapes(folder: Path) -> Path:
    """Two folders of small pictures, larger than the model takes."""
    random = np.random.default_rng(3)
    for name, level in (("dark", 40), ("light", 200)):
        (folder / name).mkdir(parents=True)
        for k in range(12):
            noise = random.integers(-30, 30, (20, 20, 3))
            picture = Image.fromarray((level + noise).astype(np.uint8))
            picture.save(folder / name / f"{k:02}.png")
    return folder


def opened(window: MainWindow, answers: Answers, path: Path, project: Project) -> None:
    write(project, path)
    answers.add(path)
    press(Qt.Key.Key_O, CONTROL)
    assert window.workspace.path == path


def drop(window: MainWindow, path: Path) -> None:
    """Drop a file on the middle of the window."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    middle = window.rect().center()
    copy = Qt.DropAction.CopyAction
    entered = QDragEnterEvent(QPoint(middle), copy, data, LEFT, NONE)
    QApplication.sendEvent(window, entered)
    assert entered.isAccepted()
    QApplication.sendEvent(window, QDropEvent(QPointF(middle), copy, data, LEFT, NONE))


def has_read(window: MainWindow) -> None:
    page = window.data.page
    wait(lambda: page.reading is None and not page.is_counting)
    settle()


def choose(title: str) -> None:
    """Click an entry of the menu that is open."""
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    action = next(one for one in menu.actions() if one.text() == title)
    QTest.mouseClick(menu, LEFT, NONE, menu.actionGeometry(action).center())
    settle()


def choose_in(table: QTableView, row: int, column: int, title: str) -> None:
    place = table.visualRect(table.model().index(row, column)).center()
    QTest.mouseClick(table.viewport(), LEFT, NONE, place)
    choose(title)


def row_of(content: DataContent, name: str) -> int:
    return [field.name for field in content.fields.model.fields].index(name)


def click_fix(content: DataContent, where: str, title: str) -> None:
    """Mend a finding: by its button, or by the menu of those that have none."""
    settle()
    tab = content.findings_tab
    (row,) = (k for k, one in enumerate(tab.findings) if one.where == where)
    titles = [fix.title for fix in tab.findings[row].fixes]
    buttons = tab.table.fix_buttons(row)
    if titles.index(title) < len(buttons) - 1:
        click(buttons[titles.index(title)])
    else:
        click(buttons[-1])
        choose(title)


def trained(window: MainWindow) -> None:
    """Press Run and wait for the end."""
    press(Qt.Key.Key_F5)
    wait(lambda: window.training.state is not None and window.training.state.is_final)
    window.training.drain()
    assert window.training.run is not None
    assert window.training.state is State.COMPLETED, window.status.message
    settle()


def test_a_table_from_the_drop_to_the_saved_project(
    journey: Journey, answers: Answers, tmp_path: Path
) -> None:
    path = tmp_path / "mine.nns"
    kept: list[Project] = []

    def person(window: MainWindow) -> None:
        opened(window, answers, path, mlp())
        drop(window, patients(tmp_path / "patients.csv"))
        assert window.page == "data"
        has_read(window)
        page, content = window.data.page, window.data.content
        assert window.data.state == "content"
        assert page.name == "patients.csv"
        assert page.spec.source.skipped == 1  # type: ignore[union-attr]
        assert [field.name for field in page.spec.fields] == HEADER.split(",")

        press(Qt.Key.Key_9, Qt.KeyboardModifier.AltModifier)
        assert content.tabs.panel == "findings"
        told = [one for one in page.findings if one.where == "age"]
        assert len(told) == 1, page.findings
        assert "1 " in told[0].sentence
        click_fix(content, "age", "Fill in the median")
        has_read(window)
        assert page.spec.by_name["age"].missing == "median"
        assert not [o for o in page.findings if o.where == "age" and o.severity != "note"]

        choose_in(content.fields.view, row_of(content, "ward"), 1, "Ignored")
        has_read(window)
        assert page.spec.by_name["ward"].role == "ignored"
        press(Qt.Key.Key_Z, CONTROL)
        has_read(window)
        assert page.spec.by_name["ward"].role == "input"
        assert page.spec.by_name["age"].missing == "median"
        press(Qt.Key.Key_Z, CONTROL | SHIFT)
        has_read(window)
        assert page.spec.by_name["ward"].role == "ignored"

        click(content.preparation.add_button)
        choose("Standardise")
        has_read(window)
        assert [step.name for step in page.spec.preparation] == ["standardise"]

        bar = window.data.fit_bar
        assert "x ← 3 columns" in bar.sentence.full_text
        assert "outcome → 2 classes" in bar.sentence.full_text
        click(button(bar, "Fit the model to the data"))
        assert not bar.fit_button.isVisible()
        assert bar.detail.full_text == "The model takes these data as it is."

        trained(window)
        panel = window.panels.training.panel()
        assert panel.state.text() == "Completed"
        rows = panel.table.rows()
        assert [row.epoch for row in rows] == [1, 2, 3]
        assert all(row.validation is not None and row.validation.samples == 16 for row in rows)
        assert math.isfinite(rows[-1].validation.loss)

        press(Qt.Key.Key_S, CONTROL)
        assert not window.isWindowModified()
        kept.append(window.workspace.project)
        assert read(path).data == kept[0].data
        press(Qt.Key.Key_Q, CONTROL)
        answers.all_came()

    def again(window: MainWindow) -> None:
        answers.add(path)
        press(Qt.Key.Key_O, CONTROL)
        assert window.workspace.project == kept[0]
        press(Qt.Key.Key_F3, CONTROL)
        has_read(window)
        assert window.page == "data"
        assert window.data.page.spec == kept[0].data
        assert window.data.content.split.bars.texts()[0] == "Training 64 (80%)"
        assert not window.isWindowModified()
        press(Qt.Key.Key_Q, CONTROL)
        answers.all_came()

    assert journey(person) == 0
    assert journey(again) == 0


def test_what_cannot_be_read_is_mended_and_tried_again(
    journey: Journey, answers: Answers, tmp_path: Path
) -> None:
    broken = tmp_path / "visits.csv"
    broken.write_text("a,b,c\n1,2,3\n4,5\n6,7,8\n", encoding="utf-8")

    def person(window: MainWindow) -> None:
        opened(window, answers, tmp_path / "mine.nns", mlp())
        before = window.workspace.project
        drop(window, broken)
        has_read(window)
        view = window.data
        assert view.state == "refused"
        assert view.refusal.title.text() == "visits.csv cannot be read"
        assert "line 3" in view.refusal.sentence.full_text
        assert window.workspace.project == before
        click(button(view.refusal, "Try again"))
        has_read(window)
        assert view.state == "refused"
        patients(broken)
        click(button(view.refusal, "Try again"))
        has_read(window)
        assert view.state == "content"
        assert len(view.page.spec.fields) == 5
        assert window.workspace.project.data == view.page.spec
        press(Qt.Key.Key_Z, CONTROL)
        assert window.workspace.project == before

    assert journey(person) == 0


def test_a_folder_of_pictures_is_resized_and_trained(
    journey: Journey, answers: Answers, tmp_path: Path
) -> None:
    folder = shapes(tmp_path / "shapes")

    def person(window: MainWindow) -> None:
        opened(window, answers, tmp_path / "mine.nns", convolution())
        drop(window, folder)
        has_read(window)
        page, content = window.data.page, window.data.content
        assert [field.kind for field in page.spec.fields][:1] == ["image"]
        assert page.spec.by_name["class"].classes == ("dark", "light")
        assert len(page.spec.preparation) == 1

        card = content.preparation.cards[0]
        click(card.fold_button)
        for name in ("width", "height"):
            editor = card.form.rows[name].editor
            click(editor)
            press(Qt.Key.Key_A, CONTROL)
            QTest.keyClicks(editor, "12")
            press(Qt.Key.Key_Return)
            has_read(window)
            assert content.preparation.cards[0] is card
        assert page.spec.fields[0].shape == (3, 12, 12)

        click(button(window.data.fit_bar, "Fit the model to the data"))
        assert window.data.fit_bar.detail.full_text == "The model takes these data as it is."
        trained(window)
        rows = window.panels.training.panel().table.rows()
        assert [row.epoch for row in rows] == [1]
        assert rows[0].validation is not None

    assert journey(person) == 0


def test_a_source_that_another_program_changes_is_read_again(
    journey: Journey, answers: Answers, tmp_path: Path
) -> None:
    path = patients(tmp_path / "patients.csv")

    def back(window: MainWindow) -> None:
        """Come back from another program."""
        QApplication.sendEvent(window, QEvent(QEvent.Type.WindowActivate))
        has_read(window)

    def person(window: MainWindow) -> None:
        opened(window, answers, tmp_path / "mine.nns", mlp())
        drop(window, path)
        has_read(window)
        view, page = window.data, window.data.page
        content = view.content
        choose_in(content.fields.view, row_of(content, "ward"), 1, "Ignored")
        has_read(window)
        back(window)
        assert not view.notice.isVisible()
        path.touch()
        back(window)
        assert not view.notice.isVisible(), "what is in it is the same"

        text = path.read_text("utf-8")
        path.write_text(text + "50,170,70,A,well\n", encoding="utf-8")
        back(window)
        assert view.notice.sentence.text() == "patients.csv was changed by another program."
        click(view.notice.close_button)
        back(window)
        assert not view.notice.isVisible(), "it is told once"
        path.write_text(text + "50,170,70,A,well\n" * 2, encoding="utf-8")
        back(window)
        click(button(view.notice, "Read again"))
        has_read(window)
        assert not view.notice.isVisible()
        assert page.overview is not None
        assert len(page.overview.samples) == 82
        assert page.spec.by_name["ward"].role == "ignored"

        path.write_text(text.replace("ward", "station"), encoding="utf-8")
        back(window)
        click(button(view.notice, "Read again"))
        has_read(window)
        assert view.state == "content", view.refusal.sentence.full_text
        assert "station" in page.spec.by_name
        press(Qt.Key.Key_Z, CONTROL)
        has_read(window)
        assert "ward" in page.spec.by_name

        path.unlink()
        back(window)
        assert (
            view.notice.sentence.text() == "patients.csv was deleted or moved by another program."
        )

    assert journey(person) == 0
