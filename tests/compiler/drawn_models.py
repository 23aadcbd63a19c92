"""Models of the literature, drawn: what a careful engineer would write for them is well known."""

from __future__ import annotations

from nnstudio.project.values import Block, BlockParameter, Project
from tests.drawing import Drawing, Drawn

P = BlockParameter


def vae() -> Project:
    """A variational autoencoder (Kingma and Welling 2014) on vectors."""
    d = Drawing("VAE", P("width", "int", 32), P("latent", "int", 4))
    x = d.input("x", "N", 20)
    h = d.add("ReLUFunction", d.add("Linear", x, name="hidden", out_features="=width"))
    mu = d.add("Linear", h, name="mu", out_features="=latent")
    logvar = d.add("Linear", h, name="logvar", out_features="=latent")
    std = d.add("Exp", d.add("Scale", logvar, factor=0.5), name="std")
    z = d.add("Add", mu, d.add("Multiply", std, d.add("RandnLike", std)), name="z")
    y = d.add("ReLUFunction", d.add("Linear", z, name="decoder", out_features="=width"))
    recon = d.add("SigmoidFunction", d.add("Linear", y, name="out", out_features=20))
    d.output(recon, "recon")
    d.output(mu, "mu")
    d.output(logvar, "logvar")
    return d.project()


def heads(d: Drawing, x: Drawn, name: str) -> Drawn:
    """A linear map, its result split into heads."""
    y = d.add("Linear", x, name=name, out_features="=dim", bias=False)
    y = d.add("UnflattenDim", y, dim=-1, sizes=("heads", -1))
    return d.add("Transpose", y, dim0=1, dim1=2)


def bert_embeddings() -> Block:
    """Words, positions and segments, added and normalised."""
    d = Drawing("Embeddings", P("vocabulary"), P("dim"), P("max_len", "int", 64))
    tokens = d.input("tokens", "N", "length", dtype="int")
    segments = d.input("segments", "N", "length", dtype="int")
    word = d.add(
        "Embedding", tokens, name="word", num_embeddings="=vocabulary", embedding_dim="=dim"
    )
    place = d.add("Parameter", name="position", shape=("max_len", "dim"))
    place = d.add("Slice", place, dim=0, end="=length")
    kind = d.add("Embedding", segments, name="segment", num_embeddings=2, embedding_dim="=dim")
    total = d.add("Add", d.add("Add", word, place), kind)
    y = d.add("LayerNorm", total, name="norm")
    d.output(d.add("Dropout", y, name="dropout", p=0.1))
    return d.block()


def bert_layer() -> Block:
    """Attention and a feed-forward part, a norm after each sum."""
    d = Drawing("EncoderLayer", P("dim"), P("heads", "int", 4))
    x = d.input("x", "N", "length", "dim")
    mask = d.input("mask", "N", "length", dtype="bool", optional=True)
    at = {"query": x, "key": x, "value": x, "key_padding_mask": mask}
    kind = {"num_heads": "=heads", "batch_first": True}
    y = d.add("MultiheadAttention", name="attention", at=at, **kind)
    x = d.add("LayerNorm", d.add("Add", x, y), name="norm1")
    y = d.add("GELUFunction", d.add("Linear", x, name="linear1", out_features="=4 * dim"))
    y = d.add("Linear", y, name="linear2", out_features="=dim")
    d.output(d.add("LayerNorm", d.add("Add", x, y), name="norm2"))
    return d.block()


def bert() -> Project:
    """BERT (Devlin et al. 2019): word and sentence heads, the word head tied to the embedding."""
    d = Drawing(
        "BERT",
        *(P("vocabulary", "int", 50), P("dim", "int", 16), P("depth", "int", 2)),
        blocks=(bert_embeddings(), bert_layer()),
    )
    tokens = d.input("tokens", "N", 12, dtype="int")
    segments = d.input("segments", "N", 12, dtype="int")
    mask = d.input("mask", "N", 12, dtype="bool", optional=True)
    x = d.add(
        *("Embeddings", tokens, segments), name="embeddings", vocabulary="=vocabulary", dim="=dim"
    )
    x = d.add("EncoderLayer", x, mask, name="layers", repeat="depth")
    y = d.add("GELUFunction", d.add("Linear", x, name="transform", out_features="=dim"))
    logits = d.add("Linear", d.add("LayerNorm", y, name="norm"), name="word_head", out_features=50)
    first = d.add("Select", x, dim=1, index=0)
    pooled = d.add("TanhFunction", d.add("Linear", first, name="pooler", out_features="=dim"))
    sentence = d.add("Linear", pooled, name="sentence_head", out_features=2)
    d.output(logits, "words")
    d.output(sentence, "is_next")
    return d.project()


