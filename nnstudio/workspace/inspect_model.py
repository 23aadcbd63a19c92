"""What is measured on the built model: the summary table and the documented check. Loads torch."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from nnstudio.analysis.report import Report
from nnstudio.catalog import registry
from nnstudio.catalog.isolation import message_of, muted
from nnstudio.catalog.layers.io import INPUT
from nnstudio.compiler.errors import CompileError
from nnstudio.compiler.inference import full_report
from nnstudio.compiler.memory import BYTES, largest_tensor
from nnstudio.compiler.source import Source, generate
from nnstudio.inspection.documented import DocumentedCheck, check, load_documented
from nnstudio.inspection.published import compare, published_facts
from nnstudio.project.values import Project
from nnstudio.runs.memory import free_memory, is_shortage

if TYPE_CHECKING:
    from torch import nn

    from nnstudio.inspection.summary import Summary

SAMPLES = 2
LITTLE = 256 * 2**20
"""Bytes that are not worth a thought."""
NOT_ENOUGH = "There is not enough memory to run {}"
TENSORS = 4
"""Of the size of the largest that are there at one time: what enters, what leaves, copies."""


@dataclass(frozen=True)
class Inspection:
    """The summary of the built model and, where there are any, its checks.

    `check` compares it with its document, and with the facts of the published model.
    """

    summary: Summary
    check: DocumentedCheck | None
    output_shapes: dict[str, tuple[int, ...]]


def inspect_model(project: Project, report: Report | None = None) -> Inspection:
    """Build the project, run it once on two random samples, and compare it with its document.

    Raises `CompileError`. Safe in any thread, also while another trains: nothing but values goes
    in and out, and torch's global random numbers are not touched. What layers of other packages
    print is not seen.
    """
    report = report or full_report(project)
    source = generate(project, report)
    with muted() if registry.has_foreign(project.types) else nullcontext():
        model, summary = _run(project, report, source)
    shapes = {
        name: tuple(SAMPLES if dim.value is None else dim.value for dim in tensor.shape)
        for name, tensor in report.root.outputs.items()
    }
    return Inspection(summary, _check(project, model, summary.parameters, shapes), shapes)


def _run(project: Project, report: Report, source: Source) -> tuple[nn.Module, Summary]:
    """The model and its summary; what takes much memory is run by its shapes alone."""
    needed = _needed(report)
    if needed <= LITTLE:
        return _run_so(project, report, source, by_shapes=False)
    try:
        return _run_so(project, report, source, by_shapes=True)
    except CompileError:
        free = free_memory()
        if free is not None and needed > free:
            raise CompileError(NOT_ENOUGH.format(project.root)) from None
        # it asks for the numbers in its tensors, and there is room for them
        return _run_so(project, report, source, by_shapes=False)


def _run_so(
    project: Project, report: Report, source: Source, *, by_shapes: bool
) -> tuple[nn.Module, Summary]:
    """Build and run, with memory or without; raises `CompileError`."""
    from nnstudio.compiler.build import build_empty, build_meta, example_inputs, meta_inputs
    from nnstudio.inspection.summary import summarise

    model = (build_meta(source) if by_shapes else build_empty(source)).eval()
    make = meta_inputs if by_shapes else example_inputs
    try:
        inputs = make(project.model, report.root, SAMPLES)
        samples = SAMPLES if project.model.graph.of_type(INPUT) else 1
        return model, summarise(model, list(inputs.values()), samples=samples)
    except Exception as error:
        if is_shortage(error):
            raise CompileError(NOT_ENOUGH.format(project.root)) from error
        raise CompileError(f"{project.root} cannot be run: {message_of(error)}") from error


def _needed(report: Report) -> int:
    """Bytes for the weights and, at one time, a few of the largest tensor on a wire."""
    weights = report.root.parameters or 0
    return BYTES * (weights + TENSORS * largest_tensor(report.root, SAMPLES))


def _check(
    project: Project, model: nn.Module, parameters: int, outputs: dict[str, tuple[int, ...]]
) -> DocumentedCheck | None:
    """Compare the variant that the project is now with its document and what was published."""
    known = project.variant
    reference = known.reference if known is not None else ""
    if not project.variants and not project.values:
        reference = project.about.reference
    document = None
    if project.about.documented:
        names = [known.reference, known.name] if known is not None else [project.about.reference]
        table = load_documented(project.about.documented).of(*names)
        document = check(table, model, parameters) if table is not None else None
    facts = published_facts(reference) if reference else None
    if facts is None:
        return document
    keys = [(key, tuple(tensor.shape)) for key, tensor in model.state_dict().items()]
    rows = compare(facts, parameters, keys, outputs)
    if document is not None:
        return replace(document, rows=document.rows + rows)
    title = f"{project.root}, {facts.origin}"
    return DocumentedCheck(reference, title, project.about.document, rows, ())
