"""Random statements, formatted: the same tree, and every line comes from its own statement."""

from __future__ import annotations

import ast
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from nnstudio.compiler.formatting import format_text
from tests.profiles import examples

NAMES = ("x", "i", "self", "mask", "hidden", "dims", "num_heads", "embedding_dimension")
LONG_NAMES = ("attention_weights", "a_rather_long_parameter_name_of_a_block", "self.encoder.weight")
ATTRIBUTES = ("conv1", "weight", "shape", "T", "layer_norm1", "self_attention_projection")
FUNCTIONS = ("nn.Conv2d", "torch.cat", "F.scaled_dot_product_attention", "range", "self.attention")
KEYWORDS = ("kernel_size", "stride", "padding", "bias", "dim", "number_of_groups")
OPERATORS = ("+", "-", "*", "/", "//", "%", "@", "**", "|", "&", "<<")
COMPARISONS = ("==", "<", ">=", "!=", "in", "not in", "is", "is not")
TYPES = (
    "Tensor",
    "int",
    "Tensor | None",
    "list[int]",
    "tuple[Tensor, Tensor]",
    "dict[str, int] | None",
)
TARGETS = (
    "x",
    "self.weight",
    "x, _",
    "query, key, value",
    "x[:, 1:]",
    "a_long_target = another_one",
)
STRINGS = st.text(st.sampled_from("ab \"'\\\n\t\x00\u00e9\u6df1\u0301"), max_size=12)


