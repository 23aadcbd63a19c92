"""Checkpoints: one safetensors file with all tensors, everything else as JSON in its header.

One file, so that writing it is one atomic act; no pickle, so that reading it runs no code.
`last.safetensors` holds all that a training needs to go on; `best.safetensors` the weights of
the best epoch. Tensors are named `model.<key of the state_dict>`, `average.<key>` for the average
of the weights, `optimizer.<n>.<name>`, `optimizer1.<n>.<name>` of a second one, `gradient.<n>`
where a step is half gathered, `rng.*`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.optim import Optimizer

from nnstudio.project.storage.atomic import replacing
from nnstudio.training.failures import TrainingError

LAST = "last.safetensors"
BEST = "best.safetensors"
FORMAT = "nnstudio-checkpoint"
MODEL = "model"
AVERAGE = "average"
_VERSION = 1


@dataclass(frozen=True)
class Checkpoint:
    """Content of a file: tensors on the CPU by name, and the rest as JSON values."""

    tensors: dict[str, Tensor]
    state: dict[str, Any]

    def part(self, name: str) -> dict[str, Tensor]:
        """The tensors under `name.`, without that prefix."""
        prefix = f"{name}."
        return {
            key.removeprefix(prefix): tensor
            for key, tensor in self.tensors.items()
            if key.startswith(prefix)
        }


def folder_of(run_folder: Path) -> Path:
    """Folder of a run's checkpoints."""
    return run_folder / "checkpoints"


def write(path: Path, tensors: Mapping[str, Tensor], state: Mapping[str, Any]) -> None:
    """Write a checkpoint so that `path` is always either the old file or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    header = {"format": FORMAT, "version": str(_VERSION), "state": json.dumps(dict(state))}
    with replacing(path) as new:
        save_file(_apart(tensors), new, metadata=header)


def read(path: Path) -> Checkpoint:
    """A checkpoint from its file or its run's folder. Raises `TrainingError`, one sentence."""
    if path.is_dir():
        path = folder_of(path) / LAST
    try:
        with safe_open(path, framework="pt") as stream:
            header = stream.metadata() or {}
            tensors = {name: stream.get_tensor(name) for name in stream.keys()}  # noqa: SIM118
    except FileNotFoundError as error:
        raise TrainingError(f"There is no checkpoint at {path}.") from error
    except (SafetensorError, OSError) as error:
        raise TrainingError(f"{path} is not a readable checkpoint.") from error
    if header.get("format") != FORMAT:
        raise TrainingError(f"{path} holds tensors but is not a checkpoint of a training.")
    if int(header["version"]) > _VERSION:
        raise TrainingError(f"{path} was written by a newer version of this program.")
    return Checkpoint(tensors, json.loads(header["state"]))


def weights(path: Path) -> dict[str, Tensor]:
    """The model's state_dict in a checkpoint, last or best; the average if one was kept."""
    saved = read(path)
    return saved.part(AVERAGE) or saved.part(MODEL)


def model_tensors(model: nn.Module, part: str = MODEL) -> dict[str, Tensor]:
    """All keys of the model; tied weights as copies, because the file holds no tensor twice."""
    found: dict[str, Tensor] = {}
    seen: set[int] = set()
    for key, value in _only_tensors(model.state_dict()):
        storage = value.untyped_storage().data_ptr()
        found[f"{part}.{key}"] = value.clone() if storage in seen else value
        seen.add(storage)
    return found


def optimizer_tensors(optimizer: Optimizer, number: int = 0) -> dict[str, Tensor]:
    """The optimizer's state by number of the parameter; rates come from the schedule."""
    return {
        f"{_optimizer(number)}.{parameter}.{name}": value
        for parameter, values in optimizer.state_dict()["state"].items()
        for name, value in _only_tensors(values)
    }


def rng_tensors(device: torch.device) -> dict[str, Tensor]:
    """The states of the random number generators that dropout and the like draw from."""
    states = {"rng.cpu": torch.get_rng_state()}
    if device.type == "cuda":
        states["rng.cuda"] = torch.cuda.get_rng_state(device)
    elif device.type == "mps":
        states["rng.mps"] = torch.mps.get_rng_state()
    return states


def restore_model(model: nn.Module, checkpoint: Checkpoint, part: str = MODEL) -> None:
    """Raises `TrainingError` if the checkpoint is another model's."""
    saved = checkpoint.part(part)
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
    own = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    state: dict[int, dict[str, Tensor]] = {}
    for key, tensor in checkpoint.part(_optimizer(number)).items():
        place, name = key.split(".", 1)
        parameter = own[int(place)]
        if tensor.shape == parameter.shape:  # as the weight lies in memory, channels last or not
            tensor = torch.empty_like(parameter, dtype=tensor.dtype).copy_(tensor)
        state.setdefault(int(place), {})[name] = tensor
    groups = optimizer.state_dict()["param_groups"]
    optimizer.load_state_dict({"state": state, "param_groups": groups})


def _optimizer(number: int) -> str:
    return f"optimizer{number or ''}"


def restore_rng(device: torch.device, checkpoint: Checkpoint) -> None:
    states = checkpoint.part("rng")
    torch.set_rng_state(states["cpu"])
    if device.type == "cuda" and "cuda" in states:
        torch.cuda.set_rng_state(states["cuda"], device)
    elif device.type == "mps" and "mps" in states:
        torch.mps.set_rng_state(states["mps"])


def _only_tensors(values: Mapping[str, Any]) -> Iterable[tuple[str, Tensor]]:
    return ((key, value) for key, value in values.items() if isinstance(value, Tensor))


def _apart(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The tensors with memory of their own: tied weights appear under each of their names."""
    seen: set[int] = set()
    result = {}
    for name, tensor in tensors.items():
        plain = tensor.detach().cpu().contiguous()
        memory = plain.untyped_storage().data_ptr()
        result[name] = plain.clone() if memory in seen else plain
        seen.add(memory)
    return result
