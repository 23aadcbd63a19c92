"""The options of `evaluate`."""

from __future__ import annotations

import argparse


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add them."""
    parser.add_argument(
        "run", metavar="RUN", help="a run: its folder, its id, or a beginning of the id"
    )
    parser.add_argument(
        "--part",
        choices=("train", "validation", "test", "all"),
        help="the samples to judge it by; the test part if there is one, else the validation",
    )
    parser.add_argument(
        "--checkpoint", choices=("best", "last"), help="the weights; the best, if there are any"
    )
    parser.add_argument("--device", help="such as cpu; by default that of the training")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--csv", metavar="FILE", help="write a row for each sample")
