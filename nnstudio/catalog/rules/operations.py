"""How many floating point operations known algorithms take, for analysis and for the summary."""

from __future__ import annotations

from math import log2


def fourier(elements: int, length: int, *, real: bool) -> int:
    """Of transforms over `length` numbers each, `elements` in all: 5 n log2 n, half if real.

    The customary count of the fast transform, whatever is really done (benchFFT, by the authors of
    FFTW).
    """
    return round((2.5 if real else 5.0) * elements * log2(max(length, 1)))


def factorised(matrices: int, size: int) -> int:
    """Of taking square matrices apart into triangular ones: 2/3 n^3 (Golub and Van Loan, 3.2)."""
    return matrices * (2 * size**3 // 3)


def inverted(matrices: int, size: int) -> int:
    """Of inverses: 2 n^3."""
    return matrices * 2 * size**3


def solved(matrices: int, size: int, columns: int) -> int:
    """Of solving: taken apart, and twice n^2 for each column."""
    return factorised(matrices, size) + matrices * 2 * size**2 * columns
