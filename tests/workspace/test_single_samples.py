"""Batch norms and batches of one sample: refused before the start, and not in the first step."""

from __future__ import annotations

from pathlib import Path

import pytest

from nnstudio.compiler.inference import full_report
from nnstudio.project.refusal import Refusal
from nnstudio.project.settings import with_settings
from nnstudio.project.storage import file
from nnstudio.project.values import BlockParameter, Project
from nnstudio.training.events import Failed
from nnstudio.workspace.training import plan_training, start
from tests import forked
from tests.drawing import Drawing

CASES = Path(__file__).parents[1] / "cases" / "training"


def refused(project: Project, **settings: object) -> None:
    plan_training(project, full_report(project), project.training.with_values(**settings))


def nested(places: int, **norm: object) -> Project:
    """A batch norm inside of a block, over maps of so many places."""
    block = Drawing("Part", BlockParameter("channels", "int"))
    x = block.input("x", "N", "channels", "length")
    block.output(block.add("BatchNorm1d", x, name="norm", **norm))
    drawing = Drawing("Model", blocks=(block.block(),))
    x = drawing.add("Linear", drawing.input("x", "N", 64), name="fc", out_features=4 * places)
    x = drawing.add("Unflatten", x, name="maps", dim=1, unflattened_size=(4, places))
    x = drawing.add("Part", x, name="part")
    x = drawing.add("Flatten", x, name="flat")
    drawing.output(drawing.add("Linear", x, name="head", out_features=10))
    return drawing.project()


def test_a_batch_size_of_one_is_refused_before_the_start() -> None:
    project = file.read(CASES / "bn1.nns")
    with pytest.raises(Refusal) as refusal:
        refused(project, batch_size=1)
    assert str(refusal.value) == (
        "bn (BatchNorm1d) expects more than one value of each channel in a batch, with a batch "
        "size of 1 it gets one; choose a batch size of at least 2"
    )
    refused(project, batch_size=2)


def test_the_command_line_says_so_too() -> None:
    case = str(CASES / "bn1.nns")
    done = forked.run("-m", "nnstudio", "train", case, "--batch-size", "1")
    assert done.returncode == 2
    assert "parameters on" not in done.stdout
    assert "choose a batch size of at least 2" in done.stderr


def test_what_is_only_unwise_is_said_before_the_start(tmp_path: Path) -> None:
    path = tmp_path / "maps.nns"
    file.write(nested(2), path)
    settings = ("--batch-size", "1", "--epochs", "1", "--device", "cpu", "--threads", "1")
    data = ("--data", "digits", "--max-samples", "100")
    done = forked.run("-m", "nnstudio", "train", str(path), *data, *settings)
    assert done.returncode == 0
    assert "warning: Part: norm: with a batch of 1 sample it takes the mean" in done.stderr


def test_one_place_is_found_inside_of_blocks() -> None:
    with pytest.raises(Refusal, match=r"norm \(BatchNorm1d\) expects more than one value"):
        refused(nested(1), batch_size=1)
    refused(nested(2), batch_size=1)


def test_what_a_condition_leaves_out_is_no_reason() -> None:
    refused(nested(1, when="channels > 8"), batch_size=1)


def test_a_single_sample_to_train_on() -> None:
    project = file.read(CASES / "bn1.nns")
    few = {"max_samples": 2, "validation": 0.5, "epochs": 1, "device": "cpu"}
    project = with_settings(project, few)
    run = start(project, project.training)
    assert run.join(60.0)
    last = run.drain()[-1]
    assert isinstance(last, Failed)
    assert "with one sample to train on it gets one" in last.sentence


def test_a_last_batch_of_one_sample_joins_the_one_before() -> None:
    project = file.read(CASES / "bn1.nns")
    nine = {"max_samples": 9, "validation": 0.0, "batch_size": 4, "epochs": 1, "device": "cpu"}
    project = with_settings(project, nine)
    run = start(project, project.training)
    assert run.join(60.0)
    assert not isinstance(run.drain()[-1], Failed)


def test_norms_of_one_sample_say_it_at_once() -> None:
    drawing = Drawing("Model")
    x = drawing.input("x", "N", 4, 1, 1)
    drawing.output(drawing.add("InstanceNorm2d", x, name="norm"))
    (problem,) = full_report(drawing.project()).errors
    assert problem.sentence == (
        "norm: expects more than one place to take a mean of, received N × 4 × 1 × 1"
    )
