"""Workers of a search with a formula for a model: each point once, kills, limits, seeds."""

from __future__ import annotations

import contextlib
import math
import shutil
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import optuna
import pytest

from nnstudio.project.search.space import Choices, Space, WholeRange
from nnstudio.studies.errors import StudyError
from nnstudio.studies.search.folder import StudyFolder, WorkerBeat
from nnstudio.studies.search.heartbeat import Observer
from nnstudio.studies.search.optuna_store import (
    load_study,
    open_storage,
    set_attributes,
    trial_of,
)
from nnstudio.studies.search.plan import Limits, Objective
from nnstudio.studies.search.result import Follower
from nnstudio.studies.search.start import begin, resume
from nnstudio.studies.search.trials import said_of
from nnstudio.studies.search.worker import Told
from tests.fake_search import FakeTrainer, plan, work


def trials(folder: StudyFolder) -> list[optuna.trial.FrozenTrial]:
    found: list[optuna.trial.FrozenTrial] = load_study(
        open_storage(folder.storage), folder.name
    ).trials
    return found


def states(folder: StudyFolder) -> list[str]:
    return [trial.state.name for trial in trials(folder)]


def processes(folder: StudyFolder, *arguments: tuple[str, ...]) -> list[int]:
    command = [sys.executable, "-m", "tests.fake_search", str(folder.path)]
    started = [subprocess.Popen([*command, *more]) for more in arguments]
    return [one.wait(120) for one in started]


def each_point_once(path: Path, points: int, workers: int) -> None:
    space = Space(axes=(WholeRange(name="model.hidden", low=1, high=points),))
    folder = begin(path, plan(sampler="grid", space=space, limits=Limits()))
    assert processes(folder, *[()] * workers) == [0] * workers
    found = trials(folder)
    assert [trial.params["model.hidden"] for trial in found] == list(range(1, points + 1))
    assert {trial.state.name for trial in found} == {"COMPLETE"}
    # a training that was begun twice would have two lines
    lines = [len(log.read_text().splitlines()) for log in path.glob("runs/*/epochs.jsonl")]
    assert lines == [1] * points
    assert 1 < len({said_of(trial)["worker"] for trial in found}) <= workers


def test_three_processes_do_each_point_once(tmp_path: Path) -> None:
    each_point_once(tmp_path, 24, 3)


@pytest.mark.slow
def test_four_processes_do_each_of_200_points_once(tmp_path: Path) -> None:
    each_point_once(tmp_path, 200, 4)


def test_a_killed_training_goes_on_under_its_number(tmp_path: Path) -> None:
    folder = begin(tmp_path, plan(limits=Limits(trials=3)))
    assert processes(folder, ("1", "2")) == [-9]
    assert states(folder) == ["COMPLETE", "RUNNING"]
    work(folder, FakeTrainer(tmp_path, epochs=4))
    found = trials(folder)
    assert [trial.state.name for trial in found] == ["COMPLETE"] * 3
    assert [said_of(trial)["attempt"] for trial in found] == [1, 2, 1]
    assert len((tmp_path / "runs" / "t1" / "epochs.jsonl").read_text().splitlines()) == 4


def test_one_that_was_finished_but_not_told_is_told(tmp_path: Path) -> None:
    folder = begin(tmp_path, plan(limits=Limits(trials=1)))
    assert processes(folder, ("0", "4")) == [-9]
    trainer = FakeTrainer(tmp_path, epochs=4)
    work(folder, trainer)
    assert states(folder) == ["COMPLETE"]
    assert trainer.asked == 0


def test_one_without_a_checkpoint_begins_anew_three_times_at_most(tmp_path: Path) -> None:
    class Gone(FakeTrainer):
        def can_go_on(self, run: Path, gone: object = None) -> bool:
            return False

        def train(self, *arguments: Any) -> Any:
            arguments[1].begins_in(self.folder)
            raise KeyboardInterrupt  # the worker ends without a word of the trial

        def finished(self, run: Path) -> None:
            return None

    folder = begin(tmp_path, plan(limits=Limits(trials=1)))
    for _ in range(3):
        with pytest.raises(KeyboardInterrupt):
            work(folder, Gone(tmp_path))
    assert work(folder, Gone(tmp_path)) == "All 1 trials are done."
    found = trials(folder)
    assert [trial.state.name for trial in found] == ["FAIL"]
    assert "3 times" in said_of(found[-1])["sentence"]


