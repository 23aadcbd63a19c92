"""Every kind of file of arrays gives what the library that wrote it put in."""

from __future__ import annotations

import io
from pathlib import Path

import h5py
import numpy as np
import pytest
import scipy.io
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from safetensors.numpy import save_file

from nnstudio.data.reading.arrays.reader import READERS
from nnstudio.data.samples import nobody_watches
from nnstudio.project.data.spec import DataSpec
from nnstudio.symbols.work import CancelledError
from tests.array_files import cifar_bytes, glanced, npz, read, reader_of, task, write_idx

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(40, 5)).astype(np.float32)
Y = np.arange(40) % 4
PICTURES = RANDOM.integers(0, 256, (40, 28, 28), np.uint8)


def written(path: Path, x: np.ndarray, y: np.ndarray) -> Path:
    """x and y in a file of the kind that its ending says."""
    match path.suffix:
        case ".npz":
            np.savez(path, x=x, y=y)
        case ".safetensors":
            save_file({"x": np.ascontiguousarray(x), "y": np.ascontiguousarray(y)}, path)
        case ".h5":
            with h5py.File(path, "w") as file:
                file["x"], file["y"] = x, y
        case ".mat":
            scipy.io.savemat(path, {"x": x, "y": y})
    return path


@pytest.mark.parametrize("ending", [".npz", ".safetensors", ".h5", ".mat"])
@pytest.mark.parametrize("kind", ["<f4", "<f8", "<i2", "|u1"])
def test_inputs_and_classes(tmp_path: Path, ending: str, kind: str) -> None:
    x = (X * 100).astype(kind)
    samples = read(written(tmp_path / f"data{ending}", x, Y))
    assert np.array_equal(samples.fields["x"], x)
    assert samples.fields["y"].tolist() == Y.tolist()
    assert samples.spec.by_name["y"].classes == ("0", "1", "2", "3")
    assert task(samples) == "classes"
    assert samples.spec.by_name["x"].role == "input"
    assert not samples.findings


@pytest.mark.parametrize("ending", [".safetensors", ".h5"])
def test_large_arrays_are_memory_maps(tmp_path: Path, ending: str) -> None:
    samples = read(written(tmp_path / f"data{ending}", X, Y))
    assert isinstance(samples.fields["x"], np.memmap)


def test_compressed_npz_in_the_order_of_fortran(tmp_path: Path) -> None:
    path = tmp_path / "data.npz"
    np.savez_compressed(path, x=np.asfortranarray(X), y=Y)
    assert np.array_equal(read(path).fields["x"], X)


@pytest.mark.parametrize("pack", [{}, {"compression": "gzip"}, {"compression": "lzf"}])
def test_hdf5_in_chunks_and_groups(tmp_path: Path, pack: dict[str, str]) -> None:
    path = tmp_path / "data.h5"
    with h5py.File(path, "w") as file:
        for part, rows in (("train", 30), ("test", 10)):
            group = file.create_group(part)
            group.create_dataset("images", data=PICTURES[:rows], chunks=(7, 28, 28), **pack)
            group.create_dataset("labels", data=Y[:rows])
    samples = read(path)
    assert samples.fields["images"].shape == (40, 1, 28, 28)
    assert np.array_equal(samples.fields["images"][30:, 0], PICTURES[:10])
    assert samples.given is not None
    assert samples.given.tolist() == [0] * 30 + [2] * 10
    assert samples.spec.split.by == "given"


def test_words_of_hdf5(tmp_path: Path) -> None:
    path = tmp_path / "data.h5"
    with h5py.File(path, "w") as file:
        file["x"] = X
        file["y"] = ["Käse" if k % 2 else "Brot" for k in range(40)]
    samples = read(path)
    assert samples.spec.by_name["y"].classes == ("Brot", "Käse")
    assert samples.fields["y"].tolist() == [0, 1] * 20


