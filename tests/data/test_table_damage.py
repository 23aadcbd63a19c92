"""Damaged tables: a thousand mutations, of which each is read or refused with one sentence."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from nnstudio.data.info import DataError
from nnstudio.data.reading.table.reader import TableReader
from nnstudio.project.data.source import Table
from nnstudio.project.data.spec import DataSpec

CASES = Path(__file__).parents[1] / "cases" / "tables"
TEXTS = (
    "trees_bom_german.csv",
    "machine_utf16le.txt",
    "mtcars_r_style.txt",
    "every_cell_quoted.csv",
    "emoji_and_line_break_names.csv",
    "communes_french.csv",
    "load_iso_dates.csv",
    "percent_kg_euro.csv",
    "missing_words_of_all_kinds.csv",
    "matches_crcrlf.csv",
)
TELLING = (b'"', b"\n", b"\r", b",", b";", b"\t", b"\0", b"\xff", b"\xc3", b"#", b"1e999", b"-")


def _mutated(data: bytes, chance: random.Random) -> bytes:
    """Some bytes replaced, cut, repeated or put in."""
    found = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(found)) if found else 0
        length = chance.randint(1, 40)
        match chance.randrange(6):
            case 0:
                found[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                del found[at : at + length]
            case 2:
                found[at:at] = found[at : at + length]
            case 3:
                found[at:at] = chance.choice(TELLING)
            case 4:
                del found[max(1, at) :]
            case _:
                found[at : at + length] = chance.randbytes(length)
    return bytes(found)


def _try(path: Path) -> str:
    """`read`, or the sentence by which it is refused; the glance may refuse, too."""
    reader = TableReader()
    try:
        reader.glance(path, None)
    except DataError as error:
        _check(str(error))
    try:
        samples = reader.read(path, DataSpec(source=Table(path=path.as_posix())))
    except DataError as error:
        _check(str(error))
        return str(error)
    for field in samples.spec.fields:
        assert samples.fields[field.name].shape == (samples.count, *field.shape)
    return "read"


def _check(sentence: str) -> None:
    assert sentence.endswith((".", ")", "?"))
    assert "\r" not in sentence or "'" in sentence
    assert len(sentence) < 600


@pytest.mark.parametrize("name", TEXTS)
def test_damaged_texts_are_read_or_refused(name: str, tmp_path: Path) -> None:
    chance = random.Random(name)
    data = (CASES / name).read_bytes()
    path = tmp_path / name
    outcomes = set()
    for _ in range(80):
        path.write_bytes(_mutated(data, chance))
        outcomes.add(_try(path) == "read")
    assert outcomes == {True, False}


def _small() -> pd.DataFrame:
    generator = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "length": generator.normal(size=40),
            "count": generator.integers(0, 9, 40),
            "when": pd.date_range("2024-01-01", periods=40),
            "kind": ["cat", "dog"] * 20,
        }
    )


@pytest.mark.parametrize("ending", [".xlsx", ".parquet"])
def test_damaged_binary_tables_are_read_or_refused(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"table{ending}"
    if ending == ".xlsx":
        _small().to_excel(path, index=False)
    else:
        _small().to_parquet(path)
    data = path.read_bytes()
    assert _try(path) == "read"
    chance = random.Random(ending)
    for _ in range(100):
        path.write_bytes(_mutated(data, chance))
        _try(path)
