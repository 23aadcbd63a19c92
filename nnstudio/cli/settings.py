"""Options for the settings of data and training, made from their schemas; what was given."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any

from nnstudio.project.refusal import Refusal
from nnstudio.project.settings import schemas, value_of_text
from nnstudio.project.training.tracking_settings import NO_TRACKER, TRACKERS
from nnstudio.workspace.tracking import refuse_missing_trackers

_SHORT = {"learning_rate": ["--lr"]}
_PLACEHOLDERS = {
    "data": "NAME_OR_PATH",
    "validation": "SHARE",
    "test": "SHARE",
    "device": "auto|cpu|cuda[:i]",
    "threads": "auto|N",
    "loss_weights": "W,W",
    "schedule_epochs": "N,N",
    "start_from": "FILE_OR_RUN",
    "freeze": "NAME,NAME",
}
_GIVEN = "setting_"


def add_settings(parser: argparse.ArgumentParser) -> None:
    """Add an option for each setting, and one that takes any of them by name."""
    group = parser.add_argument_group("training settings", "as the project says where not given")
    group.add_argument(
        "--train",
        dest="train",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        help="any of the settings below by name (repeatable): learning_rate=0.01",
    )
    for name, told in schemas().items():
        flags = [f"--{name.replace('_', '-')}", *_SHORT.get(name, [])]
        about: dict[str, Any] = {
            "dest": _GIVEN + name,
            "default": None,
            "help": told["description"].replace("%", "%%"),
        }
        if name == "tracker":
            about["help"] += " (repeatable)"
        if name == "tracker":
            ways = "|".join((*TRACKERS, NO_TRACKER))
            group.add_argument(*flags, metavar=ways, action="append", **about)
        elif told.get("type") == "boolean":
            group.add_argument(*flags, action=argparse.BooleanOptionalAction, **about)
        else:
            group.add_argument(*flags, metavar=_placeholder(name, told), **about)


def _placeholder(name: str, told: Mapping[str, Any]) -> str:
    if "enum" in told:
        return "|".join(told["enum"])
    parts = told.get("anyOf", [told])
    whole = any(part.get("type") == "integer" for part in parts)
    return _PLACEHOLDERS.get(name, "N" if whole else "X")


def given_settings(options: argparse.Namespace) -> dict[str, Any]:
    """Read the settings by name as given, unchecked; an option of its own goes first.

    Raises `TrackerError` for a tracker that is not installed.
    """
    found: dict[str, Any] = {}
    for item in options.train:
        name, equals, text = item.partition("=")
        if not equals or not name:
            raise Refusal(f"--train expects NAME=VALUE, received '{item}'")
        name = name.strip().replace("-", "_")
        found[name] = value_of_text(name, text.strip())
    for option, value in vars(options).items():
        if option.startswith(_GIVEN) and value is not None:
            name = option.removeprefix(_GIVEN)
            found[name] = value_of_text(name, value) if isinstance(value, str) else value
    refuse_missing_trackers(found)
    return found