def rms_norm() -> Block:
    """A norm by the root of the mean square (Zhang and Sennrich 2019)."""
    d = Drawing("RMSNorm", P("dim"))
    x = d.input("x", "N", "length", "dim")
    square = d.add("Mean", d.add("Power", x, exponent=2), dim=-1, keepdim=True)
    scale = d.add("Rsqrt", d.add("Scale", square, offset=1e-6))
    weight = d.add("Parameter", name="weight", shape=("dim",))
    d.output(d.add("Multiply", d.add("Multiply", x, scale), weight))
    return d.block()


def rotary() -> Block:
    """Rotates halves of the features by the position (Su et al. 2021)."""
    d = Drawing("Rotary")
    x = d.input("x", "N", "heads", "length", "size")
    cos = d.input("cos", "length", "size")
    sin = d.input("sin", "length", "size")
    left = d.add("Chunk", x, chunks=2, dim=-1)
    rotated = d.add("Concat", d.add("Neg", left["part1"]), left, dim=-1)
    d.output(d.add("Add", d.add("Multiply", x, cos), d.add("Multiply", rotated, sin)))
    return d.block()


def llama_attention() -> Block:
    """Causal self-attention with rotated queries and keys."""
    d = Drawing("Attention", P("dim"), P("heads", "int", 4), blocks=(rotary(),))
    x = d.input("x", "N", "length", "dim")
    cos = d.input("cos", "length", "size")
    sin = d.input("sin", "length", "size")
    query = d.add("Rotary", heads(d, x, "q_proj"), cos, sin, name="rotary")
    key = d.add("Rotary", heads(d, x, "k_proj"), cos, sin, shares=query)
    value = heads(d, x, "v_proj")
    y = d.add("ScaledDotProductAttention", query, key, value, is_causal=True)
    y = d.add("FlattenDims", d.add("Transpose", y, dim0=1, dim1=2), start_dim=2)
    d.output(d.add("Linear", y, name="o_proj", out_features="=dim", bias=False))
    return d.block()


def swiglu() -> Block:
    """A gated feed-forward part (Shazeer 2020)."""
    d = Drawing("MLP", P("dim"), P("hidden"))
    x = d.input("x", "N", "length", "dim")
    kind = {"out_features": "=hidden", "bias": False}
    gate = d.add("SiLUFunction", d.add("Linear", x, name="gate_proj", **kind))
    up = d.add("Linear", x, name="up_proj", **kind)
    y = d.add("Multiply", gate, up)
    d.output(d.add("Linear", y, name="down_proj", out_features="=dim", bias=False))
    return d.block()


def llama() -> Project:
    """One block of Llama (Touvron et al. 2023)."""
    d = Drawing(
        "LlamaBlock",
        P("dim", "int", 32),
        blocks=(rms_norm(), rotary(), llama_attention(), swiglu()),
    )
    x = d.input("x", "N", 10, "dim")
    cos = d.input("cos", 10, 8)
    sin = d.input("sin", 10, 8)
    y = d.add("RMSNorm", x, name="input_norm")
    x = d.add("Add", x, d.add("Attention", y, cos, sin, name="attention"))
    y = d.add("RMSNorm", x, name="post_norm")
    d.output(d.add("Add", x, d.add("MLP", y, name="mlp", hidden=64)))
    return d.project()


def timed_block() -> Block:
    """Two convolutions, the time added between them, and a residual."""
    d = Drawing("TimedBlock", P("in_channels"), P("out_channels"), P("time"))
    x = d.input("x", "N", "in_channels", "h", "w")
    t = d.input("t", "N", "time")
    y = d.add("SiLUFunction", d.add("GroupNorm", x, name="norm1", num_groups=4))
    conv = {"out_channels": "=out_channels", "kernel_size": 3, "padding": 1}
    y = d.add("Conv2d", y, name="conv1", **conv)
    shift = d.add("SiLUFunction", t)
    shift = d.add("Linear", shift, name="time_proj", out_features="=out_channels")
    shift = d.add("Unsqueeze", d.add("Unsqueeze", shift, dim=-1), dim=-1)
    y = d.add("Add", y, shift)
    y = d.add("SiLUFunction", d.add("GroupNorm", y, name="norm2", num_groups=4))
    y = d.add("Conv2d", y, name="conv2", **conv)
    when = "in_channels != out_channels"
    short = d.add("Conv2d", x, name="skip", out_channels="=out_channels", kernel_size=1, when=when)
    d.output(d.add("Add", short, y))
    return d.block()


