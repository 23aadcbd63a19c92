"""The options of `report`."""

from __future__ import annotations

import argparse


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add them."""
    parser.add_argument(
        "subjects",
        metavar="RUN|STUDY",
        nargs="+",
        help="a run or a study: its folder, its id, or a beginning of the id; several of them are "
        "put into one report and compared",
    )
    parser.add_argument(
        "-o", "--output", metavar="FILE", required=True, help="the file, such as report.html"
    )
    parser.add_argument("--title", default="", help="in place of the name of the run or study")
    parser.add_argument(
        "--question", default="", help="what the report is to answer, in a sentence"
    )
    parser.add_argument("--author", default="", help="who has written it")
    parser.add_argument(
        "--part",
        choices=("train", "validation", "test"),
        help="what runs are judged by; the test part if there is one, else the validation",
    )
    parser.add_argument(
        "--judge",
        choices=("last", "best"),
        default="last",
        help="of the runs of a study: the weights of the last epoch, or of the best, which the "
        "held-out samples themselves have chosen",
    )
    parser.add_argument("--device", help="such as cpu; by default that of the training")
    parser.add_argument("--no-source", action="store_true", help="leave the generated programs out")
