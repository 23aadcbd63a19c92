"""Cases that several processes train together; each is trained alone as well, to compare.

Run as a program, by the environment that `torchrun` sets, it trains all of them as one of the
processes and prints what the first has found.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from typing import Any

import torch
from torch import nn

from nnstudio.project.training_settings import TrainingSettings
from nnstudio.training import loop
from nnstudio.training.events import EpochDone, Failed
from nnstudio.training.processes import leave
from nnstudio.training.world import ALONE, World, joined
from tests.parts import split
from tests.training.tiny_training import points

CPU = torch.device("cpu")
SAMPLES = 47
"""Of which 35 are trained on: the last batch of every epoch is small and uneven."""
CASES: dict[str, dict[str, Any]] = {
    "plain": {},
    "gathered": {"accumulate": 3, "clip_norm": 0.5},
    "weighted": {"class_weights": (1.0, 3.0, 0.5), "label_smoothing": 0.1},
    "ignored": {"ignored_class": 1},
    "one to validate": {"loss": "mse", "samples": 34, "share": 0.043},
    "averaged": {"average_decay": 0.9, "loss": "mse"},
}


def model() -> nn.Module:
    """Without dropout and BatchNorm, and with a layer that has no part in the loss."""
    torch.manual_seed(0)
    made = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 3))
    made.register_parameter("unused", nn.Parameter(torch.ones(3)))
    return made


def figures(name: str, world: World = ALONE) -> dict[str, Any]:
    """What a training of that case tells, and its weights."""
    wanted = dict(CASES[name])
    weights = wanted.pop("class_weights", None)
    samples, share = wanted.pop("samples", SAMPLES), wanted.pop("share", 0.25)
    training, validation = split(points(samples), share)
    if weights is not None:
        training = replace(training, class_weights={"": torch.tensor(weights)})
    wanted = {"learning_rate": 0.05, "batch_size": 8, "epochs": 2, "checkpoint": False, **wanted}
    settings = TrainingSettings(threads=1, **wanted)
    made = model()
    events = list(loop.train(made, training, validation, settings, device=CPU, world=world))
    assert not isinstance(events[-1], Failed), events[-1]
    return {
        "epochs": [
            {
                **part.more,
                "loss": part.loss,
                "accuracy": part.accuracy or 0.0,
                "samples": part.samples,
            }
            for event in events
            if isinstance(event, EpochDone) and event.validation is not None
            for part in (event.train, event.validation)
        ],
        "weights": {key: value.tolist() for key, value in made.state_dict().items()},
    }


if __name__ == "__main__":
    torch.set_num_threads(1)
    with joined("cpu", lambda: False) as (world, _):
        found = {name: figures(name, world) for name in CASES}
        if world.rank == 0:
            json.dump(found, sys.stdout)
    leave(0)
