"""NN Studio: assemble neural networks on a canvas and leave with readable PyTorch code.

The Python API. Importing this package imports neither torch nor PySide6.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nnstudio import runs

if TYPE_CHECKING:
    from torch import nn

    from nnstudio.analysis.report import Report
    from nnstudio.drawing.block import BlockDrawing
    from nnstudio.drawing.usable import KnownBlock
    from nnstudio.project.values import BlockKind, Project
    from nnstudio.runs.record import RunRecord
    from nnstudio.studies.search.plan import Pruner, Sampler
    from nnstudio.workspace.chosen_data import Fields
    from nnstudio.workspace.export_run import Exported
    from nnstudio.workspace.finished_run import FinishedRun
    from nnstudio.workspace.opened_run import OpenedRun
    from nnstudio.workspace.studies.figures import Which
    from nnstudio.workspace.studies.finished import FinishedStudy
    from nnstudio.workspace.studies.finished_search import FinishedSearch
    from nnstudio.workspace.studies.nested_search import NestedSearch
    from nnstudio.workspace.studies.search_beginning import Search

__version__ = "0.1.0"
__all__ = [
    "analyse",
    "block_of",
    "build",
    "compare",
    "cross_validate",
    "draw",
    "export",
    "load",
    "nested_cross_validate",
    "open_run",
    "runs",
    "save",
    "source",
    "train",
    "tune",
]


def draw(
    name: str, /, *, kind: BlockKind = "Module", note: str = "", **parameters: Any
) -> BlockDrawing:
    """A block to be drawn in a few lines: ``with nnstudio.draw("Net", width=64) as b: ...``.

    parameters: each a type (``width=int``), a default (``width=64``) or a pair of both. Within the
    block, layers are called by their names, ``b.Linear(x, out_features=b.width)``; afterwards it is
    called itself in other drawings, and `b.project()` is a project with it as the model.
    Raises `DrawingError`, one sentence at the line of the script.
    """
    from nnstudio.drawing.block import BlockDrawing

    return BlockDrawing(name, kind, note, parameters)


def block_of(project: Project, name: str | None = None) -> KnownBlock:
    """A block of a project (None: its model) with all inside it, to be used in drawings.

    ``encoder = nnstudio.block_of(nnstudio.load("SimpleViT"), "EncoderBlock")``, then, in a drawing,
    ``x = encoder(x, num_heads=4)`` and so on. Raises `DrawingError`.
    """
    from nnstudio.drawing.usable import KnownBlock

    return KnownBlock(project, name)


def load(target: str | Path) -> Project:
    """The project of a file, or of a preset by name and variant: ``SimpleCNN/421k``."""
    from nnstudio.project.given import given_place
    from nnstudio.project.presets import load_target

    return load_target(given_place(target))


def save(project: Project, path: str | Path) -> None:
    """Write the project as a `.nns` file, atomically."""
    from nnstudio.project.given import given_project
    from nnstudio.project.storage.file import write

    write(given_project(project), Path(path))


def analyse(project: Project, **values: Any) -> Report:
    """Shapes, costs and problems per node; `values` override the model's parameters."""
    from nnstudio.compiler.inference import full_report

    return full_report(_with(project, values))


def source(project: Project, **values: Any) -> str:
    """The PyTorch module as text, with `values` as the defaults of its parameters."""
    from nnstudio.compiler.source import generate

    return generate(_with(project, values)).text


def build(project: Project, **values: Any) -> nn.Module:
    """An `nn.Module` made from that program; its text is not formatted for it."""
    from nnstudio.compiler.build import build as make
    from nnstudio.compiler.source import generate

    return make(generate(_with(project, values)))