def test_a_grid_gives_all_valid_points_in_order(tmp_path: Path) -> None:
    space = Space(
        axes=(
            Choices(name="model.hidden", choices=(4, 6)),
            Choices(name="model.heads", choices=(1, 2, 3)),
        )
    )
    joined = ((("model.hidden", "model.heads"), ("4x1", "4x2", "6x1", "6x2", "6x3")),)
    folder = begin(tmp_path, plan(sampler="grid", space=space, joined=joined, limits=Limits()))
    got: list[tuple[int, int]] = []

    def value(point: dict[str, Any]) -> float:
        if not got or got[-1] != tuple(point.values()):
            got.append((point["model.hidden"], point["model.heads"]))
        return 0.5

    assert work(folder, FakeTrainer(tmp_path, value=value)) == "All points of the grid are done."
    assert got == [(4, 1), (4, 2), (6, 1), (6, 2), (6, 3)]


@pytest.mark.parametrize("sampler", ["random", "tpe"])
def test_the_same_seed_gives_the_same_points_after_a_resume(tmp_path: Path, sampler: str) -> None:
    whole = begin(tmp_path / "whole", plan(sampler=sampler, limits=Limits(trials=12)))
    work(whole)
    parts = begin(tmp_path / "parts", plan(sampler=sampler, limits=Limits(trials=5)))
    work(parts)
    again = StudyFolder.open(parts.path)
    again.change(limits=Limits(trials=12))
    resume(again)
    work(again)
    points = [[trial.params for trial in trials(one)] for one in (whole, parts)]
    assert points[0] == points[1]
    assert len(set(map(str, points[0]))) > 6


def test_refused_points_cost_nothing_and_are_not_counted(tmp_path: Path) -> None:
    folder = begin(tmp_path, plan(limits=Limits(trials=4)))
    told: list[Told] = []

    def refuses(point: dict[str, Any]) -> str | None:
        return "hidden is expected below 40." if point["model.hidden"] >= 40 else None

    work(folder, FakeTrainer(tmp_path, refuses=refuses), told=told.append)
    counted = Counter(states(folder))
    assert counted["COMPLETE"] == 4
    assert counted["PRUNED"] == len([one for one in told if one.kind == "rejected"]) > 0
    assert len(list((tmp_path / "runs").iterdir())) == 4
    pruned = next(one for one in trials(folder) if one.state.name == "PRUNED")
    assert said_of(pruned)["rejected"] == "hidden is expected below 40."


def test_an_objective_that_is_no_number_fails_with_a_sentence(tmp_path: Path) -> None:
    folder = begin(tmp_path, plan(limits=Limits(trials=1)))
    work(folder, FakeTrainer(tmp_path, value=lambda point: math.nan))
    (trial,) = trials(folder)
    assert trial.state.name == "FAIL"
    assert said_of(trial)["sentence"] == (
        "The objective accuracy is not a finite number (nan): the training has diverged."
    )


def test_an_objective_that_no_epoch_has_is_named_with_those_there_are(tmp_path: Path) -> None:
    folder = begin(tmp_path, plan(objectives=(Objective.of("macro_f1"),), limits=Limits()))
    assert "10 trials in a row have failed" in work(folder)
    assert said_of(trials(folder)[0])["sentence"] == (
        "The objective macro_f1 has no value: this training has accuracy, loss."
    )


def test_two_objectives(tmp_path: Path) -> None:
    both = (Objective.of("accuracy"), Objective.of("parameters"))
    folder = begin(tmp_path, plan(objectives=both, sampler="tpe", epochs=20))
    work(folder)
    assert all(trial.values[1] == 10.0 for trial in trials(folder))


