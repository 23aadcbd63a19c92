"""Good files of every binary kind that data come in, and the same with something wrong."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from random import Random

import h5py
import numpy as np
import scipy.io
from safetensors.numpy import save

from tests.array_files import cifar_bytes, idx_bytes

RANDOM = np.random.default_rng(0)
PICTURES = RANDOM.integers(0, 256, (40, 12, 12), np.uint8)
TABLE = RANDOM.normal(size=(40, 7)).astype(np.float32)
CLASSES = np.arange(40) % 4
ENOUGH = 60_000
"""Bytes that a mutation adds at most."""
EXTREMES = (0, 1, 0x7F, 0x80, 0xFF)
SIZES = (b"\xff" * 4, b"\x7f\xff\xff\xff", b"\xff\xff\xff\x7f", b"\0\0\0\x80", b"\xff" * 8)


def _npz(write: Callable[..., None]) -> bytes:
    stream = io.BytesIO()
    write(stream, x=PICTURES, y=CLASSES, table=np.asfortranarray(TABLE))
    return stream.getvalue()


def _npy() -> bytes:
    stream = io.BytesIO()
    np.save(stream, TABLE)
    return stream.getvalue()


def _structured() -> bytes:
    stream = io.BytesIO()
    rows = [(k, k / 3, f"class {k % 3}") for k in range(40)]
    np.save(stream, np.array(rows, [("age", "i4"), ("mass", "f8"), ("label", "U8")]))
    return stream.getvalue()


def _hdf5() -> bytes:
    stream = io.BytesIO()
    with h5py.File(stream, "w") as file:
        file.create_dataset("train/x", data=PICTURES, chunks=(8, 12, 12), compression="gzip")
        file.create_dataset("train/y", data=CLASSES)
        file.create_dataset("test/x", data=PICTURES[:9], chunks=(4, 12, 12), shuffle=True)
        file.create_dataset("test/y", data=CLASSES[:9])
        file["words"] = ["a", "b", "c", "d"]
    return stream.getvalue()


def _mat(**options: bool) -> bytes:
    stream = io.BytesIO()
    scipy.io.savemat(stream, {"X": PICTURES, "y": CLASSES[:, None], "s": "text"}, **options)
    return stream.getvalue()


def _mat73() -> bytes:
    stream = io.BytesIO()
    with h5py.File(stream, "w", userblock_size=512) as file:
        file.create_dataset("X", data=TABLE.T).attrs["MATLAB_class"] = np.bytes_(b"single")
        file.create_dataset("y", data=CLASSES[None]).attrs["MATLAB_class"] = np.bytes_(b"int64")
    return stream.getvalue()


def _cifar(labels: int) -> bytes:
    pictures = RANDOM.integers(0, 256, (12, 3, 32, 32), np.uint8)
    return cifar_bytes(np.arange(12 * labels).reshape(12, labels) % 10, pictures)


GOOD: dict[str, tuple[str, Callable[[], bytes]]] = {
    "npz": ("data.npz", lambda: _npz(np.savez)),
    "npz packed": ("data.npz", lambda: _npz(np.savez_compressed)),
    "npy": ("data.npy", _npy),
    "npy structured": ("data.npy", _structured),
    "safetensors": ("data.safetensors", lambda: save({"x": TABLE, "y": CLASSES})),
    "hdf5": ("data.h5", _hdf5),
    "mat": ("data.mat", _mat),
    "mat packed": ("data.mat", lambda: _mat(do_compression=True)),
    "mat 4": ("data.mat", lambda: _mat_4()),
    "mat 7.3": ("data.mat", _mat73),
    "npz within": ("data.npz", _npy),
    "idx": ("data-idx3-ubyte", lambda: idx_bytes(PICTURES)),
    "idx.gz": ("data-idx3-ubyte.gz", lambda: gzip.compress(idx_bytes(PICTURES), 1)),
    "idx.gz within": ("data-idx3-ubyte.gz", lambda: idx_bytes(PICTURES)),
    "cifar-10": ("data_batch_1.bin", lambda: _cifar(1)),
    "cifar-100": ("train.bin", lambda: _cifar(2)),
}
"""By kind: the name of the file, and how a good one is made."""


PACKED: dict[str, Callable[[bytes], bytes]] = {
    "npz within": lambda content: _archive({"x.npy": content, "y.npy": _classes()}),
    "idx.gz within": lambda content: gzip.compress(content, 1),
}
"""Kinds whose content is changed before it is packed, so that the checksum fits."""


def _classes() -> bytes:
    stream = io.BytesIO()
    np.save(stream, CLASSES)
    return stream.getvalue()


def _archive(members: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def _mat_4() -> bytes:
    stream = io.BytesIO()
    scipy.io.savemat(stream, {"X": TABLE, "y": CLASSES[:, None].astype(float)}, format="4")
    return stream.getvalue()


def mutated(kind: str, seed: int, good: bytes) -> bytes:
    """The good file with one to four changes, always the same ones for a seed."""
    random = Random(f"{kind} {seed}")
    content = bytearray(good)
    for _ in range(random.choice((1, 1, 2, 4))):
        random.choice(_CHANGES)(content, random)
    return bytes(content)


def _place(content: bytearray, random: Random) -> int:
    """Anywhere, but mostly where headers are: at the beginning and at the end."""
    where = random.choice(("head", "head", "tail", "any"))
    most = max(1, len(content))
    reach = min(most, 512)
    if where == "head":
        return random.randrange(reach)
    return most - 1 - random.randrange(reach) if where == "tail" else random.randrange(most)


def _byte(content: bytearray, random: Random) -> None:
    if content:
        content[_place(content, random)] = random.choice((*EXTREMES, random.randrange(256)))


def _bit(content: bytearray, random: Random) -> None:
    if content:
        content[_place(content, random)] ^= 1 << random.randrange(8)


def _size(content: bytearray, random: Random) -> None:
    at = _place(content, random)
    new = random.choice(SIZES)
    content[at : at + len(new)] = new


def _cut(content: bytearray, random: Random) -> None:
    del content[_place(content, random) :]


def _take_out(content: bytearray, random: Random) -> None:
    at = _place(content, random)
    del content[at : at + random.choice((1, 4, 100))]


def _put_in(content: bytearray, random: Random) -> None:
    at = _place(content, random)
    content[at:at] = random.randbytes(random.choice((1, 4, 100, ENOUGH)))


def _twice(content: bytearray, random: Random) -> None:
    at = _place(content, random)
    content[at:at] = content[at : at + random.choice((8, 200, ENOUGH))]


def _digits(content: bytearray, random: Random) -> None:
    """A number in a header of text becomes a large one."""
    at = [k for k, byte in enumerate(content[:2000]) if 0x30 <= byte <= 0x39]
    if at:
        k = random.choice(at)
        content[k : k + 1] = random.choice((b"9", b"0", b"-1", b"99999999", b"9" * 18))


_CHANGES = (_byte, _byte, _bit, _size, _cut, _take_out, _put_in, _twice, _digits)


def write(kind: str, seed: int, folder: Path, good: bytes) -> Path:
    """A mutated file in a folder of its own. Seed -1: the good one."""
    path = folder / GOOD[kind][0]
    content = good if seed < 0 else mutated(kind, seed, good)
    path.write_bytes(PACKED.get(kind, bytes)(content))
    return path
