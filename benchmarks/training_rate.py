"""Samples per second of the training loop beside others, for four published models.

`python benchmarks/training_rate.py [--seconds S] [--rounds N] [MODEL ...]`. Goals, as ratios to
the usual loop and to Lightning: 1.25 and 2.5 for SimpleDenseNet (68k, batches of 100), 1.15 and 1.2
for SimpleCNN (421k, 32), 1.05 and 1.1 for Transformer2DResNet (32), 1.0 and 1.0 for AttentionGRU
(32).

- NN Studio: `nnstudio.training.loop.train` with events, figures and the threads that its trial
  chooses, set up as the program sets itself up; no checkpoints.
- usual: the loop of the tutorials, a DataLoader that shuffles, `loss.item()` and the accuracy in
  each step, with torch's own threads.
- Lightning, where it is installed (`pip install lightning`): a LightningModule that logs loss and
  accuracy, a Trainer without progress bar, logger and checkpoints.

Each has a process of its own, and they take turns: what else the machine does hits all. The
ratio is the median of the ratios of neighbouring turns.
"""

from __future__ import annotations

import argparse
import multiprocessing
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from typing import Any

SAMPLES = 3_200


@dataclass(frozen=True)
class Case:
    """A preset, the form of its samples, and how it is trained."""

    target: str
    form: tuple[int, ...]
    classes: int
    batch: int
    goals: Mapping[str, float]
    """Of the ratio to each other loop."""


CASES = (
    Case("SimpleDenseNet/68k", (1, 28, 28), 10, 100, {"usual": 1.25, "lightning": 2.5}),
    Case("SimpleCNN/421k", (1, 28, 28), 10, 32, {"usual": 1.15, "lightning": 1.2}),
    Case("Transformer2DResNet", (1, 16, 12), 5, 32, {"usual": 1.05, "lightning": 1.1}),
    Case("AttentionGRU", (192, 1), 5, 32, {"usual": 1.0, "lightning": 1.0}),
)


def ours(case: Case) -> Callable[[float], tuple[float, int]]:
    """Samples per second of NN Studio over so many seconds, and the threads it has chosen."""
    from nnstudio.training.priority import let_threads_sleep

    let_threads_sleep()
    import torch

    import nnstudio
    from nnstudio.data.dataset import DataSet
    from nnstudio.data.info import DataSetInfo
    from nnstudio.project.training_settings import TrainingSettings
    from nnstudio.training import way_memory
    from nnstudio.training.events import Failed, Started, StepsDone
    from nnstudio.training.loop import train

    fresh = Path(tempfile.mkdtemp()) / "ways.json"
    way_memory.default_file = lambda: fresh
    names = tuple(str(number) for number in range(case.classes))
    info = DataSetInfo("noise", "Noise", "", names, SAMPLES, (case.form,), "", "", True)
    data = DataSet(info, *noise(case))
    settings = TrainingSettings(epochs=100_000, batch_size=case.batch, checkpoint=False)
    project = nnstudio.load(case.target)

    def turn(seconds: float) -> tuple[float, int]:
        threads, first, last = 0, (0.0, 0), (0.0, 0)
        cpu = torch.device("cpu")
        events = train(nnstudio.build(project), data, None, settings, device=cpu)
        for event in events:
            now = time.perf_counter()
            if isinstance(event, Started):
                threads, first = event.threads or 0, (now, 0)
            elif isinstance(event, StepsDone):
                last = (now, event.step)
                if now - first[0] > seconds:
                    break
            elif isinstance(event, Failed):
                raise RuntimeError(event.sentence)
        events.close()  # type: ignore[attr-defined]
        return (last[1] - first[1]) * case.batch / (last[0] - first[0]), threads

    return turn


def usual(case: Case) -> Callable[[float], tuple[float, int]]:
    """The same of the usual loop."""
    import torch
    from torch.nn import functional
    from torch.utils.data import DataLoader, TensorDataset

    import nnstudio

    project = nnstudio.load(case.target)
    loader = DataLoader(TensorDataset(*noise(case)), case.batch, shuffle=True)

    def turn(seconds: float) -> tuple[float, int]:
        model = nnstudio.build(project)
        optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
        done, right, losses = 0, 0, 0.0
        began = time.perf_counter()
        while True:
            for inputs, targets in loader:
                optimizer.zero_grad()
                output = model(inputs)
                loss = functional.cross_entropy(output, targets)
                loss.backward()  # type: ignore[no-untyped-call]
                optimizer.step()
                losses += loss.item()
                right += int((output.argmax(1) == targets).sum().item())
                done += len(inputs)
                taken = time.perf_counter() - began
                if taken > seconds:
                    return done / taken, torch.get_num_threads()

    return turn


