"""The window is there before torch and the plots are."""

from __future__ import annotations

import os
import subprocess
import sys

CODE = """
import sys, tempfile, pathlib
from nnstudio.ui.app import create_window
folder = tempfile.TemporaryDirectory()
window = create_window(target=None, folder=pathlib.Path(folder.name))
window.show()
print(sorted(name for name in ("torch", "pyqtgraph", "sklearn", "scipy") if name in sys.modules))
window.close()
"""


def test_the_window_opens_before_torch_is_imported() -> None:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, "-c", CODE], capture_output=True, text=True, check=False, env=environment
    )
    assert done.stdout.strip() == "[]", done.stderr
