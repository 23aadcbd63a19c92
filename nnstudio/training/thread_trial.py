"""How many threads work inside one torch operation: tried on the real step, then remembered.

Small models train faster on one thread, since handing out small pieces costs more than it saves;
most others want every core. Which is which shows only when it is tried. Sums come out in another
order on another number of threads, so a choice once made stays: it is remembered for the model,
the batch and the machine, and a resumed training takes the number of its checkpoint.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from math import inf
from time import perf_counter

import torch

from nnstudio.data.rows import Rows
from nnstudio.project.training_settings import TrainingSettings
from nnstudio.training.batches import Batches
from nnstudio.training.devices import cores
from nnstudio.training.random_numbers import random_numbers_kept
from nnstudio.training.thread_memory import ThreadMemory
from nnstudio.training.train_step import TrainStep

FEW_STEPS = 200
"""A shorter training is over before a trial is worth its time. Counted, not timed, so that the
same training is always decided in the same way."""
_CLEARLY = 0.95
"""Fewer threads than there are cores must need less than this share of the time."""
_ROUNDS = 7
_SLICE = 0.01
"""Seconds of steps that are timed together."""
_LONGEST = 0.8
"""Seconds after which no further measurement begins."""


def thread_counts(available_cores: int) -> tuple[int, ...]:
    """List the numbers worth trying: every core, about the physical ones, one."""
    return tuple(dict.fromkeys((available_cores, max(1, available_cores // 2), 1)))


def threads_for(
    learner: TrainStep,
    batches: Batches,
    settings: TrainingSettings,
    *,
    name: str | None = None,
    before: object = None,
    stopping: Callable[[], bool] = lambda: False,
    memory: ThreadMemory | None = None,
) -> int:
    """Choose the threads of a training, by a trial on copies if that was not done before.

    name: tells the model's text from every other; without it, its layers do. before: the number
    that a checkpoint to go on from was made with. stopping: true ends the trial at once. Neither
    the model nor any random number is touched.
    """
    if settings.threads != "auto":
        return settings.threads
    counts = thread_counts(cores())
    # On a machine with fewer cores other bits are better than threads that wait for each other.
    if isinstance(before, int) and 1 <= before <= counts[0]:
        return before
    short = settings.epochs * batches.steps < FEW_STEPS
    # Compiled code is made for the threads that there are.
    if len(counts) == 1 or short or learner.device.type != "cpu" or settings.compile:
        return counts[0]
    memory = ThreadMemory() if memory is None else memory
    case = _case(learner, batches, settings, name)
    known = memory.recall(case)
    if known is not None:
        return known
    found = _tried(learner, batches, settings, counts, stopping)
    return counts[0] if found is None else memory.keep(case, found)


def fastest(
    step: Callable[[], object], counts: tuple[int, ...], stopping: Callable[[], bool]
) -> int | None:
    """Find which of `counts` needs the least time for a step: the first, unless another is
    clearly faster. None if it was stopped.
    """
    # The least disturbed round of each counts; they take turns, so that none has all the bad luck.
    times = dict.fromkeys(counts, inf)
    before, began = torch.get_num_threads(), perf_counter()
    try:
        for count in counts * _ROUNDS:
            if stopping():
                return None
            if perf_counter() - began > _LONGEST:
                break
            torch.set_num_threads(count)
            step()  # other threads are started here
            times[count] = min(times[count], _seconds(step))
    finally:
        torch.set_num_threads(before)
    return _best(times)


def _seconds(step: Callable[[], object]) -> float:
    steps, began = 0, perf_counter()
    while True:
        step()
        steps += 1
        taken = perf_counter() - began
        if taken >= _SLICE:
            return taken / steps


def _best(times: dict[int, float]) -> int:
    first, least = next(iter(times)), min(times, key=lambda count: times[count])
    return least if times[least] < _CLEARLY * times[first] else first


def _tried(
    learner: TrainStep,
    batches: Batches,
    settings: TrainingSettings,
    counts: tuple[int, ...],
    stopping: Callable[[], bool],
) -> int | None:
    try:
        with random_numbers_kept():
            trial = learner.copy()
            trial.learn()
            order = batches.order(settings.seed, 1)
            position = 0

            def step() -> None:
                nonlocal position
                trial.step(*batches.batch(order, position % batches.steps))
                position += 1

            return fastest(step, counts, stopping)
    except Exception:
        # A model that cannot be copied, or not be trained: the training itself will say why.
        return counts[0]


def _case(
    learner: TrainStep, batches: Batches, settings: TrainingSettings, name: str | None
) -> str:
    """Put what the choice depends on into one word."""
    sample = batches.batch(batches.order(settings.seed, 1), 0)
    facts = (
        name or repr(learner.model),
        [(tuple(p.shape), str(p.dtype)) for p in learner.parameters],
        [_forms(rows) for rows in sample],
        (settings.optimizer, settings.loss, settings.clip_norm is not None),
        (settings.precision, settings.channels_last, settings.average_decay is not None),
        (cores(), torch.__version__, torch.backends.cpu.get_cpu_capability()),
    )
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:24]


def _forms(rows: Rows) -> list[tuple[str, tuple[int, ...], str]]:
    named = {"": rows} if isinstance(rows, torch.Tensor) else rows
    return [(name, tuple(one.shape), str(one.dtype)) for name, one in named.items()]
