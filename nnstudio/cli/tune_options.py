"""The options of tune, and what they mean: a plan, limits, a folder."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any, get_args

from pydantic import ValidationError

from nnstudio.project.commands.search_points import axes_of_texts, check_space
from nnstudio.project.refusal import Refusal
from nnstudio.project.refused_value import refused_value
from nnstudio.project.search.published import published_spaces
from nnstudio.project.search.space import Space
from nnstudio.project.values import Project
from nnstudio.studies.search.plan import Limits, Pruner, Sampler

_EXAMPLE = '[{"kind": "choices", "name": "batch_size", "choices": [16, 32]}]'


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add all options that no other command has."""
    add = parser.add_argument
    add(
        "--space",
        metavar="FILE_OR_NAME",
        help="JSON with the axes of the search, or the name of a space published for a preset",
    )
    add(
        "--search",
        metavar="NAME=RANGE",
        action="append",
        default=[],
        help="vary a parameter or setting (repeatable): hidden=16..128:16, "
        "learning_rate=1e-4..1e-1:log, num_heads=1,2,4",
    )
    add("--trials", metavar="N", type=int, help="how many trainings; refused points do not count")
    add("--seconds", metavar="X", type=float, help="begin no training after that time")
    add("--no-progress", metavar="N", type=int, help="end after N trainings without a better one")
    add(
        "--folds",
        metavar="K",
        type=int,
        help="train each trial on K folds; its figure is their mean, the test part is in none",
    )
    add("--repeats", metavar="R", type=int, help="divide the samples into folds so often")
    add(
        "--outer",
        metavar="N",
        type=int,
        help="nested cross-validation: a search with --folds within each of N outer folds, whose "
        "best trial is judged by what that fold held out",
    )
    add("--workers", metavar="N", type=int, default=1, help="processes on this machine")
    add("--sampler", choices=get_args(Sampler), help="how points are chosen; by default tpe")
    add("--pruner", choices=get_args(Pruner), help="what cuts bad trainings short")
    add(
        "--objective",
        metavar="FIGURE[:minimize|:maximize]",
        action="append",
        default=[],
        help="a figure of the validation such as loss, accuracy, macro_f1, or parameters, flops, "
        "seconds; twice for a Pareto front; by default what the project calls best",
    )
    add(
        "--storage",
        metavar="URL",
        help="sqlite:///PATH, postgresql://... or mysql://...; its password is not kept",
    )
    add("--study", metavar="DIR", help="the folder of the study, to begin, join or look at it")
    add(
        "--judge",
        action="store_true",
        help="judge the best trial by the test part, at the end or with --status",
    )
    add("--resume", action="store_true", help="go on with a study that ended or was stopped")
    verbs = parser.add_mutually_exclusive_group()
    verbs.add_argument("--pause", action="store_true", help="pause all workers of --study")
    verbs.add_argument("--unpause", action="store_true", help="let them go on")
    verbs.add_argument("--stop", action="store_true", help="stop all workers of --study")
    verbs.add_argument("--change", action="store_true", help="only change the limits of --study")
    verbs.add_argument("--status", action="store_true", help="show what --study has found")
    verbs.add_argument(
        "--rebuild", action="store_true", help="make a lost or damaged log again from the runs"
    )
    verbs.add_argument(
        "--use-best", metavar="FILE", help="write the project with the best values of --study"
    )


def limits_of(options: argparse.Namespace) -> Limits:
    """The limits that were given. Raises `Refusal`."""
    try:
        return Limits(
            trials=options.trials, seconds=options.seconds, no_progress=options.no_progress
        )
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]).replace("_", "-")
        raise Refusal(f"--{name} expects a number above 0, received {first['input']}") from error


def space_of(options: argparse.Namespace, project: Project) -> Space:
    """What is varied: --space, --search over it, else what the project says. Raises `UserError`."""
    space = _space_named(options.space, project) if options.space else project.search
    typed = {axis.name: axis for axis in axes_of_texts(project, options.search)}
    if not options.space and typed:
        space = Space(axes=())
    kept = [typed.pop(axis.name, axis) for axis in space.axes]
    space = Space(axes=(*kept, *typed.values()))
    if not space.axes:
        names = [f"--space '{one.name}'" for one in published_spaces(project.root)]
        ways = ", ".join(["--search NAME=RANGE", "--space FILE", *names])
        raise Refusal(f"{project.root} does not say what is to be searched: give one of {ways}")
    check_space(project, space)
    return space


def _space_named(word: str, project: Project) -> Space:
    published = published_spaces(project.root)
    for one in published:
        if one.name == word:
            return one.space
    path = Path(word)
    if not path.is_file():
        names = ", ".join(one.name for one in published)
        more = f", or one of the published spaces of {project.root}: {names}" if names else ""
        raise Refusal(f"--space expects a file{more}; there is no {path}")
    return _space_in(path)


def _space_in(path: Path) -> Space:
    try:
        found = json.loads(path.read_text("utf-8"), object_pairs_hook=_each_key_once)
    except (ValueError, RecursionError) as error:
        raise Refusal(f"{path}: expected JSON with a list of axes ({error})") from error
    except OSError as error:
        raise Refusal(f"{path} cannot be read: {error.strerror or error}") from error
    axes = found.get("axes") if isinstance(found, dict) else found
    if not isinstance(axes, list):
        raise Refusal(
            f"{path}: expected a list of axes, such as {_EXAMPLE}, received {_in_words(found)}"
        )
    try:
        return Space.model_validate({"axes": axes})
    except ValidationError as error:
        raise Refusal(f"{path}: {refused_value(error, Space).sentence}") from error


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        double = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key '{double}' is there twice")
    return found


def _in_words(found: object) -> str:
    match found:
        case None:
            return "null"
        case dict() if "axes" in found:
            return "something else under the key 'axes'"
        case dict():
            return "a record without the key 'axes'"
        case _:
            return f"{found!r:.60}"
