"""What holds for every project after every command; used by the state machine and others."""

from __future__ import annotations

from nnstudio.graph.order import topological
from nnstudio.project.storage.file import dumps, loads
from nnstudio.project.storage.resolve import resolve
from nnstudio.project.values import Project


def assert_sound(project: Project) -> None:
    """The graphs fit together and the file gives back the same project and the same bytes."""
    for block in project.blocks:
        graph = block.graph
        assert len(graph.by_id) == len(graph.nodes)
        assert len({edge.target for edge in graph.edges}) == len(graph.edges)
        assert all(e.source.node in graph.by_id for e in graph.edges)
        assert all(e.target.node in graph.by_id for e in graph.edges)
        assert topological(graph) is not None
        alone = [graph.by_id[node] for node in graph.standing_for]
        assert not any(n.group or graph.incoming[n.id] or graph.outgoing[n.id] for n in alone)
        used = {group for node in graph.nodes for group in graph.ancestry(node.group)}
        assert used <= graph.groups_by_id.keys()
    resolve(project)
    text = dumps(project)
    again = loads(text)
    assert again == project
    assert dumps(again) == text