def lightning(case: Case) -> Callable[[float], tuple[float, int]]:
    """The same of Lightning's Trainer."""
    import logging
    import warnings

    import lightning
    import torch
    from torch.nn import functional
    from torch.utils.data import DataLoader, TensorDataset

    import nnstudio

    warnings.filterwarnings("ignore")  # its advice on workers
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    project = nnstudio.load(case.target)
    loader = DataLoader(TensorDataset(*noise(case)), case.batch, shuffle=True)

    class Module(lightning.LightningModule):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.model = nnstudio.build(project)

        def training_step(self, batch: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
            inputs, targets = batch
            output = self.model(inputs)
            loss = functional.cross_entropy(output, targets)
            self.log("loss", loss)
            self.log("accuracy", (output.argmax(1) == targets).float().mean())
            return loss

        def configure_optimizers(self) -> torch.optim.Optimizer:
            return torch.optim.Adam(self.parameters(), lr=1e-3)

    class Watch(lightning.Callback):  # type: ignore[misc]
        def __init__(self, seconds: float) -> None:
            self.seconds, self.done, self.began, self.taken = seconds, 0, 0.0, 0.0

        def on_train_start(self, *_: object) -> None:
            self.began = time.perf_counter()

        def on_train_batch_end(self, trainer: Any, *_: object) -> None:
            self.done += case.batch
            self.taken = time.perf_counter() - self.began
            if self.taken > self.seconds:
                trainer.should_stop = True

    def turn(seconds: float) -> tuple[float, int]:
        watch = Watch(seconds)
        trainer = lightning.Trainer(
            accelerator="cpu",
            max_epochs=-1,
            min_epochs=0,
            callbacks=[watch],
            logger=False,
            enable_checkpointing=False,
            enable_progress_bar=False,
            enable_model_summary=False,
        )
        trainer.fit(Module(), loader)
        return watch.done / watch.taken, torch.get_num_threads()

    return turn


KINDS = {"ours": ours, "usual": usual, "lightning": lightning}


def noise(case: Case) -> tuple[object, object]:
    """Inputs and classes of the case, the same in both processes."""
    import torch

    generator = torch.Generator().manual_seed(0)
    inputs = torch.randn(SAMPLES, *case.form, generator=generator)
    return inputs, torch.randint(case.classes, (SAMPLES,), generator=generator)


def work(pipe: Connection, kind: str, case: Case) -> None:
    """In a process of its own: a turn for each number of seconds that comes, until 0 does."""
    turn = KINDS[kind](case)
    pipe.send(True)
    while seconds := pipe.recv():
        pipe.send(turn(seconds))


def measured(case: Case, kinds: Sequence[str], seconds: float, rounds: int) -> str:
    """The lines of one model."""
    spawn = multiprocessing.get_context("spawn")
    pipes: dict[str, Connection] = {}
    rates: dict[str, list[float]] = {kind: [] for kind in kinds}
    threads: dict[str, int] = {}
    for kind in kinds:
        pipes[kind], theirs = spawn.Pipe()
        spawn.Process(target=work, args=(theirs, kind, case), daemon=True).start()
        pipes[kind].recv()  # imports of one must not disturb the trial of another
    for pipe in pipes.values():
        pipe.send(min(seconds, 0.5))  # the trial of threads and layout, memory
        pipe.recv()
    for number in range(rounds):
        for kind in kinds if number % 2 else reversed(kinds):
            pipes[kind].send(seconds)
            rate, threads[kind] = pipes[kind].recv()
            rates[kind].append(rate)
    for pipe in pipes.values():
        pipe.send(0)
    own = f"{case.target:20}{case.batch:6}{median(rates['ours']):12,.0f}{threads['ours']:4}"
    lines = []
    for kind in kinds[1:]:
        ratios = [one / other for one, other in zip(rates["ours"], rates[kind], strict=True)]
        lines.append(
            f"{own}   {kind:10}{median(rates[kind]):10,.0f}{threads[kind]:4}"
            f"{median(ratios):8.2f}{case.goals[kind]:6.2f}"
            f"   ({min(ratios):.2f} to {max(ratios):.2f})"
        )
    return "\n".join(lines)


def main() -> None:
    """Print a table with a line for each model and each other loop."""
    parser = argparse.ArgumentParser(description="NN Studio's training loop beside others.")
    parser.add_argument("models", nargs="*", help="parts of their names; all without any")
    parser.add_argument("--seconds", type=float, default=3.0, help="of a turn")
    parser.add_argument("--rounds", type=int, default=7)
    chosen = parser.parse_args()
    kinds = [kind for kind in KINDS if kind != "lightning" or find_spec("lightning")]
    if "lightning" not in kinds:
        print("Lightning is not installed: it is left out.")
    print(
        f"{'model':20}{'batch':>6}{'NN Studio/s':>12}{'thr':>4}   {'beside':10}{'/s':>10}", end=""
    )
    print(f"{'thr':>4}{'ratio':>8}{'goal':>6}   (lowest to highest)")
    for case in CASES:
        if not chosen.models or any(part in case.target for part in chosen.models):
            print(measured(case, kinds, chosen.seconds, chosen.rounds), flush=True)


if __name__ == "__main__":
    main()
