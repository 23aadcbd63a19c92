"""Files that lie about what they hold are refused before anything is allocated."""

from __future__ import annotations

import gzip
import io
import os
import pickle
import tracemalloc
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import h5py
import numpy as np
import pytest
import scipy.io

from nnstudio.data.info import DataError
from nnstudio.data.reading import budget
from nnstudio.data.reading.arrays.reader import FilesOfArrays
from nnstudio.data.samples import nobody_watches
from tests.array_files import cifar_bytes, idx_bytes, write_idx

READER = FilesOfArrays()
LITTLE = 30_000_000
X = np.arange(40.0).reshape(10, 4)
Y = np.arange(10) % 2


@contextmanager
def refused(path: Path, sentence: str) -> Iterator[None]:
    """What is read is refused, and less than `LITTLE` bytes are allocated for it."""
    yield
    assert READER.claims(path)
    tracemalloc.start()
    try:
        with pytest.raises(DataError, match=sentence) as caught:
            READER.read(path, READER.glance(path, None).spec, nobody_watches)
        assert tracemalloc.get_traced_memory()[1] < LITTLE
    finally:
        tracemalloc.stop()
    assert "\n" not in str(caught.value)
    assert path.name in str(caught.value)


def npy_header(shape: str, descr: str = "'<f8'") -> bytes:
    text = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}".encode()
    text += b" " * (117 - len(text)) + b"\n"
    return b"\x93NUMPY\x01\0" + len(text).to_bytes(2, "little") + text


@pytest.mark.parametrize(
    ("shape", "sentence"),
    [
        ("(10000000000,)", "declares 80,000,000,000 bytes of values"),
        ("(4294967296, 4294967296, 4)", "declares"),
        ("(-1, 5)", "which no array has"),
        ("(9, 5)", "declares 360 bytes"),
        ("()", "expected one array"),
        ("((((((", "is damaged"),
        ("(1e3,)", "shape is not valid"),
    ],
)
def test_npy_that_lies(tmp_path: Path, shape: str, sentence: str) -> None:
    path = tmp_path / "data.npy"
    with refused(path, sentence):
        path.write_bytes(npy_header(shape) + bytes(80))


def test_npy_of_objects_runs_nothing(tmp_path: Path) -> None:
    path, mark = tmp_path / "data.npy", tmp_path / "ran"

    class Evil:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return os.mkdir, (str(mark),)

    with refused(path, "pickled objects, which could run code"):
        np.save(path, np.array([Evil()], object), allow_pickle=True)
    assert not mark.exists()


def test_several_arrays_in_one_npy(tmp_path: Path) -> None:
    path = tmp_path / "data.npy"
    with refused(path, "expected one array"), path.open("wb") as stream:
        np.save(stream, X)
        np.save(stream, X)


def zipped(path: Path, content: bytes, method: int = zipfile.ZIP_DEFLATED) -> None:
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("x.npy", content)


def test_an_archive_that_unpacks_to_gigabytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(budget, "free_memory", lambda: 200_000_000)
    path = tmp_path / "bomb.npz"
    with refused(path, "declares 240.0 MB for its data: expected at most 100.0 MB"):
        np.savez_compressed(path, x=np.zeros((30_000_000, 1)))


def test_an_archive_whose_header_lies(tmp_path: Path) -> None:
    path = tmp_path / "data.npz"
    with refused(path, "declares 80,000,000,000 bytes of values for 'x'"):
        zipped(path, npy_header("(10000000000,)") + bytes(80))


