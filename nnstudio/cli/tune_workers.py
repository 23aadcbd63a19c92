"""The workers of a search on this machine: one in this process, the others in their own."""

from __future__ import annotations

import json
import subprocess
import sys
import threading

from rich.markup import escape

from nnstudio.cli.console import console
from nnstudio.cli.output import reader_has_gone
from nnstudio.cli.stopping import wish
from nnstudio.studies.search.folder import StudyFolder
from nnstudio.studies.search.worker import Told, Worker
from nnstudio.workspace.search_training import SearchTrainer


def work(folder: StudyFolder, workers: int, *, as_json: bool, quiet: bool) -> None:
    """Work at a study until it is done, with so many processes.

    as_json: an object for each event and line. quiet: this is such a process. Raises
    `BrokenPipeError` if nobody reads any more.
    """
    tell = _Teller(as_json or quiet)
    worker = Worker(
        folder, SearchTrainer(folder), leaves=lambda: wish.came or reader_has_gone(), told=tell
    )
    with wish.deferred():
        others = [_start(folder) for _ in range(workers - 1)]
        readers = [threading.Thread(target=_relay, args=(one, tell)) for one in others]
        for reader in readers:
            reader.start()
        try:
            worker.work()
        finally:
            if wish.came or reader_has_gone() or sys.exc_info()[0] is not None:
                for one in others:
                    one.terminate()
            for one, reader in zip(others, readers, strict=True):
                one.wait()
                reader.join()
    if reader_has_gone():
        raise BrokenPipeError


def _start(folder: StudyFolder) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "nnstudio", "tune", "--study", str(folder.path), "--as-worker"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8")


def _relay(process: subprocess.Popen[str], tell: _Teller) -> None:
    assert process.stdout is not None
    with process.stdout:
        for line in process.stdout:
            try:
                said = json.loads(line)
            except ValueError:
                continue
            kind = str(said.pop("event")).removeprefix("trial_")
            tell(Told(kind, said.pop("worker"), said.pop("trial"), said))


class _Teller:
    """Prints what workers tell: for people a line for each trial, else JSON."""

    def __init__(self, as_json: bool) -> None:
        self._as_json = as_json
        self._lock = threading.Lock()
        self._console = console()
        self._last = ""

    def __call__(self, told: Told) -> None:
        with self._lock:
            if self._as_json:
                print(json.dumps(told.to_json()), flush=True)
                return
            line = self._line(told)
            if line and line != self._last:  # each worker says why it has ended
                self._last = line
                self._console.print(escape(line), soft_wrap=True)

    def _line(self, told: Told) -> str:
        said = told.values or {}
        match told.kind:
            case "begun":
                values = ", ".join(f"{name} {_text(one)}" for name, one in said["values"].items())
                return f"trial {told.trial:>4}  begun: {values}"
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
    return f"{value:.4g}" if isinstance(value, float) else str(value)
