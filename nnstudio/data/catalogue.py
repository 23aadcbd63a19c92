"""The data sets that are built in, and the description of any data set. No torch here."""

from __future__ import annotations

from pathlib import Path

from nnstudio.data.info import DataError, DataSetInfo

__all__ = ["BUILT_IN", "DataError", "DataSetInfo", "describe"]

_DIGITS = DataSetInfo(
    name="digits",
    title="Handwritten digits",
    note=(
        "1,797 real handwritten digits, 8 x 8 grey values, about 180 of each. Scaled to 0 to 1, "
        "then shifted and divided by the mean and standard deviation of the whole set."
    ),
    classes=tuple("0123456789"),
    samples=1797,
    forms=((1, 8, 8), (8, 8), (64,), (64, 1)),
    licence="CC BY 4.0",
    source=(
        "E. Alpaydin, C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning "
        "Repository, 1998 (doi 10.24432/C50P49), the test part, as shipped with scikit-learn"
    ),
    synthetic=False,
)

_HEARTBEATS = DataSetInfo(
    name="heartbeats",
    title="Heartbeats (synthetic)",
    note=(
        "Synthetic: 5,000 computed heartbeats, not recorded from anyone and not for medical use. "
        "Normal (N, 40 %), premature from above the ventricles (S), ventricular (V), fusion of "
        "both (F) and paced (Q), 15 % each; real recordings are far less balanced. 187 values at "
        "125 Hz, padded on the right to 192 with zeros, divided by the standard deviation."
    ),
    classes=("N", "S", "V", "F", "Q"),
    samples=5000,
    forms=((1, 16, 12), (192, 1), (192,), (1, 192)),
    licence="MIT, made by this program",
    source=(
        "ECGSYN model of P. E. McSharry, G. D. Clifford, L. Tarassenko, L. A. Smith, IEEE "
        "Transactions on Biomedical Engineering 50(3), 2003 (doi 10.1109/TBME.2003.808805)"
    ),
    synthetic=True,
)

BUILT_IN: dict[str, DataSetInfo] = {info.name: info for info in (_DIGITS, _HEARTBEATS)}


def describe(name_or_path: str | Path) -> DataSetInfo:
    """What is known of a built-in set or of a .npz or .csv file, without loading its inputs.

    Raises DataError with one sentence if there is no such set or the file cannot be used.
    """
    built_in = BUILT_IN.get(str(name_or_path))
    if built_in is not None:
        return built_in

    from nnstudio.data import files  # numpy, only once a file is asked for

    return files.describe(files.existing(name_or_path, known=tuple(BUILT_IN)))