def diffusion() -> Project:
    """A small U-Net that predicts noise (Ho et al. 2020)."""
    d = Drawing(
        "DiffusionUNet", P("width", "int", 8), P("time", "int", 16), blocks=(timed_block(),)
    )
    x = d.input("x", "N", 3, 16, 16)
    t = d.input("t", "N", "time")
    t = d.add("SiLUFunction", d.add("Linear", t, name="time1", out_features="=time"))
    t = d.add("Linear", t, name="time2", out_features="=time")
    x = d.add("Conv2d", x, name="stem", out_channels="=width", kernel_size=3, padding=1)
    skip1 = d.add("TimedBlock", x, t, name="down1", out_channels="=width", time="=time")
    x = d.add("MaxPool2d", skip1, name="pool", kernel_size=2)
    skip2 = d.add("TimedBlock", x, t, name="down2", out_channels="=2 * width", time="=time")
    x = d.add("MaxPool2d", skip2, name="pool2", kernel_size=2)
    x = d.add("TimedBlock", x, t, name="middle", out_channels="=2 * width", time="=time")
    x = d.add("Upsample", x, name="up", scale_factor=2.0)
    x = d.add("Concat", x, skip2, dim=1)
    x = d.add("TimedBlock", x, t, name="up2", out_channels="=width", time="=time")
    x = d.add("Upsample", x, name="up_again", scale_factor=2.0)
    x = d.add("Concat", x, skip1, dim=1)
    x = d.add("TimedBlock", x, t, name="up1", out_channels="=width", time="=time")
    x = d.add("SiLUFunction", d.add("GroupNorm", x, name="norm", num_groups=4))
    d.output(d.add("Conv2d", x, name="out", out_channels=3, kernel_size=3, padding=1), "noise")
    return d.project()


def additive_attention() -> Block:
    """Scores by a small network (Bahdanau et al. 2015): the context and the weights."""
    d = Drawing("AdditiveAttention", P("hidden"))
    state = d.input("state", "N", "hidden")
    keys = d.input("keys", "N", "length", "hidden")
    query = d.add("Unsqueeze", d.add("Linear", state, name="query", out_features="=hidden"), dim=1)
    key = d.add("Linear", keys, name="key", out_features="=hidden")
    both = d.add("TanhFunction", d.add("Add", query, key))
    scores = d.add("Linear", both, name="score", out_features=1, bias=False)
    weights = d.add("SoftmaxFunction", d.add("Squeeze", scores, dim=-1), dim=-1)
    row = d.add("Unsqueeze", weights, dim=1)
    context = d.add("Squeeze", d.add("Bmm", row, keys), dim=1)
    d.output(context, "context")
    d.output(weights, "weights")
    return d.block()


def decoder_step() -> Block:
    """One step of the decoder: a token, the states and the keys."""
    d = Drawing("DecoderStep", P("vocabulary"), P("hidden"), blocks=(additive_attention(),))
    token = d.input("token", "N", dtype="int")
    h = d.input("h", "N", "hidden")
    c = d.input("c", "N", "hidden")
    keys = d.input("keys", "N", "length", "hidden")
    word = d.add(
        *("Embedding", token), name="embedding", num_embeddings="=vocabulary", embedding_dim=8
    )
    context = d.add("AdditiveAttention", h, keys, name="attention")
    x = d.add("Concat", word, context, dim=1)
    at = {"input": x, "hx": h, "cx": c}
    state = d.add("LSTMCell", name="cell", at=at, hidden_size="=hidden")
    both = d.add("Concat", state, context, dim=1)
    d.output(d.add("Linear", both, name="out", out_features="=vocabulary"), "logits")
    d.output(state, "h_next")
    d.output(state["c"], "c_next")
    d.output(context["weights"], "weights")
    return d.block()


def bahdanau() -> Project:
    """The step as a model, after an encoder."""
    d = Drawing(
        *("Seq2Seq", P("vocabulary", "int", 20), P("hidden", "int", 8)),
        blocks=(additive_attention(), decoder_step()),
    )
    x = d.input("x", "N", "length", 5, example=(2, 7, 5))
    token = d.input("token", "N", dtype="int")
    encoded = d.add("LSTM", x, name="encoder", hidden_size="=hidden", batch_first=True)
    h = d.add("Select", encoded["h_n"], dim=0, index=0)
    c = d.add("Select", encoded["c_n"], dim=0, index=0)
    step = d.add("DecoderStep", token, h, c, encoded, name="step", vocabulary="=vocabulary")
    d.output(step, "logits")
    d.output(step["h_next"], "h")
    d.output(step["c_next"], "c")
    return d.project()
