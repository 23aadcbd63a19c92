"""Whether a window can be opened is told before Qt is loaded, with the command that mends it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from nnstudio.ui import platform_check
from nnstudio.ui.platform_check import NO_DISPLAY, reason_not_to_draw, reason_not_to_open

X11, WAYLAND = {"DISPLAY": ":7"}, {"WAYLAND_DISPLAY": "wayland-7"}
SILENT = "'nnstudio train' and the other commands work without one."


@pytest.fixture(autouse=True)
def debian(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setattr(os, "geteuid", lambda: 1000, raising=False)
    of_release(monkeypatch, tmp_path, 'ID=debian\nNAME="Debian GNU/Linux"')


def of_release(monkeypatch: pytest.MonkeyPatch, folder: Path, text: str) -> None:
    (folder / "os-release").write_text(text, encoding="utf-8")
    monkeypatch.setattr(platform_check, "_OS_RELEASE", folder / "os-release")


@pytest.fixture
def lacking(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Make some libraries missing, and with them those of Qt's that need them."""

    def lack(*names: str, needed_by: str = "libqxcb.so", answers: bool = True) -> None:
        def load(name: str) -> str:
            if name in names or (names and name.endswith(needed_by)):
                first = name if name in names else names[0]
                return f"{first}: cannot open shared object file: No such file or directory"
            return ""

        monkeypatch.setattr(platform_check, "load_library", load)
        for platform in ("x11", "wayland"):
            monkeypatch.setattr(platform_check, f"{platform}_answers", lambda _: answers)

    lack()
    return lack


def test_where_all_is_there_nothing_is_said(lacking: Callable[..., None]) -> None:
    assert reason_not_to_open(X11) is None
    assert reason_not_to_open(WAYLAND) is None
    assert reason_not_to_draw() is None
    assert reason_not_to_open({}) == NO_DISPLAY


