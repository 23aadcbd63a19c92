"""What is measured on the built model: the summary table and the documented check. Loads torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nnstudio.analysis.analyse import analyse
from nnstudio.analysis.report import Report
from nnstudio.compiler.documented import DocumentedCheck, check, load_documented
from nnstudio.compiler.source import generate
from nnstudio.project.values import Project

if TYPE_CHECKING:
    from nnstudio.compiler.summary import Summary

SAMPLES = 2


@dataclass(frozen=True)
class Inspection:
    """The summary of the built model and, where the project names one, its documented check."""

    summary: Summary
    check: DocumentedCheck | None
    output_shapes: dict[str, tuple[int, ...]]


def inspect_model(project: Project, report: Report | None = None) -> Inspection:
    """Build the present project, run it once on two random samples, and compare it with its document.

    Raises `CompileError`. Safe in any thread, also while another trains: nothing but values goes
    in and out, and torch's global random numbers are not touched.
    """
    from nnstudio.compiler.build import build_empty, example_inputs
    from nnstudio.compiler.summary import summarise

    report = report or analyse(project)
    model = build_empty(generate(project, report)).eval()
    inputs = list(example_inputs(project.model, report.root, SAMPLES).values())
    summary = summarise(model, inputs, samples=SAMPLES)
    documented = None
    if project.about.documented:
        known = project.variant
        names = [known.reference, known.name] if known is not None else [project.about.reference]
        table = load_documented(project.about.documented).of(*names)
        documented = check(table, model, summary.parameters) if table is not None else None
    shapes = {
        name: tuple(SAMPLES if dim.value is None else dim.value for dim in tensor.shape)
        for name, tensor in report.root.outputs.items()
    }
    return Inspection(summary, documented, shapes)
