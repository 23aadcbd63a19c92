"""tune: begin, join, steer and look at a search of hyper-parameters."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from nnstudio.cli.choices import choices_of
from nnstudio.cli.console import console
from nnstudio.cli.main import DONE, NO, STOPPED
from nnstudio.cli.output import nobody_reads
from nnstudio.cli.settings import given_settings
from nnstudio.cli.stopping import wish
from nnstudio.cli.targets import print_json, project_of
from nnstudio.cli.tune_options import limits_of, space_of
from nnstudio.cli.tune_tables import print_result
from nnstudio.cli.tune_workers import work
from nnstudio.errors import UserError
from nnstudio.project.commands.search import UsePoint
from nnstudio.project.refusal import Refusal
from nnstudio.project.settings import with_settings
from nnstudio.project.storage import file
from nnstudio.project.values import Project
from nnstudio.studies.errors import StudyError
from nnstudio.studies.places import RECORD, folder_of, refuse_other_kind
from nnstudio.studies.search.folder import StudyFolder
from nnstudio.studies.search.plan import Limits
from nnstudio.studies.search.result import Follower
from nnstudio.studies.search.start import change_limits, resume
from nnstudio.workspace.chosen_data import NO_CHOICES, with_choices
from nnstudio.workspace.search_rebuild import rebuild
from nnstudio.workspace.search_training import project_in
from nnstudio.workspace.studies.search_beginning import (
    How,
    begin_search,
    objectives_of,
    refuse_another_project,
)
from nnstudio.workspace.studies.search_judging import judge_best

_VERBS = ("pause", "unpause", "stop", "change", "status", "rebuild", "use_best")


def tune(options: argparse.Namespace) -> int:
    """Search for the best values of parameters and settings."""
    limits = limits_of(options)
    if options.workers < 1:
        raise Refusal(f"--workers expects a number of at least 1, received {options.workers}")
    verb = next((name for name in _VERBS if getattr(options, name)), "")
    if verb:
        return _steer(options, verb, limits)
    if options.outer is not None:
        return _nested(options, limits)
    path = folder_of(options.study) if options.study else None
    if path is not None and (path / RECORD).exists():
        folder = _joined(options, path, limits)
    elif options.resume:
        raise StudyError(
            "--resume expects --study DIR, the folder of a study"
            + (f"; there is none in {path}." if path else ".")
        )
    else:
        folder = _begun(options, path, limits)
    try:
        work(folder, options.workers, as_json=options.json, quiet=options.as_worker)
    except BrokenPipeError:
        nobody_reads()
        return STOPPED
    if options.as_worker:
        return STOPPED if wish.came else DONE
    found = _show(folder, options.json, judge=options.judge and not wish.came, one_line=True)
    return STOPPED if wish.came else DONE if found else NO


def _begun(options: argparse.Namespace, path: Path | None, limits: Limits) -> StudyFolder:
    if options.target is None:
        where = f"; there is no study in {path}" if path else ""
        raise Refusal(f"tune expects TARGET, a .nns file or a preset, or the --study of one{where}")
    project = _project(options)
    space = space_of(options, project)
    split = project.data.split
    if options.judge and not split.test and split.by != "given":
        raise Refusal("--judge expects a test part: give --test with its share, such as 0.2")
    begun = begin_search(project, space, _how(options, limits), title=_title(options), path=path)
    if not options.json:
        note = console(stderr=True)
        for line in (*begun.notes, f"study {begun.folder.path}"):
            note.print(line, markup=False, soft_wrap=True)
    return begun.folder


def _nested(options: argparse.Namespace, limits: Limits) -> int:
    from nnstudio.cli.tune_nested import nested

    if options.target is None:
        raise Refusal("--outer expects TARGET, a .nns file or a preset; with --resume the same one")
    project = _project(options)
    space = space_of(options, project)
    return nested(options, project, space, _how(options, limits), _title(options))


def _title(options: argparse.Namespace) -> str:
    return Path(options.target).stem if options.target.endswith(".nns") else ""


def _how(options: argparse.Namespace, limits: Limits) -> How:
    return How(
        limits=limits,
        objectives=objectives_of(options.objective),
        sampler=options.sampler or "tpe",
        pruner=options.pruner or "auto",
        folds=options.folds or 0,
        repeats=options.repeats or 1,
        workers=options.workers,
        storage=options.storage or "",
    )


def _project(options: argparse.Namespace) -> Project:
    """The project of TARGET with all that was given of its model, data and training."""
    project = with_settings(project_of(options), given_settings(options))
    return with_choices(project, choices_of(options))


def _refuse_other(options: argparse.Namespace, folder: StudyFolder) -> None:
    """Refuse a model, data or settings besides those that the study was begun with."""
    if options.target is None:
        if options.values or given_settings(options) or choices_of(options) != NO_CHOICES:
            raise StudyError(
                "The model, data and settings of a study were decided when it was begun: leave "
                "them out, or begin another study."
            )
        return
    refuse_another_project(folder, _project(options))


def _joined(options: argparse.Namespace, path: Path, limits: Limits) -> StudyFolder:
    refuse_other_kind(path, "search")
    given = [options.space, options.search, options.sampler, options.pruner, options.objective]
    if options.target is not None and not options.resume:
        raise StudyError(
            f"There is a study in {path}: leave out TARGET to join it, give --resume to go on with "
            "it, or another folder."
        )
    if any((*given, options.folds, options.repeats)):
        raise StudyError(
            "What a study searches, and how, was decided when it was begun: leave that out, or "
            "begin another study."
        )
    folder = StudyFolder.open(path, options.storage or "")
    _refuse_other(options, folder)
    if limits != Limits():
        change_limits(folder, limits)
    if options.resume:
        resume(folder)
    elif folder.control().wish == "stop":
        raise StudyError(f"The study in {path} was stopped: give --resume to go on with it.")
    return folder


def _steer(options: argparse.Namespace, verb: str, limits: Limits) -> int:
    if not options.study:
        raise Refusal(f"--{verb.replace('_', '-')} expects --study DIR, the folder of a study")
    folder = StudyFolder.open(folder_of(options.study), options.storage or "")
    match verb:
        case "pause" | "stop":
            change_limits(folder, limits)
            folder.change(verb)  # type: ignore[arg-type]
        case "unpause":
            if folder.control().wish == "stop":
                raise StudyError("The study was stopped: give --resume to go on with it.")
            change_limits(folder, limits)
            folder.change("run")
        case "change":
            if limits == Limits():
                raise Refusal("--change expects --trials N, --seconds X or --no-progress N")
            change_limits(folder, limits)
        case "rebuild":
            count = rebuild(folder)
            console(stderr=True).print(f"{count} trials made again from their runs")
        case "use_best":
            return _use_best(folder, Path(options.use_best))
        case _:
            _show(folder, options.json, judge=options.judge)
            return DONE
    if options.json:
        print_json(folder.facts())
    return DONE


def _use_best(folder: StudyFolder, path: Path) -> int:
    result = Follower(folder).result()
    if not result.best_rows:
        raise StudyError("No training of this study has been completed yet: there is no best one.")
    best = result.best_rows[0]
    project = UsePoint(best.point).apply(project_in(folder))
    file.write(project, path)
    if len(result.best_rows) > 1:
        first = result.plan.objectives[0].figure
        console(stderr=True).print(
            f"of {len(result.best_rows)} best trials that with the best {first} was taken"
        )
    return DONE


def _show(
    folder: StudyFolder, as_json: bool, *, judge: bool = False, one_line: bool = False
) -> bool:
    """Print what was found; whether there is a best. one_line: as the last of the events.

    judge: the best by the test part, too.
    """
    follower = Follower(folder)
    result = follower.result()
    importance = follower.importance()
    judged, refused = None, ""
    if judge and result.best:
        try:
            judged = judge_best(folder, result)
        except UserError as error:  # what was found is shown all the same
            refused = str(error)
    if as_json:
        said = {**folder.facts(), **result.to_json(), "importance": importance}
        said |= {"test": judged.to_json()} if judged else {}
        if one_line:
            print(json.dumps({"event": "result", **said}), flush=True)
        else:
            print_json(said)
    else:
        print_result(result, importance, judged)
    if refused:
        print(f"nnstudio: {refused}", file=sys.stderr)
    return bool(result.best) and not refused
