"""The data in a report: where they come from, their parts and classes, what was done to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePath

import numpy as np

from nnstudio.data.builtin.catalogue import BUILT_IN
from nnstudio.data.pipeline.class_counts import ClassCounts, class_counts
from nnstudio.data.pipeline.splitting import Parts
from nnstudio.data.samples import Finding, Samples
from nnstudio.project.data.spec import DataSpec
from nnstudio.project.data.steps import text_of_steps
from nnstudio.report.document import (
    Bullets,
    Cell,
    Facts,
    Heading,
    Item,
    Note,
    Paragraph,
    Section,
    Table,
    row,
    section,
)
from nnstudio.report.numbers import counted, listed, name_of
from nnstudio.workspace.data_page.words import (
    BALANCES,
    KINDS,
    MISSING,
    ROLES,
    SPLITS,
    TASKS,
    form_of,
    what_it_is,
)

MOST_FIELDS, MOST_CLASSES, MOST_FINDINGS = 40, 40, 20


def data_name(spec: DataSpec) -> str:
    """The data as people call them, within a sentence."""
    path = str(getattr(spec.source, "path", ""))
    info = BUILT_IN.get(path) if spec.source.kind == "builtin" else None
    return info.title if info is not None else PurePath(path).name or path or "its data"


def data_in_sentence(spec: DataSpec) -> str:
    """The same within a sentence."""
    path = str(getattr(spec.source, "path", ""))
    info = BUILT_IN.get(path) if spec.source.kind == "builtin" else None
    return info.in_sentence if info is not None else data_name(spec)


def data_section(
    spec: DataSpec,
    samples: Samples | None = None,
    parts: Parts | None = None,
    why_not: Note | None = None,
    *,
    split: str = "",
    about_parts: str = "",
) -> Section:
    """What the data are. samples, parts: where they can still be read; why_not: else the reason.

    split: how they were divided, where that is not what the project says. about_parts: of which
    training the parts are, where there are several.
    """
    items: list[Item | None] = []
    path = str(getattr(spec.source, "path", ""))
    info = BUILT_IN.get(path) if spec.source.kind == "builtin" else None
    if info is not None:
        items.append(Paragraph(f"{info.title}: {info.note}"))
        items.append(Paragraph(f"Source: {info.source}. Licence: {info.licence}."))
    told = samples.spec if samples is not None else spec
    facts = [("Kind", what_it_is(spec.source))]
    if info is None:
        facts.append(("Source", path))
    count = len(samples) if samples is not None else spec.samples
    if count is not None:
        facts.append(("Samples", f"{count:,}"))
    tasks = [TASKS[one.task] for one in told.targets]
    if tasks:
        facts.append(("Asked for", ", ".join(dict.fromkeys(tasks))))
    fingerprint = getattr(spec.source, "fingerprint", None)
    if fingerprint is not None:
        facts.append(("SHA-256, beginning", fingerprint.hash[:16]))
    items.append(Facts(tuple(facts)))
    items.append(why_not)
    if about_parts and parts is not None:
        items.append(Paragraph(about_parts))
    items += _parts_and_classes(samples, parts)
    items.append(_fields(told))
    items += _done_to_them(spec, split)
    items += _findings(samples.findings if samples is not None else (), spec)
    return section("Data", items)


def _parts_and_classes(samples: Samples | None, parts: Parts | None) -> list[Item]:
    if parts is None:
        return []
    sizes = [len(parts.train), len(parts.validation), len(parts.test)]
    whole = ("All", *(f"{size:,}" for size in sizes), f"{sum(sizes):,}")
    counts: Sequence[ClassCounts] = () if samples is None else class_counts(samples, parts)
    columns = ("Class", "Training", "Validation", "Test", "Together")
    if not counts:
        table = Table(("", *columns[1:]), (row(*whole),), "Samples in each part")
        return [table]
    found: list[Item] = []
    for one in counts:
        each = list(zip(one.classes, one.train, one.validation, one.test, strict=True))
        rows = [
            row(name_of(name), *(f"{n:,}" for n in numbers), f"{sum(numbers):,}")
            for name, *numbers in each[:MOST_CLASSES]
        ]
        rows.append(tuple(Cell(text, "strong") for text in whole))
        left = len(each) - MOST_CLASSES
        more = f"{counted(left, 'more class', 'more classes')} are left out." if left > 0 else ""
        of = f" by {one.target}" if len(counts) > 1 else ""
        found.append(Table(columns, tuple(rows), f"Samples in each part{of}", more))
        sizes_ = np.array([sum(numbers) for _, *numbers in each])
        there = sizes_[sizes_ > 0]
        if len(there) > 1 and there.max() >= 3 * there.min():
            rare = each[int(np.argmin(np.where(sizes_ > 0, sizes_, sizes_.max() + 1)))][0]
            found.append(
                Paragraph(
                    f"The classes are not balanced: the most frequent one has "
                    f"{there.max() / there.min():.1f} times the samples of {name_of(rare)}."
                )
            )
    return found


def _fields(spec: DataSpec) -> Table | None:
    shown = [one for one in spec.fields if one.role != "ignored"]
    if not shown:
        return None
    rows = [
        row(one.name, ROLES[one.role], KINDS[one.kind], form_of(one)) for one in shown[:MOST_FIELDS]
    ]
    ignored = [one.name for one in spec.fields if one.role == "ignored"]
    notes = []
    if len(shown) > MOST_FIELDS:
        notes.append(f"{counted(len(shown) - MOST_FIELDS, 'more field')} are left out.")
    if ignored:
        notes.append(f"Not used: {listed(ignored, 12)}.")
    columns = ("Field", "Role", "Kind", "Form")
    return Table(columns, tuple(rows), "Fields", " ".join(notes), left=4)


def _done_to_them(spec: DataSpec, divided: str) -> list[Item]:
    split = spec.split
    drawn = f"{SPLITS[split.by].lower()}, seed {split.seed}"
    shares = f"validation {split.validation:g}, test {split.test:g}"
    facts = [("Split", divided or f"{drawn} ({shares})")]
    if split.max_samples is not None:
        facts.append(("Samples at most", f"{split.max_samples:,}"))
    facts += [
        ("Preparation", text_of_steps(spec.preparation) or "none"),
        ("Augmentation of the training", text_of_steps(spec.augmentation) or "none"),
        ("Balance", BALANCES[spec.balance].lower()),
        ("Missing values", MISSING[spec.missing].lower()),
    ]
    found: list[Item] = [Facts(tuple(facts))]
    if spec.preparation:
        found.append(Paragraph("The preparation is fitted on the training part alone."))
    return found


def _findings(findings: Sequence[Finding], spec: DataSpec) -> list[Item]:
    told = [
        f"{one.severity.capitalize()}: {one.sentence}" + (f" ({one.where})" if one.where else "")
        for one in findings
    ]
    found: list[Item] = []
    if told:
        more = len(told) - MOST_FINDINGS
        left = [f"And {counted(more, 'more finding')}."] if more > 0 else []
        found += [Heading("What was found"), Bullets((*told[:MOST_FINDINGS], *left))]
    guessed = [f"{one.about}: {one.why}" for one in spec.guesses if not one.confirmed]
    if guessed:
        found += [
            Heading("What was guessed of them and not confirmed"),
            Bullets(tuple(guessed[:MOST_FINDINGS])),
        ]
    return found


def places_in_words(sizes: Mapping[str, int]) -> str:
    """`1,078 samples were learnt from, 360 validated and 359 were kept for the test`."""
    told = [f"{counted(sizes['train'], 'sample')} were learnt from"]
    if sizes["validation"]:
        told.append(f"{sizes['validation']:,} validated")
    if sizes["test"]:
        told.append(f"{sizes['test']:,} were kept for the test")
    return listed(told)
