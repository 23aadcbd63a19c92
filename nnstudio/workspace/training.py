"""From a project and settings to a `Run`: source, module and data are made inside its thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

from nnstudio.analysis.free_sizes import label
from nnstudio.analysis.report import Report
from nnstudio.analysis.single_samples import without_a_mean
from nnstudio.compiler.inference import full_report
from nnstudio.compiler.source import Source, generate
from nnstudio.data.info import DataSetInfo, InputMapping
from nnstudio.data.pipeline.splitting import Parts
from nnstudio.data.pipeline.understanding import describe, understand, understood
from nnstudio.data.samples import Samples
from nnstudio.project.data.places import place_of
from nnstudio.project.data.source import BuiltIn, Hub
from nnstudio.project.data.spec import DataSpec
from nnstudio.project.refusal import Refusal
from nnstudio.project.training_settings import TrainingSettings
from nnstudio.project.values import Project
from nnstudio.training.events import Event
from nnstudio.training.processes import here
from nnstudio.training.thread import Prepared, Run
from nnstudio.workspace.fit_to_data import (
    answers_for,
    best_fitting,
    is_fitted,
    losses_of,
    refuse_outputs,
    refuse_vocabularies,
)
from nnstudio.workspace.input_mapping import map_inputs
from nnstudio.workspace.kept_run import Keeping, KeptRun, fingerprints
from nnstudio.workspace.tracking import untracked


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
    many = here().size
    if settings.batch_size < 2 * many:
        on = f" on {many} processes" if many > 1 else ""
        when = f"with a batch size of {settings.batch_size}{on}"
        _refuse_lone_samples(report, when, f"choose a batch size of at least {2 * many}")
    try:
        mapping = map_inputs(project, report, info, project.data.resize)
        refuse_outputs(project, report, info, settings.loss)
        refuse_vocabularies(project, report, info)
        asked = tuple(answer.name for answer in answers_for(project, report, info).values())
    except Refusal as error:
        raise Refusal(f"{error}; {_advice(info, project.data.resize)} first") from error
    return source, replace(mapping, answers=asked, losses=losses_of(project))


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


@dataclass(frozen=True)
class Plan:
    """A training that can be made: the project with its data, the source, what is fed to what."""

    project: Project
    report: Report
    source: Source
    mapping: InputMapping

    def prepared(
        self,
        kept: KeptRun | None = None,
        *,
        as_shown: bool = False,
        parts: Parts | None = None,
    ) -> Prepared:
        """Make model and data; `kept` is told of what. Raises `DataError` or `Refusal`.

        parts: as for `start`.
        """
        from nnstudio.compiler.build import build, file_name
        from nnstudio.data.pipeline.assembling import assemble
        from nnstudio.data.pipeline.understanding import built_in, refuse_errors, samples_for

        spec = self.project.data
        samples = samples_for(spec, self.mapping)
        refuse_errors(samples)
        made = assemble(samples, self.mapping, built_in(spec), parts)
        if len(made.train) == 1:
            when = "with one sample to train on"
            _refuse_lone_samples(self.report, when, "train on more samples")
        program = self.source.as_shown() if as_shown else self.source
        prints = fingerprints(self.source.plain, made)
        if kept is not None:
            kept.is_made_of(program, samples.spec, made, prints, self.mapping.losses)
        return Prepared(
            build(program),
            made.train,
            made.validation,
            file_name(program),
            samples.spec,
            prints,
            self.mapping.losses,
            made,
        )


def planned(project: Project, settings: TrainingSettings) -> Plan:
    """What would be trained; raises what `plan_training` does."""
    project = replace(project, data=_as_it_lies_there(understood(project.data, settings.loss)))
    report = full_report(project)
    source, mapping = plan_training(project, report, settings)
    return Plan(project, report, source, mapping)


def start(
    project: Project,
    settings: TrainingSettings,
    *,
    keeping: Keeping | None = None,
    resume: Path | None = None,
    listener: Callable[[Event], None] | None = None,
    gives_way: bool = False,
    as_shown: bool = False,
    parts: Parts | None = None,
) -> Run:
    """Start training `project` as it is now on its data, in a thread, by `settings`.

    Raises what `plan_training` does, and `RunStoreError` if it cannot be kept.

    keeping: where it is kept, by the first of several processes that train together; there nothing
    is changed before it has begun. resume: goes on from another folder than that. gives_way: to a
    window, as for `Run`. as_shown: execute the formatted text, so that a failure names a line that
    people can look up. It is the same program, and takes a call of the formatter. parts: index sets
    in place of those that the project's split gives.
    """
    plan = planned(project, settings)
    project = plan.project
    kept = None
    if keeping is not None and here().leads:
        kept = KeptRun(keeping, project, settings)
    if keeping is not None and keeping.resume:
        resume = keeping.folder

    run = Run(
        lambda: plan.prepared(kept, as_shown=as_shown, parts=parts),
        settings,
        run_folder=None if kept is None else kept.folder,
        resume=resume,
        listener=listener if kept is None else _both(kept.tell, listener),
        gives_way=gives_way,
    )
    if kept is not None:
        kept.follow(run)
    elif here().leads and (told := untracked(settings)):
        run.warn(told)
    run.start()
    return run


def samples_of(project: Project, settings: TrainingSettings) -> tuple[Samples, DataSetInfo]:
    """The samples that index sets given to `start` number, as a training would read them.

    Raises what `start` and its thread do for a project that cannot be trained.
    """
    from nnstudio.data.pipeline.assembling import samples_to_split
    from nnstudio.data.pipeline.understanding import built_in, refuse_errors, samples_for

    plan = planned(project, settings)
    spec = plan.project.data
    samples = samples_for(spec, plan.mapping)
    refuse_errors(samples)
    return samples_to_split(samples, plan.mapping, built_in(spec))


def _both(
    first: Callable[[Event], None], second: Callable[[Event], None] | None
) -> Callable[[Event], None]:
    def tell(event: Event) -> None:
        first(event)
        if second is not None:
            second(event)

    return tell
