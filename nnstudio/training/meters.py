"""Sums of loss and right answers, kept on the device, and the clock of a training."""

from __future__ import annotations

import time
from dataclasses import dataclass

import torch
from torch import Tensor

from nnstudio.training.events import Metrics
from nnstudio.training.single_objective import Judged


@dataclass(frozen=True)
class RunningTotals:
    """Sums over samples. `correct` is None where right and wrong make no sense.

    `answers` is how many answers each sample has, the tokens of a sequence. `variance` is that of
    numeric targets, None for others. `answered` is how many answers counted, None where all did;
    then `loss` is a sum over answers.
    """

    loss: float
    correct: int | None
    samples: int
    answers: int = 1
    variance: float | None = None
    answered: int | None = None

    def __add__(self, other: RunningTotals) -> RunningTotals:
        return self._with(other, 1)

    def __sub__(self, other: RunningTotals) -> RunningTotals:
        return self._with(other, -1)

    def _with(self, other: RunningTotals, sign: int) -> RunningTotals:
        return RunningTotals(
            self.loss + sign * other.loss,
            _sum(self.correct, other.correct, sign),
            self.samples + sign * other.samples,
            max(self.answers, other.answers),
            self.variance if self.variance is not None else other.variance,
            _sum(self.answered, other.answered, sign),
        )

    def metrics(self) -> Metrics:
        answers, parts = self.samples * self.answers, self.samples
        if self.answered is not None:
            answers = parts = max(self.answered, 1)
        accuracy = None if self.correct is None else self.correct / answers
        loss = self.loss / parts
        r2 = None if self.variance is None else 1.0 - loss / self.variance
        return Metrics(loss, accuracy, self.samples, r2)


NOTHING = RunningTotals(0.0, None, 0)


def _sum(one: int | None, other: int | None, sign: int) -> int | None:
    if one is None and other is None:
        return None
    return (one or 0) + sign * (other or 0)


class Meter:
    """Adds up batches without waiting for the device; `read` waits.

    Sums are never reset between readings, so an epoch's figures do not depend on how often
    somebody looked.
    """

    def __init__(
        self,
        device: torch.device,
        begin: RunningTotals = NOTHING,
        *,
        answers: int = 1,
        variance: float | None = None,
    ) -> None:
        """answers: how many answers each sample has; variance: of numeric targets."""
        # Apple GPUs have no float64.
        exact = torch.float32 if device.type == "mps" else torch.float64
        self._loss = torch.tensor(begin.loss, dtype=exact, device=device)
        self._correct = torch.tensor(begin.correct or 0, device=device)
        self._counts = begin.correct is not None
        self._answered: Tensor | None = None
        if begin.answered is not None:
            self._answered = torch.tensor(begin.answered, device=device)
        self._samples = begin.samples
        self._answers = answers
        self._variance = variance

    def add(self, judged: Judged, samples: int) -> None:
        """Mean loss and right answers of a batch of `samples`."""
        loss, correct, answered = judged
        if answered is None:
            self._loss.add_(loss.detach(), alpha=samples)
        else:
            self._loss.add_(loss.detach() * answered)
            self._answered = answered if self._answered is None else self._answered + answered
        if correct is not None:
            self._correct.add_(correct)
            self._counts = True
        self._samples += samples

    def read(self) -> RunningTotals:
        correct = int(self._correct.item()) if self._counts else None
        answered = None if self._answered is None else round(self._answered.item())
        return RunningTotals(
            self._loss.item(), correct, self._samples, self._answers, self._variance, answered
        )


class Clock:
    """Seconds of training, without the pauses."""

    def __init__(self, begin: float = 0.0) -> None:
        self._started = time.monotonic() - begin
        self._paused_at: float | None = None

    def seconds(self) -> float:
        now = time.monotonic() if self._paused_at is None else self._paused_at
        return now - self._started

    def pause(self) -> None:
        self._paused_at = time.monotonic()

    def resume(self) -> None:
        if self._paused_at is not None:
            self._started += time.monotonic() - self._paused_at
            self._paused_at = None


def remaining(seconds: float, done: int, left: int) -> float | None:
    """Seconds that so many steps more will take; None if it is too early to tell."""
    return seconds / done * left if seconds >= 1.0 or not left else None


class ReportWindow:
    """Totals since the last report; may reach over the end of an epoch."""

    def __init__(self, every: float, now: float) -> None:
        """every: seconds between two reports; now: seconds on the clock."""
        self._every = every
        self._since = now
        self._seen = NOTHING
        self._gathered = NOTHING

    def begin_epoch(self, sums: RunningTotals) -> None:
        """sums: what the epoch begins with; more than nothing after a resume."""
        self._seen = sums

    def look(self, sums: RunningTotals) -> None:
        """sums: the epoch's sums as they are now."""
        self._gathered += sums - self._seen
        self._seen = sums

    def is_due(self, now: float) -> bool:
        return now - self._since >= self._every

    def take(self, now: float) -> tuple[Metrics, float] | None:
        """Means and samples per second since the last report; None if there is nothing new."""
        gathered, seconds = self._gathered, now - self._since
        if not gathered.samples:
            return None
        self._gathered, self._since = NOTHING, now
        return gathered.metrics(), gathered.samples / max(seconds, 1e-9)
