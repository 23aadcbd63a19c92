"""The tensors of a training in a checkpoint: taken from model, optimizers and random numbers.

In its state they are named `optimizer.<n>.<name>`, `optimizer1.<n>.<name>` of a second optimizer,
`model.<key>` of the weights that learn where an average of them is what is kept, `gradient.<n>`
where a step is half gathered, `rng.*`; `rank1.rng.*` of the second of several processes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from nnstudio.training.checkpoints import STATE_TENSORS, Checkpoint
from nnstudio.training.failures import TrainingError

MODEL = "model"
"""The part of the weights that learn, where they are not the ones that are kept."""
_GRADIENT = "gradient"


def of_model(model: nn.Module) -> dict[str, Tensor]:
    """All keys of the model; tied weights as copies, because a file holds no tensor twice."""
    found: dict[str, Tensor] = {}
    seen: set[int] = set()
    for key, value in _only_tensors(model.state_dict()):
        storage = value.untyped_storage().data_ptr()
        found[key] = value.clone() if storage in seen else value
        seen.add(storage)
    return found


def of_optimizer(optimizer: Optimizer, number: int = 0) -> dict[str, Tensor]:
    """The optimizer's state by number of the parameter; rates come from the schedule."""
    return {
        f"{_optimizer(number)}.{parameter}.{name}": value
        for parameter, values in optimizer.state_dict()["state"].items()
        for name, value in _only_tensors(values)
    }


def of_gradients(parameters: Sequence[nn.Parameter]) -> dict[str, Tensor]:
    """What has been gathered for a step that is not yet made."""
    return {
        f"{_GRADIENT}.{number}": parameter.grad
        for number, parameter in enumerate(parameters)
        if parameter.grad is not None
    }


def of_random_numbers(device: torch.device) -> dict[str, Tensor]:
    """The states of the random number generators that dropout and the like draw from."""
    states = {"rng.cpu": torch.get_rng_state()}
    if device.type == "cuda":
        states["rng.cuda"] = torch.cuda.get_rng_state(device)
    elif device.type == "mps":
        states["rng.mps"] = torch.mps.get_rng_state()
    return states


def restore_model(model: nn.Module, saved: Mapping[str, Tensor]) -> None:
    """Raises `TrainingError` if the weights are another model's."""
    own = dict(_only_tensors(model.state_dict()))
    odd = [
        key
        for key in {**own, **saved}
        if key not in own or key not in saved or own[key].shape != saved[key].shape
    ]
    if odd:
        raise TrainingError(
            f"The checkpoint is of another model: {odd[0]} is not the same in both."
        )
    model.load_state_dict(saved, strict=False)


def restore_optimizer(optimizer: Optimizer, checkpoint: Checkpoint, number: int = 0) -> None:
    """Raises `TrainingError` if the state is not one of this optimizer's parameters."""
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    file, part = checkpoint.path / STATE_TENSORS, _optimizer(number)
    state: dict[int, dict[str, Tensor]] = {}
    for key, tensor in checkpoint.part(part).items():
        parameter = _parameter(parameters, key, file=str(file), part=part)
        place, _, name = key.partition(".")
        if tensor.ndim and tensor.numel() > 1 and tensor.shape != parameter.shape:
            raise TrainingError(f"{file} is damaged: {part}.{key} has another shape.")
        if tensor.shape == parameter.shape:  # as the weight lies in memory, channels last or not
            tensor = torch.empty_like(parameter, dtype=tensor.dtype).copy_(tensor)
        state.setdefault(int(place), {})[name] = tensor
    if len({tuple(sorted(names)) for names in state.values()}) > 1:
        raise TrainingError(f"{file} is damaged: it lacks a part of the optimizer's state.")
    groups = optimizer.state_dict()["param_groups"]
    optimizer.load_state_dict({"state": state, "param_groups": groups})


def restore_gradients(parameters: Sequence[nn.Parameter], checkpoint: Checkpoint) -> bool:
    """Whether a step was half gathered. Raises `TrainingError` if it was not of these weights."""
    file, saved = checkpoint.path / STATE_TENSORS, checkpoint.part(_GRADIENT)
    for key, gradient in saved.items():
        parameter = _parameter(parameters, key, file=str(file), part=_GRADIENT)
        if gradient.shape != parameter.shape:
            raise TrainingError(f"{file} is damaged: {_GRADIENT}.{key} has another shape.")
        parameter.grad = torch.empty_like(parameter).copy_(gradient)
    return bool(saved)


def restore_random_numbers(device: torch.device, checkpoint: Checkpoint) -> None:
    """Raises `TrainingError` if the states of the random numbers are not there."""
    states = checkpoint.part("rng")
    try:
        torch.set_rng_state(states["cpu"])
        if device.type == "cuda" and "cuda" in states:
            torch.cuda.set_rng_state(states["cuda"], device)
        elif device.type == "mps" and "mps" in states:
            torch.mps.set_rng_state(states["mps"])
    except (KeyError, RuntimeError, TypeError) as error:
        file = checkpoint.path / STATE_TENSORS
        raise TrainingError(f"{file} is damaged: it lacks the state of random numbers.") from error


def _optimizer(number: int) -> str:
    return f"optimizer{number or ''}"


def _parameter(
    parameters: Sequence[nn.Parameter], key: str, *, file: str, part: str
) -> nn.Parameter:
    place = key.partition(".")[0]
    if not place.isdigit() or int(place) >= len(parameters):
        raise TrainingError(f"{file} is damaged: there is no parameter for {part}.{key}.")
    return parameters[int(place)]


def _only_tensors(values: Mapping[str, Any]) -> Iterable[tuple[str, Tensor]]:
    return ((key, value) for key, value in values.items() if isinstance(value, Tensor))
