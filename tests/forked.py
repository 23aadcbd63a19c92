"""Programs in processes of their own that find torch and other large libraries loaded.

A process starts with a fork of one that has loaded them, which saves some seconds. From there on
it is as one that was started: it has its own words, surroundings and streams, imports nnstudio
itself, gets signals and ends as the interpreter ends. What is about loading torch, about the start
of the interpreter or its variables (`PYTHONIOENCODING`) has to start one. No tests here.
"""

from __future__ import annotations

import atexit
import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from threading import Event, Thread, Timer
from typing import TextIO

KEEPER = Path(__file__).with_name("forked_keeper.py")
PATIENCE = 240.0


@cache
def _door() -> socket.socket:
    """Where the keeper takes orders; it goes when this process does."""
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    keeper = subprocess.Popen(
        [sys.executable, str(KEEPER), str(its.fileno())],
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        pass_fds=[its.fileno()],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,  # as the streams of the programs are; nothing is said in them
        stderr=subprocess.PIPE,
    )
    its.close()

    def end() -> None:
        ours.close()
        keeper.communicate()

    atexit.register(end)
    return ours


class Forked:
    """A program, with what `subprocess.Popen` has of it."""

    def __init__(
        self, *words: str, env: Mapping[str, str] | None = None, cwd: Path | None = None
    ) -> None:
        """Begin `python words`: `-m module`, `-c code` or a file, and what follows."""
        order = {
            "words": words,
            "surroundings": dict(os.environ if env is None else env),
            "folder": str(cwd or Path.cwd()),
        }
        pipes = [os.pipe() for _ in range(3)]
        socket.send_fds(_door(), [json.dumps(order).encode()], [write for _, write in pipes])
        for _, write in pipes:
            os.close(write)
        self.stdout, self.stderr, self._told = (os.fdopen(read, "r") for read, _ in pipes)
        self.pid = int(self._told.readline())
        self.returncode: int | None = None

    def __enter__(self) -> Forked:
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self.wait(PATIENCE)
        finally:
            for stream in (self.stdout, self.stderr, self._told):
                stream.close()

    def send_signal(self, number: int) -> None:
        """Send it a signal, if it has not ended."""
        if self.returncode is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    def wait(self, timeout: float = PATIENCE) -> int:
        """Its exit code; the negative number of a signal that ended it."""
        if self.returncode is None:
            if not select.select([self._told], [], [], timeout)[0]:
                self.kill()
                raise subprocess.TimeoutExpired("a forked program", timeout)
            self.returncode = int(self._told.readline())
        return self.returncode

    def communicate(self, timeout: float = PATIENCE) -> tuple[str, str]:
        """What it says on both streams until it ends."""
        is_late = Event()

        def end() -> None:
            is_late.set()
            self.kill()

        late = Timer(timeout, end)
        late.start()
        said: dict[TextIO, str] = {}
        streams = [stream for stream in (self.stdout, self.stderr) if not stream.closed]
        readers = [Thread(target=lambda s=s: said.update({s: s.read()})) for s in streams]
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join()
        late.cancel()
        if is_late.is_set():
            raise subprocess.TimeoutExpired("a forked program", timeout)
        self.wait(timeout)
        return said.get(self.stdout, ""), said.get(self.stderr, "")


Program = Forked | subprocess.Popen[str]


def run(
    *words: str,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    patience: float = PATIENCE,
) -> subprocess.CompletedProcess[str]:
    """Run `python words` to its end, which comes within `patience` seconds."""
    if sys.platform != "linux":
        command = [sys.executable, *words]
        return subprocess.run(command, capture_output=True, text=True, env=env, cwd=cwd)
    with Forked(*words, env=env, cwd=cwd) as program:
        out, err = program.communicate(patience)
        return subprocess.CompletedProcess(words, program.wait(), out, err)


def begun(*words: str, env: Mapping[str, str] | None = None, cwd: Path | None = None) -> Program:
    """Begin `python words`; its streams are to be read, its end to be waited for."""
    if sys.platform == "linux":
        return Forked(*words, env=env, cwd=cwd)
    return subprocess.Popen(
        [sys.executable, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=env,
        cwd=cwd,
    )
