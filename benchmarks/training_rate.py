"""Samples per second of the training loop beside the usual one, for three published models.

`python benchmarks/training_rate.py [--seconds S] [--rounds N] [MODEL ...]`. Goals, as ratios:
1.2 for SimpleDenseNet (68k, batches of 100), 1.1 for SimpleCNN (421k, 32), 1.0 for
Transformer2DResNet (32).

- NN Studio: `nnstudio.training.loop.train` with events, figures and the threads that its trial
  chooses, set up as the program sets itself up; no checkpoints.
- usual: the loop of the tutorials, a DataLoader that shuffles, `loss.item()` and the accuracy in
  each step, with torch's own threads.

Each has a process of its own, and they take turns: what else the machine does hits both. The
ratio is the median of the ratios of neighbouring turns.
"""

from __future__ import annotations

import argparse
import multiprocessing
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median

SAMPLES = 3_200


@dataclass(frozen=True)
class Case:
    """A preset, the form of its samples, and how it is trained."""

    target: str
    form: tuple[int, ...]
    classes: int
    batch: int
    goal: float


CASES = (
    Case("SimpleDenseNet/68k", (1, 28, 28), 10, 100, 1.2),
    Case("SimpleCNN/421k", (1, 28, 28), 10, 32, 1.1),
    Case("Transformer2DResNet", (1, 16, 12), 5, 32, 1.0),
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
    from nnstudio.training import thread_memory
    from nnstudio.training.events import Failed, Started, StepsDone
    from nnstudio.training.loop import train

    fresh = Path(tempfile.mkdtemp()) / "threads.json"
    thread_memory.default_file = lambda: fresh
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


def noise(case: Case) -> tuple[object, object]:
    """Inputs and classes of the case, the same in both processes."""
    import torch

    generator = torch.Generator().manual_seed(0)
    inputs = torch.randn(SAMPLES, *case.form, generator=generator)
    return inputs, torch.randint(case.classes, (SAMPLES,), generator=generator)


def work(pipe: Connection, kind: str, case: Case) -> None:
    """In a process of its own: a turn for each number of seconds that comes, until 0 does."""
    turn = {"ours": ours, "usual": usual}[kind](case)
    while seconds := pipe.recv():
        pipe.send(turn(seconds))


def measured(case: Case, seconds: float, rounds: int) -> str:
    """One line of the table."""
    spawn = multiprocessing.get_context("spawn")
    pipes, rates, threads = {}, {"ours": [], "usual": []}, {}
    for kind in rates:
        pipes[kind], theirs = spawn.Pipe()
        spawn.Process(target=work, args=(theirs, kind, case), daemon=True).start()
    for pipe in pipes.values():
        pipe.send(min(seconds, 0.5))  # imports, the trial of threads, memory
        pipe.recv()
    for number in range(rounds):
        for kind in sorted(rates, reverse=number % 2 == 1):
            pipes[kind].send(seconds)
            rate, threads[kind] = pipes[kind].recv()
            rates[kind].append(rate)
    for pipe in pipes.values():
        pipe.send(0)
    ratios = [one / other for one, other in zip(rates["ours"], rates["usual"], strict=True)]
    return (
        f"{case.target:22}{case.batch:6}{median(rates['ours']):12,.0f}{threads['ours']:4}"
        f"{median(rates['usual']):12,.0f}{threads['usual']:4}{median(ratios):8.2f}{case.goal:6.1f}"
        f"   ({min(ratios):.2f} to {max(ratios):.2f})"
    )


def main() -> None:
    """Print a table with one line for each model."""
    parser = argparse.ArgumentParser(description="NN Studio's training loop beside the usual one.")
    parser.add_argument("models", nargs="*", help="parts of their names; all without any")
    parser.add_argument("--seconds", type=float, default=3.0, help="of a turn")
    parser.add_argument("--rounds", type=int, default=7)
    chosen = parser.parse_args()
    print(f"{'model':22}{'batch':>6}{'NN Studio/s':>12}{'thr':>4}{'usual/s':>12}{'thr':>4}", end="")
    print(f"{'ratio':>8}{'goal':>6}   (lowest to highest)")
    for case in CASES:
        if not chosen.models or any(part in case.target for part in chosen.models):
            print(measured(case, chosen.seconds, chosen.rounds), flush=True)


if __name__ == "__main__":
    main()
