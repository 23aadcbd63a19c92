"""From a project and settings to a `Run`: source, module and data are made inside its thread."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from nnstudio.analysis.analyse import analyse
from nnstudio.analysis.report import Report
from nnstudio.compiler.source import generate
from nnstudio.data.catalogue import describe
from nnstudio.project.refusal import Refusal
from nnstudio.project.training_settings import TrainingSettings
from nnstudio.project.values import Project
from nnstudio.training.events import Event
from nnstudio.training.run import Prepared, Run
from nnstudio.workspace.fitting import form_for, is_fitted


def refuse_training(project: Project, report: Report, settings: TrainingSettings) -> None:
    """Raise `Refusal` or `CompileError` with the reason if the project cannot be trained as it is."""
    generate(project, report)
    if len(report.root.outputs) != 1:
        raise Refusal(f"training needs one Output, {project.root} has {len(report.root.outputs)}")
    if len(report.root.inputs) != 1:
        raise Refusal(f"training needs one Input, {project.root} has {len(report.root.inputs)}")
    info = describe(settings.data)
    if not is_fitted(project, report, info):
        tensor = next(iter(report.root.inputs.values()))
        out = next(iter(report.root.outputs.values()))
        forms = ", ".join(" × ".join(map(str, form)) for form in info.forms)
        raise Refusal(
            f"{project.root} takes {tensor.label} and gives {out.label}, but {info.title} has samples of "
            f"{forms} and {len(info.classes)} classes; fit the model to the data first"
        )


def start(
    project: Project,
    settings: TrainingSettings,
    *,
    run_folder: Path | None = None,
    resume: Path | None = None,
    listener: Callable[[Event], None] | None = None,
) -> Run:
    """Start training `project` as it is now, in a thread; raises like `refuse_training`."""
    report = analyse(project)
    refuse_training(project, report, settings)
    source = generate(project, report)
    form = form_for(project, report, describe(settings.data))

    def prepare() -> Prepared:
        from nnstudio.compiler.build import build, file_name
        from nnstudio.data.sets import load, split

        train_set, validation_set = split(load(settings.data, form), settings.validation, settings.seed)
        return Prepared(build(source), train_set, validation_set, file_name(source))

    run = Run(prepare, settings, run_folder=run_folder, resume=resume, listener=listener)
    run.start()
    return run
