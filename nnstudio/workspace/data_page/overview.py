"""Everything that the page counts of samples: parts, classes, figures of the columns."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from nnstudio.data.column_statistics import ColumnStatistics, column_statistics
from nnstudio.data.info import DataError
from nnstudio.data.pipeline.class_counts import ClassCounts, class_counts
from nnstudio.data.pipeline.splitting import parts_of
from nnstudio.data.samples import PARTS, Progress, Samples
from nnstudio.project.data.spec import DataSpec

NOT_USED = -1


@dataclass(frozen=True)
class Overview:
    """What is counted of samples with the spec that they have.

    part: for each sample 0 train, 1 validation, 2 test, -1 for those that are left out.
    split_problem: why there are no parts, one sentence; empty if there are. found: the spec with
    which the samples were read, from which the fixes of the findings start.
    """

    samples: Samples
    part: NDArray[np.int8]
    columns: dict[str, ColumnStatistics] = field(default_factory=dict)
    classes: tuple[ClassCounts, ...] = ()
    split_problem: str = ""
    found: DataSpec | None = None

    def sizes(self) -> dict[str, int]:
        """Samples in each part, by its name."""
        return {name: int(np.count_nonzero(self.part == k)) for k, name in enumerate(PARTS)}


def overview(
    samples: Samples, name: str, progress: Progress, before: Overview | None = None
) -> Overview:
    """Count everything. `before` lends the figures of columns whose values are still the same.

    Takes a while where there are many columns; `progress` is told and may end it.
    """
    found = before.found if before is not None else samples.spec
    columns: dict[str, ColumnStatistics] = {}
    fields = [one for one in samples.spec.fields if one.name in samples.fields]
    for k, one in enumerate(fields):
        progress(k / max(1, len(fields)), f"Counting {one.name}")
        values = samples.fields[one.name]
        if before is not None and before.samples.fields.get(one.name) is values:
            known = before.columns.get(one.name)
            if known is not None:
                columns[one.name] = known
                continue
        columns[one.name] = column_statistics(one, values)
    progress(1.0, "Splitting")
    part = np.full(len(samples), NOT_USED, np.int8)
    try:
        parts = parts_of(samples, name)
    except DataError as error:
        return Overview(samples, part, columns, (), str(error), found)
    for k, indices in enumerate((parts.train, parts.validation, parts.test)):
        part[indices] = k
    return Overview(samples, part, columns, class_counts(samples, parts), found=found)
