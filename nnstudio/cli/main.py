"""The parser and the way of errors: a user's mistake is one sentence on stderr and exit code 2.

A mistake of the program is told apart from it: a traceback, and an exit code of its own.
"""

from __future__ import annotations

import argparse
import sys
import traceback
import warnings
from collections.abc import Callable, Sequence
from io import TextIOWrapper
from typing import NoReturn

import nnstudio
from nnstudio.cli.garbage import rarely_looked_for
from nnstudio.cli.options import add_all_settings, add_json, add_target
from nnstudio.cli.output import flush, nobody_reads, say_warnings_in_one_line, say_why
from nnstudio.cli.stopping import wish
from nnstudio.cli.study_options import assignment_options, compare_options, cross_validate_options
from nnstudio.errors import UserError
from nnstudio.training.priority import let_threads_sleep

DONE, NO, WRONG, BUG, STOPPED = 0, 1, 2, 70, 130
"""Exit codes. Python's own code for an exception is 1, which says "no" here; 70 is EX_SOFTWARE."""

Command = Callable[[argparse.Namespace], int]


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence."""

    def error(self, message: str) -> NoReturn:
        print(f"{self.prog}: {message} (see '{self.prog} --help')", file=sys.stderr)
        raise SystemExit(WRONG)


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code; KeyboardInterrupt is left to the caller."""
    _allow_any_character()
    let_threads_sleep()
    words = list(arguments)
    if not words or (words[0] not in _COMMANDS and not words[0].startswith("-")):
        words.insert(0, "window")
    with warnings.catch_warnings():
        say_warnings_in_one_line()
        try:
            try:
                return _run(words)
            finally:
                flush()
        except BrokenPipeError:
            nobody_reads()
            return DONE


def _run(words: list[str]) -> int:
    if words[0] == "--version":
        return _version()
    try:
        options = _parser(words[0]).parse_args(words)
        command: Command = _COMMANDS[options.command][1]
        if options.command == "window":
            return command(options)
        with rarely_looked_for():
            return command(options)
    except BrokenPipeError:
        raise
    except (UserError, OSError) as error:
        if wish.came:
            raise KeyboardInterrupt from error
        say_why(_sentence(error))
        return WRONG
    except Exception as error:
        if wish.came:
            raise KeyboardInterrupt from error
        traceback.print_exc()
        print(
            "nnstudio: This is a mistake of the program, not yours; please report the lines above.",
            file=sys.stderr,
        )
        return BUG


