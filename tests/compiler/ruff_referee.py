"""ruff as people call it, with no setting of ours: what it makes of an exported file."""

from __future__ import annotations

import subprocess

from ruff import find_ruff_bin


def ruff_format(source: str) -> str:
    """The text after `ruff format`."""
    command = [find_ruff_bin(), "format", "--isolated", "-"]
    done = subprocess.run(command, input=source, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
