"""What one module of a model gives for one sample, read by a hook while the model computes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from nnstudio.data.rows import Rows, each
from nnstudio.evaluation.errors import EvaluationError
from nnstudio.inspection.normalised import class_of
from nnstudio.project.training_settings import TrainingSettings
from nnstudio.training import forward

Form = Literal["maps", "vector", "table", "attention"]
MOST_MAPS = 64
"""Feature maps that are kept."""
MOST_VALUES = 4_096
"""Values of a vector, rows or columns of a table that are kept."""


@dataclass(frozen=True)
class Activation:
    """The output of a module for one sample.

    form: `maps` values (maps, H, W); `vector` (n,); `table` (rows, columns), positions by features
    or channels by time; `attention` (heads, queries, keys) of weights from 0 to 1. left_out: so
    many maps, values, rows or heads are not among them. shape: of the output for one sample.
    calls: how often the module was called; this is the last time.
    """

    module: str
    type: str
    form: Form
    values: NDArray[np.float32]
    shape: tuple[int, ...]
    left_out: int = 0
    calls: int = 1


def activation_of(
    model: nn.Module,
    inputs: Any,
    module: str,
    settings: TrainingSettings,
    batch_axis: int = 0,
) -> Activation:
    """Compute a model on the CPU for the first sample, and read what one module gives.

    inputs: as the model takes them, prepared. module: its name, as `named_modules` has it. A
    `MultiheadAttention` is asked for its weights, each head's own. Raises `EvaluationError` if
    there is no such module, it is not called or gives no tensor.
    """
    found = dict(model.named_modules()).get(module)
    if found is None or not module:
        raise EvaluationError(f"The model has no module '{module}'.")
    caught: list[object] = []
    handles = [found.register_forward_hook(lambda _m, _given, output: caught.append(output))]
    if isinstance(found, nn.MultiheadAttention):
        handles.append(found.register_forward_pre_hook(_with_weights, with_kwargs=True))
    given: Rows = each(torch.clone, inputs)  # a layer may overwrite what it is given
    own = settings.with_values(precision="float32", channels_last="off")
    try:
        with torch.no_grad():
            forward.call(model.eval(), given, own, torch.device("cpu"))
    finally:
        for handle in handles:
            handle.remove()
    if not caught:
        raise EvaluationError(f"'{module}' is not called for this sample: it gives nothing.")
    return _read(module, found, caught[-1], len(caught), batch_axis)


def _with_weights(_module: nn.Module, given: Any, named: dict[str, Any]) -> tuple[Any, Any]:
    return given, {**named, "need_weights": True, "average_attn_weights": False}


def _read(name: str, module: nn.Module, output: object, calls: int, batch_axis: int) -> Activation:
    kind = class_of(module)
    if isinstance(module, nn.MultiheadAttention) and isinstance(output, tuple):
        weights = output[1]
        if isinstance(weights, Tensor) and weights.ndim >= 3:
            heads = weights[0] if weights.ndim == 4 else weights
            return _kept(name, kind, "attention", heads, calls)
    tensor = _first_tensor(output)
    if tensor is None:
        raise EvaluationError(f"'{name}' gives no tensor that could be shown.")
    if isinstance(module, nn.MultiheadAttention | nn.RNNBase):
        batch_axis = 0 if module.batch_first else 1
    one = tensor.select(batch_axis, 0) if tensor.ndim > batch_axis else tensor
    one = one.detach().float()
    match one.ndim:
        case 0 | 1:
            return _kept(name, kind, "vector", one.reshape(-1), calls)
        case 2:
            return _kept(name, kind, "table", one, calls)
        case _:
            maps = one.reshape(-1, *one.shape[-2:])
            return _kept(name, kind, "maps", maps, calls, tuple(one.shape))


def _kept(
    name: str, kind: str, form: Form, values: Tensor, calls: int, shape: tuple[int, ...] = ()
) -> Activation:
    most = MOST_MAPS if form in ("maps", "attention") else MOST_VALUES
    few = values[:most]
    if form == "table":
        few = few[:, :MOST_VALUES]
    array = np.array(few.detach().float().cpu().numpy())
    left = max(0, len(values) - most)
    return Activation(name, kind, form, array, shape or tuple(values.shape), left, calls)


def _first_tensor(output: object) -> Tensor | None:
    if isinstance(output, Tensor):
        return output
    if isinstance(output, dict):
        output = tuple(output.values())
    if isinstance(output, tuple | list):
        return next((found for found in map(_first_tensor, output) if found is not None), None)
    return None
