"""Layers that came after the first files: a block that is called so gets another name when read.

A block needs a name that no layer has. A file from before a layer of that name must still open.
"""

from __future__ import annotations

from typing import Any

LATER_LAYERS = frozenset(
    [
        "Acos",
        "Acosh",
        "AffineGrid",
        "All",
        "Any",
        "ArgSort",
        "Asin",
        "Asinh",
        "Atan",
        "Atan2",
        "Atanh",
        "BCELoss",
        "BCEWithLogitsLoss",
        "Bernoulli",
        "CTCLoss",
        "Cdist",
        "Ceil",
        "Copysign",
        "Cosh",
        "CosineEmbeddingLoss",
        "CountNonzero",
        "Cross",
        "CrossEntropyLoss",
        "Cummax",
        "Cummin",
        "Cumprod",
        "Det",
        "DiagEmbed",
        "Diagonal",
        "Digamma",
        "Erfc",
        "Erfinv",
        "Exp2",
        "Expm1",
        "Eye",
        "Fft",
        "Fft2",
        "FloorDivide",
        "Fmod",
        "Frac",
        "FullLike",
        "GaussianNLLLoss",
        "GreaterEqual",
        "GridSample",
        "GumbelSoftmax",
        "HingeEmbeddingLoss",
        "HuberLoss",
        "Hypot",
        "Ifft",
        "Ifft2",
        "IndexAdd",
        "IndexCopy",
        "IndexFill",
        "Inv",
        "Irfft",
        "Irfft2",
        "IsFinite",
        "IsInf",
        "IsNan",
        "KLDivLoss",
        "KthValue",
        "L1Loss",
        "Lerp",
        "LessEqual",
        "Lgamma",
        "Linspace",
        "Log10",
        "Log1p",
        "Log2",
        "LogAddExp",
        "LogCumsumExp",
        "LogicalXor",
        "Logit",
        "MSELoss",
        "MarginRankingLoss",
        "MaxWithIndices",
        "Median",
        "MinWithIndices",
        "Movedim",
        "MultiLabelMarginLoss",
        "MultiLabelSoftMarginLoss",
        "MultiMarginLoss",
        "Multinomial",
        "NLLLoss",
        "NanToNum",
        "NotEqual",
        "Outer",
        "Poisson",
        "PoissonNLLLoss",
        "Prod",
        "Reciprocal",
        "Remainder",
        "RepeatInterleave",
        "Rfft",
        "Rfft2",
        "Scatter",
        "ScatterAdd",
        "ScatterReduce",
        "Sign",
        "Sinc",
        "Sinh",
        "Slogdet",
        "SmoothL1Loss",
        "Solve",
        "Sort",
        "Tan",
        "TripletMarginLoss",
        "Trunc",
        "Unbind",
        "Xlogy",
    ]
)


def with_names_of_their_own(data: dict[str, Any]) -> dict[str, Any]:
    """The same file, in which such a block `Sort` is called `SortBlock`, wherever it is used."""
    blocks = data.get("blocks")
    if not isinstance(blocks, list):
        return data
    taken = {name for block in blocks if isinstance(name := _name(block), str)}
    names: dict[str, str] = {}
    for name in sorted(taken & LATER_LAYERS):
        new = f"{name}Block"
        while new in taken:
            new += "_"
        names[name] = new
        taken.add(new)
    return _renamed(data, names) if names else data


def _name(block: Any) -> Any:
    return block.get("name") if isinstance(block, dict) else None


def _renamed(data: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    def other(value: Any) -> Any:
        return names.get(value, value) if isinstance(value, str) else value

    def nodes(record: dict[str, Any]) -> dict[str, Any]:
        found = record.get("nodes")
        if not isinstance(found, list):
            return record
        made = [
            {**node, "type": other(node["type"])}
            if isinstance(node, dict) and "type" in node
            else node
            for node in found
        ]
        return {**record, "nodes": made}

    blocks = [
        nodes({**block, "name": other(block.get("name"))}) if isinstance(block, dict) else block
        for block in data["blocks"]
    ]
    whole = nodes({**data, "blocks": blocks})
    return {**whole, "root": other(whole["root"])} if "root" in whole else whole
