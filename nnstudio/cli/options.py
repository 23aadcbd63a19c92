"""Options that several commands have."""

from __future__ import annotations

import argparse


def add_target(
    parser: argparse.ArgumentParser,
    *,
    optional: bool = False,
    what: str = "a .nns file or a preset",
) -> None:
    """A project file or preset, and values of its parameters. what: it may be."""
    parser.add_argument("target", metavar="TARGET", nargs="?" if optional else None, help=what)
    parser.add_argument(
        "--set",
        dest="values",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        help="override a parameter of the model (repeatable)",
    )


def add_json(parser: argparse.ArgumentParser) -> None:
    """Print JSON."""
    parser.add_argument("--json", action="store_true", help="print JSON")


def add_all_settings(parser: argparse.ArgumentParser) -> None:
    """Every setting of data and training, and how data are read and given to a model."""
    from nnstudio.cli.choices import add_mapping, add_reading
    from nnstudio.cli.settings import add_settings

    add_settings(parser)
    add_mapping(parser)
    add_reading(parser)
