"""The numbers behind a curve: points that grow, and their exponential smoothing. No Qt here."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Series:
    """One curve. `x` in epochs; `smooth(weight)` is computed on as points come."""

    name: str
    x: list[float] = field(default_factory=list)
    y: list[float] = field(default_factory=list)
    _smoothed: list[float] = field(default_factory=list)
    _weight: float = 0.0
    _mean: float = 0.0

    def add(self, x: float, y: float) -> None:
        """One more point; points that come twice (after a resume) replace what stood there."""
        while self.x and self.x[-1] >= x:
            self.x.pop()
            self.y.pop()
            self._smoothed = self._smoothed[: len(self.x)] if not self._weight else []
            self._mean = 0.0
        self.x.append(x)
        self.y.append(y)

    def smooth(self, weight: float) -> list[float]:
        """Exponential moving average with bias correction; weight 0 gives the points themselves.

        Source: the debiased smoothing that TensorBoard uses, last * w + (1 - w) * y, over 1 - w^n.
        """
        if weight <= 0:
            return self.y
        if weight != self._weight:
            self._smoothed, self._mean, self._weight = [], 0.0, weight
        if not self._smoothed:
            self._mean = 0.0
        for k in range(len(self._smoothed), len(self.y)):
            self._mean = self._mean * weight + (1 - weight) * self.y[k]
            self._smoothed.append(self._mean / (1 - weight ** (k + 1)))
        return self._smoothed

    def clear(self) -> None:
        """Forget all points."""
        self.x.clear()
        self.y.clear()
        self._smoothed.clear()
        self._mean = 0.0
