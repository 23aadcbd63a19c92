"""The models of documents 002 and 003 in plain PyTorch, written for these tests alone.

Nothing here comes from the program. The text takes other ways than the presets do where it can
(loops over patches and heads, torch's own attention), so that equal outputs mean something.
"""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn

Cell = Literal["rnn", "lstm", "gru"]
CELLS: dict[str, type[nn.RNNBase]] = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}


class Recurrent(nn.Module):
    """(N, steps, input_size) -> probabilities (N, 10), from zero states as the document says."""

    def __init__(self, cell: Cell, input_size: int, hidden: int = 128, layers: int = 3) -> None:
        super().__init__()
        self.cell, self.layers, self.hidden = cell, layers, hidden
        self.rnn = CELLS[cell](input_size, hidden, layers, batch_first=True)
        self.fc = nn.Linear(hidden, 10)

    def forward(self, x: Tensor) -> Tensor:
        zeros = x.new_zeros(self.layers, len(x), self.hidden)
        steps, _ = self.rnn(x, (zeros, zeros) if self.cell == "lstm" else zeros)
        last = steps[:, steps.shape[1] - 1, :]
        if self.cell == "gru":
            last = last.clamp(min=0.0)
        logits = self.fc(last)
        return logits.exp() / logits.exp().sum(dim=1, keepdim=True)


def cut(images: Tensor, size: int) -> Tensor:
    """(N, C, H, W) -> (N, patches, size * size * C): row by row, channels last in each patch."""
    patches = [
        images[:, :, top : top + size, left : left + size].permute(0, 2, 3, 1).flatten(1)
        for top in range(0, images.shape[2], size)
        for left in range(0, images.shape[3], size)
    ]
    return torch.stack(patches, dim=1)


