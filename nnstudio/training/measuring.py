"""A few real steps of a training that is not run: their time and the memory that they need.

On CUDA torch counts what is allocated, and a batch that is too large is found by trying. Elsewhere
a system may end a program that asks for too much, so nothing is tried that may not fit: the tensors
that a step keeps are summed up for two small batches, and what a larger one needs follows from the
straight line through both.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import Any

import torch
from torch import Tensor

from nnstudio.data.rows import Rows, count
from nnstudio.errors import UserError
from nnstudio.project.training_settings import TrainingSettings
from nnstudio.runs.memory import free_memory
from nnstudio.training import devices
from nnstudio.training.batches import Batches, batches_of
from nnstudio.training.failures import TrainingError, failure_event
from nnstudio.training.machine import machine_set_up
from nnstudio.training.measured import Measured
from nnstudio.training.meters import Meter
from nnstudio.training.random_numbers import random_numbers_kept
from nnstudio.training.thread import Prepared
from nnstudio.training.train_step import TrainStep
from nnstudio.training.way_trial import way_for

_FEWEST, _MOST = 2, 30
"""Steps that are timed, as many as there is time for."""
_SECONDS = 1.5
_SHARE = 0.9
"""A training may take this share of the memory that is free."""
_PROBES = (2, 8)
"""Sizes of the batches from which is told what a larger one needs."""
_REFINED = 3
"""Times that the gap between a batch that fits and one that does not is halved."""


class CalledOffError(TrainingError):
    """Somebody has called off the measurement."""


def measure(
    prepare: Callable[[], Prepared],
    settings: TrainingSettings,
    *,
    stopping: Callable[[], bool] = lambda: False,
) -> Measured:
    """Do some steps, and a batch of the validation or a few, with what `prepare` makes for it.

    Random numbers and the number of threads are as before afterwards. stopping: true calls it off
    before the next step. Raises `UserError` as a training does, `CalledOffError` if it was.
    """
    settings = settings.with_values(compile=False)  # that takes longer than it tells
    device = devices.resolve(settings.device)
    name = None
    with random_numbers_kept(device), machine_set_up(settings), ExitStack() as ended:
        try:
            begun = _allocated(device)
            torch.manual_seed(settings.seed)
            made = prepare()
            name = made.source_name
            steps = _steps(made, settings, device, stopping, ended)
            return _on_cuda(steps, begun) if device.type == "cuda" else _elsewhere(steps)
        except UserError:
            raise
        except Exception as error:
            raise TrainingError(failure_event(error, name).sentence) from error


def _steps(
    made: Prepared,
    settings: TrainingSettings,
    device: torch.device,
    stopping: Callable[[], bool],
    ended: ExitStack,
) -> _Steps:
    size, parts = settings.batch_size, made.validation_set
    learner = TrainStep(made.model, made.train_set, settings, device)
    batches = batches_of(made.train_set, learner.objective, size, device)
    ended.callback(batches.close)
    validation = None
    if parts is not None and len(parts):
        validation = batches_of(parts, learner.objective, 2 * size, device)
        ended.callback(validation.close)
    name = made.source_name
    learner.go(way_for(learner, batches, settings, name=name, stopping=stopping))
    return _Steps(learner, batches, validation, settings, stopping)


@dataclass
class _Steps:
    """The steps of one training, to be done in any size."""

    learner: TrainStep
    batches: Batches
    validation: Batches | None
    settings: TrainingSettings
    stopping: Callable[[], bool]

    def __post_init__(self) -> None:
        self._order = self.batches.order(self.settings.seed, 1)
        self.size = min(self.settings.batch_size, self.batches.samples)
        self._meter = Meter(self.learner.device)

    def step(self, size: int) -> None:
        """Learn from a batch of so many samples."""
        if self.stopping():
            raise CalledOffError("The measurement was called off.")
        inputs, targets = self.batch(size)
        self.learner.learn()
        self._meter.add(self.learner.step(inputs, targets), count(inputs))

    def batch(self, size: int) -> tuple[Rows, Rows]:
        places = torch.arange(size, device=self._order.device) % len(self._order)
        return self.batches.of(self._order[places])

    def validate(self) -> None:
        """Measure one batch of the validation."""
        if self.stopping():
            raise CalledOffError("The measurement was called off.")
        assert self.validation is not None
        inputs, targets = self.validation.in_sequence(0)
        figures = self.learner.objective.figures(self.learner.device)
        self.learner.prepare_to_measure()
        self._meter.add(self.learner.measure(inputs, targets, figures), count(inputs))

    def timed(self) -> dict[str, Any]:
        """Seconds of a step, of a batch of the validation, and of all epochs."""
        step = self._seconds(lambda: self.step(self.size))
        epoch, of_validation = step * self.batches.steps, None
        if self.validation is not None:
            of_validation = self._seconds(self.validate)
            epoch += of_validation * self.validation.steps
        return {
            "step_seconds": step,
            "validation_batch_seconds": of_validation,
            "seconds": self.settings.epochs * epoch,
            "may_stop_early": self.settings.early_stopping is not None,
        }

    def _seconds(self, act: Callable[[], None]) -> float:
        found: list[float] = []
        _wait(self.learner.device)
        began = perf_counter()
        while len(found) < _MOST and (len(found) < _FEWEST or perf_counter() - began < _SECONDS):
            start = perf_counter()
            act()
            _wait(self.learner.device)
            found.append(perf_counter() - start)
        return median(found)

    @property
    def facts(self) -> dict[str, Any]:
        """What is said in any case."""
        return {"device": str(self.learner.device), "batch_size": self.settings.batch_size}


# -- where torch counts ---------------------------------------------------------------------------


def _on_cuda(steps: _Steps, begun: int) -> Measured:
    device = steps.learner.device
    free = torch.cuda.mem_get_info(device)[0] + begun - torch.cuda.memory_allocated(device)
    torch.cuda.reset_peak_memory_stats(device)

    def fits(size: int) -> bool:
        try:
            for _ in range(_FEWEST):  # the optimizer's state comes with the first one
                steps.step(size)
            _wait(device)
        except torch.OutOfMemoryError:
            for optimizer in steps.learner.optimizers:
                optimizer.zero_grad(set_to_none=True)
            if gc.isenabled():  # else only the window's thread may
                gc.collect()
            torch.cuda.empty_cache()
            return False
        return True

    if fits(steps.size):
        times = steps.timed()
        peak = torch.cuda.max_memory_allocated(device) - begun
        return Measured(
            True, **steps.facts, memory=peak, memory_estimated=False, free=free, **times
        )
    largest = largest_that_fits(fits, steps.size)
    return Measured(
        False, **steps.facts, memory=0, memory_estimated=False, free=free, largest_batch=largest
    )


def largest_that_fits(fits: Callable[[int], bool], too_large: int) -> int | None:
    """By halving, then between what fits and what does not; None if not even a batch of 1 does."""
    size = too_large // 2
    while size and not fits(size):
        too_large, size = size, size // 2
    if not size:
        return None
    for _ in range(_REFINED):
        between = (size + too_large) // 2
        if between in (size, too_large):
            break
        if fits(between):
            size = between
        else:
            too_large = between
    return size


def _allocated(device: torch.device) -> int:
    return torch.cuda.memory_allocated(device) if device.type == "cuda" else 0


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()


# -- where nobody counts --------------------------------------------------------------------------


def _elsewhere(steps: _Steps) -> Measured:
    free = _free(steps.learner.device)
    few, more = (min(size, steps.size) for size in _PROBES)
    steps.step(few)  # the optimizer's state comes with it
    known = {size: _needed(steps, size) for size in (few, more)}
    fixed, each = straight_line(known)
    needed = round(fixed + each * steps.size)
    facts: dict[str, Any] = {**steps.facts, "memory_estimated": True, "free": free}
    if free is not None and needed > _SHARE * free:
        largest = max(0, int((_SHARE * free - fixed) / each)) if each > 0 else 0
        return Measured(
            False, **facts, memory=needed, largest_batch=largest or None, largest_estimated=True
        )
    needed = known.get(steps.size) or _needed(steps, steps.size)
    return Measured(True, **facts, memory=needed, **steps.timed())


def straight_line(known: dict[int, int]) -> tuple[float, float]:
    """What is needed without a sample, and for each one; of one size only, all for the samples."""
    (few, least), (more, most) = min(known.items()), max(known.items())
    if few == more:
        return 0.0, least / few
    each = (most - least) / (more - few)
    return least - each * few, each


def _needed(steps: _Steps, size: int) -> int:
    """Bytes of what a step needs at its height, about: what lasts, and what it keeps."""
    learner = steps.learner
    with kept_for_backward() as kept:
        steps.step(size)
    model = learner.model.state_dict().values()
    average = [] if learner.judged_model is learner.model else learner.judged_model.parameters()
    lasting = _bytes([*_tensors(model), *average])
    lasting += _bytes(p.grad for p in learner.parameters if p.grad is not None)
    for optimizer in learner.optimizers:
        for values in optimizer.state.values():
            lasting += _bytes(_tensors(values.values()))
    own = {p.untyped_storage().data_ptr() for p in learner.model.parameters()}
    sizes = [number for place, number in kept.items() if place not in own]
    # the gradient of the largest one comes beside it
    return lasting + sum(sizes) + max(sizes, default=0)


@contextmanager
def kept_for_backward() -> Iterator[dict[int, int]]:
    """The bytes of each memory block that autograd keeps inside, by its place."""
    found: dict[int, int] = {}

    def keep(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        found[storage.data_ptr()] = storage.nbytes()
        return tensor.detach()

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        yield found


def _tensors(values: Any) -> Iterator[Tensor]:
    return (value for value in values if isinstance(value, Tensor))


def _bytes(tensors: Any) -> int:
    return sum({tensor.data_ptr(): tensor.nbytes for tensor in tensors}.values())


def _free(device: torch.device) -> int | None:
    if device.type == "mps":
        return int(torch.mps.recommended_max_memory() - torch.mps.driver_allocated_memory())
    return free_memory()
