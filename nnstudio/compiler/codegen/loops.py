"""The loop of a repetition that goes through parts, carries states or collects what it gives.

``for x_t in x.unbind(1): h, c = self.cell(x_t, h, c)``: one call in each round, before it the
starts of what is carried, after it what was collected is put together. Where nothing is carried
and one output is collected, it is a comprehension.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from nnstudio.analysis.modes import carried_pairs
from nnstudio.analysis.report import NodeReport
from nnstudio.compiler.codegen.local_values import Results, pattern
from nnstudio.compiler.codegen.result_names import stem
from nnstudio.compiler.codegen.statements import Statement
from nnstudio.compiler.codegen.steps import Unit
from nnstudio.compiler.codegen.variable_names import singular
from nnstudio.graph.values import CollectKind, Node, Port, Repeat
from nnstudio.project.english import many_of, one_of
from nnstudio.project.parameter_text import python_text
from nnstudio.symbols.tensor import Listed

Call = Callable[[dict[str, str], str], tuple[str, str]]
"""The texts of the inputs and of the module -> the call and the pattern of its results."""


@dataclass(frozen=True)
class Round:
    """One name that each round gets, and what it is an item of."""

    name: str
    items: str


class Loop:
    """Writes one repetition of a module; `texts` are those of what it gets, by input."""

    def __init__(
        self,
        unit: Unit,
        node: Node,
        report: NodeReport,
        results: Results,
        texts: dict[str, str],
        count: Callable[[str], str],
    ) -> None:
        assert node.repeat is not None
        self.unit = unit
        self.node = node
        self.repeat: Repeat = node.repeat
        self.report = report
        self.results = results
        self.variables = results.variables
        self.texts = texts
        self.count = count
        self.of_block = node.type in results.names.project.by_name
        self.outputs = results.outputs(node)
        self.carry = carried_pairs(self.repeat, list(texts), self.outputs)
        self.read = {name for name in self.outputs if results.fan[self.port(name)]}

    def port(self, output: str) -> Port:
        return Port(self.node.id, output)

    def statements(self, access: str, call: Call) -> list[Statement]:
        """The statements; `access` is the module, or the list of the modules."""
        held = [text for text in dict.fromkeys(self.texts.values()) if text.isidentifier()]
        for text in held:  # nothing in the loop may be called like what it goes through
            self.variables.take(text)
        wanted = [name for name in self.outputs if name in self.read]
        short = not self.carry and len(self.outputs) == 1 and wanted == [*self.repeat.collect]
        if short and self.repeat.collect[wanted[0]][0] != "sum":
            return self.comprehension(access, call, held, wanted[0])
        before, inner = self.starts()
        module, rounds, parts = self.rounds(access)
        value, result = call({**self.texts, **parts, **inner}, module)
        inside, after, names = self.collecting(inner, before)
        header = f"for {self.header(rounds)}:"
        left = pattern(result, self.outputs, names) if result else names[self.outputs[0]]
        nodes = self.unit.nodes
        self.release(rounds, held)
        return [
            *before,
            Statement(left, value, nodes, header),
            *(Statement(target, text, nodes, header, goes_on=True) for target, text in inside),
            *after,
        ]

    # -- what each round gets -------------------------------------------------------------------

    def rounds(self, access: str) -> tuple[str, list[Round], dict[str, str]]:
        """The text of the module, what is gone through, and the names of its parts by input."""
        found: list[Round] = []
        parts: dict[str, str] = {}
        if self.repeat.kind == "ModuleList":
            name = self.variables.fresh(singular(self.node.name))
            found.append(Round(name, access))
            access = name
        for port, dim in self.repeat.each.items():
            if port not in self.texts:
                continue
            items = self.texts[port]
            if not isinstance(self.report.inputs[port], Listed):
                items = f"{items}.unbind({dim})"
            if self.repeat.reverse:
                items = f"reversed({items})"
            parts[port] = self.variables.fresh(self.part(port))
            found.append(Round(parts[port], items))
        return access, found, parts

    def part(self, port: str) -> str:
        """What a part is called: ``x_t``, or ``word`` of words where the port is torch's."""
        if self.of_block:
            return port if port not in self.variables.alive else f"{port}_t"
        text = self.texts[port]
        return one_of(text) or (f"{text}_t" if text.isidentifier() else "x_t")

    def header(self, rounds: list[Round]) -> str:
        """``x, h in zip(xs, hs, strict=True)``, without `zip` if there is one, or a count."""
        if not rounds:
            return f"_ in range({self.count(python_text(self.repeat.count))})"
        if len(rounds) == 1:
            return f"{rounds[0].name} in {rounds[0].items}"
        names = ", ".join(each.name for each in rounds)
        return f"{names} in zip({', '.join(each.items for each in rounds)}, strict=True)"

    def starts(self) -> tuple[list[Statement], dict[str, str]]:
        """Statements that give each carried value its name, and the names by input."""
        starts: dict[str, list[str]] = {}
        names: dict[str, str] = {}
        for port, output in self.carry:
            text = self.texts[port]
            source = dict(self.unit.inputs)[port]
            alone = list(self.texts.values()).count(text) == 1
            dies = text.isidentifier() and not self.results.left[source] and alone
            if dies and (text == port or len(self.carry) == 1):
                names[port] = text
            else:
                wanted = port if self.of_block else stem(port)  # torch says hx
                wanted = wanted if len(self.carry) > 1 else self.results.names.noun(self.node)
                names[port] = self.variables.fresh(wanted)
                starts.setdefault(text, []).append(names[port])
            self.results.texts[self.port(output)] = names[port]
        nodes = self.unit.nodes
        return [Statement(" = ".join(all_), text, nodes) for text, all_ in starts.items()], names

    # -- what leaves ----------------------------------------------------------------------------

    def collecting(
        self, inner: dict[str, str], before: list[Statement]
    ) -> tuple[list[tuple[str, str]], list[Statement], dict[str, str]]:
        """What each round does with its results, what is done after it, and their names."""
        inside: list[tuple[str, str]] = []
        after: list[Statement] = []
        names: dict[str, str] = {}
        states = {output: inner[port] for port, output in self.carry}
        done: list[str] = []
        nodes = self.unit.nodes
        for name in self.outputs:
            if name not in self.read and name not in states:
                names[name] = "_"
                continue
            one = names[name] = states.get(name) or self.variables.fresh(self.wanted(name))
            self.results.texts[self.port(name)] = one
            if name not in self.repeat.collect or name not in self.read:
                continue
            how, dim = self.repeat.collect[name]
            if how == "sum":
                total = self.variables.fresh(f"{one}_sum")
                before.append(Statement(total, "0", nodes))
                inside.append((total, f"{total} + {one}"))
                self.results.texts[self.port(name)] = total
                done.append(one)
                continue
            many = self.variables.fresh(many_of(one))
            before.append(Statement(many, "[]", nodes))
            inside.append(("", f"{many}.append({one})"))
            turned = f"{many}[::-1]" if self.repeat.turns else many
            if how == "list":
                if turned != many:
                    after.append(Statement(many, turned, nodes))
                self.results.texts[self.port(name)] = many
                done.append(one)
            else:
                together = _together(how, turned, dim)
                after.append(Statement(one, together, nodes, "", True, movable=True))
                done.append(many)
        for name in done:  # only now: two results of one round have two names
            self.variables.release(name)
        return inside, after, names

    def wanted(self, output: str) -> str:
        """What a result is called that is neither a state nor passed over."""
        if output not in ("output", "x", "y"):
            return output
        return self.results.names.output(self.port(output)) or "y"

    def comprehension(
        self, access: str, call: Call, held: list[str], output: str
    ) -> list[Statement]:
        """``torch.cat([branch(x) for branch in self.branches], dim=1)``."""
        module, rounds, parts = self.rounds(access)
        value, _ = call({**self.texts, **parts}, module)
        how, dim = self.repeat.collect[output]
        made = f"[{value} for {self.header(rounds)}]{'[::-1]' if self.repeat.turns else ''}"
        self.release(rounds, held)
        names = self.results.names
        wanted = names.argument(self.port(output)) or names.output(self.port(output))
        target = self.variables.fresh(wanted or self.node.name)
        self.results.texts[self.port(output)] = target
        text = made if how == "list" else _together(how, made, dim)
        return [Statement(target, text, self.unit.nodes)]

    def release(self, rounds: list[Round], held: list[str]) -> None:
        """Names that mean nothing behind the loop."""
        for each in rounds:
            self.variables.release(each.name)
        kept = {self.results.texts.get(self.port(output)) for output in self.outputs}
        for _, port in self.unit.inputs:
            text = self.results.texts[port]
            if text in held and not self.results.left[port] and text not in kept:
                self.variables.release(text)


def _together(how: CollectKind, items: str, dim: int) -> str:
    return f"torch.{'stack' if how == 'stack' else 'cat'}({items}, dim={dim})"
