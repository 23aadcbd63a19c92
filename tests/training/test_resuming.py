"""A training goes on with the data and the parts that it began with, and with no others."""

from __future__ import annotations

import json
from typing import Any

import pytest

from nnstudio.project.data.fields import Field
from nnstudio.project.data.source import Arrays, BuiltIn, Fingerprint, Table
from nnstudio.project.data.spec import DataSpec, Guess
from nnstudio.project.data.split import Split
from nnstudio.project.data.steps import Step
from nnstudio.project.training_settings import TrainingSettings
from nnstudio.training.failures import TrainingError
from nnstudio.training.resuming import refuse_others, state_of

SETTINGS = TrainingSettings()
NOW = Fingerprint(size=1, modified=1, hash="aa")
TOUCHED = Fingerprint(size=1, modified=2, hash="aa")
OTHER = Fingerprint(size=1, modified=2, hash="bb")
AGE = Field(name="age", kind="number", role="input")
UNREAD = DataSpec(source=Table(path="/a.csv"))
READ = DataSpec(source=Table(path="/a.csv", delimiter=";", fingerprint=NOW), fields=(AGE,))


def resume(before: DataSpec, now: DataSpec) -> None:
    state = json.loads(json.dumps(state_of(SETTINGS, before)))
    refuse_others(state, SETTINGS, now)


@pytest.mark.parametrize(
    ("before", "now"),
    [
        (DataSpec(), DataSpec()),
        (DataSpec(split=Split(seed=3, test=0.1)), DataSpec(split=Split(seed=3, test=0.1))),
        (READ, READ.with_values(guesses=(Guess(about="task", why="so it is"),))),
        (READ, READ.with_values(source=READ.source.with_values(path="/moved/a.csv"))),
        (READ, READ.with_values(source=READ.source.with_values(fingerprint=TOUCHED))),
        (UNREAD, READ),
        (READ, UNREAD),
    ],
)
def test_the_same_data_are_taken(before: DataSpec, now: DataSpec) -> None:
    resume(before, now)


@pytest.mark.parametrize(
    ("before", "now", "sentence"),
    [
        (
            DataSpec(),
            DataSpec(split=Split(validation=0.5)),
            "The checkpoint was made with another validation share, 0.2: "
            "it cannot be resumed with 0.5.",
        ),
        (
            DataSpec(),
            DataSpec(split=Split(seed=1)),
            "The checkpoint was made with another seed of the split, 0: "
            "it cannot be resumed with 1.",
        ),
        (
            DataSpec(),
            DataSpec(split=Split(test=0.1)),
            "The checkpoint was made with another test share, 0.0: it cannot be resumed with 0.1.",
        ),
        (
            DataSpec(),
            DataSpec(source=BuiltIn(path="copy")),
            "The checkpoint was made with another data set, digits: "
            "it cannot be resumed with copy.",
        ),
        (
            READ,
            READ.with_values(source=READ.source.with_values(fingerprint=OTHER)),
            "The data have changed since the checkpoint was made: it cannot be resumed with these.",
        ),
        (
            READ,
            READ.with_values(fields=(AGE.with_values(role="ignored"),)),
            "The checkpoint was made with another choice of fields of the data: "
            "it cannot be resumed with this one.",
        ),
        (
            READ,
            READ.with_values(preparation=(Step(name="standardise"),)),
            "The checkpoint was made with another preparation, none: "
            "it cannot be resumed with standardise.",
        ),
        (
            READ,
            READ.with_values(source=READ.source.with_values(delimiter=",")),
            "The checkpoint was made with another reading of the data: "
            "it cannot be resumed with this one.",
        ),
    ],
)
def test_other_data_are_refused(before: DataSpec, now: DataSpec, sentence: str) -> None:
    with pytest.raises(TrainingError) as refusal:
        resume(before, now)
    assert str(refusal.value) == sentence


def test_a_training_without_a_spec_says_nothing_of_data() -> None:
    refuse_others(state_of(SETTINGS, None), SETTINGS, UNREAD)
    refuse_others(state_of(SETTINGS, UNREAD), SETTINGS, None)


OLD: dict[str, Any] = {
    **SETTINGS.model_dump(mode="json"),
    "data": "/a.npz",
    "validation": 0.25,
    "resize": False,
    "max_samples": 90,
    "seed": 3,
}


def test_checkpoints_of_the_first_version_go_on() -> None:
    settings = SETTINGS.with_values(seed=3)
    split = Split(validation=0.25, max_samples=90, seed=3)
    data = DataSpec(source=Arrays(path="/a.npz", format="npz"), split=split)
    refuse_others({"settings": OLD}, settings, data)
    for other, sentence in (
        (data.with_values(split=split.with_values(seed=0)), "seed of the split, 3: .* with 0"),
        (data.with_values(split=split.with_values(validation=0.2)), r"share, 0\.25: .* with 0\.2"),
        (data.with_values(resize=True), "'Resize samples', off: .* with on"),
        (data.with_values(split=split.with_values(test=0.1)), r"test share, 0\.0: .* with 0\.1"),
    ):
        with pytest.raises(TrainingError, match=sentence):
            refuse_others({"settings": OLD}, settings, other)


def test_a_setting_of_the_training_may_not_be_another_either() -> None:
    with pytest.raises(TrainingError, match=r"another batch size, 32: .* with 4"):
        refuse_others(state_of(SETTINGS, None), SETTINGS.with_values(batch_size=4), None)
    refuse_others(state_of(SETTINGS, None), SETTINGS.with_values(epochs=99, device="cpu"), None)
