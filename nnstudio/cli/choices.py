"""Options for what is said of data by hand: how they are read, fed to Inputs, asked of Outputs."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from nnstudio.project.data.named import READ_AS
from nnstudio.project.refusal import Refusal
from nnstudio.workspace.chosen_data import Choices


def add_reading(parser: argparse.ArgumentParser) -> None:
    """Add the options for the reader."""
    group = parser.add_argument_group("reading of data", "found out where not given")
    group.add_argument(
        "--read-as",
        metavar="|".join(READ_AS),
        default="",
        help="what the data are, where they could be read in several ways",
    )
    group.add_argument(
        "--option",
        dest="options",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        help="an option of the reader (repeatable): delimiter=; encoding=cp1252 decimal=, "
        "header=no missing=NA,- sheet=Data files=photos (tables); unit=words length=32 (texts); "
        "level=last (folders); format=npy (arrays)",
    )


def add_mapping(parser: argparse.ArgumentParser) -> None:
    """Add the options for Inputs and Outputs."""
    group = parser.add_argument_group(
        "Inputs and Outputs", "by name where not given, else in their order"
    )
    group.add_argument(
        "--feed",
        dest="feeds",
        metavar="INPUT=FIELD,FIELD",
        action="append",
        default=[],
        help="the fields that an Input gets, numbers side by side (repeatable); fields that no "
        "Input gets are left out",
    )
    group.add_argument(
        "--target",
        dest="targets",
        metavar="OUTPUT=FIELD[:TASK]",
        action="append",
        default=[],
        help="the field that an Output is to give, as classes, labels, number, per_position, "
        "per_pixel, tokens, next_token or reconstruction; several fields with commas (repeatable)",
    )


def choices_of(options: argparse.Namespace) -> Choices:
    """What was given. Raises `Refusal` for what is not written NAME=VALUE."""
    feeds = _pairs("--feed", "INPUT=FIELD,FIELD", getattr(options, "feeds", ()))
    targets = _pairs("--target", "OUTPUT=FIELD[:TASK]", getattr(options, "targets", ()))
    return Choices(
        read_as=options.read_as,
        options=_pairs("--option", "NAME=VALUE", options.options),
        feeds={name: _fields(text) for name, text in feeds.items()},
        targets={name: _fields(text) for name, text in targets.items()},
    )


def _pairs(option: str, form: str, given: Sequence[str]) -> dict[str, str]:
    found = {}
    for item in given:
        name, equals, text = item.partition("=")
        if not equals or not name.strip():
            raise Refusal(f"{option} expects {form}, received '{item}'")
        if name.strip() in found:
            raise Refusal(f"{option} was given twice for {name.strip()}")
        found[name.strip()] = text
    return found


def _fields(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())