def train(
    project: Project,
    *,
    folder: str | Path | None = None,
    resume: bool = False,
    feeds: Mapping[str, Fields] | None = None,
    targets: Mapping[str, Fields] | None = None,
    replace: bool = False,
    **settings: Any,
) -> FinishedRun:
    """Train the project to the end, fitted to its data; `settings` override those it has.

    folder: keeps the run; `resume` goes on from the last checkpoint there, `replace` trains anew
    in the place of a run that is there. data: a name, a path, or a source with options of its
    reader: ``Table(path="a.csv", delimiter=";")``. feeds: the fields that Inputs get, by their
    names: ``{"size": ["width", "height"]}``. targets: the fields that Outputs are to give:
    ``{"kind": "species", "price": "price:number"}``; without a task behind a colon it is guessed.
    tracker: "tensorboard", "wandb" or both in a list; they write into the folder.
    The result has the trained `model()`, the `history` of its epochs and its `state`; it can
    `evaluate()` itself by all figures, and `predict()`.
    """
    from nnstudio.training.priority import let_threads_sleep
    from nnstudio.workspace.chosen_data import Choices
    from nnstudio.workspace.finished_run import train as run

    let_threads_sleep()
    return run(
        project,
        settings,
        None if folder is None else Path(folder),
        resume=resume,
        anew=replace,
        choices=Choices(feeds=feeds or {}, targets=targets or {}),
    )


def cross_validate(
    project: Project,
    *,
    folds: int = 4,
    repeats: int = 1,
    all_samples: bool = False,
    folder: str | Path | None = None,
    resume: bool = False,
    judge: Which = "last",
    feeds: Mapping[str, Fields] | None = None,
    targets: Mapping[str, Fields] | None = None,
    **settings: Any,
) -> FinishedStudy:
    """Train the project on every fold, each an ordinary run in the store, and judge what was held
    out; `settings` override those it has.

    The test part of the split is in no fold, unless `all_samples`. folder: of the study; the same
    call goes on with what is missing there, and refuses another plan. judge: the weights of the
    last epoch of each run, or of the best. The result has the index sets `folds`, the `figures`
    (`figures.head["accuracy"].mean`, `.deviation`, `figures.joined.confusion`) and a `table()`.
    """
    return compare(
        [project],
        folds=folds,
        repeats=repeats,
        all_samples=all_samples,
        folder=folder,
        resume=resume,
        judge=judge,
        feeds=feeds,
        targets=targets,
        **settings,
    )


def compare(
    projects: Sequence[Project] | Mapping[str, Project],
    *,
    folds: int = 4,
    repeats: int = 1,
    seeds: int = 1,
    all_samples: bool = False,
    folder: str | Path | None = None,
    resume: bool = False,
    judge: Which = "last",
    feeds: Mapping[str, Fields] | None = None,
    targets: Mapping[str, Fields] | None = None,
    **settings: Any,
) -> FinishedStudy:
    """Train projects, perhaps by names, on the same folds with so many seeds, and compare them.

    As `cross_validate`; `figures.models` has each, `figures.pairs` the differences of every two.
    """
    from nnstudio.studies.folds import FoldRule
    from nnstudio.training.priority import let_threads_sleep
    from nnstudio.workspace.chosen_data import Choices
    from nnstudio.workspace.studies.finished import study_of

    let_threads_sleep()
    return study_of(
        projects,
        FoldRule(folds, repeats, all_samples),
        settings,
        seeds=seeds,
        folder=None if folder is None else Path(folder),
        resume=resume,
        weights=judge,
        choices=Choices(feeds=feeds or {}, targets=targets or {}),
    )


def tune(
    project: Project,
    *,
    search: Search = None,
    trials: int | None = None,
    seconds: float | None = None,
    no_progress: int | None = None,
    objective: str | Sequence[str] | None = None,
    folds: int = 0,
    repeats: int = 1,
    sampler: Sampler = "tpe",
    pruner: Pruner = "auto",
    workers: int = 1,
    folder: str | Path | None = None,
    resume: bool = False,
    storage: str = "",
    feeds: Mapping[str, Fields] | None = None,
    targets: Mapping[str, Fields] | None = None,
    **settings: Any,
) -> FinishedSearch:
    """Search for the best values of parameters and settings, each trial an ordinary run in the
    store; `settings` override those that the project has, its seed is that of the search.

    search: ranges by name, ``{"learning_rate": "1e-4..1e-1:log", "hidden": [16, 32]}``, a `Space`,
    or the name of a published one; without it what the project says. trials, seconds, no_progress:
    when it ends. objective: a figure of the validation, parameters, flops or seconds, perhaps with
    ``:minimize`` or ``:maximize``; two for a Pareto front. folds: each trial is trained on so many
    folds, and its value is their mean; the test part is in none. folder: of the study; with
    `resume` the same call goes on with it, with new limits if any are given. The result has the
    `best` trial (`point`, `values`, `deviations`, `run`), all `trials`, a `table()`,
    `use_best(project)` and `judge()`, which asks the test part. With several workers a script needs
    no guard: the others are processes of the command line.
    """
    from nnstudio.training.priority import let_threads_sleep
    from nnstudio.workspace.chosen_data import Choices
    from nnstudio.workspace.studies.finished import prepared
    from nnstudio.workspace.studies.finished_search import how_of
    from nnstudio.workspace.studies.finished_search import search as run

    let_threads_sleep()
    how = how_of(
        trials=trials,
        seconds=seconds,
        no_progress=no_progress,
        objective=objective,
        sampler=sampler,
        pruner=pruner,
        folds=folds,
        repeats=repeats,
        workers=workers,
        storage=storage,
    )
    return run(
        prepared(project, settings, Choices(feeds=feeds or {}, targets=targets or {})),
        search,
        how,
        folder=None if folder is None else Path(folder),
        resumes=resume,
    )