@pytest.mark.parametrize(
    ("release", "command"),
    [
        ("ID=debian", "sudo apt install libxcb-cursor0 libxcb-icccm4"),
        ('ID=linuxmint\nID_LIKE="ubuntu debian"', "sudo apt install libxcb-cursor0 libxcb-icccm4"),
        ("ID=fedora", "sudo dnf install xcb-util-cursor xcb-util-wm"),
        (
            'ID="rocky"\nID_LIKE="rhel centos fedora"',
            "sudo dnf install xcb-util-cursor xcb-util-wm",
        ),
        ("ID=arch", "sudo pacman -S xcb-util-cursor xcb-util-wm"),
        (
            'ID="opensuse-leap"\nID_LIKE="suse opensuse"',
            "sudo zypper install 'libxcb-cursor.so.0()(64bit)' 'libxcb-icccm.so.4()(64bit)'",
        ),
    ],
)
def test_the_command_is_that_of_the_distribution(
    release: str,
    command: str,
    lacking: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    of_release(monkeypatch, tmp_path, release)
    lacking("libxcb-cursor.so.0", "libxcb-icccm.so.4")
    assert reason_not_to_open(X11) == (
        "The window needs libxcb-cursor.so.0, libxcb-icccm.so.4, which are missing here; "
        f"'{command}' installs them."
    )


def test_an_unknown_distribution_and_an_unknown_library(
    lacking: Callable[..., None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    by_hand = "install it with the package manager of this system."
    lacking("libnew.so.3")
    assert reason_not_to_open(X11) == (
        f"The window needs libnew.so.3, which is missing here; {by_hand}"
    )
    lacking("libxcb-cursor.so.0")
    of_release(monkeypatch, tmp_path, "ID=plan9")
    assert str(reason_not_to_open(X11)).endswith(by_hand)
    monkeypatch.setattr(platform_check, "_OS_RELEASE", tmp_path / "none")
    assert str(reason_not_to_open(X11)).endswith(by_hand)


def test_the_administrator_needs_no_sudo(
    lacking: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0, raising=False)
    lacking("libEGL.so.1", needed_by="libQt6Gui.so.6")
    told = "The window needs libEGL.so.1, which is missing here; 'apt install libegl1' installs it."
    assert reason_not_to_open(X11) == told
    assert reason_not_to_draw() == told


def test_what_is_missing_is_said_at_once(lacking: Callable[..., None]) -> None:
    lacking("libEGL.so.1", "libxcb-cursor.so.0", needed_by="libQt6Gui.so.6")
    for environment in (X11, {**X11, **WAYLAND}):
        assert "'sudo apt install libegl1 libxcb-cursor0'" in str(reason_not_to_open(environment))
    told = "The window needs libEGL.so.1, which is missing here; "
    for environment in (WAYLAND, {"QT_QPA_PLATFORM": "offscreen"}):
        assert str(reason_not_to_open(environment)).startswith(told)
    assert str(reason_not_to_draw()).startswith(told)


def test_another_fault_of_a_library_is_said_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    fault = "libc.so.6: version `GLIBC_2.34' not found"
    monkeypatch.setattr(
        platform_check, "load_library", lambda name: fault if name.endswith("Gui.so.6") else ""
    )
    assert reason_not_to_open(X11) == f"Qt cannot be loaded here: {fault}."


def test_one_way_that_works_is_enough(lacking: Callable[..., None]) -> None:
    lacking("libxcb-cursor.so.0")
    assert reason_not_to_open({**X11, **WAYLAND}) is None
    assert reason_not_to_open({**X11, "QT_QPA_PLATFORM": "xcb;offscreen"}) is None
    assert reason_not_to_open({"QT_QPA_PLATFORM": "offscreen"}) is None
    assert reason_not_to_open({"QT_QPA_PLATFORM": "vnc:size=800x600"}) is None
    assert reason_not_to_open({**X11, **WAYLAND, "QT_QPA_PLATFORM": "xcb"}) is not None


def test_a_display_that_does_not_answer(
    lacking: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    lacking(answers=False)
    assert reason_not_to_open(X11) == f"The display :7 does not answer; {SILENT}"
    assert reason_not_to_open(WAYLAND) == f"The display wayland-7 does not answer; {SILENT}"
    lacking("libxcb-cursor.so.0")
    monkeypatch.setattr(platform_check, "wayland_answers", lambda _: False)
    assert "libxcb-cursor0" in str(reason_not_to_open({**X11, **WAYLAND}))


def test_the_libraries_of_the_named_platforms_have_packages_everywhere() -> None:
    known = {**platform_check.ALWAYS, **platform_check.X11, **platform_check.WAYLAND}
    assert all(len(packages) == 3 and all(packages) for packages in known.values())


# -- as it is here --------------------------------------------------------------------------------


def test_a_library_that_is_not_there() -> None:
    assert platform_check.load_library("libm.so.6") == ""
    assert "cannot open" in platform_check.load_library("libnothing.so.4")


def test_sockets_of_wayland(tmp_path: Path) -> None:
    environment = {"XDG_RUNTIME_DIR": str(tmp_path), "WAYLAND_DISPLAY": "w"}
    assert not platform_check.wayland_answers(environment)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "w"))
        listening.listen()
        assert platform_check.wayland_answers(environment)
        assert platform_check.wayland_answers({"WAYLAND_DISPLAY": str(tmp_path / "w")})
    assert not platform_check.wayland_answers(environment)


def test_the_program_says_one_sentence_and_ends(tmp_path: Path) -> None:
    """Whichever it is on this machine: a library that is missing, or the display."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in ("QT_QPA_PLATFORM", "WAYLAND_DISPLAY")
    }
    done = subprocess.run(
        [sys.executable, "-m", "nnstudio"],
        env={**environment, "DISPLAY": ":9876", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1, done.stderr
    assert "The display :9876 does not answer" in done.stderr or "is missing" in done.stderr
