"""From a project and settings to a `Run`: source, module and data are made inside its thread."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from nnstudio.analysis.report import Report
from nnstudio.compiler.inference import analyse
from nnstudio.compiler.source import generate
from nnstudio.data.catalogue import describe
from nnstudio.data.info import DataSetInfo
from nnstudio.project.refusal import Refusal
from nnstudio.project.storage import file
from nnstudio.project.training_settings import TrainingSettings
from nnstudio.project.values import Project
from nnstudio.runs.store import PROJECT_FILE
from nnstudio.training.events import Event
from nnstudio.training.thread import Prepared, Run
from nnstudio.workspace.fit_to_data import best_fitting, is_fitted, refuse_outputs
from nnstudio.workspace.input_mapping import feed_for


def fitted(project: Project) -> tuple[Project, str]:
    """Fit the project to the data of its training; say what was changed, "" if nothing was."""
    report = analyse(project)
    info = describe(project.training.data)
    if not report.ok or is_fitted(project, report, info, project.training.resize):
        return project, ""
    command = best_fitting(project, report, info)
    return command.apply(project), f"{project.root} fitted to {info.name}: {command.told}"


def refuse_training(project: Project, report: Report, settings: TrainingSettings) -> None:
    """Raise `Refusal` or `CompileError` with the reason if it cannot be trained as it is."""
    generate(project, report)
    info = describe(settings.data)
    try:
        feed_for(project, report, info, settings.resize)
        if settings.loss == "cross_entropy":
            refuse_outputs(project, report, info)
    except Refusal as error:
        raise Refusal(f"{error}; {_remedy(info, settings)} first") from error


def _remedy(info: DataSetInfo, settings: TrainingSettings) -> str:
    if info.tokens or info.heads:
        return "choose other data"
    return "fit the model to the data" + ("" if settings.resize else " or resize the samples")


def start(
    project: Project,
    settings: TrainingSettings,
    *,
    run_folder: Path | None = None,
    resume: Path | None = None,
    listener: Callable[[Event], None] | None = None,
    gives_way: bool = False,
) -> Run:
    """Start training `project` as it is now, in a thread; raises like `refuse_training`.

    run_folder: keeps the project as it is trained, beside the checkpoints. gives_way: to a
    window, as for `Run`.
    """
    report = analyse(project)
    refuse_training(project, report, settings)
    source = generate(project, report)
    feed = feed_for(project, report, describe(settings.data), settings.resize)
    if run_folder is not None:
        run_folder.mkdir(parents=True, exist_ok=True)
        file.write(project, run_folder / PROJECT_FILE)

    def prepare() -> Prepared:
        from nnstudio.compiler.build import build, file_name
        from nnstudio.data.sets import limit, load_for, split

        data = limit(load_for(settings.data, feed), settings.max_samples, settings.seed)
        train_set, validation_set = split(data, settings.validation, settings.seed)
        return Prepared(build(source), train_set, validation_set, file_name(source))

    run = Run(
        prepare,
        settings,
        run_folder=run_folder,
        resume=resume,
        listener=listener,
        gives_way=gives_way,
    )
    run.start()
    return run
