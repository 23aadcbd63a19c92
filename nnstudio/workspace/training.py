"""From a project and settings to a `Run`: source, module and data are made inside its thread."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from nnstudio.analysis.free_sizes import label
from nnstudio.analysis.report import Report
from nnstudio.analysis.single_samples import without_a_mean
from nnstudio.compiler.inference import analyse
from nnstudio.compiler.source import generate
from nnstudio.data.catalogue import describe
from nnstudio.data.info import DataSetInfo
from nnstudio.project.refusal import Refusal
from nnstudio.project.training_settings import TrainingSettings
from nnstudio.project.values import Project
from nnstudio.training.events import Event
from nnstudio.training.thread import Prepared, Run
from nnstudio.workspace.fit_to_data import refuse_outputs
from nnstudio.workspace.input_mapping import feed_for


def refuse_training(project: Project, report: Report, settings: TrainingSettings) -> None:
    """Raise `Refusal` or `CompileError` with the reason if it cannot be trained as it is."""
    generate(project, report)
    info = describe(settings.data)
    if settings.batch_size == 1:
        _refuse_lone_samples(report, "with a batch size of 1", "choose a batch size of at least 2")
    try:
        feed_for(project, report, info, settings.resize)
        if settings.loss == "cross_entropy":
            refuse_outputs(project, report, info)
    except Refusal as error:
        raise Refusal(f"{error}; {_remedy(info, settings)} first") from error


def _refuse_lone_samples(report: Report, when: str, remedy: str) -> None:
    """A batch norm has no mean of a single value, and torch says so only in the first step."""
    norm = without_a_mean(report.root)
    if norm is not None:
        raise Refusal(
            f"{label(norm)} ({norm.type}) expects more than one value of each channel in a batch, "
            f"{when} it gets one; {remedy}"
        )


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
) -> Run:
    """Start training `project` as it is now, in a thread; raises like `refuse_training`."""
    report = analyse(project)
    refuse_training(project, report, settings)
    source = generate(project, report)
    feed = feed_for(project, report, describe(settings.data), settings.resize)

    def prepare() -> Prepared:
        from nnstudio.compiler.build import build, file_name
        from nnstudio.data.sets import limit, load_for, split

        data = limit(load_for(settings.data, feed), settings.max_samples, settings.seed)
        train_set, validation_set = split(data, settings.validation, settings.seed)
        if len(train_set) == 1:
            _refuse_lone_samples(report, "with one sample to train on", "train on more samples")
        return Prepared(build(source), train_set, validation_set, file_name(source))

    run = Run(prepare, settings, run_folder=run_folder, resume=resume, listener=listener)
    run.start()
    return run
