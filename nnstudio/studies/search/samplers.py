"""Optuna's samplers and pruners, with what was measured to be good for them, and seeds."""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Sequence
from typing import TYPE_CHECKING

from nnstudio.studies.errors import StudyError
from nnstudio.studies.search.plan import Objective, Pruner, SearchPlan
from nnstudio.studies.search.suggestion import distributions_of

if TYPE_CHECKING:
    from optuna.pruners import BasePruner
    from optuna.samplers import BaseSampler

GP_TRIALS = 500
"""Above it a Gaussian process takes seconds for each point."""
_FEW, _MANY = 5, 30
"""Epochs: below the first nothing can be told of a curve, up to the second the median does."""
_FEW_FOLDS = 3
"""Below it nothing is saved: no trial is cut short after its first fold."""


def seed_of(study_seed: int, number: int) -> int:
    """The seed of one trial: of its points and of its training; at most 2**31 - 1."""
    said = hashlib.blake2b(f"{study_seed}:{number}".encode(), digest_size=8).digest()
    return int.from_bytes(said, "big") % 2**31


def sampler_for(plan: SearchPlan, seed: int) -> BaseSampler:
    """The sampler of one trial. Its random state is stored nowhere, so each trial has its own.

    seed: of the trial, see `seed_of`.
    """
    from optuna import samplers

    match plan.sampler:
        case "tpe":
            return samplers.TPESampler(seed=seed)
        case "random" | "grid":
            return samplers.RandomSampler(seed=seed)
        case "cmaes":
            return samplers.CmaEsSampler(seed=seed)
        case "gp":
            return samplers.GPSampler(seed=seed)
        case "qmc":  # its seed decides the whole sequence, of which the storage counts the places
            return samplers.QMCSampler(
                seed=plan.seed, scramble=True, warn_independent_sampling=False
            )


def refuse_sampler(plan: SearchPlan) -> None:
    """Raise `StudyError` for a sampler that cannot do what is planned."""
    several = len(plan.objectives) > 1
    match plan.sampler:
        case "cmaes" if importlib.util.find_spec("cmaes") is None:
            raise StudyError(
                "The sampler cmaes needs the package cmaes, which is not installed: pip install "
                "nnstudio[cmaes], or choose tpe."
            )
        case "cmaes" if several:
            raise StudyError("The sampler cmaes expects one objective, received two: choose tpe.")
        case "cmaes" if sum(hasattr(one, "low") for one in distributions_of(plan).values()) < 2:
            raise StudyError(
                "The sampler cmaes expects at least two ranges, as choices tell it nothing: choose "
                "tpe."
            )
        case "qmc" if not any(hasattr(one, "low") for one in distributions_of(plan).values()):
            raise StudyError(
                "The sampler qmc expects at least one range: for choices alone choose grid, random "
                "or tpe."
            )
        case "gp" if importlib.util.find_spec("scipy") is None:
            raise StudyError("The sampler gp needs the package scipy: install it, or choose tpe.")
        case "gp" if plan.limits.trials is None or plan.limits.trials > GP_TRIALS:
            raise StudyError(
                f"The sampler gp expects at most {GP_TRIALS} trials, as each takes longer than the "
                "one before: give --trials, or choose tpe."
            )
    if plan.folds and plan.pruner in ("halving", "hyperband"):
        raise StudyError(
            f"Trials with folds are cut short by the median of the mean so far, not by "
            f"{plan.pruner}, which needs many steps: leave out --pruner, or give median or none."
        )
    if several and plan.pruner not in ("auto", "none"):
        raise StudyError("Trials cannot be cut short by two objectives: leave out --pruner.")
    if plan.objectives[0].is_cost and plan.pruner not in ("auto", "none"):
        raise StudyError(
            f"Trials cannot be cut short by {plan.objectives[0].figure}, which no epoch has: leave "
            "out --pruner."
        )


def learns_refusals(plan: SearchPlan) -> bool:
    """True if the sampler asks less for points like those that the model refused."""
    return plan.sampler in ("tpe", "gp")


def prunes(plan: SearchPlan) -> bool:
    """True if a trial may be cut short."""
    return may_cut(plan.objectives, plan.pruner, plan.epochs, len(plan.places))


def may_cut(objectives: Sequence[Objective], pruner: Pruner, epochs: int, places: int = 0) -> bool:
    """True if a trial of so many epochs may be cut short. places: of its trainings on folds."""
    if len(objectives) > 1 or objectives[0].is_cost or pruner == "none":
        return False
    return places >= _FEW_FOLDS if places else pruner != "auto" or epochs >= _FEW


def pruner_for(plan: SearchPlan) -> BasePruner:
    """The pruner, always an explicit one: by default under 5 epochs none, else the median.

    With folds: the median of the mean so far, from the second fold on. For more than 30 epochs and
    50 trials successive halving or Hyperband can be better; they are taken when they are named.
    """
    from optuna import pruners

    if not prunes(plan):
        return pruners.NopPruner()
    match plan.pruner:
        case "halving":
            return pruners.SuccessiveHalvingPruner()
        case "hyperband":
            return pruners.HyperbandPruner(min_resource=1, max_resource=plan.epochs)
        case _:
            return pruners.MedianPruner(n_startup_trials=5, n_warmup_steps=2)


def advice(plan: SearchPlan) -> str:
    """What else could be worth it for this plan; "" if nothing."""
    many = plan.limits.trials is not None and plan.limits.trials > 50
    if plan.folds:
        return ""
    if plan.pruner == "auto" and prunes(plan) and plan.epochs > _MANY and many:
        return "Trainings of so many epochs may take less time with --pruner halving or hyperband."
    return ""


def weakness(plan: SearchPlan) -> str:
    """What the sampler of this plan cannot use, in a sentence; "" if it uses all."""
    found = distributions_of(plan)
    alone = [name for name, one in found.items() if not hasattr(one, "low")]
    if plan.sampler not in ("cmaes", "qmc") or not alone:
        return ""
    return (
        f"The sampler {plan.sampler} knows ranges alone: choices ({', '.join(alone)}) are drawn at "
        "random, each by itself."
    )
