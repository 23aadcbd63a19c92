"""Shapes and costs of a node as lines of text. No widget."""

from __future__ import annotations

from nnstudio.analysis.report import BlockReport, NodeReport
from nnstudio.symbols.tensor import Tensor
from nnstudio.ui.number_text import flops, group_digits

Line = tuple[str, str, str]


def shape_lines(report: NodeReport | None) -> list[Line]:
    """Write name, shape and formula of every port, inputs first."""
    if report is None or not (report.inputs or report.outputs):
        return [("Not known yet", "", "")]
    lines = [_line(f"{name} in", tensor) for name, tensor in report.inputs.items()]
    return lines + [_line(f"{name} out", tensor) for name, tensor in report.outputs.items()]


def _line(name: str, tensor: Tensor) -> Line:
    for side in ("in", "out"):
        name = name.replace(f"{side}put {side}", f"{side}put")
    label = tensor.label if tensor.dtype == "float" else f"{tensor.label}  {tensor.dtype}"
    named = any(dim.value is not None and not dim.is_constant for dim in tensor.shape)
    return (name, label, tensor.formula if named else "")


def cost_lines(report: NodeReport | None, root: BlockReport) -> list[Line]:
    """Write parameters and floating point operations, with their share of the whole model."""
    if report is None:
        return [("Not known yet", "", "")]
    lines = [
        (
            "Parameters",
            group_digits(report.parameters) + _share(report.parameters, root.parameters),
            "",
        )
    ]
    lines.append(("FLOPs a sample", _flops(report.flops) + _share(report.flops, root.flops), ""))
    if report.repeats != 1:
        lines.append(("Repetitions", group_digits(report.repeats), ""))
    return lines


def _flops(number: int | None) -> str:
    return "unknown" if number is None else flops(number)  # the label says what is not known


def _share(part: int | None, whole: int | None) -> str:
    if not part or not whole or part > whole:
        return ""
    share = 100 * part / whole
    return f"  ({share:.0f} %)" if share >= 1 else "  (< 1 %)"


def block_lines(report: BlockReport) -> list[Line]:
    """Write what a block as a whole takes, gives and costs."""
    lines = [_line(f"{name} in", tensor) for name, tensor in report.inputs.items()]
    lines += [_line(f"{name} out", tensor) for name, tensor in report.outputs.items()]
    lines.append(("Parameters", group_digits(report.parameters), ""))
    lines.append(("FLOPs a sample", _flops(report.flops), ""))
    return lines
