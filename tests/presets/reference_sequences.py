"""Plain originals of the presets for sequences, written by hand with torch alone."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class RMSNorm(nn.Module):
    """Divides by the root of the mean square (Zhang and Sennrich 2019)."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(dim))

    def forward(self, x: Tensor) -> Tensor:
        """(..., dim) -> the same."""
        return x / (x.pow(2).mean(-1, keepdim=True) + 1e-5).sqrt() * self.weight


def turned(x: Tensor, base: float) -> Tensor:
    """(N, heads, T, size) -> the same, each pair of features turned as one complex number."""
    half = x.shape[-1] // 2
    frequency = base ** (-torch.arange(half) / half)
    angle = torch.arange(x.shape[2])[:, None] * frequency
    pairs = torch.complex(x[..., :half], x[..., half:]) * torch.polar(torch.ones(()), angle)
    return torch.cat([pairs.real, pairs.imag], -1)


class LlamaAttention(nn.Module):
    """Attention to what came before: groups of queries share a key and a value."""

    def __init__(self, dim: int, heads: int, kv_heads: int, base: float) -> None:
        super().__init__()
        self.heads, self.kv_heads, self.base = heads, kv_heads, base
        size = dim // heads
        self.q_proj = nn.Linear(dim, heads * size, bias=False)
        self.k_proj = nn.Linear(dim, kv_heads * size, bias=False)
        self.v_proj = nn.Linear(dim, kv_heads * size, bias=False)
        self.o_proj = nn.Linear(heads * size, dim, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """(N, T, dim) -> the same."""
        samples, length, dim = x.shape
        size = dim // self.heads
        q, k, v = (
            layer(x).view(samples, length, -1, size).transpose(1, 2)
            for layer in (self.q_proj, self.k_proj, self.v_proj)
        )
        q, k = turned(q, self.base), turned(k, self.base)
        q = q.view(samples, self.kv_heads, -1, length, size)
        scores = torch.einsum("nkgts,nkus->nkgtu", q, k) / size**0.5
        later = torch.ones(length, length).triu(1).bool()
        weights = scores.masked_fill(later, -torch.inf).softmax(-1)
        y = torch.einsum("nkgtu,nkus->ntkgs", weights, v)
        found: Tensor = self.o_proj(y.reshape(samples, length, dim))
        return found


class LlamaMLP(nn.Module):
    """A gated network (Shazeer 2020)."""

    def __init__(self, dim: int, hidden: int) -> None:
        super().__init__()
        self.gate_proj = nn.Linear(dim, hidden, bias=False)
        self.up_proj = nn.Linear(dim, hidden, bias=False)
        self.down_proj = nn.Linear(hidden, dim, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """(N, T, dim) -> the same."""
        gate = self.gate_proj(x)
        found: Tensor = self.down_proj(gate * torch.sigmoid(gate) * self.up_proj(x))
        return found


class LlamaLayer(nn.Module):
    """Attention and a gated network, each normalised before."""

    def __init__(self, dim: int, hidden: int, heads: int, kv_heads: int, base: float) -> None:
        super().__init__()
        self.self_attn = LlamaAttention(dim, heads, kv_heads, base)
        self.mlp = LlamaMLP(dim, hidden)
        self.input_layernorm = RMSNorm(dim)
        self.post_attention_layernorm = RMSNorm(dim)

    def forward(self, x: Tensor) -> Tensor:
        """(N, T, dim) -> the same."""
        x = x + self.self_attn(self.input_layernorm(x))
        return x + self.mlp(self.post_attention_layernorm(x))


class Llama(nn.Module):
    """With the keys of the transformers library."""

    def __init__(
        self,
        vocabulary: int = 28,
        dim: int = 64,
        hidden: int = 176,
        heads: int = 4,
        kv_heads: int = 2,
        depth: int = 3,
        base: float = 10000.0,
    ) -> None:
        super().__init__()
        self.model = nn.Module()
        self.model.embed_tokens = nn.Embedding(vocabulary, dim)
        self.model.layers = nn.ModuleList(
            LlamaLayer(dim, hidden, heads, kv_heads, base) for _ in range(depth)
        )
        self.model.norm = RMSNorm(dim)
        self.lm_head = nn.Linear(dim, vocabulary, bias=False)

    def forward(self, tokens: Tensor) -> Tensor:
        """(N, T) -> (N, T, vocabulary)."""
        x = self.model.embed_tokens(tokens)
        for layer in self.model.layers:
            x = layer(x)
        found: Tensor = self.lm_head(self.model.norm(x))
        return found


class BertEmbeddings(nn.Module):
    """Tokens, places and texts, added and normalised."""

    def __init__(self, vocabulary: int, longest: int, dim: int, dropout: float) -> None:
        super().__init__()
        self.word_embeddings = nn.Embedding(vocabulary, dim, padding_idx=0)
        self.position_embeddings = nn.Embedding(longest, dim)
        self.token_type_embeddings = nn.Embedding(2, dim)
        self.LayerNorm = nn.LayerNorm(dim, eps=1e-12)
        self.dropout = nn.Dropout(dropout)

    def forward(self, tokens: Tensor, kinds: Tensor) -> Tensor:
        """(N, T), (N, T) -> (N, T, dim)."""
        x = self.word_embeddings(tokens) + self.token_type_embeddings(kinds)
        x = x + self.position_embeddings.weight[: tokens.shape[1]]
        found: Tensor = self.dropout(self.LayerNorm(x))
        return found


class BertSelfAttention(nn.Module):
    """Attention to all that is not padding."""

    def __init__(self, dim: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(dim, dim)
        self.key = nn.Linear(dim, dim)
        self.value = nn.Linear(dim, dim)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, seen: Tensor) -> Tensor:
        """(N, T, dim), (N, T) -> (N, T, dim)."""
        samples, length, dim = x.shape
        shape = (samples, length, self.heads, dim // self.heads)
        q, k, v = (layer(x).view(shape) for layer in (self.query, self.key, self.value))
        scores = torch.einsum("nthd,nuhd->nhtu", q, k) / shape[-1] ** 0.5
        weights = scores.masked_fill(~seen[:, None, None], -torch.inf).softmax(-1)
        return torch.einsum("nhtu,nuhd->nthd", self.dropout(weights), v).reshape(x.shape)


class BertSum(nn.Module):
    """A linear layer, added to what came before and normalised."""

    def __init__(self, inner: int, dim: int, dropout: float) -> None:
        super().__init__()
        self.dense = nn.Linear(inner, dim)
        self.LayerNorm = nn.LayerNorm(dim, eps=1e-12)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, before: Tensor) -> Tensor:
        """(N, T, inner), (N, T, dim) -> (N, T, dim)."""
        found: Tensor = self.LayerNorm(self.dropout(self.dense(x)) + before)
        return found


class BertLayer(nn.Module):
    """Attention and a small network, each normalised after its sum."""

    def __init__(self, dim: int, heads: int, hidden: int, dropout: float) -> None:
        super().__init__()
        self.attention = nn.Module()
        self.attention.self_attention = BertSelfAttention(dim, heads, dropout)
        self.attention.output = BertSum(dim, dim, dropout)
        self.intermediate = nn.Module()
        self.intermediate.dense = nn.Linear(dim, hidden)
        self.output = BertSum(hidden, dim, dropout)

    def forward(self, x: Tensor, seen: Tensor) -> Tensor:
        """(N, T, dim), (N, T) -> (N, T, dim)."""
        x = self.attention.output(self.attention.self_attention(x, seen), x)
        wide = self.intermediate.dense(x)
        wide = wide * (1 + torch.erf(wide / 2**0.5)) / 2
        found: Tensor = self.output(wide, x)
        return found


class BERT(nn.Module):
    """With the keys of the transformers library, but `self_attention` for its `self`."""

    def __init__(
        self,
        vocabulary: int = 34,
        longest: int = 32,
        dim: int = 64,
        heads: int = 4,
        hidden: int = 256,
        depth: int = 2,
        num_classes: int = 2,
        dropout: float = 0.1,
    ) -> None:
        super().__init__()
        self.bert = nn.Module()
        self.bert.embeddings = BertEmbeddings(vocabulary, longest, dim, dropout)
        self.bert.encoder = nn.Module()
        self.bert.encoder.layer = nn.ModuleList(
            BertLayer(dim, heads, hidden, dropout) for _ in range(depth)
        )
        self.bert.pooler = nn.Module()
        self.bert.pooler.dense = nn.Linear(dim, dim)
        self.dropout = nn.Dropout(dropout)
        self.classifier = nn.Linear(dim, num_classes)

    def forward(self, tokens: Tensor, kinds: Tensor | None = None) -> Tensor:
        """(N, T), and which of two texts each token is of, -> (N, num_classes)."""
        x = self.bert.embeddings(tokens, torch.zeros_like(tokens) if kinds is None else kinds)
        for layer in self.bert.encoder.layer:
            x = layer(x, tokens != 0)
        pooled = torch.tanh(self.bert.pooler.dense(x[:, 0]))
        found: Tensor = self.classifier(self.dropout(pooled))
        return found


class AdditiveAttention(nn.Module):
    """Looks where a small network says so (Bahdanau et al. 2015)."""

    def __init__(self, dim: int, alignment: int) -> None:
        super().__init__()
        self.query = nn.Linear(dim, alignment, bias=False)
        self.score = nn.Linear(alignment, 1, bias=False)

    def forward(self, h: Tensor, keys: Tensor, memory: Tensor, seen: Tensor) -> Tensor:
        """(N, dim), (N, S, alignment), (N, S, values), (N, S) -> (N, values)."""
        energies = torch.tanh(keys + self.query(h)[:, None]) @ self.score.weight[0]
        weights = energies.masked_fill(~seen, -torch.inf).softmax(-1)
        return torch.einsum("ns,nsv->nv", weights, memory)


class Seq2SeqAttention(nn.Module):
    """With the output of the paper: of pairs of values the larger one, from the state before."""

    def __init__(
        self,
        source: int = 20,
        target: int = 20,
        embedding: int = 32,
        dim: int = 64,
        alignment: int = 64,
        maxout: int = 32,
    ) -> None:
        super().__init__()
        self.encoder = nn.Module()
        self.encoder.embedding = nn.Embedding(source, embedding, padding_idx=0)
        self.encoder.rnn = nn.GRU(embedding, dim, batch_first=True, bidirectional=True)
        self.encoder.start = nn.Linear(dim, dim)
        self.decoder = nn.Module()
        self.decoder.embedding = nn.Embedding(target, embedding, padding_idx=0)
        self.decoder.keys = nn.Linear(2 * dim, alignment, bias=False)
        self.decoder.step = nn.Module()
        self.decoder.step.attention = AdditiveAttention(dim, alignment)
        self.decoder.step.cell = nn.GRUCell(embedding + 2 * dim, dim)
        self.decoder.hidden = nn.Linear(3 * dim + embedding, 2 * maxout)
        self.decoder.out = nn.Linear(maxout, target)

    def forward(self, src: Tensor, tgt: Tensor) -> Tensor:
        """(N, S), (N, T) -> (N, T, target)."""
        memory, _ = self.encoder.rnn(self.encoder.embedding(src))
        size = memory.shape[-1] // 2
        h = torch.tanh(self.encoder.start(memory[:, 0, size:]))
        keys, step = self.decoder.keys(memory), self.decoder.step
        scores = []
        for k in range(tgt.shape[1]):
            x = self.decoder.embedding(tgt[:, k])
            context = step.attention(h, keys, memory, src != 0)
            pairs = self.decoder.hidden(torch.cat([h, x, context], -1))
            scores.append(self.decoder.out(torch.maximum(pairs[:, ::2], pairs[:, 1::2])))
            h = step.cell(torch.cat([x, context], -1), h)
        return torch.stack(scores, 1)


class MixtralExpert(nn.Module):
    """A gated network by the names of the authors' code."""

    def __init__(self, dim: int, hidden: int) -> None:
        super().__init__()
        self.w1 = nn.Linear(dim, hidden, bias=False)
        self.w2 = nn.Linear(hidden, dim, bias=False)
        self.w3 = nn.Linear(dim, hidden, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """(tokens, dim) -> the same."""
        gate = self.w1(x)
        found: Tensor = self.w2(gate * torch.sigmoid(gate) * self.w3(x))
        return found


class SparseMixture(nn.Module):
    """An expert sees the tokens that chose it, and no others."""

    def __init__(self, dim: int, hidden: int, num_experts: int, top_k: int) -> None:
        super().__init__()
        self.top_k = top_k
        self.gate = nn.Linear(dim, num_experts, bias=False)
        self.experts = nn.ModuleList(MixtralExpert(dim, hidden) for _ in range(num_experts))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(N, T, dim) -> the same, and (N,): the balance of each sequence."""
        tokens, scores = x.flatten(0, 1), self.gate(x)
        best, places = scores.flatten(0, 1).topk(self.top_k)
        weights = best.softmax(-1)
        found, used = torch.zeros_like(tokens), []
        for number, expert in enumerate(self.experts):
            rows, column = (places == number).nonzero(as_tuple=True)
            found[rows] += weights[rows, column, None] * expert(tokens[rows])
            used.append((places == number).any(1).view(x.shape[:2]).sum(1) / x.shape[1])
        asked = scores.softmax(-1).mean(1)
        return found.view_as(x), len(self.experts) * (torch.stack(used, 1) * asked).sum(1)


class MixtralLayer(nn.Module):
    """Attention and experts, each normalised before."""

    def __init__(self, attention: LlamaAttention, mixture: SparseMixture, dim: int) -> None:
        super().__init__()
        self.self_attn = attention
        self.block_sparse_moe = mixture
        self.input_layernorm = RMSNorm(dim)
        self.post_attention_layernorm = RMSNorm(dim)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(N, T, dim) -> the same, and (N,)."""
        x = x + self.self_attn(self.input_layernorm(x))
        y, balance = self.block_sparse_moe(self.post_attention_layernorm(x))
        return x + y, balance


class Mixtral(nn.Module):
    """With the keys of the transformers library before its version 5."""

    def __init__(
        self,
        vocabulary: int = 28,
        dim: int = 64,
        hidden: int = 96,
        num_experts: int = 4,
        top_k: int = 2,
        heads: int = 4,
        kv_heads: int = 2,
        depth: int = 2,
        base: float = 1e6,
    ) -> None:
        super().__init__()
        self.model = nn.Module()
        self.model.embed_tokens = nn.Embedding(vocabulary, dim)
        self.model.layers = nn.ModuleList(
            MixtralLayer(
                LlamaAttention(dim, heads, kv_heads, base),
                SparseMixture(dim, hidden, num_experts, top_k),
                dim,
            )
            for _ in range(depth)
        )
        self.model.norm = RMSNorm(dim)
        self.lm_head = nn.Linear(dim, vocabulary, bias=False)

    def forward(self, tokens: Tensor) -> dict[str, Tensor]:
        """(N, T) -> (N, T, vocabulary) and the mean balance of the layers."""
        x, balances = self.model.embed_tokens(tokens), []
        for layer in self.model.layers:
            x, balance = layer(x)
            balances.append(balance)
        logits = self.lm_head(self.model.norm(x))
        return {"logits": logits, "balance": torch.stack(balances).mean(0)}
