"""presets, summary, check, verify."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import Any

from rich.table import Table
from rich.text import Text

from nnstudio.cli.console import console
from nnstudio.cli.main import DONE, NO
from nnstudio.cli.targets import print_json, project_of
from nnstudio.compiler.inference import full_report
from nnstudio.inspection.documented import DocumentedCheck
from nnstudio.project.presets import load_target, preset_names
from nnstudio.project.refusal import Refusal
from nnstudio.project.values import Project
from nnstudio.ui.number_text import group_digits

MARKS = {"match": ("✓", "green"), "mismatch": ("✗", "red"), "explained": ("≈", "yellow")}
TABLE = 160
"""Characters of a table's line in a file."""
SEVERITIES = {"error": "red", "warning": "yellow", "advice": "cyan"}


def targets() -> list[str]:
    """Every preset, and every variant as PRESET/VARIANT."""
    found: list[str] = []
    for name in preset_names():
        variants = load_target(name).variants
        found += [f"{name}/{variant.name}" for variant in variants] or [name]
    return found


def _entry(target: str) -> dict[str, Any]:
    project = load_target(target)
    name, _, variant = target.partition("/")
    report = full_report(project)
    known = next((v for v in project.variants if v.name == variant), None)
    shapes = {port: tensor.label.replace(" × ", "x") for port, tensor in report.root.inputs.items()}
    return {
        "name": name,
        "variant": variant or None,
        "reference": (known.reference if known else "") or project.about.reference,
        "family": project.about.family,
        "task": project.about.task,
        "input": shapes,
        "parameters": report.root.parameters,
        "document": project.about.document,
        "note": (known.note if known else "") or project.about.note,
        "recipe": project.about.recipe,
        "data": project.data.model_dump(mode="json"),
        "training": project.training.model_dump(),
    }


def presets(options: argparse.Namespace) -> int:
    """List every preset and variant."""
    entries = [_entry(target) for target in targets()]
    if options.json:
        print_json(entries)
        return DONE
    table = Table(box=None, header_style="bold")
    for title in ("Preset", "Task", "Input", "Parameters", "Document"):
        table.add_column(title, justify="right" if title == "Parameters" else "left")
    for entry in entries:
        name = entry["name"] + (f"/{entry['variant']}" if entry["variant"] else "")
        inputs = ", ".join(entry["input"].values())
        table.add_row(
            name, entry["task"], inputs, group_digits(entry["parameters"]), entry["document"]
        )
    console(width=TABLE).print(table)
    return DONE


def summary(options: argparse.Namespace) -> int:
    """The torchinfo table with exact FLOPs."""
    from nnstudio.workspace.inspect_model import inspect_model

    found = inspect_model(project_of(options)).summary
    if options.json:
        print_json({**asdict(found), "text": found.text})
    else:
        print(found.text)
    return DONE


def check(options: argparse.Namespace) -> int:
    """Problems; the answer is no if any is an error."""
    project = project_of(options)
    report = full_report(project)
    if options.json:
        print_json(
            [
                {
                    "severity": p.severity,
                    "block": p.block,
                    "node": p.node,
                    "name": p.node_name,
                    "sentence": p.sentence,
                    "fix": p.fix.title if p.fix else None,
                }
                for p in report.problems
            ]
        )
    else:
        lines = console()
        for problem in report.problems:
            line = Text(f"{problem.severity}: ", style=SEVERITIES[problem.severity])
            line.append(f"{problem.block}: {problem.sentence}", style="default")
            if problem.fix is not None:
                line.append(f" (fix: {problem.fix.title})", style="dim")
            lines.print(line)
        if not report.problems:
            lines.print(
                f"{project.root}: no problems, {group_digits(report.root.parameters)} parameters"
            )
    return DONE if report.ok else NO


def verify(options: argparse.Namespace) -> int:
    """The documented table and totals, row by row; the answer is no on an unexplained mismatch."""
    from nnstudio.workspace.inspect_model import inspect_model

    if options.all == bool(options.target):
        raise Refusal("verify expects one TARGET, or --all")
    named = targets() if options.all else [options.target]
    results: list[dict[str, Any]] = []
    failed = False
    for target in named:
        options.target = target
        project = project_of(options)
        found = inspect_model(project)
        ok = found.check is None or found.check.ok
        failed = failed or not ok
        if options.json:
            results.append(_check_entry(target, project, found.summary.parameters, found.check))
        else:
            _print_check(target, found.summary.parameters, found.check)
    if options.json:
        print_json(results)
    return NO if failed else DONE


def _check_entry(
    target: str, project: Project, parameters: int, found: DocumentedCheck | None
) -> dict[str, Any]:
    return {
        "target": target,
        "parameters": parameters,
        "document": project.about.document,
        "ok": found is None or found.ok,
        "rows": [asdict(row) for row in found.rows] if found else [],
        "claims": [{"says": says, "found": is_so} for says, is_so in found.claims] if found else [],
    }


def _print_check(target: str, parameters: int, found: DocumentedCheck | None) -> None:
    tables, lines = console(width=TABLE), console()
    lines.print(f"[bold]{target}[/bold]  {group_digits(parameters)} parameters")
    if found is None:
        lines.print("  nothing is published of this variant to compare it with")
        return
    table = Table(box=None, header_style="bold", padding=(0, 1))
    for title in ("", "In the document", "Built as", "Layer"):
        table.add_column(title, overflow="fold")
    notes: list[str] = []
    for row in found.rows:
        mark, colour = MARKS[row.status]
        layer = (
            row.found if row.expected == row.found else f"{row.found}, documented {row.expected}"
        )
        table.add_row(Text(mark, style=colour), row.name, row.path, layer)
        if row.explanation:
            notes.append(f"{row.path or row.name}: {row.explanation}")
    tables.print(table)
    for note in dict.fromkeys(notes):
        lines.print(f"  ≈ {note}")
    for says, is_so in found.claims:
        lines.print(f"  The document says: {says} Found: {is_so}")
    lines.print(
        "  all rows match or are explained"
        if found.ok
        else "  [red]there are unexplained mismatches[/red]"
    )
