"""A report is written from the page Runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pytestqt.qtbot import QtBot

from nnstudio.ui.window.main_window import MainWindow
from tests.kept_runs import table, train_kinds
from tests.report.read_page import Page
from tests.studies_made_up import search


def test_a_report_is_written_from_the_page(
    open_window: Callable[[], MainWindow], qtbot: QtBot, tmp_path: Path
) -> None:
    train_kinds(tmp_path / "runs" / "kinds", table(tmp_path / "kinds.csv"))
    window = open_window()
    assert window.actions_table.reason("runs.report") == "Go to the page Runs first."
    window.show_runs()
    qtbot.waitUntil(lambda: not window.runs.jobs.is_busy, timeout=20_000)
    reporting, path = window.runs.reporting, tmp_path / "report.html"
    opened: list[Path] = []
    reporting.open_file = opened.append
    reporting.ask_file = lambda _name: tmp_path / "nowhere" / "report.html"
    assert window.actions_table.run("runs.report")
    qtbot.waitUntil(lambda: "There is no report of" in reporting.notice.sentence.text())
    reporting.ask_file = lambda _name: path
    assert window.actions_table.run("runs.report")
    assert "already" in str(window.actions_table.reason("runs.report"))
    qtbot.waitUntil(
        lambda: "opens in any browser" in reporting.notice.sentence.text(), timeout=60_000
    )
    reporting.notice.choose("Open the report")
    assert opened == [path]
    assert Page(path.read_text("utf-8")).headings[0] == "Kinds"


def test_a_report_is_written_from_the_page_studies(
    open_window: Callable[[], MainWindow], qtbot: QtBot, tmp_path: Path
) -> None:
    search(tmp_path / "studies", "s1", "Rates", 3, done=3)
    window = open_window()
    assert window.actions_table.reason("studies.report") == "Go to the page Studies first."
    assert window.actions_table.run("page.studies")
    view = window.studies
    qtbot.waitUntil(lambda: not (view.jobs.is_busy or view.acting.is_busy), timeout=60_000)
    path = tmp_path / "search.html"
    view.reporting.ask_file = lambda _name: path
    assert window.actions_table.run("studies.report")
    said = view.reporting.notice.sentence
    qtbot.waitUntil(lambda: "opens in any browser" in said.text(), timeout=60_000)
    assert len(Page(path.read_text("utf-8")).table("The best trials")) == 4
