"""`HubReader`: a data set of the Hugging Face Hub, read as the table that it was converted into.

Written against the documented interface of `datasets`, and never run against the real Hub.
"""

from __future__ import annotations

from pathlib import Path

from nnstudio.data.cache import Cache
from nnstudio.data.info import DataError
from nnstudio.data.reading.hub.converting import converted
from nnstudio.data.reading.table.reader import TableReader
from nnstudio.data.samples import Glance, Progress, Samples, nobody_watches
from nnstudio.project.data.source import Hub, Source, Table
from nnstudio.project.data.spec import DataSpec


class HubReader:
    """Reads data sets of the Hub (extra `hub`); see the contract in `...reading.reader`.

    The path is the name of the data set, such as `ylecun/mnist`. Columns with single values,
    pictures and recordings are taken, lists are not; splits called train, validation and test are
    the parts. A glance converts all of it, as nothing can be looked at before.
    """

    def __init__(self, cache: Cache | None = None) -> None:
        self._cache = cache

    def claims(self, path: Path) -> bool:
        """False: a name on the Hub is no path."""
        return False

    def glance(self, path: Path, source: Source | None) -> Glance:
        """As of the table that it becomes."""
        hub = _hub(path, source)
        file = converted(hub, self._cache or Cache(), nobody_watches)
        glance = TableReader(self._cache).glance(file, _table(file))
        return Glance(_of(hub, glance.spec), glance.preview, glance.samples)

    def read(self, path: Path, spec: DataSpec, progress: Progress) -> Samples:
        """All samples of its splits."""
        hub = _hub(path, spec.source)
        file = converted(hub, self._cache or Cache(), progress)
        asked = spec.with_values(source=_table(file))
        samples = TableReader(self._cache).read(file, asked, progress)
        return Samples(
            _of(hub, samples.spec),
            samples.fields,
            samples.count,
            samples.given,
            samples.origins,
            samples.findings,
        )


def _hub(path: Path, source: Source | None) -> Hub:
    if not isinstance(source, Hub):
        raise DataError(f"{path} is no data set of the Hugging Face Hub: expected hub:NAME.")
    return source


def _table(file: Path) -> Table:
    return Table(path=file.as_posix(), format="parquet", files=file.parent.as_posix())


def _of(hub: Hub, spec: DataSpec) -> DataSpec:
    """The spec with the data set as its source; where it lies in the cache is nobody's matter."""
    guesses = tuple(one for one in spec.guesses if not one.about.startswith("source."))
    return spec.with_values(source=hub, guesses=guesses)
