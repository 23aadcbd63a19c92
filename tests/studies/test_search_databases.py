"""Searches whose trials are in a database: SQLite, and a PostgreSQL server where there is one."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from nnstudio.project.search.space import Space, WholeRange
from nnstudio.studies.errors import StudyError
from nnstudio.studies.search import storage_url
from nnstudio.studies.search.folder import StudyFolder
from nnstudio.studies.search.plan import Limits
from nnstudio.studies.search.result import Follower
from nnstudio.studies.search.start import begin
from tests import postgres
from tests.fake_search import plan, work


def test_a_worker_works_in_a_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    folder = begin(tmp_path / "s", plan(storage="sqlite:///here.db", limits=Limits(trials=2)))
    work(folder)
    monkeypatch.chdir("/")  # whoever joins may be elsewhere
    again = StudyFolder.open(folder.path)
    again.change(limits=Limits(trials=3))
    work(again)
    assert [row.state for row in Follower(again).result().rows] == ["completed"] * 3


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("postgresql://me:a%40b@host:5/db", "postgresql://me@host:5/db"),
        (
            "mysql+pymysql://me:x@host/db?password=y&charset=utf8",
            "mysql+pymysql://me@host/db?charset=utf8",
        ),
        ("postgresql:///db", "postgresql:///db"),
    ],
)
def test_a_password_is_not_written_down(given: str, written: str) -> None:
    assert storage_url.plain(given) == written
    assert storage_url.whole(written, given) == given


def test_the_password_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(storage_url.VARIABLE, "postgresql://me:x@host/db")
    assert storage_url.whole("postgresql://me@host/db") == "postgresql://me:x@host/db"
    assert storage_url.whole("postgresql://me@host/other") == "postgresql://me@host/other"
    assert storage_url.whole("") == ""
    with pytest.raises(StudyError, match="leave out --storage, or give that one"):
        storage_url.whole("postgresql://me@host/db", "postgresql://you:x@host/db")


@pytest.mark.slow
@pytest.mark.skipif(bool(postgres.missing()), reason=postgres.missing())
def test_four_processes_share_a_postgresql_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    points = 200
    space = Space(axes=(WholeRange(name="model.hidden", low=1, high=points),))
    with postgres.server() as url:
        made = plan(sampler="grid", space=space, limits=Limits(), storage=url)
        begin(tmp_path, made)
        assert postgres.PASSWORD not in (tmp_path / "study.json").read_text()
        with pytest.raises(StudyError, match=r"~/.pgpass, PGPASSWORD, the whole URL in NNSTUDIO"):
            Follower(StudyFolder.open(tmp_path))
        monkeypatch.setenv(storage_url.VARIABLE, url)
        command = [sys.executable, "-m", "tests.fake_search", str(tmp_path)]
        started = [subprocess.Popen(command) for _ in range(4)]
        assert [one.wait(900) for one in started] == [0] * 4
        rows = Follower(StudyFolder.open(tmp_path)).result().rows
    assert [row.point["model.hidden"] for row in rows] == list(range(1, points + 1))
    assert Counter(row.state for row in rows) == {"completed": points}
    # a training that was begun twice would have two lines
    lines = [len(log.read_text().splitlines()) for log in tmp_path.glob("runs/*/epochs.jsonl")]
    assert lines == [1] * points
    assert 1 < len({row.worker for row in rows}) <= 4
