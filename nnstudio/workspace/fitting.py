"""Fitting a model to a data set: which form of the samples it takes, and how many classes."""

from __future__ import annotations

from nnstudio.analysis.binding import free_names
from nnstudio.analysis.report import Report
from nnstudio.data.info import DataSetInfo
from nnstudio.project.block_commands import FitToData
from nnstudio.project.refusal import Refusal
from nnstudio.project.values import Project


def input_form(project: Project, report: Report) -> tuple[int | None, ...] | None:
    """The sizes of one sample that the model takes, None for sizes that are free."""
    required = [t for t in report.root.inputs.values()]
    if not required:
        return None
    free = free_names(project.model)  # their numbers are examples, not demands
    return tuple(None if dim.text in free else dim.value for dim in required[0].shape[1:])


def classes_given(report: Report) -> int | None:
    """The last size of the model's only output."""
    outputs = list(report.root.outputs.values())
    return outputs[0].shape[-1].value if len(outputs) == 1 and outputs[0].rank else None


def matches(form: tuple[int | None, ...], sample: tuple[int, ...]) -> bool:
    """True if a sample of that form can be given to the model as it is."""
    return len(form) == len(sample) and all(a is None or a == b for a, b in zip(form, sample, strict=True))


def form_for(project: Project, report: Report, info: DataSetInfo) -> tuple[int, ...]:
    """The form of `info`'s samples that the model takes, else the one that it can be fitted to.

    A form of the model's own sizes comes first, then of those with the same number of dimensions
    the one with most sizes in common; raises `Refusal` if there is none.
    """
    wanted = input_form(project, report)
    if wanted is None:
        raise Refusal(f"{project.root} has no Input: nothing can be given to it")
    for form in info.forms:
        if matches(wanted, form):
            return form
    near = [form for form in info.forms if len(form) == len(wanted)]
    if near:
        return max(near, key=lambda form: sum(a == b for a, b in zip(wanted, form, strict=True)))
    forms = ", ".join(" × ".join(map(str, form)) for form in info.forms)
    raise Refusal(
        f"{info.title} offers samples of {forms}; the model takes {len(wanted)} dimensions besides the batch"
    )


def is_fitted(project: Project, report: Report, info: DataSetInfo) -> bool:
    """True if the model takes the samples and tells the classes of `info` apart as it is."""
    wanted = input_form(project, report)
    if wanted is None or not any(matches(wanted, form) for form in info.forms):
        return False
    return classes_given(report) in (None, len(info.classes))


def fit_command(project: Project, report: Report, info: DataSetInfo) -> FitToData:
    """The command that fits the model's input shape and number of classes to a data set."""
    return FitToData(form_for(project, report, info), len(info.classes))
