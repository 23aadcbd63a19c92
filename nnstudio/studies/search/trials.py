"""What the trials of a study say: which count, which were refused, queued again or left behind.

What is known of a trial beside Optuna's own: `worker`, `attempt`, `seed`; `run`, the folder of its
training; `done`, how far it was when it was taken, and `vain`, how many attempts before that have
brought nothing; `rejected`, why it was not trained; `sentence`, why it failed; `stopped`, `left`,
`again` (its point has another trial); `retry_of`; `facts`, `folds`. It is written in as few records
as can be, each of which costs the disk a moment: what is known when a trial is taken under `work`,
what in the end under `result`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from nnstudio.studies.search.folder import Control
from nnstudio.studies.search.plan import SearchPlan

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial

ATTEMPTS = 3
"""So often a trial is begun whose workers die without getting further."""
_REJECTED_IN_A_ROW = 1_000
_FAILED_IN_A_ROW = 10
_NEVER = datetime.min


def said_of(trial: FrozenTrial) -> dict[str, Any]:
    """Everything that is known of a trial beside Optuna's own, by its name."""
    found = trial.user_attrs
    return {**found, **found.get("work", {}), **found.get("result", {})}


def is_retry(trial: FrozenTrial) -> bool:
    """True for one that goes on with another that was stopped."""
    return "retry_of" in trial.user_attrs


def counts(trial: FrozenTrial) -> bool:
    """True for a trial that a limit counts: not refused before training, not queued again."""
    said = said_of(trial)
    if trial.state.name == "WAITING" or "rejected" in said:
        return False
    return not (trial.state.name == "FAIL" and ("stopped" in said or "again" in said))


def why_over(plan: SearchPlan, control: Control, trials: Iterable[FrozenTrial], now: float) -> str:
    """Why no further trial is begun, in a sentence; "" if one may be.

    now: seconds of UTC. Must be asked inside the study's turn, for the limit of trials to hold.
    """
    trials = list(trials)
    limits = control.limits
    counted = [trial for trial in trials if counts(trial)]
    waiting = any(trial.state.name == "WAITING" for trial in trials)
    if plan.sampler == "grid" and not waiting:
        return "All points of the grid are done."
    if limits.trials is not None and len(counted) >= limits.trials:
        return f"All {limits.trials:,} trials are done."
    if limits.seconds is not None and now - control.since >= limits.seconds:
        return f"The limit of {limits.seconds:,.0f} seconds is reached."
    finished = [trial for trial in trials if trial.state.is_finished()]
    if limits.no_progress is not None and _stands_still(plan, counted, limits.no_progress):
        return f"{limits.no_progress:,} trials have brought nothing better."
    last = finished[-_FAILED_IN_A_ROW:]
    if len(last) == _FAILED_IN_A_ROW and all(
        one.state.name == "FAIL" and counts(one) for one in last
    ):
        why = str(said_of(last[-1]).get("sentence", ""))
        return f"{_FAILED_IN_A_ROW} trials in a row have failed, the last one so: {why}"
    last = finished[-_REJECTED_IN_A_ROW:]
    if len(last) == _REJECTED_IN_A_ROW and all("rejected" in said_of(one) for one in last):
        why = str(said_of(last[-1])["rejected"])
        return f"{_REJECTED_IN_A_ROW:,} points in a row were refused, the last one so: {why}"
    return ""


def _stands_still(plan: SearchPlan, counted: list[FrozenTrial], patience: int) -> bool:
    """True if none of the last `patience` that ended beats the best before; one objective."""
    ended = [one for one in counted if one.state.name in ("COMPLETE", "PRUNED", "FAIL")]
    ended.sort(key=lambda one: one.datetime_complete or one.datetime_start or _NEVER)
    if len(plan.objectives) > 1 or len(ended) <= patience:
        return False
    sign = 1 if plan.objectives[0].direction == "maximize" else -1
    worth = [
        sign * one.values[0] if one.state.name == "COMPLETE" and one.values else -math.inf
        for one in ended
    ]
    before = max(worth[:-patience])
    return before > -math.inf and max(worth[-patience:]) <= before


def retry_attributes(trial: FrozenTrial, **more: Any) -> dict[str, Any]:
    """What a trial that is queued again takes along: its training has the same seed."""
    said = said_of(trial)
    found = {"retry_of": trial.number, "attempt": int(said.get("attempt", 1))}
    return {**found, **({"seed": said["seed"]} if "seed" in said else {}), **more}
