"""queue: trainings that wait for their turn; added, looked at, put in order, trained."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.markup import escape
from rich.table import Table

from nnstudio.cli.choices import choices_of
from nnstudio.cli.console import console
from nnstudio.cli.main import DONE, NO, STOPPED
from nnstudio.cli.output import reader_has_gone
from nnstudio.cli.settings import given_settings
from nnstudio.cli.stopping import wish
from nnstudio.cli.targets import print_json, project_of
from nnstudio.compiler.inference import full_report
from nnstudio.project.refusal import Refusal
from nnstudio.project.settings import with_settings
from nnstudio.runs.queue.entry import MOST, Queued, Standing
from nnstudio.runs.queue.folder import QueueFolder
from nnstudio.runs.store import RunStore
from nnstudio.workspace.chosen_data import with_choices
from nnstudio.workspace.queue.page import QueuePage
from nnstudio.workspace.queue.runner import Runner, Told

_WIDTH = 120


def queue(options: argparse.Namespace) -> int:
    """Do what is asked of the queue."""
    folder = QueueFolder(RunStore().folder.absolute())
    act: Callable[[QueueFolder, argparse.Namespace], int] = _ACTS[options.act]
    return act(folder, options)


def _add(folder: QueueFolder, options: argparse.Namespace) -> int:
    project = with_settings(project_of(options), given_settings(options))
    project = with_choices(project, choices_of(options))
    errors = full_report(project).errors
    if errors:
        raise Refusal(f"The model has problems first: {errors[0].sentence}")
    is_file = options.target.endswith(".nns")
    title = options.title or (Path(options.target).stem if is_file else project.root)
    entry = folder.add(project, title, Path(options.target) if is_file else None)
    if options.json:
        print_json(_said(folder.get(entry.id)))
        return DONE
    print(f"{entry.id}  {entry.title}")
    if folder.worker is None:
        console(stderr=True).print("It waits: nnstudio queue run trains what waits.", markup=False)
    return DONE


def _list(folder: QueueFolder, options: argparse.Namespace) -> int:
    found, control, worker = folder.entries(), folder.control(), folder.worker
    if options.json:
        about = {"wish": control.wish, "at_once": control.at_once}
        print_json({**about, "worked_at": worker is not None, "queue": [_said(o) for o in found]})
        return DONE
    if not found:
        print("nothing waits")
        return DONE
    table = Table(box=None, pad_edge=False)
    for name in ("", "id", "name", "state", "model", "data", "device", ""):
        table.add_column(name, overflow="fold")
    place = 0
    for one in found:
        waits = one.standing in (Standing.WAITING, Standing.HELD)
        place += waits
        entry = one.entry
        table.add_row(
            str(place) if waits else "",
            *(entry.id, escape(entry.title), one.standing.value, escape(entry.model)),
            *(escape(entry.data), entry.device, escape(one.sentence)),
        )
    console(width=_WIDTH).print(table)
    if control.wish != "run":
        print("paused: nnstudio queue resume, then nnstudio queue run")
    elif worker is None and place:
        print("nobody trains them now: nnstudio queue run")
    return DONE


def _run(folder: QueueFolder, options: argparse.Namespace) -> int:
    """Train until nothing may be started; 1 if something could not be trained."""
    if options.workers is not None:
        if not 1 <= options.workers <= MOST:
            raise Refusal(
                f"--workers expects a number from 1 to {MOST}, received {options.workers}"
            )
        folder.want(at_once=options.workers)
    teller = _Teller(options.json)
    with wish.deferred():
        Runner(folder, leaves=lambda: wish.came or reader_has_gone(), told=teller).work()
    if wish.came:
        return STOPPED
    if folder.control().wish != "run" and not options.json:
        print("paused: nnstudio queue resume lets the rest be trained")
    return NO if teller.has_failed else DONE


class _Teller:
    def __init__(self, as_json: bool) -> None:
        self._as_json = as_json
        self.has_failed = False

    def __call__(self, told: Told) -> None:
        self.has_failed = self.has_failed or told.kind == "failed" or told.sentence == "Failed"
        if self._as_json:
            about = {"event": told.kind, "id": told.entry.id, "title": told.entry.entry.title}
            print(json.dumps({**about, "sentence": told.sentence}), flush=True)
            return
        word = {"begun": "begun", "ended": "ended", "failed": "not trained", "waits": "waits again"}
        line = f"{told.entry.id}  {told.entry.entry.title}  {word[told.kind]}"
        more = told.sentence.lower() if told.kind == "ended" else told.sentence
        print(f"{line}{': ' if more else ''}{more}", flush=True)


def _each(act: Callable[[QueueFolder, Queued], object]) -> Callable[..., int]:
    def do(folder: QueueFolder, options: argparse.Namespace) -> int:
        for one in [folder.get(id) for id in options.ids]:
            act(folder, one)
        return DONE

    return do


def _hold(folder: QueueFolder, one: Queued, *, held: bool) -> None:
    if one.standing not in (Standing.WAITING, Standing.HELD):
        raise Refusal(f"'{one.entry.title}' does not wait: it is {one.standing.lower()}")
    folder.change(one.id, held=held, now=False)


def _move(folder: QueueFolder, options: argparse.Namespace) -> int:
    one = folder.get(options.ids[0])
    rest = [
        other.id
        for other in folder.entries()
        if other.id != one.id and other.standing in (Standing.WAITING, Standing.HELD)
    ]
    if one.standing not in (Standing.WAITING, Standing.HELD):
        raise Refusal(f"'{one.entry.title}' does not wait: it is {one.standing.lower()}")
    if not 1 <= options.place <= len(rest) + 1:
        raise Refusal(f"PLACE expects a number from 1 to {len(rest) + 1}, received {options.place}")
    rest.insert(options.place - 1, one.id)
    folder.arrange(rest)
    return DONE


def _want(wanted: str) -> Callable[..., int]:
    def do(folder: QueueFolder, _options: argparse.Namespace) -> int:
        if wanted == "stop":
            QueuePage(folder.runs).stop()
        else:
            folder.want(wish=wanted)
        return DONE

    return do


def _said(one: Queued) -> dict[str, Any]:
    return {
        **one.entry.model_dump(exclude={"format", "file"}),
        "state": one.standing.value,
        "sentence": one.sentence,
        "run": str(one.run),
    }


_ACTS: dict[str, Callable[..., int]] = {
    "add": _add,
    "list": _list,
    "run": _run,
    "remove": _each(lambda folder, one: folder.remove(one.id)),
    "hold": _each(lambda folder, one: _hold(folder, one, held=True)),
    "release": _each(lambda folder, one: _hold(folder, one, held=False)),
    "retry": _each(lambda folder, one: folder.again(one.id)),
    "move": _move,
    "pause": _want("pause"),
    "resume": _want("run"),
    "stop": _want("stop"),
}
