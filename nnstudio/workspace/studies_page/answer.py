"""The sentence that answers what a cross-validation or a comparison asked, with its numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from nnstudio.evaluation.figures.holm import holm
from nnstudio.evaluation.figures.paired import Paired
from nnstudio.evaluation.figures.reading import difference_text, is_percent, lower_is_better
from nnstudio.evaluation.figures.spread import Spread
from nnstudio.workspace.studies.figures import ModelFigures, StudyFigures

LEVEL = 0.05
"""Below this p a difference counts as shown."""


@dataclass(frozen=True)
class Answer:
    """A question and its answer. shown: whether a difference could be shown; None where none was
    asked for, or none can be tested. notes: what weakens the test.
    """

    question: str
    sentence: str
    shown: bool | None = None
    notes: tuple[str, ...] = ()


def question_of(models: Sequence[str]) -> str:
    """What a study of these models asks."""
    if len(models) == 1:
        return f"How good is {models[0]} on samples that it was not trained with?"
    if len(models) == 2:
        return f"Is {models[1]} better than {models[0]}, or the other way round?"
    return f"Which of the {len(models)} models is the best?"


def answer_of(figures: StudyFigures) -> Answer:
    """The answer by the first figure of the first output. It takes what was judged, nothing else.

    Of several models the one with the best mean is held against the next: by the corrected
    resampled t-test if they share folds, with Holm's correction for all pairs of the models.
    """
    question = question_of([variant.name for variant in figures.study.plan.variants])
    first = figures.models[0]
    found = _answer(question, first, figures)
    if len(first.outputs) > 1:
        note = f"The answer is about the first output, {next(iter(first.outputs))}."
        found = replace(found, notes=(note, *found.notes))
    return found


def _answer(question: str, first: ModelFigures, figures: StudyFigures) -> Answer:
    name = next(iter(first.head), "")
    there = [one for one in figures.models if name in one.head and one.head[name].mean is not None]
    if not there:
        reason = first.head[name].reason if name else "it has no figures"
        return Answer(question, f"There is no figure to answer by: {reason}.")
    if len(there) == 1:
        told = _alone(there[0], name, figures)
        others = [one.name for one in figures.study.plan.variants if one.name != there[0].name]
        if others:
            told = f"{told} There is nothing to compare it with: no run of {others[0]} is judged."
        return Answer(question, told)
    sign = 1 if lower_is_better(name) else -1
    ordered = sorted(there, key=lambda one: sign * (one.head[name].mean or 0.0))
    return _between(question, ordered, name, figures)


def spread_text(name: str, spread: Spread, places: int | None = None) -> str:
    """A mean with its deviation, both to the same place: `93.20 ± 1.41 %`, `0.602 ± 0.095`."""
    if spread.mean is None:
        return "–"
    if spread.deviation is None:
        return _text(name, [spread.mean], places)[0]
    return " ± ".join(_text(name, [spread.mean, spread.deviation], places))


def range_text(name: str, spread: Spread, places: int | None = None) -> str:
    """From the lowest to the highest: `91.02 to 95.13 %`."""
    if spread.lowest is None or spread.highest is None or spread.count < 2:
        return ""
    return " to ".join(_text(name, [spread.lowest, spread.highest], places))


def _text(name: str, values: Sequence[float], places: int | None) -> list[str]:
    """Values to the same place, the last one with the sign of per cent if there is one."""
    percent = is_percent(name)
    if places is None:
        # of what is not per cent so many that the first value has four digits
        first = abs(values[0])
        whole = len(str(int(first)))
        places = 2 if percent else max(0, 4 - whole) if first < 1e4 else 0
    scaled = [100 * value if percent else value for value in values]
    if not percent and 0 < abs(values[0]) < 1e-2:
        return [f"{value:.3g}" for value in scaled]
    found = [f"{value:,.{places}f}" for value in scaled]
    return [*found[:-1], f"{found[-1]} %"] if percent else found


def p_text(p: float | None) -> str:
    """A p value as it is read: `0.031`, `< 0.001`; a dash where there is none."""
    if p is None:
        return "–"
    return "< 0.001" if p < 0.001 else f"{p:.3f}" if p < 0.1 else f"{p:.2f}"


def _alone(model: ModelFigures, name: str, figures: StudyFigures) -> str:
    spread = model.head[name]
    between = range_text(name, spread)
    count = spread.count
    found = f"{model.name} reaches {_a(name)} {name} of {spread_text(name, spread)}"
    if count == 1:
        return f"{found} on the only fold that is judged so far: there is no deviation yet."
    folds = len({(cell.repeat, cell.fold) for cell in model.cells})
    of = f"{folds:,} folds" if folds == count else f"{count:,} runs on {folds:,} folds"
    found = f"{found} (mean and deviation of {of}, {between}), judged by samples that were held out"
    missing = len(list(figures.study.plan.cells())) - len(model.cells)
    return f"{found}; {missing:,} runs are still to come." if missing > 0 else f"{found}."


def _between(
    question: str, ordered: Sequence[ModelFigures], name: str, figures: StudyFigures
) -> Answer:
    best, following = ordered[0], ordered[1]
    means = (
        f"{best.name} reaches {_a(name)} {name} of {spread_text(name, best.head[name])}, "
        f"{following.name} of {spread_text(name, following.head[name])}"
    )
    if len(ordered) > 2:
        means = f"The best of {len(ordered)} by its mean: {means}"
    pair = _pair(figures.pairs, best.name, following.name, name)
    if pair is None:
        return Answer(question, f"{means}. They share no fold: nothing can be tested.")
    mean, p = pair.mean, pair.p.value
    count = len(pair.differences)
    if mean.value is None or p is None or mean.low is None or mean.high is None:
        reason = pair.p.reason or "there are too few folds"
        return Answer(question, f"{means}. Nothing can be tested: {reason}.")
    # as how much better the first of them is, whichever way round the pair was taken
    turn = (1 if pair.second == best.name else -1) * (-1 if lower_is_better(name) else 1)
    low, high = sorted((turn * mean.low, turn * mean.high))
    gain = turn * mean.value
    ends = difference_text(name, low).removesuffix(" points")
    p, tests = _corrected(figures.pairs, pair)
    equals = "p" if p < 0.001 else "p ="
    test = (
        f"95 % interval {ends} to {difference_text(name, high)}, {equals} {p_text(p)} by the "
        f"corrected t-test on {count:,} pairs"
    )
    if tests > 1:
        test += f", after Holm's correction for {tests} comparisons"
    if p <= LEVEL and gain > 0:
        better = f"{best.name} is better by {difference_text(name, gain)}"
        return Answer(question, f"{means}. {better} ({test}).", True, pair.notes)
    size = difference_text(name, gain)
    cannot = f"That {best.name} is better cannot be shown: the mean difference is {size}"
    return Answer(question, f"{means}. {cannot} ({test}).", False, pair.notes)


def _corrected(pairs: Sequence[Paired], pair: Paired) -> tuple[float, int]:
    """The p of a pair after the correction for all pairs of its figure, and how many those are."""
    tested = [one for one in pairs if one.figure == pair.figure and one.p.value is not None]
    values = holm([one.p.value for one in tested if one.p.value is not None])
    return values[tested.index(pair)], len(tested)


def _pair(pairs: Sequence[Paired], one: str, other: str, name: str) -> Paired | None:
    return next(
        (
            pair
            for pair in pairs
            if pair.figure == name and {pair.first, pair.second} == {one, other}
        ),
        None,
    )


def _a(name: str) -> str:
    by_letters = name[:1] in "AEFHILMNORSX" and name[1:2].isupper()
    return "an" if name[:1] in "aeio" or by_letters else "a"
