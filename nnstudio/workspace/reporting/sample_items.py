"""Single samples in a report: one of each class, and the most wrong ones."""

from __future__ import annotations

import numpy as np

from nnstudio.errors import UserError
from nnstudio.evaluation.evaluation import Evaluation
from nnstudio.evaluation.samples import JudgedSample, worst_first
from nnstudio.report.document import Cell, Item, Section, Table, row
from nnstudio.report.figures.samples import samples_of
from nnstudio.report.numbers import NOTHING, number, percent
from nnstudio.workspace.data_page.shown_samples import ShownSamples
from nnstudio.workspace.opened_run import OpenedRun

MOST = 10
_TEXT = 80


def shown_of(run: OpenedRun) -> ShownSamples | None:
    """The samples as they look; None where the data cannot be read, which is told elsewhere."""
    try:
        return run.shown()
    except (UserError, OSError):
        return None


def class_items(shown: ShownSamples | None) -> list[Item]:
    """The first training sample of each class, or the first ones."""
    if shown is None or not len(shown.samples):
        return []
    train = np.flatnonzero(shown.overview.part == 0)
    if not len(train):
        return []
    places = train[:MOST].tolist()
    said, what = shown.origin, "The first samples of the training part"
    if shown.label is not None and shown.classes:
        values = np.asarray(shown.samples.fields[shown.label.name])
        if values.ndim == 1:
            first = {int(v): int(k) for k, v in zip(train[::-1], values[train][::-1], strict=True)}
            places = [first[k] for k in sorted(first) if k >= 0][:MOST]
            said, what = shown.caption, "The first training sample of each class"
            if len(shown.classes) > MOST:
                what = f"The first training sample of {MOST} of {len(shown.classes):,} classes"
    return _pictures(shown, places, [said(place) for place in places], what)


def with_samples(made: Section, run: OpenedRun) -> Section:
    """A section on the data with what the samples look like at its end."""
    return Section(made.title, (*made.items, *class_items(shown_of(run))), made.apart)


def wrong_items(
    found: Evaluation, shown: ShownSamples | None, output: str | None = None
) -> list[Item]:
    """The samples with the highest loss: as they look, and as a table."""
    one = found.predictions.output(output)
    only = one.question.kind in ("classes", "labels")
    worst = worst_first(found.predictions, output, wrong_only=only, limit=MOST)
    if not worst:
        return []
    items: list[Item] = []
    known = [sample for sample in worst if sample.index >= 0]
    if shown is not None and len(known) == len(worst) and shown.looks != "rows":
        captions = [f"{sample.answer} → {sample.given}" for sample in worst]
        title = "The samples with the highest loss: what is right → what was given"
        items += _pictures(shown, [sample.index for sample in worst], captions, title)
    rows = [_row(sample, shown) for sample in worst]
    columns = ("Sample", "Right", "Given", "Probability", "Loss")
    caption = "The samples with the highest loss" + (", of those that are wrong" if only else "")
    items.append(Table(columns, tuple(rows), caption, left=3, small=True))
    return items


def _row(sample: JudgedSample, shown: ShownSamples | None) -> tuple[Cell, ...]:
    origin = f"sample {sample.index:,}" if sample.index >= 0 else NOTHING
    if shown is not None and sample.index >= 0:
        origin = shown.origin(sample.index)
    chance = NOTHING if sample.chance is None else percent(sample.chance)
    return row(origin, sample.answer, sample.given, chance, number(sample.loss))


def _pictures(
    shown: ShownSamples, places: list[int], captions: list[str], title: str
) -> list[Item]:
    match shown.looks:
        case "pictures" | "films":
            values = [shown.picture(place) for place in places]
            made = samples_of(values, captions, title, pictures=True)
            return [] if made is None else [made]
        case "curves" | "waves":
            values = [np.asarray(shown.value(place)) for place in places]
            made = samples_of(values, captions, title, pictures=False)
            return [] if made is None else [made]
        case "texts":
            rows = [row(c, shown.text(p, _TEXT)) for p, c in zip(places, captions, strict=True)]
            return [Table(("Answer", "Text"), tuple(rows), title, left=2)]
    return []