def test_an_archive_whose_directory_lies(tmp_path: Path) -> None:
    path = tmp_path / "data.npz"
    zipped(path, npy_header("(500000000,)") + bytes(80))
    content = path.read_bytes()
    size = (128 + 80).to_bytes(4, "little")
    assert content.count(size) == 2
    with refused(path, "cannot unpack to that much"):
        path.write_bytes(content.replace(size, (128 + 4_000_000_000).to_bytes(4, "little")))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "no .npz archive"),
        (b"PK\x03\x04 rubbish", "no .npz archive"),
        (b"\x80\x04N.", "no .npz"),
    ],
)
def test_no_archive(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "data.npz"
    with refused(path, sentence):
        path.write_bytes(content)


def test_a_checksum_that_does_not_fit(tmp_path: Path) -> None:
    path = tmp_path / "data.npz"
    zipped(path, npy_header("(10,)") + bytes(80), zipfile.ZIP_STORED)
    content = bytearray(path.read_bytes())
    content[content.index(b"\x93NUMPY") + 150] ^= 1
    with refused(path, "Bad CRC-32"):
        path.write_bytes(content)


@pytest.mark.parametrize("change", [-1, +1])
@pytest.mark.parametrize("ending", ["", ".gz"])
def test_idx_that_is_short_or_long(tmp_path: Path, change: int, ending: str) -> None:
    content = idx_bytes(np.zeros((10, 4), np.uint8))
    content = content[:change] if change < 0 else content + b"\0"
    path = tmp_path / f"data-idx2-ubyte{ending}"
    with refused(path, "declares 40 bytes of values"):
        path.write_bytes(gzip.compress(content) if ending else content)


def test_a_small_gz_that_declares_gigabytes(tmp_path: Path) -> None:
    header = bytes((0, 0, 8, 3)) + np.array([60_000, 5_000, 5_000], ">u4").tobytes()
    path = tmp_path / "data-idx3-ubyte.gz"
    with refused(path, "declares 1.5 TB for its values"):
        path.write_bytes(gzip.compress(header + bytes(1000)))


def test_a_cut_gz(tmp_path: Path) -> None:
    path = write_idx(tmp_path / "data-idx2-ubyte.gz", np.arange(400, dtype=np.int32)[:, None])
    content = path.read_bytes()
    with refused(path, "ended before"):
        path.write_bytes(content[:-20])


def test_safetensors_that_are_cut_or_lie(tmp_path: Path) -> None:
    header = b'{"x":{"dtype":"F64","shape":[1000000000,8],"data_offsets":[0,64000000000]}}'
    path = tmp_path / "data.safetensors"
    with refused(path, "is damaged"):
        path.write_bytes(len(header).to_bytes(8, "little") + header + bytes(64))
    with refused(path, "ends within its header"):
        path.write_bytes((2**40).to_bytes(8, "little") + header)


@pytest.mark.parametrize("chunks", [None, (1000, 10)])
def test_hdf5_that_declares_more_than_it_holds(
    tmp_path: Path, chunks: tuple[int, int] | None
) -> None:
    path = tmp_path / "data.h5"
    with refused(path, "declares"), h5py.File(path, "w") as file:
        file.create_dataset("x", shape=(10**8, 10), dtype="f8", chunks=chunks)


def test_hdf5_with_links_and_values_elsewhere(tmp_path: Path) -> None:
    other = tmp_path / "other.h5"
    with h5py.File(other, "w") as file:
        file["x"] = X
    path = tmp_path / "data.h5"
    for link in (h5py.ExternalLink(str(other), "x"), h5py.SoftLink("/x")):
        with refused(path, "as a link to '/?x'"), h5py.File(path, "w") as file:
            file["x"] = X
            file["y"] = link
    with refused(path, "the values of 'x' in other files"), h5py.File(path, "w") as file:
        raw = tmp_path / "raw"
        raw.write_bytes(X.tobytes())
        file.create_dataset("x", X.shape, "f8", external=[(str(raw), 0, X.nbytes)])
    with refused(path, "the values of 'x' in other files"), h5py.File(path, "w") as file:
        layout = h5py.VirtualLayout(X.shape, "f8")
        layout[:] = h5py.VirtualSource(str(other), "x", X.shape)
        file.create_virtual_dataset("x", layout)


def test_hdf5_that_contains_itself(tmp_path: Path) -> None:
    path = tmp_path / "data.h5"
    with h5py.File(path, "w") as file:
        file["x"], file["y"] = X, Y
        file["loop"] = file["/"]
    assert READER.glance(path, None).samples == 10


def test_cells_and_words_of_matlab_are_no_data(tmp_path: Path) -> None:
    path = tmp_path / "data.mat"
    cells = np.array([1, "a", 2.0], object)
    with refused(path, "'x' is a cell of MATLAB: expected an array of numbers"):
        scipy.io.savemat(path, {"x": cells, "y": Y[:, None]})
    scipy.io.savemat(path, {"x": X, "y": Y[:, None], "note": "text", "more": cells})
    found = READER.glance(path, None)
    assert [finding.where for finding in found.preview.findings] == ["note", "more"]


def test_cifar_that_is_no_whole_number_of_records(tmp_path: Path) -> None:
    path = tmp_path / "data_batch_1.bin"
    good = cifar_bytes(Y[:, None], np.zeros((10, 3, 32, 32), np.uint8))
    with refused(path, "30,729 bytes: expected whole records of 3,073"):
        path.write_bytes(good[:-1])
    with refused(path, "the label 77 in record 2: expected 0 to 9"):
        path.write_bytes(good[:3073] + bytes([77]) + good[3074:])


def test_pickles_are_refused_with_the_way_out(tmp_path: Path) -> None:
    folder = tmp_path / "cifar-10-batches-py"
    folder.mkdir()
    (folder / "data_batch_1").write_bytes(pickle.dumps({"data": 1}))
    for path in (folder, folder / "data_batch_1"):
        with refused(path, r"take the binary version of CIFAR, whose files end in \.bin"):
            pass
    for name, sentence in {"a.pkl": "numpy.savez", "a.pt": "safetensors.torch.save_file"}.items():
        path = tmp_path / name
        with refused(path, sentence):
            path.write_bytes(pickle.dumps([1]))


def test_what_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "gone.npy"
    with pytest.raises(DataError, match=r"gone\.npy is not there"):
        READER.glance(path, None)


@pytest.mark.parametrize("name", ["x\n", "x" * 1000])
def test_names_that_cannot_be_shown(tmp_path: Path, name: str) -> None:
    path = tmp_path / "data.h5"
    with refused(path, "name is no word"), h5py.File(path, "w") as file:
        file[name] = X


def test_memory_is_asked_for_all_arrays_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "data.npz"
    buffer = io.BytesIO()
    np.savez(buffer, a=np.zeros((1000, 100)), b=np.zeros((1000, 100)), y=np.arange(1000) % 2)
    path.write_bytes(buffer.getvalue())
    monkeypatch.setattr(budget, "free_memory", lambda: 3_000_000)
    spec = READER.glance(path, None).spec
    with pytest.raises(DataError, match="half of the memory that is free"):
        READER.read(path, spec, nobody_watches)
