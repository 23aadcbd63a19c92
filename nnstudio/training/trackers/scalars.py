"""What a tracker gets of an epoch: its figures by tag, and those of the system."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from pathlib import Path

from nnstudio.training.events import EpochDone, Metrics


def scalars_of(event: EpochDone) -> dict[str, float]:
    """Figures as `train/loss`, `validation/accuracy`, with the rate and the pace of the epoch."""
    found = _of_part("train", event.train)
    if event.validation is not None:
        found |= _of_part("validation", event.validation)
    found["learning_rate"] = event.learning_rate
    found["system/epoch_seconds"] = event.seconds
    if event.seconds > 0:
        found["system/samples_per_second"] = event.train.samples / event.seconds
    return found


def _of_part(part: str, metrics: Metrics) -> dict[str, float]:
    plain = {"loss": metrics.loss, "accuracy": metrics.accuracy, "r2": metrics.r2, **metrics.more}
    return {f"{part}/{name}": value for name, value in plain.items() if value is not None}


class SystemFigures:
    """What this process takes of the machine, looked at once an epoch. No library is needed."""

    def __init__(self, device: str) -> None:
        """device: that of the training, as torch writes it."""
        self._device = device
        self._clock, self._worked = time.monotonic(), time.process_time()

    def look(self) -> dict[str, float]:
        """By tag: per cent of one core since the last look, memory in MB of 1,000,000 bytes."""
        clock, worked = time.monotonic(), time.process_time()
        found = {}
        if clock > self._clock:
            share = (worked - self._worked) / (clock - self._clock)
            found["system/cpu_percent_of_one_core"] = 100 * share
        self._clock, self._worked = clock, worked
        memory = _resident()
        if memory is not None:
            found["system/memory_mb"] = memory / 1e6
        if self._device.startswith("cuda"):
            found["system/gpu_memory_mb"] = _allocated(self._device) / 1e6
        return found


def _resident() -> int | None:
    """The bytes of this process that lie in memory; None where the system does not tell."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        if sys.platform.startswith("linux"):
            pages = int(Path("/proc/self/statm").read_text().split()[1])
            return pages * os.sysconf("SC_PAGE_SIZE")
    with contextlib.suppress(ImportError):
        import resource

        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most if sys.platform == "darwin" else most * 1024
    return None


def _allocated(device: str) -> int:
    """The bytes that torch has on a GPU now."""
    import torch

    return torch.cuda.memory_allocated(device)
