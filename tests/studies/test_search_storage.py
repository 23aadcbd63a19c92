"""The storage of a search: Optuna's private names, torn logs, locks left behind, waiting trials."""

from __future__ import annotations

import threading
from pathlib import Path

import optuna
import pytest

from nnstudio.studies.errors import StudyError
from nnstudio.studies.search import optuna_store
from nnstudio.studies.search.folder_lock import FolderLock
from nnstudio.studies.search.optuna_store import (
    attach,
    create_study,
    cut_torn_tail,
    id_of,
    load_study,
    open_storage,
    queue,
    set_attributes,
    trial_of,
)

RANGE = optuna.distributions.FloatDistribution(0, 1)


def storages(folder: Path) -> list[str]:
    return [f"journal:{folder / 'a.log'}", f"sqlite:///{folder / 'a.db'}"]


def study_at(where: str) -> optuna.study.Study:
    storage = open_storage(where)
    create_study(storage, "one", ["maximize"])
    return load_study(storage, "one")


@pytest.mark.parametrize("kind", [0, 1])
def test_the_private_names_are_those_of_this_optuna(tmp_path: Path, kind: int) -> None:
    where = storages(tmp_path)[kind]
    study = study_at(where)
    queue(study, {"x": 0.25}, {"x": RANGE}, {"retry_of": 3})
    asked = study.ask()
    # another process: the same trial again, with what was queued
    again = load_study(open_storage(where), "one")
    trial = attach(again, id_of(asked))
    assert optuna_store.suggest_one(trial, "x", RANGE) == 0.25
    frozen = trial_of(again, asked.number)
    set_attributes(again, frozen, {"run": "here"})
    trial.report(0.5, 1)
    again.tell(asked.number, 0.75)
    told = trial_of(study, asked.number)
    assert (told.value, told.params, told.intermediate_values) == (0.75, {"x": 0.25}, {1: 0.5})
    assert told.user_attrs == {"retry_of": 3, "run": "here"}


@pytest.mark.parametrize("kind", [0, 1])
def test_a_waiting_trial_is_given_to_one_worker(tmp_path: Path, kind: int) -> None:
    where = storages(tmp_path)[kind]
    study = study_at(where)
    for number in range(12):
        queue(study, {"x": number / 16}, {"x": RANGE}, {})
    got: list[int] = []

    def ask() -> None:
        mine = load_study(open_storage(where), "one")
        for _ in range(4):
            got.append(mine.ask().number)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == list(range(12))


@pytest.mark.parametrize("torn", [b'{"op_code": 4, "tri', b"x" * 200_000])
def test_a_torn_line_is_cut_off_before_the_next(tmp_path: Path, torn: bytes) -> None:
    path = tmp_path / "a.log"
    study = study_at(f"journal:{path}")
    study.tell(study.ask(), 1.0)
    with path.open("ab") as stream:
        stream.write(torn)
    study.tell(study.ask(), 2.0)  # by who had it open, before anybody opens it anew
    found = load_study(open_storage(f"journal:{path}"), "one")
    assert [trial.value for trial in found.trials] == [1.0, 2.0]


@pytest.mark.parametrize("line", [b"\x00\x00\x00no record\n", b"5\n", b'{"op_code": 77}\n'])
def test_a_damaged_line_is_told_also_to_who_has_the_log_open(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "a.log"
    study = study_at(f"journal:{path}")
    with path.open("ab") as stream:
        stream.write(line)
    with pytest.raises(StudyError, match=r"is damaged: .* --rebuild makes the trials again"):
        study.get_trials()
    with pytest.raises(StudyError, match="is damaged"):
        open_storage(f"journal:{path}", reading=True)


def test_looking_writes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    with pytest.raises(StudyError, match="is missing, the log of the trials"):
        open_storage(f"journal:{path}", reading=True)
    study = study_at(f"journal:{path}")
    study.tell(study.ask(), 1.0)
    with path.open("ab") as stream:
        stream.write(b'{"op_code": 4, "tri')
    before = path.read_bytes()
    found = load_study(open_storage(f"journal:{path}", reading=True), "one")
    assert (len(found.trials), path.read_bytes()) == (1, before)
    assert [one.name for one in tmp_path.iterdir()] == ["a.log"]


def test_a_file_of_one_torn_line_is_emptied(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_bytes(b"half a li")
    cut_torn_tail(path)
    assert path.read_bytes() == b""


def test_a_lock_left_behind_is_taken_away_and_not_released_by_its_old_holder(
    tmp_path: Path,
) -> None:
    slow, fast = (FolderLock(tmp_path / "lock", grace=0.05) for _ in range(2))
    slow.acquire()
    fast.acquire()
    slow.release()
    assert (tmp_path / "lock").exists()
    fast.release()
    assert list(tmp_path.iterdir()) == []


def test_storages_that_cannot_be_had_are_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="A storage is expected as journal:PATH"):
        open_storage("somewhere")
    with pytest.raises(StudyError, match=r"cannot be opened|needs a package") as refused:
        open_storage("postgresql://me:secret@localhost:1/none")
    assert "secret" not in str(refused.value)
    storage = open_storage(f"journal:{tmp_path / 'a.log'}")
    with pytest.raises(StudyError, match="no study named 'one'"):
        load_study(storage, "one")
    create_study(storage, "one", ["maximize"])
    create_study(storage, "one", ["maximize"])
    with pytest.raises(StudyError, match="other objectives"):
        create_study(storage, "one", ["minimize"])


def test_no_study_prunes_unless_it_is_told_to(tmp_path: Path) -> None:
    study = study_at(f"journal:{tmp_path / 'a.log'}")
    assert isinstance(study.pruner, optuna.pruners.NopPruner)
