"""Every record of tests/cases/tables/expectations.json: read as a careful person reads it."""

from __future__ import annotations

import json
import math
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from nnstudio.data.info import DataError
from nnstudio.data.reading.table.reader import TableReader
from nnstudio.data.samples import Samples, nobody_watches
from nnstudio.project.data.fields import Field
from nnstudio.project.data.source import Table
from nnstudio.project.data.spec import DataSpec

CASES = Path(__file__).parents[1] / "cases" / "tables"
RECORDS = json.loads((CASES / "expectations.json").read_text(encoding="utf-8"))

DISPUTED: dict[str, str] = {}
"""Files whose expectation is wrong, with the reason."""


def _file(record: dict[str, Any], folder: Path) -> Path:
    if "generate" not in record:
        return CASES / record["file"]
    made = folder / record["file"]
    text = "".join(part * times for part, times in record["generate"]["parts"])
    made.write_bytes(text.encode("utf-8"))
    return made


def _read(path: Path) -> tuple[Samples | None, str]:
    """The samples, or the sentence by which the file is refused."""
    try:
        return TableReader().read(path, DataSpec(source=Table(path=path.as_posix()))), ""
    except DataError as error:
        return None, str(error)


def _has(text: str, wanted: str) -> bool:
    return any(word.lower() in text.lower() for word in wanted.split("|"))


def _line_given(error: str, line: int) -> bool:
    return f"line {line:,}" in error


@pytest.mark.parametrize("record", RECORDS, ids=[record["file"] for record in RECORDS])
def test_a_table_is_read_as_a_careful_person_reads_it(
    record: dict[str, Any], tmp_path: Path
) -> None:
    if record["file"] in DISPUTED:
        pytest.skip(DISPUTED[record["file"]])
    path = _file(record, tmp_path)
    reader = TableReader()
    samples, refusal = _read(path)
    if samples is None:
        refused = record.get("refused")
        assert refused is not None, f"refused: {refusal}"
        for words in refused.get("words", []):
            assert _has(refusal, words), f"'{words}' is missing in: {refusal}"
        if "line" in refused:
            assert _line_given(refusal, refused["line"]), refusal
        assert "\n" not in refusal
        return
    if "understood" not in record:
        assert _is_told(record["refused"], samples), _summary(samples)
        return
    faults = _faults(record["understood"], samples)
    if faults and "refused" in record and _is_told(record["refused"], samples):
        return
    assert not faults, "\n".join([*faults, _summary(samples)])
    again = reader.read(path, samples.spec, nobody_watches)
    assert again.spec.fields == samples.spec.fields
    assert again.spec.targets == samples.spec.targets
    assert again.count == samples.count
    glance = reader.glance(path, None)
    assert [f.name for f in glance.spec.fields] == [f.name for f in samples.spec.fields]
    assert glance.samples in (None, samples.count)


def _is_told(refused: dict[str, Any], samples: Samples) -> bool:
    """What forbids a training is a finding where another choice of the user may mend it.

    Of that kind are errors, and a word among numbers: its column is words then, with a warning
    that names the word and its line.
    """
    for finding in samples.findings:
        if finding.severity != "error" and finding.code != "words_among_numbers":
            continue
        if all(_has(finding.sentence, words) for words in refused.get("words", [])) and (
            "line" not in refused or _line_given(finding.sentence, refused["line"])
        ):
            return True
    return False


def _summary(samples: Samples) -> str:
    fields = [(f.name, f.kind, f.role) for f in samples.spec.fields]
    said = [f"{f.code}: {f.sentence}" for f in samples.findings]
    said += [f"{g.about}? {g.why}" for g in samples.spec.guesses]
    targets = [(t.name, t.task, t.classes[:12]) for t in samples.spec.targets]
    return "\n".join([str(fields), str(targets), *said])


def _columns(samples: Samples, names: list[str]) -> list[str]:
    """Names of the fields; `@3` is the third column of the file."""
    by_place = {f.origin: f.name for f in samples.spec.fields if f.origin is not None}
    found = []
    for name in names:
        place = int(name[1:]) - 1 if name.startswith("@") and name[1:].isdigit() else None
        found.append(by_place.get(place, name) if place is not None else name)
    return found