def _allow_any_character() -> None:
    """Let streams whose encoding lacks a character show a question mark in its place."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")


def _sentence(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        where = f": {error.filename}" if error.filename else ""
        return f"{error.strerror}{where}"
    return str(error)


def _parser(chosen: str) -> argparse.ArgumentParser:
    """Knows the options of one command and the names of all."""
    parser = _Parser(
        prog="nnstudio",
        description="Assemble neural networks on a canvas, check every shape, train them, "
        "leave with the code.",
        epilog="Without a command: nnstudio [TARGET] opens the window. "
        "TARGET is a .nns file or a preset, "
        "with a variant if it has any: SimpleCNN/421k.",
    )
    parser.add_argument(
        "--version", action="store_true", help="versions of everything that matters"
    )
    commands = parser.add_subparsers(
        dest="command", metavar="COMMAND", required=True, parser_class=_Parser
    )
    for name, (about, _, add) in _COMMANDS.items():
        sub = commands.add_parser(name, help=about, description=about)
        if name == chosen:
            add(sub)
    return parser


def _window_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "target", metavar="TARGET", nargs="?", help="a .nns file or a preset to open"
    )


def _target_json(parser: argparse.ArgumentParser) -> None:
    add_target(parser)
    add_json(parser)


def _verify_options(parser: argparse.ArgumentParser) -> None:
    add_target(parser, optional=True)
    parser.add_argument("--all", action="store_true", help="every preset and variant")
    add_json(parser)


def _export_options(parser: argparse.ArgumentParser) -> None:
    add_target(parser, what="a .nns file, a preset, or a run: its folder, id or a beginning of it")
    parser.add_argument(
        "-o", "--output", metavar="PATH", required=True, help="a file; of a run a folder"
    )
    parser.add_argument("--format", help="by default told by the ending: python (.py)")
    parser.add_argument(
        "--force", action="store_true", help="write a run into a folder that holds other things"
    )


def _train_options(parser: argparse.ArgumentParser) -> None:
    add_target(parser)
    parser.add_argument(
        "--run", metavar="DIR", help="keep the run here, instead of among all others"
    )
    parser.add_argument(
        "--resume", action="store_true", help="go on from the last checkpoint of --run"
    )
    parser.add_argument(
        "--replace", action="store_true", help="train anew in the place of the run in --run"
    )
    parser.add_argument("--no-run", action="store_true", help="keep nothing")
    parser.add_argument(
        "--dry-run",
        action="store_true",
        help="train nothing, but do a few steps to tell how long it takes and whether it fits",
    )
    add_json(parser)
    add_all_settings(parser)


def _tune_options(parser: argparse.ArgumentParser) -> None:
    add_target(parser, optional=True)
    # a process that another one has started, which shows what it tells
    parser.add_argument("--as-worker", action="store_true", help=argparse.SUPPRESS)
    add_json(parser)
    from nnstudio.cli.tune_options import add_options

    add_options(parser)
    add_all_settings(parser)


def _runs_options(parser: argparse.ArgumentParser) -> None:
    add_json(parser)
    parser.add_argument("--csv", action="store_true", help="print a table with commas")
    parser.add_argument("--text", metavar="WORDS", default="", help="in the name, note or id")
    parser.add_argument("--state", metavar="STATE", help="such as completed, lost")
    parser.add_argument("--group", metavar="NAME", help="of one group")
    parser.add_argument("--tag", metavar="TAG", help="with this tag")
    parser.add_argument("--limit", metavar="N", type=int, help="only the newest")
    parser.add_argument(
        "--empty-trash", action="store_true", help="remove deleted runs and studies for good"
    )


def _options_of(module: str) -> Callable[[argparse.ArgumentParser], None]:
    """Those of a command that has a module for them."""

    def add(parser: argparse.ArgumentParser) -> None:
        from importlib import import_module

        import_module(f"nnstudio.cli.{module}").add_options(parser)

    return add


def _data_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "name", metavar="PATH_OR_NAME", nargs="?", help="a file, a folder or a built-in data set"
    )
    add_json(parser)
    from nnstudio.cli.choices import add_reading

    add_reading(parser)


def _picture_options(parser: argparse.ArgumentParser) -> None:
    add_target(parser)
    parser.add_argument(
        "-o", "--output", metavar="PATH", required=True, help="graph.png or graph.svg"
    )


def _window(options: argparse.Namespace) -> int:
    from nnstudio.ui.platform_check import reason_not_to_open

    reason = reason_not_to_open()
    if reason is not None:
        print(reason, file=sys.stderr)
        return WRONG
    from nnstudio.ui.app import run as open_window

    wish.let_go()
    return open_window(options.target)


def _lazily(module: str, function: str) -> Command:
    def command(options: argparse.Namespace) -> int:
        from importlib import import_module

        found: Command = getattr(import_module(f"nnstudio.cli.{module}"), function)
        return found(options)

    return command


def _version() -> int:
    from importlib.metadata import PackageNotFoundError, version

    print(f"nnstudio {nnstudio.__version__}")
    print(f"python {sys.version.split()[0]}")
    for name in ("torch", "PySide6-Essentials", "pyqtgraph", "torchinfo", "numpy", "pydantic"):
        try:
            print(f"{name} {version(name)}")
        except PackageNotFoundError:
            print(f"{name} is not installed")
    return DONE


_COMMANDS: dict[str, tuple[str, Command, Callable[[argparse.ArgumentParser], None]]] = {
    "window": ("open the window", _window, _window_options),
    "presets": ("every preset and variant", _lazily("models", "presets"), add_json),
    "summary": (
        "the summary table, totals, exact FLOPs",
        _lazily("models", "summary"),
        _target_json,
    ),
    "check": ("problems with node, sentence and fix", _lazily("models", "check"), _target_json),
    "verify": (
        "documented layer tables against what is built",
        _lazily("models", "verify"),
        _verify_options,
    ),
    "export": (
        "write the PyTorch module, or a trained model that runs by itself",
        _lazily("export", "export"),
        _export_options,
    ),
    "train": ("train without a window", _lazily("train", "train"), _train_options),
    "cross-validate": (
        "train a model on every fold and judge it by what was held out",
        _lazily("cross_validate", "cross_validate"),
        cross_validate_options,
    ),
    "compare": (
        "models on the same folds, or runs side by side",
        _lazily("compare", "compare"),
        compare_options,
    ),
    "studies": ("the studies that are kept", _lazily("studies", "studies"), add_json),
    "study": (
        "all that a document asks for: trainings, folds, searches, figures",
        _lazily("study", "study"),
        assignment_options,
    ),
    "tune": ("search for the best values", _lazily("tune", "tune"), _tune_options),
    "queue": (
        "trainings that wait for their turn",
        _lazily("queue", "queue"),
        _options_of("queue_options"),
    ),
    "runs": ("the trainings that are kept", _lazily("runs", "runs"), _runs_options),
    "evaluate": (
        "the figures of a run",
        _lazily("evaluate", "evaluate"),
        _options_of("evaluate_options"),
    ),
    "report": (
        "one HTML file about runs and studies, to read offline and to print",
        _lazily("report", "report"),
        _options_of("report_options"),
    ),
    "data": ("data sets", _lazily("data", "data"), _data_options),
    "picture": ("draw the canvas into a file", _lazily("picture", "picture"), _picture_options),
    "self-test": (
        "open, edit, train and export a small model",
        _lazily("self_test", "self_test"),
        lambda _parser: None,
    ),
}
