"""What TARGET and --set mean: a project with its overrides."""

from __future__ import annotations

import argparse
import json
from typing import Any

from nnstudio.project.presets import load_target, with_values
from nnstudio.project.refusal import Refusal
from nnstudio.project.values import Project


def project_of(options: argparse.Namespace) -> Project:
    """The project that TARGET names, with the values of --set. Raises `UserError`."""
    values: dict[str, str] = {}
    for item in options.values:
        name, equals, text = item.partition("=")
        if not equals or not name:
            raise Refusal(f"--set expects NAME=VALUE, received '{item}'")
        values[name.strip()] = text.strip()
    return with_values(load_target(options.target), values)


def print_json(value: Any) -> None:
    """One JSON document on stdout."""
    print(json.dumps(value, indent=2, ensure_ascii=False))
