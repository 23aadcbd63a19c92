"""The run store: what is put in comes out, also from another store on the same folder."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from nnstudio.runs.store import RunStore, RunStoreError


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "runs")


def test_a_run_from_beginning_to_end(store: RunStore) -> None:
    made = store.create("CNN", '{"format": "nnstudio"}\n', {"epochs": 2}, {"device": "CPU"})
    assert (made.name, made.state, made.ended, made.settings) == (
        "CNN",
        "Created",
        None,
        {"epochs": 2},
    )
    assert made.folder.is_dir()
    assert store.set_state(made.id, "Running").state == "Running"
    store.append_event(made.id, {"event": "epoch_done", "epoch": 1})
    ended = store.finish(made.id, "Completed", {"accuracy": 0.98})
    assert ended.ended is not None
    assert ended.ended >= ended.created

    other = RunStore(store.folder)
    assert other.list() == [ended]
    assert other.get(made.id).result == {"accuracy": 0.98}
    assert other.project(made.id) == '{"format": "nnstudio"}\n'
    assert other.facts(made.id)["device"] == "CPU"
    assert "python" in other.facts(made.id)
    assert json.loads((ended.folder / "result.json").read_text()) == {"accuracy": 0.98}


def test_newest_first_and_delete(store: RunStore) -> None:
    runs = [store.create(f"run {n}", "", {}) for n in range(3)]
    assert [run.name for run in store.list()] == ["run 2", "run 1", "run 0"]
    store.delete(runs[1].id)
    assert [run.name for run in store.list()] == ["run 2", "run 0"]
    assert not runs[1].folder.exists()
    with pytest.raises(RunStoreError, match="no run"):
        store.get(runs[1].id)
    with pytest.raises(RunStoreError, match="no run"):
        store.delete("../..")


def test_name_and_note(store: RunStore) -> None:
    run = store.create("first", "", {})
    store.rename(run.id, "wider")
    assert store.annotate(run.id, "better with 0.2").name == "wider"
    assert store.get(run.id).note == "better with 0.2"


def test_history_takes_the_later_of_two_and_survives_a_crash(store: RunStore) -> None:
    run = store.create("resumed", "", {})
    for epoch, loss in ((1, 1.0), (2, 0.5), (2, 0.4), (3, 0.3)):
        store.append_event(run.id, {"event": "epoch_done", "epoch": epoch, "loss": loss})
    store.append_event(run.id, {"event": "paused"})
    with (run.folder / "events.jsonl").open("a") as stream:
        stream.write('{"event": "epoch_do')
    assert [entry["loss"] for entry in store.history(run.id)] == [1.0, 0.4, 0.3]
    assert len(store.events(run.id)) == 5


def test_from_several_threads(store: RunStore) -> None:
    threads = [threading.Thread(target=store.create, args=(str(n), "", {})) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(run.name for run in store.list()) == [str(n) for n in range(8)]


def test_a_folder_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RunStoreError, match="Runs cannot be kept in"):
        RunStore(tmp_path / "file")


def test_needs_no_torch() -> None:
    code = "import sys, nnstudio.runs.store; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