def test_bad_trials_are_pruned(tmp_path: Path) -> None:
    folder = begin(tmp_path, plan(epochs=10, limits=Limits(trials=12)))
    work(folder, FakeTrainer(tmp_path, epochs=10))
    pruned = [trial for trial in trials(folder) if trial.state.name == "PRUNED"]
    assert pruned
    assert all(trial.number >= 5 for trial in pruned)
    assert all(said_of(trial)["epochs"] < 10 for trial in pruned)


def test_stop_resume_and_pause(tmp_path: Path) -> None:
    folder = begin(tmp_path, plan(limits=Limits(trials=2)))
    trainer = FakeTrainer(tmp_path, epochs=3)
    told: list[Told] = []

    def stops(event: Told) -> None:
        told.append(event)
        if event.kind == "epoch" and len(told) < 4:
            folder.change("stop")
            worker_looks_now()

    from nnstudio.studies.search import worker as module

    def worker_looks_now() -> None:
        module._LOOK_SECONDS = 0.0  # type: ignore[attr-defined]

    before = module._LOOK_SECONDS
    try:
        assert work(folder, trainer, told=stops) == "The search is stopped."
        assert states(folder) == ["FAIL"]
        assert resume(folder) == 1
        folder.change("pause")
        thread = threading.Timer(0.2, lambda: folder.change("run"))
        thread.start()
        assert work(folder, trainer) == "All 2 trials are done."
        thread.join()
    finally:
        module._LOOK_SECONDS = before
    assert states(folder) == ["FAIL", "COMPLETE", "COMPLETE"]
    # the second went on where the first was cut
    assert len((tmp_path / "runs" / "t0" / "epochs.jsonl").read_text().splitlines()) == 3


def test_a_worker_that_leaves_is_gone_on_with(tmp_path: Path) -> None:
    folder = begin(tmp_path, plan(limits=Limits(trials=1)))
    leaving: list[Told] = []
    told = work(
        folder,
        FakeTrainer(tmp_path, epochs=3),
        leaves=lambda: any(one.kind == "epoch" for one in leaving),
        told=leaving.append,
    )
    assert told == "This worker was told to leave."
    assert states(folder) == ["RUNNING"]
    work(folder, FakeTrainer(tmp_path, epochs=3))
    (trial,) = trials(folder)
    assert (trial.state.name, said_of(trial)["attempt"]) == ("COMPLETE", 1)


def test_no_progress_ends_it(tmp_path: Path) -> None:
    folder = begin(tmp_path, plan(limits=Limits(no_progress=4)))
    told = work(folder, FakeTrainer(tmp_path, value=lambda point: 0.5))
    assert told == "4 trials have brought nothing better."
    assert len(states(folder)) == 5


def test_plans_that_cannot_be_are_refused_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    sizes = Choices(name="model.hidden", choices=(4, 6))
    one_range = Space(axes=(sizes, WholeRange(name="batch_size", low=1, high=9)))
    for values, sentence in (
        ({"sampler": "grid"}, "few values of learning_rate, received a range without steps"),
        ({"sampler": "qmc", "space": Space(axes=(sizes,))}, "expects at least one range"),
        ({"pruner": "halving", "folds": 5}, "cut short by the median of the mean so far"),
        ({"sampler": "cmaes"}, "needs the package cmaes"),
        ({"space": Space(axes=())}, "at least one range"),
        ({"pruner": "median", "objectives": (Objective.of("seconds"),)}, "cannot be cut short"),
    ):
        with pytest.raises(StudyError, match=sentence):
            begin(tmp_path / "s", plan(**values))
        assert not (tmp_path / "s").exists()
    monkeypatch.undo()
    with pytest.raises(StudyError, match="at most 500 trials"):
        begin(tmp_path / "s", plan(sampler="gp", limits=Limits()))
    with pytest.raises(StudyError, match="at least two ranges"):
        begin(tmp_path / "s", plan(sampler="cmaes", space=one_range))
    begin(tmp_path / "s", plan())
    with pytest.raises(StudyError, match="There is a study in"):
        begin(tmp_path / "s", plan())


