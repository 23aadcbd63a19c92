"""A text with delimiters, opened: encoding, layout, cells."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from nnstudio.data.info import DataError
from nnstudio.data.reading.table.accumulate import Column, Numbers, Words
from nnstudio.data.reading.table.content import Content, Heading, Opened, Wanted, wanted_columns
from nnstudio.data.reading.table.delimiter import PROBE
from nnstudio.data.reading.table.encoding import BEGINNING, OTHERS, Encoding, blocks, look, words_in
from nnstudio.data.reading.table.layout import Layout, lay_out
from nnstudio.data.reading.table.marks import is_grouped
from nnstudio.data.reading.table.numerals import KNOWN_MISSING, Numerals
from nnstudio.data.reading.table.text import read_text
from nnstudio.data.samples import Finding, Fix, Progress
from nnstudio.project.data.source import Table
from nnstudio.project.data.spec import DataSpec, Guess


def open_text(path: Path, table: Table, spec: DataSpec, progress: Progress | None) -> Opened:
    """Read a text; without `progress` its first records only. Raises `DataError`."""
    given = given_options(table, spec)
    whole = progress is not None
    encoding = look(
        path,
        table.encoding if "encoding" in given else None,
        whole,
        *([lambda share, what: progress(0.1 * share, what)] if progress is not None else []),
    )
    text, ends = _beginning(path, encoding)
    layout = lay_out(path.name, text, table, given, ends)
    source = layout.source.with_values(encoding=encoding.name, format="text")
    layout = replace(layout, source=source)
    heading = Heading(layout.names, layout.header)
    missing = frozenset(table.missing) if "missing" in given else None
    numerals = Numerals(
        source.decimal, source.thousands, KNOWN_MISSING if missing is None else missing
    )
    wanted = wanted_columns(spec, heading, path.name)
    if progress is not None:
        content = read_text(
            path,
            layout,
            encoding,
            numerals,
            wanted,
            lambda share, what: progress(0.1 + 0.8 * share, what),
        )
        samples: int | None = content.count
    else:
        content = _content(layout, wanted, numerals)
        samples = content.count if ends and content.count < PROBE else None
    guesses = layout.guesses
    if "encoding" not in given and not encoding.is_certain:
        guesses = (Guess(about="source.encoding", why=f"{encoding.why}."), *guesses)
    findings = [
        *_encoding_finding(path, encoding, spec, source),
        *_thousands_finding(layout, spec, source),
    ]
    if layout.ends:
        sentence = "The lines end with a delimiter: the empty last column is dropped."
        findings.append(Finding("note", "empty_columns", sentence))
    return Opened(source, heading, content, guesses, tuple(findings), missing, samples)


def given_options(table: Table, spec: DataSpec) -> frozenset[str]:
    """The options that are obeyed: those set when it was made, all if the spec has fields."""
    if spec.fields:
        return frozenset(Table.model_fields)
    return frozenset(table.model_fields_set)


def _beginning(path: Path, encoding: Encoding) -> tuple[str, bool]:
    """The whole lines in the first 1 MB, and whether these are all. Raises `DataError`."""
    size = path.stat().st_size
    most = BEGINNING + encoding.mark
    text = b"".join(block for block, _ in blocks(path, encoding, BEGINNING, most))
    if text:
        return text.decode(), size <= most
    if size <= BEGINNING:
        raise DataError(f"{path.name} is empty: expected a table.")
    raise DataError(
        f"{path.name} has no line end in its first 1 MB: expected a table with one record per line."
    )


def _content(layout: Layout, wanted: dict[int, Wanted], numerals: Numerals) -> Content:
    """The records of the layout alone, as numbers where all cells are."""
    columns: dict[int, Column] = {}
    for place, want in wanted.items():
        cells = [record.cells[place] for record in layout.records]
        found = numerals.cells(cells, want == "number") if want != "words" else None
        if found is not None and not (
            found.values.dtype.kind == "f" and bool(np.isnan(found.values).all())
        ):
            numbers = Numbers(len(cells))
            numbers.add(found.values, found.words)
            columns[place] = numbers
        else:
            columns[place] = words = Words(len(cells))
            words.add(cells)
    lines = np.array([record.line for record in layout.records], np.int64)
    return Content(columns, lines)


def understood_anew(spec: DataSpec, source: Table) -> DataSpec:
    """With other options of the source, and so with everything else to be found again."""
    return DataSpec(source=source, split=spec.split, balance=spec.balance, resize=spec.resize)


def _encoding_finding(
    path: Path, encoding: Encoding, spec: DataSpec, source: Table
) -> list[Finding]:
    if not encoding.asked:
        return []
    words = ", ".join(encoding.words)
    fixes = []
    for name in OTHERS:
        if name == encoding.name:
            continue
        read = words_in(path, name, encoding.offset)
        if read and not any("�" in word for word in read):
            title = f"Read it as {name}: {', '.join(read[:3])}"
            fixes.append(Fix(title, understood_anew(spec, source.with_values(encoding=name))))
    sentence = (
        f"{path.name} is not UTF-8 from line {encoding.line:,} on, and does not say what it is; as "
        f"{encoding.name} there are words such as {words}: choose another encoding if they are "
        "wrong."
    )
    return [Finding("warning", "encoding", sentence, path.name, tuple(fixes))]


def _thousands_finding(layout: Layout, spec: DataSpec, source: Table) -> list[Finding]:
    guess = next((g for g in layout.guesses if g.about == "source.thousands"), None)
    if guess is None:
        return _perhaps_thousands(layout, spec, source)
    plain = source.with_values(thousands="")
    fixes = [Fix("Nothing stands between thousands", understood_anew(spec, plain))]
    if source.decimal != source.thousands and source.thousands in ".,":
        turned = plain.with_values(decimal=source.thousands)
        fixes.append(
            Fix(f"It is the decimal mark ({source.thousands})", understood_anew(spec, turned))
        )
    sentence = f"'{source.thousands}' is taken as a mark between thousands: {guess.why}"
    return [Finding("warning", "thousands", sentence, "", tuple(fixes))]


def _perhaps_thousands(layout: Layout, spec: DataSpec, source: Table) -> list[Finding]:
    """Columns of 12.345 only, in a text with semicolons, where a point may mark thousands."""
    if source.delimiter != ";" or source.decimal != "." or source.thousands:
        return []
    for place, name in enumerate(layout.names):
        cells = [record.cells[place].strip() for record in layout.records]
        filled = [cell for cell in cells if cell]
        if len(filled) > 1 and all(map(is_grouped, filled)):
            sentence = (
                f"All cells of the column '{name}' have three digits after the point, such as "
                f"{filled[0]}: the point is taken as decimal mark, but may stand between thousands."
            )
            new = source.with_values(decimal=",", thousands=".")
            fix = Fix("The point stands between thousands", understood_anew(spec, new))
            return [Finding("warning", "thousands", sentence, name, (fix,))]
    return []