def _faults(expected: dict[str, Any], samples: Samples) -> list[str]:
    source = samples.spec.source
    assert isinstance(source, Table)
    faults = []

    def differ(what: str, wanted: object, got: object) -> None:
        if wanted != got:
            faults.append(f"{what}: expected {wanted!r}, got {got!r}")

    if "encoding" in expected and not _same_encoding(expected["encoding"], source.encoding):
        faults.append(f"encoding: expected {expected['encoding']}, got {source.encoding}")
    for key, got in {
        "delimiter": source.delimiter,
        "decimal": source.decimal,
        "header": source.header,
        "skipped_lines": source.skipped,
        "samples": samples.count,
        "n_columns": len(samples.spec.fields),
    }.items():
        if key in expected:
            differ(key, expected[key], got)
    names = [field.name for field in samples.spec.fields]
    if "columns" in expected:
        differ("columns", _columns(samples, expected["columns"]), names)
    faults += _role_faults(expected, samples)
    for name, cells in expected.get("cells", {}).items():
        faults += _cell_faults(_columns(samples, [name])[0], cells, samples)
    if "missing" in expected:
        missing = {f.name: _missing(f, samples) for f in samples.spec.fields}
        wanted = expected["missing"]
        wanted = dict(zip(_columns(samples, list(wanted)), wanted.values(), strict=True))
        differ("missing", wanted, {name: count for name, count in missing.items() if count})
    said = [f"{f.code} {f.sentence}" for f in samples.findings]
    said += [f"{guess.about} {guess.why}" for guess in samples.spec.guesses]
    for words in expected.get("must_say", []):
        if not any(_has(sentence, words) for sentence in said):
            faults.append(f"does not say {words}")
    return faults


def _same_encoding(wanted: str, got: str) -> bool:
    plain = {"utf-8-sig": "utf-8"}
    return plain.get(wanted, wanted) == plain.get(got, got) or (
        wanted.startswith("utf-16") and got == "utf-16"
    )


def _role_faults(expected: dict[str, Any], samples: Samples) -> list[str]:
    spec = samples.spec
    by_role = {
        "inputs": [f.name for f in spec.fields if f.role == "input"],
        "ignored": [f.name for f in spec.fields if f.role not in ("input", "target")],
    }
    targets = [name for target in spec.targets for name in target.fields]
    faults = []
    for key, got in by_role.items():
        if key in expected:
            wanted = _columns(samples, expected[key])
            if sorted(wanted) != sorted(got):
                faults.append(f"{key}: expected {wanted}, got {got}")
    if expected.get("target") is not None:
        wanted = expected["target"]
        wanted = _columns(samples, [wanted] if isinstance(wanted, str) else wanted)
        if wanted != targets:
            faults.append(f"target: expected {wanted}, got {targets}")
    task = spec.targets[0].task
    if "task" in expected and expected["task"] != task:
        faults.append(f"task: expected {expected['task']}, got {task}")
    if expected.get("ask") and faults:
        shown = {guess.about for guess in spec.guesses}
        assert any(f"fields.{name}.role" in shown for name in targets)
        assert "task" in shown
        return []
    if "classes" in expected:
        found = _class_counts(spec.by_name[targets[0]], samples)
        wanted = {name.replace("\r\n", "\n"): n for name, n in expected["classes"].items()}
        if wanted != found:
            faults.append(f"classes: expected {wanted}, got {found}")
    return faults


def _class_counts(field: Field, samples: Samples) -> dict[str, int]:
    values = samples.fields[field.name]
    if values.ndim == 2:
        sums = values.sum(axis=0).tolist()
        return dict(zip(field.classes, sums, strict=True))
    counts = Counter(values[values >= 0].tolist())
    return {field.classes[k].replace("\r\n", "\n"): count for k, count in counts.items()}


def _missing(field: Field, samples: Samples) -> int:
    values = samples.fields[field.name]
    if values.dtype == object:
        return sum(value is None for value in values)
    if field.kind == "category":
        return int((values < 0).sum()) if values.ndim == 1 else 0
    return 0 if values.dtype.kind == "i" else int(sum(math.isnan(v) for v in values.tolist()))


def _cell(field: Field, samples: Samples, record: int) -> object:
    value = samples.fields[field.name][record]
    if field.kind == "category" and samples.fields[field.name].ndim == 2:
        return [label for label, one in zip(field.classes, value, strict=True) if one]
    if field.kind == "category":
        return None if value < 0 else field.classes[value]
    if value is None or isinstance(value, str):
        return value
    return None if value != value else value.item()


def _cell_faults(name: str, cells: dict[str, Any], samples: Samples) -> list[str]:
    field = samples.spec.by_name.get(name)
    if field is None:
        return [f"no column {name}"]
    faults = []
    for record, wanted in cells.items():
        got = _cell(field, samples, int(record))
        if isinstance(wanted, str) and isinstance(got, str):
            same = wanted.replace("\r\n", "\n") == got.replace("\r\n", "\n")
        elif isinstance(wanted, str) and isinstance(got, list):
            same = all(label in wanted for label in got)
        elif isinstance(wanted, int | float) and isinstance(got, str):
            same = got.replace(",", ".") == str(wanted)
        else:
            same = wanted == got
        if not same:
            faults.append(f"{name}[{record}]: expected {wanted!r}, got {got!r}")
    return faults
