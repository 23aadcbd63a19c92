"""What arrays are understood to be: by their names, else by shapes and values."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from nnstudio.data.info import DataError
from nnstudio.project.data.spec import DataSpec
from tests.array_files import glanced, npz, read, task

CASES = Path(__file__).parents[1] / "cases" / "data"
RANDOM = np.random.default_rng(1)
N = 60
X = RANDOM.normal(size=(N, 4))
Y = np.arange(N) % 3
BYTES = RANDOM.integers(0, 256, (N, 16, 12, 3), np.uint8)


def test_pictures_with_their_channels_last() -> None:
    samples = read(CASES / "hwc.npz")
    stored = np.load(CASES / "hwc.npz")["x"]
    assert np.array_equal(samples.fields["x"], stored.transpose(0, 3, 1, 2))
    field = samples.spec.by_name["x"]
    assert (field.kind, field.axes, field.shape) == ("image", "HWC", (3, 8, 8))
    assert [guess.why for guess in samples.spec.guesses if guess.about == "fields.x.axes"]
    [finding] = samples.findings
    assert finding.fixes[0].title == "Leave it as it is"
    left = read(CASES / "hwc.npz", finding.fixes[0].spec)
    assert np.array_equal(left.fields["x"], stored)


def test_ages_are_numbers() -> None:
    samples = read(CASES / "y_age_i.npz")
    assert task(samples) == "number"
    assert samples.fields["y"].dtype == np.int64
    assert samples.spec.targets[0].classes == ()


@pytest.mark.parametrize("name", ["y", "labels", "Target", "class"])
def test_targets_by_name(tmp_path: Path, name: str) -> None:
    samples = read(npz(tmp_path, **{name: Y, "whatever": X, "also": np.arange(N) % 2}))
    assert samples.spec.by_name[name].role == "target"
    assert samples.spec.by_name["also"].role == "input"


def test_targets_by_shape(tmp_path: Path) -> None:
    samples = read(npz(tmp_path, a=Y, b=X, mean=np.zeros(4)))
    assert {field.name: field.role for field in samples.spec.fields} == {
        "a": "target",
        "b": "input",
    }
    assert [finding.where for finding in samples.findings] == ["mean"]


@pytest.mark.parametrize(
    "names",
    [
        ("x_train", "y_train", "x_test", "y_test"),
        ("trainX", "trainY", "testX", "testY"),
        ("train_images", "train_labels", "test_images", "test_labels"),
        ("Xtr", "Ytr", "Xte", "Yte"),
    ],
)
def test_parts_by_name(tmp_path: Path, names: tuple[str, ...]) -> None:
    arrays = dict(zip(names, (X, Y, X[:9] + 1, Y[:9]), strict=True))
    samples = read(npz(tmp_path, **arrays))
    assert samples.count == N + 9
    assert samples.given is not None
    assert samples.given.tolist() == [0] * N + [2] * 9
    given = next(iter(samples.fields.values()))
    assert np.array_equal(given[N:], X[:9] + 1)
    assert samples.spec.split.by == "given"


def test_a_part_without_its_targets_is_left_out(tmp_path: Path) -> None:
    samples = read(npz(tmp_path, x_train=X, y_train=Y, x_val=X[:5], y_val=Y[:5], x_test=X[:7]))
    assert samples.count == N + 5
    assert [finding.where for finding in samples.findings] == ["x_test"]


def test_names_that_only_sound_like_parts(tmp_path: Path) -> None:
    samples = read(npz(tmp_path, blood_test=X, interval=RANDOM.normal(size=N), y=Y))
    assert set(samples.fields) == {"blood_test", "interval", "y"}
    assert samples.given is None


def test_several_inputs_and_targets(tmp_path: Path) -> None:
    samples = read(
        npz(tmp_path, image=BYTES, x_table=X, y_kind=Y, y_age=RANDOM.normal(size=N), label_b=Y == 1)
    )
    roles = {field.name: field.role for field in samples.spec.fields}
    assert [name for name, role in roles.items() if role == "input"] == ["image", "x_table"]
    tasks = {target.name: target.task for target in samples.spec.targets}
    assert tasks == {"y_kind": "classes", "y_age": "number", "label_b": "classes"}


def test_samples_last(tmp_path: Path) -> None:
    samples = read(npz(tmp_path, X=BYTES.transpose(1, 2, 3, 0), y=Y))
    assert samples.spec.by_name["X"].axes == "HWCN"
    assert np.array_equal(samples.fields["X"], BYTES.transpose(0, 3, 1, 2))
    [finding] = samples.findings
    left = read(tmp_path / "data.npz", finding.fixes[0].spec)
    assert np.array_equal(left.fields["X"], BYTES)


@pytest.mark.parametrize(
    ("shape", "kind", "expected", "form"),
    [
        ((28, 28), "u1", "image", (1, 28, 28)),
        ((28, 28), "f4", "image", (1, 28, 28)),
        ((1, 28, 28), "f4", "image", (1, 28, 28)),
        ((5, 9, 12), "f8", "image", (5, 9, 12)),
        ((12, 16, 4), "f4", "image", (4, 12, 16)),
        ((2, 500), "f4", "signal", (2, 500)),
        ((12, 5), "f4", "number", (12, 5)),
        ((7,), "f4", "number", (7,)),
        ((784,), "u1", "number", (784,)),
        ((), "f4", "number", ()),
    ],
)
def test_kinds_by_shape(
    tmp_path: Path, shape: tuple[int, ...], kind: str, expected: str, form: tuple[int, ...]
) -> None:
    x = RANDOM.integers(0, 200, (30, *shape)).astype(kind)
    samples = read(npz(tmp_path, x=x, y=Y[:30]))
    field = samples.spec.by_name["x"]
    assert (field.kind, field.shape) == (expected, form)
    assert samples.fields["x"].shape == (30, *form)


def test_smooth_rows_are_signals(tmp_path: Path) -> None:
    waves = np.cumsum(RANDOM.normal(size=(N, 187)), 1)
    assert read(npz(tmp_path, x=waves, y=Y)).spec.by_name["x"].kind == "signal"
    table = RANDOM.normal(size=(N, 187))
    assert read(npz(tmp_path, x=table, y=Y)).spec.by_name["x"].kind == "number"


def test_classes_keep_their_numbers_as_names(tmp_path: Path) -> None:
    y = np.array([-1, 5, 7])[Y]
    samples = read(npz(tmp_path, x=X, y=y))
    assert samples.spec.targets[0].classes == ("-1", "5", "7")
    assert samples.fields["y"].tolist() == Y.tolist()


def test_saved_classes_keep_their_order(tmp_path: Path) -> None:
    spec = read(npz(tmp_path, x=X, y=np.array(["b", "a", "c"])[Y])).spec
    turned = tuple(
        field.with_values(classes=("c", "b", "a")) if field.name == "y" else field
        for field in spec.fields
    )
    samples = read(tmp_path / "data.npz", spec.with_values(fields=turned))
    assert samples.fields["y"].tolist() == np.array([1, 2, 0])[Y].tolist()
    npz(tmp_path, x=X, y=np.array(["b", "a", "d"])[Y])
    with pytest.raises(DataError, match="has the class d in 'y', which is none of those known"):
        read(tmp_path / "data.npz", spec)


def test_words_beside_are_the_names_of_classes(tmp_path: Path) -> None:
    names = np.array(["cat", "dog", "eel", "fox"])
    samples = read(npz(tmp_path, x=X, y=Y, class_names=names))
    assert samples.spec.by_name["y"].classes == tuple(names)
    assert samples.fields["y"].tolist() == Y.tolist()


@pytest.mark.parametrize(
    ("y", "expected"),
    [
        (Y, "classes"),
        (Y.astype(float), "classes"),
        (Y[:, None], "classes"),
        (np.array(["a", "b", "c"])[Y], "classes"),
        (Y == 1, "classes"),
        (np.arange(N), "number"),
        (RANDOM.normal(size=N), "number"),
        (RANDOM.normal(size=(N, 2)), "number"),
        (np.eye(3)[Y], "classes"),
        (RANDOM.integers(0, 2, (N, 5)), "labels"),
    ],
)
def test_tasks_by_the_values(tmp_path: Path, y: np.ndarray, expected: str) -> None:
    samples = read(npz(tmp_path, x=X, y=y))
    assert task(samples) == expected
    if expected == "classes":
        assert samples.fields["y"].shape == (N,)
        assert samples.fields["y"].dtype == np.int64
        assert len(np.unique(samples.fields["y"])) == len(samples.spec.targets[0].classes)


def test_masks_beside_pictures(tmp_path: Path) -> None:
    masks = RANDOM.choice(np.array([0, 1, 255], np.uint8), (N, 16, 12))
    for stored in (masks, masks[..., None], masks[:, None]):
        samples = read(npz(tmp_path, x=BYTES, y=stored))
        assert task(samples) == "per_pixel"
        assert samples.fields["y"].shape == (N, 16, 12)
        assert samples.spec.targets[0].classes == ("0", "1", "255")
        assert np.array_equal(np.array([0, 1, 255])[samples.fields["y"]], masks)


def test_a_class_for_each_position(tmp_path: Path) -> None:
    y = RANDOM.integers(0, 4, (N, 100))
    for x in (RANDOM.normal(size=(N, 100, 6)), RANDOM.normal(size=(N, 2, 100))):
        samples = read(npz(tmp_path, x=x, y=y))
        assert task(samples) == "per_position"
        assert np.array_equal(samples.fields["y"], y)


def test_tokens(tmp_path: Path) -> None:
    text = RANDOM.integers(0, 50, (N, 21))
    text[:, 0] = 50
    samples = read(npz(tmp_path, x=text[:, :-1], y=text[:, 1:]))
    assert task(samples) == "next_token"
    assert samples.spec.by_name["x"].kind == "tokens"
    assert len(samples.spec.targets[0].classes) == 51
    assert len(samples.spec.by_name["y"].classes) == 51
    samples = read(npz(tmp_path, src=text, tgt=RANDOM.integers(0, 50, (N, 9))))
    assert task(samples, "tgt") == "tokens"
    assert samples.spec.by_name["src"].kind == "tokens"


def test_masks_of_attention_are_inputs(tmp_path: Path) -> None:
    ids = RANDOM.integers(0, 900, (N, 12))
    mask = (ids > 100).astype(np.int8)
    samples = read(npz(tmp_path, input_ids=ids, attention_mask=mask, labels=Y))
    roles = {field.name: (field.role, field.kind) for field in samples.spec.fields}
    assert roles == {
        "input_ids": ("input", "tokens"),
        "attention_mask": ("input", "number"),
        "labels": ("target", "category"),
    }


def test_reconstruction_and_denoising(tmp_path: Path) -> None:
    samples = read(npz(tmp_path, x=BYTES, y=BYTES))
    assert task(samples) == "reconstruction"
    assert np.array_equal(samples.fields["y"], samples.fields["x"])
    samples = read(npz(tmp_path, x=BYTES, y=255 - BYTES))
    assert task(samples) == "number"
    assert samples.fields["y"].shape == (N, 3, 16, 12)
    assert task(read(npz(tmp_path, x=BYTES)), "x") == "reconstruction"


def test_the_task_that_the_user_chooses_wins(tmp_path: Path) -> None:
    spec = read(npz(tmp_path, x=X, y=Y)).spec
    asked = spec.targets[0].with_values(task="number", classes=())
    samples = read(tmp_path / "data.npz", spec.with_values(targets=(asked,)))
    assert samples.spec.by_name["y"].kind == "number"
    assert samples.fields["y"].tolist() == Y.tolist()
    spec = read(npz(tmp_path, x=X, y=np.arange(N))).spec
    asked = spec.targets[0].with_values(task="classes")
    samples = read(tmp_path / "data.npz", spec.with_values(targets=(asked,)))
    assert len(samples.spec.targets[0].classes) == N


def test_numbers_that_are_none_are_counted(tmp_path: Path) -> None:
    x = X.copy()
    x[4, 1], x[9, 2], x[11, 0] = np.nan, np.nan, np.inf
    samples = read(npz(tmp_path, x=x, y=Y))
    found = {finding.code: finding for finding in samples.findings}
    assert "2 missing numbers (NaN), the first in sample 5" in found["missing"].sentence
    assert "1 infinite number, the first in sample 12" in found["infinite"].sentence
    filled = found["missing"].fixes[1].spec
    assert filled.by_name["x"].missing == "mean"


def test_one_class_is_an_error(tmp_path: Path) -> None:
    samples = read(npz(tmp_path, x=X, y=np.zeros(N, int)))
    assert [(f.severity, f.code) for f in samples.findings] == [("error", "one_class")]


def test_what_cannot_be_used_is_said(tmp_path: Path) -> None:
    samples = read(npz(tmp_path, x=X, y=Y, when=np.zeros(N, "M8[s]"), z=np.zeros(N, complex)))
    assert set(samples.fields) == {"x", "y"}
    assert [finding.where for finding in samples.findings] == ["when", "z"]


@pytest.mark.parametrize(
    ("arrays", "sentence"),
    [
        ({"a": np.float64(3)}, "holds no array with samples"),
        ({"x": X, "y": Y[:50]}, "has 50 samples in 'y', but 60 in the other arrays"),
        ({"x": X.astype(complex), "y": Y}, "'x' holds complex numbers"),
        ({"x": np.array([{}, 1], object), "y": Y[:2]}, "pickled objects, which could run code"),
        ({"x": np.zeros((0, 3)), "y": np.zeros(0)}, r"'x' has the shape \(0, 3\)"),
        ({"x_train": X, "x_test": X[:, :2]}, "samples of different shapes in its parts"),
    ],
)
def test_refusals(tmp_path: Path, arrays: dict[str, np.ndarray], sentence: str) -> None:
    path = npz(tmp_path, **arrays)
    with pytest.raises(DataError, match=sentence) as caught:
        glanced(path)
    assert "\n" not in str(caught.value)
    assert "data.npz" in str(caught.value)


def test_the_rest_of_a_spec_is_kept(tmp_path: Path) -> None:
    path = npz(tmp_path, x=X, y=Y)
    spec = DataSpec(source=glanced(path).spec.source, balance="class_weights", resize=True)
    samples = read(path, spec)
    assert (samples.spec.balance, samples.spec.resize) == ("class_weights", True)
    assert samples.spec.fields
    shutil.rmtree(tmp_path)


def test_labels_are_zeros_and_ones(tmp_path: Path) -> None:
    y = RANDOM.integers(0, 2, (N, 5))
    spec = read(npz(tmp_path, x=X, y=y)).spec
    field = spec.by_name["y"]
    assert (field.kind, field.shape, field.dtype) == ("category", (5,), "uint8")
    assert spec.targets[0].classes == ("0", "1", "2", "3", "4")
    y[7, 3] = 2
    npz(tmp_path, x=X, y=y)
    with pytest.raises(DataError, match="has 2 in sample 8 of 'y': expected 0 or 1"):
        read(tmp_path / "data.npz", spec)
    asked = spec.targets[0].with_values(task="number", classes=())
    samples = read(tmp_path / "data.npz", spec.with_values(targets=(asked,)))
    assert samples.fields["y"].tolist() == y.tolist()
