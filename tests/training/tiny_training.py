"""Small models and data for the tests of the training: fractions of a second each."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from nnstudio.data.dataset import DataSet
from nnstudio.data.info import DataSetInfo
from nnstudio.training import checkpointer
from tests.parts import split


def saving_always(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the clock say after every step that a checkpoint is due."""
    monkeypatch.setattr(checkpointer, "EVERY", 0.0)
    monkeypatch.setattr(checkpointer, "_SHARE", 0.0)


def points(samples: int = 60, classes: int = 3, seed: int = 0) -> DataSet:
    """Points in the plane around one centre per class."""
    generator = torch.Generator().manual_seed(seed)
    targets = torch.arange(samples) % classes
    centres = torch.tensor([[2.0, 0.0], [-2.0, 1.0], [0.0, -2.0]])[:classes]
    inputs = centres[targets] + torch.randn(samples, 2, generator=generator)
    info = DataSetInfo(
        name="points",
        title="Points",
        note="",
        classes=tuple("abc")[:classes],
        samples=samples,
        forms=((2,),),
        licence="",
        source="",
        synthetic=True,
    )
    return DataSet(info, inputs, targets)


def parts(samples: int = 60) -> tuple[DataSet, DataSet]:
    return split(points(samples), 0.25, seed=0)


def network(outputs: int = 3) -> nn.Module:
    """With BatchNorm and dropout, so that buffers and random numbers matter."""
    torch.default_generator.manual_seed(0)
    return nn.Sequential(
        nn.Linear(2, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.3), nn.Linear(8, outputs)
    )


def pictures() -> DataSet:
    generator = torch.Generator().manual_seed(0)
    info = DataSetInfo("p", "P", "", ("a", "b"), 24, ((3, 8, 8),), "", "", True)
    inputs = torch.randn(24, 3, 8, 8, generator=generator)
    return DataSet(info, inputs, torch.arange(24) % 2)


def convolutions() -> nn.Module:
    torch.default_generator.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(144, 2)
    )