def test_npy_is_one_array_to_be_reconstructed(tmp_path: Path) -> None:
    np.save(tmp_path / "faces.npy", PICTURES)
    samples = read(tmp_path / "faces.npy")
    assert isinstance(samples.fields["faces"], np.memmap)
    assert np.array_equal(samples.fields["faces"][:, 0], PICTURES)
    assert task(samples, "faces") == "reconstruction"


def test_structured_npy_is_a_table(tmp_path: Path) -> None:
    kind = np.dtype([("age", "<i4"), ("mass", "<f4"), ("label", "U8")])
    rows = np.array([(k, k / 7, "ab"[k % 2]) for k in range(30)], kind)
    np.save(tmp_path / "table.npy", rows)
    samples = read(tmp_path / "table.npy")
    assert samples.fields["age"].tolist() == list(range(30))
    assert samples.spec.by_name["label"].classes == ("a", "b")
    assert task(samples, "label") == "classes"


def test_a_folder_of_npy(tmp_path: Path) -> None:
    for name, array in {"X_train": X, "y_train": Y, "X_test": X[:8], "y_test": Y[:8]}.items():
        np.save(tmp_path / f"{name}.npy", array)
    samples = read(tmp_path)
    assert samples.count == 48
    assert set(samples.fields) == {"X", "y"}


def test_matlab_of_all_versions(tmp_path: Path) -> None:
    pictures = RANDOM.integers(0, 256, (16, 20, 3, 60), np.uint8)
    labels = (np.arange(60) % 10 + 1).astype(np.float64)[:, None]
    old, new = tmp_path / "old.mat", tmp_path / "new.mat"
    scipy.io.savemat(old, {"X": pictures, "y": labels, "s": "a word"}, do_compression=True)
    with h5py.File(new, "w", userblock_size=512) as file:
        for name, array, kind in (("X", pictures, b"uint8"), ("y", labels, b"double")):
            file.create_dataset(name, data=array.T).attrs["MATLAB_class"] = np.bytes_(kind)
    for path in (old, new):
        samples = read(path)
        assert samples.spec.by_name["X"].axes == "HWCN"
        assert np.array_equal(samples.fields["X"], pictures.transpose(3, 2, 0, 1))
        assert samples.spec.by_name["y"].classes == tuple(str(k) for k in range(1, 11))
        assert samples.fields["y"].tolist() == (labels[:, 0] - 1).tolist()


def test_matlabs_columns_are_samples(tmp_path: Path) -> None:
    path = tmp_path / "columns.mat"
    scipy.io.savemat(path, {"inputs": X.T, "targets": Y[None].astype(float)})
    samples = read(path)
    assert np.array_equal(samples.fields["inputs"], X)
    assert samples.fields["targets"].tolist() == Y.tolist()


def test_mnist_with_its_parts(tmp_path: Path) -> None:
    for prefix, rows in (("train", 30), ("t10k", 10)):
        write_idx(tmp_path / f"{prefix}-images-idx3-ubyte.gz", PICTURES[:rows])
        write_idx(tmp_path / f"{prefix}-labels-idx1-ubyte", Y[:rows].astype(np.uint8))
    for path in (tmp_path, tmp_path / "t10k-labels-idx1-ubyte"):
        samples = read(path)
        assert samples.count == 40
        assert samples.spec.by_name["images"].shape == (1, 28, 28)
        assert np.array_equal(samples.fields["images"][30:, 0], PICTURES[:10])
        assert samples.fields["labels"].tolist() == [*Y[:30], *Y[:10]]
        assert samples.given is not None
        assert samples.given[29:31].tolist() == [0, 2]


def test_pictures_of_emnist_are_turned(tmp_path: Path) -> None:
    write_idx(tmp_path / "emnist-digits-train-images-idx3-ubyte", PICTURES)
    write_idx(tmp_path / "emnist-digits-train-labels-idx1-ubyte", Y.astype(np.uint8))
    samples = read(tmp_path)
    assert np.array_equal(samples.fields["images"][0, 0], PICTURES[0].T)
    [finding] = samples.findings
    left = read(tmp_path, finding.fixes[0].spec)
    assert np.array_equal(left.fields["images"][0, 0], PICTURES[0])


