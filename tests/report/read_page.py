"""A report read back: its tables, headings, links and everything that a browser would load."""

from __future__ import annotations

from html.parser import HTMLParser

VOID = ("meta", "br", "hr", "img", "link", "input")


class Page(HTMLParser):
    """tables: rows of texts by caption; headings, paragraphs, titles (of pictures): in order."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.targets: list[str] = []
        self.loaded: list[str] = []
        self.headings: list[str] = []
        self.notes: list[str] = []
        self.pictures: list[str] = []
        self.tables: dict[str, list[list[str]]] = {}
        self.text = ""
        self._open: list[tuple[str, str]] = []
        self._said = ""
        self._caption = ""
        self._row: list[str] | None = None
        self._rows: list[list[str]] = []
        self.feed(text)
        self.close()
        assert self._open == [], f"not closed: {self._open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        if "id" in told:
            self.ids.append(told["id"])
        for name, value in told.items():
            if name in ("src", "href") and not value.startswith("#"):
                self.loaded.append(value)
            elif name == "href":
                self.targets.append(value[1:])
            assert not name.startswith("on"), f"a script: {name}"
        if tag not in VOID and not self.get_starttag_text().rstrip().endswith("/>"):  # type: ignore[union-attr]
            self._open.append((tag, told.get("class", "")))
        if tag == "table":
            self._rows = []
        elif tag == "tr":
            self._row = []
        self._said = ""

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open[-1][0] != tag:
            left = self._open.pop()[0]
            assert left in ("p", "li"), f"{left} is not closed before {tag}"
        if self._open:
            _, kind = self._open.pop()
            if tag == "p" and "note" in kind.split():
                self.notes.append(self._said)
        said = " ".join(self._said.split())
        if tag in ("h1", "h2", "h3", "h4", "h5"):
            self.headings.append(said)
        elif tag == "title" and self._open and self._open[-1][0] == "svg":
            self.pictures.append(said)
        elif tag == "figcaption":
            self._caption = said
        elif tag in ("td", "th") and self._row is not None:
            self._row.append(said)
        elif tag == "tr" and self._row is not None:
            self._rows.append(self._row)
            self._row = None
        elif tag == "table":
            self.tables.setdefault(self._caption, self._rows)
        if tag != "span":
            self._said = ""

    def handle_data(self, data: str) -> None:
        if not any(tag == "style" for tag, _ in self._open):
            self._said += data
            self.text += data

    def table(self, begin: str) -> list[list[str]]:
        """The first table whose caption begins so."""
        return next(rows for caption, rows in self.tables.items() if caption.startswith(begin))

    def column(self, begin: str, name: str) -> dict[str, str]:
        """One column of a table, by the first cell of each row."""
        head, *rows = self.table(begin)
        place = head.index(name)
        return {row[0]: row[place] for row in rows}
