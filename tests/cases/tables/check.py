"""Checks the records of expectations.json against the bytes of the files. No table reader.

Line numbers: the text named by "mark" stands in that physical line and in no other. Cells, names
and counts: split with the standard csv module, with the encoding, delimiter and start that the
record itself gives; files that need more than that are in BY_EYE.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
OWN = {"make.py", "check.py", "README.md", "expectations.json", ".gitattributes"}
BY_EYE = {
    "abalone_aligned.txt",
    "cars_spaces_then_tab.data",
    "animals_macroman.csv",
    "forest_cp1251.csv",
    "one_column.csv",
    "rents_mixed_encodings.csv",
    "customers_space_before_quote.csv",
    "apples_comma_and_one_point.csv",
    "infinite_numbers.csv",
    "recipes_g_and_kg.csv",
    "invoices_footer.csv",
    "stocks_header_repeated.csv",
    "station_comment_inside.csv",
    "rooms_units_row.csv",
    "trial_two_header_rows.csv",
    "cut_inside_a_letter.csv",
    "nul_block_at_end.csv",
}
MISSING = {
    "",
    "NA",
    "n/a",
    "NaN",
    "nan",
    "-",
    "?",
    "NULL",
    "null",
    "None",
    "\\N",
    "#DIV/0!",
    "#N/A",
}


def decoded(raw: bytes, encoding: str) -> str:
    return raw.decode(encoding).removeprefix("\ufeff")


def physical(raw: bytes) -> list[str]:
    kind = "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "latin-1"
    return re.split("\r\n|\r|\n", raw.decode(kind))


def as_number(cell: str, decimal: str) -> float | int:
    cell = re.sub("[\u202f\u00a0' €$%]|kg", "", cell)
    cell = cell.replace("." if decimal == "," else ",", "").replace(",", ".")
    return int(cell) if re.fullmatch(r"[+-]?\d+", cell) else float(cell)


def table(raw: bytes, u: dict[str, Any]) -> tuple[list[str] | None, list[list[str]]]:
    text = decoded(raw, u.get("encoding", "utf-8"))
    delim = u["delimiter"]
    rows = [
        [c.strip() for c in row]
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delim)
    ]
    if rows[0] and rows[0][0].startswith(("sep=", "# x y1")):
        rows[0] = rows[0][0].removeprefix("# ").split(" ") if "#" in rows[0][0] else []
    if rows[0][:1] == ["#"]:
        rows[0] = rows[0][1:]
    skip = u.get("skipped_lines", 0)
    rows = rows[skip:]
    if skip:
        assert any(rows[0]), "the line after the skipped ones is empty"
    rows = [x for x in rows if any(x)]
    names = rows.pop(0) if u["header"] else None
    return names, rows


def check(rec: dict[str, Any], raw: bytes) -> None:
    name = rec["file"]
    bad = rec.get("refused")
    if bad and "mark" in bad:
        hits = [i for i, x in enumerate(physical(raw), 1) if bad["mark"] in x]
        assert hits == [bad["line"]], (name, hits)
    u = rec.get("understood")
    if not u or name in BY_EYE:
        return
    head, rows = table(raw, u)
    assert len(rows) == u["samples"], (name, len(rows))
    width = max(len(x) for x in rows)
    full = head
    if head is not None and len(head) == width - 1 and u["columns"][0] == "@1":
        full = ["", *head]

    def place(key: str) -> int:
        if key.startswith("@"):
            return int(key[1:]) - 1
        assert full is not None, name
        assert full.count(key) == 1, (name, key, full)
        return full.index(key)

    for key in u.get("columns", []):
        place(key)
    if "columns" in u:
        places = [place(k) for k in u["columns"]]
        assert places == sorted(places), name
        lost = set(range(width)) - set(places)
        assert all(not row[i] for row in rows for i in lost if i < len(row)), (name, lost)
    for key, cells in u.get("cells", {}).items():
        i = place(key)
        for at, value in cells.items():
            cell = rows[int(at)][i]
            if value is None:
                assert cell in MISSING, (name, key, at, cell)
            elif isinstance(value, str):
                assert cell == value, (name, key, at, cell, value)
            else:
                assert as_number(cell, u.get("decimal", ".")) == value, (name, key, at, cell, value)
    for key, k in u.get("missing", {}).items():
        words = MISSING if key != u.get("target") else {""}
        assert sum(row[place(key)] in words for row in rows) == k, (name, key)
    if u.get("task") == "classes" and "classes" in u:
        seen = Counter(row[place(u["target"])] for row in rows)
        seen.pop("", None)
        assert dict(seen) == u["classes"], (name, seen, u["classes"])
    if u.get("task") == "labels":
        if isinstance(u["target"], list):
            seen = Counter({t: sum(row[place(t)] == "1" for row in rows) for t in u["target"]})
        else:
            seen = Counter(x for row in rows for x in row[place(u["target"])].split(";"))
        assert dict(seen) == u["classes"], (name, seen)
    parts = [*u.get("inputs", []), *u.get("ignored", [])]
    if "inputs" in u and u.get("target") is not None:
        targets = u["target"] if isinstance(u["target"], list) else [u["target"]]
        assert sorted([*parts, *targets]) == sorted(u["columns"]), name
    if u.get("target") is None:
        assert u.get("ask") or "target" not in u, name


def main() -> None:
    records = json.loads((HERE / "expectations.json").read_text(encoding="utf-8"))
    listed = [r["file"] for r in records]
    assert len(listed) == len(set(listed))
    made = {r["file"] for r in records if "generate" in r}
    there = {p.name for p in HERE.iterdir() if p.is_file()} - OWN
    assert there == set(listed) - made, there ^ (set(listed) - made)
    size = sum((HERE / n).stat().st_size for n in there)
    assert size < 1_000_000
    for rec in records:
        assert "understood" in rec or "refused" in rec
        if "generate" in rec:
            text = "".join(part * times for part, times in rec["generate"]["parts"])
            raw = text.encode("utf-8")
            bad = rec.get("refused", {})
            if "line" in bad:
                odd = rec["generate"]["parts"][-2][0].strip()
                assert text.split("\n")[bad["line"] - 1] == odd, rec["file"]
        else:
            raw = (HERE / rec["file"]).read_bytes()
        try:
            check(rec, raw)
        except Exception as error:
            print("WRONG", rec["file"], repr(error))
    kinds = Counter(k for r in records for k in r["kinds"])
    print(len(records), "records,", len(there), "files,", size, "bytes")
    print(*(f"{k} {n}" for k, n in kinds.most_common()), sep=", ")


if __name__ == "__main__":
    main()
