"""The layers of a model as a table, and its document held against what was built."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from nnstudio.inspection.documented import CheckRow, DocumentedCheck
from nnstudio.report.document import Bullets, Cell, Facts, Item, Note, Table, Tone, row
from nnstudio.report.numbers import NOTHING

if TYPE_CHECKING:  # needs torch
    from nnstudio.inspection.summary import Row, Summary

MOST_ROWS = 90
_TONES: dict[str, Tone] = {"match": "good", "explained": "", "mismatch": "bad"}


def totals_of(summary: Summary) -> Facts:
    """Parameters, operations and memory."""
    flops = NOTHING if summary.flops is None else f"{summary.flops:,}"
    if summary.uncounted:
        flops = f"unknown: no formula for {', '.join(summary.uncounted)}"
    return Facts(
        (
            ("Parameters", f"{summary.parameters:,}"),
            ("Forward FLOPs of one sample", flops),
            ("Parameters in memory", _size(summary.parameter_bytes)),
            ("Activations of one sample", _size(summary.activation_bytes)),
        )
    )


def _size(count: int) -> str:
    if count < 1024:
        return f"{count:,} B"
    return f"{count / 2**20:,.2f} MB" if count >= 2**20 else f"{count / 2**10:,.1f} KB"


def layer_table(summary: Summary) -> Table:
    """The modules in the order in which they are called; of very many the upper levels alone."""
    rows: Sequence[Row] = summary.rows
    note = ""
    if len(rows) > MOST_ROWS:
        depth = max(one.depth for one in rows)
        while depth > 1 and sum(one.depth <= depth for one in rows) > MOST_ROWS:
            depth -= 1
        shown = [one for one in rows if one.depth <= depth][:MOST_ROWS]
        note = (
            f"{len(rows) - len(shown):,} of {len(rows):,} rows, those further inside, are left out."
        )
        rows = shown
    told = []
    for one in rows:
        name = one.name or one.class_name
        shape = " × ".join(["N", *map(str, (one.output_shape or ())[1:])])
        parameters = "seen above" if one.recursive and one.parameters else f"{one.parameters:,}"
        told.append(
            row(
                Cell(name, "strong" if not one.depth else "", level=one.depth),
                one.class_name,
                shape if one.output_shape else NOTHING,
                parameters if one.parameters else NOTHING,
                NOTHING if one.flops is None else f"{one.flops:,}",
            )
        )
    columns = ("Module", "Class", "Output", "Parameters", "FLOPs")
    caption = "Layers in the order in which they are called; N is the number of samples"
    return Table(columns, tuple(told), caption, note, left=3, small=len(told) > 30)


def check_items(check: DocumentedCheck | None) -> list[Item]:
    """The documented check, where the model has a document."""
    if check is None:
        return []
    told: list[Item] = []
    wrong = len(check.mismatches)
    explained = sum(one.status == "explained" for one in check.rows)
    same = len(check.rows) - wrong - explained
    if wrong:
        told.append(Note(f"{wrong} of {len(check.rows)} rows are not as documented.", "warning"))
    sentence = f"{same} of {len(check.rows)} rows are as documented"
    more = (
        f", {explained} differ{'s' if explained == 1 else ''} with an explanation"
        if explained
        else ""
    )
    rows = tuple(_check_row(one) for one in check.rows)
    columns = ("Documented", "Module", "Status", "Expected", "Built")
    caption = f"Held against {check.title}: {sentence}{more}"
    told.append(Table(columns, rows, caption, check.document, left=5, small=True))
    if check.claims:
        told.append(
            Bullets(
                tuple(
                    f"The document says: {says} It is so: {found}" for says, found in check.claims
                )
            )
        )
    explanations = [
        f"{one.name or one.path}: {one.explanation}" for one in check.rows if one.explanation
    ]
    if explanations:
        told.append(Bullets(tuple(dict.fromkeys(explanations))))
    return told


def _check_row(one: CheckRow) -> tuple[Cell, ...]:
    status = Cell(one.status, _TONES[one.status])
    found = "the same" if one.found == one.expected else one.found
    return row(one.name or NOTHING, one.path or NOTHING, status, one.expected, found or NOTHING)
