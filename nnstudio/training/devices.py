"""Where a training can run: the devices of this machine, and the cores of its CPU."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

import torch

from nnstudio.errors import UserError

_CPU_LIMIT = Path("/sys/fs/cgroup/cpu.max")


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
    """Count the cores that this process may use, in a container those that it is given."""
    seen = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(1, min(seen or 1, _cores_of_container()))


def _cores_of_container() -> int:
    """Count what the limit of Linux on this process's time is worth, rounded up."""
    try:
        allowed, period = _CPU_LIMIT.read_text(encoding="ascii").split()
        return -(-int(allowed) // int(period))
    except (OSError, ValueError):  # no Linux, or "max": no limit
        return sys.maxsize


def _missing(wanted: str) -> str:
    if wanted == "mps":
        return "This machine has no Apple GPU that torch can use"
    if not torch.cuda.is_available():
        return "This machine has no NVIDIA or AMD GPU that torch can use"
    return "This machine has no GPU of that number"
