"""What an evaluation says in sentences: the question, its answer, strong and weak sides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nnstudio.evaluation.evaluation import Evaluation
from nnstudio.evaluation.figures.class_figures import ClassFigures, OneClass
from nnstudio.evaluation.figures.label_figures import LabelFigures
from nnstudio.evaluation.figures.number_figures import NumberFigures
from nnstudio.evaluation.figures.reconstruction_figures import ReconstructionFigures
from nnstudio.evaluation.judging import OutputFigures
from nnstudio.report.numbers import counted, figure, listed, name_of, number, percent
from nnstudio.report.tables.judged import mistakes

FEW, GAP, WEAK = 10, 0.05, 3
"""Samples of a class that say little; a gap of accuracies that says much; weak classes told."""
_SURE = 0.05
"""How far mean probability and accuracy may be apart."""


def question_of(model: str, data: str, figures: OutputFigures | None) -> str:
    """The question of a report on one model, in a sentence."""
    match figures:
        case ClassFigures(unit="sample"):
            names = [name_of(one.name) for one in figures.by_class]
            which = f" ({listed(names, 10)})" if len(names) <= 10 else ""
            return f"How well does {model} tell the {len(names)} classes of {data} apart{which}?"
        case ClassFigures():
            return f"How well does {model} classify each {figures.unit} of {data}?"
        case LabelFigures():
            return f"How well does {model} find the {len(figures.by_label)} labels of {data}?"
        case NumberFigures():
            names = [name_of(one.name) for one in figures.by_number] or ["the numbers"]
            return f"How well does {model} predict {listed(names, 5)} of {data}?"
        case ReconstructionFigures():
            return f"How well does {model} rebuild the samples of {data}?"
    return f"What became of {model} on {data}?"


def answer_of(found: Evaluation, figures: OutputFigures, output: str = "") -> str:
    """The answer in a sentence, with its interval."""
    whose = f"For {output} it" if output else "It"
    part = f"the {counted(found.samples, 'sample')} of the {found.part} part"
    unseen = "" if found.part == "train" else ", none of which it was trained with"
    match figures:
        case ClassFigures(unit="sample"):
            right = figure("accuracy", figures.accuracy)
            right = right.replace("(", "(95 % interval ")
            return f"{whose} gives the right class for {right} of {part}{unseen}."
        case ClassFigures():
            right = figure("accuracy", figures.accuracy).replace("(", "(95 % interval ")
            many = f"{counted(figures.answers, figures.unit)} of {part}"
            return f"{whose} gives the right class for {right} of the {many}{unseen}."
        case LabelFigures():
            right = figure("accuracy of labels", figures.accuracy).replace("(", "(95 % interval ")
            exact = percent(figures.exact.value or 0.0)
            return (
                f"{whose} has {right} of all labels right in {part}{unseen}; all labels of a "
                f"sample are right for {exact}."
            )
        case NumberFigures():
            one = figures.together
            mae = figure("MAE", one.mae).replace("(", "(95 % interval ")
            r2 = ""
            if one.r2.value is not None:
                r2 = f", and explains {percent(one.r2.value)} of the variance (R²)"
                if one.r2.value <= 0:
                    r2 = ", and is no better than giving the mean each time (R² is not above 0)"
            return f"{whose} is wrong by {mae} in the mean of {part}{unseen}{r2}."
    assert isinstance(figures, ReconstructionFigures)
    mse = figure("MSE", figures.mse).replace("(", "(95 % interval ")
    return f"{whose} rebuilds {part} with a mean squared error of {mse}{unseen}."


def baseline_of(figures: ClassFigures) -> tuple[str, float]:
    """The most frequent class, and how often it would be right to give it each time."""
    most = max(figures.by_class, key=lambda one: one.support)
    return most.name, most.support / max(1, figures.answers)


def strengths(found: Evaluation, figures: OutputFigures) -> list[str]:
    """What the figures show, in sentences."""
    if isinstance(figures, ClassFigures):
        told = [*_against_baseline(figures), *_weakest(figures), *_confused(figures)]
        return [*told, *_sureness(figures)]
    if isinstance(figures, LabelFigures):
        there = [one for one in figures.by_label if one.f1.value is not None and one.support]
        there.sort(key=lambda one: one.f1.value or 0.0)
        told = [f"{name_of(one.name)} (F1 {number(one.f1.value)})" for one in there[:WEAK]]
        return [f"The weakest labels are {listed(told)}."] if len(there) > WEAK else []
    if isinstance(figures, NumberFigures):
        return _numbers(figures)
    return []


def _against_baseline(figures: ClassFigures) -> list[str]:
    name, share = baseline_of(figures)
    value, low = figures.accuracy.value, figures.accuracy.low
    if value is None:
        return []
    always = f"always giving the most frequent class ({name_of(name)}), which is right for"
    if low is None:  # over several trainings
        return [f"In comparison: {always} {percent(share)}."]
    if low > share:
        return [f"That is better than {always} {percent(share)}."]
    if value <= share:
        return [f"That is no better than {always} {percent(share)}: it has learnt nothing of use."]
    return [
        f"It cannot be said that this is better than {always} {percent(share)}: the interval "
        "reaches that far."
    ]


def _weakest(figures: ClassFigures) -> list[str]:
    there = [one for one in figures.by_class if one.support and one.recall.value is not None]
    if len(there) < 3:
        return []
    there.sort(key=lambda one: (_f1(one), one.name))
    best = there[-1]
    weak = [one for one in there[:WEAK] if _f1(one) < _f1(best)]
    if not weak:
        return ["All classes are told equally well."]
    told = [
        f"{name_of(one.name)} (F1 {_f1(one):.2f}, {round(one.support * (one.recall.value or 0.0))} "
        f"of {one.support} found)"
        for one in weak
    ]
    found = [
        f"Weakest {'is' if len(told) == 1 else 'are'} {listed(told)}; best is {name_of(best.name)} "
        f"(F1 {_f1(best):.2f})."
    ]
    few = [one for one in weak if one.support < FEW]
    if few:
        names = listed([name_of(one.name) for one in few])
        found.append(f"Of {names} there are fewer than {FEW} samples: their figures say little.")
    return found


def _f1(one: OneClass) -> float:
    return 0.0 if one.f1.value is None else one.f1.value


def _confused(figures: ClassFigures) -> list[str]:
    if figures.confusion is None:
        return []
    pairs = mistakes(figures.confusion)
    if not pairs:
        return ["There is no mistake at all."]
    wrong = sum(count for count, *_ in pairs)
    count, right, given, share = pairs[0]
    if count < 2 or len(pairs) < 2:
        return []
    return [
        f"Of {counted(wrong, 'mistake')} the most frequent is {right} taken for {given} "
        f"({count:,} times, {percent(share, 0)} of {right})."
    ]


def _sureness(figures: ClassFigures) -> list[str]:
    if figures.calibration is None or figures.accuracy.value is None:
        return []
    total = sum(one.count for one in figures.calibration.bins)
    sure = sum(one.count * (one.confidence or 0.0) for one in figures.calibration.bins) / total
    apart = sure - figures.accuracy.value
    if abs(apart) <= _SURE:
        return [
            f"Its probabilities can be taken at their word: it is sure of its answers to "
            f"{percent(sure)} in the mean, and right for {percent(figures.accuracy.value)}."
        ]
    way = "surer than it is right" if apart > 0 else "less sure than it could be"
    return [
        f"It is {way}: its answers have a probability of {percent(sure)} in the mean, and "
        f"{percent(figures.accuracy.value)} are right."
    ]


def _numbers(figures: NumberFigures) -> list[str]:
    found, r2 = [], figures.together.r2
    if r2.value is not None and r2.value > 0:
        better = r2.low is None or r2.low > 0
        found.append(
            "That is better than giving the mean each time: R² is above 0."
            if better
            else "It cannot be said that this is better than giving the mean each time: the "
            "interval of R² reaches below 0."
        )
    if len(figures.by_number) > 1:
        there = [one for one in figures.by_number if one.r2.value is not None]
        there.sort(key=lambda one: one.r2.value or 0.0)
        if len(there) > 1:
            low, high = there[0], there[-1]
            found.append(
                f"Best predicted is {name_of(high.name)} (R² {number(high.r2.value)}), worst "
                f"{name_of(low.name)} (R² {number(low.r2.value)})."
            )
    for name, one in figures.residuals.items():
        if one.deviation and abs(one.mean) > 0.25 * one.deviation:
            way = "high" if one.mean > 0 else "low"
            found.append(
                f"{name_of(name)} is given too {way} by {number(abs(one.mean))} in the mean."
            )
    return found


def learning(
    history: Sequence[Mapping[str, float | int | None]],
    best: int | None,
    planned: int | None,
    *,
    has_batch_norm: bool = False,
) -> list[str]:
    """What the curves show: fit, the gap to the validation, whether it had come to its end."""
    if not history:
        return []
    by_epoch = {row.get("epoch"): row for row in history}
    row = by_epoch.get(best, history[-1])
    found = []
    train, validation = row.get("train_accuracy"), row.get("validation_accuracy")
    if train is not None and validation is not None:
        gap = train - validation
        where = f"after epoch {row.get('epoch')}"
        told = (
            f"{percent(train)} of the training samples were right {where}, and "
            f"{percent(validation)} of the validation"
        )
        if gap > GAP:
            found.append(
                f"{told}: a gap of {100 * gap:.1f} points, as of a model that has learnt its "
                "training samples better than what they have in common"
                + (
                    "; after so few epochs the running means of batch norms may lag behind, too."
                    if has_batch_norm and len(history) <= FEW
                    else "."
                )
            )
        else:
            found.append(
                f"{told}: no sign of overfitting (training figures are taken while it learns, "
                "with dropout and augmentation, and are rather too low)."
            )
    last, losses = history[-1], "validation_loss"
    if best is not None and best == last.get("epoch") and len(history) > 1:
        found.append("The last epoch is the best one: it had not come to its end, more may help.")
    elif best is not None and best in by_epoch:
        before, after = by_epoch[best].get(losses), last.get(losses)
        if before is not None and after is not None and after > before:
            found.append(
                f"From epoch {best} to {last.get('epoch')} the loss of the validation rose from "
                f"{number(before)} to {number(after)}: longer training made it no better."
            )
    if planned is not None and len(history) < planned:
        found.append(f"{counted(len(history), 'epoch')} of the {planned:,} planned were done.")
    return found


def cautions(found: Evaluation, figures: OutputFigures) -> list[str]:
    """What these figures do not say."""
    told = []
    if found.part == "validation":
        told.append(
            "The best epoch was chosen by these very samples: the figures are somewhat too good. "
            "A test part, kept from the beginning, would say more."
        )
    if found.part == "train":
        told.append("The model was trained with these samples: nothing is said about new ones.")
    if found.samples < 100:
        told.append(
            f"{counted(found.samples, 'sample')} are few: look at the intervals, not at the last "
            "digits."
        )
    told.append(
        "One training of one seed was judged: the intervals say how the figures would vary with "
        "other samples like these, not with another training. Folds and seeds would tell that."
    )
    if isinstance(figures, ClassFigures) and figures.missing.get("confusion"):
        told.append(f"There is no confusion matrix: {figures.missing['confusion']}.")
    return told
