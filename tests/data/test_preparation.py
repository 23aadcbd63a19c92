"""Fitted on the training part alone, and the same for every part."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from nnstudio.data.info import DataError, InputMapping, ModelInput
from nnstudio.data.pipeline.assembling import assemble
from nnstudio.data.pipeline.describing import info_of
from nnstudio.data.preparation.fit import fit_preparation
from nnstudio.data.preparation.missing import without_gaps
from nnstudio.data.preparation.streams import streams
from nnstudio.data.samples import Samples
from nnstudio.project.data.fields import Target
from nnstudio.project.data.spec import DataSpec
from nnstudio.project.data.split import Split
from nnstudio.project.data.steps import Step
from tests.data.made import pictures, table


def with_steps(samples: Samples, *steps: Step, **more: Any) -> Samples:
    return replace(samples, spec=samples.spec.with_values(preparation=steps, **more))


def field_as(samples: Samples, name: str, **values: Any) -> Samples:
    fields = tuple(f.with_values(**values) if f.name == name else f for f in samples.spec.fields)
    return replace(samples, spec=samples.spec.with_values(fields=fields))


def matrix(samples: Samples, train: Any) -> np.ndarray[Any, Any]:
    (stream,) = streams(samples.spec)
    fitted = fit_preparation(samples, samples.spec, np.asarray(train))
    return fitted.stream(samples, None, stream)[0]


def test_numbers_and_categories_of_a_table_are_one_input() -> None:
    samples = table()
    (stream,) = streams(samples.spec)
    assert (stream.name, stream.form) == ("x", (4,))
    values = matrix(samples, range(90))
    assert values.dtype == np.float32
    assert np.allclose(values[:, 0], samples.fields["a"])
    assert np.array_equal(values[:, 2:].argmax(1), samples.fields["colour"])


@pytest.mark.parametrize("name", ["standardise", "min_max", "robust"])
def test_scaling_knows_the_training_part_alone(name: str) -> None:
    samples, train = with_steps(table(), Step(name=name)), np.arange(60)
    values = matrix(samples, train)
    changed = samples.fields["a"].copy()
    changed[60:] += 1e6
    others = matrix(replace(samples, fields={**samples.fields, "a": changed}), train)
    assert np.array_equal(values[:60], others[:60])
    column = values[:60, 0].astype(np.float64)
    match name:
        case "standardise":
            assert abs(column.mean()) < 1e-6
            assert abs(column.std() - 1) < 1e-6
        case "min_max":
            assert (column.min(), column.max()) == (0, 1)
        case _:
            assert abs(np.median(column)) < 1e-6


def test_steps_for_some_fields_and_in_their_order() -> None:
    samples = with_steps(
        table(), Step(name="clip", fields=("b",), params=(("share", 0.25),)), Step(name="min_max")
    )
    values = matrix(samples, range(90))
    assert (values[:, 1] == 0).sum() >= 20
    assert (values[:, 0] == 0).sum() == 1


def test_what_does_not_vary_stays_finite() -> None:
    samples = with_steps(table(), Step(name="standardise"))
    constant = np.full(90, 7.0)
    values = matrix(replace(samples, fields={**samples.fields, "a": constant}), range(90))
    assert np.array_equal(values[:, 0], np.zeros(90))


def test_pictures_are_scaled_on_the_device_as_they_would_be_here() -> None:
    samples = with_steps(pictures(), Step(name="standardise"))
    found = assemble(samples, InputMapping((ModelInput("", "picture", (3, 6, 6)),)))
    batch = found.train.to_model(found.train.inputs)
    raw = samples.fields["picture"][found.parts.train] / 255
    mean, spread = raw.mean((0, 2, 3), keepdims=True), raw.std((0, 2, 3), keepdims=True)
    assert np.allclose(batch, (raw - mean) / spread, atol=1e-5)


def gap(samples: Samples, name: str, *rows: int) -> Samples:
    values = samples.fields[name].copy()
    values[list(rows)] = -1 if values.dtype.kind == "i" else np.nan
    return replace(samples, fields={**samples.fields, name: values})


def test_missing_values_are_refused_with_the_ways_out() -> None:
    with pytest.raises(DataError, match=r"2 samples without a value in 'a', the first at sample 4"):
        without_gaps(gap(table(), "a", 3, 8), "The table")


@pytest.mark.parametrize(("rule", "value"), [("mean", 4.5), ("median", 4.5), ("zero", 0.0)])
def test_missing_numbers_are_filled_from_the_training_part(rule: str, value: float) -> None:
    samples = gap(field_as(table(), "a", missing=rule), "a", 3, 70)
    samples.fields["a"][:10] = np.where(np.isnan(samples.fields["a"][:10]), np.nan, 4.5)
    values = matrix(without_gaps(samples, "The table"), range(10))
    assert values[3, 0] == pytest.approx(value)
    assert values[70, 0] == pytest.approx(value)


def test_samples_with_gaps_are_left_out() -> None:
    samples = without_gaps(gap(field_as(table(), "a", missing="drop"), "a", 3, 8), "The table")
    assert len(samples) == 88


def test_a_missing_category_as_a_class_of_its_own() -> None:
    samples = gap(field_as(table(), "colour", missing="own_category"), "colour", 3)
    values = matrix(without_gaps(samples, "The table"), range(90))
    assert values.shape[1] == 5
    assert values[3, 2:].tolist() == [0, 0, 1]


def test_a_target_is_never_filled() -> None:
    samples = gap(field_as(table(), "kind", missing="most_common"), "kind", 3)
    with pytest.raises(DataError, match="'kind'"):
        without_gaps(samples, "The table")


@pytest.mark.parametrize(
    ("spec", "sentence"),
    [
        ({"preparation": (Step(name="standardize"),)}, "there is standardise"),
        (
            {"preparation": (Step(name="clip", params=(("share", 2.0),)),)},
            "'clip' cannot have share 2.0: it must be below 0.5",
        ),
        ({"preparation": (Step(name="one_hot", fields=("a",)),)}, "a is of the kind number"),
    ],
)
def test_steps_that_cannot_be(spec: dict[str, Any], sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        streams(table().spec.with_values(**spec))


# -- what is asked ---------------------------------------------------------------------------------


def targets(samples: Samples, *asked: Target) -> DataSpec:
    return samples.spec.with_values(targets=asked)


def test_several_numbers_are_one_target() -> None:
    samples = field_as(table(), "a", role="target")
    spec = targets(samples, Target(name="y", fields=("a", "day"), task="number"))
    assert info_of(spec).answers[0].output == (2,)
    found = assemble(replace(samples, spec=spec), InputMapping((ModelInput("", "x", (3,)),)))
    assert tuple(found.train.targets.shape) == (len(found.parts.train), 2)  # type: ignore[union-attr]


def test_an_answer_is_no_input() -> None:
    samples = table()
    spec = targets(samples, Target(name="y", fields=("a",), task="number"))
    with pytest.raises(DataError, match="a is an input and what is asked"):
        info_of(spec)


def test_one_class_is_refused() -> None:
    samples = table()
    same = {**samples.fields, "kind": np.zeros(90, np.int64)}
    with pytest.raises(DataError, match=r"the same class in 'kind' \(x\)"):
        assemble(replace(samples, fields=same), InputMapping((ModelInput("", "x", (4,)),)))


# -- what cannot be --------------------------------------------------------------------------------


@pytest.mark.parametrize("steps", [(), (Step(name="standardise"),)])
def test_numbers_beyond_what_models_compute_with_are_refused(steps: tuple[Step, ...]) -> None:
    samples = with_steps(table(), *steps)
    huge = samples.fields["a"] * np.linspace(1e299, 9e299, 90) * 1e7
    with pytest.raises(DataError, match=r"'a' go up to .*e\+307 in size.*float32"):
        matrix(replace(samples, fields={**samples.fields, "a": huge}), range(60))


def test_a_spread_without_an_inverse_is_none() -> None:
    samples = with_steps(table(), Step(name="standardise"))
    tiny = np.where(np.arange(90) % 2, 1e-320, 0.0)
    assert np.isfinite(
        matrix(replace(samples, fields={**samples.fields, "a": tiny}), range(60))
    ).all()


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("age", "no field named 'age': expected one of a, b, colour"),
        ("kind", "'kind', which is neither given to the model nor a number"),
        ("person", "'person', which is neither"),
    ],
)
def test_a_step_names_a_field_that_goes_through_it(name: str, sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        streams(with_steps(table(), Step(name="standardise", fields=(name,))).spec)


def test_samples_without_an_answer_are_left_out_if_that_is_the_rule() -> None:
    samples = gap(table(), "kind", 3, 5)
    dropped = replace(samples, spec=samples.spec.with_values(missing="drop"))
    assert len(assemble(dropped, InputMapping((ModelInput("", "x", (4,)),))).train) < 90
    with pytest.raises(DataError, match="2 samples without a value in 'kind'"):
        assemble(samples, InputMapping((ModelInput("", "x", (4,)),)))


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("nosuch", "'nosuch', which no Input of the model gets"),
        ("a", "given together with 2 more: name 'x', which changes all"),
    ],
)
def test_an_augmentation_names_a_field_that_is_given(name: str, sentence: str) -> None:
    samples = table(augmentation=(Step(name="noise", fields=(name,)),))
    with pytest.raises(DataError, match=sentence):
        assemble(samples, InputMapping((ModelInput("", "x", (4,)),)))


@pytest.mark.parametrize("name", ["picture", "image"])
def test_an_augmentation_of_a_field_is_one_of_the_input_that_gets_it(name: str) -> None:
    samples = pictures(augmentation=(Step(name="flip", fields=("picture",)),))
    given = InputMapping((ModelInput(name, "picture", (3, 6, 6)),))
    assert assemble(samples, given).train.augmentation == (Step(name="flip", fields=(name,)),)


@pytest.mark.parametrize(
    ("weights", "balance", "sentence"),
    [
        (np.linspace(-1, 1, 90), "none", "'person' must be numbers of at least 0, not -1 as at"),
        (np.full(90, np.nan), "none", "must be numbers of at least 0, not nan as at sample 1"),
        (np.zeros(90), "none", "'person' are all 0: no sample would ever be drawn"),
        (np.ones(90), "smote", "'person' says how often .* and so does the balance smote"),
    ],
)
def test_weights_that_cannot_be(weights: Any, balance: str, sentence: str) -> None:
    samples = field_as(table(balance=balance), "person", role="weight")
    samples = replace(samples, fields={**samples.fields, "person": weights})
    samples = replace(
        samples, spec=samples.spec.with_values(balance=balance, split=Split(by="random"))
    )
    with pytest.raises(DataError, match=sentence):
        assemble(samples, InputMapping((ModelInput("", "x", (4,)),)))
