"""What the rows of a node show: from its declaration, its values and the report. No widget."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nnstudio.analysis.report import NodeReport, Problem
from nnstudio.analysis.wiring import names_of
from nnstudio.catalog import registry
from nnstudio.catalog.layer import AUTO, REQUIRED, Param
from nnstudio.catalog.use import Resolved
from nnstudio.graph.values import Expr, Node
from nnstudio.project.parameter_text import typed_text
from nnstudio.project.values import BlockParameter, Project
from nnstudio.symbols.dimension import Dim
from nnstudio.symbols.symbolic import REPETITION
from nnstudio.ui.forms.rows import FieldState

ApplyFix = Callable[[Problem], None]


def node_fields(
    project: Project, node: Node, report: NodeReport | None, apply_fix: ApplyFix
) -> list[FieldState]:
    """Make the rows of a node's parameters, in the order of declaration."""
    block = project.by_name.get(node.type)
    if block is not None:
        return [_argument(p, node, report, apply_fix) for p in block.parameters]
    layer = registry.find(node.type)
    if layer is None:  # kept as it is in the file; nothing is known that could be edited
        return [
            FieldState(name, value=typed_text(value), given=True, enabled=False)
            for name, value in node.params.items()
        ]
    return [_parameter(p, node, report, apply_fix) for p in layer.params]


def _parameter(
    param: Param, node: Node, report: NodeReport | None, apply_fix: ApplyFix
) -> FieldState:
    given = param.name in node.params
    value = node.params.get(param.name)
    resolved = report.params.get(param.name) if report else None
    if param.default is AUTO:
        known = _label(resolved) if resolved is not None and not given else ""
        placeholder = f"auto · {known}" if known else "auto"
    elif param.default is REQUIRED:
        known, placeholder = "", "required"
    else:
        placeholder = known = typed_text(param.default)
    return FieldState(
        name=param.name,
        kind=param.kind,
        value=typed_text(value) if given else "",
        given=given,
        placeholder=placeholder,
        note=_comes_to(value, resolved, report),
        fallback=known.replace(",", ""),
        choices=param.choices,
        help=_limits(param),
        plain=not isinstance(value, Expr),
        **_problem(param.name, report, apply_fix),
    )


def _argument(
    declared: BlockParameter, node: Node, report: NodeReport | None, apply_fix: ApplyFix
) -> FieldState:
    given = declared.name in node.params
    value = node.params.get(declared.name)
    resolved = report.params.get(declared.name) if report else None
    if report is not None and declared.name in report.auto and not given:
        known = _label(resolved) if resolved is not None else ""
        placeholder = f"auto · {known}" if known else "auto"
    elif declared.default is REQUIRED:
        known, placeholder = "", "required"
    else:
        placeholder = known = typed_text(declared.default)
    return FieldState(
        name=declared.name,
        kind=declared.type,
        value=typed_text(value) if given else "",
        given=given,
        placeholder=placeholder,
        note=_comes_to(value, resolved, report),
        fallback=known.replace(",", ""),
        help=declared.note,
        plain=not isinstance(value, Expr),
        **_problem(declared.name, report, apply_fix),
    )


def _limits(param: Param) -> str:
    limits = []
    if param.minimum is not None and param.maximum is not None:
        limits.append(f"From {param.minimum:g} to {param.maximum:g}.")
    elif param.minimum is not None:
        limits.append(f"At least {param.minimum:g}.")
    if param.default is AUTO:
        limits.append("Derived from the input; type a value to check against it.")
    return " ".join([param.help, *limits]).strip()


def _problem(name: str, report: NodeReport | None, apply_fix: ApplyFix) -> dict[str, Any]:
    found = next((p for p in report.problems if p.param == name), None) if report else None
    if found is None:
        return {}
    fix = (found.fix.title, lambda: apply_fix(found)) if found.fix else None
    return {"problem": bare(found), "severity": found.severity, "fix": fix}


def bare(problem: Problem) -> str:
    """Take the name of the node off a sentence, for where the node is what is looked at."""
    start = f"{problem.node_name}: "
    if not problem.node_name or not problem.sentence.startswith(start):
        return problem.sentence
    rest = problem.sentence.removeprefix(start)
    return rest[:1].upper() + rest[1:]


def _comes_to(value: Any, resolved: Resolved | None, report: NodeReport | None) -> str:
    """Write `= 128` for an expression whose number is known.

    `= 1, …` where it is that of the first of several repetitions, and they differ.
    """
    if resolved is None or not _has_expression(value):
        return ""
    text = _label(resolved)
    if report is not None and report.repeats != 1 and REPETITION in names_of(value):
        text = f"{text}, …" if text else ""
    return f"= {text}" if text and text != typed_text(value) else ""


def _has_expression(value: Any) -> bool:
    return isinstance(value, Expr) or (
        isinstance(value, tuple) and any(_has_expression(part) for part in value)
    )


def _label(resolved: Resolved) -> str:
    """Write the number of a resolved parameter, else its formula; empty if neither is known."""
    if isinstance(resolved, tuple):
        return ", ".join(_label(part) for part in resolved)
    if isinstance(resolved, Dim):
        return resolved.text if resolved.value is None else f"{resolved.value:,}"
    return "" if resolved.value is None else typed_text(resolved.value)
