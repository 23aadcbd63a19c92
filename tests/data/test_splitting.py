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