def nested_cross_validate(
    project: Project,
    *,
    outer: int = 5,
    folds: int = 4,
    repeats: int = 1,
    search: Search = None,
    trials: int | None = None,
    seconds: float | None = None,
    no_progress: int | None = None,
    objective: str | Sequence[str] | None = None,
    sampler: Sampler = "tpe",
    pruner: Pruner = "auto",
    workers: int = 1,
    folder: str | Path | None = None,
    resume: bool = False,
    storage: str = "",
    feeds: Mapping[str, Fields] | None = None,
    targets: Mapping[str, Fields] | None = None,
    **settings: Any,
) -> NestedSearch:
    """Search, as `tune` with `folds`, within each of `outer` folds, and judge the best trial of
    each by what that outer fold held out: the figures of the whole way, its search included.

    The limits hold for each search. The result has the `head` figures with their spread over the
    outer folds, the `searches`, a `table()` and `notes`; nothing is done twice with `resume`.
    """
    from nnstudio.training.priority import let_threads_sleep
    from nnstudio.workspace.chosen_data import Choices
    from nnstudio.workspace.studies.finished import prepared
    from nnstudio.workspace.studies.finished_search import how_of
    from nnstudio.workspace.studies.nested_search import nested_search

    let_threads_sleep()
    how = how_of(
        trials=trials,
        seconds=seconds,
        no_progress=no_progress,
        objective=objective,
        sampler=sampler,
        pruner=pruner,
        folds=folds,
        repeats=repeats,
        workers=workers,
        storage=storage,
    )
    found = nested_search(
        prepared(project, settings, Choices(feeds=feeds or {}, targets=targets or {})),
        search,
        how,
        outer,
        folder=None if folder is None else Path(folder),
        resumes=resume,
    )
    assert found is not None  # nobody calls it off
    return found


def export(
    run: str | Path | RunRecord | OpenedRun, folder: str | Path, *, force: bool = False
) -> Exported:
    """Write a kept run as a folder that runs without this program, proved on its own samples.

    run: as for `open_run`, or one that is open. force: beside other things that are there. The
    result says what the `proof` was. Raises a `UserError` with one sentence.
    """
    from nnstudio.workspace.export_run import export_run
    from nnstudio.workspace.opened_run import OpenedRun

    return export_run(
        run if isinstance(run, OpenedRun) else open_run(run), Path(folder), force=force
    )


def open_run(run: str | Path | RunRecord) -> OpenedRun:
    """A run that is kept: one of `runs()`, its folder, its id, or a unique beginning of the id.

    It has the `project` as it was trained, its `model()` with the best weights, its `parts()` of
    the samples as the training had them, `evaluate()` and `predict()`.
    """
    from nnstudio.runs.record import RunRecord
    from nnstudio.workspace.opened_run import open_run as open_it

    return open_it(run.folder if isinstance(run, RunRecord) else run)


def _with(project: Project, values: dict[str, Any]) -> Project:
    from nnstudio.project.commands.model import SetRootValue
    from nnstudio.project.given import given_project
    from nnstudio.project.storage.file import checked_text

    checked_text(given_project(project))  # what no file could hold has not been made by the program
    for name, value in values.items():
        project = SetRootValue(name, tuple(value) if isinstance(value, list) else value).apply(
            project
        )
    return project