@pytest.mark.parametrize("kind", ["<i2", "<i4", "<f4", "<f8", "|i1"])
def test_other_types_of_idx(tmp_path: Path, kind: str) -> None:
    array = (X * 50).astype(kind)
    samples = read(write_idx(tmp_path / "values.idx", array))
    assert np.array_equal(samples.fields["values"], array)
    assert samples.fields["values"].dtype.isnative


def test_cifar_10(tmp_path: Path) -> None:
    pictures = RANDOM.integers(0, 256, (60, 3, 32, 32), np.uint8)
    labels = np.arange(60)[:, None] % 10
    for k in range(5):
        rows = slice(10 * k, 10 * k + 10)
        (tmp_path / f"data_batch_{k + 1}.bin").write_bytes(
            cifar_bytes(labels[rows], pictures[rows])
        )
    (tmp_path / "test_batch.bin").write_bytes(cifar_bytes(labels[50:], pictures[50:]))
    words = [f"word {k}" for k in range(10)]
    (tmp_path / "batches.meta.txt").write_text("\n".join(words) + "\n\n")
    samples = read(tmp_path)
    assert np.array_equal(samples.fields["image"], pictures)
    assert samples.fields["label"].tolist() == labels[:, 0].tolist()
    assert samples.spec.by_name["label"].classes == tuple(words)
    assert samples.given is not None
    assert np.bincount(samples.given).tolist() == [50, 0, 10]
    one = read(tmp_path / "test_batch.bin")
    assert isinstance(one.fields["image"], np.memmap)
    assert np.array_equal(one.fields["image"], pictures[50:])


def test_cifar_100(tmp_path: Path) -> None:
    pictures = RANDOM.integers(0, 256, (100, 3, 32, 32), np.uint8)
    labels = np.stack([np.arange(100) // 5, np.arange(100)], 1)
    for name in ("train", "test"):
        (tmp_path / f"{name}.bin").write_bytes(cifar_bytes(labels, pictures))
    samples = read(tmp_path)
    assert samples.count == 200
    assert task(samples, "fine") == "classes"
    assert len(samples.spec.by_name["fine"].classes) == 100
    coarse = samples.spec.by_name["coarse"]
    assert (coarse.role, coarse.kind, len(coarse.classes)) == ("ignored", "category", 20)


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_any_array_of_numbers_comes_back(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    kind = data.draw(arrays.floating_dtypes(sizes=(32, 64)) | arrays.integer_dtypes())
    shape = data.draw(arrays.array_shapes(min_dims=2, max_dims=2, min_side=2, max_side=9))
    x = data.draw(arrays.arrays(kind, shape))
    path = npz(tmp_path_factory.mktemp("any"), x=x, y=np.arange(shape[0]) % 2 + 0.5)
    found = reader_of(path).read(path, DataSpec(source=glanced(path).spec.source), nobody_watches)
    assert np.array_equal(found.fields["x"], x, equal_nan=x.dtype.kind == "f")
    assert found.fields["x"].dtype.isnative


def test_reading_can_be_stopped(tmp_path: Path) -> None:
    def stopped(_share: float, _what: str) -> None:
        raise CancelledError("stopped")

    path = npz(tmp_path, x=X, y=Y)
    with pytest.raises(CancelledError):
        reader_of(path).read(path, glanced(path).spec, stopped)


def test_one_reader_claims_each(tmp_path: Path) -> None:
    for name in ("a.npz", "a.safetensors", "a.h5", "a.mat"):
        path = written(tmp_path / name, X, Y)
        assert len([reader for reader in READERS if reader.claims(path)]) == 1
    text = tmp_path / "a.csv"
    text.write_text("a,b\n1,2\n")
    assert not [reader for reader in READERS if reader.claims(text)]
    renamed = tmp_path / "renamed.dat"
    buffer = io.BytesIO()
    np.savez(buffer, x=X, y=Y)
    renamed.write_bytes(buffer.getvalue())
    assert read(renamed).count == 40
