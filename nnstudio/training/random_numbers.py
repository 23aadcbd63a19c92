"""The states of the random number generators, kept while something is tried out."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch


@contextmanager
def random_numbers_kept(device: torch.device | None = None) -> Iterator[None]:
    """Inside anybody may draw; afterwards it is as if nobody had. device: beside the CPU."""
    before, numbers = random.getstate(), np.random.get_state()
    of_apple = torch.mps.get_rng_state() if device is not None and device.type == "mps" else None
    devices = [device] if device is not None and device.type == "cuda" else []
    try:
        with torch.random.fork_rng(devices=devices):
            yield
    finally:
        random.setstate(before)
        np.random.set_state(numbers)
        if of_apple is not None:
            torch.mps.set_rng_state(of_apple)
