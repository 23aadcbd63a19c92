"""What is measured on the built model: the summary table and the documented check. Loads torch."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from nnstudio.analysis.report import Report
from nnstudio.compiler.inference import full_report
from nnstudio.compiler.source import generate
from nnstudio.inspection.documented import DocumentedCheck, check, load_documented
from nnstudio.inspection.published import compare, published_facts
from nnstudio.project.values import Project

if TYPE_CHECKING:
    from torch import nn

    from nnstudio.inspection.summary import Summary

SAMPLES = 2


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
    in and out, and torch's global random numbers are not touched.
    """
    from nnstudio.compiler.build import build_empty, example_inputs
    from nnstudio.inspection.summary import summarise

    report = report or full_report(project)
    model = build_empty(generate(project, report)).eval()
    inputs = list(example_inputs(project.model, report.root, SAMPLES).values())
    summary = summarise(model, inputs, samples=SAMPLES)
    shapes = {
        name: tuple(SAMPLES if dim.value is None else dim.value for dim in tensor.shape)
        for name, tensor in report.root.outputs.items()
    }
    return Inspection(summary, _check(project, model, summary.parameters, shapes), shapes)


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
