"""One batch ahead: the next one is made by a thread while the present one is used."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeVar

T = TypeVar("T")


class Ahead(Generic[T]):
    """Makes values by number, the one that follows in advance, never two at a time.

    What is asked for is what comes, in whatever order it is asked; only the next number of the
    same sequence is made in advance. An error in making comes when its value is asked for.
    """

    def __init__(self) -> None:
        self._pool: ThreadPoolExecutor | None = None
        self._coming: tuple[object, int, Future[T]] | None = None

    def take(self, sequence: object, number: int, count: int, make: Callable[[int], T]) -> T:
        """`make(number)`; then number + 1 of the same sequence begins, if it is below `count`."""
        if self._pool is None:
            self._pool = ThreadPoolExecutor(1, thread_name_prefix="batches")
        coming, self._coming = self._coming, None
        if coming is not None and coming[0] is sequence and coming[1] == number:
            value = coming[2].result()
        else:
            if coming is not None:
                coming[2].cancel()
            value = self._pool.submit(make, number).result()
        if number + 1 < count:
            self._coming = (sequence, number + 1, self._pool.submit(make, number + 1))
        return value

    def close(self) -> None:
        """End the thread, after what it is making."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
        self._pool = self._coming = None
