"""Attention and the transformer layers built from it."""

from __future__ import annotations

from nnstudio.catalog.rules.axes import demand, switch
from nnstudio.catalog.rules.cost import Outputs, cost, enabled, number, size
from nnstudio.catalog.use import ParamFix, Use
from nnstudio.symbols.dimension import Dim
from nnstudio.symbols.tensor import Tensor

_BATCHED = {True: "(batch, length, features)", False: "(length, batch, features)"}


def _batch_and_length(tensor: Tensor, batch_first: bool) -> tuple[Dim, Dim]:
    first, second = tensor.shape[:2]
    return (first, second) if batch_first else (second, first)


def _sequence(use: Use, port: str, batch_first: bool) -> Tensor:
    tensor = use.inputs[port]
    use.rank(tensor, 3, layout=f"{_BATCHED[batch_first]} on {port}")
    demand(use, tensor, "float")
    return tensor


def _padding_mask(use: Use, port: str, batch: Dim, length: Dim) -> None:
    mask = use.inputs.get(port)
    if mask is None:
        return
    use.rank(mask, 2, layout=f"(batch, length) on {port}")
    demand(use, mask, "bool", "float")
    wanted = Tensor((batch, length))
    if batch.clashes(mask.shape[0]) or length.differs(mask.shape[1]):
        use.fail(f"{port} expects {wanted.label}, received {mask.label}")


def _attention_mask(use: Use, port: str, maps: Dim, length: Dim, source: Dim) -> None:
    mask = use.inputs.get(port)
    if mask is None:
        return
    use.rank(mask, 2, 3, layout=f"(length, source length) on {port}")
    demand(use, mask, "bool", "float")
    wanted = Tensor((length, source) if mask.rank == 2 else (maps, length, source))
    if any(a.differs(b) for a, b in zip(wanted.shape, mask.shape, strict=True)):
        use.fail(f"{port} expects {wanted.label}, received {mask.label}")


def _features(use: Use, port: str, name: str, tensor: Tensor, embed: Dim) -> None:
    """Keys and values have embed_dim features unless kdim or vdim says otherwise."""
    found = tensor.shape[-1]
    wanted = embed if use.absent(name) else use.dim(name)
    if wanted.differs(found):
        fix = ParamFix(name, found.value, f"Set {name} to {found.value}")
        use.fail(
            f"{port} expects {wanted.label} features, received {found.label}", param=name, fix=fix
        )


def multihead_attention(use: Use) -> tuple[Tensor, ...]:
    """query (N, L, E), key (N, S, kdim), value (N, S, vdim) -> (N, L, E), weights (N, L, S)."""
    batch_first = switch(use, "batch_first")
    query, key, value = (_sequence(use, port, batch_first) for port in ("query", "key", "value"))
    embed = use.auto("embed_dim", query.shape[2], "features on query")
    heads = use.dim("num_heads")
    use.at_least("num_heads", heads, 1)
    use.divides("num_heads", embed, "embed_dim")
    _features(use, "key", "kdim", key, embed)
    _features(use, "value", "vdim", value, embed)
    batch, length = _batch_and_length(query, batch_first)
    for port, tensor in (("key", key), ("value", value)):
        other, _ = _batch_and_length(tensor, batch_first)
        use.same_size(batch, other, f"query has a batch of {{}}, {port} has {{}}")
    _, source = _batch_and_length(key, batch_first)
    _, values = _batch_and_length(value, batch_first)
    use.same_size(source, values, "key has a length of {}, value has {}")
    _padding_mask(use, "key_padding_mask", batch, source)
    _attention_mask(use, "attn_mask", batch * heads, length, source)
    for name in ("add_bias_kv", "add_zero_attn"):
        source = use.either(name, source + 1, source)
    return Tensor(query.shape), Tensor((batch, length, source))


def attention_parameters(embed: int, kdim: int, vdim: int, bias: bool) -> int:
    """Projections of query, key, value and output, each with a bias or none."""
    return embed * (2 * embed + kdim + vdim) + (4 * embed if bias else 0)


def attention_flops(
    embed: int, kdim: int, vdim: int, length: int, source: int, extra: int = 0
) -> int:
    """Projections, scores and weighted sums; `extra` positions are added after projecting."""
    projections = 2 * length * embed * embed + source * embed * (kdim + vdim)
    return 2 * projections + 4 * length * (source + extra) * embed


def _attention_count(use: Use, outputs: Outputs) -> int:
    embed = number(use.inputs["query"].shape[2])
    kdim, vdim = (number(use.inputs[port].shape[2]) for port in ("key", "value"))
    total = attention_parameters(embed, kdim, vdim, enabled(use, "bias"))
    return total + (2 * embed if enabled(use, "add_bias_kv") else 0)


def _attention_flops(use: Use, outputs: Outputs) -> int:
    place = 1 if use.value("batch_first") else 0
    query, key, value = (use.inputs[port] for port in ("query", "key", "value"))
    embed, kdim, vdim = (number(tensor.shape[2]) for tensor in (query, key, value))
    extra = enabled(use, "add_bias_kv") + enabled(use, "add_zero_attn")
    length, source = number(query.shape[place]), number(key.shape[place])
    return attention_flops(embed, kdim, vdim, length, source, extra)


attention_cost = cost(_attention_count, _attention_flops)


