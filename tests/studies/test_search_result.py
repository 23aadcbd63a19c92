"""What a search has found: the best, the front of two objectives, what mattered."""

from __future__ import annotations

from pathlib import Path

import optuna
import pytest
from optuna.trial import create_trial

from nnstudio.project.search.space import Choices, RealRange, Space, WholeRange
from nnstudio.studies.errors import StudyError
from nnstudio.studies.places import folder_of, remember
from nnstudio.studies.search.folder import StudyFolder
from nnstudio.studies.search.optuna_store import load_study, open_storage
from nnstudio.studies.search.plan import Limits, Objective
from nnstudio.studies.search.rebuilding import KnownTrial, fill
from nnstudio.studies.search.result import Follower
from nnstudio.studies.search.start import begin
from nnstudio.studies.search.suggestion import distributions_of, joined_axes
from nnstudio.studies.search.trainer import Outcome
from tests.fake_search import FakeTrainer, plan, work

TWO = (Objective.of("accuracy"), Objective.of("parameters"))


def test_the_front_is_that_of_optuna(tmp_path: Path) -> None:
    folder = begin(tmp_path / "s", plan(objectives=TWO))
    study = load_study(open_storage(folder.storage), folder.name)
    for pair in [(0.9, 50), (0.8, 20), (0.8, 30), (0.7, 20), (0.95, 80), (0.95, 90), (0.6, 10)]:
        trial = study.ask()
        study.tell(trial.number, pair)
    found = Follower(folder).result()
    assert sorted(found.best) == sorted(trial.number for trial in study.best_trials)
    assert [row.values for row in found.best_rows] == [(0.95, 80), (0.9, 50), (0.8, 20), (0.6, 10)]


def test_the_best_has_its_point_and_run_and_what_mattered_is_told_from_20_trials_on(
    tmp_path: Path,
) -> None:
    folder = begin(tmp_path / "s", plan(limits=Limits(trials=19)))
    follower = Follower(folder)
    assert follower.result().best == ()
    work(folder, FakeTrainer(tmp_path))
    assert follower.importance() == {}
    folder.change(limits=Limits(trials=24))
    work(folder, FakeTrainer(tmp_path))
    found = follower.result()
    (best,) = found.best_rows
    assert best.values[0] == max(row.values[0] for row in found.rows)
    assert (found.counted, best.run) == (24, str(tmp_path / "runs" / f"t{best.number}"))
    shares = follower.importance()
    assert max(shares, key=lambda name: shares[name]) == "model.hidden"
    assert sum(shares.values()) == pytest.approx(1)


def test_what_mattered_for_the_first_of_two_objectives_is_what_matters_for_it_alone(
    tmp_path: Path,
) -> None:
    found = []
    for name, objectives in (("one", TWO[:1]), ("two", TWO)):
        made = plan(objectives=objectives)
        folder = begin(tmp_path / name, made)
        study = load_study(open_storage(folder.storage), folder.name)
        for k in range(30):  # among the best only the size counts, among the worst only the rate
            point = {"model.hidden": 8 * (k % 8 + 1), "learning_rate": 1e-4 * 1.2**k}
            value = point["model.hidden"] if k % 8 > 3 else point["learning_rate"]
            values = [value, 1.0][: len(objectives)]
            axes = distributions_of(made)
            study.add_trial(create_trial(params=point, distributions=axes, values=values))
        found.append(Follower(folder).importance())
    assert found[0] == pytest.approx(found[1])


def test_axes_tied_by_a_rule_are_one_choice_if_they_are_few() -> None:
    hidden = Choices(name="model.hidden", choices=(4, 6))
    heads = WholeRange(name="model.heads", low=1, high=4)
    rate = RealRange(name="learning_rate", low=0.1, high=1)
    rules = (("model.heads", "model.hidden"),)

    def fits(point: dict[str, int]) -> bool:
        return point["model.hidden"] % point["model.heads"] == 0

    space = Space(axes=(hidden, rate, heads))
    assert joined_axes(space, rules, fits) == (
        (("model.hidden", "model.heads"), ("4x1", "4x2", "4x4", "6x1", "6x2", "6x3")),
    )
    # of which none is refused, or that are many, or of which no list can be made
    assert joined_axes(space, rules, lambda point: True) == ()
    many = WholeRange(name="model.heads", low=1, high=400)
    assert joined_axes(Space(axes=(hidden, many)), rules, fits) == ()
    assert joined_axes(space, (("learning_rate", "model.hidden"),), fits) == ()
    with pytest.raises(StudyError, match=r"No combination of model.hidden and model.heads"):
        joined_axes(space, rules, lambda point: False)


