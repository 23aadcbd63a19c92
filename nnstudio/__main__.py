"""The program's entry: `nnstudio` and `python -m nnstudio`."""

from __future__ import annotations

import gc
import os
import sys

from nnstudio.cli.stopping import wish


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; the window opens when no command is named."""
    code = _heeding_signals(arguments)
    if arguments is None and "WORLD_SIZE" in os.environ:
        from nnstudio.training.processes import leave

        leave(code)
    if arguments is None and "PySide6" not in sys.modules:
        gc.freeze()  # else all that torch holds is looked at for garbage before the program ends
    return code


def _heeding_signals(arguments: list[str] | None) -> int:
    with wish.heeded(to_the_end=arguments is None):
        try:
            from nnstudio.cli.main import run

            return run(sys.argv[1:] if arguments is None else arguments)
        except BaseException:
            # An interrupted import may fail in ways of its own.
            if not wish.came:
                raise
            return 130


if __name__ == "__main__":
    sys.exit(main())
