"""Einstein sums: letters name dimensions, letters that do not come out are summed over."""

from __future__ import annotations

from nnstudio.catalog.rules.axes import promoted
from nnstudio.catalog.rules.cost import Outputs, cost, per_sample
from nnstudio.catalog.use import Use
from nnstudio.symbols.dimension import Dim
from nnstudio.symbols.tensor import Tensor


def _terms(use: Use) -> tuple[list[str], str]:
    """The letters of every operand and of the result."""
    equation = use.literal("equation")
    if not isinstance(equation, str) or equation.count("->") != 1:
        use.fail("'equation' expects the form ab,bc->ac", param="equation")
    left, _, right = equation.replace(" ", "").partition("->")
    operands = left.split(",")
    if not all(term.isalpha() for term in operands) or not (right.isalpha() or not right):
        use.fail(
            f"'equation' expects letters, commas and one arrow, received {equation}",
            param="equation",
        )
    if len(set(right)) != len(right) or not set(right) <= set(left):
        use.fail(
            "each letter of the result must stand once there and in an operand", param="equation"
        )
    return operands, right


def _letters(use: Use, operands: list[str]) -> dict[str, Dim]:
    tensors = use.many("operand")
    if len(tensors) != len(operands):
        use.fail(
            f"the equation has {len(operands)} operands, {len(tensors)} are connected",
            param="equation",
        )
    sizes: dict[str, Dim] = {}
    for k, (term, tensor) in enumerate(zip(operands, tensors, strict=True)):
        if len(term) != tensor.rank:
            use.fail(
                f"operand {k} is '{term}', so {len(term)} dimensions, "
                f"received {tensor.rank} ({tensor.label})",
                param="equation",
            )
        for letter, dim in zip(term, tensor.shape, strict=True):
            known = sizes.setdefault(letter, dim)
            use.same_size(known, dim, f"the letter {letter} stands for {{}} and {{}}")
    return sizes


def einsum(use: Use) -> Tensor:
    """Operands with the sizes of their letters -> the result's letters."""
    operands, result = _terms(use)
    sizes = _letters(use, operands)
    return Tensor(tuple(sizes[letter] for letter in result), promoted(*use.many("operand")))


def _flops(use: Use, outputs: Outputs) -> int:
    """Operands are joined from the left; a product with a sum costs 2 per combination."""
    operands, result = _terms(use)
    sizes = _letters(use, operands)
    batch = {operands[0][0]} if operands[0] else set()
    total, joined = 0, operands[0]
    for k, term in enumerate(operands[1:], start=1):
        later = set("".join(operands[k + 1 :]) + result)
        both = dict.fromkeys(joined + term)
        summed = [c for c in both if c not in later and c in joined and c in term]
        kept = [c for c in both if c in later or c in summed]
        if summed:
            first = [c for c in kept if c in batch] or kept[:1]
            total += 2 * per_sample(sizes[c] for c in dict.fromkeys([*first, *kept]))
        joined = "".join(c for c in kept if c not in summed)
    return total


einsum_cost = cost(flops=_flops)
