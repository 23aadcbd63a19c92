"""How late the window's event loop is while a search with four workers trains and is looked at.

`python -m benchmarks.study_lateness [SECONDS] [WORKERS]`, offscreen unless a display is there.
Printed, never asserted. Goal: p99 16 ms. The workers are processes of their own, so on a machine
with fewer cores than workers the system decides who waits.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.window_lateness import lateness, told
from nnstudio.ui.app import application, create_window


def main() -> None:
    """Begin a search by command, open the page Studies, measure."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 20.0
    workers = sys.argv[2] if len(sys.argv) > 2 else "4"
    place = Path(tempfile.mkdtemp())
    os.environ["NNSTUDIO_RUNS"] = str(place / "runs")
    os.environ["NNSTUDIO_STUDIES"] = str(place / "studies")
    application()
    window = create_window(folder=place / "settings")
    window.show()
    window.warm_up()
    window.show_studies()
    lateness(3.0)
    print(told("page Studies, idle", lateness(5.0)))
    words = ["tune", "SimpleCNN/8k", "--data", "digits", "--epochs", "20", "--trials", "400"]
    search = subprocess.Popen(
        [
            *(sys.executable, "-m", "nnstudio", *words, "--workers", workers),
            *("--search", "learning_rate=1e-4..1e-1:log", "--search", "dropout=0..0.5"),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        lateness(15.0)  # until all have loaded torch
        late = lateness(seconds)
        trials = len(list((place / "runs").glob("*")))
        print(told(f"page Studies, {workers} workers, {trials} runs", late))
    finally:
        search.terminate()
        search.wait()
        window.workspace.history.mark_saved()
        window.close()


if __name__ == "__main__":
    main()
