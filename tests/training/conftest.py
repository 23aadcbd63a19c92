"""Leaves torch's number of threads as it was, and no thread behind."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
import torch


@pytest.fixture(autouse=True)
def _nothing_left_behind() -> Iterator[None]:
    threads = torch.get_num_threads()
    yield
    assert torch.get_num_threads() == threads
    assert not [thread for thread in threading.enumerate() if thread.name == "training"]
