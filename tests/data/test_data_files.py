"""The user's own files: good ones are read, bad ones give one sentence."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from nnstudio.data.info import DataError
from nnstudio.data.pipeline.sets import load
from nnstudio.data.pipeline.understanding import describe


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("names", [("inputs", "targets"), ("x", "y"), ("X", "y"), ("X", "Y")])
def test_npz(tmp_path: Path, names: tuple[str, str]) -> None:
    pictures = np.arange(6 * 4 * 4).reshape(6, 4, 4).astype(np.uint8)
    path = tmp_path / "pictures.npz"
    np.savez(path, **{names[0]: pictures, names[1]: np.array([0, 1, 2, 0, 1, 2])})
    info = describe(path)
    assert (info.samples, info.classes) == (6, ("0", "1", "2"))
    assert info.forms == ((4, 4), (1, 4, 4), (16,))
    dataset = load(path, (1, 4, 4))
    assert dataset.info == info
    assert dataset.inputs.dtype == torch.float32
    assert dataset.inputs[1, 0, 0, 0] == 16.0
    assert dataset.targets.tolist() == [0, 1, 2, 0, 1, 2]


def test_npz_with_numbers_to_predict(tmp_path: Path) -> None:
    path = tmp_path / "houses.npz"
    np.savez_compressed(path, x=np.zeros((3, 5)), y=np.array([[0.5], [1.0], [2.5]]))
    dataset = load(path)
    assert dataset.info.classes == ()
    assert dataset.targets.tolist() == [0.5, 1.0, 2.5]
    assert describe(path) == dataset.info


def test_pickled_npz_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "objects.npz"
    np.savez(path, inputs=np.array([{}, [1]], dtype=object), targets=np.array([0, 1]))
    for use in (describe, load):
        with pytest.raises(DataError, match="pickled objects in 'inputs', which could run code"):
            use(path)


@pytest.mark.parametrize(
    ("arrays", "sentence"),
    [
        ({"a": np.zeros(2)}, "needs the arrays 'inputs' and 'targets'; found: a"),
        ({"x": np.zeros((3, 2)), "y": np.zeros(2)}, "3 inputs but 2 targets"),
        ({"x": np.zeros(3), "y": np.zeros(3)}, "expected samples first"),
        ({"x": np.zeros((0, 3)), "y": np.zeros(0)}, "expected samples first"),
        ({"x": np.array([["a"], ["b"]]), "y": np.zeros(2)}, "not a number"),
        ({"x": np.zeros((2, 2)), "y": np.eye(2)}, "expected one class per sample"),
        ({"x": np.zeros((2, 2)), "y": np.array([np.nan, 1.0])}, "not classes, such as nan"),
    ],
)
def test_unusable_npz(tmp_path: Path, arrays: dict[str, np.ndarray], sentence: str) -> None:
    path = tmp_path / "bad.npz"
    np.savez(path, **arrays)
    for use in (describe, load):
        with pytest.raises(DataError, match=sentence) as caught:
            use(path)
        assert "\n" not in str(caught.value)


def test_inputs_that_are_not_finite(tmp_path: Path) -> None:
    path = tmp_path / "bad.npz"
    np.savez(path, x=np.array([[np.inf], [0.0]]), y=np.array([0, 1]))
    with pytest.raises(DataError, match="NaN or infinite"):
        load(path)


def test_not_an_npz(tmp_path: Path) -> None:
    for content in (b"", b"PK\x03\x04 rubbish", b"\x80\x04N."):
        path = tmp_path / "bad.npz"
        path.write_bytes(content)
        with pytest.raises(DataError, match=r"bad\.npz"):
            load(path)


def test_no_file_and_another_kind_of_file(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no data set or file named .*gone\.csv"):
        load(tmp_path / "gone.csv")
    with pytest.raises(DataError, match=r"expected a \.npz or \.csv file"):
        load(written(tmp_path / "data.txt", "1,2"))


def test_csv_like_the_heartbeat_files(tmp_path: Path) -> None:
    rows = "\n".join(",".join([f"{n / 187:.18e}"] * 187 + [f"{n:.18e}"]) for n in (0, 4, 2))
    path = written(tmp_path / "mitbih.csv", rows + "\n")
    info = describe(path)
    assert (info.samples, info.classes) == (3, ("0", "1", "2", "3", "4"))
    assert (1, 16, 12) in info.forms
    padded = load(path, (1, 16, 12)).inputs.reshape(3, 192)
    assert not padded[:, 187:].any()
    assert torch.equal(padded[:, :187], load(path).inputs)


def test_csv_with_heading_words_and_semicolons(tmp_path: Path) -> None:
    path = written(
        tmp_path / "iris.csv", "length;width;kind\n1;2;setosa\n3;4;virginica\n5;6;setosa\n"
    )
    dataset = load(path)
    assert dataset.info == describe(path)
    assert dataset.info.classes == ("setosa", "virginica")
    assert dataset.targets.tolist() == [0, 1, 0]
    assert dataset.inputs.tolist() == [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]


def test_csv_of_pixels_may_be_pictures(tmp_path: Path) -> None:
    path = written(tmp_path / "pixels.csv", "0,1,2,3,0\n4,5,6,7,1\n")
    assert (1, 2, 2) in describe(path).forms
    assert load(path, (1, 2, 2)).inputs[1, 0].tolist() == [[4.0, 5.0], [6.0, 7.0]]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "is empty"),
        ("a,b,c\n", "heading but no rows"),
        ("1\n2\n", "one column"),
        ("1,2,0\n1,0\n", "cannot be read as a table"),
        ("1,2,0\n1,x,0\n", "cannot be read as a table"),
        ("1,2,0.5\n1,2,0.25\n", "not classes, such as 0.5"),
    ],
)
def test_unusable_csv(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(DataError, match=sentence) as caught:
        load(written(tmp_path / "bad.csv", text))
    assert "\n" not in str(caught.value)


def test_csv_mixing_words_and_numbers(tmp_path: Path) -> None:
    path = written(tmp_path / "mixed.csv", "1,2,0\n1,2,setosa\n")
    for use in (describe, load):
        with pytest.raises(DataError, match=r"mixed\.csv"):
            use(path)
