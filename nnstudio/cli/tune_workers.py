"""The workers of a search on this machine, and what they tell, on a terminal or as JSON."""

from __future__ import annotations

import json

from rich.markup import escape

from nnstudio.cli.console import console
from nnstudio.cli.output import reader_has_gone
from nnstudio.cli.stopping import wish
from nnstudio.studies.search.folder import StudyFolder
from nnstudio.studies.search.suggestion import plain_choice
from nnstudio.studies.search.worker import Told
from nnstudio.workspace.studies.search_workers import work as work_at

_PAUSED = "the study is paused: nnstudio tune --study DIR --unpause lets it go on"


def work(folder: StudyFolder, workers: int, *, as_json: bool, quiet: bool) -> None:
    """Work at a study until it is done, with so many processes.

    as_json: an object for each event and line. quiet: this is such a process. Raises
    `BrokenPipeError` if nobody reads any more.
    """
    with wish.deferred():
        work_at(
            folder,
            workers,
            leaves=lambda: wish.came or reader_has_gone(),
            told=Teller(as_json or quiet),
        )
    if reader_has_gone():
        raise BrokenPipeError


class Teller:
    """Prints what workers tell: for people a line for each trial, else JSON."""

    def __init__(self, as_json: bool) -> None:
        self._as_json = as_json
        self._console = console()
        self._last = ""

    def __call__(self, told: Told) -> None:
        if self._as_json:
            print(json.dumps(told.to_json()), flush=True)
            return
        if told.kind == "paused":
            self._tell_pause()
            return
        line = self._line(told)
        if line and line != self._last:  # each worker says why it has ended
            self._last = line
            self._console.print(escape(line), soft_wrap=True)

    def _tell_pause(self) -> None:
        """Once for all workers, until one of them does something again."""
        if self._last != _PAUSED:
            self._last = _PAUSED
            console(stderr=True).print(_PAUSED, markup=False, soft_wrap=True)

    def _line(self, told: Told) -> str:
        said = told.values or {}
        match told.kind:
            case "begun":
                values = ", ".join(f"{name} {_text(one)}" for name, one in said["values"].items())
                return f"trial {told.trial:>4}  begun: {values}"
            case "fold" if said["mean"] is not None:
                return f"trial {told.trial:>4}  fold {said['fold']}: mean {_text(said['mean'])}"
            case "rejected":
                return f"trial {told.trial:>4}  not trained: {said['sentence']}"
            case "ended":
                why = "" if said["state"] == "stopped" else said.get("sentence", "")
                figures = " ".join(_text(one) for one in said.get("objectives") or ())
                state = {"complete": "done", "fail": "failed"}.get(said["state"], said["state"])
                return f"trial {told.trial:>4}  {state}  {figures}{why}".rstrip()
            case "over" if not wish.came:
                return str(said["sentence"])
            case _:
                return ""


def _text(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(plain_choice(value))
