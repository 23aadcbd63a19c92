"""What is said of a search: why a point is refused, and what its figures are."""

from __future__ import annotations

from pathlib import Path

import nnstudio
from nnstudio.project.settings import with_settings
from nnstudio.studies.search.plan import Limits
from nnstudio.workspace.search_training import refusal_at
from nnstudio.workspace.studies.search_beginning import How, begin_search, space_of
from tests.kept_runs import kinds, table


def test_a_refused_point_names_its_place_once() -> None:
    told = refusal_at(nnstudio.load("Transformer2DResNet"), {"model.num_heads": 3}) or ""
    assert told.startswith("Transformer2DResNet.transformer_blocks: hidden must be divisible")


def test_without_samples_to_validate_with_a_search_says_by_what_it_chooses(tmp_path: Path) -> None:
    project = with_settings(kinds(), {"data": str(table(tmp_path / "kinds.csv")), "validation": 0})
    space, how = space_of(project, {"batch_size": [8, 16]}), How(limits=Limits(trials=1))
    begun = begin_search(project, space, how, path=tmp_path / "study")
    assert "by the training part" in begun.folder.plan.figure_is
    (warning,) = [line for line in begun.notes if line.startswith("warning:")]
    assert "Set a share for validation" in warning
