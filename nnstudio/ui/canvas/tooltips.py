"""What the canvas says about a thing: tooltips, and sentences for screen readers. No widget."""

from __future__ import annotations

from html import escape

from nnstudio.analysis.report import BlockReport, NodeReport
from nnstudio.catalog import registry
from nnstudio.graph.values import Repeat
from nnstudio.picture.card_facts import expressions, value_text
from nnstudio.project.conditions import conditional_members, shared_condition
from nnstudio.project.values import Project
from nnstudio.symbols.tensor import shape_text
from nnstudio.ui.canvas.hit_testing import Hit
from nnstudio.ui.canvas.scene import CanvasScene


def tooltip(scene: CanvasScene, project: Project, report: BlockReport, hit: Hit) -> str:
    """Write the tooltip of what is under the mouse, as rich text; empty for nothing."""
    if hit.node is not None:
        found = report.nodes.get(hit.node, NodeReport())
        if hit.port is not None:
            return _port_tooltip(found, hit)
        return _node_tooltip(scene, project, found, hit.node)
    if hit.edge is not None:
        wire = scene.picture.wires[hit.edge]
        return f"<p>{escape(wire.label.replace('×', ' × ') or 'Shape not known yet')}</p>"
    if hit.group is not None:
        frame = scene.picture.frames[hit.group]
        count = len(frame.inside)
        kind = "Frame" if frame.kind == "frame" else frame.kind
        shared = shared_condition(conditional_members(scene.graph, hit.group))
        when = f"<br>Only if {escape(shared.text)}" if shared is not None else ""
        nodes = f"{count} node{'s' * (count != 1)}"
        return f"<p><b>{escape(frame.name)}</b><br>{kind}, {nodes}{when}</p>"
    return ""


def describe(scene: CanvasScene, report: BlockReport, node: str) -> str:
    """Write a node as one sentence for screen readers: type, name, shape, problems."""
    card = scene.picture.cards[node]
    found = report.nodes.get(node, NodeReport())
    shape = shape_text(next(iter(found.outputs.values()), None), " by ")
    type_name = scene.graph.by_id[node].type
    parts = [type_name, card.name or (card.title if card.title != type_name else "")]
    parts += [f"repeated {card.repeat[1:].strip()} times" if card.repeat else ""]
    parts += [f"gives {shape}" if shape else ""]
    parts += [problem.sentence for problem in found.problems]
    failure = scene.failure_of(node)
    parts += [f"the last training failed here: {failure}" if failure else ""]
    return ", ".join(part for part in parts if part)


def _node_tooltip(scene: CanvasScene, project: Project, report: NodeReport, node_id: str) -> str:
    node = scene.graph.by_id[node_id]
    layer = registry.find(node.type)
    block = project.by_name.get(node.type)
    help_text = block.note if block else layer.help if layer else "This layer is not known here."
    lines = [f"<b>{escape(node.type)}</b> {escape(node.name)}"]
    if help_text:
        lines.append(escape(help_text))
    for word, tensors in (("In", report.inputs), ("Out", report.outputs)):
        for name, tensor in tensors.items():
            label = f" {escape(name)}" if len(tensors) > 1 else ""
            lines.append(f"{word}{label}: {escape(tensor.label)}")
    if node.repeat is not None:
        lines += [escape(line) for line in _repeat_lines(node.repeat)]
    lines += [escape(line) for line in expressions(node, report.params)]
    lines += [escape(problem.sentence) for problem in report.problems]
    if failure := scene.failure_of(node_id):
        lines.append(f"<b>The last training failed here:</b> {escape(failure)}")
    return f"<p>{'<br>'.join(lines)}</p>"


def _repeat_lines(repeat: Repeat) -> list[str]:
    """How often it is repeated, and what its ports are to the repetitions."""
    count = "once for each part" if repeat.count is None else f"{value_text(repeat.count)} times"
    apart = ", each by itself" if repeat.carry == () else ""
    lines = [f"Repeated {count}{apart}"]
    lines += [f"{output} is carried to {name}" for name, output in repeat.carry or ()]
    for name, dim in repeat.each.items():
        lines.append(f"each gets its part of {name}" + ("" if dim is None else f" along {dim}"))
    ways = {"stack": "stacked", "concat": "joined", "sum": "added up", "list": "kept as a list"}
    lines += [f"all {name} are {ways[how]}" for name, (how, _) in repeat.collect.items()]
    return [*lines, "from the last part to the first"] if repeat.reverse else lines


def _port_tooltip(report: NodeReport, hit: Hit) -> str:
    tensors = report.inputs if hit.side == "in" else report.outputs
    tensor = tensors.get(hit.port or "")
    shape = escape(tensor.label) if tensor is not None else "shape not known yet"
    return f"<p><b>{escape(hit.port or '')}</b><br>{shape}</p>"
