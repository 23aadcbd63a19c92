"""The reports on the presets, made once in a process of tests. No tests here."""

from __future__ import annotations

from functools import cache

from nnstudio.analysis.report import Report
from nnstudio.compiler.inference import full_report
from nnstudio.project.presets import load_target
from nnstudio.project.values import Project


@cache
def report_of(project: Project) -> Report:
    """The report on a project; neither changes."""
    return full_report(project)


def report_on(preset: str) -> Report:
    """The report on a preset."""
    return report_of(load_target(preset))