def test_lists_of_sizes_are_choices(tmp_path: Path) -> None:
    sizes = Choices(name="model.sizes", choices=((64, 32), (8,)))
    folder = begin(tmp_path, plan(space=Space(axes=(sizes,)), sampler="grid", limits=Limits()))
    assert StudyFolder.open(tmp_path).plan.space.axes == (sizes,)
    work(folder, FakeTrainer(tmp_path, value=lambda point: 1 / len(point["model.sizes"])))
    rows = Follower(folder).result().rows
    assert [row.point["model.sizes"] for row in rows] == [(64, 32), (8,)]


def test_a_storage_is_filled_again_with_every_number_its_own(tmp_path: Path) -> None:
    folder = begin(tmp_path / "s", plan(limits=Limits(trials=4), epochs=5))
    (folder.path / "optuna.log").unlink()
    point = {"model.hidden": 8, "learning_rate": 0.01}
    done, cut = (Outcome(end, ({"accuracy": 0.5},)) for end in ("completed", "pruned"))
    half = tmp_path / "half"
    half.mkdir()
    (half / "epochs.jsonl").write_text('{"accuracy": 0.9}\n')
    known = [
        KnownTrial(1, point, 11, half, None),
        KnownTrial(3, point, 33, tmp_path, done),
        KnownTrial(4, point, 44, tmp_path, cut),
    ]
    fill(folder, {one.number: one for one in known})
    rows = Follower(folder).result().rows
    states = ["repeated", "running", "repeated", "completed", "pruned"]
    assert [row.state for row in rows] == states
    assert (rows[3].point, rows[3].values, rows[3].reports) == (point, (0.5,), {1: 0.5})
    work(folder, FakeTrainer(tmp_path))
    found = Follower(folder).result()
    states[1] = "completed"
    assert [row.state for row in found.rows] == [*states, "completed"]
    assert found.rows[1].point == point
    assert len((half / "epochs.jsonl").read_text().splitlines()) == 2  # it went on


def test_studies_are_found_by_the_beginning_of_their_id(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NNSTUDIO_STUDIES", str(tmp_path / "studies"))
    here = begin(tmp_path / "studies" / "a", plan(id="2026-aa"))
    there = begin(tmp_path / "there", plan(id="2026-ab"))
    remember(there.path)
    remember(there.path)
    assert folder_of("2026-aa") == here.path
    assert folder_of("2026-ab") == there.path
    assert folder_of(str(there.path)) == there.path
    with pytest.raises(StudyError, match="2 studies begin with 2026"):
        folder_of("2026")
    assert folder_of("new") == Path("new").absolute()


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("study.json", "{", "study.json is damaged"),
        ("study.json", '{"format": 1}', "study.json is damaged: expected the key 'id'."),
        ("study.json", '{"format": 9, "new": 1}', "was written by a newer version"),
        ("control.json", '{"wish": "dance"}', "control.json cannot be read"),
    ],
)
def test_damaged_folders_are_told_in_a_sentence(
    tmp_path: Path, name: str, text: str, sentence: str
) -> None:
    folder = begin(tmp_path / "s", plan())
    (folder.path / name).write_text(text)
    with pytest.raises(StudyError, match=sentence):
        StudyFolder.open(folder.path).control()


def test_what_is_written_needs_no_torch_and_no_optuna_to_be_imported() -> None:
    import subprocess
    import sys

    code = (
        "import sys, nnstudio.studies.search.worker, nnstudio.studies.search.result, "
        "nnstudio.studies.search.start; "
        "sys.exit(bool({'torch', 'optuna', 'sqlalchemy'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    assert optuna.__version__.startswith("5.")
