"""Fitting a model to a data set: which form of the samples it takes, and how many classes."""

from __future__ import annotations

from dataclasses import dataclass

from nnstudio.analysis.analyse import analyse
from nnstudio.analysis.report import Report
from nnstudio.data.info import DataSetInfo
from nnstudio.project.block_commands import FitToData, SetTraining
from nnstudio.project.refusal import Refusal
from nnstudio.project.values import Project
from nnstudio.workspace.feeding import feed_for, wanted_inputs


def classes_given(report: Report) -> int | None:
    """The last size of the model's only output."""
    outputs = list(report.root.outputs.values())
    return outputs[0].shape[-1].value if len(outputs) == 1 and outputs[0].rank else None


def form_for(project: Project, report: Report, info: DataSetInfo) -> tuple[int, ...]:
    """The form of `info`'s samples that the model takes, else the one that it can be fitted to.

    A form of the model's own sizes comes first, then of those with the same number of dimensions
    the one with most sizes in common; raises `Refusal` if there is none.
    """
    inputs = wanted_inputs(project, report)
    if not inputs:
        raise Refusal(f"{project.root} has no Input: nothing can be given to it")
    wanted = inputs[0].form
    for form in info.forms:
        if inputs[0].takes(form):
            return form
    near = [form for form in info.forms if len(form) == len(wanted)]
    if near:
        return max(near, key=lambda form: sum(a == b for a, b in zip(wanted, form, strict=True)))
    forms = ", ".join(" × ".join(map(str, form)) for form in info.forms)
    raise Refusal(
        f"{info.title} offers samples of {forms}; the model takes {len(wanted)} dimensions "
        "besides the batch"
    )


def refuse_outputs(project: Project, report: Report, info: DataSetInfo) -> None:
    """Raise `Refusal` if an output has no target, or too few values to tell the classes apart.

    More values than classes are no fault: those of the others are learnt to be small.
    """
    outputs = report.root.outputs
    if not outputs:
        raise Refusal(f"training needs an Output, {project.root} has none")
    asked = dict(info.heads)
    if len(outputs) > 1:
        missing = [name for name in outputs if name not in asked]
        if missing:
            raise Refusal(
                f"{project.root} has {len(outputs)} Outputs, {info.title} has no target for "
                f"{', '.join(missing)}"
            )
        classes = asked
    else:
        classes = {next(iter(outputs)): info.classes}
    for name, tensor in outputs.items():
        values = tensor.shape[-1].value if tensor.rank else None
        if values is not None and values < len(classes[name]):
            raise Refusal(
                f"{name} gives {tensor.label}, but {info.title} has {len(classes[name])} classes"
            )


def can_be_fed(project: Project, report: Report, info: DataSetInfo, resize: bool = False) -> bool:
    """True if samples of `info` can be given to the model as it is."""
    try:
        feed_for(project, report, info, resize)
    except Refusal:
        return False
    return True


def is_fitted(project: Project, report: Report, info: DataSetInfo, resize: bool = False) -> bool:
    """True if the model takes the samples and tells the classes of `info` apart as it is.

    A single output must have just as many values as there are classes; several outputs, and those
    over a vocabulary, at least as many.
    """
    if not can_be_fed(project, report, info, resize):
        return False
    try:
        refuse_outputs(project, report, info)
    except Refusal:
        return False
    spare = not info.classes or info.tokens > 0
    return spare or classes_given(report) in (None, len(info.classes))


def fit_command(project: Project, report: Report, info: DataSetInfo) -> FitToData:
    """The command that fits the model's input shape and number of classes to a data set."""
    return FitToData(form_for(project, report, info), len(info.classes))


@dataclass(frozen=True)
class Fitting:
    """What makes the model and the data fit: first the model's part, then perhaps resizing."""

    model: FitToData
    training: SetTraining | None = None
    title: str = "Fit to data"

    def apply(self, project: Project) -> Project:
        project = self.model.apply(project)
        return self.training.apply(project) if self.training else project

    def told(self, info: DataSetInfo) -> str:
        """What is done, for people: `input N × 1 × 8 × 8, 10 classes`."""
        form = self.model.form
        what = "samples resized" if form is None else f"input N × {' × '.join(map(str, form))}"
        return f"{what}, {len(info.classes)} classes"


def best_fitting(project: Project, report: Report, info: DataSetInfo) -> Fitting:
    """Fit the model's input to the data, or the data to it.

    Where the settings say that samples are resized, or the model has errors at the data's own
    size, its input stays as it is, samples are resized, and only the classes are fitted.
    """
    only_classes = FitToData(None, len(info.classes))
    if project.training.resize and can_be_fed(project, report, info, True):
        return Fitting(only_classes)
    resizing = Fitting(only_classes, SetTraining(project.training.changed(resize=True)))
    may_resize = can_be_fed(project, report, info, True)
    try:
        command = fit_command(project, report, info)
        works = analyse(command.apply(project)).ok
    except Refusal:
        if may_resize:
            return resizing
        raise
    return resizing if report.ok and not works and may_resize else Fitting(command)