def test_a_worker_that_was_taken_for_dead_tells_nothing(tmp_path: Path) -> None:
    folder = begin(tmp_path, plan(limits=Limits(trials=1)))
    study = load_study(open_storage(folder.storage), folder.name)

    def another_takes_it(event: Told) -> None:
        if event.kind == "epoch":
            trial = trial_of(study, 0)
            set_attributes(study, trial, {"work": {**trial.user_attrs["work"], "worker": "other"}})

    slow = FakeTrainer(tmp_path, epochs=4)
    work(folder, slow, told=another_takes_it)
    (trial,) = trials(folder)
    # it was stopped within an epoch, then found the other one dead and went on with it
    assert (trial.state.name, said_of(trial)["attempt"]) == ("COMPLETE", 2)
    assert len((tmp_path / "runs" / "t0" / "epochs.jsonl").read_text().splitlines()) == 4


def test_beats_of_another_machine_count_by_moving_alone() -> None:
    observer = Observer(stale=0.05)
    beat = WorkerBeat("one", "elsewhere", 1, "", beat=1)
    assert not observer.is_gone(beat)
    time.sleep(0.1)
    assert not observer.is_gone(replace(beat, beat=2))
    time.sleep(0.1)
    assert observer.is_gone(replace(beat, beat=2))
    assert observer.is_gone(replace(beat, beat=3, ended=True))


def test_of_two_that_begin_at_once_one_does(tmp_path: Path) -> None:
    told: list[str] = []

    def try_it(name: str) -> None:
        with contextlib.suppress(StudyError):
            begin(tmp_path, plan(id=name))
            told.append(name)

    threads = [threading.Thread(target=try_it, args=(name,)) for name in ("one", "two", "three")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told == [StudyFolder.open(tmp_path).plan.id]


def test_a_copy_is_looked_at_but_not_worked_at(tmp_path: Path) -> None:
    folder = begin(tmp_path / "one", plan(limits=Limits(trials=1)))
    shutil.copytree(folder.path, tmp_path / "copy")
    copy = StudyFolder.open(tmp_path / "copy")
    assert Follower(copy).result().rows == ()
    with pytest.raises(StudyError, match=r"is a copy of the study in .*, which is still there"):
        work(copy)
    shutil.rmtree(folder.path)  # then it was moved
    assert work(copy, FakeTrainer(tmp_path)) == "All 1 trials are done."


def test_a_stop_changes_no_later_point(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from nnstudio.studies.search import worker

    monkeypatch.setattr(worker, "_LOOK_SECONDS", 0.0)
    whole = begin(tmp_path / "whole", plan(limits=Limits(trials=5)))
    work(whole, FakeTrainer(tmp_path / "whole", epochs=3))
    stopped = begin(tmp_path / "stopped", plan(limits=Limits(trials=5)))

    def stops(event: Told) -> None:
        if event.kind == "epoch" and event.trial == 2:
            stopped.change("stop")

    trainer = FakeTrainer(tmp_path / "stopped", epochs=3)
    assert work(stopped, trainer, told=stops) == "The search is stopped."
    resume(stopped)
    work(stopped, trainer)
    points = [
        [row.point for row in Follower(one).result().rows if row.state == "completed"]
        for one in (whole, stopped)
    ]
    assert points[0] == points[1]


@pytest.mark.parametrize("sampler", ["random", "tpe"])
def test_a_kill_between_two_values_of_a_point_does_not_change_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sampler: str
) -> None:
    from nnstudio.studies.search import suggestion

    plain, places = suggestion.suggest_one, [3, 12]  # TPE draws by chance first

    def killed(trial: optuna.trial.Trial, name: str, one: Any) -> Any:
        if trial.number in places and name == "learning_rate":
            places.remove(trial.number)
            raise KeyboardInterrupt
        return plain(trial, name, one)

    whole, cut = (
        begin(tmp_path / name, plan(sampler=sampler, limits=Limits(trials=14)))
        for name in ("whole", "cut")
    )
    work(whole)
    monkeypatch.setattr(suggestion, "suggest_one", killed)
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            work(cut)
        assert set(trials(cut)[-1].params) == {"model.hidden"}
    work(cut)
    points = [[trial.params for trial in trials(one)] for one in (whole, cut)]
    assert points[0] == points[1]