def encoder_layer(use: Use) -> Tensor:
    """src (N, L, d_model) -> the same."""
    batch_first = switch(use, "batch_first")
    src = _sequence(use, "src", batch_first)
    _model(use, src)
    batch, length = _batch_and_length(src, batch_first)
    maps = batch * use.dim("nhead")
    for port in ("src_mask", "mask"):
        _attention_mask(use, port, maps, length, length)
    _padding_mask(use, "src_key_padding_mask", batch, length)
    return src


def decoder_layer(use: Use) -> Tensor:
    """tgt (N, T, d_model), memory (N, S, d_model) -> tgt's shape."""
    batch_first = switch(use, "batch_first")
    tgt, memory = (_sequence(use, port, batch_first) for port in ("tgt", "memory"))
    embed = _model(use, tgt)
    batch, length = _batch_and_length(tgt, batch_first)
    _memory(use, "memory", memory, embed, batch, batch_first)
    _, source = _batch_and_length(memory, batch_first)
    maps = batch * use.dim("nhead")
    _attention_mask(use, "tgt_mask", maps, length, length)
    _attention_mask(use, "memory_mask", maps, length, source)
    _padding_mask(use, "tgt_key_padding_mask", batch, length)
    _padding_mask(use, "memory_key_padding_mask", batch, source)
    return tgt


def transformer(use: Use) -> Tensor:
    """src (N, S, d_model), tgt (N, T, d_model) -> tgt's shape."""
    batch_first = switch(use, "batch_first")
    src, tgt = (_sequence(use, port, batch_first) for port in ("src", "tgt"))
    embed = _model(use, src)
    batch, source = _batch_and_length(src, batch_first)
    _memory(use, "tgt", tgt, embed, batch, batch_first)
    _, length = _batch_and_length(tgt, batch_first)
    maps = batch * use.dim("nhead")
    _attention_mask(use, "src_mask", maps, source, source)
    _attention_mask(use, "tgt_mask", maps, length, length)
    _attention_mask(use, "memory_mask", maps, length, source)
    _padding_mask(use, "src_key_padding_mask", batch, source)
    _padding_mask(use, "tgt_key_padding_mask", batch, length)
    _padding_mask(use, "memory_key_padding_mask", batch, source)
    return tgt


def _model(use: Use, tensor: Tensor) -> Dim:
    embed = use.auto("d_model", tensor.shape[2], "features")
    use.at_least("nhead", use.dim("nhead"), 1)
    use.divides("nhead", embed, "d_model")
    use.at_least("dim_feedforward", use.dim("dim_feedforward"), 1)
    return embed


def _memory(use: Use, port: str, tensor: Tensor, embed: Dim, batch: Dim, batch_first: bool) -> None:
    use.same_size(embed, tensor.shape[2], f"{port} expects {{}} features, received {{}}")
    other, _ = _batch_and_length(tensor, batch_first)
    use.same_size(batch, other, f"{port} expects a batch of {{}}, received {{}}")


def _block(use: Use, attentions: int) -> int:
    """Parameters of one transformer layer: attentions, two linear maps, a norm after each."""
    embed, inner = number(use.x.shape[2]), size(use, "dim_feedforward")
    bias = enabled(use, "bias")
    attention = attentions * attention_parameters(embed, embed, embed, bias)
    linear = 2 * embed * inner + (inner + embed if bias else 0)
    return attention + linear + (attentions + 1) * _norm(use)


def _norm(use: Use) -> int:
    return number(use.x.shape[2]) * (2 if enabled(use, "bias") else 1)


def _length(use: Use, port: str) -> int:
    return number(use.inputs[port].shape[1 if use.value("batch_first") else 0])


def _block_flops(use: Use, length: int, *sources: int) -> int:
    embed, inner = number(use.x.shape[2]), size(use, "dim_feedforward")
    total = 4 * length * embed * inner
    for source in sources:
        total += attention_flops(embed, embed, embed, length, source)
    return total


encoder_layer_cost = cost(
    lambda use, out: _block(use, 1),
    lambda use, out: _block_flops(use, _length(use, "src"), _length(use, "src")),
)
decoder_layer_cost = cost(
    lambda use, out: _block(use, 2),
    lambda use, out: _block_flops(
        use, _length(use, "tgt"), _length(use, "tgt"), _length(use, "memory")
    ),
)


def _final_norm(use: Use) -> int:
    return _norm(use) if enabled(use, "norm") else 0


encoder_cost = cost(
    lambda use, out: size(use, "num_layers") * _block(use, 1) + _final_norm(use),
    lambda use, out: (
        size(use, "num_layers") * _block_flops(use, _length(use, "src"), _length(use, "src"))
    ),
)
decoder_cost = cost(
    lambda use, out: size(use, "num_layers") * _block(use, 2) + _final_norm(use),
    lambda use, out: (
        size(use, "num_layers")
        * _block_flops(use, _length(use, "tgt"), _length(use, "tgt"), _length(use, "memory"))
    ),
)


def _transformer_count(use: Use, outputs: Outputs) -> int:
    encoder, decoder = size(use, "num_encoder_layers"), size(use, "num_decoder_layers")
    return encoder * _block(use, 1) + decoder * _block(use, 2) + 2 * _norm(use)


def _transformer_flops(use: Use, outputs: Outputs) -> int:
    source, length = _length(use, "src"), _length(use, "tgt")
    encoder = size(use, "num_encoder_layers") * _block_flops(use, source, source)
    return encoder + size(use, "num_decoder_layers") * _block_flops(use, length, length, source)


transformer_cost = cost(_transformer_count, _transformer_flops)
