"""The user's own files: good ones are read, bad ones give one sentence."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from nnstudio.data.info import DataError, InputMapping, ModelInput
from nnstudio.data.pipeline.assembling import assemble
from nnstudio.data.pipeline.sets import load
from nnstudio.data.pipeline.understanding import describe, understand


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("names", [("inputs", "targets"), ("x", "y"), ("X", "y"), ("X", "Y")])
def test_npz(tmp_path: Path, names: tuple[str, str]) -> None:
    pictures = np.arange(18 * 4 * 4).reshape(18, 4, 4).astype(np.uint8)
    path = tmp_path / "pictures.npz"
    np.savez(path, **{names[0]: pictures, names[1]: np.array([0, 1, 2] * 6)})
    info = describe(path)
    assert (info.samples, info.classes) == (18, ("0", "1", "2"))
    assert {(1, 4, 4), (16,)} <= set(info.forms)
    dataset = load(path, (1, 4, 4))
    assert dataset.info == info
    given = dataset.to_model(dataset.inputs)
    assert given.dtype == torch.float32  # type: ignore[union-attr]
    assert given[1, 0, 0, 0] == pytest.approx(16 / 255)  # type: ignore[index]
    assert dataset.targets.tolist() == [0, 1, 2] * 6  # type: ignore[union-attr]


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
        with pytest.raises(DataError, match="'inputs' holds pickled objects, which could run code"):
            use(path)


@pytest.mark.parametrize(
    ("arrays", "sentence"),
    [
        ({"x": np.zeros((3, 2)), "y": np.zeros(2)}, "2 samples in 'y', but 3 in the other arrays"),
        ({"x": np.zeros((0, 3)), "y": np.zeros(0)}, "which has no values"),
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
    """They are shown, and a training on them is refused with the ways out."""
    path = tmp_path / "bad.npz"
    np.savez(path, x=np.array([[np.inf, 1.0], [0.0, 2.0]] * 6), y=np.array([0, 1] * 6))
    samples = understand(path)
    assert "x" in [finding.where for finding in samples.findings]
    feed = InputMapping((ModelInput("", samples.spec.having("input")[0].name, (2,)),))
    with pytest.raises(DataError, match="6 samples without a value in 'x'"):
        assemble(samples, feed)


def test_not_an_npz(tmp_path: Path) -> None:
    for content in (b"", b"PK\x03\x04 rubbish", b"\x80\x04N."):
        path = tmp_path / "bad.npz"
        path.write_bytes(content)
        with pytest.raises(DataError, match=r"bad\.npz"):
            load(path)


def test_no_file_and_another_kind_of_file(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no data set or file named .*gone\.csv"):
        load(tmp_path / "gone.csv")
    with pytest.raises(DataError, match=r"data\.doc is not data that can be read: expected a"):
        load(written(tmp_path / "data.doc", "1,2"))


def test_csv_like_the_heartbeat_files(tmp_path: Path) -> None:
    rows = "\n".join(",".join([f"{n / 187:.18e}"] * 187 + [f"{n:.18e}"]) for n in (0, 4, 2) * 5)
    path = written(tmp_path / "mitbih.csv", rows + "\n")
    info = describe(path)
    assert (info.samples, info.classes) == (15, ("0", "2", "4"))
    assert (1, 16, 12) in info.forms
    padded = load(path, (1, 16, 12)).inputs.reshape(15, 192)
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
    path = written(tmp_path / "pixels.csv", "3,1,2,9,0\n4,5,6,7,1\n" * 5)
    assert (1, 2, 2) in describe(path).forms
    assert load(path, (1, 2, 2)).inputs[1, 0].tolist() == [[4.0, 5.0], [6.0, 7.0]]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "is empty"),
        ("a,b,c\n", "names of columns but no records"),
        ("1,2,0\n1,0\n", "line 2: expected 3 columns, found 2"),
    ],
)
def test_unusable_csv(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(DataError, match=sentence) as caught:
        load(written(tmp_path / "bad.csv", text))
    assert "\n" not in str(caught.value)


def test_a_word_among_numbers_is_told_with_its_line(tmp_path: Path) -> None:
    lines = [f"{k % 9},{k % 7},{k % 2}" for k in range(40)]
    lines[20] = "3,oops,0"
    samples = understand(written(tmp_path / "mixed.csv", "\n".join(["a,b,label", *lines])))
    assert any("line 22" in f.sentence and f.where == "b" for f in samples.findings)
