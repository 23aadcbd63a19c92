"""The proof of an exported folder: its program, run apart from this one, gives the same numbers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from nnstudio.data.dataset import DataSet
from nnstudio.data.info import DataError
from nnstudio.data.pipeline.assembling import Assembled
from nnstudio.data.rows import each
from nnstudio.errors import UserError
from nnstudio.export.recipe import Recipe
from nnstudio.export.sample_files import NotWritableError, write_samples
from nnstudio.symbols.work import look
from nnstudio.training.objectives import answers

MOST_APART = 1e-4
"""The largest difference that is rounding; of values beyond 1 in relation to them."""
SAMPLES = 8
SECONDS = 300
LOOK = 0.1
"""Seconds between two looks whether the proof is still wanted."""
_ALONE = """
import pathlib, runpy, sys
class Nothing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "nnstudio":
            raise ModuleNotFoundError("nnstudio is not there on purpose", name=name)
sys.meta_path.insert(0, Nothing())
folder = sys.argv[1]
sys.path[0] = folder
sys.argv = ["predict.py", *sys.argv[2:]]
runpy.run_path(str(pathlib.Path(folder, "predict.py")), run_name="__main__")
"""
"""Runs `predict.py` where this program cannot be imported."""


class ProofError(UserError):
    """The program of a folder does not give what the model gave; the message is one sentence."""


@dataclass(frozen=True)
class Proof:
    """What came of it. apart: the largest difference; None where nothing could be compared.

    samples: so many were compared. why: it could not be proved, else "".
    """

    apart: float | None
    samples: int = 0
    why: str = ""

    @property
    def sentence(self) -> str:
        """One sentence for people."""
        if self.apart is None:
            return f"Not proved: {self.why}"
        count = "1 sample" if self.samples == 1 else f"{self.samples} samples"
        return (
            f"Proved: predict.py alone gives what the model gave for {count} of the run's own data "
            f"(largest difference {self.apart:.1g})."
        )


def prove(
    folder: Path,
    recipe: Recipe,
    model: nn.Module,
    made: Assembled,
    called_off: Callable[[], bool] = lambda: False,
) -> Proof:
    """Run the program in `folder` on a few samples of the run and compare.

    called_off: asked again and again; its process is ended then. Raises `ProofError` if it fails,
    or gives other numbers, and `CancelledError` if it was called off.
    """
    name, places = _some(made)
    part: DataSet = getattr(made, name)
    numbers = getattr(made.parts, name)[places]
    assert made.samples is not None
    with tempfile.TemporaryDirectory() as temporary:
        try:
            files = write_samples(recipe, made.samples, numbers, Path(temporary))
        except NotWritableError as error:
            return Proof(None, why=str(error))
        found = _run_alone(folder, files, Path(temporary) / "outputs.npz", called_off)
    with torch.inference_mode():
        expected = _expected(recipe, model, part, places)
    return Proof(_compared(found, expected), len(places))


def _some(made: Assembled) -> tuple[str, NDArray[np.intp]]:
    """A part, the one that was not trained on if there is one, and places in it."""
    for name in ("validation", "test", "train"):
        count = len(getattr(made.parts, name))
        if count:
            few = np.linspace(0, count - 1, min(SAMPLES, count)).round().astype(np.intp)
            return name, few
    raise DataError("The run has no samples: there is nothing to compare.")


def _expected(
    recipe: Recipe, model: nn.Module, part: DataSet, places: NDArray[np.intp]
) -> dict[str, NDArray[np.float32]]:
    """What the model gives within this program, by output."""
    at = torch.from_numpy(places) if part.rows is None else part.rows[torch.from_numpy(places)]
    given = part.to_model(each(lambda rows: rows[at], part.inputs))
    output = model(given) if isinstance(given, Tensor) else model(**given)
    names = {one.name for one in recipe.outputs}
    losses = [name for name in output if name not in names] if isinstance(output, dict) else []
    rows = answers(output, recipe.batch_axis, losses)
    if isinstance(rows, Tensor):
        rows = {recipe.outputs[0].name: rows}
    found = {one.name: rows[one.name].numpy() for one in recipe.outputs}
    return {name: v[:, -1] for name, v in found.items()} if recipe.reads == "text" else found


def _run_alone(
    folder: Path, files: Sequence[Path], outputs: Path, called_off: Callable[[], bool]
) -> dict[str, NDArray[np.float32]]:
    """The outputs of the program for the files, from a process of its own."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    words = [*map(str, files), "--json", "--outputs", str(outputs)]
    try:
        process = subprocess.Popen(
            [sys.executable, "-c", _ALONE, str(folder.absolute()), *words],
            cwd=outputs.parent,  # masks are written there
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        said, wrong = _ended(process, called_off)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ProofError(f"predict.py could not be run: {error}.") from error
    if process.returncode:
        said = (wrong.strip().splitlines() or ["nothing"])[-1]
        raise ProofError(f"predict.py could not use the run's own samples; it says: {said}")
    try:
        json.loads(said)
        with np.load(outputs, allow_pickle=False) as found:
            return {name: found[name] for name in found.files}
    except (OSError, ValueError) as error:
        raise ProofError(f"predict.py has given nothing that can be compared: {error}.") from error


def _ended(process: subprocess.Popen[str], called_off: Callable[[], bool]) -> tuple[str, str]:
    """What it said and what went wrong, at its end; it does not outlive this call."""
    until = time.monotonic() + SECONDS
    with process:
        try:
            while True:
                look(called_off)
                try:
                    return process.communicate(timeout=LOOK)
                except subprocess.TimeoutExpired:
                    if time.monotonic() > until:
                        raise
        finally:
            if process.poll() is None:
                process.kill()


def _compared(
    found: dict[str, NDArray[np.float32]], expected: dict[str, NDArray[np.float32]]
) -> float:
    """The largest difference. Raises `ProofError` if it is more than rounding."""
    largest = 0.0
    for name, values in expected.items():
        other = found.get(name)
        if other is None or other.shape != values.shape:
            raise ProofError(f"predict.py gives no output '{name}' of the model's shape.")
        size = np.maximum(1.0, np.abs(values.astype(np.float64)))
        apart = np.abs(other.astype(np.float64) - values) / size
        if not (np.isfinite(apart) | (np.isnan(other) & np.isnan(values))).all():
            raise ProofError(f"predict.py gives values in '{name}' that the model does not give.")
        largest = max(largest, float(np.nanmax(apart, initial=0.0)))
    if largest > MOST_APART:
        raise ProofError(
            f"predict.py gives other numbers than the model: they are up to {largest:.2g} apart, "
            f"where {MOST_APART:g} would be rounding."
        )
    return largest
