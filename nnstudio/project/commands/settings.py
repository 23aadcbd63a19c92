"""The command on settings by name, of the data and of the training."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nnstudio.project.settings import with_settings
from nnstudio.project.values import Project


@dataclass(frozen=True)
class SetSettings:
    """Give settings other values, the rest stay. `apply` raises `SettingsError`."""

    values: Mapping[str, Any]
    title: str = "Change settings"

    def apply(self, project: Project) -> Project:
        return with_settings(project, self.values)
