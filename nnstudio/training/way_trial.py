"""In which way the steps of a training are worked out: tried on the real step, then remembered.

Small models train faster on one thread, since handing out small pieces costs more than it saves;
most others want every core. Some convolutions are half as fast again with the channels innermost,
others slower. Which is which shows only when it is tried. Another way gives other last digits, so
a choice once made stays: it is remembered for the model, the batch and the machine, and a resumed
training takes the way of its checkpoint.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from math import inf
from time import perf_counter

import torch

from nnstudio.data.rows import Rows
from nnstudio.project.training_settings import TrainingSettings
from nnstudio.training.batches import Batches
from nnstudio.training.devices import cores
from nnstudio.training.random_numbers import random_numbers_kept
from nnstudio.training.train_step import TrainStep
from nnstudio.training.way import Way
from nnstudio.training.way_memory import WayMemory

FEW_STEPS = 200
"""A shorter training is over before a trial is worth its time. Counted, not timed, so that the
same training is always decided in the same way."""
_STEPS_OF_A_TRIAL = 4
"""So many steps, at most, try one way of a training whose steps are slow."""
_CLEARLY, _FAR = 0.95, 0.8
"""Another way than the first must need less than this share of its time; than the second, where
the steps are so slow that few of them were timed.
"""
_MANY = 3
"""Rounds from which chance has little to say."""
_ROUNDS = 7
_SLICE = 0.01
"""Seconds of steps that are timed together."""
_LONGEST = 0.8
"""Seconds after which no further measurement begins."""

Step = Callable[[], object]


def thread_counts(available_cores: int) -> tuple[int, ...]:
    """List the numbers worth trying: every core, about the physical ones, one."""
    return tuple(dict.fromkeys((available_cores, max(1, available_cores // 2), 1)))


def way_for(
    learner: TrainStep,
    batches: Batches,
    settings: TrainingSettings,
    *,
    name: str | None = None,
    before: Way | None = None,
    stopping: Callable[[], bool] = lambda: False,
    memory: WayMemory | None = None,
) -> Way:
    """Choose the way of a training, by a trial on copies if that was not done before.

    What the settings say is not tried. name: tells the model's text from every other; without it,
    its layers do. before: the way that a checkpoint to go on from was made in. stopping: true ends
    the trial at once. Neither the model nor any random number is touched.
    """
    ways = _worth_trying(learner, settings, before)
    steps = settings.epochs * batches.steps
    if len(ways) == 1 or steps < FEW_STEPS:
        return ways[0]
    memory = WayMemory() if memory is None else memory
    case = _case(learner, batches, settings, name, ways)
    known = memory.recall(case)
    if known is not None:
        return known
    pays = steps >= len(ways) * _STEPS_OF_A_TRIAL * 100
    found = _tried(learner, batches, settings, ways, stopping, to_the_end=pays)
    return ways[0] if found is None else memory.keep(case, found)


def _worth_trying(
    learner: TrainStep, settings: TrainingSettings, before: Way | None
) -> tuple[Way, ...]:
    """All ways that the settings leave open, the usual one first."""
    # Compiled code is made for one way; on a GPU no trial was ever measured.
    fixed = learner.device.type != "cpu" or settings.compile
    counts = thread_counts(cores())
    if settings.threads != "auto":
        counts = (settings.threads,)
    # On a machine with fewer cores other bits are better than threads that wait for each other.
    elif before is not None and before.threads <= counts[0]:
        counts = (before.threads,)
    elif fixed:
        counts = counts[:1]
    layouts = (False, True) if learner.takes_pictures else (False,)
    if settings.channels_last != "auto":
        layouts = (settings.channels_last == "on",)
    elif before is not None:
        layouts = (before.channels_last,)
    elif fixed or settings.deterministic:
        layouts = (False,)
    return tuple(Way(count, laid_out) for count in counts for laid_out in layouts)


def fastest(
    steps: Mapping[bool, Step],
    ways: tuple[Way, ...],
    stopping: Callable[[], bool],
    *,
    to_the_end: bool = False,
) -> Way | None:
    """Find which of `ways` needs the least time for a step: the first, unless another is clearly
    faster. None if it was stopped.

    steps: by whether the channels are innermost. to_the_end: try each once, however slow it is.
    """
    # The least disturbed round of each counts; they take turns, so that none has all the bad luck.
    times, rounds = dict.fromkeys(ways, inf), 0.0
    before, began = torch.get_num_threads(), perf_counter()
    try:
        for number, way in enumerate(ways * _ROUNDS):
            if stopping():
                return None
            untried = to_the_end and number < len(ways)
            if perf_counter() - began > _LONGEST and not untried:
                break
            step = steps[way.channels_last]
            torch.set_num_threads(way.threads)
            step()  # other threads are started here
            times[way] = min(times[way], _seconds(step))
            rounds = (number + 1) / len(ways)
    finally:
        torch.set_num_threads(before)
    return _best(times, _CLEARLY if rounds >= _MANY else _FAR)


def _seconds(step: Step) -> float:
    steps, began = 0, perf_counter()
    while True:
        step()
        steps += 1
        taken = perf_counter() - began
        if taken >= _SLICE:
            return taken / steps


def _best(times: dict[Way, float], share: float) -> Way:
    first, least = next(iter(times)), min(times, key=lambda way: times[way])
    return least if times[least] < share * times[first] else first


def _tried(
    learner: TrainStep,
    batches: Batches,
    settings: TrainingSettings,
    ways: tuple[Way, ...],
    stopping: Callable[[], bool],
    *,
    to_the_end: bool,
) -> Way | None:
    try:
        with random_numbers_kept():
            steps = {False: _trial(learner, batches, settings)}
            if any(way.channels_last for way in ways):
                try:
                    steps[True] = _trial(learner, batches, settings, laid_out=True)
                except Exception:  # the model does what cannot be done with such pictures
                    ways = tuple(way for way in ways if not way.channels_last)
            return fastest(steps, ways, stopping, to_the_end=to_the_end)
    except Exception:
        # A model that cannot be copied, or not be trained: the training itself will say why.
        return ways[0]


def _trial(
    learner: TrainStep, batches: Batches, settings: TrainingSettings, *, laid_out: bool = False
) -> Step:
    """A step of a copy. Raises what the model raises, laid out so."""
    trial = learner.copy()
    order = batches.order(settings.seed, 1)
    position = 0
    if laid_out:
        trial.lay_out()
        trial.prepare_to_measure()
        trial.measure(*batches.batch(order, 0))
    trial.learn()

    def step() -> None:
        nonlocal position
        trial.step(*batches.batch(order, position % batches.steps))
        position += 1

    if laid_out:
        step()
    return step


def _case(
    learner: TrainStep,
    batches: Batches,
    settings: TrainingSettings,
    name: str | None,
    ways: tuple[Way, ...],
) -> str:
    """Put what the choice depends on into one word."""
    sample = batches.batch(batches.order(settings.seed, 1), 0)
    facts = (
        name or repr(learner.model),
        [(tuple(p.shape), str(p.dtype)) for p in learner.parameters],
        [_forms(rows) for rows in sample],
        (settings.optimizer, settings.loss, settings.clip_norm is not None),
        (settings.precision, settings.average_decay is not None),
        [(way.threads, way.channels_last) for way in ways],
        (cores(), torch.__version__, torch.backends.cpu.get_cpu_capability()),
    )
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:24]


def _forms(rows: Rows) -> list[tuple[str, tuple[int, ...], str]]:
    named = {"": rows} if isinstance(rows, torch.Tensor) else rows
    return [(name, tuple(one.shape), str(one.dtype)) for name, one in named.items()]
