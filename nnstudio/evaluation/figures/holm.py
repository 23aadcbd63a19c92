"""p values of several tests at once: Holm's correction for their number."""

from __future__ import annotations

from collections.abc import Sequence


def holm(values: Sequence[float]) -> list[float]:
    """The p values after the correction, each at most 1, in the order given.

    A difference is shown at the level 0.05 if its corrected p is at most 0.05; the chance that any
    of them is shown wrongly is then at most 0.05, whatever the tests have to do with each other.

    Holm 1979, A simple sequentially rejective multiple test procedure, Scandinavian Journal of
    Statistics 6.
    """
    order = sorted(range(len(values)), key=values.__getitem__)
    found, highest = list(values), 0.0
    for place, k in enumerate(order):
        highest = max(highest, min(1.0, (len(values) - place) * values[k]))
        found[k] = highest
    return found
