#!/usr/bin/env python3
"""Import every module of the named packages: `import_all.py nnstudio.project nnstudio.graph`."""

from __future__ import annotations

import importlib
import pkgutil
import sys


def refuse(name: str) -> None:
    raise ImportError(f"{name} cannot be imported") from sys.exc_info()[1]


imported = 0
for package in sys.argv[1:]:
    module = importlib.import_module(package)
    for found in pkgutil.walk_packages(getattr(module, "__path__", ()), f"{package}.", refuse):
        if not found.name.endswith(".__main__"):
            importlib.import_module(found.name)
            imported += 1
    imported += 1
print(f"{imported} modules imported")
