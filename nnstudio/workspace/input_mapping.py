"""How a data set is given to a model: which field goes into which Input, in which form."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import prod

from nnstudio.analysis.binding import free_names
from nnstudio.analysis.report import Report
from nnstudio.catalog.layers.io import INPUT
from nnstudio.compiler.inference import full_report
from nnstudio.data.info import DataSetInfo, InputMapping, ModelInput
from nnstudio.project.refusal import Refusal
from nnstudio.project.values import Project
from nnstudio.symbols.dimension import batch_axis


@dataclass(frozen=True)
class RequiredInput:
    """A required Input: sizes of one sample, None where they are free, and the sizes drawn."""

    name: str
    form: tuple[int | None, ...]
    drawn: tuple[int | None, ...]
    dtype: str
    batch_axis: int

    def takes(self, sample: tuple[int, ...]) -> bool:
        """True if a sample of that form can be given to the model as it is."""
        return len(self.form) == len(sample) and all(
            a is None or a == b for a, b in zip(self.form, sample, strict=True)
        )

    def fill(self, sample: tuple[int, ...]) -> tuple[int, ...] | None:
        """Its sizes, the free ones as in `sample`; None if it has another number of them."""
        if len(sample) != len(self.form):
            return None
        return tuple(b if a is None else a for a, b in zip(self.form, sample, strict=True))


def required_inputs(project: Project, report: Report) -> list[RequiredInput]:
    """The Inputs that must be given something, in order. Raises `Refusal` if there is none."""
    free = free_names(project.model)  # their numbers are examples, not demands
    found = []
    for node in project.model.graph.of_type(INPUT):
        tensor = report.root.inputs.get(node.name)
        if tensor is None or node.params.get("optional") is True:
            continue
        axis = batch_axis(dim.text for dim in tensor.shape) or 0
        sample = [dim for at, dim in enumerate(tensor.shape) if at != axis]
        form = tuple(None if dim.text in free else dim.value for dim in sample)
        drawn = tuple(dim.value for dim in sample)
        found.append(RequiredInput(node.name, form, drawn, tensor.dtype, axis))
    if not found:
        optional = bool(project.model.graph.of_type(INPUT))
        which = "no Input that is not optional" if optional else "no Input"
        raise Refusal(
            f"{project.root} has {which}, so no data can be given to it and there is nothing to "
            "learn from: use it as a block in a model that has one"
        )
    return found


def fields_for(
    project: Project, wanted: list[RequiredInput], info: DataSetInfo
) -> Iterator[tuple[RequiredInput, str, tuple[tuple[int, ...], ...]]]:
    """Assign a field of the data to each Input, with the forms in which it can be had.

    An Input gets the field of its name, else the next one; if they were fed by hand, that of its
    name alone. Raises `Refusal` with a sentence.
    """
    left = {info.first: info.forms, **{name: (form,) for name, form in info.further}}
    if info.fed:
        _refuse_other_names(project, wanted, list(left))
    for one in wanted:
        if (one.dtype == "int") != bool(info.tokens):
            takes, has = ("token numbers", "none") if one.dtype == "int" else ("floats", "tokens")
            raise Refusal(f"{one.name} takes {takes}, but {info.in_sentence} has {has}")
        if not left:
            fields = 1 + len(info.further)
            raise Refusal(
                f"{project.root} needs {len(wanted)} inputs, but {info.in_sentence} has {fields}"
            )
        field = one.name if one.name in left else next(iter(left))
        yield one, field, left.pop(field)


def _refuse_other_names(project: Project, wanted: list[RequiredInput], fed: list[str]) -> None:
    names = [one.name for one in wanted]
    for name in fed:
        if name not in names:
            raise Refusal(
                f"The data are fed to an Input named '{name}', but {project.root} requires "
                f"{' and '.join(names)}"
            )
    for name in names:
        if name not in fed:
            raise Refusal(
                f"Nothing is fed to the Input {name} of {project.root}, while {' and '.join(fed)} "
                "is fed by hand: choose its fields too"
            )


def map_inputs(
    project: Project, report: Report, info: DataSetInfo, resize: bool = False
) -> InputMapping:
    """Map the samples of `info` to the model as it is, resized only if `resize` is true.

    Raises `Refusal` with a sentence if an Input gets nothing or nothing that it could take.
    """
    wanted = required_inputs(project, report)
    axes = {one.batch_axis for one in wanted}
    if len(axes) > 1:
        raise Refusal(f"The Inputs of {project.root} have the batch in different places")
    given = []
    for one, field, forms in fields_for(project, wanted, info):
        form = _form(project, one, forms, info, resize and field == info.first)
        given.append(ModelInput(one.name, field, form))
    named = len(report.root.inputs) > 1
    if not named:
        given = [replace(given[0], name="")]
    return InputMapping(tuple(given), named, axes.pop())


def resized_to(project: Project, report: Report, info: DataSetInfo) -> tuple[int, ...] | None:
    """The size to which samples are resized for the model, None if they stay as they are."""
    resize = project.data.resize
    try:
        first = map_inputs(project, report, info, resize).inputs[0]
    except Refusal:
        return None
    values = {prod(form) for form in info.forms}
    return first.form if resize and prod(first.form) not in values else None


def _form(
    project: Project,
    wanted: RequiredInput,
    forms: tuple[tuple[int, ...], ...],
    info: DataSetInfo,
    resize: bool,
) -> tuple[int, ...]:
    exact = next((form for form in forms if wanted.takes(form)), None)
    if exact is not None and not (resize and _fails_at(project, wanted, exact)):
        return exact
    if info.resizable == "sequence":
        filled = wanted.fill(forms[0])
        if filled is not None and info.can_be_resized(filled):
            return filled
    elif resize and None not in wanted.drawn:
        drawn = tuple(size for size in wanted.drawn if size is not None)
        if info.can_be_resized(drawn):
            return drawn
    listed = ", ".join(" × ".join(map(str, form)) for form in forms)
    takes = " × ".join("any" if size is None else str(size) for size in wanted.form)
    raise Refusal(f"{wanted.name} takes {takes} per sample, but {info.in_sentence} has {listed}")


def _fails_at(project: Project, wanted: RequiredInput, form: tuple[int, ...]) -> bool:
    """True if free sizes may be as in `form`, but layers further on cannot do with them."""
    if None not in wanted.form:
        return False
    graph = project.model.graph
    node = next(n for n in graph.of_type(INPUT) if n.name == wanted.name)
    sizes = list(form)
    sizes.insert(wanted.batch_axis, 2)
    tried = graph.with_node(node.with_param("example", tuple(sizes)))
    return not full_report(project.with_graph(project.root, tried)).ok
