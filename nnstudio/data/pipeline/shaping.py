"""Samples in the form that a model takes: the same values in another shape, or resized later."""

from __future__ import annotations

import warnings
from math import prod
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from nnstudio.data.answer import Form, in_words
from nnstudio.data.builtin.heartbeats import LENGTH, PADDED
from nnstudio.data.info import DataError, DataSetInfo, image_of

_A = {"image": "a picture", "signal": "a signal", "sequence": "a sequence"}


def shaped(info: DataSetInfo, values: NDArray[Any], wanted: Form) -> tuple[Tensor, Form | None]:
    """Samples (n, ...) as (n, *wanted), and the form to resize them to, if that is to be done."""
    if values.shape[1:] == wanted:
        return tensor_of(values), None
    if prod(wanted) in {prod(one) for one in info.forms}:
        padded = pad_heartbeats(values, prod(wanted))
        made = values if padded is None else padded
        return tensor_of(made.reshape(len(values), *wanted)), None
    if info.can_be_resized(wanted):
        form = image_of(info.forms[0]) if info.resizable == "image" else (1, prod(values.shape[1:]))
        return tensor_of(values.reshape(len(values), *(form or info.forms[0]))), wanted
    there = ", ".join(in_words(one) for one in info.forms)
    more = f", or any other size as {_A[info.resizable]}" if info.resizable else ""
    raise DataError(
        f"A sample of {info.in_sentence} does not come as {in_words(wanted)}; "
        f"its forms are {there}{more}."
    )


def tensor_of(values: NDArray[Any]) -> Tensor:
    """The values as a tensor; of a map of a file without copying it, in the order of the file.

    Nothing may be written into such a tensor: batches are copies of its rows.
    """
    if values.flags.writeable:
        return torch.from_numpy(np.ascontiguousarray(values))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The given NumPy array is not writable")
        return torch.from_numpy(values)


def pad_heartbeats(inputs: NDArray[Any], values: int) -> NDArray[Any] | None:
    """Inputs of 187 values padded with zeros to 192, if 192 are wanted; otherwise None."""
    if inputs.shape[1:] != (LENGTH,) or values != PADDED:
        return None
    return np.pad(inputs, ((0, 0), (0, PADDED - LENGTH)))
