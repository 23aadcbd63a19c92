"""tune: begin, join, steer and look at a search of hyper-parameters."""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path

from nnstudio.cli.choices import choices_of
from nnstudio.cli.console import console
from nnstudio.cli.main import DONE, NO, STOPPED
from nnstudio.cli.output import nobody_reads
from nnstudio.cli.settings import given_settings
from nnstudio.cli.stopping import wish
from nnstudio.cli.targets import print_json, project_of
from nnstudio.cli.tune_options import limits_of, objectives_of, space_of
from nnstudio.cli.tune_tables import print_result
from nnstudio.cli.tune_workers import work
from nnstudio.project.commands.search import UsePoint
from nnstudio.project.commands.search_points import without_space
from nnstudio.project.refusal import Refusal
from nnstudio.project.settings import with_settings
from nnstudio.project.storage import file
from nnstudio.project.values import Project
from nnstudio.runs.store import new_id
from nnstudio.studies.errors import StudyError
from nnstudio.studies.places import RECORD, folder_of, remember, studies_folder
from nnstudio.studies.search.folder import PROJECT, StudyFolder
from nnstudio.studies.search.plan import Limits, Sampler
from nnstudio.studies.search.result import Follower
from nnstudio.studies.search.start import change_limits, resume
from nnstudio.workspace.chosen_data import NO_CHOICES, with_choices
from nnstudio.workspace.search_rebuild import rebuild
from nnstudio.workspace.search_start import SearchWish, begin_search
from nnstudio.workspace.training import fitted

_VERBS = ("pause", "unpause", "stop", "change", "status", "rebuild", "use_best")


def tune(options: argparse.Namespace) -> int:
    """Search for the best values of parameters and settings."""
    limits = limits_of(options)
    if options.workers < 1:
        raise Refusal(f"--workers expects a number of at least 1, received {options.workers}")
    verb = next((name for name in _VERBS if getattr(options, name)), "")
    if verb:
        return _steer(options, verb, limits)
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
    found = _show(folder, options.json, one_line=True)
    return STOPPED if wish.came else DONE if found else NO


def _begun(options: argparse.Namespace, path: Path | None, limits: Limits) -> StudyFolder:
    if options.target is None:
        where = f"; there is no study in {path}" if path else ""
        raise Refusal(f"tune expects TARGET, a .nns file or a preset, or the --study of one{where}")
    project = _project(options)
    space = space_of(options, project)
    sampler: Sampler = options.sampler or "tpe"
    if limits == Limits() and sampler != "grid":
        raise Refusal("tune expects a limit: --trials N, --seconds X or --no-progress N")
    path = path or studies_folder() / new_id()
    folder, notes = begin_search(
        project,
        SearchWish(
            space=space,
            objectives=objectives_of(options, project),
            limits=limits,
            sampler=sampler,
            pruner=options.pruner or "auto",
            workers=options.workers,
            storage=options.storage or "",
        ),
        path,
        id=path.name if not options.study else new_id(),
        title=Path(options.target).stem if options.target.endswith(".nns") else project.root,
    )
    remember(folder.path)
    if not options.json:
        note = console(stderr=True)
        for line in (*notes, f"study {folder.path}"):
            note.print(line, markup=False, soft_wrap=True)
    return folder


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
    project, _ = fitted(without_space(_project(options)))
    known = file.read(folder.path / PROJECT)
    texts = [
        file.dumps(replace(one, training=one.training.with_values(threads="auto")), folder.path)
        for one in (project, known)
    ]
    if texts[0] != texts[1]:
        raise StudyError(
            f"The study in {folder.path} was begun with another model, other data or other "
            "settings: leave out TARGET to go on with those, or begin another study."
        )


def _joined(options: argparse.Namespace, path: Path, limits: Limits) -> StudyFolder:
    given = [options.space, options.search, options.sampler, options.pruner, options.objective]
    if options.target is not None and not options.resume:
        raise StudyError(
            f"There is a study in {path}: leave out TARGET to join it, give --resume to go on with "
            "it, or another folder."
        )
    if any((*given, options.storage)):
        raise StudyError(
            "What a study searches, and how, was decided when it was begun: leave that out, or "
            "begin another study."
        )
    folder = StudyFolder.open(path)
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
    folder = StudyFolder.open(folder_of(options.study))
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
            _show(folder, options.json)
            return DONE
    if options.json:
        print_json(folder.facts())
    return DONE


def _use_best(folder: StudyFolder, path: Path) -> int:
    result = Follower(folder).result()
    if not result.best_rows:
        raise StudyError("No training of this study has been completed yet: there is no best one.")
    best = result.best_rows[0]
    project = UsePoint(best.point).apply(file.read(folder.path / PROJECT))
    file.write(project, path)
    if len(result.best_rows) > 1:
        first = result.plan.objectives[0].figure
        console(stderr=True).print(
            f"of {len(result.best_rows)} best trials that with the best {first} was taken"
        )
    return DONE


def _show(folder: StudyFolder, as_json: bool, *, one_line: bool = False) -> bool:
    """Print what was found; whether there is a best. one_line: as the last of the events."""
    follower = Follower(folder)
    result = follower.result()
    importance = follower.importance()
    if as_json:
        said = {**folder.facts(), **result.to_json(), "importance": importance}
        if one_line:
            print(json.dumps({"event": "result", **said}), flush=True)
        else:
            print_json(said)
    else:
        print_result(result, importance)
    return bool(result.best)
