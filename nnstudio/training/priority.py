"""How a training that uses every core shares them with the window and with other programs.

Its thread and those it starts have a lower priority: the system takes a core away from them
whenever the window has something to draw. No torch here: the priority must be set before torch
starts the threads that work inside its operations, so that they inherit it.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
import threading

NICENESS = 10
"""About a tenth of the window's weight; 0 is usual, 19 the least."""
_QOS_CLASS_UTILITY = 0x11
_BELOW_NORMAL = -1


def let_threads_sleep() -> None:
    """Let threads that wait for each other sleep soon. Call it before torch is imported.

    GNU's OpenMP, which torch uses on Linux, lets them turn round in place for several
    milliseconds instead. Where another program wants a core as well, they take it from the very
    thread they wait for: on two busy cores a training was three times as fast without that. Much
    less than this number would cost time on cores that are free: waking a thread takes longer.
    """
    os.environ.setdefault("GOMP_SPINCOUNT", "10000")


def give_way() -> None:
    """Lower the priority of the calling thread; a system that refuses leaves it as it is."""
    with contextlib.suppress(OSError, AttributeError):
        if sys.platform.startswith("linux"):
            # What POSIX says of the process, Linux does for one thread, and those it starts.
            thread = threading.get_native_id()
            before = os.getpriority(os.PRIO_PROCESS, thread)
            os.setpriority(os.PRIO_PROCESS, thread, max(NICENESS, before))
        elif sys.platform == "darwin":
            system = ctypes.CDLL(None)
            system.pthread_set_qos_class_self_np(_QOS_CLASS_UTILITY, 0)
        elif sys.platform == "win32":
            kernel = ctypes.WinDLL("kernel32")
            kernel.GetCurrentThread.restype = ctypes.c_void_p
            kernel.SetThreadPriority.argtypes = (ctypes.c_void_p, ctypes.c_int)
            kernel.SetThreadPriority(kernel.GetCurrentThread(), _BELOW_NORMAL)
