"""From a project and settings to a `Run`: source, module and data are made inside its thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from nnstudio.analysis.free_sizes import label
from nnstudio.analysis.report import Report
from nnstudio.analysis.single_samples import without_a_mean
from nnstudio.compiler.inference import full_report
from nnstudio.compiler.source import Source, generate
from nnstudio.data.info import DataSetInfo, InputMapping
from nnstudio.data.pipeline.understanding import describe, understood
from nnstudio.project.refusal import Refusal
from nnstudio.project.storage import file
from nnstudio.project.training_settings import TrainingSettings
from nnstudio.project.values import Project
from nnstudio.runs.store import PROJECT_FILE
from nnstudio.training.events import Event
from nnstudio.training.thread import Prepared, Run
from nnstudio.workspace.fit_to_data import (
    answers_for,
    best_fitting,
    is_fitted,
    refuse_outputs,
    refuse_vocabularies,
)
from nnstudio.workspace.input_mapping import map_inputs


def fitted(project: Project) -> tuple[Project, str]:
    """Fit the project to the data of its training; say what was changed, "" if nothing was."""
    data = understood(project.data, project.training.loss)
    project, report = replace(project, data=data), full_report(project)
    info = describe(data)
    if not report.ok or is_fitted(project, report, info, project.data.resize):
        return project, ""
    command = best_fitting(project, report, info)
    return command.apply(project), f"{project.root} fitted to {info.name}: {command.summary}"


def plan_training(
    project: Project, report: Report, settings: TrainingSettings
) -> tuple[Source, InputMapping]:
    """The source that is trained and how it is given the data.

    Raises `Refusal` or `CompileError` with the reason if it cannot be trained as it is.
    """
    source = generate(project, report)
    info = describe(project.data)
    if settings.batch_size == 1:
        _refuse_lone_samples(report, "with a batch size of 1", "choose a batch size of at least 2")
    try:
        mapping = map_inputs(project, report, info, project.data.resize)
        refuse_outputs(project, report, info, settings.loss)
        refuse_vocabularies(project, report, info)
        asked = tuple(answer.name for answer in answers_for(project, report, info).values())
    except Refusal as error:
        raise Refusal(f"{error}; {_advice(info, project.data.resize)} first") from error
    return source, replace(mapping, answers=asked)


def _refuse_lone_samples(report: Report, when: str, advice: str) -> None:
    """A batch norm has no mean of a single value, and torch says so only in the first step."""
    norm = without_a_mean(report.root)
    if norm is not None:
        raise Refusal(
            f"{label(norm)} ({norm.type}) expects more than one value of each channel in a batch, "
            f"{when} it gets one; {advice}"
        )


def _advice(info: DataSetInfo, resize: bool) -> str:
    if info.tokens or info.heads:
        return "choose other data"
    return "fit the model to the data" + ("" if resize else " or resize the samples")


def start(
    project: Project,
    settings: TrainingSettings,
    *,
    run_folder: Path | None = None,
    resume: Path | None = None,
    listener: Callable[[Event], None] | None = None,
    gives_way: bool = False,
    as_shown: bool = False,
) -> Run:
    """Start training `project` as it is now on its data, in a thread, by `settings`.

    Raises what `plan_training` does.

    run_folder: keeps the project as it is trained, beside the checkpoints. gives_way: to a
    window, as for `Run`. as_shown: execute the formatted text, so that a failure names a line that
    people can look up. It is the same program, and takes a call of the formatter.
    """
    project = replace(project, data=understood(project.data, settings.loss))
    report = full_report(project)
    source, mapping = plan_training(project, report, settings)
    if run_folder is not None:
        run_folder.mkdir(parents=True, exist_ok=True)
        file.write(project, run_folder / PROJECT_FILE)

    def prepare() -> Prepared:
        from nnstudio.compiler.build import build, file_name
        from nnstudio.data.pipeline.assembling import assemble
        from nnstudio.data.pipeline.understanding import built_in, refuse_errors, samples_for

        spec = project.data
        samples = samples_for(spec, mapping)
        refuse_errors(samples)
        made = assemble(samples, mapping, built_in(spec))
        if len(made.train) == 1:
            _refuse_lone_samples(report, "with one sample to train on", "train on more samples")
        program = source.as_shown() if as_shown else source
        return Prepared(
            build(program), made.train, made.validation, file_name(program), samples.spec
        )

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
