"""From a project and settings to a `Run`: source, module and data are made inside its thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path, PurePath

from nnstudio.analysis.free_sizes import label
from nnstudio.analysis.report import Report
from nnstudio.analysis.single_samples import without_a_mean
from nnstudio.compiler.inference import full_report
from nnstudio.compiler.source import Source, generate
from nnstudio.data.info import DataSetInfo, InputMapping
from nnstudio.data.pipeline.understanding import describe, understand, understood
from nnstudio.project.data.places import place_of
from nnstudio.project.data.source import BuiltIn, Hub
from nnstudio.project.data.spec import DataSpec
from nnstudio.project.refusal import Refusal
from nnstudio.project.training_settings import TrainingSettings
from nnstudio.project.values import Project
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
from nnstudio.workspace.kept_run import Keeping, KeptRun, fingerprints


def fitted(project: Project) -> tuple[Project, str]:
    """Fit the project to the data of its training; say what was changed, "" if nothing was."""
    data = understood(project.data, project.training.loss)
    project, report = replace(project, data=data), full_report(project)
    info = describe(data)
    if not report.ok or is_fitted(project, report, info, project.data.resize):
        return project, ""
    command = best_fitting(project, report, info)
    told = f"{project.root} fitted to {PurePath(info.name).name}: {command.summary}"
    return command.apply(project), told


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


def _as_it_lies_there(spec: DataSpec) -> DataSpec:
    """The spec with a fingerprint: of a source that was named anew, what is there now is meant."""
    if isinstance(spec.source, BuiltIn | Hub) or spec.source.fingerprint is not None:
        return spec
    return understand(place_of(spec.source), spec).spec


def start(
    project: Project,
    settings: TrainingSettings,
    *,
    keeping: Keeping | None = None,
    resume: Path | None = None,
    listener: Callable[[Event], None] | None = None,
    gives_way: bool = False,
    as_shown: bool = False,
) -> Run:
    """Start training `project` as it is now on its data, in a thread, by `settings`.

    Raises what `plan_training` does, and `RunStoreError` if it cannot be kept.

    keeping: where it is kept; there nothing is changed before it has begun. resume: goes on from
    another folder than that. gives_way: to a window, as for `Run`. as_shown: execute the formatted
    text, so that a failure names a line that people can look up. It is the same program, and takes
    a call of the formatter.
    """
    project = replace(project, data=_as_it_lies_there(understood(project.data, settings.loss)))
    report = full_report(project)
    source, mapping = plan_training(project, report, settings)
    kept = None if keeping is None else KeptRun(keeping, project, settings)
    if keeping is not None and keeping.resume:
        resume = keeping.folder

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
        prints = fingerprints(source.plain, made)
        if kept is not None:
            kept.is_made_of(program.plain, samples.spec, made, prints)
        return Prepared(
            build(program),
            made.train,
            made.validation,
            file_name(program),
            samples.spec,
            prints,
            made,
        )

    run = Run(
        prepare,
        settings,
        run_folder=None if kept is None else kept.folder,
        resume=resume,
        listener=listener if kept is None else _both(kept.tell, listener),
        gives_way=gives_way,
    )
    if kept is not None:
        kept.follow(run)
    run.start()
    return run


def _both(
    first: Callable[[Event], None], second: Callable[[Event], None] | None
) -> Callable[[Event], None]:
    def tell(event: Event) -> None:
        first(event)
        if second is not None:
            second(event)

    return tell
