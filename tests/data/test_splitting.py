"""Parts without common samples, by every rule."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnstudio.data.info import DataError
from nnstudio.data.pipeline.splitting import Parts, equal_inputs, parts_of
from nnstudio.data.samples import Samples
from nnstudio.project.data.split import Split
from tests.data.made import pictures, table


def parts(samples: Samples, **split: Any) -> Parts:
    rule = Split(**split)
    return parts_of(replace(samples, spec=samples.spec.with_values(split=rule)), "the table")


def assert_apart(found: Parts, count: int) -> None:
    joined = np.concatenate([found.train, found.validation, found.test])
    assert sorted(joined.tolist()) == list(range(count))


@given(
    st.sampled_from(("random", "stratified", "grouped", "time")),
    st.sampled_from((0.0, 0.1, 0.2, 0.34)),
    st.sampled_from((0.0, 0.15, 0.3)),
    st.integers(0, 5),
)
def test_parts_are_apart_and_complete(by: Any, validation: float, test: float, seed: int) -> None:
    samples = table()
    found = parts(samples, by=by, validation=validation, test=test, seed=seed)
    again = parts(samples, by=by, validation=validation, test=test, seed=seed)
    assert_apart(found, 90)
    assert abs(len(found.validation) - 90 * validation) <= 3
    assert abs(len(found.test) - 90 * test) <= 3
    for one, other in zip(vars(found).values(), vars(again).values(), strict=True):
        assert np.array_equal(one, other)


def test_another_seed_gives_other_parts() -> None:
    assert not np.array_equal(parts(table(), seed=0).validation, parts(table(), seed=1).validation)


def test_every_class_gives_its_share() -> None:
    samples = table()
    found = parts(samples, validation=0.2, test=0.1)
    for part, each in ((found.validation, 6), (found.test, 3)):
        assert np.bincount(samples.fields["kind"][part]).tolist() == [each] * 3


def test_groups_stay_together() -> None:
    samples = table()
    found = parts(samples, by="grouped", validation=0.3, test=0.2)
    people = [set(samples.fields["person"][part]) for part in vars(found).values()]
    assert not people[0] & people[1]
    assert not people[0] & people[2]
    assert not people[1] & people[2]


def test_the_last_ones_are_held_out() -> None:
    samples = table()
    found = parts(samples, by="time", validation=0.2, test=0.2)
    day = samples.fields["day"]
    assert day[found.train].max() < day[found.validation].min()
    assert day[found.validation].max() < day[found.test].min()


def test_equal_samples_stay_in_one_part() -> None:
    samples = table()
    twice = {name: np.concatenate([v, v]) for name, v in samples.fields.items()}
    doubled = replace(samples, fields=twice, count=180)
    found = parts(doubled, by="random", validation=0.3)
    assert {int(k) % 90 for k in found.train}.isdisjoint({int(k) % 90 for k in found.validation})
    apart = parts(doubled, by="random", validation=0.3, duplicates_apart=True)
    assert not {int(k) % 90 for k in apart.train}.isdisjoint(
        {int(k) % 90 for k in apart.validation}
    )


def test_equal_pictures_are_found() -> None:
    samples = pictures()
    values = samples.fields["picture"].copy()
    values[7] = values[3]
    values[11, 2, 5, 5] = values[3, 2, 5, 5]
    numbers = equal_inputs(
        replace(samples, fields={**samples.fields, "picture": values}), np.arange(30)
    )
    assert numbers[7] == numbers[3]
    assert len(set(numbers.tolist())) == 29


def test_given_parts_are_kept_and_the_missing_one_is_drawn() -> None:
    samples = table()
    given = np.where(np.arange(90) < 60, 0, 2).astype(np.int8)
    found = parts(replace(samples, given=given), by="given", validation=0.2, test=0.0)
    assert found.test.tolist() == list(range(60, 90))
    assert len(found.validation) == 18
    assert set(found.validation.tolist()) <= set(range(60))
    assert_apart(found, 90)


def test_fewer_samples() -> None:
    found = parts(table(), max_samples=40, validation=0.25)
    assert sum(len(part) for part in vars(found).values()) == 40


@pytest.mark.parametrize(
    ("split", "sentence"),
    [
        ({"by": "given"}, "gives none"),
        ({"validation": 0.001, "by": "random", "max_samples": 20}, "too few samples"),
    ],
)
def test_what_cannot_be_split_is_refused(split: dict[str, Any], sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        parts(table(), **split)


def test_a_group_is_needed() -> None:
    samples = table()
    fields = tuple(
        field.with_values(role="ignored") if field.role == "group" else field
        for field in samples.spec.fields
    )
    with pytest.raises(DataError, match="no field has the role group"):
        parts(replace(samples, spec=samples.spec.with_values(fields=fields)), by="grouped")


def with_fields(samples: Samples, **fields: Any) -> Samples:
    return replace(
        samples, fields={**samples.fields, **fields}, count=len(next(iter(fields.values())))
    )


@pytest.mark.parametrize("by", ["random", "stratified", "grouped"])
def test_other_values_and_fewer_inputs_give_the_same_parts(by: str) -> None:
    """Figures of two choices of inputs can only be compared on the same parts."""
    samples = table()
    found = parts(samples, by=by, test=0.2)
    changed = samples.fields["a"].copy()
    changed[found.validation] += 50.0
    fields = tuple(
        field.with_values(role="ignored") if field.name == "b" else field
        for field in samples.spec.fields
    )
    others = (
        with_fields(samples, a=changed),
        replace(samples, spec=samples.spec.with_values(fields=fields)),
    )
    for other in others:
        again = parts(other, by=by, test=0.2)
        for one, two in zip(vars(found).values(), vars(again).values(), strict=True):
            assert np.array_equal(one, two)


@pytest.mark.parametrize("by", ["random", "stratified", "grouped", "time"])
def test_equal_inputs_meet_in_no_two_parts(by: str) -> None:
    """Whatever their class, group or time."""
    samples = table()
    thirds = {name: np.tile(samples.fields[name][:30], 3) for name in ("a", "b", "colour")}
    tripled = with_fields(samples, **thirds, kind=np.arange(90) // 30)
    found = parts(tripled, by=by, validation=0.2, test=0.2)
    assert_apart(found, 90)
    assert min(map(len, vars(found).values())) > 0 if by != "grouped" else len(found.train)
    inputs = [set(tripled.fields["a"][part].tolist()) for part in vars(found).values()]
    assert not inputs[0] & inputs[1]
    assert not inputs[0] & inputs[2]
    assert not inputs[1] & inputs[2]


def test_a_time_that_is_missing_is_refused() -> None:
    day = table().fields["day"].copy()
    day[4] = np.nan
    with pytest.raises(DataError, match=r"'day', but 1 of 90 samples are without one, .*sample 5"):
        parts(with_fields(table(), day=day), by="time")


def test_why_many_samples_are_too_few() -> None:
    one = {name: np.zeros_like(table().fields[name]) for name in ("a", "b", "colour")}
    with pytest.raises(DataError, match="all have the same inputs"):
        parts(with_fields(table(), **one), by="random")
    with pytest.raises(DataError, match="of each class: choose a larger share or the split random"):
        parts(with_fields(table(), kind=np.arange(90)), by="stratified")
    with pytest.raises(DataError, match="a group stays together"):
        parts(with_fields(table(), person=np.zeros(90)), by="grouped")