class Grammar:
    """Draws source text; every operand in parentheses, needed or not."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw

    def one_of(self, *texts: str) -> str:
        return self.draw(st.sampled_from(texts))

    def many(self, one: Callable[[], str], most: int, least: int = 0, joint: str = ", ") -> str:
        return joint.join(one() for _ in range(self.draw(st.integers(least, most))))

    def leaf(self) -> str:
        match self.one_of("name", "name", "long", "int", "float", "string", "constant"):
            case "name":
                return self.one_of(*NAMES)
            case "long":
                return self.one_of(*LONG_NAMES)
            case "int":
                return repr(self.draw(st.integers(0, 10**9)))
            case "float":
                return repr(self.draw(st.floats(0, allow_nan=False, allow_infinity=False)))
            case "string":
                return repr(self.draw(STRINGS))
        return self.one_of("None", "True", "...")

    def operand(self, depth: int) -> str:
        return f"({self.expression(depth - 1)})"

    def expression(self, depth: int) -> str:
        if depth <= 0:
            return self.leaf()
        name = self.one_of(
            "leaf", "call", "call", "chain", "binary", "compare", "boolean", "unary", "conditional",
            "display", "comprehension", "optional", "lambda_",
        )  # fmt: skip
        return self.leaf() if name == "leaf" else str(getattr(self, name)(depth))

    def arguments(self, depth: int) -> str:
        names = self.draw(st.lists(st.sampled_from(KEYWORDS), max_size=3, unique=True))
        named = [f"{name}={self.expression(depth - 1)}" for name in names]
        plain = self.many(lambda: self.operand(depth), 2)
        return ", ".join(filter(None, [plain, *named]))

    def call(self, depth: int) -> str:
        return f"{self.one_of(*FUNCTIONS)}({self.arguments(depth)})"

    def link(self, depth: int) -> str:
        match self.one_of("attribute", "call", "index"):
            case "attribute":
                return f".{self.one_of(*ATTRIBUTES)}"
            case "call":
                return f".{self.one_of(*ATTRIBUTES)}({self.arguments(depth - 1)})"
        return f"[{self.many(lambda: self.index(depth - 1), 3, 1)}]"

    def index(self, depth: int) -> str:
        colons = self.draw(st.integers(0, 2))
        if not colons:
            return self.operand(depth)
        return ":".join(
            self.one_of("", self.leaf(), self.operand(depth)) for _ in range(colons + 1)
        )

    def chain(self, depth: int) -> str:
        start = self.one_of(self.operand(depth), self.call(depth), self.leaf() + " ")
        return start + self.many(lambda: self.link(depth), 4, 1, "")

    def binary(self, depth: int) -> str:
        parts = [self.operand(depth)]
        for _ in range(self.draw(st.integers(1, 3))):
            parts += [self.one_of(*OPERATORS), self.one_of(self.leaf(), self.operand(depth))]
        return " ".join(parts)

    def compare(self, depth: int) -> str:
        return f"{self.operand(depth)} {self.one_of(*COMPARISONS)} {self.operand(depth)}"

    def boolean(self, depth: int) -> str:
        return self.many(lambda: self.operand(depth), 4, 2, self.one_of(" and ", " or "))

    def unary(self, depth: int) -> str:
        return self.one_of("-", "not ", "~") + self.operand(depth)

    def conditional(self, depth: int) -> str:
        return f"{self.operand(depth)} if {self.operand(depth)} else {self.operand(depth)}"

    def display(self, depth: int) -> str:
        items = self.many(lambda: self.one_of("", "*") + self.operand(depth), 4, 1)
        pairs = self.many(lambda: f"{self.operand(depth)}: {self.operand(depth)}", 4)
        return self.one_of(f"[{items}]", f"({items},)", f"{{{items}}}", f"{{{pairs}}}", "[]", "()")

    def clause(self, depth: int) -> str:
        target = self.one_of("i", "_", "i, j", "(i, j), block")
        condition = self.one_of("", f" if {self.operand(depth)}")
        return f" for {target} in {self.operand(depth)}{condition}"

    def comprehension(self, depth: int) -> str:
        clauses = self.many(lambda: self.clause(depth - 1), 2, 1, "")
        inner = f"{self.operand(depth)}{clauses}"
        pair = f"{self.operand(depth)}: {inner}"
        return self.one_of(
            f"nn.Sequential(*[{inner}])", f"[{inner}]", f"sum({inner})", f"{{{pair}}}"
        )

    def optional(self, depth: int) -> str:
        return f"nn.Sequential(*([{self.operand(depth)}] if {self.operand(depth)} else []))"

    def lambda_(self, depth: int) -> str:
        return f"(lambda {self.one_of('x', '', 'x, *, y=1')}: {self.operand(depth)})"

    def parameters(self) -> str:
        names = self.draw(st.lists(st.sampled_from([*NAMES, *LONG_NAMES[:2]]), unique=True))
        return ", ".join(f"{name}: {self.one_of(*TYPES)}" for name in names)

    def statement(self) -> str:
        value = self.expression(self.draw(st.integers(1, 3)))
        match self.one_of(
            "assign", "assign", "return", "augment", "header", "raise", "def", "other"
        ):
            case "assign":
                return f"{self.one_of(*TARGETS)} = {value}"
            case "return":
                return f"return {value}{self.one_of('', f', {self.expression(2)}')}"
            case "augment":
                return f"{self.one_of('x', 'x[i]')} {self.one_of('+', '*', '//')}= {value}"
            case "header":
                return (
                    self.one_of("if ", "elif ", "while ", "for i in ", "for i, j in ") + f"{value}:"
                )
            case "raise":
                return f"raise ValueError({value})"
            case "def":
                return f"def forward({self.parameters()}) -> {self.one_of(*TYPES)}:"
        return self.one_of(
            f"x: {self.one_of(*TYPES)} = {value}",
            f"self.register_buffer('pe', {value})",
            f"assert {value}, {self.operand(1)}",
        )


@st.composite
def modules(draw: st.DrawFn) -> str:
    """Twelve statements, each in a function of its own, as deep as it is drawn."""
    grammar = Grammar(draw)
    drawn = [(grammar.statement(), draw(st.integers(0, 3))) for _ in range(12)]
    return "\n".join(within(text, depth) for text, depth in drawn if is_python(text))


def within(text: str, depth: int) -> str:
    lines = ["    " * level + "if True:" for level in range(depth)]
    if text.startswith("el"):
        lines += ["    " * depth + "if False:", "    " * (depth + 1) + "pass"]
    lines.append("    " * depth + text)
    if text.endswith(":"):
        lines.append("    " * (depth + 1) + "pass")
    function = ["    " + line for line in lines]
    return "\n".join(["def function():", *function, ""])


def is_python(text: str) -> bool:
    try:
        ast.parse(within(text, 0))
    except SyntaxError:
        return False
    return True


@pytest.mark.filterwarnings("ignore::SyntaxWarning")
@examples(60, suppress_health_check=list(HealthCheck))
@given(modules(), st.booleans())
def test_random_statements_keep_their_tree(plain: str, unparsed: bool) -> None:
    if unparsed:
        plain = ast.unparse(ast.parse(plain)) + "\n"
    found = format_text(plain)
    before, after = ast.parse(plain), ast.parse(found.text)
    assert ast.dump(before) == ast.dump(after)
    for old, new in zip(before.body, after.body, strict=True):
        assert old.end_lineno is not None
        assert new.end_lineno is not None
        for line in range(new.lineno, new.end_lineno + 1):
            assert found.origins[line]
            assert set(found.origins[line]) <= set(range(old.lineno, old.end_lineno + 1))
