"""The options of `nnstudio queue`: an act, and what belongs to it."""

from __future__ import annotations

import argparse

from nnstudio.cli.options import add_all_settings, add_json, add_target
from nnstudio.runs.queue.entry import MOST

_ID = "the id of a training in the queue, or a beginning of it"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the acts."""
    acts = parser.add_subparsers(
        dest="act", metavar="ACT", required=True, parser_class=type(parser)
    )

    def act(name: str, about: str) -> argparse.ArgumentParser:
        return acts.add_parser(name, help=about, description=about)

    add = act("add", "put a copy of TARGET with its settings behind the others")
    add_target(add)
    add.add_argument("--title", help="the name of its run")
    add_json(add)
    add_all_settings(add)
    add_json(act("list", "what is trained and what waits, in the order of its turn"))
    run = act("run", "train what waits, each in a process of its own, until none is left")
    run.add_argument(
        "--workers", metavar="N", type=int, help=f"so many on a device at a time, 1 to {MOST}"
    )
    add_json(run)
    for name, about in (
        ("remove", "take trainings out of the queue; no run is removed"),
        ("hold", "pass trainings over"),
        ("release", "let trainings that were held back have their turn"),
        ("retry", "let trainings wait again that were not trained"),
    ):
        act(name, about).add_argument("ids", metavar="ID", nargs="+", help=_ID)
    move = act("move", "give a training another place")
    move.add_argument("ids", metavar="ID", nargs=1, help=_ID)
    move.add_argument("place", metavar="PLACE", type=int, help="1 is the next to be trained")
    act("pause", "start none; those that are trained come to their end")
    act("resume", "let what waits be trained; queue run trains it")
    act("stop", "stop those that are trained, with a checkpoint; they wait again")
