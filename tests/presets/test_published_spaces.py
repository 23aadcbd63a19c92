"""The published search spaces fit the presets that they are for."""

from __future__ import annotations

import pytest

from nnstudio.assets import asset
from nnstudio.project.commands.search_points import check_space
from nnstudio.project.presets import load_target
from nnstudio.project.search.published import published_spaces
from nnstudio.workspace.search_training import joined_choices, refusal_at

MODELS = sorted(path.stem for path in asset("searches").glob("*.json"))


@pytest.mark.parametrize("model", MODELS)
def test_published_spaces_fit(model: str) -> None:
    project = load_target(model)
    spaces = published_spaces(model)
    assert spaces
    for one in spaces:
        check_space(project, one.space)
        joined_choices(project, one.space)
        ends = [
            {axis.name: (axis.values() or (axis.low,))[k] for axis in one.space.axes}  # type: ignore[union-attr]
            for k in (0, -1)
        ]
        assert [refusal_at(project, point) for point in ends] == [None, None]
        assert one.note
        assert one.source


def test_other_models_have_none() -> None:
    assert published_spaces("../presets/CNN2DResNet") == ()
    assert published_spaces("Model") == ()
