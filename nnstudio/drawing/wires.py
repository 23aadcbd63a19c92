"""The wires of a node that is drawn: what comes by position, and what by the name of its input."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nnstudio.drawing.results import Result
from nnstudio.drawing.script import refusal
from nnstudio.drawing.sketch import Drawn


def wires_of(
    node_type: str,
    ports: Sequence[str],
    sources: Sequence[Result | None],
    by_name: Mapping[str, Result],
) -> dict[str, Drawn]:
    """What each input gets. Raises `DrawingError` for one that is not there or has two wires."""
    if len(sources) > len(ports):
        count = f"{len(ports)} tensor{'s' if len(ports) > 1 else ''}"
        takes = f"{count} ({', '.join(ports)})" if ports else "no tensor"
        raise refusal(f"{node_type} takes {takes}, received {len(sources)}")
    wires: dict[str, Drawn] = {
        port: source for port, source in zip(ports, sources, strict=False) if source is not None
    }
    for port, source in by_name.items():
        if port not in ports:
            listed = ", ".join(ports) or "none"
            raise refusal(f"{node_type} has no input '{port}'; it has: {listed}")
        if port in wires:
            raise refusal(f"{node_type} gets its input '{port}' twice")
        wires[port] = source
    return wires
