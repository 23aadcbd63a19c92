"""Steps per second of the training loop beside two loops without it, on digits with a small CNN.

`python benchmarks/training_rate.py [seconds per loop and round]`. The three take turns, so that
whatever else the machine does hits all of them; the best round of each counts.

- NN Studio: `nnstudio.training.loop.train`, events and metrics included, no checkpoints.
- DataLoader: the loop of the usual tutorial, DataLoader and `loss.item()` in each step.
- by hand: tensors cut by a permutation, nothing measured, nothing told: the least there can be.
"""

from __future__ import annotations

import itertools
import sys
import time
from collections.abc import Callable

import torch
from torch import nn
from torch.nn import functional
from torch.utils.data import DataLoader, TensorDataset

from nnstudio.data.sets import DataSet, load, split
from nnstudio.project.training_settings import TrainingSettings
from nnstudio.training.devices import cores, threads_for_training
from nnstudio.training.events import Completed, EpochDone, Failed, Started
from nnstudio.training.loop import train
from nnstudio.training.stop_and_pause import StopAndPause

BATCH = 32
ROUNDS = 9


def small_cnn() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1),
        nn.ReLU(),
        nn.BatchNorm2d(16),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(32 * 4 * 4, 10),
    )


def nn_studio(data: DataSet, seconds: float) -> float:
    settings = TrainingSettings(epochs=100_000, batch_size=BATCH, checkpoint=False)
    control = StopAndPause()
    began, epochs, steps = 0.0, 0, 0
    for event in train(
        small_cnn(), data, None, settings, device=torch.device("cpu"), control=control
    ):
        match event:
            case Started():
                steps, began = event.steps_per_epoch, time.perf_counter()
            case EpochDone():
                epochs = event.epoch
                took = time.perf_counter() - began
                if took > seconds:
                    control.stop()
            case Failed() | Completed():
                raise RuntimeError(event)
    return epochs * steps / took


def data_loader(data: DataSet, seconds: float) -> float:
    model, steps = small_cnn(), 0
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    loader = DataLoader(TensorDataset(data.inputs, data.targets), BATCH, shuffle=True)
    began = time.perf_counter()
    while time.perf_counter() - began < seconds:
        right, losses = 0, 0.0
        for inputs, targets in loader:
            optimizer.zero_grad()
            output = model(inputs)
            loss = functional.cross_entropy(output, targets)
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            losses += loss.item()
            right += int((output.argmax(1) == targets).sum().item())
            steps += 1
    return steps / (time.perf_counter() - began)


def by_hand(data: DataSet, seconds: float) -> float:
    model, steps = small_cnn(), 0
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True)
    began = time.perf_counter()
    while time.perf_counter() - began < seconds:
        for chosen in torch.split(torch.randperm(len(data)), BATCH):
            optimizer.zero_grad(set_to_none=True)
            loss = functional.cross_entropy(model(data.inputs[chosen]), data.targets[chosen])
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            steps += 1
    return steps / (time.perf_counter() - began)


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    data, _ = split(load("digits"), 0.2, seed=0)
    one, default = threads_for_training(), torch.get_num_threads()
    loops: list[tuple[str, int, Callable[[DataSet, float], float]]] = [
        ("NN Studio", one, nn_studio),
        ("DataLoader, torch's threads", default, data_loader),
        ("DataLoader, our threads", one, data_loader),
        ("by hand, our threads", one, by_hand),
    ]
    rates: dict[str, list[float]] = {name: [] for name, _, _ in loops}
    for _, (name, threads, loop) in itertools.product(range(ROUNDS), loops):
        torch.set_num_threads(threads)
        rates[name].append(loop(data, seconds))
    print(f"{cores()} cores, torch {torch.__version__}, batches of {BATCH}, {len(data):,} samples")
    print(f"{'loop':30}{'threads':>8}{'steps/s':>10}{'slowest round':>15}")
    for name, threads, _ in loops:
        print(f"{name:30}{threads:8}{max(rates[name]):10,.0f}{min(rates[name]):15,.0f}")


if __name__ == "__main__":
    main()
