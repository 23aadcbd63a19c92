"""One case of the random trial: a text goes through all that the program does with it.

Only two ends are right: a refusal in one sentence, or a model that is written, compiled and built.
"""

from __future__ import annotations

import ast
import contextlib
import io
import json
import tempfile
from pathlib import Path
from random import Random

from nnstudio.__main__ import main
from nnstudio.compiler.build import build, build_meta
from nnstudio.compiler.errors import CompileError
from nnstudio.compiler.inference import full_report
from nnstudio.compiler.source import Source, generate
from nnstudio.project.fragment import Paste
from nnstudio.project.presets import preset
from nnstudio.project.refusal import Refusal
from nnstudio.project.storage.fields import FileError
from nnstudio.project.storage.file import dumps, loads
from nnstudio.project.values import Project
from tests.robustness.mutations import clipboard_text, hostile_text, preset_text

KINDS = {"preset": preset_text, "hostile": hostile_text, "clipboard": clipboard_text}
LONGEST = 1_000
MEMORY = 20_000_000
"""Parameters of a model that is really built; one of more is built without memory."""
COMMANDS = (("check",), ("check", "--json"), ("summary",), ("export",))


class WrongEndError(AssertionError):
    """A case that ended in neither of the right ways."""


def text_of(kind: str, seed: int) -> str:
    """The text of a case."""
    return KINDS[kind](Random(f"{kind} {seed}"))


def run(kind: str, seed: int, *, commands: bool = False) -> str:
    """The end of a case: refused, wrong (problems, and no code) or built."""
    text = text_of(kind, seed)
    try:
        project = pasted(text, seed) if kind == "clipboard" else loads(text)
    except (FileError, Refusal) as error:
        one_sentence(str(error))
        end = "refused"
    else:
        end = ended(project)
    if commands and kind != "clipboard":
        on_the_command_line(text)
    return end


def pasted(text: str, seed: int) -> Project:
    """A preset into which the text was pasted."""
    random = Random(seed)
    project = preset(random.choice(["SimpleCNN", "CNN2DResNet", "Transformer2DResNet"]))
    block = random.choice(project.blocks).name
    return Paste(block, text, (0.0, 0.0), keep_inputs=random.random() < 0.5).apply(project)


def ended(project: Project) -> str:
    """What becomes of a project that could be read."""
    again = loads(dumps(project))
    if again != project:
        raise WrongEndError("what is written is not what is read")
    report = full_report(project)
    for problem in report.problems:
        one_sentence(problem.sentence)
    try:
        source = generate(project, report)
    except CompileError as error:
        one_sentence(str(error))
        if report.ok:
            raise WrongEndError(f"no problem, and yet no code: {error}") from error
        return "wrong"
    if not report.ok:
        raise WrongEndError("code of a model with errors")
    built(source)
    return "built"


def built(source: Source) -> None:
    """Compile and build a model, or have the sentence that there is no memory."""
    ast.parse(source.text)
    small = source.parameters is not None and source.parameters < MEMORY
    try:
        if small:
            build(source)
        else:
            build_meta(source)
    except CompileError as error:
        one_sentence(str(error))
        if not str(error).startswith("There is not enough memory"):
            raise WrongEndError(f"no problem, and yet not built: {error}") from error


def one_sentence(text: str) -> None:
    """Refuse what is no sentence to show."""
    if not text or len(text) > LONGEST or not text.isprintable():
        raise WrongEndError(f"no sentence: {text[:300]!r}")


def on_the_command_line(text: str) -> None:
    """Every command answers with a code and, where it refuses, one sentence."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "case.nns")
        path.write_text(text, encoding="utf-8", errors="surrogatepass")
        for command, *options in COMMANDS:
            words = [command, str(path), *options]
            if command == "export":
                words += ["-o", str(Path(folder, "model.py"))]
            out, err = io.StringIO(), io.StringIO()
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                code = main(words)
            said = err.getvalue()
            if code not in (0, 1, 2):
                raise WrongEndError(f"{command}: exit code {code}: {said[-300:]}")
            if code == 2:
                one_sentence(said.removesuffix("\n"))
            elif said:
                raise WrongEndError(f"{command}: {said[-300:]!r} on standard error")
            if options and code != 2:
                json.loads(out.getvalue())
