"""Presets read, analysed and written, each once in a process: none of these values ever changes.

A module that a test sets to a mode, trains or fills with numbers it builds for itself. No tests
here, and no torch before a model is asked for.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from nnstudio.analysis.analyse import analyse
from nnstudio.analysis.report import Report
from nnstudio.compiler.source import Source, generate
from nnstudio.project.presets import load_target, preset, preset_names
from nnstudio.project.values import Project

if TYPE_CHECKING:
    from torch import nn


@cache
def analysed(target: str) -> tuple[Project, Report]:
    """A preset or variant and its report."""
    project = load_target(target)
    return project, analyse(project)


@cache
def compiled(target: str) -> tuple[Project, Report, Source]:
    """The same with its source."""
    project, report = analysed(target)
    return project, report, generate(project, report)


def on_meta(target: str) -> nn.Module:
    """The model without memory, for its names, shapes and settings; made anew each time."""
    from nnstudio.compiler.build import build_meta

    return build_meta(compiled(target)[2])


def different_targets() -> list[str]:
    """All presets and variants but those presets that are equal to one of their variants."""
    found: list[str] = []
    for name in preset_names():
        targets = [f"{name}/{variant.name}" for variant in preset(name).variants]
        if not any(load_target(target) == preset(name) for target in targets):
            targets.append(name)
        found += targets
    return found
