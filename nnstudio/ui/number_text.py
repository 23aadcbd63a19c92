"""Figures as the window writes them."""

from __future__ import annotations

from collections.abc import Iterable

from nnstudio.evaluation.figures.reading import figure_text


def group_digits(number: int | None) -> str:
    """Write 1084421 as `1,084,421`, None as `unknown`."""
    return "unknown" if number is None else f"{number:,}"


def sizes(shape: Iterable[int]) -> str:
    """Write the sizes of a tensor: `1 × 28 × 28`; nothing of a single number."""
    return " × ".join(map(str, shape))


def short(number: int) -> str:
    """Write a count in few characters: `812`, `405 k`, `1.08 M`."""
    for size, unit in ((10**9, "G"), (10**6, "M"), (10**3, "k")):
        if number >= size:
            figure = number / size
            digits = 0 if figure >= 100 else 1 if figure >= 10 else 2
            return f"{figure:.{digits}f} {unit}"
    return str(number)


def percent(share: float) -> str:
    """Write a share of 1 as an accuracy is read, with two decimals everywhere: `97.21 %`."""
    return figure_text("accuracy", share)


def flops(number: int | None) -> str:
    """Write floating point operations with a unit: `28.4 MFLOPs`."""
    if number is None:
        return "FLOPs unknown"
    text = short(number)
    figure, _, unit = text.partition(" ")
    return f"{figure} {unit}FLOPs"


def duration(seconds: float) -> str:
    """Write seconds as people read them: `0:42`, `12:04`, `1:02:33`."""
    whole = max(0, round(seconds))
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"
