"""Write into docs/data.md what its commands print now: `python -m tests.renew_data_page`.

Lines that changed a little are replaced, lines that are gone are left out; look at the difference.
"""

from __future__ import annotations

import difflib
import os
import tempfile
from pathlib import Path

from tests.data.test_documentation_of_data import (
    LEFT_OUT,
    PAGE,
    alike,
    commands,
    missing_line,
    run,
)
from tests.page_files import make_all


def chosen(wanted: tuple[str, ...], printed: list[str]) -> list[str]:
    """Of the printed lines those that the page shows, or the ones that are most like them."""
    if LEFT_OUT not in wanted:
        return printed
    found: list[int] = []
    for line in (line for line in wanted if line != LEFT_OUT):
        rest = range(found[-1] + 1 if found else 0, len(printed))
        same = [k for k in rest if alike(printed[k]) == alike(line)]
        near = difflib.get_close_matches(line, [printed[k] for k in rest], 1, 0.7)
        if same or near:
            found.append(same[0] if same else printed.index(near[0], rest.start))
    shown, last = [], -1
    for k in found:
        shown += [printed[k]] if k == last + 1 else [LEFT_OUT, printed[k]]
        last = k
    return shown if last == len(printed) - 1 else [*shown, LEFT_OUT]


def main() -> None:
    """Run all commands in a folder of their own, and write the page."""
    lines, more = PAGE.read_text(encoding="utf-8").splitlines(), 0
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as cache:
        os.environ["NNSTUDIO_CACHE"] = cache
        make_all(Path(folder))
        os.chdir(folder)
        for said in list(commands()):
            wanted = tuple(line for line in said.printed if line)
            printed = [line for line in run(said.command) if line]
            if missing_line(wanted, printed) is None:
                continue
            print(f"line {said.line}: $ {said.command}")
            begin, shown = said.line + more, chosen(wanted, printed)
            lines[begin : begin + len(said.printed)] = shown
            more += len(shown) - len(said.printed)
        os.chdir(PAGE.parent)
    PAGE.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
