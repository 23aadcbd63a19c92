"""docs/data.md says what the program prints: its commands are run on files made here.

In the page a block `console` holds commands after `$ ` and what they print; a line `...` stands
for lines that are left out. Figures of a training, and where it runs, differ between machines.
After a change of words `python -m tests.renew_data_page` writes the new ones into the page.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from nnstudio.__main__ import main
from nnstudio.data.augmentation.table import AUGMENTATIONS
from nnstudio.data.declared import DeclaredStep
from nnstudio.data.preparation.registry import PREPARATIONS
from tests.page_files import make_all

PAGE = Path(__file__).parents[2] / "docs" / "data.md"
LEFT_OUT = "..."


@dataclass(frozen=True)
class Said:
    """A command of the page, in which line it is, and what it prints there."""

    command: str
    line: int
    printed: tuple[str, ...]


def commands() -> Iterator[Said]:
    """All commands of the page, in order."""
    inside, current, printed, at = False, "", [], 0
    for number, line in enumerate(PAGE.read_text(encoding="utf-8").splitlines(), start=1):
        if line.startswith("```") or (inside and line.startswith("$ ")):
            if current:
                yield Said(current, at, tuple(printed))
            inside = line == "```console" or (inside and line.startswith("$ "))
            current, printed, at = line.removeprefix("$ ") if line[:1] == "$" else "", [], number
        elif inside:
            printed.append(line)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The files of the page, in the present folder; they stay from command to command."""
    made = tmp_path_factory.mktemp("data")
    make_all(made)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NNSTUDIO_CACHE", str(tmp_path_factory.mktemp("cache")))
        patch.chdir(made)
        yield made


def run(command: str) -> list[str]:
    """The lines that a command prints: of ours, or of the few of a shell that the page has."""
    name, *words = shlex.split(command)
    match name, words:
        case "nnstudio", _:
            out = io.StringIO()
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
                main(words)
            return out.getvalue().splitlines()
        case "head", [count, path]:
            lines = Path(path).read_text(encoding="utf-8").splitlines()
            return lines[: int(count.removeprefix("-"))]
        case "ls", [path]:
            return ["  ".join(sorted(os.listdir(path)))]
        case "echo", [text, ">>", path]:
            with Path(path).open("a", encoding="utf-8") as file:
                file.write(text + "\n")
            return []
    raise AssertionError(f"no test knows the command {command}")


def alike(line: str) -> str:
    """The line without what differs between machines and moments."""
    line = line.rstrip()
    if line.startswith(("epoch", "completed")):
        return re.sub(r"-?\d[\d.,]*", "#", line)
    if line.startswith("  samples "):  # libraries pack files in sizes of their own
        return re.sub(r", [\d.]+ \w+$", ", #", line)
    return re.sub(r"parameters on [^,]*,", "parameters on #,", line)


def missing_line(wanted: tuple[str, ...], printed: list[str]) -> str | None:
    """The first line of the page that is not printed where it should be, None if all are."""
    at, gap = 0, False
    for line in (*map(alike, wanted), None):
        if line == LEFT_OUT:
            gap = True
            continue
        if line is None:
            return None if gap or at == len(printed) else "(the end)"
        while gap and at < len(printed) and alike(printed[at]) != line:
            at += 1
        if at >= len(printed) or alike(printed[at]) != line:
            return line
        at, gap = at + 1, False
    return None


def test_every_command_prints_what_the_page_says(folder: Path) -> None:
    wrong = []
    for said in commands():
        printed = [line for line in run(said.command) if line]
        line = missing_line(tuple(line for line in said.printed if line), printed)
        if line is not None:
            shown = "\n".join(printed)
            wrong.append(f"{PAGE.name}:{said.line}: $ {said.command}\nno line {line!r} in\n{shown}")
    assert not wrong, "\n\n".join(wrong)


def row_of(kind: type[DeclaredStep]) -> str:
    """The line of a table that declares a step: name, what it does, parameters, kinds of fields."""
    about = " ".join((kind.__doc__ or "").strip().split("\n\n")[0].split())
    given = ", ".join(f"`{name}={one.default}`" for name, one in kind.model_fields.items())
    return f"| `{kind.name}` | {about} | {given} | {', '.join(kind.kinds)} |"


@pytest.mark.parametrize("kind", [*PREPARATIONS.values(), *AUGMENTATIONS.values()])
def test_every_step_is_in_the_page(kind: type[DeclaredStep]) -> None:
    assert row_of(kind) in PAGE.read_text(encoding="utf-8")


def test_links_lead_to_files() -> None:
    for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", PAGE.read_text(encoding="utf-8")):
        assert (PAGE.parent / link).exists(), link
