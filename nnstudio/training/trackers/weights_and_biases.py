"""Weights & Biases: a run of its own in the folder `wandb` of a run.

What its library would do by itself is switched off: no reports of errors, no requirements, no
code, no git, no copy of what is printed, no figures of the machine but those that every tracker
gets. Offline it opens no connection; online it sends the run to the account of whoever has logged
in. It starts one process of its own (wandb-core), which ends with this one.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from nnstudio.runs.folder import WANDB
from nnstudio.training.trackers.tracker import (
    Epoch,
    Judged,
    ModelFiles,
    Scalars,
    TrackedRun,
    TrackerError,
)

PROJECT = "nnstudio"
"""The project at Weights & Biases; `WANDB_PROJECT` names another one."""
_SWITCHED_OFF = {
    "WANDB_ERROR_REPORTING": "false",
    "WANDB_DISABLE_GIT": "true",
}
"""Read while the library is imported, before there are settings."""
_STAGED_BY_USER = bool(os.environ.get("WANDB_DATA_DIR"))
"""Whether somebody has said where files wait that are to be sent; else in the folder of the run."""
_NOT_ONLINE = ("offline", "dryrun", "disabled")
"""Values of `WANDB_MODE` by which somebody has said that nothing may be sent from here."""
_MATRIX = "wandb/confusion_matrix/v1"


class WeightsAndBiases:
    """One run, by its id: one that goes on is the same run there."""

    def __init__(self, run: TrackedRun) -> None:
        """Raises `TrackerError` if it is to be sent and nobody has logged in."""
        os.environ.update(_SWITCHED_OFF)
        if not _STAGED_BY_USER:
            os.environ["WANDB_DATA_DIR"] = str(run.folder / WANDB)
        import wandb

        self._wandb: Any = wandb
        online = run.online and os.environ.get("WANDB_MODE") not in _NOT_ONLINE
        if online and not _has_logged_in(wandb):
            raise TrackerError(
                "Weights & Biases cannot be online, as nobody has logged in here: run "
                "'wandb login' once, or choose offline."
            )
        if not online and (run.folder / WANDB).exists():
            shutil.rmtree(run.folder / WANDB)  # written anew from the run's own history
        with _hooks_kept():
            self._run: Any = wandb.init(
                project=os.environ.get("WANDB_PROJECT") or PROJECT,
                id=run.id,
                name=run.name,
                group=run.group or None,
                tags=list(run.tags) or None,
                notes=run.note or None,
                dir=str(run.folder),
                config={"model": run.model, **run.settings},
                mode="online" if online else "offline",
                resume="allow" if online else None,
                settings=_settings(wandb),
            )
        self._run.define_metric("epoch", hidden=True)
        self._run.define_metric("*", step_metric="epoch")

    def epoch(self, epoch: Epoch) -> None:
        self._run.log({"epoch": epoch.number, **epoch.scalars}, step=epoch.number)

    def judged(self, judged: Judged, epoch: int) -> None:
        self._run.summary.update(dict(judged.scalars))
        if not judged.classes:
            return
        rows = [
            [right, given, int(times)]
            for right, line in zip(judged.classes, judged.counts, strict=True)
            for given, times in zip(judged.classes, line, strict=True)
        ]
        columns = ["Actual", "Predicted", "nPredictions"]
        table = self._wandb.Table(columns=columns, data=rows)
        chart = self._wandb.plot_table(
            _MATRIX, table, {name: name for name in columns}, {"title": judged.title}
        )
        self._run.log({f"{judged.title}/confusion_matrix": chart})

    def model(self, files: ModelFiles) -> None:
        about = {"epoch": files.epoch}
        model = self._wandb.Artifact(f"model-{self._run.id}", type="model", metadata=about)
        # without a copy: the file stays where it is
        model.add_file(str(files.weights), policy="immutable", skip_cache=True)
        with model.new_file("model.py", encoding="utf-8") as stream:
            stream.write(files.source)
        self._run.log_artifact(model)

    def end(self, state: str, summary: Scalars) -> None:
        self._run.summary.update({"state": state, **summary})
        self._run.finish(exit_code=1 if state == "Failed" else 0)


@contextmanager
def _hooks_kept() -> Iterator[None]:
    """Put back what is called at an exit and for an exception that nobody catches.

    The library puts its own in their place for good; a run is ended by its tracker here.
    """
    kept = sys.exit, sys.excepthook
    try:
        yield
    finally:
        sys.exit, sys.excepthook = kept  # type: ignore[assignment]


def _settings(wandb: Any) -> Any:
    return wandb.Settings(
        console="off",
        silent=True,
        quiet=True,
        disable_git=True,
        disable_code=True,
        save_code=False,
        disable_job_creation=True,
        symlink=False,
        reinit="create_new",  # several trainings may run in this process
        x_disable_stats=True,
        x_disable_meta=True,
        x_disable_machine_info=True,
        x_save_requirements=False,
    )


def _has_logged_in(wandb: Any) -> bool:
    return bool(os.environ.get("WANDB_API_KEY") or getattr(wandb.api, "api_key", None))
