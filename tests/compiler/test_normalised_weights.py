"""Normalised weights: the text, the tensors, counts, how they begin, and what cannot be."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import nnstudio
from nnstudio.analysis.analyse import analyse
from nnstudio.catalog import registry
from nnstudio.compiler.build import build, build_empty
from nnstudio.compiler.errors import CompileError
from nnstudio.compiler.source import generate
from nnstudio.drawing.script import DrawingError
from nnstudio.graph.values import Parametrization
from nnstudio.inspection.layer_matching import layers_of
from nnstudio.inspection.summary import summarise
from nnstudio.project.commands.graph import Delete
from nnstudio.project.commands.node import SetParam, SetShares
from nnstudio.project.commands.swap_type import swap_command
from nnstudio.project.commands.weights import SetInitialisers, SetParametrization, SetTies
from nnstudio.project.compare import differences
from nnstudio.project.fragment import copy_nodes
from nnstudio.project.parametrizations import parametrization_problem
from nnstudio.project.refusal import Refusal
from nnstudio.project.storage.fields import FileError
from nnstudio.project.storage.file import dumps, loads
from nnstudio.project.values import BlockParameter, Initialiser, Project, Tie
from nnstudio.project.weights import MATRIX
from tests.drawing import Drawing

WEIGHT, SPECTRAL = Parametrization("weight_norm"), Parametrization("spectral_norm")


def net(*items: Parametrization | None, **rest: Any) -> Project:
    """x (N, 6) -> n1 fc -> n2 head, both Linear, with these parametrizations."""
    drawing = Drawing("Net", BlockParameter("width", "int", 8))
    x = drawing.input("x", "N", 6)
    first, second = (*items, None, None)[:2]
    y = drawing.add("Linear", x, name="fc", out_features="=width", parametrization=first, **rest)
    drawing.output(
        drawing.add("Linear", y, name="head", out_features="=width", parametrization=second)
    )
    return drawing.project()


def begun(project: Project, *rules: Initialiser) -> Project:
    return SetInitialisers("Net", rules).apply(project)


def errors(project: Project) -> list[str]:
    return [problem.sentence for problem in analyse(project).errors]


def norm(weight: Tensor) -> float:
    return float(torch.linalg.matrix_norm(weight.detach().flatten(1), 2))


@pytest.mark.parametrize("kind", ["weight_norm", "spectral_norm"])
@pytest.mark.parametrize("layer_type", MATRIX)
def test_keys_counts_and_operations_are_those_of_torch(layer_type: str, kind: Any) -> None:
    layer = registry.find(layer_type)
    assert layer is not None
    assert layer.example is not None
    drawing = Drawing("Net")
    ...
