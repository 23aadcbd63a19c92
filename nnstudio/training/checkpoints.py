"""Checkpoints: each a folder that is whole or not there. No pickle, so reading one runs no code.

In `checkpoints/`, `<epochs done>-<steps of the next one>/` holds

    weights.safetensors   the state_dict of the model that is judged and kept, by its own keys, for
                          `load_state_dict`: the average of the weights, if there is one
    state.safetensors     what else a training needs, see `kept_tensors`; not there where only
                          weights are kept
    state.json            position, schedule, settings and data, as JSON values
    sums.json             the SHA-256 of the other files

and `last.json` and `best.json` name one of those folders each. A folder is written beside its
place and moved there, then the pointers are replaced, then what nobody points to is removed.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from nnstudio.project.storage.atomic import write_text
from nnstudio.runs.folder import CHECKPOINTS, sum_of
from nnstudio.training.failures import TrainingError

LAST = "last.json"
BEST = "best.json"
WEIGHTS = "weights.safetensors"
STATE_TENSORS = "state.safetensors"
STATE = "state.json"
SUMS = "sums.json"
_VERSION = 2
_OLD = "last.safetensors"
_NEW = ".new-"


@dataclass(frozen=True)
class Checkpoint:
    """Content of a folder: tensors on the CPU, weights by the model's own keys, and JSON values.

    `tensors`: of optimizer and random numbers, by name. Without them it is not to resume from.
    """

    weights: dict[str, Tensor]
    tensors: dict[str, Tensor]
    state: dict[str, Any]
    path: Path = field(default=Path())

    def part(self, name: str) -> dict[str, Tensor]:
        """The tensors under `name.`, without that prefix."""
        prefix = f"{name}."
        return {
            key.removeprefix(prefix): tensor
            for key, tensor in self.tensors.items()
            if key.startswith(prefix)
        }

    def of_process(self, rank: int) -> Checkpoint:
        """What process number `rank` goes on from: its own random numbers and sums, if it has any.

        Those of the first have no prefix.
        """
        own = {f"rng.{key}": one for key, one in self.part(f"rank{rank}.rng").items()}
        return replace(self, tensors={**self.tensors, **own}) if rank else self


def folder_of(run_folder: Path) -> Path:
    """Folder of a run's checkpoints."""
    return run_folder / CHECKPOINTS


def name_of(epochs: int, steps: int) -> str:
    """The checkpoint after so many whole epochs and steps of the next one."""
    return f"{epochs}-{steps}"


# -- writing ----------------------------------------------------------------------------------


def write(
    path: Path,
    weights: Mapping[str, Tensor],
    tensors: Mapping[str, Tensor],
    state: Mapping[str, Any],
) -> None:
    """Write a checkpoint as the folder `path`, which must not be one that a pointer names.

    Raises `OSError` or `SafetensorError`; then there is none.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f"{_NEW}{path.name}.{secrets.token_hex(4)}")
    try:
        new.mkdir()
        save_file(_apart(weights), new / WEIGHTS)
        if tensors:
            save_file(_apart(tensors), new / STATE_TENSORS)
        told = {"version": _VERSION, "tensors": sorted(tensors), **state}
        (new / STATE).write_text(json.dumps(told, indent=1), "utf-8")
        sums = {file.name: sum_of(file) for file in sorted(new.iterdir())}
        (new / SUMS).write_text(json.dumps(sums, indent=1), "utf-8")
        for file in new.iterdir():
            _to_disk(file)
        if path.exists():  # left by one that was killed before it could point there
            shutil.rmtree(path)
        os.rename(new, path)
        _to_disk(path.parent)
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise


def point(folder: Path, pointer: str, name: str) -> None:
    """Let a pointer name the checkpoint `name`, in one act. Raises `FileError`."""
    write_text(json.dumps({"checkpoint": name}) + "\n", folder / pointer)


def pointed(folder: Path, pointer: str) -> str | None:
    """The checkpoint that a pointer names. Raises `TrainingError` if that cannot be read."""
    path = folder / pointer
    try:
        name = json.loads(path.read_text("utf-8"))["checkpoint"]
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise TrainingError(f"{path} is damaged: it does not name a checkpoint.") from error
    if not isinstance(name, str) or not _is_name(name):
        raise TrainingError(f"{path} is damaged: {str(name)[:40]!r} is no checkpoint's name.")
    return name


def keep_only(folder: Path, names: Iterable[str]) -> None:
    """Remove the other checkpoints, and what was left half written."""
    kept = set(names)
    for entry in folder.iterdir():
        is_ours = entry.name.startswith(_NEW) or _is_name(entry.name)
        if is_ours and entry.name not in kept and entry.is_dir():
            shutil.rmtree(entry, ignore_errors=True)


def _is_name(name: str) -> bool:
    epochs, _, steps = name.partition("-")
    return epochs.isdigit() and steps.isdigit() and name.isascii()


def _to_disk(path: Path) -> None:
    if path.is_dir() and os.name == "nt":  # a folder cannot be opened there
        return
    opened = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


# -- reading ----------------------------------------------------------------------------------


def read(path: Path) -> Checkpoint:
    """A checkpoint from its folder, or the last one of a run's folder.

    Raises `TrainingError` with file and reason if there is none or anything of it is damaged.
    """
    if not (path / STATE).exists():
        path = _last_of(path)
    state = _state(path)
    sums = _json(path, SUMS)
    names = [WEIGHTS, STATE, *([STATE_TENSORS] if state["tensors"] else [])]
    for name in names:
        try:
            same = sums.get(name) == sum_of(path / name)
        except OSError as error:
            raise TrainingError(f"{path / name} cannot be read: {error.strerror}.") from error
        if not same:
            raise TrainingError(
                f"{path / name} is damaged: it is not what was written (its checksum differs)."
            )
    tensors = _tensors(path / STATE_TENSORS) if state["tensors"] else {}
    lacking = sorted(set(state["tensors"]) - set(tensors))
    if lacking:
        raise TrainingError(f"{path / STATE_TENSORS} is damaged: it lacks {lacking[0]}.")
    return Checkpoint(_tensors(path / WEIGHTS), tensors, state, path)


def weights(path: Path) -> dict[str, Tensor]:
    """The best weights in a run's folder, or those of one checkpoint's folder."""
    if (path / STATE).exists():
        return read(path).weights
    return read(find(path)).weights


def find(run_folder: Path, which: Literal["best", "last"] = "best") -> Path:
    """The folder of a run's best or last checkpoint. Raises `TrainingError` if there is none."""
    if which == "last":
        return _last_of(run_folder)
    name = best_of(run_folder)
    if name is None:
        raise TrainingError(f"There are no best weights in {run_folder}.")
    return folder_of(run_folder) / name


