"""What the window remembers between two starts: theme, sizes, recent files, keys. No project."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import cast

from platformdirs import user_config_path, user_state_path
from PySide6.QtCore import QByteArray, QSettings

from nnstudio.runs.store import default_folder
from nnstudio.studies.places import studies_folder
from nnstudio.ui.theme.current import Mode
from nnstudio.workspace import library

_MODES: tuple[Mode, ...] = ("system", "light", "dark")


def _reason_not_to_keep(folder: Path) -> str:
    """Say why nothing can be kept in `folder`, in one sentence; "" if something can."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return ""
    except OSError as error:
        return (
            f"Settings are not kept, because {folder} cannot be written: "
            f"{error.strerror or error}. The window has its defaults."
        )


class Settings:
    """Values in one ini file; a broken or missing value is the default, never an error.

    Where the file cannot be written, values hold until the end of the program, and `problem` says
    why; else it is empty.

    Args:
        folder: where `window.ini`, the side files for recovery, the reports of crashes, the runs
            that are kept, the studies and the user's own blocks lie; the configuration, state and
            data folders of the user if None.
    """

    def __init__(self, folder: Path | None = None) -> None:
        config = folder or user_config_path("nnstudio", appauthor=False)
        state = folder or user_state_path("nnstudio", appauthor=False)
        self.recovery_folder = state / "recovery"
        self.crash_folder = state / "crashes"
        self.runs_folder = folder / "runs" if folder else default_folder()
        self.studies_folder = folder / "studies" if folder else studies_folder()
        self.library_folder = folder / "blocks" if folder else library.folder()
        self.problem = _reason_not_to_keep(config)
        self._store = QSettings(str(config / "window.ini"), QSettings.Format.IniFormat)

    def theme(self) -> Mode:
        """Read the theme that was chosen; `system` follows the desktop."""
        found = self._store.value("theme", "system")
        return next((mode for mode in _MODES if mode == found), "system")

    def set_theme(self, mode: Mode) -> None:
        """Remember the theme."""
        self._store.setValue("theme", mode)

    def state(self, name: str) -> QByteArray:
        """Read the geometry or splitter state called `name`; empty if there is none."""
        found = self._store.value(f"state/{name}")
        return found if isinstance(found, QByteArray) else QByteArray()

    def set_state(self, name: str, state: QByteArray) -> None:
        """Remember a geometry or splitter state."""
        self._store.setValue(f"state/{name}", state)

    def flag(self, name: str, default: bool) -> bool:
        """Read a yes or no."""
        found = self._store.value(f"flag/{name}", default)
        return found if isinstance(found, bool) else str(found).lower() == "true"

    def set_flag(self, name: str, value: bool) -> None:
        """Remember a yes or no."""
        self._store.setValue(f"flag/{name}", value)

    def texts(self, name: str) -> list[str]:
        """Read a list of texts."""
        found = self._store.value(f"list/{name}", [])
        if isinstance(found, str):  # an ini file does not tell one text from a list of one
            return [found] if found else []
        return [str(item) for item in cast(list[object], found or [])]

    def set_texts(self, name: str, values: list[str]) -> None:
        """Remember a list of texts."""
        self._store.setValue(f"list/{name}", values)

    def keys(self, action: str) -> tuple[str, ...] | None:
        """Read the keys the user gave an action; None if it has its own."""
        found = self._store.value(f"keys/{action}")
        return None if found is None else tuple(part for part in str(found).split(" | ") if part)

    def set_keys(self, action: str, keys: tuple[str, ...] | None) -> None:
        """Remember other keys for an action, or (None) its own again."""
        if keys is None:
            self._store.remove(f"keys/{action}")
        else:
            self._store.setValue(f"keys/{action}", " | ".join(keys))

    def folder(self) -> str:
        """Read the folder that file dialogs start in."""
        found = str(self._store.value("folder", ""))
        return found if found and Path(found).is_dir() else str(Path.home())

    def set_folder(self, folder: Path) -> None:
        """Remember the folder of the last file."""
        self._store.setValue("folder", str(folder))

    def sync(self) -> None:
        """Write everything now."""
        self._store.sync()
