"""What a comparison of models says in sentences, and where nothing can be concluded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nnstudio.evaluation.figures.class_figures import ClassFigures
from nnstudio.evaluation.figures.figure import Figure
from nnstudio.evaluation.figures.holm import holm
from nnstudio.evaluation.figures.reading import is_percent, lower_is_better
from nnstudio.evaluation.judging import OutputFigures
from nnstudio.report.numbers import listed, name_of, number, p_text, percent, points

LEVEL = 0.05
FIT, GAP = 0.05, 0.1
"""A difference of training accuracies, and a gap to them, that is worth a word."""
_LEAST_GAIN = 0.05
_MOST = 3


@dataclass(frozen=True)
class Side:
    """A model that is compared. value: its figure. parameters: trained and frozen together.

    joined: the figures from which classes are told. fit: the accuracy on its training samples.
    """

    name: str
    value: float
    parameters: int | None = None
    joined: OutputFigures | None = None
    fit: float | None = None


@dataclass(frozen=True)
class Difference:
    """Second minus first. p: of the test that goes with the interval."""

    first: str
    second: str
    mean: Figure
    p: Figure


def ranking(sides: Sequence[Side], figure: str) -> list[Side]:
    """The best first."""
    sign = 1 if lower_is_better(figure) else -1
    return sorted(sides, key=lambda one: (sign * one.value, one.name))


def analysis(
    sides: Sequence[Side],
    differences: Sequence[Difference],
    figure: str,
    how: str,
    *,
    mean: bool = True,
) -> list[str]:
    """The best against each other one. how: what the intervals rest on, in a few words.

    mean: the values are means of several trainings.
    """
    order = ranking(sides, figure)
    if len(order) < 2:
        return []
    best = order[0]
    end = "lowest" if lower_is_better(figure) else "highest"
    said = f"mean {figure}" if mean else figure
    found = [f"{best.name} has the {end} {said} ({_value(figure, best.value)})."]
    decided = shown_pairs(differences)
    shown = 0
    for other in order[1:]:
        one = _between(best, other, differences)
        if one is None:
            found.append(
                f"{best.name} and {other.name} have no fold or sample in common: nothing can be "
                "said about their difference."
            )
            continue
        sentence, is_shown = _sentence(best, other, one, figure, how, decided)
        shown += is_shown
        found.append(sentence)
    if not shown:
        found.append(
            f"So nothing can be concluded about which of the {len(order)} models is better in "
            f"{figure}: take the simplest or the cheapest, or compare with more folds, repeats or "
            "samples."
        )
    elif shown < len(order) - 1:
        rest = [one.name for one in order[1:] if not _is_shown(best, one, differences, decided)]
        found.append(f"{best.name} is not shown to be better than {listed(rest)}.")
    last = _between(best, order[-1], differences)
    is_shown = last is not None and _is_shown(best, order[-1], differences, decided)
    return [*found, *(_why(order) if is_shown else []), *_gaps(order, figure)]


def _value(figure: str, value: float) -> str:
    return percent(value) if is_percent(figure) else number(value)


def shown_pairs(differences: Sequence[Difference]) -> set[tuple[str, str]]:
    """Pairs that differ at the level 0.05 after Holm's correction for their number.

    Of a pair without a p value its interval decides.
    """
    tested = [one for one in differences if one.p.value is not None]
    corrected = holm([one.p.value for one in tested if one.p.value is not None])
    found = {
        (one.first, one.second) for one, p in zip(tested, corrected, strict=True) if p <= LEVEL
    }
    for one in differences:
        low, high = one.mean.low, one.mean.high
        if one.p.value is None and low is not None and high is not None and low * high > 0:
            found.add((one.first, one.second))
    return found


def _between(best: Side, other: Side, differences: Sequence[Difference]) -> Difference | None:
    for one in differences:
        if {one.first, one.second} == {best.name, other.name} and one.mean.value is not None:
            return one
    return None


def _is_shown(
    best: Side, other: Side, differences: Sequence[Difference], decided: set[tuple[str, str]]
) -> bool:
    one = _between(best, other, differences)
    return one is not None and (one.first, one.second) in decided


def _sentence(
    best: Side,
    other: Side,
    one: Difference,
    figure: str,
    how: str,
    decided: set[tuple[str, str]],
) -> tuple[str, bool]:
    value, low, high = one.mean.value or 0.0, one.mean.low, one.mean.high
    if value < 0:  # told as how far the better one is ahead
        value, low, high = -value, _minus(high), _minus(low)
    ahead = points(figure, value)
    interval = ""
    if low is not None and high is not None:
        ends = points(figure, low).removesuffix(" points"), points(figure, high)
        interval = f" (95 % interval {ends[0]} to {ends[1].removesuffix(' points')}, {how})"
    size = _size(best, other)
    if low is None:
        return (
            f"{best.name} is ahead of {other.name} by {ahead}{size}; there is no interval, so "
            "nothing can be said about chance.",
            False,
        )
    if low <= 0:
        return (
            f"No difference can be shown between {best.name} and {other.name}: {ahead}{interval}"
            f"{size}.",
            False,
        )
    if (one.first, one.second) not in decided:
        return (
            f"{best.name} is ahead of {other.name} by {ahead}{interval}{size}, but with so many "
            f"pairs compared that may be chance ({p_text(one.p)}; Holm's correction).",
            False,
        )
    return f"{best.name} beats {other.name} by {ahead}{interval}{size}{_gain(best, other)}.", True


def _minus(value: float | None) -> float | None:
    return None if value is None else -value


def _size(best: Side, other: Side) -> str:
    if not best.parameters or not other.parameters:
        return ""
    return f", at {_times(best.parameters / other.parameters)} times the parameters"


def _times(ratio: float) -> str:
    return f"{ratio:.1f}" if ratio >= 0.1 else f"{ratio:.2g}"


def _gain(best: Side, other: Side) -> str:
    """In which classes the better one finds more."""
    rows = gains(best.joined, other.joined)
    up = [f"{name_of(name)} (recall {gain:+.2f})" for name, gain in rows if gain >= _LEAST_GAIN]
    down = [f"{name_of(name)} ({gain:+.2f})" for name, gain in rows if gain <= -_LEAST_GAIN]
    if not up:
        return ""
    word = "class" if len(up[:_MOST]) == 1 else "classes"
    told = f"; the gain is in {word} {listed(up[:_MOST])}"
    return told + (f", while it finds less of {listed(down[-_MOST:])}" if down else "")


def gains(first: OutputFigures | None, second: OutputFigures | None) -> list[tuple[str, float]]:
    """By class how much more the first one finds than the second, the most first."""
    if not isinstance(first, ClassFigures) or not isinstance(second, ClassFigures):
        return []
    theirs = {one.name: one.recall.value for one in second.by_class}
    found = [
        (one.name, one.recall.value - before)
        for one in first.by_class
        if one.recall.value is not None and (before := theirs.get(one.name)) is not None
    ]
    return sorted(found, key=lambda one: (-one[1], one[0]))


def _gaps(order: Sequence[Side], figure: str) -> list[str]:
    """Whether they have learnt their training samples better than others."""
    if figure != "accuracy":
        return []
    gaps = [one.fit - one.value for one in order if one.fit is not None]
    if len(gaps) < len(order) or min(gaps) <= GAP:
        return []
    low, high = 100 * min(gaps), 100 * max(gaps)
    between = f"{low:.0f}" if round(low) == round(high) else f"{low:.0f} to {high:.0f}"
    return [
        f"All have {between} points more of their training samples right than of the others: they "
        "have learnt these samples better than what the samples have in common (or the running "
        "means of batch norms lag behind after few epochs)."
    ]


def _why(order: Sequence[Side]) -> list[str]:
    """What fit and size say about the reason; a hint, and said to be one."""
    best, last = order[0], order[-1]
    if best.fit is None or last.fit is None:
        return []
    apart = best.fit - last.fit
    said = (
        f"After the last epoch {best.name} had {percent(best.fit)} of its training samples right, "
        f"{last.name} {percent(last.fit)}"
    )
    if apart > FIT:
        return [
            f"{said}. So the difference is there in the training already: {last.name} fits less "
            "well, which more epochs, another learning rate or more capacity may change."
        ]
    if apart < -FIT:
        return [
            f"{said}. So {last.name} fits better and generalises less: the sign of overfitting."
        ]
    return [f"{said}: they fit about equally well, so what differs is how they generalise."]


def cheapest(sides: Sequence[Side]) -> str:
    """Sizes in a sentence."""
    there = [one for one in sides if one.parameters]
    if len(there) < 2:
        return ""
    low = min(there, key=lambda one: one.parameters or 0)
    high = max(there, key=lambda one: one.parameters or 0)
    if low.parameters == high.parameters:
        return f"All models have {low.parameters:,} parameters."
    return (
        f"The smallest model is {low.name} with {low.parameters:,} parameters, the largest "
        f"{high.name} with {high.parameters:,}."
    )


def folds_in_words(
    heads: Mapping[str, tuple[float | None, float | None]], figure: str
) -> list[str]:
    """How much single folds vary, where that is much."""
    much = [
        deviation
        for mean, deviation in heads.values()
        if mean and deviation is not None and deviation > 0.1 * abs(mean)
    ]
    if not much:
        return []
    low, high = points(figure, min(much)), points(figure, max(much))
    told = high if low == high else f"{low.removesuffix(' points')} to {high}"
    return [
        f"The folds vary much ({figure} deviates by {told}): a single split would have told little."
    ]
