"""Folds in a study's folder: `folds.npz` holds index sets and rows, `folds.json` their hash."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from nnstudio.data.pipeline.splitting import Parts
from nnstudio.project.storage.atomic import replacing, write_text
from nnstudio.studies.errors import StudyError
from nnstudio.studies.folds import Folds

SETS, ABOUT = "folds.npz", "folds.json"


def write(folds: Folds, folder: Path) -> None:
    """Write them, each file whole. Raises `FileError` or `OSError`."""
    arrays: dict[str, Any] = {"rows": folds.rows, "test": folds.parts[0][0].test}
    for repeat, row in enumerate(folds.parts):
        for fold, parts in enumerate(row):
            arrays[f"{repeat}.{fold}.train"] = parts.train
            arrays[f"{repeat}.{fold}.validation"] = parts.validation
    with replacing(folder / SETS) as new, new.open("wb") as stream:
        np.savez(stream, **arrays)
    about = {
        "format": 1,
        "method": folds.method,
        "notes": list(folds.notes),
        "repeats": len(folds.parts),
        "folds": len(folds.parts[0]),
        "samples": len(folds.rows),
        "hash": folds.hash,
    }
    write_text(json.dumps(about, indent=1, ensure_ascii=False) + "\n", folder / ABOUT)


def read(folder: Path) -> Folds:
    """Read them back. Raises `StudyError` with file and reason."""
    try:
        about = json.loads((folder / ABOUT).read_text("utf-8"))
        with np.load(folder / SETS, allow_pickle=False) as found:
            test = found["test"]
            parts = tuple(
                tuple(
                    Parts(found[f"{r}.{f}.train"], found[f"{r}.{f}.validation"], test)
                    for f in range(about["folds"])
                )
                for r in range(about["repeats"])
            )
            rows = found["rows"]
        made = Folds(parts, str(about["method"]), tuple(map(str, about["notes"])), rows)
        expected = about["hash"]
    except FileNotFoundError as error:
        raise StudyError(f"{error.filename} is missing: expected the folds of a study.") from error
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
        raise StudyError(f"{folder / SETS} or {ABOUT} is damaged: no folds in it.") from error
    if made.hash != expected:
        raise StudyError(f"{folder / SETS} holds other folds than {ABOUT} says: it was changed.")
    return made
