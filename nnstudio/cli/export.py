"""export: a model as a PyTorch module, or a trained one as a folder that runs by itself."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from nnstudio.cli.main import DONE, NO
from nnstudio.cli.targets import project_of
from nnstudio.project.presets import SUFFIX, TargetError, preset_names
from nnstudio.project.refusal import Refusal


def export(options: argparse.Namespace) -> int:
    """Write what TARGET is: a run as a folder, a project or preset as a module."""
    if _is_project(options.target):
        return _module(options)
    from nnstudio.workspace.opened_run import is_run

    if is_run(options.target):
        return _run(options)
    try:
        return _module(options)
    except TargetError as error:
        raise TargetError(f"{error}; no run begins with it either") from error


def _is_project(target: str) -> bool:
    """True for a file, and for the exact name of a preset, with or without a variant."""
    if Path(target).is_file() or target.endswith(SUFFIX) or f"{SUFFIX}/" in target:
        return True
    name = target.partition("/")[0].lower()
    return not Path(target).is_dir() and name in {known.lower() for known in preset_names()}


def _module(options: argparse.Namespace) -> int:
    from nnstudio.compiler.source import generate
    from nnstudio.export.python_module import export as export_module

    if options.force:
        raise Refusal("--force is for the folder of a run; a file is replaced without it")
    path = Path(options.output)
    source = generate(project_of(options))
    export_module(source, path, options.format)
    print(f"{source.root} written to {path}")
    return DONE


def _run(options: argparse.Namespace) -> int:
    from nnstudio.export.folder import TakenError
    from nnstudio.workspace.export_run import export_run
    from nnstudio.workspace.opened_run import open_run

    if options.values or options.format:
        given = "--set" if options.values else "--format"
        raise Refusal(f"{given} is for projects and presets: {options.target} is a run")
    folder = Path(options.output)
    if folder.suffix in (".py", SUFFIX) and not folder.is_dir():
        raise Refusal(f"A run is exported as a folder: expected its name, received '{folder}'")
    run = open_run(options.target)
    try:
        made = export_run(run, folder, force=options.force)
    except TakenError as error:
        said = str(error).rstrip(".")
        raise Refusal(f"{said}; give --force to write beside them") from error
    print(f"{run.record.name} written to {folder}")
    print(made.proof.sentence, file=sys.stdout if made.proof.apart is not None else sys.stderr)
    return DONE if made.proof.apart is not None else NO
