"""The keeper of `tests/forked.py`: it has loaded the large libraries and forks for each program.

Nothing of nnstudio is loaded here, so a program imports it as any other does. What the libraries
hold is looked at in no garbage collection, neither while a program runs nor as it ends, which
would take a second. No tests here.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import runpy
import signal
import socket
import sys
from contextlib import suppress

LARGE = (
    "torch",
    "torch._dynamo",
    "PySide6.QtWidgets",
    "pydantic.main",
    "rich.progress",
    "rich.table",
    "PIL.Image",
)
"""Of these only numpy's BLAS has a thread, which it ends before a fork; pyarrow's would stay."""


def next_order(door: socket.socket) -> dict[str, object]:
    """Wait for orders; return in the process that has to carry one out, and only there."""
    while True:
        message, handles, *_ = socket.recv_fds(door, 1 << 20, 3)
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        if not message:  # whoever gave orders is gone
            os._exit(0)
        if os.fork() == 0:
            door.close()
            out, err, told = handles
            program = os.fork()
            if program == 0:
                os.close(told)
                for handle, number in ((out, 1), (err, 2)):
                    os.dup2(handle, number)
                    os.close(handle)
                return dict(json.loads(message))
            os.close(out)
            os.close(err)
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            os.write(told, f"{program}\n".encode())
            _, status = os.waitpid(program, 0)
            with suppress(BrokenPipeError):
                os.write(told, f"{os.waitstatus_to_exitcode(status)}\n".encode())
            os._exit(0)
        for handle in handles:
            os.close(handle)


def carry_out(words: list[str], surroundings: dict[str, str], folder: str) -> None:
    """Be what `python words` is in these surroundings."""
    os.environ.clear()
    os.environ.update(surroundings)
    os.chdir(folder)
    given = [place for place in surroundings.get("PYTHONPATH", "").split(os.pathsep) if place]
    sys.path[:0] = [folder, *given]
    importlib.invalidate_caches()
    kind, *rest = words
    if kind == "-m":
        sys.argv = rest
        runpy.run_module(rest[0], run_name="__main__", alter_sys=True)
    elif kind == "-c":
        code, *rest = rest
        sys.argv = ["-c", *rest]
        exec(
            compile(code, "<string>", "exec"),
            {"__name__": "__main__", "__builtins__": __builtins__},
        )
    else:
        sys.argv = words
        sys.path[0] = os.path.dirname(os.path.abspath(kind))
        runpy.run_path(kind, run_name="__main__")


if __name__ == "__main__":
    del sys.path[0]  # the folder of tests
    gc.disable()
    for name in LARGE:
        with suppress(ImportError):
            importlib.import_module(name)
    gc.freeze()
    gc.enable()
    order = next_order(socket.socket(fileno=int(sys.argv[1])))
    carry_out(order["words"], order["surroundings"], order["folder"])  # type: ignore[arg-type]
