"""What the canvas says about a thing: tooltips, and sentences for screen readers. No widget."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from nnstudio.analysis.report import NodeReport
from nnstudio.catalog import registry
from nnstudio.symbols.tensor import shape_text
from nnstudio.ui.canvas.hit_testing import Hit

if TYPE_CHECKING:
    from nnstudio.ui.canvas.viewer import CanvasViewer


def tip(canvas: CanvasViewer, hit: Hit) -> str:
    """The tooltip of what is under the mouse, as rich text; empty for nothing."""
    if hit.node is not None and hit.port is not None:
        return _port_tip(canvas, hit)
    if hit.node is not None:
        return _node_tip(canvas, hit.node)
    if hit.edge is not None:
        wire = canvas.scene.picture.wires[hit.edge]
        return f"<p>{escape(wire.label.replace('×', ' × ') or 'Shape not known yet')}</p>"
    if hit.group is not None:
        frame = canvas.scene.picture.frames[hit.group]
        count = len(frame.inside)
        kind = "Frame" if frame.kind == "frame" else frame.kind
        return f"<p><b>{escape(frame.name)}</b><br>{kind}, {count} node{'s' * (count != 1)}</p>"
    return ""


def spoken(canvas: CanvasViewer, node: str) -> str:
    """A node in one sentence: type, name, shape, problems."""
    card = canvas.scene.picture.cards[node]
    report = canvas.report.nodes.get(node, NodeReport())
    shape = shape_text(next(iter(report.outputs.values()), None), " by ")
    type_name = canvas.graph.by_id[node].type
    parts = [type_name, card.name or (card.title if card.title != type_name else "")]
    parts += [f"repeated {card.repeat[1:]} times" if card.repeat else ""]
    parts += [f"gives {shape}" if shape else ""]
    parts += [problem.sentence for problem in report.problems]
    failure = canvas.scene.failure_of(node)
    parts += [f"the last training failed here: {failure}" if failure else ""]
    return ", ".join(part for part in parts if part)


def _node_tip(canvas: CanvasViewer, node: str) -> str:
    found = canvas.graph.by_id[node]
    report = canvas.report.nodes.get(node, NodeReport())
    layer = registry.find(found.type)
    block = canvas.project.by_name.get(found.type)
    help_text = block.note if block else layer.help if layer else "This layer is not known here."
    lines = [f"<b>{escape(found.type)}</b> {escape(found.name)}"]
    if help_text:
        lines.append(escape(help_text))
    for word, tensors in (("In", report.inputs), ("Out", report.outputs)):
        for name, tensor in tensors.items():
            label = f" {escape(name)}" if len(tensors) > 1 else ""
            lines.append(f"{word}{label}: {escape(tensor.label)}")
    lines += [escape(problem.sentence) for problem in report.problems]
    if failure := canvas.scene.failure_of(node):
        lines.append(f"<b>The last training failed here:</b> {escape(failure)}")
    return f"<p>{'<br>'.join(lines)}</p>"


def _port_tip(canvas: CanvasViewer, hit: Hit) -> str:
    report = canvas.report.nodes.get(hit.node or "", NodeReport())
    tensors = report.inputs if hit.side == "in" else report.outputs
    tensor = tensors.get(hit.port or "")
    shape = escape(tensor.label) if tensor is not None else "shape not known yet"
    return f"<p><b>{escape(hit.port or '')}</b><br>{shape}</p>"
