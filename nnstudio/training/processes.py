"""Which of several processes of one training this is, as `torchrun` says it. No torch here.

One of them alone says what has gone wrong, whichever comes first: else each would say it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from nnstudio.errors import UserError

FAILED = "failed"
"""Under this name the processes find the sentence of the one that failed."""
_TOLD = "told"


@dataclass(frozen=True)
class Place:
    """The process number `rank` of `size`, and `local_rank` of `local_size` on its machine."""

    rank: int = 0
    size: int = 1
    local_rank: int = 0
    local_size: int = 1

    @property
    def leads(self) -> bool:
        """True for the one that writes the folder of the run and tells how it goes."""
        return self.rank == 0


def here(environment: Mapping[str, str] = os.environ) -> Place:
    """The place of this process; the only one where nobody says otherwise.

    Raises `UserError` if what `torchrun` sets is no place.
    """
    if environment.get("WORLD_SIZE", "1") == "1":
        return Place()
    names = ("RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE")
    given = [environment.get(name, "") for name in names]
    if not all(word.isdigit() for word in given):
        missing = next(name for name, word in zip(names, given, strict=True) if not word.isdigit())
        raise UserError(
            f"WORLD_SIZE is {environment['WORLD_SIZE']}, but {missing} is not a number: start "
            "several processes with torchrun, or unset WORLD_SIZE"
        )
    place = Place(*(int(word) for word in given))
    if place.rank >= place.size or not 0 < place.local_size <= place.size:
        raise UserError(
            f"RANK is {place.rank} and WORLD_SIZE {place.size}: start several processes with "
            "torchrun"
        )
    return place


def rendezvous() -> Any:
    """The store over which the processes find each other for a training; torch is imported here."""
    import torch.distributed as dist

    global _store
    if _store is None:
        _store, _, _ = next(dist.rendezvous("env://"))  # type: ignore[attr-defined,no-untyped-call]
    return dist.PrefixStore(f"training{_trainings}", _store)  # type: ignore[attr-defined]


_store: Any = None
_trainings = 0


def next_training() -> None:
    """What was said in this training counts no more; all processes call it when it has ended."""
    global _trainings
    _trainings += 1


def leave(code: int) -> None:
    """End a process of several with this exit code, now; a process alone returns.

    As Python ends, what is left of gloo's threads may abort it, though all is done: that was seen
    once in forty times (torch 2.13), and `torchrun` takes it for a failure.
    """
    try:
        several = here().size > 1
    except UserError:  # it was told
        return
    if several:
        for stream in (sys.stdout, sys.stderr):
            with suppress(AttributeError, OSError, ValueError):
                stream.flush()
        os._exit(code)


def is_first_to_tell(sentence: str) -> bool:
    """Let the others know why the training ends; False if another one has said so before.

    True in a single process, and where the others cannot be reached.
    """
    try:
        if here().size == 1:
            return True
        publish(sentence)
        return int(rendezvous().add(_TOLD, 1)) == 1
    except (UserError, RuntimeError, ValueError, OSError):
        return True


def publish(sentence: str) -> None:
    """Leave the sentence for the others; the first one stays."""
    place = here()
    if not rendezvous().check([FAILED]):
        rendezvous().set(FAILED, f"{place.rank + 1} of {place.size}): {sentence}")
