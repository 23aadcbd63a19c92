"""Files of pickled objects: never opened, since that may run code; the way out is said."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

from nnstudio.data.info import DataError
from nnstudio.data.reading.arrays.cifar import is_pickled

TORCH = (".pt", ".pth", ".ckpt")
ENDINGS = (".pkl", ".pickle", ".joblib", *TORCH)


def claims(path: Path) -> bool:
    """True for what is, or may be, pickled."""
    return is_pickled(path) or (path.suffix.lower() in ENDINGS and path.is_file())


def refuse(path: Path) -> NoReturn:
    """Raise the `DataError` that says what to do instead."""
    if is_pickled(path):
        raise DataError(
            f"{path.name} holds pickled objects, which could run code: take the binary version "
            "of CIFAR, whose files end in .bin."
        )
    how = (
        "safetensors.torch.save_file(tensors, path)"
        if path.suffix.lower() in TORCH
        else "numpy.savez(path, x=..., y=...)"
    )
    raise DataError(
        f"{path.name} holds pickled objects, which could run code: save its arrays with {how}."
    )
