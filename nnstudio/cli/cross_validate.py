"""cross-validate: train a model on every fold, and say what the held-out samples tell."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from nnstudio.cli.choices import choices_of
from nnstudio.cli.console import console
from nnstudio.cli.settings import given_settings
from nnstudio.cli.study_run import train_study
from nnstudio.cli.targets import project_of
from nnstudio.project.refusal import Refusal
from nnstudio.studies.errors import StudyError
from nnstudio.studies.folds import FoldRule
from nnstudio.studies.plan import Plan, Variant
from nnstudio.studies.study import Study, find_study, is_study
from nnstudio.workspace.chosen_data import NO_CHOICES
from nnstudio.workspace.studies.finished import prepared
from nnstudio.workspace.studies.running import begun


def cross_validate(options: argparse.Namespace) -> int:
    """Make the study, or go on with it, and train what is missing."""
    study = _gone_on_with(options)
    if study is None:
        settings, choices = given_settings(options), choices_of(options)
        project = prepared(project_of(options), settings, choices, fit_teller(options))
        is_file = options.target.endswith(".nns")
        name = Path(options.target).stem if is_file else project.root
        plan = Plan((Variant(name, project),), rule_of(options))
        folder = None if options.study is None else Path(options.study).absolute()
        study = begun(plan, folder, resume=options.resume)
    return train_study(study, options.judge, as_json=options.json)


def fit_teller(options: argparse.Namespace) -> Callable[[str], None]:
    """Says what was changed of a model to fit it to its data."""
    if options.json:
        return lambda sentence: None
    return lambda sentence: console(stderr=True).print(sentence, markup=False)


def rule_of(options: argparse.Namespace) -> FoldRule:
    """How the samples are parted."""
    folds = 4 if options.folds is None else options.folds
    return FoldRule(folds, 1 if options.repeats is None else options.repeats, options.all_samples)


def _gone_on_with(options: argparse.Namespace) -> Study | None:
    """The study that TARGET names, if it is one. Raises `Refusal` for another plan."""
    if options.target.endswith(".nns") or not is_study(options.target):
        if options.resume and options.study is None:
            raise Refusal("--resume expects --study DIR, or the study itself in place of TARGET")
        return None
    found = find_study(options.target)
    if len(found.plan.variants) > 1:
        raise StudyError(f"{options.target} is a comparison: go on with nnstudio compare.")
    refuse_changes(options, found)
    return found


def refuse_changes(options: argparse.Namespace, study: Study) -> None:
    """A study goes on as it was begun: raise `Refusal` for what would change it."""
    rule = study.plan.rule
    for name, there in (("folds", rule.folds), ("repeats", rule.repeats)):
        given = getattr(options, name)
        if given is not None and given != there:
            raise Refusal(f"the study has {there} {name}, not {given}: leave out --{name}")
    others = (options.values, given_settings(options), options.study, options.all_samples)
    if any(others) or choices_of(options) != NO_CHOICES:
        raise Refusal("a study goes on with the settings that it was begun with: leave out others")
