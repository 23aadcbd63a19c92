"""The options of the commands that train studies."""

from __future__ import annotations

import argparse

from nnstudio.cli.options import add_all_settings, add_json, add_target


def cross_validate_options(parser: argparse.ArgumentParser) -> None:
    """Of `cross-validate`."""
    add_target(parser, what="a .nns file or a preset; or a study to go on with")
    _add_study(parser)


def compare_options(parser: argparse.ArgumentParser) -> None:
    """Of `compare`."""
    parser.add_argument(
        "targets_compared",
        metavar="TARGET|RUN",
        nargs="+",
        help="models to train on the same folds; or runs to be put side by side; or one study to "
        "go on with",
    )
    parser.add_argument(
        "--set",
        dest="values",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        help="override a parameter of every model (repeatable)",
    )
    parser.add_argument(
        "--vary",
        metavar="NAME=VALUE,VALUE",
        action="append",
        default=[],
        help="each model with every value of a setting of training or data (repeatable)",
    )
    parser.add_argument("--seeds", metavar="N", type=int, help="so many seeds a fold; 1")
    parser.add_argument(
        "--part", choices=("train", "validation", "test"), help="of runs: what they are judged by"
    )
    _add_study(parser)


def assignment_options(parser: argparse.ArgumentParser) -> None:
    """Of `study`."""
    parser.add_argument(
        "document",
        metavar="DOCUMENT",
        nargs="?",
        help="a document by its name or one of its presets; or the folder or id of one that was "
        "begun, to go on with; without it all are listed",
    )
    parser.add_argument("--folds", metavar="K", type=int, help="into how many parts")
    parser.add_argument(
        "--trials", metavar="N", type=int, help="trainings of each search; 0: no search"
    )
    parser.add_argument("--study", metavar="DIR", help="keep it here, or go on with what is there")
    add_json(parser)
    add_all_settings(parser)


def _add_study(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--folds", metavar="K", type=int, help="into how many parts; 4")
    parser.add_argument(
        "--repeats", metavar="R", type=int, help="part the samples anew so many times; 1"
    )
    parser.add_argument(
        "--all-samples", action="store_true", help="the test part of the split is in the folds, too"
    )
    parser.add_argument(
        "--study", metavar="DIR", help="keep the study here, instead of among all others"
    )
    parser.add_argument(
        "--resume", action="store_true", help="go on with the study in --study; it must be there"
    )
    parser.add_argument(
        "--judge",
        choices=("last", "best"),
        default="last",
        help="the weights that are judged: of the last epoch, or of the best, which the held-out "
        "samples themselves have chosen",
    )
    add_json(parser)
    add_all_settings(parser)
