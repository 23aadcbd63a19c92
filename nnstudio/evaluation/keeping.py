"""Predictions in a run's folder: `predictions/<part>.npz`, and `evaluation.json` says of what.

They belong to the weights whose checksum is written there. With others, or with damaged files,
they count as none and are made again.
"""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from nnstudio.evaluation.evaluation import Evaluation
from nnstudio.evaluation.model_facts import ModelFacts
from nnstudio.evaluation.predictions import Array, OutputPredictions, Predictions
from nnstudio.evaluation.questions import Question
from nnstudio.project.storage.atomic import replacing, write_text
from nnstudio.runs.folder import EVALUATION_FILE, PREDICTIONS, sum_of

FORMAT = 1


def file_of(folder: Path, part: str) -> Path:
    """Where the predictions of a part lie."""
    return folder / PREDICTIONS / f"{part}.npz"


def write(folder: Path, evaluation: Evaluation) -> None:
    """Write predictions and what they are of; each file whole. Raises `FileError` or `OSError`."""
    made = evaluation.predictions
    path = file_of(folder, made.part)
    path.parent.mkdir(exist_ok=True)
    arrays: dict[str, Array] = {"index": made.index}
    for place, one in enumerate(made.outputs.values()):
        arrays |= {f"{place}.{key}": array for key, array in one.arrays.items()}
    with replacing(path) as new:
        with new.open("wb") as stream:
            np.savez(stream, **arrays)  # type: ignore[arg-type]
        total = sum_of(new)
    told = _told(folder)
    parts = {name: one for name, one in told.get("parts", {}).items() if isinstance(one, dict)}
    parts[made.part] = {
        "checkpoint": made.checkpoint,
        "weights": made.weights,
        "epoch": evaluation.epoch,
        "device": made.device,
        "samples": len(made),
        "sum": total,
        "outputs": [
            {
                "question": one.question.to_json(),
                "head": {n: f.to_json() for n, f in evaluation.outputs[name].head().items()},
            }
            for name, one in made.outputs.items()
        ],
    }
    facts = {"format": FORMAT, "model": evaluation.model.to_json(), "parts": parts}
    write_text(json.dumps(facts, indent=1, ensure_ascii=False) + "\n", folder / EVALUATION_FILE)


def read(folder: Path, part: str, weights: str) -> Predictions | None:
    """Those of a part, if they were made with the weights of that checksum."""
    told = _told(folder).get("parts", {}).get(part)
    if not isinstance(told, dict) or told.get("weights") != weights:
        return None
    path = file_of(folder, part)
    try:
        if sum_of(path) != told["sum"]:
            return None
        with np.load(path, allow_pickle=False) as found:
            arrays = {name: found[name] for name in found.files}
        outputs = {}
        for place, one in enumerate(told["outputs"]):
            question = Question.from_json(one["question"])
            begin = f"{place}."
            own = {n.removeprefix(begin): a for n, a in arrays.items() if n.startswith(begin)}
            outputs[question.name] = OutputPredictions(question, own)
        made = Predictions(
            part,
            arrays["index"],
            outputs,
            str(told["checkpoint"]),
            weights,
            str(told["device"]),
        )
        same = outputs and all(len(one) == len(made) for one in outputs.values())
    except (OSError, ValueError, KeyError, TypeError, AttributeError, zipfile.BadZipFile):
        return None
    return made if same else None


def read_facts(folder: Path, device: str) -> ModelFacts | None:
    """What was counted and measured of the model on that device."""
    try:
        found = ModelFacts.from_json(_told(folder).get("model"))
    except ValueError:
        return None
    return found if found.device == device else None


def _told(folder: Path) -> dict[str, Any]:
    """What the file says; nothing of a damaged one, or of a newer version's."""
    try:
        told = json.loads((folder / EVALUATION_FILE).read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(told, dict) or told.get("format") != FORMAT:
        return {}
    return told if isinstance(told.get("parts"), dict) else {}
