"""Runs under the titles of their model, opened and closed by keys; ten thousand stay smooth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from nnstudio.runs.store import RunStore
from nnstudio.ui.window.main_window import MainWindow
from nnstudio.workspace.runs_page.grouping import Grouping, GroupLine
from nnstudio.workspace.runs_page.rows import RunRow
from tests.runs_made_up import write_run
from tests.small_projects import small_project


def lines(window: MainWindow) -> list[str]:
    """What stands at the beginning of each line of the table."""
    found = window.runs.table.rows
    column = [column.id for column in found.columns].index("name")
    return [str(found.index(row, column).data()) for row in range(found.rowCount())]


def test_groups_are_opened_and_closed_and_say_their_best(
    open_window: Callable[[], MainWindow], qtbot: QtBot, tmp_path: Path
) -> None:
    store = RunStore(tmp_path / "runs")
    for k, (name, group) in enumerate((("a", "s1"), ("b", "s1"), ("c", ""))):
        record = {"name": name, "group": group, "created": f"2026-01-0{k + 1}T00:00:00+00:00"}
        write_run(store, small_project(), seed=k, level=(0.2, 0.5, 0.3)[k], record=record)
    window = open_window()
    window.show_runs()
    qtbot.waitUntil(lambda: len(lines(window)) == 3, timeout=20_000)
    menu = window.runs.content.head.group_menu()
    next(action for action in menu.actions() if action.text() == "Study").trigger()
    menu.close()
    assert lines(window) == ["No study", "c", "s1", "b", "a"]
    table = window.runs.table
    group = table.rows.rows[2]
    assert isinstance(group, GroupLine)
    assert (group.count, group.best and group.best.record.name) == (2, "a")
    table.setFocus()
    table.setCurrentIndex(table.rows.index(2, 2))
    assert window.runs.page.selection is not None
    assert window.runs.page.selection.record.name == "c"  # a title selects no run
    QTest.keyClick(table, Qt.Key.Key_Left)
    assert lines(window) == ["No study", "c", "s1"]
    assert table.currentIndex().row() == 2
    assert table.selected_ids() == ()
    QTest.keyClick(table, Qt.Key.Key_Space)
    assert lines(window) == ["No study", "c", "s1", "b", "a"]
    assert table.as_text().count("\n") == 3
    window = open_window()
    window.show_runs()
    assert window.runs.page.grouping.by == "study"


def test_ten_thousand_runs_are_grouped_at_once(tmp_path: Path) -> None:
    recorder = write_run(RunStore(tmp_path), small_project())
    row = RunRow(recorder.record, 1)
    rows = [
        replace(row, record=row.record.with_values(id=f"{k}", model=f"m{k % 7}"))
        for k in range(10_000)
    ]
    grouping = Grouping()
    assert grouping.lines(rows) is rows
    grouping.group_by("model")
    assert len(grouping.lines(rows)) == 10_007
    grouping.close_all(rows)
    found = grouping.lines(rows)
    assert [getattr(line, "count", 0) for line in found] == [1429] * 4 + [1428] * 3
    grouping.toggle("model: m3")
    assert len(grouping.lines(rows)) == 7 + 1429
