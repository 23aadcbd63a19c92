"""How commands end: when they are told to stop, and when nobody reads what they print."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from nnstudio.__main__ import main
from nnstudio.cli import output
from nnstudio.cli.stopping import StopWish
from nnstudio.training import checkpoints
from tests import forked

ENDLESS = ["train", "CNN2DResNet", "--data", "digits", "--set", "hidden=4", "--epochs", "100000"]
SETTLED = [*ENDLESS, "--threads", "1"]
"""The same, without the trial of threads."""


def started(
    *words: str, folder: Path, program: Sequence[str] = ("-m", "nnstudio")
) -> subprocess.Popen[str]:
    """A command in a process of its own, whose cache lies in `folder`."""
    return subprocess.Popen(
        [sys.executable, *program, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "XDG_CACHE_HOME": str(folder / "cache")},
    )


def begun(*words: str, folder: Path) -> forked.Program:
    """The same, but torch is loaded already."""
    surroundings = {**os.environ, "XDG_CACHE_HOME": str(folder / "cache")}
    return forked.begun("-m", "nnstudio", *words, env=surroundings)


def assert_whole_or_none(folder: Path) -> None:
    """The checkpoint can be read, or there is none; nothing half written is left."""
    where = checkpoints.folder_of(folder)
    assert not list(where.glob("*.part"))
    if (where / checkpoints.LAST).exists():
        assert "position" in checkpoints.read(folder).state


# -- told to stop ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_signals_stop_a_training_with_a_checkpoint(name: str, tmp_path: Path) -> None:
    with begun(*SETTLED, "--json", "--run", str(tmp_path), folder=tmp_path) as running:
        assert running.stdout is not None
        for line in running.stdout:
            if json.loads(line)["event"] == "epoch_done":
                break
        for _ in range(10):
            running.send_signal(getattr(signal, name))
            time.sleep(0.01)
        out, err = running.communicate(timeout=120)
    assert running.returncode == 130
    assert json.loads(out.splitlines()[-1])["event"] == "stopped"
    assert err == ""
    assert (checkpoints.folder_of(tmp_path) / checkpoints.LAST).is_file()
    assert_whole_or_none(tmp_path)


@pytest.mark.parametrize(
    ("first", "after", "begin"),
    [
        ("stderr", 0.0, started),
        ("stdout", 0.0, begun),
        ("stderr", 0.4, begun),
        ("stdout", 0.4, begun),
    ],
)
def test_ctrl_c_again_and_again_at_any_time(
    first: str, after: float, begin: Callable[..., forked.Program], tmp_path: Path
) -> None:
    """While torch is loaded, the model made and the threads tried; and while it trains.

    What is said on stdout is said when torch has been loaded.
    """
    with begin(*ENDLESS, "--run", str(tmp_path), folder=tmp_path) as running:
        assert getattr(running, first).readline()
        time.sleep(after)
        for _ in range(10):
            running.send_signal(signal.SIGINT)
            time.sleep(0.02)
        _, err = running.communicate(timeout=120)
        assert running.returncode == 130, err
        assert "Traceback" not in err
        assert_whole_or_none(tmp_path)


def test_the_first_signal_counts_and_the_others_do_nothing() -> None:
    before = signal.getsignal(signal.SIGTERM)
    wish = StopWish()
    with wish.heeded(to_the_end=False):
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGINT)
        assert wish.came
    assert signal.getsignal(signal.SIGTERM) == before
    with wish.heeded(to_the_end=False):
        assert not wish.came
        with wish.deferred():
            signal.raise_signal(signal.SIGINT)
            assert wish.came


def test_what_is_told_to_be_ignored_stays_ignored() -> None:
    """As `nohup` does it."""
    hangup = getattr(signal, "SIGHUP", signal.SIGTERM)
    before = signal.signal(hangup, signal.SIG_IGN)
    try:
        wish = StopWish()
        with wish.heeded(to_the_end=False):
            signal.raise_signal(hangup)
            assert not wish.came
    finally:
        signal.signal(hangup, before)


def test_a_command_in_another_thread_leaves_signals_alone(
    capsys: pytest.CaptureFixture[str],
) -> None:
    codes: list[int] = []
    thread = threading.Thread(target=lambda: codes.append(main(["data", "digits"])))
    thread.start()
    thread.join()
    assert codes == [0]
    assert "digits" in capsys.readouterr().out


# -- nobody reads ---------------------------------------------------------------------------------


FEW_PRESETS = """\
import sys
from nnstudio.__main__ import main
from nnstudio.cli import models
models.preset_names = lambda: ("SimpleCNN",)
sys.exit(main())
"""
"""The command line with one preset of many variants: as JSON still more than is kept unwritten."""


@pytest.mark.parametrize(
    ("program", "words"),
    [
        (["-c", FEW_PRESETS], ["presets"]),
        (["-c", FEW_PRESETS], ["presets", "--json"]),
        (["-m", "nnstudio"], ["--help"]),
        (["-m", "nnstudio"], ["check", "CNN2DResNet"]),
    ],
)
def test_a_reader_that_goes_away_ends_a_command_quietly(
    program: list[str], words: list[str], tmp_path: Path
) -> None:
    with started(*words, folder=tmp_path, program=program) as running:
        assert running.stdout is not None
        running.stdout.close()
        assert running.stderr is not None
        assert running.stderr.read() == ""
        assert running.wait(timeout=120) == 0


@pytest.mark.parametrize("form", [["--json"], []])
def test_a_reader_that_goes_away_stops_a_training(form: list[str], tmp_path: Path) -> None:
    with begun(*SETTLED, *form, "--run", str(tmp_path), folder=tmp_path) as running:
        assert running.stdout is not None
        assert running.stdout.readline()
        running.stdout.close()
        assert running.stderr is not None
        told = running.stderr.read().splitlines()
        assert running.wait(timeout=120) == 130
    assert all("fitted to digits" in line for line in told), told
    assert (checkpoints.folder_of(tmp_path) / checkpoints.LAST).is_file()
    assert_whole_or_none(tmp_path)


def test_a_reader_is_there_as_long_as_it_is() -> None:
    read, write = os.pipe()
    with os.fdopen(write, "w") as stream, pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdout", stream)
        assert not output.reader_has_gone()
        os.close(read)
        assert output.reader_has_gone() == hasattr(output.select, "poll")
        patch.setattr(sys, "stdout", None)
        assert not output.reader_has_gone()


# -- warnings -------------------------------------------------------------------------------------


def test_a_warning_of_torch_is_one_line_and_said_once(capsys: pytest.CaptureFixture[str]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        output.say_warnings_in_one_line()
        for _ in range(2):
            warnings.warn(
                "Using a target size\n  that differs. (Triggered internally at a.cpp:3.)",
                stacklevel=1,
            )
        warnings.warn("old", DeprecationWarning, stacklevel=1)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == "nnstudio: warning: Using a target size that differs\n"
