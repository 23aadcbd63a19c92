"""The processes that train one model together: who they are, and what they need to agree on.

A single process is a world as well, the trivial one, in which there is nothing to send: what it
is asked for it gives back. Where there are more, all of them do the same things in the same order,
and everything that one alone decides (a clock, a signal) is agreed on first.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any, TypeVar

import torch
from torch import Tensor

from nnstudio.project.training_settings import TrainingSettings
from nnstudio.training import processes
from nnstudio.training.devices import DeviceError, cores
from nnstudio.training.failures import TrainingError, failure_event
from nnstudio.training.processes import Place
from nnstudio.training.way import Way

T = TypeVar("T")

_PATIENCE = timedelta(minutes=30)
"""So long a process waits for the others, who may still be reading the data."""
_LOOK_EVERY = 0.1
"""Seconds between two looks at whether all are there."""
_LAST_WORDS = 3.0
"""Seconds in which a process that fails leaves word why."""


class World:
    """The trivial world: one process, alone."""

    place = Place()

    @property
    def size(self) -> int:
        """How many processes there are."""
        return self.place.size

    @property
    def rank(self) -> int:
        """Which of them this is, from 0; number 0 writes and tells."""
        return self.place.rank

    def sum(self, numbers: Tensor) -> Tensor:
        """The numbers of all processes added up, each in its place."""
        return numbers

    def highest(self, numbers: Sequence[int]) -> list[int]:
        """The highest of all processes for each place."""
        return list(numbers)

    def gather(self, value: T) -> list[T]:
        """The value of each process, in their order."""
        return [value]

    def spread(self, tensors: Sequence[Tensor]) -> None:
        """Give every process the tensors of the first."""

    def barrier(self) -> None:
        """Wait until all have come here."""

    def seed(self, seed: int) -> None:
        """Let each process draw random numbers of its own from now on; the first goes on."""

    def way(self, settings: TrainingSettings) -> Way | None:
        """In which way this process works; None if that is to be found out."""
        return None

    def cause(self, error: Exception) -> Exception:
        """Why the training ends: the error, or what happened to another process before it."""
        return error


ALONE = World()


class SharedWorld(World):
    """Several processes, joined by torch's process group."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.has_failed = False

    def sum(self, numbers: Tensor) -> Tensor:
        import torch.distributed as dist

        found = numbers.clone()
        dist.all_reduce(found)
        return found

    def highest(self, numbers: Sequence[int]) -> list[int]:
        import torch.distributed as dist

        found = torch.tensor(list(numbers))
        dist.all_reduce(found, op=dist.ReduceOp.MAX)
        return [int(number) for number in found]

    def gather(self, value: T) -> list[T]:
        import torch.distributed as dist

        found: list[Any] = [None] * self.size
        dist.all_gather_object(found, value)
        return found

    def spread(self, tensors: Sequence[Tensor]) -> None:
        import torch.distributed as dist

        with torch.no_grad():
            for tensor in tensors:
                sent = tensor.contiguous()
                dist.broadcast(sent, 0)
                if sent is not tensor:
                    tensor.copy_(sent)

    def barrier(self) -> None:
        self.highest([0])

    def seed(self, seed: int) -> None:
        if self.rank:
            torch.manual_seed(seed * 1_000_003 + 7_919 * self.rank)

    def way(self, settings: TrainingSettings) -> Way | None:
        """No trial: the processes of a machine share its cores."""
        threads, share = settings.threads, max(1, cores() // self.place.local_size)
        return Way(share if threads == "auto" else threads, settings.channels_last == "on")

    def cause(self, error: Exception) -> Exception:
        self.has_failed = True
        if not _is_of_the_connection(error):
            with suppress(RuntimeError, OSError, ValueError):
                processes.publish(failure_event(error).sentence)
            return error
        deadline = time.monotonic() + _LAST_WORDS
        while time.monotonic() < deadline:
            found = _word()
            if found:
                return TrainingError(found)
            time.sleep(_LOOK_EVERY)
        return TrainingError(
            "The connection to another process of this training was lost: it has ended."
        )


@contextmanager
def joined(device_word: str, stopping: Callable[[], bool]) -> Iterator[tuple[World, torch.device]]:
    """The world that `torchrun` has started, and the device of this process in it.

    Raises `TrainingError` if another process fails before all are there, `DeviceError` for a
    device that is not there or that processes cannot share.
    """
    from nnstudio.training import devices

    place = processes.here()
    if place.size == 1:
        yield ALONE, devices.resolve(device_word)
        return
    import torch.distributed as dist

    device = _device(device_word, place)
    store = processes.rendezvous()
    _wait_for_all(store, place, stopping)
    if device.type == "cuda":
        torch.cuda.set_device(device)
    backend = "cpu:gloo,cuda:nccl" if device.type == "cuda" else "gloo"
    dist.init_process_group(
        backend, store=store, rank=place.rank, world_size=place.size, timeout=_PATIENCE
    )
    world = SharedWorld(place)
    try:
        yield world, device
        if not world.has_failed:  # else the others are not where this one is
            with suppress(RuntimeError):  # another one has ended already
                # Nobody leaves while the first still writes: who starts them ends them all then.
                world.barrier()
    finally:
        # What holds on to the group goes first: its threads are to be joined now, not at the exit.
        gc.collect()
        dist.destroy_process_group()
        processes.next_training()


def _device(word: str, place: Place) -> torch.device:
    from nnstudio.training import devices

    device = devices.resolve(word)
    if device.type == "cpu":
        return device
    if device.type == "mps" or ":" in word:
        raise DeviceError(
            f"{place.size} processes cannot share the device {word if ':' in word else 'mps'}: "
            "ask for cpu, or for cuda, of which each process gets a GPU of its own."
        )
    there = torch.cuda.device_count()
    if there < place.local_size:
        raise DeviceError(
            f"{place.local_size} processes on this machine need a GPU each, and there "
            f"{'is one' if there == 1 else f'are {there}'}: start fewer, or ask for device cpu."
        )
    return torch.device("cuda", place.local_rank)


def _wait_for_all(store: Any, place: Place, stopping: Callable[[], bool]) -> None:
    """Until each has said that it is there, or one that it failed."""
    store.set(f"here/{place.rank}", "")
    names = [f"here/{rank}" for rank in range(place.size)]
    deadline = time.monotonic() + _PATIENCE.total_seconds()
    while not store.check(names):
        word = _word()
        if word:
            raise TrainingError(word)
        if stopping():
            raise TrainingError("The training was stopped before all its processes were there.")
        if time.monotonic() > deadline:
            raise TrainingError(f"Not all of the {place.size} processes have come.")
        time.sleep(_LOOK_EVERY)


def _word() -> str:
    """What a process that failed has left, "" if none has."""
    try:
        store = processes.rendezvous()
        if not store.check([processes.FAILED]):
            return ""
        said = store.get(processes.FAILED).decode()
    except (RuntimeError, OSError, ValueError):
        return ""
    return f"One of the processes failed ({said}"


def _is_of_the_connection(error: Exception) -> bool:
    """True if torch could not reach another process: gloo says so in a plain RuntimeError."""
    import torch.distributed as dist

    told = str(error).lower()
    signs = ("gloo", "nccl", "connection closed", "connection reset", "socket", "broken pipe")
    return isinstance(error, dist.DistError) or (
        isinstance(error, RuntimeError) and any(sign in told for sign in signs)
    )