def sum_of_weights(path: Path) -> str:
    """The SHA-256 of the weights in a checkpoint's folder, as it is written there."""
    found = _json(path, SUMS).get(WEIGHTS)
    if not isinstance(found, str):
        raise TrainingError(f"{path / SUMS} is damaged: it has no sum of {WEIGHTS}.")
    return found


def best_of(run_folder: Path) -> str | None:
    """The checkpoint with the best weights, by what the last one says of it."""
    folder = folder_of(run_folder)
    last = pointed(folder, LAST)
    if last is None:
        return pointed(folder, BEST)
    found = _state(folder / last).get("best_checkpoint")
    return found if isinstance(found, str) and _is_name(found) else pointed(folder, BEST)


def _last_of(run_folder: Path) -> Path:
    folder = folder_of(run_folder)
    name = pointed(folder, LAST)
    if name is not None:
        if not (folder / name).is_dir():
            raise TrainingError(f"{folder / LAST} names the checkpoint {name}, which is not there.")
        return folder / name
    if (folder / _OLD).exists():
        raise TrainingError(
            f"{folder / _OLD} was written by an earlier version of this program, in a form that "
            "cannot be gone on from: train anew, with --replace or in another folder."
        )
    raise TrainingError(f"There is no checkpoint at {folder}.")


def _state(path: Path) -> dict[str, Any]:
    state = _json(path, STATE)
    version = state.get("version")
    if not isinstance(version, int) or version < 1:
        raise TrainingError(f"{path / STATE} is damaged: it has no version.")
    if version > _VERSION:
        raise TrainingError(f"{path} was written by a newer version of this program.")
    if not isinstance(state.get("tensors"), list):
        raise TrainingError(f"{path / STATE} is damaged: it does not list its tensors.")
    return state


def _json(path: Path, name: str) -> dict[str, Any]:
    try:
        found = json.loads((path / name).read_text("utf-8"))
    except FileNotFoundError as error:
        raise TrainingError(f"There is no checkpoint at {path}: {name} is missing.") from error
    except OSError as error:
        raise TrainingError(f"{path / name} cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise TrainingError(f"{path / name} is damaged: it is not JSON.") from error
    if not isinstance(found, dict):
        raise TrainingError(f"{path / name} is damaged: expected an object.")
    return found


def _tensors(path: Path) -> dict[str, Tensor]:
    try:
        return load_file(path)
    except (SafetensorError, OSError, ValueError, RuntimeError) as error:
        raise TrainingError(f"{path} is damaged: its tensors cannot be read.") from error


def _apart(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The tensors with memory of their own: the file holds none twice."""
    seen: set[int] = set()
    result = {}
    for name, tensor in tensors.items():
        plain = tensor.detach().cpu().contiguous()
        memory = plain.untyped_storage().data_ptr()
        result[name] = plain.clone() if memory in seen else plain
        seen.add(memory)
    return result
