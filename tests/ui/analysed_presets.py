"""The reports on the presets, made once in a process of tests. No tests here."""

from __future__ import annotations

from functools import cache

from nnstudio.analysis.report import Report
from nnstudio.compiler.inference import full_report
from nnstudio.project.presets import load_target


@cache
def report_on(preset: str) -> Report:
    """The report on a preset; neither changes."""
    return full_report(load_target(preset))
