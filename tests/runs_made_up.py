"""Runs that nobody trained, written through the real recorder, with curves as trainings have."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from nnstudio.compiler.inference import full_report
from nnstudio.compiler.source import generate
from nnstudio.project.presets import load_target
from nnstudio.project.settings import values_of, with_settings
from nnstudio.project.storage import file
from nnstudio.project.values import Project
from nnstudio.runs.machine import machine_facts
from nnstudio.runs.record import RunRecord, update_record
from nnstudio.runs.recorder import Recorder
from nnstudio.runs.store import RunStore
from nnstudio.training.events import (
    CheckpointSaved,
    Completed,
    EpochDone,
    Event,
    Failed,
    Metrics,
    Started,
    Stopped,
    Warned,
)

PARAMETERS = {"SimpleCNN": 421_834, "CNN2DResNet": 2_788_106}
NOTES = (
    "",
    "",
    "",
    "Rate halved after the plateau",
    "Baseline",
    "Wider first layer, does it pay?",
    "Same seed as the baseline; augmentation is the only difference",
)


def epoch(k: int, epochs: int, level: float, rate: float, chance: random.Random) -> EpochDone:
    """The k-th epoch of a training that ends near `level`."""
    fall = math.exp(-3.2 * k / epochs)
    train = level * 0.6 + 2.1 * fall + chance.gauss(0, 0.015)
    over = 0.25 * max(0.0, k / epochs - 0.6)
    valid = level + 1.9 * fall + over + chance.gauss(0, 0.035)
    accuracy = min(0.998, max(0.08, 1 - valid * 0.36))
    return EpochDone(
        k,
        epochs,
        Metrics(max(train, 0.01), min(0.999, max(0.08, 1 - train * 0.36)), 48_000),
        Metrics(
            max(valid, 0.01),
            accuracy,
            12_000,
            more={"balanced_accuracy": accuracy - 0.004, "macro_f1": accuracy - 0.006},
        ),
        rate * (0.5 + 0.5 * math.cos(math.pi * k / epochs)),
        chance.uniform(5.5, 7.5),
    )


def write_run(
    store: RunStore,
    project: Project,
    *,
    state: str = "completed",
    epochs: int = 30,
    done: int | None = None,
    level: float = 0.3,
    seed: int = 0,
    created: datetime | None = None,
    record: Mapping[str, Any] | None = None,
    source: str = "",
) -> Recorder:
    """Write the folder of a run; `running` ones stay owned by this process until `close`."""
    chance = random.Random(seed)
    values = {**values_of(project), "epochs": epochs}
    begun = created or datetime.now(UTC)
    made = RunRecord(
        id=f"{begun:%Y%m%d-%H%M%S}-{chance.getrandbits(24):06x}",
        name=project.root,
        created=begun.isoformat(),
        versions=machine_facts(),
        settings=values,
        model=project.root,
        fingerprints={"source": f"{chance.getrandbits(64):x}", "split": "5f81a4c"},
    )
    made = made.with_values(**(record or {}))
    made = made.with_values(folder=store.folder / made.id)
    recorder = Recorder(made, store=store)

    def write_files(folder: Path) -> None:
        file.write(project, folder / "project.nns")
        (folder / "model.py").write_text(source, encoding="utf-8")

    recorder.write_files = write_files

    def tell(event: Event) -> None:
        recorder.tell(event.to_json())

    tell(
        Started(
            "cpu",
            epochs,
            1_500,
            48_000,
            12_000,
            PARAMETERS.get(project.root, 0) + 10 * (seed % 3),
            1,
            2,
        )
    )
    best: EpochDone | None = None
    last: EpochDone | None = None
    if chance.random() < 0.2:
        tell(Warned("3 samples have a label that no other sample has: they teach nothing."))
    for k in range(1, (done or epochs) + 1):
        last = epoch(k, epochs, level, project.training.learning_rate, chance)
        assert last.validation is not None
        better = best is None or last.validation.loss < best.validation.loss  # type: ignore[union-attr]
        last = replace(last, best=better)
        best = last if better else best
        tell(last)
        if k % 10 == 0:
            tell(CheckpointSaved(str(made.folder / "checkpoints" / f"{k}-0"), k, better))
    seconds = (done or epochs) * chance.uniform(5, 8)
    if state == "completed" and best is not None and last is not None:
        tell(Completed(epochs, seconds, best.epoch, best.validation, last.validation))
    elif state == "stopped":
        pointer = made.folder / "checkpoints" / "last.json"
        pointer.parent.mkdir(exist_ok=True)
        pointer.write_text('{"checkpoint": "1-0"}', encoding="utf-8")
        tell(Stopped(done or epochs, seconds))
    elif state == "failed":
        tell(
            Failed(
                "The loss is no number any more in epoch 7: a smaller learning rate, or gradients "
                "that are clipped, may help",
                "",
                None,
            )
        )
    return recorder


def many(store: RunStore, count: int = 50, seed: int = 1) -> list[Recorder]:
    """A study as people make it: models, data, rates and batch sizes vary."""
    chance = random.Random(seed)
    now = datetime.now(UTC)
    projects = [load_target(name) for name in ("SimpleCNN", "SimpleCNN/421k", "CNN2DResNet")]
    sources = {id(project): generate(project, full_report(project)).text for project in projects}
    kept = []
    for k in range(count):
        base = projects[k % 7 % len(projects)]
        values = {
            "learning_rate": chance.choice([1e-2, 3e-3, 1e-3, 3e-4]),
            "batch_size": chance.choice([32, 64, 128]),
            "optimizer": chance.choice(["Adam", "AdamW", "SGD"]),
            "seed": chance.randrange(5),
            "data": chance.choice(["digits", "digits", "sounds"]),
        }
        project = with_settings(base, values)
        epochs = chance.choice([20, 30, 60])
        state = "completed"
        done: int | None = None
        if k == count - 1:
            state, done = "running", 14
        elif k % 9 == 4:
            state, done = "stopped", chance.randrange(3, 18)
        elif k % 13 == 6:
            state, done = "failed", 7
        ago = timedelta(minutes=4) if k == count - 1 else timedelta(hours=3.7 * (count - k) + 0.3)
        names = ("baseline", "wide", "augmented", "cosine", "low rate", "dropout 0.3")
        name = f"{base.root} {names[k % len(names)]}" if k % 3 else base.root
        kept.append(
            write_run(
                store,
                project,
                state=state,
                epochs=epochs,
                done=done,
                level=chance.uniform(0.08, 0.55),
                seed=seed * 1000 + k,
                created=now - ago,
                source=sources[id(base)],
                record={"name": name, "note": chance.choice(NOTES), "star": chance.random() < 0.15},
            )
        )
    lost = write_run(
        store, projects[0], state="running", done=9, seed=99, created=now - timedelta(hours=5)
    )
    lost.close()  # nobody works at it any more
    update_record(lost.folder, {"name": "SimpleCNN overnight"})
    return kept
