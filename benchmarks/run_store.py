"""The run store with many runs: list, page, filter; beside reading every run.json anew.

    python -m benchmarks.run_store [RUNS]

And what a folder costs a training: 10,000 tiny epochs with and without one.

    python -m benchmarks.run_store epochs [EPOCHS]
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from nnstudio.runs.index import Wanted
from nnstudio.runs.record import RECORD, RunRecord, read_record
from nnstudio.runs.states import State
from nnstudio.runs.store import RunStore

TURNS = 5


def timed(act: Callable[[], object]) -> float:
    """Milliseconds: the median of some turns."""
    found = []
    for _ in range(TURNS):
        began = time.perf_counter()
        act()
        found.append(1e3 * (time.perf_counter() - began))
    return sorted(found)[TURNS // 2]


def fill(root: Path, count: int) -> None:
    chance = random.Random(0)
    for number in range(count):
        folder = root / f"20260101-{number:06d}-abcdef"
        folder.mkdir(parents=True)
        record = RunRecord(
            id=folder.name,
            name=chance.choice(("SimpleCNN", "SimpleMLP", "AttentionGRU")),
            created=f"2026-01-01T{number:06d}",
            state=chance.choice((State.COMPLETED, State.FAILED, State.STOPPED)),
            group=f"study {number % 20}",
            tags=(f"tag {number % 7}",),
            note="a note about this run",
            versions=dict.fromkeys(("nnstudio", "torch", "numpy", "python"), "1.2.3"),
            settings={f"setting {k}": k for k in range(35)},
            result={"best": {"loss": 0.1, "accuracy": 0.9, "samples": 10}, "epochs": 10},
        )
        (folder / RECORD).write_text(record.model_dump_json())


def measure(count: int) -> None:
    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
        fill(root, count)
        began = time.perf_counter()
        store = RunStore(root)
        print(f"{count:,} runs; index made from the folders: {time.perf_counter() - began:.2f} s")
        folders = [path for path in root.iterdir() if path.is_dir()]
        acts: dict[str, Callable[[], object]] = {
            "list: look at every folder, all records": store.list,
            "all records from the index": store.find,
            "look at every folder": store.refresh,
            "a page of 100": lambda: store.find(limit=100, offset=count // 2),
            "filter: state and group": lambda: store.find(
                Wanted(states=(State.FAILED,), group="study 3")
            ),
            "filter: text, first 100": lambda: store.find(Wanted(text="gru"), limit=100),
            "filter: tag, first 100": lambda: store.find(Wanted(tag="tag 3"), limit=100),
            "count of a text": lambda: store.count(Wanted(text="mlp")),
            "without an index: every run.json": lambda: [read_record(f) for f in folders],
        }
        for name, act in acts.items():
            print(f"{name:<42} {timed(act):>9.1f} ms")


def measure_epochs(epochs: int) -> None:
    import torch
    from torch import nn

    from nnstudio.data.dataset import DataSet
    from nnstudio.data.info import DataSetInfo
    from nnstudio.project.training_settings import TrainingSettings
    from nnstudio.runs.recorder import Recorder
    from nnstudio.training.loop import train
    from tests.parts import split

    targets = torch.arange(60) % 3
    inputs = nn.functional.one_hot(targets, 3).float() + 0.5 * torch.randn(60, 3)
    info = DataSetInfo(
        name="points",
        title="Points",
        note="",
        classes=("a", "b", "c"),
        samples=60,
        forms=((3,),),
        licence="",
        source="",
        synthetic=True,
    )
    settings = TrainingSettings(epochs=epochs, batch_size=16, threads=1)

    def once(folder: Path | None) -> float:
        torch.manual_seed(0)
        model = nn.Sequential(nn.Linear(3, 8), nn.ReLU(), nn.Linear(8, 3))
        sets = split(DataSet(info, inputs, targets), 0.25)
        recorder = None
        if folder is not None:
            recorder = Recorder(RunRecord(id="x", name="x", created="x", folder=folder))
        began = time.process_time(), time.perf_counter()
        device = torch.device("cpu")
        for event in train(model, *sets, settings, device=device, run_folder=folder):
            if recorder is not None:
                recorder.tell(event.to_json())
        used, passed = time.process_time() - began[0], time.perf_counter() - began[1]
        print(f"{'with' if folder else 'without'} a folder: {passed:.2f} s, processor {used:.2f} s")
        return used

    with tempfile.TemporaryDirectory() as place:
        ratios = []
        for turn in range(3):
            without = once(None)
            ratios.append(once(Path(place) / str(turn)) / without)
        print(f"{epochs:,} epochs with a folder / without, processor: {sorted(ratios)[1]:.3f}")


if __name__ == "__main__":
    words = sys.argv[1:]
    if words[:1] == ["epochs"]:
        measure_epochs(int(words[1]) if words[1:] else 10_000)
    else:
        measure(int(words[0]) if words else 10_000)
