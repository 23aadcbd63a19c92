"""Garbage that may hold widgets is let go of in the window's thread, and in no other."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from nnstudio.ui.garbage import EVERY, RARELY, OwnGarbage


class Circle:
    """Garbage that only a look for it finds; says in which thread it goes."""

    gone: list[str]

    def __init__(self) -> None:
        self.own = self

    def __del__(self) -> None:
        Circle.gone.append(threading.current_thread().name)


@pytest.fixture
def gone() -> Iterator[list[str]]:
    gc.collect()
    Circle.gone = []
    yield Circle.gone
    gc.collect()


def make_much() -> None:
    for _ in range(20_000):
        Circle()


def test_other_threads_look_for_none(gone: list[str], qtbot: QtBot) -> None:
    garbage = OwnGarbage()
    garbage.start()
    thread = threading.Thread(target=make_much, name="other")
    thread.start()
    thread.join()
    assert gone == []
    qtbot.waitUntil(lambda: len(gone) == 20_000, timeout=20 * EVERY)
    assert set(gone) == {threading.current_thread().name}
    garbage.stop()


def test_it_is_left_to_python_afterwards() -> None:
    gc.enable()
    garbage = OwnGarbage()
    garbage.start()
    assert not gc.isenabled()
    garbage.stop()
    assert gc.isenabled()


def test_everything_is_looked_through_rarely(gone: list[str]) -> None:
    garbage = OwnGarbage()
    garbage.start()
    Circle()
    gc.collect(0)
    Circle()
    old = [Circle() for _ in range(3)]
    gc.collect(1)  # they have lived for long
    del old
    before = len(gone)
    while gc.get_count()[2] <= RARELY:
        gc.collect(1)
    assert len(gone) == before
    garbage.look()
    assert len(gone) == before + 3
    garbage.stop()
