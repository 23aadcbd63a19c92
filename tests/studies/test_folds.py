"""Folds: apart, complete, by scikit-learn; kept and read back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.model_selection import KFold, StratifiedGroupKFold, StratifiedKFold, TimeSeriesSplit

from nnstudio.data.info import DataError
from nnstudio.data.pipeline.splitting import parts_of
from nnstudio.data.samples import Samples
from nnstudio.project.data.fields import Target
from nnstudio.project.data.split import Split
from nnstudio.studies import kept_folds
from nnstudio.studies.errors import StudyError
from nnstudio.studies.folds import FoldRule, Folds, folds_of
from tests.data.made import pictures, table


def folds(samples: Samples, rule: FoldRule, **split: Any) -> Folds:
    return folds_of(with_split(samples, **split), "the table", rule)


def with_split(samples: Samples, **split: Any) -> Samples:
    return replace(samples, spec=samples.spec.with_values(split=Split(**split)))


def of_numbers(samples: Samples) -> Samples:
    target = Target(name="b", fields=("b",), task="number")
    return replace(samples, spec=samples.spec.with_values(targets=(target,)))


def without_groups(samples: Samples) -> Samples:
    left = tuple(one for one in samples.spec.fields if one.role != "group")
    return replace(samples, spec=samples.spec.with_values(fields=left))


@given(
    st.sampled_from(("random", "stratified", "grouped")),
    st.booleans(),
    st.integers(2, 6),
    st.integers(1, 3),
    st.sampled_from((0.0, 0.2)),
    st.booleans(),
    st.integers(0, 4),
)
def test_folds_are_apart_and_complete(
    by: Any, grouped: bool, count: int, repeats: int, test: float, every: bool, seed: int
) -> None:
    samples = table() if grouped or by == "grouped" else without_groups(table())
    rule = FoldRule(count, repeats, every)
    found = folds(samples, rule, by=by, test=test, seed=seed)
    apart = parts_of(with_split(samples, by=by, test=test, seed=seed), "it").test
    expected = np.arange(90) if every else np.setdiff1d(np.arange(90), apart)
    assert len(found.parts) == repeats
    for repeat in found.parts:
        held = np.concatenate([parts.validation for parts in repeat])
        assert np.array_equal(np.sort(held), expected)
        for parts in repeat:
            assert np.array_equal(np.union1d(parts.train, parts.validation), expected)
            assert not np.intersect1d(parts.train, parts.validation).size
            assert parts.test.tolist() == ([] if every else apart.tolist())
            if samples.spec.having("group"):
                people = samples.fields["person"]
                assert not np.intersect1d(people[parts.train], people[parts.validation]).size
    assert found.hash == folds(samples, rule, by=by, test=test, seed=seed).hash
    fewer = folds(samples, FoldRule(count, 1, every), by=by, test=test, seed=seed)
    assert np.array_equal(fewer.parts[0][0].train, found.parts[0][0].train)


def test_folds_are_those_of_scikit_learn() -> None:
    plain, numbers = without_groups(table()), of_numbers(without_groups(table()))
    kind, person = plain.fields["kind"], table().fields["person"]
    day = np.argsort(plain.fields["day"])
    expected = {
        "classes": StratifiedKFold(4, shuffle=True, random_state=8).split(kind, kind),
        "numbers": KFold(4, shuffle=True, random_state=8).split(kind),
        "groups": StratifiedGroupKFold(4, shuffle=True, random_state=8).split(kind, kind, person),
        "time": ((day[a], day[b]) for a, b in TimeSeriesSplit(4).split(kind)),
    }
    rule = {"validation": 0.2, "test": 0.0, "seed": 7}
    made = {
        "classes": folds(plain, FoldRule(4, 2), **rule).parts[1],
        "numbers": folds(numbers, FoldRule(4, 2), **rule).parts[1],
        "groups": folds(table(), FoldRule(4, 2), **rule).parts[1],
        "time": folds(plain, FoldRule(4), by="time", **rule).parts[0],
    }
    for name, pairs in expected.items():
        for parts, (train, held) in zip(made[name], pairs, strict=True):
            assert np.array_equal(parts.train, np.sort(train)), name
            assert np.array_equal(parts.validation, np.sort(held)), name


def test_equal_samples_lie_in_one_fold() -> None:
    one = pictures()
    twice = {name: np.concatenate([values, values]) for name, values in one.fields.items()}
    doubled = replace(one, fields=twice, count=60)
    for parts in folds(doubled, FoldRule(3), test=0.0).parts[0]:
        assert {int(k) % 30 for k in parts.train}.isdisjoint(int(k) % 30 for k in parts.validation)
        assert len(parts.validation) == 20


def test_rare_classes_are_told_by_name_and_too_few_samples_are_refused() -> None:
    samples = without_groups(table())
    kind = np.zeros(90, np.int64)
    kind[:2], kind[2] = 1, 2
    rare = replace(samples, fields={**samples.fields, "kind": kind})
    notes = folds(rare, FoldRule(4), test=0.0).notes
    assert notes[0].startswith("Fewer samples that differ than the 4 folds: y (2), z (1);")
    assert "Only one of samples that differ in class z" in notes[1]
    with pytest.raises(DataError, match="Every class of the table has fewer samples"):
        folds(samples, FoldRule(31), test=0.0)
    with pytest.raises(DataError, match="There are 15 groups in the table, too few for 16 folds"):
        folds(table(), FoldRule(16), test=0.0)
    with pytest.raises(DataError, match="leave the repeats out"):
        folds(samples, FoldRule(3, 2), by="time")


def test_folds_are_read_back_and_changed_ones_refused(tmp_path: Path) -> None:
    made = folds(table(), FoldRule(3, 2), test=0.2)
    kept_folds.write(made, tmp_path)
    found = kept_folds.read(tmp_path)
    assert (found.hash, found.method, found.notes) == (made.hash, made.method, made.notes)
    assert np.array_equal(found.rows, made.rows)
    about = tmp_path / kept_folds.ABOUT
    about.write_text(about.read_text().replace(made.hash, "0" * 64))
    with pytest.raises(StudyError, match="holds other folds than"):
        kept_folds.read(tmp_path)
    (tmp_path / kept_folds.SETS).write_bytes(b"cut off")
    with pytest.raises(StudyError, match="is damaged"):
        kept_folds.read(tmp_path)
