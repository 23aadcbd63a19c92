"""Cells that are suspicious: -999 among other numbers, infinite ones, words for nothing."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from nnstudio.data.reading.table.accumulate import Numbers
from nnstudio.data.reading.table.assemble import Understood
from nnstudio.data.reading.table.columns import Seen
from nnstudio.data.reading.table.delimited import understood_anew
from nnstudio.data.reading.table.numerals import KNOWN_MISSING, as_word
from nnstudio.data.samples import Finding, Fix
from nnstudio.project.data.source import Table

_SENTINELS = (-999, -9999, -99999, -99, -1, 999, 9999, 99999, -32768)


def oddity_findings(understood: Understood) -> Iterator[Finding]:
    """Findings about cells of single columns."""
    for seen in understood.columns:
        if understood.spec.by_name[seen.name].role not in ("input", "target"):
            continue
        if isinstance(seen.data, Numbers):
            yield from _infinite(understood, seen)
            yield from _sentinels(understood, seen)
        elif seen.kind == "category":
            yield from _words_for_nothing(understood, seen)


def _infinite(understood: Understood, seen: Seen) -> Iterator[Finding]:
    values = seen.numbers.values
    if values.dtype.kind != "f":
        return
    places = np.flatnonzero(np.isinf(values))
    if len(places):
        sentence = (
            f"The column '{seen.name}' holds {len(places):,} infinite numbers, the first in "
            f"{understood.line(int(places[0]))}: no model learns from them."
        )
        source = understood.spec.source
        assert isinstance(source, Table)
        words = ("inf", "-inf", "+inf", "Inf", "-Inf", "Infinity", "-Infinity", "INF", "-INF")
        missing = tuple(dict.fromkeys([*source.missing, *words]))
        new = understood_anew(understood.spec, source.with_values(missing=missing))
        fix = Fix("Take them as missing values", new)
        yield Finding("warning", "infinite", sentence, seen.name, (fix,))


def _sentinels(understood: Understood, seen: Seen) -> Iterator[Finding]:
    values = seen.numbers.values
    low, high = (np.nanmin(values), np.nanmax(values)) if not seen.numbers.missing.all() else (0, 0)
    for sentinel in _SENTINELS:
        if sentinel not in (low, high):
            continue
        hits = values == sentinel
        rest = values[~hits & ~seen.numbers.missing]
        if len(rest) < 5 or hits.sum() > len(rest):
            continue
        least, most = float(rest.min()), float(rest.max())
        away = least - sentinel if sentinel == low else sentinel - most
        far = away > 2 * max(most - least, 1.0)
        if sentinel == -1:
            far = least >= 0 and int(hits.sum()) > 1 and most > 20 and least > 1
        if not far:
            continue
        word = as_word(sentinel)
        count = int(hits.sum())
        sentence = (
            f"The column '{seen.name}' holds {word} {count:,} "
            f"{'time' if count == 1 else 'times'}, first in "
            f"{understood.line(int(np.argmax(hits)))}, far from its other numbers ({least:g} to "
            f"{most:g}): it may stand for a missing value."
        )
        source = understood.spec.source
        assert isinstance(source, Table)
        missing = tuple(dict.fromkeys([*source.missing, word]))
        new = understood_anew(understood.spec, source.with_values(missing=missing))
        yield Finding(
            "warning", "sentinel", sentence, seen.name, (Fix(f"{word}: a missing value", new),)
        )
        return


def _words_for_nothing(understood: Understood, seen: Seen) -> Iterator[Finding]:
    found = [word for word in seen.words.words if word and word in KNOWN_MISSING]
    if found and len(seen.words.words) > len(found):
        counts = dict(zip(seen.words.words, seen.words.counts().tolist(), strict=True))
        listed = ", ".join(f"'{word}' ({counts[word]:,} times)" for word in found)
        sentence = (
            f"The column '{seen.name}' holds {listed}, kept as a category of its own: only an "
            "empty cell is a missing word."
        )
        yield Finding("note", "word_for_nothing", sentence, seen.name)
