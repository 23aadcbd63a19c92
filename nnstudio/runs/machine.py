"""Facts about the machine and the versions that a run was made with. No torch is imported."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version

_PACKAGES = ("nnstudio", "torch", "numpy", "scikit-learn")


def machine_facts() -> dict[str, str]:
    """Facts that are needed to repeat a run, as words."""
    facts = {
        "system": f"{platform.system()} {platform.release()}",
        "processor": platform.processor() or platform.machine(),
        "cores": str(os.cpu_count() or 1),
        "python": platform.python_version(),
    }
    for package in _PACKAGES:
        try:
            facts[package] = version(package)
        except PackageNotFoundError:
            continue
    return facts
