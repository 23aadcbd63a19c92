"""Where a training can run: the devices of this machine, and how many threads a CPU gets."""

from __future__ import annotations

import os
from dataclasses import dataclass

import torch

from nnstudio.errors import UserError


class DeviceError(UserError):
    """A device that is not there; the message is one sentence for the user."""


@dataclass(frozen=True)
class Device:
    """name: as `resolve` takes it; title: for people; memory: bytes, None if shared or unknown."""

    name: str
    title: str
    memory: int | None


def available() -> list[Device]:
    """The devices of this machine, fastest kind first; the CPU is always there."""
    devices = []
    for index in range(torch.cuda.device_count() if torch.cuda.is_available() else 0):
        facts = torch.cuda.get_device_properties(index)
        devices.append(Device(f"cuda:{index}", facts.name, facts.total_memory))
    if torch.backends.mps.is_available():
        devices.append(Device("mps", "Apple GPU", None))
    devices.append(Device("cpu", f"CPU, {cores()} cores", None))
    return devices


def resolve(word: str) -> torch.device:
    """'auto', 'cpu', 'cuda', 'cuda:1' or 'mps' as a device that is there; else DeviceError."""
    names = [device.name for device in available()]
    wanted = {"auto": names[0], "cuda": "cuda:0"}.get(word, word)
    if wanted not in names:
        what = "There is no such device" if wanted[:4] not in ("cuda", "mps") else _missing(wanted)
        raise DeviceError(f"{what}: {word} was asked for, there is {', '.join(names)}.")
    return torch.device(wanted)


def cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def threads_for_training(available_cores: int | None = None) -> int:
    """Threads inside one torch operation while training: half the cores, at least one.

    Measured on two cores with small models: one thread trains faster than two (538 against 357
    steps a second), since handing out such small pieces costs more than it saves, and the window
    keeps a core (its 99th percentile of lateness fell from 16 to 1 ms). With more cores, half of
    them are about the physical ones, and some stay free for the window all the same.
    It depends on nothing but the machine: another number of threads sums in another order and
    would make a resumed run differ in the last digits.
    """
    return max(1, (cores() if available_cores is None else available_cores) // 2)


def _missing(wanted: str) -> str:
    if wanted == "mps":
        return "This machine has no Apple GPU that torch can use"
    if not torch.cuda.is_available():
        return "This machine has no NVIDIA or AMD GPU that torch can use"
    return "This machine has no GPU of that number"
