"""A run is judged by its kept predictions, which are made again when its weights are others."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import nnstudio
from nnstudio.data.info import DataError
from nnstudio.data.rows import first
from nnstudio.evaluation import predicting
from nnstudio.evaluation.errors import EvaluationError
from nnstudio.evaluation.evaluation import Evaluation
from nnstudio.evaluation.figures.class_figures import ClassFigures
from nnstudio.evaluation.figures.number_figures import NumberFigures
from nnstudio.runs.errors import RunStoreError
from nnstudio.runs.owner import Ownership
from nnstudio.workspace.opened_run import open_folder
from tests.drawing import Drawing
from tests.kept_runs import table, train_kinds


@pytest.fixture
def predicted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The parts for which predictions were made, in order."""
    parts: list[str] = []
    before = predicting.predict_part

    def noted(*arguments: Any, part: str, **more: Any) -> Any:
        parts.append(part)
        return before(*arguments, part=part, **more)

    monkeypatch.setattr(predicting, "predict_part", noted)
    return parts


def judged(folder: Path, part: str | None = None, **more: Any) -> Evaluation:
    return open_folder(folder).evaluate(part, times=False, **more)


def test_digits_are_judged_as_the_best_epoch_was(tmp_path: Path) -> None:
    drawing = Drawing("Flat")
    x = drawing.add("Flatten", drawing.input("x", "N", 1, 8, 8), name="flatten")
    drawing.output(drawing.add("Linear", x, name="head", out_features=10))
    settings = {"epochs": 2, "device": "cpu", "threads": 1, "learning_rate": 0.01}
    run = nnstudio.train(drawing.project(), folder=tmp_path / "run", data="digits", **settings)
    found = run.evaluate("validation")
    best = next(done for done in reversed(run.history) if done.best).validation
    assert best is not None
    figures = found.figures
    assert isinstance(figures, ClassFigures)
    assert figures.accuracy.value == pytest.approx(best.accuracy, abs=1e-6)
    assert figures.log_loss.value == pytest.approx(best.loss, abs=1e-6)
    for name in ("balanced_accuracy", "macro_f1", "top_5"):
        assert getattr(figures, name).value == pytest.approx(best.more[name], abs=1e-6)
    assert found.samples == best.samples
    assert found.model.trainable == 650
    assert [one.batch_size for one in found.model.times] == [1, 8, 32, 128]
    worst = found.worst(3)
    assert worst[0].loss >= worst[1].loss >= worst[2].loss
    parts = open_folder(tmp_path / "run").parts()
    assert worst[0].index == parts.parts.validation[worst[0].place]


def test_predictions_are_kept_and_made_again_for_other_weights(
    copied: Path, predicted: list[str]
) -> None:
    first, second = judged(copied), judged(copied)
    assert predicted == ["test"]
    assert first.to_json() == second.to_json()
    told = json.loads((copied / "evaluation.json").read_text())["parts"]["test"]
    assert (told["checkpoint"], told["samples"]) == (first.predictions.checkpoint, first.samples)
    assert (
        told["outputs"][0]["head"]["accuracy"]["value"]
        == first.figures.to_json()["accuracy"]["value"]
    )
    train_kinds(copied, copied.parent / "kinds.csv", epochs=4, resume=True)
    third = judged(copied)
    assert predicted == ["test", "test"]
    assert third.predictions.weights != first.predictions.weights
    (copied / "predictions" / "test.npz").write_bytes(b"cut off")
    assert judged(copied).to_json() == third.to_json()
    assert predicted == ["test", "test", "test"]


def test_a_run_without_a_checkpoint_is_refused(copied: Path) -> None:
    shutil.rmtree(copied / "checkpoints")
    with pytest.raises(RunStoreError, match="'Kinds' has no checkpoint: the run ended before"):
        judged(copied)


def test_the_test_part_is_judged_unless_another_is_named(copied: Path) -> None:
    assert judged(copied).part == "test"
    sizes = open_folder(copied).sizes()
    assert {part: judged(copied, part).samples for part in sizes} == sizes
    with pytest.raises(EvaluationError, match="There is no part 'all'"):
        judged(copied, "all")


def test_the_most_wrong_samples_are_shown_as_the_data_are(copied: Path) -> None:
    run = open_folder(copied)
    shown, worst = run.shown(), judged(copied).worst(5)
    for one in worst:
        assert shown.caption(one.index) == one.answer
        assert shown.origin(one.index).startswith("line ")
        assert shown.part_word(one.index) == "Test"


def test_changed_data_are_refused(copied: Path) -> None:
    judged(copied, "validation")
    path = copied.parent / "kinds.csv"
    path.write_text(path.read_text().replace("1", "2"))
    with pytest.raises(DataError, match="has changed since 'Kinds' was trained"):
        judged(copied)
    assert judged(copied, "validation").samples  # its predictions are those of the old data


