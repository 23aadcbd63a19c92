"""Programs that tests fork are as those that Python starts; see `tests/forked.py`."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests import forked

CODE = """
import atexit, os, sys
atexit.register(print, "at the end")
parent = int(open("/proc/self/stat").read().rpartition(")")[2].split()[1])
keeper = int(open(f"/proc/{parent}/stat").read().rpartition(")")[2].split()[1])
print(sys.argv, os.environ["OF_ITS_OWN"], os.getcwd(), "nnstudio" in sys.modules)
print(sys.path[:2], len(os.listdir(f"/proc/{keeper}/task")), "torch" in sys.modules)
print("to standard error", file=sys.stderr)
sys.exit(3)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere they are started")
def test_it_has_words_surroundings_and_an_end_of_its_own(tmp_path: Path) -> None:
    given = {**os.environ, "OF_ITS_OWN": "yes", "PYTHONPATH": "/elsewhere"}
    done = forked.run("-c", CODE, "a", "b c", env=given, cwd=tmp_path)
    assert done.returncode == 3
    assert done.stderr == "to standard error\n"
    assert done.stdout.splitlines() == [
        f"['-c', 'a', 'b c'] yes {tmp_path} False",
        f"['{tmp_path}', '/elsewhere'] 1 True",  # what forks has one thread
        "at the end",
    ]


def test_signals_reach_it() -> None:
    code = "import time\nprint('begun', flush=True)\ntime.sleep(60)"
    with forked.begun("-c", code) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "begun\n"
        program.send_signal(signal.SIGINT)
        _, err = program.communicate(timeout=60)
    assert err.endswith("KeyboardInterrupt\n")
    assert program.returncode == -signal.SIGINT
    with forked.begun("-c", code) as program:
        program.kill()
        assert program.wait(60) == -signal.SIGKILL


def test_one_that_does_not_end_is_ended() -> None:
    with pytest.raises(subprocess.TimeoutExpired):
        forked.run("-c", "import time; time.sleep(60)", patience=0.2)