def attend(qkv: Tensor, heads: int, scale: float) -> Tensor:
    """(N, length, 3 * width) -> (N, length, width), one head after the other."""
    query, key, value = qkv.split(qkv.shape[-1] // 3, dim=-1)
    found = []
    for q, k, v in zip(*(part.chunk(heads, dim=-1) for part in (query, key, value)), strict=True):
        weights = (torch.einsum("nid,njd->nij", q, k) * scale).softmax(dim=2)
        found.append(torch.einsum("nij,njd->nid", weights, v))
    return torch.cat(found, dim=-1)


class Attention(nn.Module):
    """Pre-norm attention of vit-pytorch 1.26.11: heads of a width of their own."""

    def __init__(self, dim: int, heads: int, dim_head: int) -> None:
        super().__init__()
        self.heads, self.dim_head = heads, dim_head
        self.norm = nn.LayerNorm(dim)
        self.to_qkv = nn.Linear(dim, 3 * heads * dim_head, bias=False)
        self.to_out = nn.Sequential(nn.Linear(heads * dim_head, dim))

    def forward(self, x: Tensor) -> Tensor:
        qkv = self.to_qkv(self.norm(x))
        found: Tensor = self.to_out(attend(qkv, self.heads, 1 / self.dim_head**0.5))
        return found


class FeedForward(nn.Module):
    def __init__(self, dim: int, hidden: int, norm: bool) -> None:
        super().__init__()
        first = [nn.LayerNorm(dim)] if norm else []
        self.net = nn.Sequential(
            *first, nn.Linear(dim, hidden), nn.GELU(), nn.Identity(), nn.Linear(hidden, dim)
        )

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.net(x)
        return found


class Stack(nn.Module):
    """Pairs of (attention, feed-forward), each added to what came in; perhaps a last norm."""

    def __init__(self, dim: int, pairs: list[tuple[nn.Module, nn.Module]], norm: bool) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(dim) if norm else nn.Identity()
        self.layers = nn.ModuleList([nn.ModuleList(pair) for pair in pairs])

    def forward(self, x: Tensor) -> Tensor:
        for pair in self.layers:
            assert isinstance(pair, nn.ModuleList)
            for part in pair:
                x = x + part(x)
        found: Tensor = self.norm(x)
        return found


class ViT(nn.Module):
    """vit-pytorch 1.26.11 with dim 64, depth 6, 8 heads of 64, feed-forward 128, class token."""

    def __init__(self, image: int, patch: int) -> None:
        super().__init__()
        self.patch = patch
        self.cls_token = nn.Parameter(torch.empty(1, 64))
        self.pos_embedding = nn.Parameter(torch.empty((image // patch) ** 2 + 1, 64))
        self.to_patch_embedding = nn.Sequential(
            nn.Identity(), nn.LayerNorm(patch**2), nn.Linear(patch**2, 64), nn.LayerNorm(64)
        )
        pairs = [(Attention(64, 8, 64), FeedForward(64, 128, norm=True)) for _ in range(6)]
        self.transformer = Stack(64, pairs, norm=True)
        self.mlp_head = nn.Linear(64, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = self.to_patch_embedding(cut(x, self.patch))
        x = torch.stack([torch.cat([self.cls_token, tokens]) for tokens in x])
        found: Tensor = self.mlp_head(self.transformer(x + self.pos_embedding)[:, 0])
        return found


class OldAttention(nn.Module):
    """Attention of vit-pytorch 0.2.2: the width shared by the heads, scaled by the whole of it."""

    def __init__(self, dim: int, heads: int) -> None:
        super().__init__()
        self.heads, self.dim = heads, dim
        self.to_qkv = nn.Linear(dim, 3 * dim, bias=False)
        self.to_out = nn.Sequential(nn.Linear(dim, dim))

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.to_out(attend(self.to_qkv(x), self.heads, 1 / self.dim**0.5))
        return found


class PreNorm(nn.Module):
    """The wrappers Residual and PreNorm of 0.2.2 give their part the prefix ``fn`` twice."""

    def __init__(self, dim: int, fn: nn.Module) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(dim)
        self.fn = fn

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.fn(self.norm(x))
        return found


class Wrapped(nn.Module):
    def __init__(self, dim: int, fn: nn.Module) -> None:
        super().__init__()
        self.fn = PreNorm(dim, fn)

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.fn(x)
        return found


class OldViT(nn.Module):
    """vit-pytorch 0.2.2: the head is an MLP with a hidden layer of 128 units."""

    def __init__(self, image: int, patch: int) -> None:
        super().__init__()
        self.patch = patch
        self.pos_embedding = nn.Parameter(torch.empty(1, (image // patch) ** 2 + 1, 64))
        self.cls_token = nn.Parameter(torch.empty(1, 1, 64))
        self.patch_to_embedding = nn.Linear(patch**2, 64)
        pairs: list[tuple[nn.Module, nn.Module]] = [
            (Wrapped(64, OldAttention(64, 8)), Wrapped(64, FeedForward(64, 128, norm=False)))
            for _ in range(6)
        ]
        self.transformer = Stack(64, pairs, norm=False)
        self.mlp_head = nn.Sequential(
            nn.LayerNorm(64), nn.Linear(64, 128), nn.GELU(), nn.Identity(), nn.Linear(128, 10)
        )

    def forward(self, x: Tensor) -> Tensor:
        x = self.patch_to_embedding(cut(x, self.patch))
        x = torch.cat([self.cls_token.repeat(len(x), 1, 1), x], dim=1)
        found: Tensor = self.mlp_head(self.transformer(x + self.pos_embedding)[:, 0])
        return found


def base() -> nn.Sequential:
    """Three 1-D convolutions: (N, 1, 16000) -> (N, 128, 31)."""
    layers: list[nn.Module] = []
    for before, after, kernel, stride in ((1, 32, 9, 4), (32, 64, 9, 2), (64, 128, 3, 1)):
        layers += [
            nn.Conv1d(before, after, kernel, stride, kernel // 2),
            nn.BatchNorm1d(after),
            nn.ReLU(),
            nn.MaxPool1d(4),
        ]
    return nn.Sequential(*layers)


class AudioCNN(nn.Module):
    """Architecture 1: the base, the mean over time, one linear layer."""

    def __init__(self) -> None:
        super().__init__()
        self.base = nn.ModuleDict({"net": base()})
        self.fc = nn.Linear(128, 10)

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.fc(self.base["net"](x).mean(dim=2))
        return found


class EncoderBlock(nn.Module):
    """A pre-norm block around torch's own attention."""

    def __init__(self, heads: int) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(128)
        self.attn = nn.MultiheadAttention(128, heads, batch_first=True)
        self.norm2 = nn.LayerNorm(128)
        self.ff = nn.Sequential(nn.Linear(128, 256), nn.GELU(), nn.Identity(), nn.Linear(256, 128))

    def forward(self, x: Tensor) -> Tensor:
        y = self.norm1(x)
        x = x + self.attn(y, y, y, need_weights=False)[0]
        found: Tensor = x + self.ff(self.norm2(x))
        return found


class AudioTransformer(nn.Module):
    """Architecture 2 with `nn.MultiheadAttention` in the place of the drawn attention."""

    def __init__(self, heads: int) -> None:
        super().__init__()
        self.cls = nn.Parameter(torch.empty(1, 1, 128))
        self.pos = nn.Parameter(torch.empty(1, 32, 128))
        self.base = nn.ModuleDict({"net": base()})
        self.blocks = nn.Sequential(EncoderBlock(heads), EncoderBlock(heads))
        self.norm = nn.LayerNorm(128)
        self.head = nn.Sequential(nn.Linear(128, 64), nn.GELU(), nn.Linear(64, 10))

    def forward(self, x: Tensor) -> Tensor:
        x = self.base["net"](x).mT
        x = torch.cat([self.cls.repeat(len(x), 1, 1), x], dim=1) + self.pos
        found: Tensor = self.head(self.norm(self.blocks(x))[:, 0])
        return found


def joined_attention(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Weights of four linear layers q, k, v, o by the names of `nn.MultiheadAttention`."""
    result = dict(state)
    for key in state:
        if key.split(".")[-2:] != ["q", "weight"]:
            continue
        stem = key.removesuffix("q.weight")
        for kind in ("weight", "bias"):
            parts = [result.pop(f"{stem}{part}.{kind}") for part in "qkv"]
            result[f"{stem}in_proj_{kind}"] = torch.cat(parts)
            result[f"{stem}out_proj.{kind}"] = result.pop(f"{stem}o.{kind}")
    return result
