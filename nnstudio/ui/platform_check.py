"""Whether a window can be opened here. Asked before Qt is loaded, which would end the program.

Only Linux needs the question: elsewhere the wheels of Qt bring all they need, and there is always
a display. No Qt here: where a library is missing, not even its import works.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import re
import sys
import threading
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path

_WITHOUT = "'nnstudio train' and the other commands work without one"
_SILENT = "does not answer"
NO_DISPLAY = f"There is no display to open a window on; {_WITHOUT}."
_GUI = Path("lib", "libQt6Gui.so.6")
_PATIENCE = 5.0
"""Seconds that a display has to answer."""
_OS_RELEASE = Path("/etc/os-release")

ALWAYS = {
    "libEGL.so.1": ("libegl1", "libglvnd-egl", "libglvnd"),
    "libGL.so.1": ("libgl1", "libglvnd-glx", "libglvnd"),
    "libX11.so.6": ("libx11-6", "libX11", "libx11"),
    "libdbus-1.so.3": ("libdbus-1-3", "dbus-libs", "dbus"),
    "libfontconfig.so.1": ("libfontconfig1", "fontconfig", "fontconfig"),
    "libfreetype.so.6": ("libfreetype6", "freetype", "freetype2"),
    "libglib-2.0.so.0": ("libglib2.0-0", "glib2", "glib2"),
    "libxkbcommon.so.0": ("libxkbcommon0", "libxkbcommon", "libxkbcommon"),
    "libz.so.1": ("zlib1g", "zlib", "zlib"),
}
"""Libraries that Qt takes from the system, with their packages on Debian, Fedora and Arch."""
X11 = {
    "libX11-xcb.so.1": ("libx11-xcb1", "libX11-xcb", "libx11"),
    "libxcb-cursor.so.0": ("libxcb-cursor0", "xcb-util-cursor", "xcb-util-cursor"),
    "libxcb-icccm.so.4": ("libxcb-icccm4", "xcb-util-wm", "xcb-util-wm"),
    "libxcb-image.so.0": ("libxcb-image0", "xcb-util-image", "xcb-util-image"),
    "libxcb-keysyms.so.1": ("libxcb-keysyms1", "xcb-util-keysyms", "xcb-util-keysyms"),
    "libxcb-randr.so.0": ("libxcb-randr0", "libxcb", "libxcb"),
    "libxcb-render-util.so.0": (
        "libxcb-render-util0",
        "xcb-util-renderutil",
        "xcb-util-renderutil",
    ),
    "libxcb-render.so.0": ("libxcb-render0", "libxcb", "libxcb"),
    "libxcb-shape.so.0": ("libxcb-shape0", "libxcb", "libxcb"),
    "libxcb-shm.so.0": ("libxcb-shm0", "libxcb", "libxcb"),
    "libxcb-sync.so.1": ("libxcb-sync1", "libxcb", "libxcb"),
    "libxcb-util.so.1": ("libxcb-util1", "xcb-util", "xcb-util"),
    "libxcb-xfixes.so.0": ("libxcb-xfixes0", "libxcb", "libxcb"),
    "libxcb-xkb.so.1": ("libxcb-xkb1", "libxcb", "libxcb"),
    "libxcb.so.1": ("libxcb1", "libxcb", "libxcb"),
    "libxkbcommon-x11.so.0": ("libxkbcommon-x11-0", "libxkbcommon-x11", "libxkbcommon-x11"),
}
WAYLAND = {
    "libwayland-client.so.0": ("libwayland-client0", "libwayland-client", "wayland"),
    "libwayland-cursor.so.0": ("libwayland-cursor0", "libwayland-cursor", "wayland"),
}
_OF_PLATFORM = {"xcb": X11, "wayland": WAYLAND}

_INSTALL = (
    (("debian", "ubuntu"), "apt install", 0),
    (("fedora", "rhel", "centos"), "dnf install", 1),
    (("arch",), "pacman -S", 2),
    (("suse", "opensuse"), "zypper install", None),
)
"""Distributions, how they install, and which name of a package is theirs; None: by the library."""


def has_display(environment: Mapping[str, str] = os.environ) -> bool:
    """Tell whether there is a display; without one Qt would end the program."""
    if environment.get("QT_QPA_PLATFORM") or not sys.platform.startswith("linux"):
        return True
    return bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))


def reason_not_to_open(environment: Mapping[str, str] = os.environ) -> str | None:
    """Say in one sentence why no window can be opened, and what mends it; None if one can."""
    if not sys.platform.startswith("linux"):
        return None
    if not has_display(environment):
        return NO_DISPLAY
    platforms = _platforms(environment)
    # All of one platform at once: nobody wants to install twice.
    missing = _missing(_GUI, {**ALWAYS, **_OF_PLATFORM.get(platforms[-1], {})})
    if missing is not None:
        return missing
    # Qt takes the first that works. What can be mended goes before a display that is not there.
    reasons = [_reason(platform, environment) for platform in platforms]
    return min(reasons, key=lambda told: (told is not None, _SILENT in (told or "")), default=None)


def reason_not_to_draw() -> str | None:
    """Say why Qt cannot even draw a picture; None if it can."""
    if not sys.platform.startswith("linux"):
        return None
    return _missing(_GUI, ALWAYS)


def _platforms(environment: Mapping[str, str]) -> list[str]:
    chosen = environment.get("QT_QPA_PLATFORM", "")
    if chosen:
        return [part.partition(":")[0].partition("-")[0] for part in chosen.split(";")]
    named = (("wayland", "WAYLAND_DISPLAY"), ("xcb", "DISPLAY"))
    return [platform for platform, variable in named if environment.get(variable)]


def _reason(platform: str, environment: Mapping[str, str]) -> str | None:
    if platform not in _OF_PLATFORM:
        return None
    answers = x11_answers if platform == "xcb" else wayland_answers
    if not answers(environment):
        variable = "DISPLAY" if platform == "xcb" else "WAYLAND_DISPLAY"
        name = environment.get(variable) or "of this session"
        return f"The display {name} {_SILENT}; {_WITHOUT}."
    plugin = Path("plugins", "platforms", f"libq{platform}.so")
    return _missing(plugin, {**ALWAYS, **_OF_PLATFORM[platform]})


# -- libraries ------------------------------------------------------------------------------------


def _missing(part: Path, wanted: Mapping[str, tuple[str, str, str]]) -> str | None:
    """Say what a library of Qt lacks to be loaded. It stays loaded: Qt needs it at once."""
    spec = find_spec("PySide6")
    folders = spec.submodule_search_locations if spec is not None else None
    file = Path(next(iter(folders or ()), ""), "Qt", part)
    if not file.is_file():  # a PySide6 of the distribution, which has its dependencies
        return None
    fault = load_library(str(file))
    if not fault:
        return None
    lacking = [name for name in wanted if load_library(name)]
    named = re.match(r"(lib\S+?\.so[\w.]*): cannot open shared object file", fault)
    if named is not None and named[1] not in lacking:
        lacking.append(named[1])
    if not lacking:
        return f"Qt cannot be loaded here: {fault}."
    are, them = ("is", "it") if len(lacking) == 1 else ("are", "them")
    command = _command(lacking, wanted)
    remedy = (
        f"'{command}' installs {them}"
        if command
        else f"install {them} with the package manager of this system"
    )
    return f"The window needs {', '.join(lacking)}, which {are} missing here; {remedy}."


def load_library(name: str) -> str:
    """Load a library without looking up its functions; what is wrong, "" if nothing is."""
    system = ctypes.CDLL(None)
    system.dlopen.argtypes = (ctypes.c_char_p, ctypes.c_int)
    system.dlopen.restype = ctypes.c_void_p
    system.dlerror.restype = ctypes.c_char_p
    if system.dlopen(os.fsencode(name), os.RTLD_LAZY | os.RTLD_LOCAL):
        return ""
    return (system.dlerror() or b"it cannot be loaded").decode(errors="replace").rstrip(".")


def _command(lacking: list[str], packages: Mapping[str, tuple[str, str, str]]) -> str:
    """Find the command that installs what is lacking on this distribution; "" if unknown."""
    if not all(name in packages for name in lacking):
        return ""
    like = _distributions()
    for names, command, column in _INSTALL:
        if like & set(names):
            wanted = [
                f"'{name}()(64bit)'" if column is None else packages[name][column]
                for name in lacking
            ]
            sudo = "" if os.geteuid() == 0 else "sudo "
            return f"{sudo}{command} {' '.join(dict.fromkeys(wanted))}"
    return ""


def _distributions() -> set[str]:
    """Read what this distribution is called, and those it is like."""
    found: set[str] = set()
    with contextlib.suppress(OSError, UnicodeDecodeError):
        for line in _OS_RELEASE.read_text(encoding="utf-8").splitlines():
            name, _, value = line.partition("=")
            if name in ("ID", "ID_LIKE"):
                found.update(re.findall(r"[a-z]+", value.lower()))
    return found


# -- displays -------------------------------------------------------------------------------------


def x11_answers(environment: Mapping[str, str]) -> bool:
    """Ask whether the X server of DISPLAY lets this program in."""
    answers: list[bool] = []

    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:  # to be said as a library that is missing
        return True

    def ask() -> None:
        xcb.xcb_connect.argtypes = (ctypes.c_char_p, ctypes.c_void_p)
        xcb.xcb_connect.restype = ctypes.c_void_p
        for function in (xcb.xcb_connection_has_error, xcb.xcb_disconnect):
            function.argtypes = (ctypes.c_void_p,)
        connection = xcb.xcb_connect(os.fsencode(environment.get("DISPLAY", "")), None)
        answers.append(not xcb.xcb_connection_has_error(connection))
        xcb.xcb_disconnect(connection)

    # A display elsewhere may keep silent for minutes.
    asking = threading.Thread(target=ask, daemon=True)
    with _stderr_kept_quiet():
        asking.start()
        asking.join(_PATIENCE)
    return answers == [True]


@contextlib.contextmanager
def _stderr_kept_quiet() -> Iterator[None]:
    """Keep back what the libraries of X write themselves about a refusal."""
    try:
        kept = os.dup(2)
    except OSError:  # closed
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def wayland_answers(environment: Mapping[str, str]) -> bool:
    """Ask whether somebody listens at the socket of WAYLAND_DISPLAY."""
    import socket

    if environment.get("WAYLAND_SOCKET"):  # a connection that is there already
        return True
    name = environment.get("WAYLAND_DISPLAY") or "wayland-0"
    path = Path(environment.get("XDG_RUNTIME_DIR", ""), name)
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as asking:
        asking.settimeout(_PATIENCE)
        asking.connect(str(path))
        return path.is_absolute()
    return False
