"""A trained model as a folder that runs without this program, proved on the run's own samples."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nnstudio.data.info import DataError
from nnstudio.symbols.work import look
from nnstudio.workspace.opened_run import OpenedRun

if TYPE_CHECKING:
    from torch import nn

    from nnstudio.export.proof import Proof
    from nnstudio.export.recipe import Recipe


@dataclass(frozen=True)
class Exported:
    """A folder that was written. proof: what came of running it."""

    folder: Path
    proof: Proof


def export_run(
    run: OpenedRun,
    folder: Path,
    *,
    force: bool = False,
    told: Callable[[str], None] = lambda _what: None,
    called_off: Callable[[], bool] = lambda: False,
) -> Exported:
    """Write the model with its best weights into `folder`, and prove it in a fresh process.

    force: beside other things that are there. told: of what is being done. called_off: asked
    again and again; if so, `CancelledError`, and what is written is marked as not proved. Raises
    `TakenError` if the folder is taken, `ProofError` if the program gives other numbers than the
    model (the folder is left, marked as not proved), and what the run raises if it cannot be
    opened.
    """
    from nnstudio.data.preparation import keeping
    from nnstudio.export import folder as exported
    from nnstudio.export.proof import ProofError
    from nnstudio.export.recipe import recipe_of
    from nnstudio.training.kept_tensors import of_model

    exported.refuse_taken(folder, force)
    told("Opening the run")
    model = run.model()
    fitted = keeping.read(run.folder)
    recipe = recipe_of(run.source.root, run.project.data, run.mapping, fitted, run.settings, model)
    look(called_off)
    told("Writing")
    exported.write_folder(folder, recipe, run.source.text, of_model(model))
    name = run.record.name
    exported.write_readme(folder, recipe, name, "Not proved: the proof was not finished.")
    told("Running predict.py by itself")
    try:
        proof = _proved(run, folder, recipe, model, called_off)
    except ProofError as error:
        exported.write_readme(folder, recipe, name, f"**Not proved:** {error}")
        raise ProofError(f"{error} The folder {folder} is there, marked as not proved.") from error
    said = proof.sentence if proof.apart is not None else f"**Not proved:** {proof.why}"
    exported.write_readme(folder, recipe, name, said)
    return Exported(folder, proof)


def _proved(
    run: OpenedRun,
    folder: Path,
    recipe: Recipe,
    model: nn.Module,
    called_off: Callable[[], bool],
) -> Proof:
    from nnstudio.export.proof import Proof, prove

    try:
        made = run.own_parts()
    except DataError as error:
        return Proof(None, why=str(error))
    return prove(folder, recipe, model, made, called_off)
