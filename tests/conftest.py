"""Tests run without a display, and any warning of Qt fails the test in which it is said."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from importlib.util import find_spec

import pytest

from tests.profiles import load_short

load_short()  # unless --hypothesis-profile names another one

# Threads of torch that wait for each other would keep the cores from the other process of tests.
# Read when torch is imported, here and in the programs that tests start.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

# What is compiled once is kept beside its source, whatever the surroundings say: each of the many
# programs that tests start begins half a second sooner.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

if sys.platform.startswith("linux") and not (
    os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

try:
    HAS_QT = find_spec("PySide6") is not None
except ModuleNotFoundError:  # an import hook that blocks Qt says so in this way
    HAS_QT = False


def pytest_configure(config: pytest.Config) -> None:
    """Each of several processes of tests has a core of its own, and so have its programs.

    Trainings so small that handing a step to a second thread takes longer than the step, while the
    other process wants that core as well, took half as long again. What is about threads asks for
    them in its tests.
    """
    worker: dict[str, str] | None = getattr(config, "workerinput", None)
    if worker is not None and hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        number = int(worker["workerid"].removeprefix("gw"))
        os.sched_setaffinity(0, {cores[number % len(cores)]})


@pytest.fixture(scope="session", autouse=True)
def found_numbers_of_threads_are_of_this_session(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[None]:
    """Trials of threads write into no cache of the user's."""
    from nnstudio.training import way_memory

    file = tmp_path_factory.mktemp("cache") / "ways.json"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(way_memory, "default_file", lambda: file)
        yield


@pytest.fixture(scope="session", autouse=True)
def runs_are_of_this_session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No training of a test is put among the user's, nor by a program that a test starts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NNSTUDIO_RUNS", str(tmp_path_factory.mktemp("runs")))
        yield


ALLOWED = (
    # the offscreen platform cannot do these, and says so for every window
    "This plugin does not support",
    "propagateSizeHints",
    # machines without a theme for icons or portals
    "Could not register app ID",
    "QStandardPaths: XDG_RUNTIME_DIR not set",
    "could not connect to display",
)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """One process for each core, but for a few tests named by hand: those start sooner in one."""
    named = [argument for argument in config.args if ".py" in argument]
    return 0 if named and len(named) < 4 else os.cpu_count() or 1


@pytest.hookimpl(tryfirst=True)
def pytest_collection() -> None:
    """Nothing is let go of while libraries and tests are loaded, so no garbage is looked for."""
    gc.disable()


def pytest_collection_finish() -> None:
    """What the libraries and the list of tests hold is not looked at in every garbage collection.

    That took an eighth of the time of the tests of the window.
    """
    gc.enable()
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def qt_warnings_fail(request: pytest.FixtureRequest) -> Iterator[None]:
    """Any message of Qt from `warning` up is an error of the test."""
    if not HAS_QT or "PySide6" not in sys.modules:
        yield
        return
    from PySide6.QtCore import QtMsgType, qInstallMessageHandler

    said: list[str] = []

    def keep(kind: object, _context: object, message: str) -> None:
        if kind not in (QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg) and not any(
            allowed in message for allowed in ALLOWED
        ):
            said.append(message)

    before = qInstallMessageHandler(keep)
    yield
    qInstallMessageHandler(before)
    assert not said, f"Qt warned: {said}"
