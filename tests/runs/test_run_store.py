"""The run store: what is put in comes out, also from another store on the same folder."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

import nnstudio
from nnstudio.runs.errors import RunStoreError
from nnstudio.runs.index import FILE, Wanted
from nnstudio.runs.owner import Ownership
from nnstudio.runs.record import RECORD, RunRecord, read_record, write_record
from nnstudio.runs.states import State
from nnstudio.runs.store import VARIABLE, RunStore, new_id, now


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "runs")


def made(store: RunStore, name: str, folder: Path | None = None, **values: Any) -> RunRecord:
    folder = folder or store.new_folder()
    folder.mkdir(parents=True)
    given = {"id": new_id(), "created": now(), "state": State.COMPLETED, **values}
    record = RunRecord(name=name, folder=folder, **given)
    write_record(record)
    store.put(record)
    return record


def names(records: list[RunRecord]) -> list[str]:
    return [record.name for record in records]


def test_what_is_put_in_is_found_from_another_store(store: RunStore) -> None:
    run = made(store, "CNN", settings={"epochs": 2}, result={"best": {"loss": 0.5}}, tags=("a",))
    other = RunStore(store.folder)
    assert other.list() == [run]
    assert other.get(run.id) == run
    assert other.get(str(run.folder)) == run


def test_newest_first_and_delete(store: RunStore) -> None:
    runs = [made(store, f"run {n}") for n in range(3)]
    assert names(store.list()) == ["run 2", "run 1", "run 0"]
    store.delete(runs[1].id)
    assert names(store.list()) == ["run 2", "run 0"]
    assert not runs[1].folder.exists()
    for gone in (runs[1].id, "../..", ""):
        with pytest.raises(RunStoreError, match="no run"):
            store.get(gone)
    with pytest.raises(RunStoreError, match="no run"):
        store.delete("../..")


def test_a_beginning_of_an_id_is_enough_if_no_other_has_it(store: RunStore) -> None:
    made(store, "one", id="20260101-aa")
    made(store, "two", id="20260102-bb")
    assert store.get("20260101").name == "one"
    with pytest.raises(RunStoreError, match=r"2 runs begin with 202601 .*: give more of the id"):
        store.get("202601")


def test_name_note_star_tags_and_group(store: RunStore) -> None:
    run = made(store, "first")
    store.change(run.id, name="wider", note="better with 0.2")
    changed = store.change(run.id, star=True, tags=("good", "wide"), group="study")
    assert (changed.name, changed.note) == ("wider", "better with 0.2")
    assert read_record(run.folder) == changed
    assert store.groups() == ("study",)
    with pytest.raises(ValueError, match="state"):
        store.change(run.id, state="Completed")


def test_filters_and_pages(store: RunStore) -> None:
    for n in range(6):
        made(
            store,
            f"run {n}",
            state=State.FAILED if n % 2 else State.COMPLETED,
            group="a" if n < 3 else "b",
            tags=("x",) if n == 4 else ("xy",),
            star=n == 5,
            note="Odd" if n % 2 else "",
        )
    assert names(store.find(Wanted(states=(State.FAILED,)))) == ["run 5", "run 3", "run 1"]
    assert names(store.find(Wanted(group="a"))) == ["run 2", "run 1", "run 0"]
    assert names(store.find(Wanted(tag="x"))) == ["run 4"]
    assert names(store.find(Wanted(star=True))) == ["run 5"]
    assert names(store.find(Wanted(text="oDD", group="b"))) == ["run 5", "run 3"]
    assert names(store.find(limit=2, offset=3)) == ["run 2", "run 1"]
    assert store.count(Wanted(group="b")) == 3


def test_the_trash_can_be_taken_back_until_it_is_emptied(store: RunStore) -> None:
    keep, gone = made(store, "keep"), made(store, "gone")
    store.trash(gone.id)
    assert names(store.list()) == ["keep"]
    assert names(store.find(Wanted(trashed=True))) == ["gone"]
    store.take_back(gone.id)
    assert names(store.list()) == ["gone", "keep"]
    store.trash(gone.id)
    assert RunStore(store.folder).empty_trash() == 1
    assert not gone.folder.exists()
    assert keep.folder.exists()


def test_only_what_belongs_to_the_run_is_removed(store: RunStore, tmp_path: Path) -> None:
    run = made(store, "mine", tmp_path / "work" / "run")
    (run.folder / "thesis.txt").write_text("a year of work")
    store.delete(run.id)
    assert [path.name for path in run.folder.iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize("damage", ["gone", "not a database", "of an older version"])
def test_the_index_is_made_again_from_the_folders(
    store: RunStore, tmp_path: Path, damage: str
) -> None:
    runs = [made(store, "here"), made(store, "elsewhere", tmp_path / "work" / "run", note="n")]
    index = store.folder / FILE
    if damage == "gone":
        index.unlink()
    elif damage == "not a database":
        index.write_bytes(b"what is this" * 1000)
    else:
        import sqlite3
        from contextlib import closing

        with closing(sqlite3.connect(index)) as opened, opened:
            opened.execute("PRAGMA user_version = 1")
    assert {run.id: run for run in RunStore(store.folder).list()} == {run.id: run for run in runs}


def test_what_others_write_or_remove_is_seen(store: RunStore) -> None:
    one, two = made(store, "one"), made(store, "two")
    write_record(one.with_values(name="renamed elsewhere"))
    (two.folder / RECORD).unlink()
    (store.folder / "damaged").mkdir()
    (store.folder / "damaged" / RECORD).write_text("{")
    assert names(store.list()) == ["renamed elsewhere"]


def test_a_run_whose_owner_has_gone_is_lost(store: RunStore) -> None:
    run = made(store, "killed", state=State.RUNNING)
    owner = Ownership(run.folder)
    assert names(store.find()) == ["killed"]
    assert store.get(run.id).state is State.RUNNING
    with pytest.raises(RunStoreError, match="'killed' is running: stop it first"):
        store.trash(run.id)
    owner.release()
    assert store.list()[0].state is State.LOST
    assert read_record(run.folder).state is State.LOST
    assert json.loads((run.folder / RECORD).read_text())["state"] == "Running"  # not ours


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", r"run\.json is damaged: Invalid JSON"),
        ("[]", r"run\.json is damaged"),
        ('{"id": "a", "name": "b", "created": "c", "state": "Flying"}', "damaged: 'state'"),
        ('{"id": "a", "name": 3, "created": "c"}', "damaged: 'name'"),
        ('{"format": 9, "id": "a", "name": "b", "created": "c"}', "newer version"),
    ],
)
def test_a_damaged_record_is_one_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    (tmp_path / RECORD).write_text(text)
    with pytest.raises(RunStoreError, match=sentence) as error:
        read_record(tmp_path)
    assert "\n" not in str(error.value)


def test_from_several_threads(store: RunStore) -> None:
    threads = [threading.Thread(target=made, args=(store, str(n))) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(names(store.list())) == [str(n) for n in range(8)]


def test_a_folder_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RunStoreError, match="Runs cannot be kept in"):
        RunStore(tmp_path / "file")


def test_all_runs_from_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    assert nnstudio.runs() == []
    run = made(RunStore(), "mine")
    assert nnstudio.runs() == [run]


def test_needs_no_torch() -> None:
    code = "import sys, nnstudio; nnstudio.runs(); assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