def test_weights_that_give_no_numbers_are_refused(
    copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = open_folder(copied)
    model = run.model()
    with torch.no_grad():
        next(model.parameters()).fill_(float("nan"))
    monkeypatch.setattr(type(run), "model_of", lambda *_: model)
    with pytest.raises(EvaluationError, match="gives values that are no finite numbers"):
        run.evaluate(times=False)
    assert not (copied / "predictions").exists()


def test_nothing_is_written_while_a_training_owns_the_folder(copied: Path) -> None:
    owner = Ownership(copied)
    try:
        found = judged(copied)
    finally:
        owner.release()
    assert found.notes == ("The training still goes on: nothing was written into its folder.",)
    assert not (copied / "evaluation.json").exists()


def test_a_run_that_is_not_kept_is_judged_by_the_sets_it_had(tmp_path: Path) -> None:
    run = train_kinds(None, table(tmp_path / "kinds.csv"), test=0.0)
    found = run.evaluate(times=False)
    assert found.part == "validation"
    assert found.epoch is None
    last = run.history[-1].validation
    assert last is not None
    assert isinstance(found.figures, ClassFigures)
    assert found.figures.accuracy.value == pytest.approx(last.accuracy, abs=1e-9)
    with pytest.raises(EvaluationError, match="has no samples in the test part"):
        run.evaluate("test")
    with pytest.raises(EvaluationError, match="best weights of this training were not kept"):
        run.evaluate(which="best")
    output = run.predict(np.zeros((2, 2), np.float32))
    assert isinstance(output, torch.Tensor)
    assert output.shape == (2, 3)


def test_a_loss_that_is_not_the_one_of_the_training_is_said() -> None:
    few = {"max_samples": 40, "epochs": 1, "batch_size": 16, "device": "cpu"}
    (note,) = nnstudio.train(nnstudio.load("VAE"), **few).evaluate(times=False).notes
    assert note.startswith("The loss is that of the compared output alone")
    assert "also went by kl" in note


def test_a_model_predicts_what_it_takes_and_says_what_that_is(copied: Path) -> None:
    run = nnstudio.open_run(copied)
    part = run.parts().test
    given = part.to_model(part.inputs)
    output = run.predict(given)
    assert isinstance(output, torch.Tensor)
    logits = judged(copied).predictions.first.arrays["logits"]
    assert np.allclose(output.numpy(), logits, atol=1e-5)
    with pytest.raises(EvaluationError, match="cannot be given 4 x 7: it takes N x 2"):
        run.predict(torch.zeros(4, 7))


def test_new_samples_are_prepared_as_those_of_the_training(copied: Path) -> None:
    run = open_folder(copied)
    parts = run.parts()
    assert parts.samples is not None
    raw = {name: parts.samples.fields[name][parts.parts.test] for name in ("size", "weight")}
    prepared = run.prepare(raw)
    assert isinstance(prepared, torch.Tensor)
    assert torch.equal(prepared, first(parts.test.inputs))
    assert first(run.predict(run.prepare({"size": 1.0, "weight": 5.0}))).shape == (1, 3)
    for fields, told in (
        ({"size": [1.0]}, "Expected values for size, weight, but 'weight' is missing"),
        ({"size": [1.0], "weight": [1.0, 2.0]}, "as many values of each field, received 1 of size"),
        ({"size": ["a"], "weight": [1.0]}, "Expected numbers for 'size'"),
        ({"size": [float("nan")], "weight": [1.0]}, "'size' has no value in sample 1"),
        ({"size": [[1.0]], "weight": [[1.0]]}, "A sample of 'size' is a single number, but"),
        ([1.0, 2.0], "Expected values by the names of the fields: size, weight"),
    ):
        with pytest.raises(DataError, match=told):
            run.prepare(fields)


def test_errors_of_prepared_numbers_are_in_the_units_of_the_data(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    x = random.normal(0, 1, 80)
    rows = np.stack([x, 1_000 + 200 * x + random.normal(0, 20, 80)], 1)
    data = tmp_path / "prices.csv"
    np.savetxt(data, rows, delimiter=",", header="size,price", comments="", fmt="%.4f")
    drawing = Drawing("Line")
    drawing.output(drawing.add("Linear", drawing.input("x", "N", 1), name="head", out_features=1))
    few: dict[str, Any] = {"device": "cpu", "threads": 1, "epochs": 1, "batch_size": 16}
    run = nnstudio.train(
        drawing.project(),
        folder=tmp_path / "run",
        data=str(data),
        targets={"output": "price:number"},
        prepare="standardise[size], standardise[price]",
        **few,
    )
    found = run.evaluate(times=False)
    figures = found.figures
    assert isinstance(figures, NumberFigures)
    assert figures.scale == ""
    made = found.predictions.first.arrays
    assert np.allclose(made["target"][:, 0], rows[found.predictions.index, 1], atol=1e-2)
    assert 50 < (figures.together.mae.value or 0) < 1_000
    assert (figures.loss.value or 0) < 10  # as it was trained


def test_samples_that_balancing_made_are_not_judged(tmp_path: Path) -> None:
    data = table(tmp_path / "kinds.csv")
    rows = data.read_text().splitlines()
    kept = [row for k, row in enumerate(rows) if not row.endswith("a") or k % 2]  # a is rare
    data.write_text("\n".join(kept) + "\n")
    run = open_folder(
        train_kinds(tmp_path / "run", data, balance="smote", epochs=1).folder or tmp_path
    )
    own, every = run.own_parts().train, run.parts().train
    count = len(run.parts().parts.train)
    assert len(every) > len(own) == count
    assert torch.equal(first(own.inputs), first(every.inputs)[:count])
    samples = run.parts().samples
    assert samples is not None
    sizes = samples.fields["size"][run.parts().parts.train]
    assert np.allclose(first(own.inputs)[:, 0].numpy(), sizes)
    assert judged(run.folder, "train").samples == count
