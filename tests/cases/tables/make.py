"""Writes the tables of this folder byte by byte, and expectations.json: what a reader must see.

`python3 make.py` gives the same bytes each time. The files `past_*.csv` are kept, not written.
Only the standard library; nothing here reads a table.
"""

from __future__ import annotations

import json
import zlib
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
RECORDS: list[dict[str, Any]] = []


# ---------------------------------------------------------------- numbers that never change
class R:
    """A small generator of its own: the same numbers in every version of Python."""

    def __init__(self, seed: str) -> None:
        self.s = zlib.crc32(seed.encode()) * 2654435761 % 2**64 + 1

    def u(self) -> float:
        self.s = (self.s * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.s >> 11) / 2**53

    def whole(self, lo: int, hi: int) -> int:
        return lo + int(self.u() * (hi - lo + 1))

    def num(self, lo: float, hi: float, d: int) -> float:
        return round(lo + (hi - lo) * self.u(), d)

    def pick(self, words: Sequence[Any]) -> Any:
        return words[self.whole(0, len(words) - 1)]

    def mix(self, items: Sequence[Any]) -> list[Any]:
        rest = list(items)
        return [rest.pop(self.whole(0, len(rest) - 1)) for _ in range(len(rest))]

    def nums(self, n: int, lo: float, hi: float, d: int) -> list[Any]:
        return [self.num(lo, hi, d) for _ in range(n)]

    def wholes(self, n: int, lo: int, hi: int) -> list[int]:
        return [self.whole(lo, hi) for _ in range(n)]

    def picks(self, n: int, words: Sequence[Any]) -> list[Any]:
        """Every word at least once, in no order."""
        return self.mix([*words, *(self.pick(words) for _ in range(n - len(words)))])

    def by(self, labels: list[Any], base: float, step: float, noise: float, d: int) -> list[Any]:
        """Measurements that depend on the label, as real ones do."""
        order = sorted(set(labels), key=str)
        return [
            round(base + step * order.index(x) + noise * (self.u() + self.u() - 1), d)
            for x in labels
        ]


# ---------------------------------------------------------------- a table and how it is written
def f(d: int) -> Callable[[Any], str]:
    return lambda v: f"{v:.{d}f}"


def g(d: int) -> Callable[[Any], str]:
    return lambda v: f"{v:.{d}f}".replace(".", ",")


class C:
    """A column: the values a person reads, and how a cell is written."""

    def __init__(
        self,
        name: str,
        values: Sequence[Any],
        fmt: Callable[[Any], str] = str,
        key: str | None = None,
        gap: str | Sequence[str] = "",
    ) -> None:
        self.name, self.values, self.key = name, list(values), name if key is None else key
        gaps = [gap] if isinstance(gap, str) else list(gap)
        self.cells = []
        for v in self.values:
            if v is None:
                self.cells.append(gaps[0])
                gaps = [*gaps[1:], gaps[0]]
            else:
                self.cells.append(fmt(v))


def holes(values: Sequence[Any], *rows: int) -> list[Any]:
    return [None if i in rows else v for i, v in enumerate(values)]


def bare(cols: list[C]) -> list[C]:
    """For a file without names: columns are called by their place, @1 the first."""
    for k, c in enumerate(cols):
        c.key = f"@{k + 1}"
    return cols


def quoted(cell: str, delim: str, every: bool) -> str:
    if every or any(x in cell for x in (delim, '"', "\n", "\r")):
        return '"' + cell.replace('"', '""') + '"'
    return cell


def lines(
    cols: list[C], delim: str = ",", head: bool = True, every: bool = False, trail: str = ""
) -> list[str]:
    rows = [[c.name for c in cols]] if head else []
    rows += [list(cells) for cells in zip(*(c.cells for c in cols), strict=True)]
    return [delim.join(quoted(x, delim, every) for x in row) + trail for row in rows]


def text(rows: Sequence[str], eol: str = "\n", end: bool = True) -> str:
    return eol.join(rows) + (eol if end else "")


