"""What every `predict.py` has: reading of the folder, the model, the command line."""

from __future__ import annotations

import argparse
import errno
import json
import os
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
from glue import FILE_HELP, WHAT, WORDS, answer, call, load_model, prepare, read

HERE = Path(__file__).resolve().parent
PREPARATION: dict[str, Any] = json.loads((HERE / "preparation.json").read_text("utf-8"))
FIELDS: dict[str, Any] = PREPARATION["fields"]
AT_ONCE = 256
"""Samples that the model is given together."""


class InputError(Exception):
    """Why something cannot be done, in one sentence for whoever asked for it."""


def main() -> int:
    """Ask the model about each file and print its answers; 1 if a file cannot be used."""
    options = arguments()
    model = load_model()
    told, kept, failed = [], [], False
    for path in options.files:
        try:
            names, samples = read(existing(path))
            inputs = prepare(samples)
            outputs = run(model, inputs)
            found = []
            for k, name in enumerate(names):
                answers = answer(k, inputs, outputs, path, options)
                found.append({"file": str(path), "sample": name, "answers": answers})
        except InputError as error:
            print(f"predict.py: {error}", file=sys.stderr)
            failed = True
            continue
        told += found
        kept.append(outputs)
        if not options.json:
            for one in found:
                say(in_words(one), options)
    if options.json:
        say(json.dumps(told, indent=2, ensure_ascii=False), options)
    if options.outputs and kept:
        keep(options.outputs, {n: np.concatenate([one[n] for one in kept]) for n in kept[0]})
    return 1 if failed else 0


def arguments() -> argparse.Namespace:
    """What was asked for on the command line."""
    parser = argparse.ArgumentParser(description=WHAT)
    parser.add_argument("files", metavar="FILE", nargs="+", type=Path, help=FILE_HELP)
    parser.add_argument("--json", action="store_true", help="print the answers as JSON")
    parser.add_argument("--top", metavar="K", type=int, default=3, help="the K likeliest classes")
    parser.add_argument(
        "--outputs", metavar="FILE.npz", type=Path, help="keep what the model gave as arrays"
    )
    return parser.parse_args()


def say(text: str, options: argparse.Namespace) -> None:
    """Print it. If nobody reads any more, as behind `| head`, end; or go on to write the arrays."""
    try:
        print(text, flush=True)
    except OSError as error:
        if error.errno not in (errno.EPIPE, errno.EINVAL):  # the second is what Windows says
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not options.outputs:
            sys.exit(0)


def keep(path: Path, arrays: dict[str, np.ndarray]) -> None:
    """Write arrays as a .npz file; unlike `numpy.savez` with any names."""
    try:
        with zipfile.ZipFile(path, "w") as archive:
            for name, values in arrays.items():
                with archive.open(f"{name}.npy", "w") as file:
                    np.lib.format.write_array(file, values)
    except OSError as error:
        sys.exit(f"predict.py: {path} cannot be written: {error.strerror or error}.")


def existing(path: Path) -> Path:
    """The path of a file that is there."""
    if not path.is_file():
        raise InputError(f"{path} is a folder." if path.is_dir() else f"{path} is not there.")
    return path


def run(model: torch.nn.Module, inputs: dict[str, torch.Tensor]) -> dict[str, np.ndarray]:
    """What the model gives for all samples, by output: (n, ...)."""
    count = len(next(iter(inputs.values())))
    parts = []
    with torch.inference_mode():
        for start in range(0, count, AT_ONCE):
            batch = {name: rows[start : start + AT_ONCE] for name, rows in inputs.items()}
            parts.append(call(model, batch))
    return {name: torch.cat([part[name] for part in parts]).numpy() for name in parts[0]}


def in_words(told: dict[str, Any]) -> str:
    """One sample's answers in a line."""
    said = [WORDS[name](value) for name, value in told["answers"].items()]
    if len(said) > 1:
        said = [f"{name}: {text}" for name, text in zip(told["answers"], said, strict=True)]
    where = f"{told['file']}, {told['sample']}" if told["sample"] else told["file"]
    return f"{where}: {'; '.join(said)}"
