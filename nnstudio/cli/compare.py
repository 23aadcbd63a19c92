"""compare: models on the same folds, pair by pair; or runs that are there, side by side."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path

from nnstudio.cli.choices import choices_of
from nnstudio.cli.cross_validate import fit_teller, refuse_changes, rule_of
from nnstudio.cli.main import DONE
from nnstudio.cli.run_tables import print_runs
from nnstudio.cli.settings import given_settings
from nnstudio.cli.study_run import train_study
from nnstudio.cli.targets import print_json, project_of
from nnstudio.project.refusal import Refusal
from nnstudio.project.settings import value_of_text
from nnstudio.studies.folds import FoldRule
from nnstudio.studies.plan import Plan, Variant
from nnstudio.studies.study import Study, find_study, is_study
from nnstudio.workspace.opened_run import is_run, open_run
from nnstudio.workspace.studies.finished import prepared
from nnstudio.workspace.studies.run_comparison import compare_runs
from nnstudio.workspace.studies.running import begun


def compare(options: argparse.Namespace) -> int:
    """Compare what is named: a study that goes on, runs, or models to be trained."""
    words: list[str] = options.targets_compared
    if len(words) == 1 and is_study(words[0]):
        study = find_study(words[0])
        refuse_changes(options, study)
        if options.seeds is not None and options.seeds != study.plan.seeds:
            raise Refusal(f"the study has {study.plan.seeds} seeds: leave out --seeds")
        return train_study(study, options.judge, as_json=options.json)
    if len(words) < 2 and not options.vary:
        raise Refusal(
            "compare expects at least two models or two runs, one model with --vary, or one study "
            "to go on with"
        )
    there = [not word.endswith(".nns") and is_run(word) for word in words]
    if all(there):
        found = compare_runs([open_run(word) for word in words], options.part)
        if options.json:
            print_json(found.to_json())
        else:
            print_runs(found)
        return DONE
    if any(there):
        run = words[there.index(True)]
        raise Refusal(
            f"compare expects models alone or runs alone: {run} is a run, "
            f"{words[there.index(False)]} is not"
        )
    return train_study(_study(options, words), options.judge, as_json=options.json)


def _study(options: argparse.Namespace, words: list[str]) -> Study:
    settings, choices = given_settings(options), choices_of(options)
    variants: dict[str, Variant] = {}
    names: set[str] = set()
    for word in words:
        one = argparse.Namespace(target=word, values=options.values)
        name = Path(word).stem if word.endswith(".nns") else word
        if name in names:
            raise Refusal(f"{name} is named twice: save a variant under another name")
        names.add(name)
        for varied in _varied(options.vary):
            more = ", ".join(f"{setting} {value}" for setting, value in varied.items())
            title = f"{name}, {more}" if more else name
            values = settings | {n: value_of_text(n, text) for n, text in varied.items()}
            made = prepared(project_of(one), values, choices, fit_teller(options))
            variants[title] = Variant(title, made)
    rule: FoldRule = rule_of(options)
    seeds = 1 if options.seeds is None else options.seeds
    folder = None if options.study is None else Path(options.study).absolute()
    return begun(Plan(tuple(variants.values()), rule, seeds), folder, resume=options.resume)


def _varied(given: Sequence[str]) -> Iterator[dict[str, str]]:
    """Every combination of the values of --vary, as texts; one without any where none is given."""
    values: dict[str, list[str]] = {}
    for item in given:
        name, equals, text = item.partition("=")
        found = [part.strip() for part in text.split(",") if part.strip()]
        name = name.strip().replace("-", "_")
        if not equals or not name or not found:
            raise Refusal(f"--vary expects NAME=VALUE,VALUE, received '{item}'")
        if name in values or len(set(found)) < len(found):
            raise Refusal(f"--vary names a setting or a value twice: '{item}'")
        values[name] = found
    for each in product(*values.values()):
        yield dict(zip(values, each, strict=True))
