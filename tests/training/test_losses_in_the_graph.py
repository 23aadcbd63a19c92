"""Outputs of the role `loss`: what the model computes itself is made small besides."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

import nnstudio
from nnstudio.analysis.analyse import analyse
from nnstudio.project.commands.node import SetParam
from nnstudio.project.refusal import Refusal
from nnstudio.project.settings import with_settings
from nnstudio.project.storage.file import dumps, loads
from nnstudio.project.values import Project
from nnstudio.training.events import Completed, EpochDone
from nnstudio.workspace.export_run import export_run
from nnstudio.workspace.training import start
from tests.drawing import Drawing

SHORT = {"data": "digits", "max_samples": 200, "epochs": 2, "device": "cpu", "threads": 1}


def classifier(*, penalised: bool = True, per_sample: bool = False) -> Project:
    """Logits, and the mean square of a hidden layer as a loss of its own."""
    drawing = Drawing("Net")
    x = drawing.input("x", "N", 64)
    hidden = drawing.add("Linear", x, name="hidden", out_features=16)
    y = drawing.add("Linear", hidden, name="head", out_features=10)
    drawing.output(y, "logits")
    if penalised:
        square = drawing.add("Multiply", hidden, hidden)
        dims = {"dim": (1,) if per_sample else (0, 1)}
        mean = drawing.add("Mean", square, **dims)
        drawing.output(mean, "penalty", role="loss")
    return drawing.project()


def trained(project: Project, **settings: object) -> tuple[list[EpochDone], nn.Module]:
    project = with_settings(project, {**SHORT, **settings})
    with start(project, project.training) as run:
        assert run.join(timeout=300)
        events = run.drain()
    assert isinstance(events[-1], Completed), events[-1]
    assert run.prepared is not None
    return [one for one in events if isinstance(one, EpochDone)], run.prepared.model


@pytest.mark.parametrize("per_sample", [False, True])
def test_the_loss_is_added_and_told(per_sample: bool) -> None:
    done, model = trained(classifier(per_sample=per_sample))
    judged = done[-1].validation
    assert judged is not None
    assert judged.accuracy is not None
    project = with_settings(classifier(per_sample=per_sample), SHORT)
    with start(project, project.training.with_values(epochs=1)) as run:
        run.join(timeout=300)
    assert run.prepared is not None
    data = run.prepared.validation_set
    assert data is not None
    with torch.no_grad():
        output = model.eval()(data.inputs)
        penalty = output["penalty"].mean()
        loss = nn.functional.cross_entropy(output["logits"], data.targets) + penalty
    assert judged.more["penalty"] == pytest.approx(float(penalty), rel=1e-4)
    assert judged.loss == pytest.approx(float(loss), rel=1e-4)


def test_it_is_made_small() -> None:
    free, _ = trained(classifier(), loss_weights="1, 0", epochs=4)
    held, _ = trained(classifier(), loss_weights="1, 10", epochs=4)
    assert free[-1].validation is not None
    assert held[-1].validation is not None
    assert held[-1].validation.more["penalty"] < 0.5 * free[-1].validation.more["penalty"]


def test_a_weight_of_nothing_learns_as_without_it() -> None:
    alone, without = trained(classifier(penalised=False))
    weighted, other = trained(classifier(), loss_weights="1, 0")
    assert alone[-1].train.loss == pytest.approx(weighted[-1].train.loss, rel=1e-6)
    for name, value in without.state_dict().items():
        torch.testing.assert_close(value, other.state_dict()[name])


def test_a_picture_is_no_loss() -> None:
    drawing = Drawing("Net")
    x = drawing.input("x", "N", 64)
    drawing.output(drawing.add("Linear", x, name="head", out_features=10), "out", role="loss")
    project = drawing.project()
    (problem,) = analyse(project).root.problems
    assert problem.sentence.startswith("out: a loss is one number, or one for each sample")


def test_something_must_be_compared_with_the_data() -> None:
    drawing = Drawing("Net")
    x = drawing.input("x", "N", 64)
    drawing.output(
        drawing.add("Mean", drawing.add("Linear", x, name="head", out_features=10), dim=(0, 1)),
        role="loss",
    )
    project = with_settings(drawing.project(), SHORT)
    with pytest.raises(Refusal, match="compared with the data, Net has only losses"):
        start(project, project.training)


def test_the_file_keeps_the_role_and_older_files_have_none(tmp_path: Path) -> None:
    project = classifier()
    assert loads(dumps(project)) == project
    assert '"role"' not in dumps(classifier(penalised=False))
    node = next(n for n in project.model.graph.of_type("Output") if n.name == "penalty")
    changed = SetParam("Net", node.id, "role", "result").apply(project)
    assert '"role"' not in dumps(changed)


def test_its_run_is_judged_predicts_and_is_exported(tmp_path: Path) -> None:
    run = nnstudio.train(classifier(), folder=tmp_path / "run", **SHORT)
    last = run.history[-1].validation
    assert last is not None
    kept = nnstudio.open_run(tmp_path / "run")
    judged = kept.evaluate("validation", which="last", times=False)
    assert judged.figures.to_json()["accuracy"]["value"] == pytest.approx(last.accuracy)
    given = run.predict(torch.zeros(3, 64))
    assert isinstance(given, dict)
    assert given["logits"].shape == (3, 10)
    assert given["penalty"].ndim == 0
    export_run(kept, tmp_path / "out")
    assert "Proved" in (tmp_path / "out" / "README.md").read_text()