def expect(
    cols: list[C],
    target: Any,
    task: str | None,
    ignored: Sequence[str] = (),
    dropped: Sequence[str] = (),
    without: Sequence[str] = (),
    nocells: Sequence[str] = (),
    **more: Any,
) -> dict[str, Any]:
    """What a person reads, from the values themselves."""
    kept = [c for c in cols if c.key not in dropped]
    targets = target if isinstance(target, list) else [target]
    n = len(cols[0].values)
    out: dict[str, Any] = {
        "encoding": "utf-8",
        "delimiter": ",",
        "decimal": ".",
        "header": True,
        "skipped_lines": 0,
        "samples": n,
        "columns": [c.key for c in kept],
        "inputs": [c.key for c in kept if c.key not in targets and c.key not in ignored],
        "target": target,
        "ignored": list(ignored),
    }
    if task is not None:
        out["task"] = task
    if task == "classes":
        (col,) = (c for c in cols if c.key == target)
        out["classes"] = dict(sorted(Counter(str(v) for v in col.values if v is not None).items()))
    cells: dict[str, dict[str, Any]] = {}
    for c in kept:
        whole_classes = task == "classes" and c.key == target and isinstance(c.values[0], int)
        if c.key in nocells or whole_classes:
            continue
        gaps = [i for i, v in enumerate(c.values) if v is None][:1]
        cells[c.key] = {str(i): c.values[i] for i in sorted({0, n // 2, n - 1, *gaps})}
    out["cells"] = cells
    missing = {c.key: k for c in kept if (k := sum(v is None for v in c.values))}
    if missing:
        out["missing"] = missing
    out.update(more)
    for key in without:
        out.pop(key, None)
    return out


def add(
    file: str,
    kinds: str,
    about: str,
    data: bytes | str | None,
    understood: dict[str, Any] | None = None,
    refused: dict[str, Any] | None = None,
    generate: dict[str, Any] | None = None,
) -> None:
    if isinstance(data, str):
        data = data.encode("utf-8")
    if data is not None:
        (HERE / file).write_bytes(data)
    record: dict[str, Any] = {"file": file, "about": about, "kinds": kinds.split()}
    if generate is not None:
        record["generate"] = generate
    if understood is not None:
        record["understood"] = understood
    if refused is not None:
        record["refused"] = refused
    assert understood or refused
    assert file not in [x["file"] for x in RECORDS]
    RECORDS.append(record)


# ---------------------------------------------------------------- 1. encodings
def encodings() -> None:
    r = R("birds")
    lab = r.picks(48, ["Rougegorge", "Mésange bleue", "Épervier", "Geai des chênes"])
    cols = [
        C("poids (g)", r.by(lab, 12.0, 55.5, 6, 1), f(1)),
        C("envergure_cm", r.by(lab, 18, 11, 3, 1), f(1)),
        C("altitude_m", r.wholes(48, 20, 1890)),
        C("espèce", lab),
    ]
    add(
        "birds_utf8.csv",
        "encoding",
        "French bird ringing in UTF-8, accents in the names of columns and classes",
        text(lines(cols)),
        expect(cols, "espèce", "classes"),
    )

    r = R("baeume")
    lab = r.picks(60, ["Birke", "Lärche", "Kiefer", "Weißtanne"])
    cols = [
        C("Länge", r.by(lab, 1.5, 0.9, 0.6, 2), g(2)),
        C("Höhe (m)", r.by(lab, 9, 4.25, 5, 1), g(1)),
        C("Umfang", r.by(lab, 40, 21, 17, 0), lambda v: str(int(v))),
        C("Art", lab),
    ]
    add(
        "trees_bom_german.csv",
        "encoding delimiter decimal lineend",
        "German tree list saved by Excel as CSV UTF-8: byte order mark, semicolons, decimal "
        "commas, CRLF; the first name is Länge, without the mark",
        b"\xef\xbb\xbf" + text(lines(cols, ";"), "\r\n").encode(),
        expect(cols, "Art", "classes", encoding="utf-8-sig", delimiter=";", decimal=","),
    )

    r = R("wein")
    lab = r.picks(54, ["Müller-Thurgau", "Spätburgunder", "Grüner Veltliner"])
    cols = [
        C("Öchsle", r.by(lab, 70, 8, 9, 0), lambda v: str(int(v))),
        C("Säure g/l", r.by(lab, 5.4, 0.8, 1.2, 2), g(2)),
        C("Restsüße", r.by(lab, 2.1, 3.6, 2, 1), g(1)),
        C("Rebsorte", lab),
    ]
    rows = ["Weingut Höfling, Lese 2022", "", *lines(cols, ";")]
    add(
        "wine_cp1252_title.csv",
        "encoding delimiter decimal title lineend",
        "a winery's list from an old Excel: cp1252, one title line and a blank one, decimal commas",
        text(rows, "\r\n").encode("cp1252"),
        expect(
            cols,
            "Rebsorte",
            "classes",
            encoding="cp1252",
            delimiter=";",
            decimal=",",
            skipped_lines=2,
            ask=True,
            must_say=["cp1252|windows|encoding|letters", "title|skipped|line"],
        ),
    )

    r = R("fromage")
    lab = r.picks(45, ["Comté", "Chèvre", "Cœur de Neufchâtel", "Bleu"])
    cols = [
        C("prix_€", r.by(lab, 9.9, 4, 3, 2), f(2)),
        C("affinage_jours", r.wholes(45, 12, 400)),
        C("région", r.picks(45, ["Franche-Comté", "Loire", "Rhône-Alpes", "Normandie"])),
        C("class", lab),
    ]
    add(
        "cheese_cp1252.csv",
        "encoding",
        "cheeses in cp1252 with the euro sign and oe in one letter (not latin-1)",
        text(lines(cols)).encode("cp1252"),
        expect(
            cols,
            "class",
            "classes",
            encoding="cp1252",
            ask=True,
            must_say=["cp1252|windows|encoding|letters"],
        ),
    )

    r = R("unicode text")
    lab = r.picks(50, ["ok", "Störung", "Ausfall"])
    cols = [
        C("Temperatur °C", r.by(lab, 21.5, 14, 6, 1), g(1)),
        C("Druck", r.by(lab, 1.013, 0.2, 0.1, 3), g(3)),
        C("Drehzahl", r.wholes(50, 900, 3100)),
        C("Zustand", lab),
    ]
    add(
        "machine_utf16le.txt",
        "encoding delimiter decimal lineend",
        "Excel's 'Unicode text': UTF-16 with a mark, tabs, decimal commas, CRLF",
        b"\xff\xfe" + text(lines(cols, "\t"), "\r\n").encode("utf-16-le"),
        expect(
            cols,
            "Zustand",
            "classes",
            encoding="utf-16-le",
            delimiter="\t",
            decimal=",",
        ),
    )

    r = R("utf16be")
    lab = r.picks(40, ["červená", "žlutá", "modrá"])
    cols = [
        C("délka", r.by(lab, 3, 2, 1, 2), g(2)),
        C("šířka", r.by(lab, 1, 0.5, 0.4, 2), g(2)),
        C("barva", lab),
    ]
    add(
        "flowers_utf16be.csv",
        "encoding delimiter decimal",
        "a Czech list in UTF-16, high byte first, with a mark; semicolons and decimal commas",
        b"\xfe\xff" + text(lines(cols, ";")).encode("utf-16-be"),
        expect(cols, "barva", "classes", encoding="utf-16-be", delimiter=";", decimal=","),
    )

    r = R("utf16le nobom")
    lab = r.picks(36, ["Café", "Thé", "Maté"])
    cols = [
        C("caffeine_mg", r.by(lab, 30, 25, 10, 1), f(1)),
        C("temp", r.by(lab, 70, 6, 8, 1), f(1)),
        C("drink", lab),
    ]
    add(
        "drinks_utf16le_nomark.csv",
        "encoding",
        "UTF-16, low byte first, without a mark: every second byte is NUL",
        text(lines(cols)).encode("utf-16-le"),
        expect(cols, "drink", "classes", encoding="utf-16-le", must_say=["utf-16|utf16"]),
    )

    r = R("utf16be nobom")
    y = r.nums(44, 80, 310, 1)
    cols = [
        C("Fläche", [round(v / 3 + r.num(-8, 8, 1), 1) for v in y], f(1)),
        C("Zimmer", r.wholes(44, 1, 6)),
        C("Baujahr", r.wholes(44, 1901, 2021)),
        C("Preis", y, f(1)),
    ]
    add(
        "flats_utf16be_nomark.tsv",
        "encoding delimiter lineend task",
        "UTF-16, high byte first, without a mark, tabs, no newline at the end; a float target",
        text(lines(cols, "\t"), "\r\n", end=False).encode("utf-16-be"),
        expect(
            cols,
            "Preis",
            "number",
            encoding="utf-16-be",
            delimiter="\t",
            must_say=["utf-16|utf16"],
        ),
    )

    r = R("mixed enc")
    lab = r.picks(60, ["München", "Köln", "Würzburg"])
    cols = [
        C("miete", r.by(lab, 9, 4, 3, 2), f(2)),
        C("flaeche", r.nums(60, 25, 140, 1), f(1)),
        C("stadt", lab),
    ]
    rows = lines(cols)
    rows[40] = "11.11,61.5,München"
    raw = [x.encode("cp1252" if i == 40 else "utf-8") for i, x in enumerate(rows)]
    add(
        "rents_mixed_encodings.csv",
        "encoding",
        "two exports pasted together: UTF-8, but line 41 is cp1252. Read as cp1252 the other "
        "lines turn to nonsense, so the line must be named, refused or shown",
        b"\n".join(raw) + b"\n",
        {"ask": True, "must_say": ["41"]},
        {"line": 41, "words": ["utf-8|encoding"], "mark": "11.11,61.5"},
    )

    r = R("mac")
    lab = r.picks(30, ["Löwe", "Bär", "Känguru"])
    cols = [
        C("gewicht", r.by(lab, 60, 70, 30, 1), f(1)),
        C("tempo", r.by(lab, 30, 16, 9, 1), f(1)),
        C("tier", lab),
    ]
    add(
        "animals_macroman.csv",
        "encoding lineend",
        "an old Macintosh file: Mac Roman and CR line ends; no program can know the letters",
        text(lines(cols), "\r").encode("mac_roman"),
        expect(
            cols,
            "tier",
            "classes",
            ask=True,
            nocells=["tier"],
            without=["encoding", "classes"],
            must_say=["encoding|letters|cp1252|windows"],
        ),
    )

    r = R("cyr")
    lab = r.picks(32, ["берёза", "сосна", "дуб"])
    cols = [
        C("высота", r.by(lab, 12, 5, 4, 1), g(1)),
        C("диаметр", r.by(lab, 20, 13, 8, 1), g(1)),
        C("порода", lab),
    ]
    add(
        "forest_cp1251.csv",
        "encoding delimiter decimal",
        "a Russian forest list in cp1251: as cp1252 it gives words nobody can read, so it is asked",
        text(lines(cols, ";"), "\r\n").encode("cp1251"),
        {
            "delimiter": ";",
            "decimal": ",",
            "header": True,
            "samples": 32,
            "ask": True,
            "must_say": ["encoding|letters|cp1252|windows"],
        },
    )
    r = R("cut letter")
    lab = r.picks(31, ["grün", "gelb"])
    lab[30] = "grün"
    cols = [
        C("breite", r.nums(31, 1, 9, 2), f(2)),
        C("farbe", lab),
    ]
    raw_text = text(lines(cols), end=False).encode()
    add(
        "cut_inside_a_letter.csv",
        "encoding lineend",
        "UTF-8 whose copy broke off inside the ü of the last cell (line 32): not cp1252, which "
        "would spoil every other ü; the line is named, refused or shown",
        raw_text[:-2],
        {"ask": True, "must_say": ["32|end|last"]},
        {"line": 32, "words": ["utf-8|encoding|letter|cut"]},
    )


# ---------------------------------------------------------------- 2. delimiters and sep=
def delimiters() -> None:
    r = R("iris")
    lab = r.picks(60, ["setosa", "versicolor", "virginica"])
    cols = [
        C("sepal_length", r.by(lab, 5, 0.7, 0.6, 1), f(1)),
        C("sepal_width", r.by(lab, 3.4, -0.3, 0.5, 1), f(1)),
        C("species", lab),
        C("petal_length", r.by(lab, 1.5, 2, 0.8, 1), f(1)),
        C("petal_width", r.by(lab, 0.3, 0.9, 0.3, 1), f(1)),
    ]
    add(
        "iris_species_middle.csv",
        "target",
        "measurements with the species in the middle: the only words of the table. A rule "
        "'else the last column' would take petal_width, which no person would",
        text(lines(cols)),
        expect(cols, "species", "classes"),
    )

    r = R("tsv")
    lab = r.picks(40, ["low", "medium", "high"])
    cols = [
        C("gene", [f"ENSG{r.whole(10**10, 10**11 - 1)}" for _ in range(40)]),
        C("control", r.by(lab, 40, 15, 20, 3), f(3)),
        C("treated", r.by(lab, 42, 60, 25, 3), f(3)),
        C(
            "comment",
            [
                f"{r.pick(['plate', 'well'])} {r.whole(1, 9)}, {r.pick(['ok', 'check'])}"
                for _ in range(40)
            ],
        ),
        C("label", lab),
    ]
    add(
        "genes.tsv",
        "delimiter id text",
        "tabs, with commas inside the comments; the gene names are all different and so no input",
        text(lines(cols, "\t")),
        expect(
            cols,
            "label",
            "classes",
            delimiter="\t",
            ask=True,
            without=["inputs", "ignored"],
            must_say=["gene"],
        ),
    )

    r = R("pipe")
    lab = r.picks(50, ["standard", "express", "freight"])
    cols = [
        C("shipment weight", r.by(lab, 40, 80, 30, 2), f(2)),
        C("stops", r.wholes(50, 1, 14)),
        C(
            "note",
            r.picks(50, ["fragile; this side up", "none, thanks", "cash; on delivery", "a/b"]),
        ),
        C("service", lab),
    ]
    add(
        "shipments_pipe.txt",
        "delimiter",
        "pipes, with commas and semicolons in the notes",
        text(lines(cols, "|")),
        expect(cols, "service", "classes", delimiter="|"),
    )

    r = R("movies")
    lab = r.picks(48, ["hit", "flop"])
    cols = [
        C("budget", r.by(lab, 20, 30, 15, 1), f(1)),
        C(
            "genres",
            [
                r.pick(["Action|Comedy", "Drama|War|History", "Comedy", "Drama|Romance"])
                for _ in range(48)
            ],
        ),
        C("minutes", r.wholes(48, 78, 190)),
        C("result", lab),
    ]
    add(
        "movies_pipe_in_cells.csv",
        "delimiter",
        "commas between, pipes inside the genre cells",
        text(lines(cols)),
        expect(cols, "result", "classes"),
    )

    r = R("aligned")
    lab = r.picks(40, ["M", "F", "I"])
    cols = [
        C("sex", lab),
        C("length", r.by(lab, 0.3, 0.1, 0.1, 3), f(3)),
        C("weight", r.by(lab, 0.2, 0.4, 0.3, 4), f(4)),
        C("rings", r.wholes(40, 3, 23)),
    ]
    rows = [
        f"{a:<5}{b:>9}{c:>10}{d:>7}"
        for a, b, c, d in [
            [c.name for c in cols],
            *zip(*(c.cells for c in cols), strict=True),
        ]
    ]
    add(
        "abalone_aligned.txt",
        "delimiter target",
        "columns lined up with spaces. Target: sex (the only words, first) or rings (last)? "
        "Honestly open; the first is what the usual rule gives",
        text(rows),
        expect(
            cols,
            None,
            None,
            delimiter=" ",
            ask=True,
            without=["inputs", "ignored"],
        ),
    )

    r = R("mpg")
    names = r.mix(
        [
            f"{a} {b}"
            for a in ("ford", "buick", "toyota", "fiat", "saab", "amc")
            for b in ("deluxe", "custom 500", "wagon", "(sw)", "gl", "sport 2")
        ]
    )
    n = len(names)
    cols = bare(
        [
            C("", r.nums(n, 11, 39, 1), f(1)),
            C("", r.picks(n, [4, 6, 8])),
            C("", r.nums(n, 80, 400, 1), f(1)),
            C("", holes(r.nums(n, 50, 210, 1), 4, 21), f(1), gap="?"),
            C("", r.nums(n, 1800, 4900, 0), lambda v: f"{v:.0f}."),
            C("", names),
        ]
    )
    rows = [
        f'{a:<7}{b:<4}{c:<11}{d:<11}{e:<10}\t"{x}"'
        for a, b, c, d, e, x in zip(*(c.cells for c in cols), strict=True)
    ]
    add(
        "cars_spaces_then_tab.data",
        "delimiter header missing quote id",
        "the style of an old archive: no names, numbers apart by spaces, then a tab and a quoted "
        "car name; ? is missing. Six columns, not two; the names are unique and no class",
        text(rows),
        {
            **expect(
                cols,
                None,
                None,
                header=False,
                ask=True,
                without=["delimiter", "inputs", "ignored", "columns"],
            ),
        },
        {"words": ["tab|space|delimiter|column"]},
    )

    r = R("adult")
    lab = r.picks(70, ["<=50K", ">50K"])
    cols = bare(
        [
            C("", r.wholes(70, 17, 78)),
            C("", [r.pick(["Private", "State-gov", "Self-emp-inc", "?"]) for _ in range(70)]),
            C("", r.wholes(70, 20011, 399999)),
            C("", [r.pick(["Bachelors", "HS-grad", "11th", "Masters"]) for _ in range(70)]),
            C("", r.wholes(70, 20, 60)),
            C("", lab),
        ]
    )
    add(
        "adult_comma_space.data",
        "delimiter header",
        "a census extract: no names, a space after each comma; cells and classes have no space in "
        "front. The second column is text, where ? is a word like any other",
        text(lines(cols, ", ", head=False)),
        expect(cols, "@6", "classes", header=False, nocells=["@2"]),
    )

    r = R("space quote")
    lab = r.picks(30, ["yes", "no"])
    people = r.mix(
        [
            f"{a}, {b}"
            for a in ("Smith", "O'Neil", "Brown", "Lopez", "Kim", "Adler")
            for b in ("John", "Mary", "Wei", "Ana", "Tom")
        ]
    )
    cols = [
        C("income", r.by(lab, 30, 25, 14, 1), f(1)),
        C("name", people, lambda v: f'"{v}"'),
        C("years", r.wholes(30, 1, 30)),
        C("renewed", lab),
    ]
    rows = [", ".join(c.name for c in cols)]
    rows += [", ".join(x) for x in zip(*(c.cells for c in cols), strict=True)]
    add(
        "customers_space_before_quote.csv",
        "delimiter quote id",
        "a space after each comma and quoted names with commas: the quote opens after the space. "
        "Every name is different: no input",
        text(rows),
        expect(
            cols,
            "renewed",
            "classes",
            ask=True,
            without=["inputs", "ignored"],
            must_say=["name"],
        ),
    )

    r = R("semicolon point")
    y = r.nums(52, 11, 95, 2)
    cols = [
        C("age", r.wholes(52, 18, 64)),
        C("bmi", r.nums(52, 17, 41, 2), f(2)),
        C("smoker", r.picks(52, ["yes", "no"])),
        C("city", r.picks(52, ["Paris, FR", "Rome, IT", "Bern, CH"])),
        C("charges", y, f(2)),
    ]
    add(
        "insurance_semicolon_points.csv",
        "delimiter task bool",
        "semicolons with decimal points, commas in a text column; a float target",
        text(lines(cols, ";")),
        expect(cols, "charges", "number", delimiter=";", nocells=["smoker"]),
    )

    r = R("one column")
    add(
        "one_column.csv",
        "delimiter small",
        "a single column of numbers: nothing to learn from it without more; said or refused",
        text(["temperature", *(f"{v:.1f}" for v in r.nums(40, 8, 30, 1))]),
        {
            "header": True,
            "samples": 40,
            "columns": ["temperature"],
            "ask": True,
            "must_say": ["one column|only column|single column|no input"],
        },
        {"words": ["one column|only column|single column|1 column|no input"]},
    )

    r = R("sep1")
    lab = r.picks(44, ["A", "B", "C"])
    cols = [
        C("Menge", r.by(lab, 3, 2, 1, 2), g(2)),
        C("Preis", r.by(lab, 19, 20, 9, 2), g(2)),
        C("Güteklasse", lab),
    ]
    add(
        "sep_semicolon.csv",
        "sep delimiter decimal lineend",
        "Excel's first line sep=; is obeyed and is no record",
        text(["sep=;", *lines(cols, ";")], "\r\n"),
        expect(
            cols, "Güteklasse", "classes", delimiter=";", decimal=",", without=["skipped_lines"]
        ),
    )
    r = R("sep2")
    lab = r.picks(36, ["sweet", "sour"])
    cols = [
        C("ph", r.by(lab, 3, 1.2, 0.5, 2), f(2)),
        C("tags", [r.pick(["red;small", "green;big;old", "red;big"]) for _ in range(36)]),
        C("mix", [r.pick(["a;b", "c;d", "b;c"]) for _ in range(36)]),
        C("taste", lab),
    ]
    add(
        "sep_comma_semicolons_inside.csv",
        "sep delimiter",
        "sep=, in line 1, and semicolons in every row's cells",
        text(["sep=,", *lines(cols)], "\r\n"),
        expect(cols, "taste", "classes", without=["skipped_lines"]),
    )
    r = R("sep3")
    y = r.wholes(40, 18, 88)
    cols = [
        C("pulse", r.wholes(40, 50, 120)),
        C("weight", r.nums(40, 45, 120, 1), g(1)),
        C("age", y),
    ]
    add(
        "sep_bom_ages.csv",
        "sep encoding decimal task",
        "byte order mark, then sep=; and decimal commas; the target is an age: a number, not "
        "as many classes as there are ages",
        b"\xef\xbb\xbf" + text(["sep=;", *lines(cols, ";")], "\r\n").encode(),
        expect(
            cols,
            "age",
            "number",
            encoding="utf-8-sig",
            delimiter=";",
            decimal=",",
            without=["skipped_lines"],
        ),
    )
    r = R("sep4")
    lab = r.picks(30, ["on", "off"])
    cols = [
        C("volt", r.by(lab, 1, 10, 2, 2), f(2)),
        C("amp", r.by(lab, 0.1, 2, 0.4, 3), f(3)),
        C("state", lab),
    ]
    add(
        "sep_quoted.csv",
        "sep quote",
        'line 1 is "sep=|" in quotes, every cell is quoted: the cells are still numbers',
        text(['"sep=|"', *lines(cols, "|", every=True)], "\r\n"),
        expect(cols, "state", "classes", delimiter="|", without=["skipped_lines"]),
    )
    r = R("sep5")
    lab = r.picks(34, ["früh", "spät"])
    cols = [
        C("Zeitraum", r.wholes(34, 1, 400)),
        C("Anteil", r.nums(34, 0, 1, 3), g(3)),
        C("Schicht", lab),
    ]
    add(
        "sep_tab_utf16.csv",
        "sep encoding decimal delimiter lineend",
        "UTF-16 with a mark, then sep= and a tab, decimal commas",
        b"\xff\xfe" + text(["sep=\t", *lines(cols, "\t")], "\r\n").encode("utf-16-le"),
        expect(
            cols,
            "Schicht",
            "classes",
            encoding="utf-16-le",
            delimiter="\t",
            decimal=",",
            without=["skipped_lines"],
        ),
    )


# ---------------------------------------------------------------- 3. decimals and thousands
def decimals() -> None:
    r = R("german thousands")
    lab = r.picks(48, ["klein", "mittel", "groß"])

    def de(d: int) -> Callable[[Any], str]:
        return lambda v: f"{v:,.{d}f}".translate(str.maketrans(",.", ".,"))

    cols = [
        C("Umsatz", r.by(lab, 1200, 740500.5, 90000, 2), de(2)),
        C("Mitarbeiter", r.wholes(48, 1, 240)),
        C("Quote", r.nums(48, 0, 1, 3), g(3)),
        C("Betrieb", lab),
    ]
    cols[0] = C("Umsatz", [abs(v) for v in cols[0].values], de(2))
    add(
        "firms_german_thousands.csv",
        "decimal thousands delimiter",
        "1.234.567,89: points every three digits, decimal commas",
        text(lines(cols, ";"), "\r\n"),
        expect(
            cols, "Betrieb", "classes", delimiter=";", decimal=",", ask=True, must_say=["thousand"]
        ),
    )

    r = R("french")

    def fr(space: str, d: int) -> Callable[[Any], str]:
        return lambda v: f"{v:,.{d}f}".replace(",", space).replace(".", ",")

    y = r.nums(40, 900, 98000, 1)
    cols = [
        C("habitants", r.wholes(40, 300, 2100000), fr("\u202f", 0)),
        C("surface (km²)", r.nums(40, 2, 240, 2), fr("\u202f", 2)),
        C("département", r.picks(40, ["Ain", "Gard", "Lot", "Var"])),
        C("budget", y, fr("\u202f", 1)),
    ]
    add(
        "communes_french.csv",
        "decimal thousands task",
        "French figures: narrow no-break spaces between thousands, decimal commas",
        text(lines(cols, ";")),
        expect(
            cols,
            "budget",
            "number",
            delimiter=";",
            decimal=",",
            ask=True,
            must_say=["thousand|space"],
        ),
    )
    r = R("french 1252")
    lab = r.picks(36, ["été", "hiver"])
    cols = [
        C("ventes", r.wholes(36, 1000, 98000), fr("\u00a0", 0)),
        C("prix", r.nums(36, 1, 9, 2), g(2)),
        C("saison", lab),
    ]
    add(
        "sales_french_cp1252.csv",
        "encoding decimal thousands",
        "the same from an older program: cp1252, no-break spaces between thousands",
        text(lines(cols, ";"), "\r\n").encode("cp1252"),
        expect(
            cols,
            "saison",
            "classes",
            encoding="cp1252",
            delimiter=";",
            decimal=",",
            ask=True,
            must_say=["cp1252|windows|encoding|letters", "thousand|space"],
        ),
    )
    r = R("swiss")
    y = r.nums(42, 800, 2400000, 2)
    cols = [
        C("Wohnfläche", r.nums(42, 30, 240, 1), f(1)),
        C("Kanton", r.picks(42, ["ZH", "BE", "GE", "UR"])),
        C("Preis CHF", y, lambda v: f"{v:,.2f}".replace(",", "'")),
    ]
    add(
        "houses_swiss.csv",
        "thousands delimiter task",
        "Swiss figures 1'234'567.50 with semicolons; the apostrophes are no quotes",
        text(lines(cols, ";"), "\r\n"),
        expect(
            cols, "Preis CHF", "number", delimiter=";", ask=True, must_say=["thousand|apostrophe"]
        ),
    )
    r = R("english")
    lab = r.picks(40, ["gold", "silver", "bronze"])
    cols = [
        C("balance", [abs(v) for v in r.by(lab, 900, 5400, 800, 2)], lambda v: f"{v:,.2f}"),
        C("visits", r.wholes(40, 0, 39)),
        C("tier", lab),
    ]
    add(
        "accounts_english_thousands.csv",
        "thousands quote",
        '"1,234.50" in quotes wherever there is a thousand',
        text(lines(cols)),
        expect(cols, "tier", "classes", ask=True, must_say=["thousand"]),
    )
    r = R("ambiguous thousands")
    lab = r.picks(30, ["Nord", "Süd"])
    cols = [
        C("Einwohner", r.wholes(30, 1001, 99999), lambda v: f"{v:,}".replace(",", ".")),
        C("Schulen", r.wholes(30, 1, 12)),
        C("Region", lab),
    ]
    add(
        "towns_points_ambiguous.csv",
        "thousands decimal",
        "12.345 inhabitants: thousands to a German, 12.345 to everyone else; must be asked. "
        "The values are left open here",
        text(lines(cols, ";")),
        expect(
            cols,
            "Region",
            "classes",
            delimiter=";",
            ask=True,
            nocells=["Einwohner"],
            without=["decimal"],
            must_say=["thousand|decimal"],
        ),
    )
    r = R("quoted commas")
    lab = r.picks(40, ["Buche", "Eiche", "Ahorn"])
    cols = [
        C("Breite", r.by(lab, 2.5, 1, 0.6, 2), g(2)),
        C("Dicke", r.by(lab, 0.2, 0.1, 0.05, 2), g(2)),
        C("Blatt", lab),
    ]
    add(
        "leaves_decimal_commas_quoted.csv",
        "decimal quote",
        'commas between the columns AND decimal commas, in quotes: "2,50","0,21",Buche. A rule '
        "that allows decimal commas only with other delimiters would make words of them",
        text(lines(cols)),
        expect(cols, "Blatt", "classes", decimal=",", must_say=["decimal"]),
    )
    r = R("tab comma")
    y = r.nums(45, -4, 38, 1)
    cols = [
        C("Feuchte", r.nums(45, 20, 99, 1), g(1)),
        C("Wind", r.nums(45, 0, 21, 2), g(2)),
        C("Temperatur", y, g(1)),
    ]
    add(
        "weather_tab_comma.txt",
        "decimal delimiter task",
        "tabs and decimal commas, negative numbers; a float target",
        text(lines(cols, "\t"), "\r\n"),
        expect(cols, "Temperatur", "number", delimiter="\t", decimal=","),
    )
    r = R("spss")
    lab = r.picks(40, [1, 2])
    cols = [
        C(
            "VAR1",
            r.nums(40, -0.99, 0.99, 2),
            lambda v: f"{v:.2f}".replace("0.", ",", 1).replace(".", ","),
        ),
        C("VAR2", r.nums(40, 1, 7, 2), g(2)),
        C("gruppe", lab),
    ]
    add(
        "spss_no_leading_zero.csv",
        "decimal",
        "a German SPSS export: ,50 and -,25 without the nought; two groups 1 and 2",
        text(lines(cols, ";"), "\r\n"),
        expect(cols, "gruppe", "classes", delimiter=";", decimal=","),
    )
    r = R("both marks")
    lab = r.picks(50, ["gut", "schlecht"])
    cols = [
        C("Gewicht", r.by(lab, 2.5, 1.5, 0.8, 2), g(2)),
        C("Breite", r.nums(50, 10, 20, 1), g(1)),
        C("Urteil", lab),
    ]
    rows = lines(cols, ";")
    rows[33] = "2.75;14,5;gut"
    add(
        "apples_comma_and_one_point.csv",
        "decimal word",
        "decimal commas, and one 2.75 typed by hand (line 34): 275 would be wrong. Refused with "
        "its line, or shown",
        text(rows),
        {
            "delimiter": ";",
            "decimal": ",",
            "samples": 50,
            "ask": True,
            "must_say": ["34|2.75"],
            "cells": {"Gewicht": {"32": 2.75}},
        },
        {"line": 34, "words": ["2.75", "Gewicht"], "mark": "2.75;14,5"},
    )
    r = R("scientific")
    lab = r.picks(40, ["stable", "unstable"])
    cols = [
        C(
            "concentration",
            [float(f"{v:.3e}") for v in r.nums(40, 0.00001, 0.009, 8)],
            lambda v: f"{v:.3E}",
        ),
        C(
            "rate",
            [float(f"{v:.2e}") for v in r.nums(40, 10000, 90000000, 0)],
            lambda v: f"{v:.2e}",
        ),
        C("label", lab),
    ]
    add(
        "kinetics_scientific.csv",
        "number",
        "1.250E-03 and 4.10e+06: numbers",
        text(lines(cols)),
        expect(cols, "label", "classes"),
    )


# ---------------------------------------------------------------- 4. titles, comments, blanks
def titles() -> None:
    r = R("title")
    lab = r.picks(40, ["calm", "windy", "storm"])

    def weather() -> list[C]:
        return [
            C("pressure", r.by(lab, 1020, -12, 8, 1), f(1)),
            C("gust", r.by(lab, 3, 12, 5, 1), f(1)),
            C("sky", lab),
        ]

    cols = weather()
    add(
        "station_title_with_comma.csv",
        "title",
        "two title lines, the first with a comma in it, then a blank line",
        text(["Harbour station, readings 2021", "Observer: P. Jones", "", *lines(cols)]),
        expect(cols, "sky", "classes", skipped_lines=3, must_say=["skipped|title|before"]),
    )
    cols = weather()
    add(
        "station_comments.csv",
        "title",
        "comment lines with # and blank lines before the names",
        text(["# exported by WeatherLog 2.1", "# units: hPa, m/s, -", "", "", *lines(cols)]),
        expect(cols, "sky", "classes", skipped_lines=4, must_say=["skipped|comment|before"]),
    )
    cols = weather()
    rows = lines(cols)
    rows[21:21] = ["# sensor cleaned, 12:40"]
    add(
        "station_comment_inside.csv",
        "title ragged",
        "a comment line among the records (line 22): skipped and said, or refused with its line",
        text(rows),
        expect(cols, "sky", "classes", ask=True, must_say=["22|comment"]),
        {"line": 22, "words": ["column|comment"], "mark": "# sensor cleaned"},
    )
    cols = weather()
    add(
        "station_blank_delimiters.csv",
        "title empty delimiter",
        "lines of nothing but semicolons and of spaces before the names and between the records",
        text(
            [
                ";;",
                "   ",
                *(
                    x
                    for i, x in enumerate(lines(cols, ";"))
                    for x in ([x, ";;"] if i in (7, 20) else [x])
                ),
                ";;",
                ";;",
            ]
        ),
        expect(cols, "sky", "classes", delimiter=";", skipped_lines=2, must_say=["empty|blank"]),
    )
    r = R("savetxt")
    lab = r.picks(50, [0, 1, 2])
    cols = [
        C("x", r.by(lab, 0, 3, 1, 4), f(4)),
        C("y1", r.by(lab, 1, -2, 1, 4), f(4)),
        C("label", lab),
    ]
    rows = lines(cols, " ")
    add(
        "savetxt_hash_header.txt",
        "title header delimiter",
        "numpy.savetxt with header=...: the names are in a line that starts with #",
        text(["# x y1 label", *rows[1:]]),
        expect(cols, "label", "classes", delimiter=" ", ask=True, without=["skipped_lines"]),
        None,
    )
    r = R("logger")
    lab = r.picks(45, ["idle", "run"])
    cols = [
        C("Zeit", [f"{8 + i // 60:02}:{i % 60:02}" for i in range(45)]),
        C("Kanal 1", r.by(lab, 1, 5, 2, 2), g(2)),
        C("Kanal 2", r.by(lab, 0.2, 3, 1, 2), g(2)),
        C("Status", lab),
    ]
    pre = [
        "Datenlogger XR-5",
        "Seriennummer;004711",
        "Firmware;2.3",
        "Start;01.02.2023 08:00",
        "Intervall;60 s",
        "Kanäle;2",
        "Bemerkung;Keller, links",
        "",
    ]
    add(
        "logger_preamble.csv",
        "title date decimal encoding",
        "a data logger: eight lines of key;value before the names, times of day, cp1252",
        text([*pre, *lines(cols, ";")], "\r\n").encode("cp1252"),
        expect(
            cols,
            "Status",
            "classes",
            encoding="cp1252",
            delimiter=";",
            decimal=",",
            skipped_lines=8,
            ask=True,
            without=["inputs", "ignored"],
            nocells=["Zeit"],
            must_say=["skipped|title|before", "Zeit"],
        ),
    )
    r = R("units row")
    lab = r.picks(30, ["A", "B"])
    cols = [
        C("temp", r.by(lab, 20, 6, 3, 1), f(1)),
        C("hum", r.by(lab, 40, 20, 9, 1), f(1)),
        C("room", lab),
    ]
    rows = lines(cols, ";")
    rows.insert(1, "[degC];[%];[-]")
    add(
        "rooms_units_row.csv",
        "title header word",
        "a second line of units under the names: no record. Said, or refused as words"
        " among numbers",
        text(rows),
        expect(
            cols,
            "room",
            "classes",
            delimiter=";",
            ask=True,
            must_say=["unit|degC|line 2"],
            without=["skipped_lines"],
        ),
        {"line": 2, "words": ["degC", "temp"], "mark": "[degC]"},
    )
    r = R("two heads")
    lab = r.picks(30, ["better", "worse"])
    cols = [
        C("left", r.nums(30, 1, 9, 1), f(1), key="@1"),
        C("right", r.nums(30, 1, 9, 1), f(1), key="@2"),
        C("left", r.nums(30, 1, 9, 1), f(1), key="@3"),
        C("right", r.nums(30, 1, 9, 1), f(1), key="@4"),
        C("result", lab),
    ]
    rows = lines(cols)
    rows.insert(0, "Before,,After,,")
    add(
        "trial_two_header_rows.csv",
        "title header names",
        "two lines of names, the first with gaps (Before,,After,,): the second is the header, or "
        "refused at the words left, right among numbers",
        text(rows),
        expect(cols, "result", "classes", ask=True, without=["skipped_lines", "columns"]),
        {"line": 2, "words": ["left"], "mark": "left,right,left"},
    )
    r = R("footer")
    lab = r.picks(36, ["paid", "open"])
    cols = [
        C("amount", r.by(lab, 40, 80, 30, 2), f(2)),
        C("days", r.wholes(36, 1, 90)),
        C("state", lab),
    ]
    add(
        "invoices_footer.csv",
        "title ragged",
        "a blank line and 'Source: ...' under the table (line 39): no record",
        text([*lines(cols), "", "Source: office of statistics"]),
        expect(cols, "state", "classes", ask=True, must_say=["39|footer|end|last"]),
        {"line": 39, "words": ["1", "3", "column|cell|field|value"], "mark": "Source: office"},
    )
    r = R("head twice")
    lab = r.picks(60, ["up", "down"])
    cols = [
        C("open", r.nums(60, 90, 120, 2), f(2)),
        C("volume", r.wholes(60, 100, 9000)),
        C("move", lab),
    ]
    rows = lines(cols)
    rows.insert(31, "open,volume,move")
    add(
        "stocks_header_repeated.csv",
        "title header word",
        "two files pasted together: the names come again in line 32",
        text(rows),
        expect(cols, "move", "classes", ask=True, must_say=["32|header|names"]),
        {"line": 32, "words": ["open"]},
    )


# ---------------------------------------------------------------- 5. header and names
def headers() -> None:
    r = R("nohead numbers")
    lab = r.picks(60, [0, 1, 2])
    cols = bare(
        [
            C("", r.by(lab, 13, 0.5, 0.6, 2), f(2)),
            C("", r.by(lab, 1.7, 0.8, 0.5, 2), f(2)),
            C("", r.by(lab, 100, -8, 10, 0), lambda v: str(int(v))),
            C("", lab),
        ]
    )
    add(
        "wine_no_header.csv",
        "header",
        "numbers only, no names: line 1 is a record",
        text(lines(cols, head=False)),
        expect(cols, "@4", "classes", header=False),
    )
    r = R("nohead na")
    lab = r.picks(40, ["tumor", "normal"])
    cols = bare(
        [
            C("", holes(r.by(lab, 4, 3, 2, 2), 0, 13), f(2), gap=["NA", "NA"]),
            C("", r.by(lab, 14, -3, 4, 2), f(2)),
            C("", lab),
        ]
    )
    add(
        "samples_no_header_first_na.csv",
        "header missing",
        "no names, and NA in the first cell: a missing cell is no word, so line 1 is a record",
        text(lines(cols, head=False)),
        expect(cols, "@3", "classes", header=False, must_say=["missing"]),
    )
    r = R("0123")
    lab = r.picks(45, ["a", "b"])
    cols = [C(str(k), r.by(lab, k, 2, 1, 3), f(3)) for k in range(4)] + [C("4", lab)]
    add(
        "frame_header_0123.csv",
        "header",
        "names 0,1,2,3,4: a table saved without names by a program; the words in the last column "
        "tell line 1 apart",
        text(lines(cols)),
        expect(cols, "4", "classes"),
    )
    r = R("1234")
    y = r.nums(40, 0, 9, 2)
    cols = [C(str(k), r.nums(40, -2, 2, 3), f(3)) for k in range(1, 5)] + [C("5", y, f(2))]
    add(
        "frame_header_12345.csv",
        "header task",
        "names 1,2,3,4,5 over numbers only; a float target",
        text(lines(cols)),
        expect(cols, "5", "number"),
    )
    r = R("years")
    lab = r.picks(40, ["urban", "rural"])
    cols = [C(str(k), r.by(lab, k - 2000, 20, 9, 1), f(1)) for k in range(2017, 2023)]
    cols.append(C("region", lab))
    add(
        "income_years_header.csv",
        "header",
        "names that are years over numbers (2017 ... 2022), then region: a header to any person, "
        "though they count neither from 0 nor from 1 and the only word stands over words",
        text(lines(cols)),
        expect(cols, "region", "classes"),
    )
    r = R("spectra")
    lab = r.picks(30, ["olive", "sunflower", "rapeseed"])
    cols = [
        C(f"{400 + 12.5 * k:g}", r.by(lab, 0.2 + k / 100, 0.05, 0.03, 4), f(4)) for k in range(40)
    ]
    cols.append(C("oil", lab))
    add(
        "spectra_wavelength_header.csv",
        "header wide",
        "names are wavelengths, 400, 412.5, 425 ...: each step the same, so a header",
        text(lines(cols)),
        expect(cols, "oil", "classes"),
    )
    r = R("mushroom")
    lab = r.picks(60, ["e", "p"])
    words = [["x", "b", "f", "k"], ["s", "y", "f"], ["n", "w", "g", "y"], ["t", "f"]]
    cols = bare([C("", lab), *(C("", r.picks(60, w)) for w in words)])
    add(
        "mushrooms_letters_no_header.data",
        "header target text",
        "single letters everywhere, no names: line 1's letters come again further down, so it is a "
        "record. Which column is the target no program can know",
        text(lines(cols, head=False)),
        expect(cols, None, None, header=False, ask=True, without=["inputs", "ignored"]),
    )
    names = ["class", "cap-shape", "cap-surface", "colour", "bruises"]
    cols = [C(a, c.values) for a, c in zip(names, cols, strict=True)]
    add(
        "mushrooms_letters_header.csv",
        "header target text",
        "the same with names; class comes first",
        text(lines(cols)),
        expect(cols, "class", "classes"),
    )
    r = R("mtcars")
    cars = r.mix(
        [
            f"{a} {b}"
            for a in ("Mazda", "Merc", "Fiat", "Volvo", "Lotus")
            for b in ("RX4", "240D", "X1-9", "142E", "Europa", "280")
        ]
    )
    y = r.nums(30, 10, 34, 1)
    cols = [
        C("", cars, key="@1"),
        C("cyl", r.picks(30, [4, 6, 8])),
        C("hp", r.wholes(30, 52, 335)),
        C("wt", r.nums(30, 1.5, 5.4, 3), f(3)),
        C("mpg", y, f(1)),
    ]
    rows = lines(cols, "\t")
    add(
        "mtcars_r_style.txt",
        "header id delimiter task",
        "R's write.table: the header has one name less than the rows, the first column holds car "
        "names, all different",
        text([rows[0][1:], *rows[1:]]),
        expect(
            cols,
            "mpg",
            "number",
            ["@1"],
            delimiter="\t",
            must_say=["row names|one shorter|first column|R style|R-style|no name"],
        ),
    )
    r = R("r counts")
    lab = r.picks(36, ["ctrl", "trt1", "trt2"])
    cols = [
        C("", list(range(1, 37)), lambda v: f'"{v}"', key="@1"),
        C("weight", r.by(lab, 4.5, 0.6, 0.7, 2), f(2)),
        C("height", r.by(lab, 14, 2, 3, 1), f(1)),
        C("group", lab, lambda v: f'"{v}"'),
    ]
    rows = ['"weight" "height" "group"']
    rows += [" ".join(x) for x in zip(*(c.cells for c in cols), strict=True)]
    add(
        "plantgrowth_r_style_spaces.txt",
        "header id delimiter quote",
        'R\'s write.table as it comes: spaces, quoted names, the row numbers "1", "2", ... unnamed',
        text(rows),
        expect(cols, "group", "classes", ["@1"], delimiter=" ", nocells=["@1"]),
    )
    r = R("one shorter not R")
    rows = ["a,b,c,label"]
    rows += [
        f"{r.num(0, 3, 1):.1f},{r.num(0, 9, 1):.1f},{r.num(0, 9, 1):.1f},"
        f"{r.num(0, 9, 1):.1f},{i % 3}"
        for i in range(40)
    ]
    add(
        "header_one_short_not_r.csv",
        "header ragged",
        "four names over five columns of numbers: a name is missing, but which? The first column "
        "neither counts nor is unique, so it is no row name; nothing may be shifted silently",
        text(rows),
        None,
        {"words": ["4", "5", "header|name"]},
    )
    r = R("rows trail")
    lab = r.picks(40, ["ripe", "green"])
    cols = [
        C("sugar", r.by(lab, 8, 6, 3, 1), f(1)),
        C("firm", r.by(lab, 5, 4, 2, 1), f(1)),
        C("fruit", lab),
    ]
    rows = lines(cols, ";")
    add(
        "fruit_rows_trailing_only.csv",
        "header empty delimiter",
        "every record ends with a semicolon, the header does not: an empty last column and no "
        "R style",
        text([rows[0], *(x + ";" for x in rows[1:])], "\r\n"),
        expect(cols, "fruit", "classes", delimiter=";", must_say=["empty|trailing|delimiter"]),
    )
    add(
        "fruit_header_trailing_only.csv",
        "header empty",
        "only the header ends with a comma: an empty name over nothing",
        text([lines(cols)[0] + ",", *lines(cols)[1:]]),
        expect(cols, "fruit", "classes", must_say=["empty|trailing|header"]),
    )
    r = R("dups")
    lab = r.picks(40, ["pass", "fail"])
    cols = [
        C("score", r.by(lab, 40, 25, 15, 0), lambda v: str(int(v)), key="@1"),
        C("score", r.by(lab, 45, 20, 15, 0), lambda v: str(int(v)), key="@2"),
        C("", r.nums(40, 0, 1, 2), f(2), key="@3"),
        C("", r.nums(40, 0, 1, 2), f(2), key="@4"),
        C("result", lab),
    ]
    add(
        "exam_duplicate_and_empty_names.csv",
        "names",
        "two columns called score and two without a name: all four are inputs, told apart",
        text(lines(cols)),
        expect(
            cols,
            "result",
            "classes",
            must_say=["score|duplicate|twice|same name", "no name|without a name|unnamed|empty"],
        ),
    )
    r = R("emoji")
    lab = r.picks(32, ["🙂 good", "🙁 bad"])
    cols = [
        C("🌡️ temp", r.by(lab, 18, 9, 4, 1), f(1)),
        C("Length\n(mm)", r.by(lab, 30, 12, 8, 1), f(1)),
        C("α / β", r.nums(32, 0, 1, 3), f(3)),
        C('the "mood"', lab),
    ]
    add(
        "emoji_and_line_break_names.csv",
        "names encoding quote",
        "column names with an emoji, a line break and quotes; emoji in the classes",
        text(lines(cols), "\r\n"),
        expect(
            cols,
            'the "mood"',
            "classes",
            without=["columns", "inputs"],
            nocells=["Length\n(mm)"],
            header=True,
        ),
    )
    r = R("padded names")
    lab = r.picks(30, ["cat", "dog"])
    cols = [
        C("  Label ", lab, lambda v: v + " ", key="Label"),
        C(" Ear length", r.by(lab, 5, 4, 2, 1), lambda v: f" {v:.1f}", key="Ear length"),
        C("Tail ", r.by(lab, 25, 9, 6, 1), lambda v: f"{v:.1f}  ", key="Tail"),
    ]
    rows = lines(cols)
    rows[9] = rows[9].replace(" ", "", 1)
    add(
        "padded_cells.csv",
        "names target",
        "spaces around names and cells: 'cat ' and 'cat' are one class, ' Label ' is Label, first",
        text(rows),
        expect(cols, "Label", "classes"),
    )
    r = R("300")
    lab = r.picks(40, [0, 1])
    cols = [C(f"px_{i:03}", r.wholes(40, 0, 255)) for i in range(299)] + [C("y", lab)]
    add(
        "pixels_300_columns.csv",
        "wide",
        "299 pixel columns and y",
        text(lines(cols)),
        expect(
            cols,
            "y",
            "classes",
            without=["columns", "inputs"],
            nocells=[c.key for c in cols[1:298]],
            n_columns=300,
        ),
    )
    r = R("300 bare")
    lab = r.picks(24, ["walk", "sit", "run"])
    cols = bare([*(C("", r.nums(24, -1, 1, 2), f(2)) for i in range(300)), C("", lab)])
    add(
        "motion_300_no_header.txt",
        "wide header delimiter",
        "300 numbers and a word in each line, apart by spaces, without names",
        text(lines(cols, " ", head=False)),
        expect(
            cols,
            "@301",
            "classes",
            header=False,
            delimiter=" ",
            n_columns=301,
            without=["columns", "inputs"],
            nocells=[c.key for c in cols[1:299]],
        ),
    )


# ---------------------------------------------------------------- 6. empty columns, line ends
def emptiness() -> None:
    r = R("empties")
    lab = r.picks(50, ["clay", "sand", "loam"])
    cols = [
        C("ph", r.by(lab, 5, 0.9, 0.8, 1), f(1)),
        C("remarks", [None] * 50),
        C("organic", r.by(lab, 1, 2, 1, 2), f(2)),
        C("soil", lab),
        C("", [None] * 50, key="@5"),
        C("", [None] * 50, key="@6"),
    ]
    rows = lines(cols)
    add(
        "soil_excel_leftovers.csv",
        "empty lineend",
        "what Excel leaves: an empty column with a name, two without, rows of commas at the end",
        text([*rows[:26], ",,,,,", *rows[26:], *([",,,,,"] * 12)], "\r\n"),
        expect(
            cols,
            "soil",
            "classes",
            dropped=["remarks", "@5", "@6"],
            must_say=["remarks", "empty|blank"],
        ),
    )
    r = R("blank lines")
    lab = r.picks(44, ["win", "loss"])
    cols = [
        C("goals", r.wholes(44, 0, 6)),
        C("shots", r.wholes(44, 1, 24)),
        C("result", lab),
    ]
    rows = lines(cols)
    add(
        "matches_crcrlf.csv",
        "lineend empty",
        "each line ends with CR CR LF (a Windows program that wrote CRLF twice): blank lines "
        "between all records, none of them a sample",
        text(rows, "\r\r\n"),
        expect(cols, "result", "classes", without=["skipped_lines"]),
    )
    cols = [C(c.name, c.values) for c in cols]
    add(
        "matches_cr.csv",
        "lineend",
        "CR line ends of an old Macintosh, none at the end",
        text(rows, "\r", end=False),
        expect(cols, "result", "classes"),
    )
    r = R("mixed ends")
    lab = r.picks(40, ["spam", "ham"])
    cols = [
        C("words", r.wholes(40, 3, 300)),
        C("caps", r.nums(40, 0, 1, 3), f(3)),
        C("kind", lab),
    ]
    rows = lines(cols)
    mixed = "".join(x + ("\r\n" if i % 3 else "\n") for i, x in enumerate(rows))
    add(
        "mail_mixed_line_ends.csv",
        "lineend",
        "LF and CRLF in turn: the classes are spam and ham, not 'spam\\r'",
        mixed,
        expect(cols, "kind", "classes"),
    )
    add(
        "mail_no_newline_at_end.csv",
        "lineend",
        "no newline after the last record, which counts",
        text(rows, end=False),
        expect(cols, "kind", "classes"),
    )
    r = R("all quoted")
    lab = r.picks(40, ["1", "2", "3"])
    cols = [
        C("Length", r.nums(40, 1, 9, 2), f(2)),
        C("Width", r.nums(40, 1, 9, 2), f(2)),
        C("Class", [int(x) for x in lab]),
    ]
    add(
        "every_cell_quoted.csv",
        "quote target",
        "each cell in quotes, the numbers too: still numbers; Class (whole numbers) last",
        text(lines(cols, every=True), "\r\n"),
        expect(cols, "Class", "classes"),
    )
    r = R("reviews")
    lab = r.picks(30, ["pos", "neg"])
    bits = ["Great, really", 'the "best" one', "came late,\nbroken", "ok; fine", "no\r\nway", "meh"]
    texts = [f"{r.pick(bits)} no. {i * 7 % 30}, {r.pick(bits)}" for i in range(30)]
    cols = [
        C("stars", r.wholes(30, 1, 5)),
        C("review", texts),
        C("length", [len(x) for x in texts]),
        C("label", lab),
    ]
    add(
        "reviews_newlines_in_cells.csv",
        "quote text lineend",
        "free text with commas, doubled quotes and line breaks inside: 30 records; each text is "
        "different, so no category: what becomes of it must be said",
        text(lines(cols), "\r\n"),
        expect(
            cols,
            "label",
            "classes",
            ask=True,
            nocells=["review"],
            without=["inputs", "ignored"],
            must_say=["review"],
        ),
    )
    r = R("unicode breaks")
    lab = r.picks(30, ["line\u2028sep", "next\u0085line", "form\x0cfeed"])
    cols = [
        C("a", r.nums(30, 0, 9, 2), f(2)),
        C("b", r.nums(30, 0, 9, 2), f(2)),
        C("kind", lab),
    ]
    add(
        "unicode_breaks_are_no_lines.csv",
        "lineend encoding",
        "U+2028, U+0085 and form feeds inside cells end no line: 30 records, 3 classes",
        text(lines(cols)),
        expect(cols, "kind", "classes"),
    )


# ---------------------------------------------------------------- 7. targets and tasks
def targets() -> None:
    r = R("wdbc")
    lab = r.picks(60, ["M", "B"])
    ids = r.mix([842302 + 977 * k for k in range(60)])
    cols = [
        C("id", ids),
        C("diagnosis", lab),
        C("radius_mean", r.by(lab, 12, 5, 3, 2), f(2)),
        C("texture_mean", r.by(lab, 18, 3, 4, 2), f(2)),
        C("area_mean", r.by(lab, 460, 500, 200, 1), f(1)),
    ]
    add(
        "breast_id_diagnosis.csv",
        "target id",
        "id (unique, in no order), then diagnosis, then numbers: the only words of the table, "
        "first once id is ignored",
        text(lines(cols)),
        expect(cols, "diagnosis", "classes", ["id"], must_say=["id"]),
    )
    r = R("titanic")
    lab = r.picks(48, [0, 1])
    fam = ["Braund", "Heikkinen", "Allen", "Moran", "Palsson", "Sandstrom", "Bonnell", "Vestrom"]
    who = r.mix(
        [
            f"{a}, {b}"
            for a in fam
            for b in ("Mr. Owen", "Miss. Laina", "Mrs. Ida", "Master. Gosta", "Mr. Karl", "Dr. W.")
        ]
    )
    cols = [
        C("PassengerId", list(range(1, 49))),
        C("Survived", lab),
        C("Pclass", r.wholes(48, 1, 3)),
        C("Name", who),
        C("Sex", [r.pick(["male", "female"]) for _ in range(48)]),
        C("Age", holes(r.wholes(48, 1, 71), 5, 17, 19, 28)),
        C("Fare", r.nums(48, 7, 80, 4), f(4)),
        C("Embarked", [r.pick(["S", "C", "Q"]) for _ in range(48)]),
    ]
    add(
        "titanic_like.csv",
        "target id missing quote",
        "passengers: the target (Survived) can be known by people only; PassengerId counts up, "
        "Name is different in every row: no inputs. Ages are missing",
        text(lines(cols), "\r\n"),
        expect(
            cols,
            None,
            None,
            ask=True,
            without=["inputs", "ignored"],
            must_say=["PassengerId", "Name", "missing"],
        ),
    )
    r = R("y first")
    y = r.nums(50, 3, 44, 1)
    cols = [
        C("y", y, f(1)),
        C("x1", [round(v * 2 + r.num(-3, 3, 2), 2) for v in y], f(2)),
        C("x2", r.nums(50, 0, 1, 3), f(3)),
        C("colour", r.picks(50, ["red", "blue"])),
    ]
    add(
        "y_first_regression.csv",
        "target task",
        "y is first and a float; the words in the last column are an input",
        text(lines(cols)),
        expect(cols, "y", "number"),
    )
    r = R("class middle")
    lab = r.picks(60, [1, 2, 3])
    cols = [
        C("V1", r.by(lab, 1, 2, 1, 2), f(2)),
        C("V2", r.by(lab, 5, -1, 1, 2), f(2)),
        C("CLASS", lab),
        C("V3", r.nums(60, 0, 9, 2), f(2)),
        C("V4", r.picks(60, ["a", "b"])),
    ]
    add(
        "class_in_the_middle.csv",
        "target",
        "CLASS in capitals in the middle, classes 1, 2, 3",
        text(lines(cols, ";")),
        expect(cols, "CLASS", "classes", delimiter=";"),
    )
    r = R("two names")
    lab = r.picks(45, ["cat", "dog", "cow"])
    cols = [
        C("height", r.by(lab, 25, 50, 12, 1), f(1)),
        C("weight", r.by(lab, 4, 200, 60, 1), f(1)),
        C("class", [sorted(set(lab)).index(x) for x in lab]),
        C("label", lab),
    ]
    add(
        "label_and_class_both.csv",
        "target duplicate",
        "class (0, 1, 2) and label (cat, cow, dog) say the same: whichever is the target, the "
        "other tells it and must not be an input unseen",
        text(lines(cols)),
        expect(
            cols, None, None, ask=True, without=["inputs", "ignored"], must_say=["class", "label"]
        ),
    )
    r = R("ages")
    y = r.wholes(120, 19, 66)
    cols = [
        C("height", r.nums(120, 150, 200, 1), f(1)),
        C("resting pulse", [int(60 + v / 4 + r.num(-9, 9, 0)) for v in y]),
        C("sport", r.picks(120, ["none", "some", "much"])),
        C("age", y),
    ]
    add(
        "ages_as_target.csv",
        "task",
        "whole-number ages as target: a number, not 44 classes",
        text(lines(cols)),
        expect(cols, "age", "number"),
    )
    r = R("counts")
    y = r.mix([int(0.9 + k * k / 3.1) for k in range(50)])
    cols = [
        C("hour", [i * 7 % 24 for i in range(50)]),
        C("temp", r.nums(50, -4, 33, 1), f(1)),
        C("holiday", [r.pick(["yes", "no"]) for _ in range(50)]),
        C("bikes", y),
    ]
    add(
        "bike_counts_target.csv",
        "task bool",
        "counts of rented bicycles as target: a number",
        text(lines(cols)),
        expect(cols, "bikes", "number", nocells=["holiday"]),
    )
    r = R("binary")
    lab = r.picks(70, [0, 0, 1])
    cols = [
        C("pregnancies", r.wholes(70, 0, 9)),
        C("glucose", r.by(lab, 110, 35, 30, 0), lambda v: str(int(v))),
        C("bmi", r.by(lab, 30, 4, 8, 1), f(1)),
        C("outcome", lab),
    ]
    add(
        "diabetes_outcome.csv",
        "task target",
        "0/1 target called outcome, last",
        text(lines(cols)),
        expect(cols, "outcome", "classes"),
    )
    r = R("stars")
    lab = r.picks(60, [1, 2, 3, 4, 5])
    cols = [
        C("price", r.nums(60, 4, 90, 2), f(2)),
        C("delivery_days", r.wholes(60, 1, 20)),
        C("stars", lab),
    ]
    add(
        "stars_1_to_5.csv",
        "task",
        "1 to 5 stars: five classes or a number? Classes by the usual rule; asked",
        text(lines(cols)),
        expect(cols, "stars", "classes", ask=True),
    )
    r = R("digits")
    lab = r.mix([i % 10 for i in range(40)])
    cols = [C(f"p{i}", r.wholes(40, 0, 16)) for i in range(16)]
    cols.insert(0, C("label", lab))
    add(
        "digits_40_rows.csv",
        "task target",
        "ten digits in 40 rows: a limit of n/5 different values would make a number of them; a "
        "column called label with 0 to 9, four of each, is classes to any person",
        text(lines(cols)),
        expect(cols, "label", "classes"),
    )
    r = R("six classes")
    lab = r.mix([i % 6 for i in range(24)])
    cols = [
        C("ri", r.nums(24, 1.51, 1.53, 5), f(5)),
        C("na", r.nums(24, 12, 15, 2), f(2)),
        C("class", lab),
    ]
    add(
        "glass_24_rows_6_classes.csv",
        "task target",
        "24 rows and class = 0 to 5: classes by their name, though more than n/5",
        text(lines(cols)),
        expect(cols, "class", "classes"),
    )
    r = R("float classes")
    lab = r.picks(50, [0.0, 1.0, 2.0])
    cols = [
        C("f1", r.by(lab, 1, 3, 1, 3), f(3)),
        C("f2", r.by(lab, 1, -2, 1, 3), f(3)),
        C("target", holes(lab, 8, 30), f(1)),
    ]
    add(
        "classes_written_as_floats.csv",
        "task missing target",
        "a program wrote the classes as 0.0, 1.0, 2.0 because two are missing: three classes, not "
        "a number. How the classes are called is left open; the two rows have no target",
        text(lines(cols)),
        expect(
            cols,
            "target",
            "classes",
            ask=True,
            without=["classes"],
            nocells=["target"],
            must_say=["missing|without|no target|no label|empty"],
        ),
    )
    r = R("float target small")
    y = r.mix([round(2 + 0.5 * (i % 9), 1) for i in range(54)])
    cols = [
        C("acid", r.nums(54, 4, 12, 1), f(1)),
        C("alcohol", r.nums(54, 8, 14, 1), f(1)),
        C("rating", y, f(1)),
    ]
    add(
        "ratings_half_points.csv",
        "task",
        "ratings in half points (2.0 ... 6.0), nine values: floats, so a number",
        text(lines(cols)),
        expect(cols, "rating", "number"),
    )
    r = R("tags in a cell")
    tags = [
        r.pick(["red;round", "red", "round;soft", "red;round;soft", "soft", "round"])
        for _ in range(50)
    ]
    cols = [
        C("size", r.nums(50, 1, 9, 1), f(1)),
        C("gloss", r.nums(50, 0, 1, 2), f(2)),
        C("tags", tags),
    ]
    add(
        "several_labels_in_one_cell.csv",
        "labels task",
        "red;round;soft: several labels in one cell, commas between columns. Each label by itself "
        "is the likely wish; six classes of combinations is the other reading",
        text(lines(cols)),
        expect(
            cols,
            "tags",
            "labels",
            ask=True,
            classes=dict(sorted(Counter(x for t in tags for x in t.split(";")).items())),
            must_say=["several|labels|;"],
        ),
    )
    r = R("label columns")
    cols = [
        C("loudness", r.nums(60, -40, 0, 2), f(2)),
        C("tempo", r.nums(60, 60, 190, 1), f(1)),
        C("label_happy", r.picks(60, [0, 1])),
        C("label_calm", r.picks(60, [0, 1])),
        C("label_angry", r.picks(60, [0, 1])),
    ]
    add(
        "several_label_columns.csv",
        "labels task target",
        "three 0/1 columns label_happy, label_calm, label_angry at the end, any number of them 1",
        text(lines(cols)),
        expect(
            cols,
            ["label_happy", "label_calm", "label_angry"],
            "labels",
            ask=True,
            nocells=["label_happy", "label_calm", "label_angry"],
            classes={c.key: sum(c.values) for c in cols[2:]},
        ),
    )
    r = R("one hot")
    lab = r.picks(48, [0, 1, 2])
    cols = [
        C("ear", r.by(lab, 4, 5, 2, 1), f(1)),
        C("tail", r.by(lab, 20, 15, 8, 1), f(1)),
        *(C(f"is_{w}", [int(x == k) for x in lab]) for k, w in enumerate(["cat", "cow", "dog"])),
    ]
    add(
        "one_hot_target.csv",
        "labels task target",
        "is_cat, is_cow, is_dog: exactly one is 1 in each row. The three together are the target; "
        "taking is_dog alone would leave the answer among the inputs, so it must be shown",
        text(lines(cols)),
        expect(
            cols,
            ["is_cat", "is_cow", "is_dog"],
            None,
            ask=True,
            nocells=["is_cat", "is_cow", "is_dog"],
        ),
    )
    r = R("one class")
    cols = [
        C("x", r.nums(40, 0, 5, 2), f(2)),
        C("y2", r.nums(40, 0, 5, 2), f(2)),
        C("label", ["good"] * 40),
    ]
    add(
        "one_class_only.csv",
        "constant task small",
        "every record is 'good': nothing to tell apart",
        text(lines(cols)),
        None,
        {"words": ["one class|single class|only class|1 class|good"]},
    )
    r = R("one value")
    cols = [
        C("x1", r.nums(36, 0, 5, 2), f(2)),
        C("x2", r.nums(36, 0, 5, 2), f(2)),
        C("y", [7.25] * 36, f(2)),
    ]
    add(
        "one_target_value.csv",
        "constant task small",
        "the number to be learned is 7.25 in every record",
        text(lines(cols)),
        None,
        {"words": ["same|one value|constant|one class|single|7.25"]},
    )
    r = R("constant")
    lab = r.picks(40, ["on", "off"])
    cols = [
        C("device", ["pump-7"] * 40),
        C("flow", r.by(lab, 1, 9, 2, 2), f(2)),
        C("gain", [1.0] * 40, f(1)),
        C("state", lab),
    ]
    add(
        "constant_columns.csv",
        "constant",
        "device and gain are the same in every row: they teach nothing, said",
        text(lines(cols)),
        expect(
            cols,
            "state",
            "classes",
            without=["inputs", "ignored"],
            must_say=["constant|same value|one value", "device", "gain"],
        ),
    )
    r = R("dup rows")
    lab = r.picks(40, ["deny", "grant"])
    cols = [
        C("income", r.by(lab, 30, 20, 12, 1), f(1)),
        C("debt", r.nums(40, 0, 20, 1), f(1)),
        C("decision", lab),
    ]
    for c in cols:
        part = c.values[:15]
        c.values, c.cells = c.values + part, c.cells + c.cells[:15]
    add(
        "duplicated_rows.csv",
        "duplicate",
        "the first 15 records stand in the file twice: they would be in both halves of a split",
        text(lines(cols)),
        expect(cols, "decision", "classes", must_say=["duplicate|twice|repeated|identical"]),
    )
    r = R("contradict")
    lab = ["a"] * 20 + ["b"] * 20
    xs = r.nums(20, 0, 9, 3)
    cols = [
        C("u", xs + xs[:6] + r.nums(14, 0, 9, 3), f(3)),
        C("v", [round(9 - x, 3) for x in xs + xs[:6]] + r.nums(14, 0, 9, 3), f(3)),
        C("kind", lab),
    ]
    add(
        "same_inputs_other_class.csv",
        "duplicate",
        "six records come again with the same inputs and another class",
        text(lines(cols)),
        expect(
            cols,
            "kind",
            "classes",
            must_say=["duplicate|contradict|same inputs|twice|repeated|different class"],
        ),
    )


# ---------------------------------------------------------------- 8. words that look missing
def words() -> None:
    r = R("nan classes")
    lab = r.picks(60, ["nan", "bread", "roll"])
    cols = [
        C("flour", r.by(lab, 250, 90, 60, 0), lambda v: str(int(v))),
        C("water", r.by(lab, 150, 40, 40, 0), lambda v: str(int(v))),
        C("kind", lab),
    ]
    add(
        "recipes_class_nan.csv",
        "words",
        "a bread called nan: a class of its own, nothing is missing",
        text(lines(cols)),
        expect(cols, "kind", "classes", missing={}),
    )
    r = R("country")
    lab = r.picks(48, ["NA", "ZA", "BW"])
    cols = [
        C("rain", r.by(lab, 200, 150, 90, 1), f(1)),
        C("cattle", r.wholes(48, 100, 90000)),
        C("country", lab),
    ]
    add(
        "countries_class_NA.csv",
        "words",
        "NA is Namibia",
        text(lines(cols, ";"), "\r\n"),
        expect(cols, "country", "classes", delimiter=";", missing={}),
    )
    r = R("none null")
    lab = r.picks(60, ["None", "null", "mild", "N/A", "-"])
    cols = [
        C("dose", r.nums(60, 0, 50, 1), f(1)),
        C("hours", r.nums(60, 0, 12, 1), f(1)),
        C("effect", lab),
    ]
    add(
        "effects_class_None_null.csv",
        "words",
        "None, null, N/A and - among the classes: five classes in a text column, only an empty "
        "cell would be missing (whether a person meant N/A as missing is for them to say)",
        text(lines(cols)),
        expect(cols, "effect", "classes", ask=True, missing={}),
    )
    r = R("only null words")
    lab = r.picks(44, ["null", "NaN"])
    cols = [
        C("p", r.nums(44, 0, 1, 4), f(4)),
        C("t", r.nums(44, -3, 3, 2), f(2)),
        C("label", lab),
    ]
    add(
        "label_only_null_and_nan.csv",
        "words target",
        "the label column holds nothing but the words null and NaN: two classes, no empty column",
        text(lines(cols)),
        expect(cols, "label", "classes", ask=True, missing={}),
    )
    r = R("garage")
    y = r.wholes(60, 61000, 455000)
    cols = [
        C("garage", r.picks(60, ["NA", "Attchd", "Detchd", "None"])),
        C("lot", holes(r.wholes(60, 1300, 21000), 3, 44), gap="NA"),
        C("SalePrice", y),
    ]
    add(
        "houses_garage_NA.csv",
        "words missing task",
        "NA in a text column is a word (no garage), NA in a number column is a missing cell",
        text(lines(cols)),
        expect(cols, "SalePrice", "number", must_say=["missing"]),
    )
    r = R("label gaps")
    lab = holes(r.picks(50, ["fit", "NA", "ill"]), 10, 11, 42)
    cols = [
        C("temp", r.nums(50, 36, 40, 1), f(1)),
        C("pulse", r.wholes(50, 50, 120)),
        C("state", lab),
    ]
    add(
        "label_missing_and_NA.csv",
        "words missing target",
        "three records have no class (empty), NA is a class: fit, ill, NA",
        text(lines(cols)),
        expect(
            cols, "state", "classes", must_say=["missing|without|no target|no label|no class|empty"]
        ),
    )


def missings() -> None:
    r = R("words of missing")
    lab = r.picks(80, ["x", "y", "z"])
    cols = [
        C("empty", holes(r.nums(80, 0, 9, 2), 3, 4, 70), f(2), gap=""),
        C("na", holes(r.nums(80, 0, 9, 2), 1, 79), f(2), gap=["NA", "n/a"]),
        C("nan", holes(r.nums(80, 0, 9, 2), 9, 10, 11, 12), f(2), gap=["NaN", "nan"]),
        C("dash", holes(r.wholes(80, 0, 99), 22, 23), gap="-"),
        C("question", holes(r.wholes(80, 0, 99), 31), gap="?"),
        C("null", holes(r.wholes(80, 0, 99), 5, 6, 7), gap=["NULL", "null", "None"]),
        C("kind", lab),
    ]
    add(
        "missing_words_of_all_kinds.csv",
        "missing",
        "missing cells in six number columns, each written its own way",
        text(lines(cols)),
        expect(cols, "kind", "classes", must_say=["missing"]),
    )
    r = R("-999")
    lab = r.picks(50, ["clear", "rain"])
    v = r.nums(50, 0, 40, 1)
    v[6] = v[31] = -999.0
    cols = [
        C("temp", v, f(1)),
        C("humidity", r.wholes(50, 20, 99)),
        C("sky", lab),
    ]
    add(
        "weather_minus_999.csv",
        "missing",
        "-999.0 twice: a number until the person says that it means missing",
        text(lines(cols)),
        expect(
            cols,
            "sky",
            "classes",
            missing={},
            cells={"temp": {"6": -999.0, "31": -999.0, "0": v[0]}},
        ),
    )
    r = R("german gaps")
    lab = r.picks(60, ["gesund", "krank"])
    cols = [
        C("Fieber", holes(r.nums(60, 36, 41, 1), 0, 17), g(1), gap=["-", "-"]),
        C("CRP", holes(r.nums(60, 0, 90, 2), 17, 18, 59), g(2), gap=["", "n/a", ""]),
        C("Alter", r.wholes(60, 1, 95)),
        C("Befund", lab),
    ]
    add(
        "hospital_german_missing.csv",
        "missing decimal lineend",
        "decimal commas and missing cells as -, n/a and nothing, the first one in the first record",
        text(lines(cols, ";"), "\r\n"),
        expect(cols, "Befund", "classes", delimiter=";", decimal=",", must_say=["missing"]),
    )
    r = R("last col missing")
    y = holes(r.nums(40, 0, 100, 1), 12, 39)
    cols = [
        C("x", r.nums(40, 0, 9, 2), f(2)),
        C("w", r.nums(40, 0, 9, 2), f(2)),
        C("score", y, f(1)),
    ]
    add(
        "missing_in_last_column.csv",
        "missing task target",
        "two records end with a comma and nothing: the target is missing, the rows are not short",
        text(lines(cols)),
        expect(cols, "score", "number", must_say=["missing|without|no target|empty"]),
    )
    r = R("mysql")
    lab = r.picks(36, ["active", "gone"])
    cols = [
        C("orders", r.wholes(36, 0, 40)),
        C("spent", holes(r.nums(36, 0, 900, 2), 2, 20, 21), f(2), gap="\\N"),
        C("status", lab),
    ]
    add(
        "mysql_backslash_n.tsv",
        "missing delimiter",
        "a MySQL export: \\N is missing. A reader that does not know it must name it with its line",
        text(lines(cols, "\t")),
        expect(cols, "status", "classes", delimiter="\t", ask=True, must_say=["missing"]),
        {"line": 4, "words": ["spent", "\\N"]},
    )
    r = R("excel errors")
    lab = r.picks(36, ["A", "B"])
    v = r.nums(36, 0, 4, 2)
    cols = [
        C("ratio", holes(v, 9, 24), f(2), gap=["#DIV/0!", "#N/A"]),
        C("n", r.wholes(36, 1, 60)),
        C("branch", lab),
    ]
    add(
        "excel_error_words.csv",
        "missing word",
        "#DIV/0! (line 11) and #N/A among numbers: missing and said, or refused with the line",
        text(lines(cols), "\r\n"),
        expect(cols, "branch", "classes", ask=True, must_say=["missing|DIV"]),
        {"line": 11, "words": ["ratio", "#DIV/0!"], "mark": "#DIV/0!"},
    )
    r = R("inf")
    lab = r.picks(40, ["p", "q"])
    cols = [
        C("odds", r.nums(40, 0, 40, 2), f(2)),
        C("gain", r.nums(40, -5, 5, 2), f(2)),
        C("side", lab),
    ]
    rows = lines(cols)
    rows[14] = "inf,1.25,p"
    rows[30] = "-Infinity,2.50,q"
    lab[13], lab[29] = "p", "q"
    add(
        "infinite_numbers.csv",
        "number missing",
        "inf (line 15) and -Infinity among numbers: no network can learn from them; said or "
        "refused, never passed on unseen",
        text(rows),
        {
            "samples": 40,
            "columns": ["odds", "gain", "side"],
            "target": "side",
            "task": "classes",
            "classes": dict(sorted(Counter(lab).items())),
            "ask": True,
            "must_say": ["inf|finite"],
        },
        {"line": 15, "words": ["odds", "inf|finite"], "mark": "inf,1.25"},
    )


# ---------------------------------------------------------------- 9. ids, dates, codes, units
def identities() -> None:
    r = R("index 0")
    lab = r.picks(40, ["in", "out"])

    def two() -> list[C]:
        return [
            C("a", r.by(lab, 1, 3, 1, 2), f(2)),
            C("b", r.nums(40, 0, 9, 2), f(2)),
            C("spot", lab),
        ]

    cols = [C("Unnamed: 0", list(range(40))), *two()]
    add(
        "index_unnamed_0.csv",
        "id",
        "'Unnamed: 0' counts 0, 1, 2 ...: an old row number, no input",
        text(lines(cols)),
        expect(cols, "spot", "classes", ["Unnamed: 0"], must_say=["Unnamed: 0"]),
    )
    cols = [C("Nr.", list(range(1, 41))), *two()]
    add(
        "index_nr_from_1.csv",
        "id delimiter",
        "Nr. counts from 1",
        text(lines(cols, ";"), "\r\n"),
        expect(cols, "spot", "classes", ["Nr."], delimiter=";", must_say=["Nr."]),
    )
    cols = [*two(), C("index", list(range(40)))]
    add(
        "index_last.csv",
        "id target",
        "the row number comes last: it is neither input nor target; the target is spot",
        text(lines(cols)),
        expect(cols, "spot", "classes", ["index"], must_say=["index"]),
    )
    cols = [C("", list(range(1, 21)) * 2, key="@1"), *two()]
    add(
        "index_restarts.csv",
        "id names",
        "an unnamed first column counts 1 to 20 twice (two files joined): no input to a person; "
        "asked",
        text(lines(cols)),
        expect(cols, "spot", "classes", ["@1"], ask=True),
    )
    r = R("customer id")
    lab = r.picks(50, ["stay", "churn"])
    cols = [
        C("customer_id", r.mix([100200 + 37 * k for k in range(50)])),
        C("uuid", [f"{r.whole(0, 2**32 - 1):08x}-{r.whole(0, 65535):04x}" for _ in range(50)]),
        C("months", r.wholes(50, 1, 60)),
        C("calls", r.wholes(50, 0, 9)),
        C("churn", lab),
    ]
    add(
        "customers_ids_not_in_order.csv",
        "id",
        "customer_id (unique whole numbers in no order) and uuid (unique words): no inputs, though "
        "neither is called just id",
        text(lines(cols)),
        expect(
            cols,
            "churn",
            "classes",
            ["customer_id", "uuid"],
            ask=True,
            must_say=["customer_id", "uuid"],
        ),
    )
    r = R("patients")
    lab = [x for x in r.picks(12, ["sick", "well"]) for _ in range(5)]
    cols = [
        C("patient_id", [p for p in r.mix(list(range(401, 413))) for _ in range(5)]),
        C("pressure", r.by(lab, 120, 15, 20, 0), lambda v: str(int(v))),
        C("pulse", r.wholes(60, 50, 110)),
        C("state", lab),
    ]
    add(
        "patients_id_five_times_each.csv",
        "id",
        "each patient_id comes five times, always with the same state: not unique, yet a network "
        "would learn the person and not the illness; asked",
        text(lines(cols)),
        expect(cols, "state", "classes", ["patient_id"], ask=True, must_say=["patient_id"]),
    )
    r = R("day only")
    y = [round(12 + i / 9 + r.num(-2, 2, 1), 1) for i in range(60)]
    cols = [C("day", list(range(1, 61))), C("temperature", y, f(1))]
    add(
        "day_counts_and_is_the_input.csv",
        "id task",
        "day counts 1 to 60 and is the only input: ignoring it as a row number leaves nothing; a "
        "person fits temperature over day",
        text(lines(cols)),
        expect(cols, "temperature", "number"),
    )
    r = R("year")
    y = [round(310 + 1.6 * i + r.num(-3, 3, 2), 2) for i in range(62)]
    cols = [
        C("year", list(range(1960, 2022))),
        C("population", [round(3.0 + 0.08 * i, 2) for i in range(62)], f(2)),
        C("co2", y, f(2)),
    ]
    add(
        "co2_by_year.csv",
        "id date task",
        "year goes up by 1 over the whole file: a row number to a rule, an input to most people; "
        "asked, not decided silently",
        text(lines(cols)),
        expect(cols, "co2", "number", ask=True, without=["inputs", "ignored"], must_say=["year"]),
    )
    r = R("big id")
    lab = r.picks(40, ["bot", "human"])
    base = 2**53
    big = r.mix([base + 1 + 2 * k for k in range(40)])
    cols = [
        C("id", big),
        C("tweets", r.wholes(40, 1, 9000)),
        C("followers", r.wholes(40, 1, 900)),
        C("kind", lab),
    ]
    add(
        "ids_beyond_2_to_53.csv",
        "big id",
        "ids from 9007199254740993 on: exact to the last digit, ignored",
        text(lines(cols)),
        expect(cols, "kind", "classes", ["id"]),
    )
    r = R("big classes")
    lab = r.picks(44, [base, base + 1, 10 * base + 7])
    cols = [
        C("v1", r.by(lab, 1, 2, 1, 2), f(2)),
        C("v2", r.by(lab, 7, -2, 1, 2), f(2)),
        C("class", lab),
    ]
    add(
        "classes_beyond_2_to_53.csv",
        "big target",
        "classes 9007199254740992 and 9007199254740993 differ in the last digit: three classes",
        text(lines(cols)),
        expect(cols, "class", "classes"),
    )
    r = R("iso")
    lab = r.picks(50, ["low", "high"])
    cols = [
        C("date", [f"2023-{1 + i // 25:02}-{1 + i % 25:02}" for i in range(50)]),
        C("time", [f"{r.whole(0, 23):02}:{r.whole(0, 59):02}:00" for _ in range(50)]),
        C("load", r.by(lab, 60, -25, 15, 1), f(1)),
        C("level", lab),
    ]
    add(
        "load_iso_dates.csv",
        "date",
        "ISO dates and times of day: no classes and no plain numbers; what becomes of them is said",
        text(lines(cols)),
        expect(
            cols,
            "level",
            "classes",
            ask=True,
            without=["inputs", "ignored"],
            nocells=["date", "time"],
            must_say=["date", "time"],
        ),
    )
    r = R("german dates")
    y = r.nums(48, 10, 99, 1)
    cols = [
        C("Datum", [f"{1 + i % 28:02}.{1 + i // 28:02}.2022" for i in range(48)]),
        C("Uhrzeit", [f"{r.whole(0, 23)}:{r.whole(0, 59):02}" for _ in range(48)]),
        C("Pegel", r.nums(48, 1, 7, 2), g(2)),
        C("Abfluss", y, g(1)),
    ]
    add(
        "river_german_dates.csv",
        "date decimal task",
        "31.12.2022 with decimal commas: the points are neither decimals nor thousands",
        text(lines(cols, ";"), "\r\n"),
        expect(
            cols,
            "Abfluss",
            "number",
            delimiter=";",
            decimal=",",
            ask=True,
            without=["inputs", "ignored"],
            nocells=["Datum", "Uhrzeit"],
            must_say=["Datum"],
        ),
    )
    r = R("us dates")
    lab = r.picks(40, ["Y", "N"])
    cols = [
        C("Order Date", [f"{1 + i % 12}/{1 + i * 5 % 28}/2021" for i in range(40)]),
        C(
            "Ship Time",
            [f"{1 + i * 3 % 12}:{i * 7 % 60:02} {'AM' if i % 2 else 'PM'}" for i in range(40)],
        ),
        C("Amount", r.nums(40, 5, 400, 2), f(2)),
        C("Returned", lab),
    ]
    add(
        "orders_us_dates.csv",
        "date bool",
        "12/31/2021 and 3:07 PM",
        text(lines(cols), "\r\n"),
        expect(
            cols,
            "Returned",
            "classes",
            ask=True,
            without=["inputs", "ignored"],
            nocells=["Order Date", "Ship Time"],
            must_say=["Order Date"],
        ),
    )
    r = R("bools")
    lab = r.picks(60, ["ja", "nein"])
    cols = [
        C("Raucher", r.picks(60, ["ja", "nein"])),
        C("sport", r.picks(60, ["True", "False"])),
        C("insured", r.picks(60, ["yes", "no"])),
        C("bmi", r.nums(60, 18, 38, 1), f(1)),
        C("Risiko", lab),
    ]
    add(
        "yes_no_true_false_ja_nein.csv",
        "bool",
        "ja/nein, True/False, yes/no as inputs and as target (classes ja and nein)",
        text(lines(cols)),
        expect(cols, "Risiko", "classes", nocells=["Raucher", "sport", "insured"]),
    )
    r = R("bool target")
    lab = r.picks(40, ["TRUE", "FALSE"])
    cols = [
        C("speed", r.nums(40, 20, 160, 1), f(1)),
        C("wet", r.picks(40, [0, 1])),
        C("crash", lab),
    ]
    add(
        "crash_TRUE_FALSE.csv",
        "bool lineend",
        "TRUE/FALSE as Excel writes them: two classes",
        text(lines(cols), "\r\n"),
        expect(cols, "crash", "classes"),
    )
    r = R("codes")
    lab = r.picks(60, ["01", "1", "001", "2"])
    cols = [
        C("width", r.nums(60, 1, 9, 2), f(2)),
        C("depth", r.nums(60, 1, 9, 2), f(2)),
        C("code", lab),
    ]
    add(
        "codes_leading_zeros.csv",
        "code target",
        "01, 1, 001 and 2 are four different codes, so the column is text",
        text(lines(cols)),
        expect(cols, "code", "classes", must_say=["zero|code|text"]),
    )
    r = R("icd")
    lab = r.picks(54, ["E11", "I10", "J45"])
    plz = ["01067", "04109", "10115", "80331", "09111"]
    cols = [
        C("PLZ", r.picks(54, plz)),
        C("Telefon", [f"+49 {r.whole(30, 99)} {r.whole(10**6, 10**7 - 1)}" for _ in range(54)]),
        C("Alter", r.wholes(54, 20, 90)),
        C("ICD", lab),
    ]
    add(
        "patients_postcodes_phones.csv",
        "code id delimiter",
        "postcodes with a leading nought stay text; phone numbers are all different: no input; the "
        "target is a medical code",
        text(lines(cols, ";")),
        expect(
            cols,
            "ICD",
            "classes",
            delimiter=";",
            ask=True,
            without=["inputs", "ignored"],
            must_say=["Telefon"],
        ),
    )
    r = R("room codes")
    lab = r.picks(48, ["1E1", "10E0", "2E1", "3D1", "0x1F"])
    cols = [
        C("pupils", r.wholes(48, 9, 33)),
        C("noise", r.nums(48, 30, 80, 1), f(1)),
        C("room", lab),
    ]
    add(
        "rooms_that_look_like_numbers.csv",
        "code number target",
        "rooms 1E1, 10E0, 2E1, 3D1, 0x1F: five classes, not 10, 10 and 20",
        text(lines(cols)),
        expect(cols, "room", "classes"),
    )
    r = R("inf classes")
    lab = r.picks(42, ["inf", "sup", "med"])
    cols = [
        C("angle", r.by(lab, 10, 30, 12, 1), f(1)),
        C("depth_mm", r.nums(42, 1, 9, 2), f(2)),
        C("position", lab),
    ]
    add(
        "teeth_class_inf.csv",
        "words number",
        "inf (inferior), sup, med: three classes, nothing infinite",
        text(lines(cols)),
        expect(cols, "position", "classes", missing={}),
    )
    r = R("units")
    lab = r.picks(50, ["light", "heavy"])
    cols = [
        C("load", r.nums(50, 1, 99, 1), lambda v: f"{v:g} %"),
        C("weight", r.wholes(50, 2, 90), lambda v: f"{v} kg"),
        C("price", r.nums(50, 1, 30, 2), lambda v: f"€ {v:.2f}"),
        C("kind", lab),
    ]
    add(
        "percent_kg_euro.csv",
        "unit",
        "12.5 %, 12 kg, € 3.50: numbers with the same unit in every row, not fifty words (12.5 % "
        "may as well become 0.125: cells left open)",
        text(lines(cols)),
        expect(
            cols, "kind", "classes", ask=True, nocells=["load"], must_say=["%|percent", "kg", "€"]
        ),
    )
    r = R("units de")
    y = r.nums(40, 100, 4000, 2)
    cols = [
        C("Rabatt", r.nums(40, 0, 30, 1), lambda v: g(1)(v) + "%"),
        C("Menge", r.wholes(40, 1, 60)),
        C("Betrag", y, lambda v: f"{v:,.2f} €".translate(str.maketrans(",.", ".,"))),
    ]
    add(
        "invoice_german_euro.csv",
        "unit decimal thousands encoding task",
        "3.250,75 € and 12,5% in cp1252: the target is a number",
        text(lines(cols, ";"), "\r\n").encode("cp1252"),
        expect(
            cols,
            "Betrag",
            "number",
            encoding="cp1252",
            delimiter=";",
            decimal=",",
            ask=True,
            nocells=["Rabatt"],
            must_say=["€", "%|percent"],
        ),
    )
    r = R("dollars")
    lab = r.picks(40, ["buy", "sell"])
    cols = [
        C("price", r.nums(40, 200, 4000, 2), lambda v: f"${v:,.2f}"),
        C("change", r.nums(40, -5, 5, 2), lambda v: f"{v:+.2f}"),
        C("advice", lab),
    ]
    add(
        "dollars_and_plus_signs.csv",
        "unit thousands quote number",
        '"$1,234.50" in quotes, and changes with a plus sign (+1.25 is a number)',
        text(lines(cols)),
        expect(cols, "advice", "classes", ask=True, must_say=["$|dollar|currency|unit"]),
    )
    r = R("mixed units")
    lab = r.picks(40, ["small", "big"])
    rows = ["flour,eggs,cake"]
    kg = ["500 g", "1.2 kg", "750 g", "0.4 kg", "250 g", "2 kg"]
    rows += [f"{r.pick(kg)},{r.whole(1, 8)},{x}" for x in lab]
    add(
        "recipes_g_and_kg.csv",
        "unit text",
        "500 g and 1.2 kg in one column: as plain numbers 1.2 would be less than 500; words, or "
        "asked, never numbers unseen",
        text(rows),
        {
            "samples": 40,
            "columns": ["flour", "eggs", "cake"],
            "target": "cake",
            "task": "classes",
            "classes": dict(sorted(Counter(lab).items())),
            "ask": True,
            "must_say": ["flour"],
        },
        {"words": ["flour"]},
    )


# ---------------------------------------------------------------- 10. what must be refused
def broken() -> None:
    r = R("broken")

    def rows(n: int, delim: str = ",") -> list[str]:
        out = [delim.join(["age", "income", "visits", "group"])]
        for i in range(n):
            out.append(
                delim.join(
                    [
                        str(r.whole(18, 80)),
                        f"{r.num(9, 90, 1):.1f}",
                        str(r.whole(0, 30)),
                        "abc"[i % 3],
                    ]
                )
            )
        return out

    x = rows(70)
    x[57] = "twelve,23.5,7,c"
    add(
        "word_in_row_57.csv",
        "word",
        "'twelve' among the ages, in line 58",
        text(x),
        None,
        {"line": 58, "words": ["age", "twelve"], "mark": "twelve"},
    )

    x = rows(70)
    x[11] = '40,31.5,4,"a"'
    x[20] = '41,32.5,5,"b\nb"'
    x[21] = '42,33.5,6,"b\nb"'
    x[57] = "43,34.5,many,c"
    add(
        "word_after_newlines_in_cells.csv",
        "word quote lineend",
        "two cells with a line break come first: the word 'many' in record 57 is in line 60",
        text(x),
        None,
        {"line": 60, "words": ["visits", "many"], "mark": "34.5,many"},
    )

    x = rows(50, ";")
    x[30] = "33;4,5;x12;a"
    x = [re if i == 30 else re.replace(".", ",") for i, re in enumerate(x)]
    add(
        "word_german_crlf_title.csv",
        "word title decimal lineend",
        "two title lines and CRLF: x12 among the visits is in line 33",
        text(["Umfrage 2020", "", *x], "\r\n"),
        None,
        {"line": 33, "words": ["visits", "x12"], "mark": "x12"},
    )

    x = rows(60)
    x[24] = "33,41.5,9"
    add(
        "ragged_short.csv",
        "ragged",
        "line 25 has 3 cells instead of 4",
        text(x),
        None,
        {"line": 25, "words": ["3", "4"], "mark": "33,41.5,9"},
    )
    x = rows(60)
    x[45] = "33,41,5,9,a"
    add(
        "ragged_long_decimal_comma.csv",
        "ragged decimal",
        "line 46 has 5 cells instead of 4: somebody typed 41,5",
        text(x),
        None,
        {"line": 46, "words": ["5", "4"], "mark": "33,41,5,9,a"},
    )
    x = rows(60)
    for i in (18, 33, 50):
        x[i] = x[i] + ",late" if i == 33 else x[i].rsplit(",", 1)[0]
    x[18] = "77,10.5,3"
    add(
        "ragged_several.csv",
        "ragged",
        "lines 19 and 51 are short, line 34 is long: the first is named",
        text(x),
        None,
        {"line": 19, "words": ["3", "4"], "mark": "77,10.5,3"},
    )
    x = rows(40)
    x[1] = "77,10.5,3"
    add(
        "ragged_first_record.csv",
        "ragged header",
        "the very first record (line 2) is short",
        text(x),
        None,
        {"line": 2, "words": ["3", "4"], "mark": "77,10.5,3"},
    )
    x = rows(40)
    x[40] = "77,10"
    add(
        "ragged_cut_off.csv",
        "ragged lineend",
        "the copy was cut off in the last line (41), without a newline",
        text(x, end=False),
        None,
        {"line": 41, "words": ["2", "4"], "mark": "77,10"},
    )
    x = rows(60)
    x[9] = '30,20.5,1,"a\nold"'
    x[12] = '31,21.5,2,"b\n\nold"'
    x[40] = "32,22.5,3"
    add(
        "ragged_after_newlines_in_cells.csv",
        "ragged quote lineend",
        "record 40 is short; after three line breaks inside cells it is in line 44",
        text(x),
        None,
        {"line": 44, "words": ["3", "4"], "mark": "32,22.5,3"},
    )
    x = rows(36, "\t")
    x[28] = "77\t10.5\t3\ta\tb"
    add(
        "ragged_cr_tabs.txt",
        "ragged lineend delimiter",
        "CR line ends and tabs; line 29 has 5 cells",
        text(x, "\r"),
        None,
        {"line": 29, "words": ["5", "4"], "mark": "77\t10.5\t3\ta\tb"},
    )
    x = rows(40, ";")
    x[22] = "77;10.5;3"
    add(
        "ragged_utf16.txt",
        "ragged encoding lineend",
        "UTF-16 with a mark and CRLF; line 23 is short",
        b"\xff\xfe" + text(x, "\r\n").encode("utf-16-le"),
        None,
        {"line": 23, "words": ["3", "4"], "mark": "77;10.5;3"},
    )

    x = rows(60)
    x[29] = '44,12.5,2,"b'
    add(
        "quote_unclosed.csv",
        "brokenquote",
        "a quote opens in line 30 and never closes: the line of the opening is the useful one",
        text(x),
        None,
        {"line": 30, "words": ["quote"], "mark": '44,12.5,2,"b'},
    )
    x = rows(50)
    x[15] = '44,12.5,2,"a\nb"'
    x[26] = '"45,13.5,2,c'
    add(
        "quote_unclosed_first_cell.csv",
        "brokenquote quote",
        "after a good cell with a line break, a quote opens in line 28 and never closes",
        text(x, "\r\n"),
        None,
        {"line": 28, "words": ["quote"], "mark": '"45,13.5,2,c'},
    )
    x = rows(40)
    x[17] = '46,14.5,3,"a"b'
    add(
        "quote_text_after.csv",
        "brokenquote",
        'line 18 ends with "a"b: text after a closing quote',
        text(x),
        None,
        {"line": 18, "words": ["quote"], "mark": '"a"b'},
    )

    q = R("inch")
    lab = q.picks(40, ["pipe", "rod"])
    cols = [
        C("size", [q.pick(['5"', '3/4"', '12"']) for _ in range(40)]),
        C("length", q.nums(40, 1, 9, 1), f(1)),
        C("part", lab),
    ]
    raw = ["size,length,part"] + [",".join(t) for t in zip(*(c.cells for c in cols), strict=True)]
    add(
        "quote_stray_inches.csv",
        "brokenquote quote",
        'inches: 5" and 3/4" unquoted. A quote inside a cell that does not begin with one is only '
        "a letter",
        text(raw),
        expect(cols, "part", "classes"),
    )

    x = rows(40)
    x[33] = "47,15.5,\x004,a"
    add(
        "nul_byte.csv",
        "nul",
        "one NUL byte, in line 34; not UTF-16",
        text(x),
        None,
        {"line": 34, "words": ["NUL|null byte|zero byte|null character|binary"], "mark": "47,15.5"},
    )

    x = rows(40)
    add(
        "nul_block_at_end.csv",
        "nul",
        "a logger lost power: 512 NUL bytes after the last record "
        "(line 42): said, or refused with the line",
        text(x) + "\x00" * 512,
        {
            "samples": 40,
            "columns": ["age", "income", "visits", "group"],
            "ask": True,
            "must_say": ["42|NUL|null byte|zero byte|null character"],
        },
        {"line": 42, "words": ["NUL|null byte|zero byte|null character|binary"]},
    )

    head = "length,width,kind"
    add(
        "one_row_only.csv",
        "small",
        "names and one record",
        text([head, "1.5,2.5,oak"]),
        None,
        {"words": ["one|1|single", "row|record|sample"]},
    )
    add(
        "header_only.csv",
        "small",
        "names and no record",
        text([head]),
        None,
        {"words": ["row|record|sample"]},
    )
    add("empty.csv", "small", "0 bytes", b"", None, {"words": ["empty"]})
    add(
        "blanks.csv",
        "small",
        "spaces and blank lines only",
        b"  \r\n\r\n   \r\n\t\r\n",
        None,
        {"words": ["empty|blank"]},
    )
    add(
        "only_delimiters.csv",
        "small empty",
        "nothing but commas",
        b",,,\n" * 20,
        None,
        {"words": ["empty|blank"]},
    )
    add(
        "only_a_mark.csv",
        "small encoding",
        "a byte order mark and nothing else",
        b"\xef\xbb\xbf",
        None,
        {"words": ["empty"]},
    )
    q = R("png")
    body = bytes(q.whole(0, 255) for _ in range(1500))
    add(
        "picture.csv",
        "binary",
        "a PNG picture named .csv",
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x20\x00\x00\x00\x20\x08\x02\x00\x00\x00"
        + body,
        None,
        {"words": ["text|binary|picture|PNG"]},
    )
    add(
        "workbook.csv",
        "binary",
        "an Excel workbook (a zip) renamed to .csv",
        b"PK\x03\x04\x14\x00\x06\x00\x08\x00\x00\x00!\x00[Content_Types].xml" + body,
        None,
        {"words": ["text|binary|Excel|workbook|zip"]},
    )
    add(
        "packed.csv",
        "binary",
        "a gzip file renamed to .csv",
        b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03" + body[:700],
        None,
        {"words": ["text|binary|gzip|packed|compressed"]},
    )
    page = [
        "<!DOCTYPE html>",
        "<html><head><title>Report</title></head>",
        "<body><table>",
        *(f"<tr><td>{q.num(0, 9, 1)}</td><td>{q.pick(['a', 'b'])}</td></tr>" for _ in range(20)),
        "</table></body></html>",
    ]
    add(
        "web_page.csv",
        "binary",
        "a web page saved as .csv: not a table of cells",
        text(page),
        None,
        {"words": ["HTML|web page|table|column"]},
    )
    doc = [
        "[",
        *(f'  {{"x": {q.num(0, 9, 1)}, "kind": "{q.pick(["a", "b"])}"}},' for _ in range(20)),
        "]",
    ]
    add(
        "records_json.csv",
        "binary",
        "JSON named .csv: not a table of cells",
        text(doc),
        None,
        {"words": ["JSON|table|column"]},
    )

    # large ones, made by the test: the parts are repeated one after the other
    add(
        "no_line_end.csv",
        "generate lineend",
        "2.2 MB of numbers and commas without a line end",
        None,
        None,
        {"words": ["line"]},
        {"parts": [["1.25,3.5,7,", 200000]]},
    )
    pair = "0.5,1.25,cat\n1.5,2.25,dog\n"
    add(
        "late_word.csv",
        "generate word",
        "1.3 MB of good records, then a word among the numbers in line 100002",
        None,
        None,
        {"line": 100002, "words": ["b", "twelve"]},
        {"parts": [["a,b,label\n", 1], [pair, 50000], ["2.5,twelve,cat\n", 1], [pair, 10]]},
    )
    add(
        "late_short_row.csv",
        "generate ragged",
        "1.3 MB of good records, then a short one in line 100002",
        None,
        None,
        {"line": 100002, "words": ["2", "3"]},
        {"parts": [["a,b,label\n", 1], [pair, 50000], ["2.5,3.5\n", 1], [pair, 10]]},
    )
    add(
        "late_class.csv",
        "generate target",
        "1.3 MB with two classes, then a third one and a missing number",
        None,
        {
            "delimiter": ",",
            "header": True,
            "samples": 100002,
            "columns": ["a", "b", "label"],
            "inputs": ["a", "b"],
            "target": "label",
            "task": "classes",
            "missing": {"a": 1},
            "classes": {"cat": 50000, "cow": 2, "dog": 50000},
            "must_say": ["missing", "duplicate|twice|repeated|identical"],
        },
        None,
        {"parts": [["a,b,label\n", 1], [pair, 50000], ["NA,3.5,cow\n2.5,7.5,cow\n", 1]]},
    )


# ---------------------------------------------------------------- 11. kept from the past
def past() -> None:
    """Files that once failed. They are not written here; what is known of them is."""
    num = {"0": 0.1257, "59": 2.2315}
    animals = {"cat": 20, "cow": 20, "dog": 20}
    digits = {"0": 20, "1": 20, "2": 20}
    base: dict[str, Any] = {
        "encoding": "utf-8",
        "delimiter": ",",
        "decimal": ".",
        "header": True,
        "skipped_lines": 0,
        "samples": 60,
        "columns": ["a", "b", "c", "d", "k"],
        "inputs": ["a", "b", "c", "d"],
        "target": "k",
        "ignored": [],
        "task": "classes",
        "cells": {"a": num},
    }
    add(
        "past_blankfirst.csv",
        "title",
        "a blank line before the names",
        None,
        {**base, "skipped_lines": 1, "classes": animals},
    )
    add(
        "past_german.csv",
        "decimal delimiter",
        "semicolons and decimal commas",
        None,
        {
            **base,
            "columns": ["a", "b", "c", "d", "klasse"],
            "target": "klasse",
            "delimiter": ";",
            "decimal": ",",
            "classes": animals,
        },
    )
    add(
        "past_index.csv",
        "id names",
        "an unnamed first column counts from 0",
        None,
        {
            **base,
            "columns": ["@1", "a", "b", "c", "d", "label"],
            "target": "label",
            "ignored": ["@1"],
            "classes": digits,
            "must_say": ["count|index|row number"],
        },
    )
    add(
        "past_intheader.csv",
        "header",
        "names 0,1,2,3,label",
        None,
        {
            **base,
            "columns": ["0", "1", "2", "3", "label"],
            "inputs": ["0", "1", "2", "3"],
            "target": "label",
            "classes": digits,
            "cells": {"0": num},
        },
    )
    pixels = [f"pixel{i}" for i in range(16)]
    add(
        "past_labelfirst.csv",
        "target constant",
        "label first, then pixels; pixel15 is 0 in every row",
        None,
        {
            **base,
            "columns": ["label", *pixels],
            "inputs": pixels,
            "target": "label",
            "classes": digits,
            "cells": {"pixel0": {"0": 112, "59": 78}},
        },
    )
    RECORDS[-1]["understood"].pop("inputs")
    RECORDS[-1]["understood"].pop("ignored")
    RECORDS[-1]["understood"]["must_say"] = ["constant|same value|one value"]
    add(
        "past_latin_merge.csv",
        "encoding",
        "cp1252: rød and råd are two classes",
        None,
        {
            **base,
            "encoding": "cp1252",
            "samples": 40,
            "columns": ["a", "b", "k"],
            "inputs": ["a", "b"],
            "classes": {"råd": 20, "rød": 20},
            "ask": True,
            "cells": {"a": {"0": 0.5, "39": 4.5}, "k": {"0": "rød", "39": "råd"}},
            "must_say": ["cp1252|windows|encoding|letters"],
        },
    )
    add(
        "past_missing.csv",
        "missing",
        "one empty cell",
        None,
        {
            **base,
            "classes": animals,
            "missing": {"c": 1},
            "cells": {"a": num, "c": {"5": None}},
            "must_say": ["missing"],
        },
    )
    add(
        "past_missing_first_nohead.csv",
        "missing header",
        "no names, an empty cell in line 1",
        None,
        {
            **base,
            "header": False,
            "columns": ["@1", "@2", "@3", "@4", "@5"],
            "inputs": ["@1", "@2", "@3", "@4"],
            "target": "@5",
            "classes": digits,
            "missing": {"@3": 1},
            "cells": {"@1": num, "@3": {"0": None}},
            "must_say": ["missing"],
        },
    )
    six = {f"{a}, {b}": 10 for a in ("cat", "cow", "dog") for b in "01"}
    add(
        "past_quoted_label_comma.csv",
        "quote",
        "a comma inside the class names",
        None,
        {**base, "classes": six},
    )
    nl = dict(base)
    nl["classes"] = {f"{a}\nx": 20 for a in ("cat", "cow", "dog")}
    add(
        "past_quoted_label_nl.csv", "quote lineend", "a line break inside the class names", None, nl
    )
    add(
        "past_ragged.csv",
        "ragged",
        "line 11 has 4 cells instead of 5",
        None,
        None,
        {"line": 11, "words": ["4", "5"], "mark": "-0.6538,-0.1296,0.7840,1.4934"},
    )
    add(
        "past_trailing.csv",
        "empty",
        "a comma at each line's end",
        None,
        {**base, "classes": digits, "must_say": ["empty|dropped"]},
    )


def main() -> None:
    for part in (
        encodings,
        delimiters,
        decimals,
        titles,
        headers,
        emptiness,
        targets,
        words,
        missings,
        identities,
        broken,
        past,
    ):
        part()
    out = json.dumps(RECORDS, ensure_ascii=False, indent=1)
    (HERE / "expectations.json").write_bytes(out.encode("utf-8") + b"\n")
    print(f"{len(RECORDS)} records")


if __name__ == "__main__":
    main()
