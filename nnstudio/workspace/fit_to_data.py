"""Fitting a model to a data set: which form of the samples it takes, and how many classes."""

from __future__ import annotations

from dataclasses import dataclass, replace

from nnstudio.analysis.report import Report
from nnstudio.compiler.inference import full_report
from nnstudio.data.info import DataSetInfo
from nnstudio.project.commands.data import SetData
from nnstudio.project.commands.fit_to_data import FitToData
from nnstudio.project.refusal import Refusal
from nnstudio.project.values import Project
from nnstudio.symbols.dimension import BATCH
from nnstudio.workspace.input_mapping import RequiredInput, fields_for, map_inputs, required_inputs


def classes_given(report: Report) -> int | None:
    """The last size of the model's only output."""
    outputs = list(report.root.outputs.values())
    return outputs[0].shape[-1].value if len(outputs) == 1 and outputs[0].rank else None


def form_for(
    wanted: RequiredInput, forms: tuple[tuple[int, ...], ...], info: DataSetInfo
) -> tuple[int, ...] | None:
    """The form of the data to which an Input is fitted, None if it takes one as it is.

    Of those with the same number of dimensions it is the one with most sizes in common. Raises
    `Refusal` if there is none.
    """
    if any(wanted.takes(form) for form in forms):
        return None
    near = [form for form in forms if len(form) == len(wanted.form)]
    if near:
        return max(
            near, key=lambda form: sum(a == b for a, b in zip(wanted.form, form, strict=True))
        )
    offered = ", ".join(" × ".join(map(str, form)) for form in forms)
    count = len(wanted.form)
    raise Refusal(
        f"A sample of {info.in_sentence} offers {offered} for {wanted.name}, which takes {count} "
        f"{'dimension' if count == 1 else 'dimensions'} besides the batch"
    )


def refuse_outputs(project: Project, report: Report, info: DataSetInfo) -> None:
    """Raise `Refusal` if an output has no target, or too few values to tell the classes apart.

    More values than classes are no mistake: those of the others are learnt to be small.
    """
    outputs = report.root.outputs
    if not outputs:
        raise Refusal(f"training needs an Output, {project.root} has none")
    asked = dict(info.heads)
    if len(outputs) > 1:
        missing = [name for name in outputs if name not in asked]
        if missing:
            raise Refusal(
                f"{project.root} has {len(outputs)} Outputs, but {info.in_sentence} has no target "
                f"for {', '.join(missing)}"
            )
        classes = asked
    else:
        classes = {next(iter(outputs)): info.classes}
    for name, tensor in outputs.items():
        values = tensor.shape[-1].value if tensor.rank else None
        if values is not None and values < len(classes[name]):
            raise Refusal(
                f"{name} gives {tensor.label}, "
                f"but {info.in_sentence} has {len(classes[name])} classes"
            )


def can_be_fed(project: Project, report: Report, info: DataSetInfo, resize: bool = False) -> bool:
    """True if samples of `info` can be given to the model as it is."""
    try:
        map_inputs(project, report, info, resize)
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
    return tells_apart(project, report, info)


def tells_apart(project: Project, report: Report, info: DataSetInfo) -> bool:
    """True if the outputs of the model suit the classes of `info` as they are."""
    try:
        refuse_outputs(project, report, info)
    except Refusal:
        return False
    spare = not info.classes or info.tokens > 0
    return spare or classes_given(report) in (None, len(info.classes))


def fit_command(project: Project, report: Report, info: DataSetInfo) -> FitToData:
    """The command that fits the model's Inputs and numbers of classes to a data set."""
    classes = classes_command(project, report, info)
    inputs = required_inputs(project, report)
    forms = [
        (wanted.name, form_for(wanted, offered, info))
        for wanted, _, offered in fields_for(project, inputs, info)
    ]
    if len(inputs) == 1:
        return replace(classes, form=forms[0][1])
    further = tuple((name, form) for name, form in forms if form is not None)
    return replace(classes, further=further)


def classes_command(project: Project, report: Report, info: DataSetInfo) -> FitToData:
    """The command that fits the numbers of classes alone, as far as they do not suit already."""
    outputs = report.root.outputs
    if tells_apart(project, report, info) or not outputs:
        return FitToData(None, 0)
    if len(outputs) == 1:
        return FitToData(None, len(info.classes))
    asked = dict(info.heads)
    if not asked.keys() >= outputs.keys():
        refuse_outputs(project, report, info)
    return FitToData(None, 0, heads=tuple((name, len(asked[name])) for name in outputs))


@dataclass(frozen=True)
class Fitting:
    """Command that makes model and data fit: first the model's part, then perhaps resizing."""

    model: FitToData
    data: SetData | None = None
    title: str = "Fit to data"

    def apply(self, project: Project) -> Project:
        project = self.model.apply(project)
        return self.data.apply(project) if self.data else project

    @property
    def summary(self) -> str:
        """Description for people: `input N × 1 × 8 × 8, 10 classes`."""
        done = [] if self.data is None else ["samples resized"]
        if self.model.form is not None:
            done.append(f"input {_batch_of(self.model.form)}")
        done += [f"{name} {_batch_of(form)}" for name, form in self.model.further]
        if self.model.classes:
            done.append(f"{self.model.classes} classes")
        done += [f"{classes} classes for {name}" for name, classes in self.model.heads]
        return ", ".join(done) or "it fits as it is"


def _batch_of(form: tuple[int, ...]) -> str:
    return " × ".join([BATCH, *map(str, form)])


def best_fitting(project: Project, report: Report, info: DataSetInfo) -> Fitting:
    """Fit the model's Inputs to the data, or the data to them; nothing of what suits already.

    Where the samples can be given as they are (or resized, if the settings say so), or where the
    model has errors at the data's own size, its Inputs stay as they are and only the classes are
    fitted. Raises `Refusal` with the reason if nothing helps.
    """
    if can_be_fed(project, report, info, project.data.resize):
        return _check_fit(project, report, info, Fitting(classes_command(project, report, info)))
    try:
        return _check_fit(project, report, info, Fitting(fit_command(project, report, info)))
    except Refusal:
        if not can_be_fed(project, report, info, True):
            raise
    resizing = SetData(project.data.with_values(resize=True))
    fitting = Fitting(classes_command(project, report, info), resizing)
    return _check_fit(project, report, info, fitting)


def _check_fit(project: Project, report: Report, info: DataSetInfo, fitting: Fitting) -> Fitting:
    """The fitting, if a model without errors has none after it and suits the data."""
    fitted = fitting.apply(project)
    if not report.ok:
        return fitting
    after = full_report(fitted)
    if after.errors:
        raise Refusal(
            f"{project.root} cannot be fitted to {info.in_sentence} ({fitting.summary}): "
            f"{after.errors[0].sentence}"
        )
    refuse_outputs(fitted, after, info)
    if not is_fitted(fitted, after, info, fitted.data.resize):
        given = " and ".join(tensor.label for tensor in after.root.outputs.values())
        raise Refusal(
            f"{project.root} gives {given} for {len(info.classes)} classes of {info.in_sentence}: "
            "set its last layer by hand"
        )
    return fitting
