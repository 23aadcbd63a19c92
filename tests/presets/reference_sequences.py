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
