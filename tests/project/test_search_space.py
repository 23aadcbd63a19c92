"""What a search varies: typed, checked against model and settings, kept in the project file."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from nnstudio.errors import UserError
from nnstudio.project.commands.parameter import RemoveBlockParameter, RenameBlockParameter
from nnstudio.project.commands.search import SetSearchSpace, UsePoint
from nnstudio.project.commands.search_points import axis_of_text, point_of, project_at
from nnstudio.project.compare import differences
from nnstudio.project.search.space import Choices, RealRange, Space, WholeRange
from nnstudio.project.storage.fields import FileError
from nnstudio.project.storage.file import dumps, loads
from nnstudio.project.values import Block, BlockParameter, Project

PROJECT = Project(
    blocks=(
        Block(
            "Model",
            (
                BlockParameter("hidden", default=64),
                BlockParameter("num_heads", default=4),
                BlockParameter("dropout", "float", 0.1),
                BlockParameter("sizes", "list[int]", (1, 2)),
            ),
        ),
    )
)
SPACE = Space(
    axes=(
        WholeRange(name="model.hidden", low=16, high=64, step=16),
        RealRange(name="learning_rate", low=1e-4, high=1e-1, log=True),
        Choices(name="optimizer", choices=("Adam", "SGD")),
        Choices(name="model.dropout", choices=(0.0, 0.5)),
    )
)


@pytest.mark.parametrize(
    ("text", "axis"),
    [
        ("hidden=16..64:16", SPACE.axes[0]),
        ("lr_schedule", None),
        ("learning-rate = 1e-4..1e-1:log", SPACE.axes[1]),
        ("optimizer=Adam, SGD", SPACE.axes[2]),
        ("model.dropout=0,0.5", SPACE.axes[3]),
        ("dropout=0..1", RealRange(name="model.dropout", low=0, high=1)),
        ("hidden=8..512:log", WholeRange(name="model.hidden", low=8, high=512, log=True)),
        ("sizes=[64, 32],[8]", Choices(name="model.sizes", choices=((64, 32), (8,)))),
        ("early_stopping=none,5", Choices(name="early_stopping", choices=(None, 5))),
    ],
)
def test_axes_as_they_are_typed(text: str, axis: object) -> None:
    if axis is None:
        with pytest.raises(UserError, match="expected as NAME=LOW"):
            axis_of_text(PROJECT, text)
    else:
        assert axis_of_text(PROJECT, text) == axis


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("width=1,2", "no training setting 'width' and no parameter 'width' of Model, which has"),
        ("model.width=1,2", "Model has no parameter 'width'"),
        ("seed=1,2", "does not vary seed: each training has its own"),
        ("batch_size=0..4", "Batch size must be at least 1, not 0"),
        ("hidden=1.5..3", "hidden expects a whole number"),
        ("hidden=64..16", "from low to high, received 64 to 16"),
        ("learning_rate=0..1:log", "expects numbers above 0"),
        ("optimizer=Adam,Foo", "Optimizer must be"),
        ("hidden=8,8", "each choice once, received 8 twice"),
        ("hidden=a..b", "expects finite numbers as ends and step of its range, received 'a'"),
    ],
)
def test_what_cannot_be_searched_is_refused_in_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        SetSearchSpace(Space(axes=(axis_of_text(PROJECT, text),))).apply(PROJECT)


def test_an_axis_twice_is_refused() -> None:
    with pytest.raises(ValueError, match=r"each axis is expected once, received model.hidden 2"):
        Space(axes=(SPACE.axes[0], SPACE.axes[0]))


def test_it_is_kept_in_the_file_and_compared() -> None:
    project = SetSearchSpace(SPACE).apply(PROJECT)
    text = dumps(project)
    assert loads(text) == project
    assert dumps(loads(text)) == text
    assert "search" not in json.loads(dumps(PROJECT))
    (found, *more) = differences(PROJECT, project)
    assert str(found) == "Model: searched model.hidden: not there → 16 to 64 in steps of 16"
    assert len(more) == 3
    for broken in ('"kind": "hole"', '"kind": "whole", "steps": 3'):
        with pytest.raises(FileError, match="search"):
            loads(text.replace('"kind": "whole"', broken))


def test_parameters_that_are_renamed_or_removed_take_their_axis_along() -> None:
    project = replace(PROJECT, search=SPACE)
    renamed = RenameBlockParameter("Model", "hidden", "width").apply(project)
    assert renamed.search.names == ("model.width", *SPACE.names[1:])
    removed = RemoveBlockParameter("Model", "hidden").apply(project)
    assert removed.search.names == SPACE.names[1:]


def test_a_point_is_taken_over_in_one_step() -> None:
    point = {"model.hidden": 32, "learning_rate": 0.01, "optimizer": "SGD", "model.dropout": 0.5}
    best = UsePoint(point).apply(PROJECT)
    assert dict(best.values) == {"hidden": 32, "dropout": 0.5}
    assert (best.training.learning_rate, best.training.optimizer) == (0.01, "SGD")
    assert point_of(best, SPACE.names) == point
    with pytest.raises(UserError, match="hidden expects a whole number"):
        project_at(PROJECT, {"model.hidden": 0.5})
