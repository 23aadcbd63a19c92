"""A model called as the settings say: in 16 bits, channels last. Evaluation calls it so, too."""

from __future__ import annotations

from typing import Any, cast

import torch
from torch import Tensor

from nnstudio.data.rows import Rows, each
from nnstudio.project.training_settings import TrainingSettings
from nnstudio.training import machine


def call(model: Any, given: Rows, settings: TrainingSettings, device: torch.device) -> object:
    """What the model gives, in 32 bits. given: as it takes it, on the device where it lies."""
    if settings.channels_last == "on":
        given = each(_channels_last, given)
    short = machine.sixteen_bits(settings)
    if short is None:
        return _called(model, given)
    with torch.autocast(device.type, short):
        output = _called(model, given)
    if isinstance(output, dict):
        return {name: _in_float32(rows) for name, rows in output.items()}
    return _in_float32(output)


def _called(model: Any, given: Rows) -> object:
    return model(given) if isinstance(given, Tensor) else model(**given)


def _in_float32(output: object) -> object:
    is_short = isinstance(output, Tensor) and output.dtype in (torch.bfloat16, torch.float16)
    return cast(Tensor, output).float() if is_short else output


def _channels_last(rows: Tensor) -> Tensor:
    return rows.to(memory_format=torch.channels_last) if rows.ndim == 4 else rows
