"""What a text costs: plain, as models are built from it, and formatted, as people read it.

Run with ``python benchmarks/generate_cost.py``: processor time, that of ruff with it, for the
presets in their default sizes (the median and the dearest), and for a chain of 1,000 layers. Goals:
5 ms for the plain text of the median preset, 50 ms for the formatted one.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from time import process_time

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.analysis_speed import chain
from nnstudio.compiler.inference import analyse
from nnstudio.compiler.source import generate
from nnstudio.project.presets import load_target, preset_names
from nnstudio.project.values import Project


def seconds() -> float:
    """The time that processors have spent on this process and on those that it has started."""
    started = getrusage(RUSAGE_CHILDREN)
    return process_time() + started.ru_utime + started.ru_stime


def median(action: Callable[[], object], times: int = 9) -> float:
    """The middle of several runs, in milliseconds; garbage of other things is not counted."""
    taken: list[float] = []
    for _ in range(times):
        gc.collect()
        start = seconds()
        action()
        taken.append((seconds() - start) * 1000)
    return sorted(taken)[times // 2]


def costs(project: Project) -> tuple[float, float]:
    """Milliseconds for the plain text, and for the formatted one with its map to the nodes."""
    report = analyse(project)
    plain = median(lambda: generate(project, report))
    return plain, median(lambda: generate(project, report).lines)


def main() -> None:
    found = [costs(load_target(name)) for name in preset_names()]
    columns = [sorted(column) for column in zip(*found, strict=True)]
    rows = [
        (f"median of {len(found)} presets", [column[len(column) // 2] for column in columns]),
        ("dearest preset", [column[-1] for column in columns]),
        ("1,000 layers", costs(chain().project())),
    ]
    print(f"{'':<24}{'plain':>12}{'formatted':>12}")
    for name, figures in rows:
        print(f"{name:<24}" + "".join(f"{figure:>9.1f} ms" for figure in figures))


if __name__ == "__main__":
    main()
