"""The models of the transformer tutorial and two image classifiers, as a person writes them.

A yardstick for the presets: the two transformer layers follow the tutorial's own code, the image
classifiers the published definitions (torchvision's names, order and sizes).
"""

from __future__ import annotations

import math
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional


class EncoderLayer(nn.Module):
    """(S, N, d_model) -> (S, N, d_model)"""

    def __init__(self, d_model: int, nhead: int, dim_feedforward: int, dropout: float) -> None:
        super().__init__()
        self.self_attn = nn.MultiheadAttention(d_model, nhead)
        self.linear1 = nn.Linear(d_model, dim_feedforward)
        self.linear2 = nn.Linear(dim_feedforward, d_model)
        self.norm1 = nn.LayerNorm(d_model)
        self.norm2 = nn.LayerNorm(d_model)
        self.dropout = nn.Dropout(dropout)

    def forward(self, src: Tensor, src_mask: Tensor | None = None) -> Tensor:
        src2 = self.self_attn(src, src, src, attn_mask=src_mask)[0]
        src = self.norm1(src + self.dropout(src2))
        src2 = self.linear2(functional.relu(self.linear1(src)))
        return self.norm2(src + self.dropout(src2))


class DecoderLayer(nn.Module):
    """(T, N, d_model), (S, N, d_model) -> (T, N, d_model)"""

    def __init__(self, d_model: int, nhead: int, dim_feedforward: int, dropout: float) -> None:
        super().__init__()
        self.self_attn = nn.MultiheadAttention(d_model, nhead)
        self.cross_attn = nn.MultiheadAttention(d_model, nhead)
        self.linear1 = nn.Linear(d_model, dim_feedforward)
        self.linear2 = nn.Linear(dim_feedforward, d_model)
        self.norm1 = nn.LayerNorm(d_model)
        self.norm2 = nn.LayerNorm(d_model)
        self.norm3 = nn.LayerNorm(d_model)
        self.dropout = nn.Dropout(dropout)

    def forward(
        self,
        tgt: Tensor,
        memory: Tensor,
        tgt_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
    ) -> Tensor:
        tgt2 = self.self_attn(tgt, tgt, tgt, attn_mask=tgt_mask)[0]
        tgt = self.norm1(tgt + self.dropout(tgt2))
        tgt2 = self.cross_attn(tgt, memory, memory, attn_mask=memory_mask)[0]
        tgt = self.norm2(tgt + self.dropout(tgt2))
        tgt2 = self.linear2(functional.relu(self.linear1(tgt)))
        return self.norm3(tgt + self.dropout(tgt2))


class EncoderDecoder(nn.Module):
    """The tutorial's Transformer over stacks of its layers; keys as in the measured facts."""

    def __init__(
        self, d_model: int, nhead: int, dim_feedforward: int, dropout: float, num_layers: int
    ) -> None:
        super().__init__()
        sizes = (d_model, nhead, dim_feedforward, dropout)
        encoder, decoder, transformer = nn.Module(), nn.Module(), nn.Module()
        encoder.layers = nn.ModuleList(EncoderLayer(*sizes) for _ in range(num_layers))
        decoder.layers = nn.ModuleList(DecoderLayer(*sizes) for _ in range(num_layers))
        transformer.encoder, transformer.decoder = encoder, decoder
        self.transformer = transformer

    def forward(
        self,
        src: Tensor,
        tgt: Tensor,
        src_mask: Tensor | None = None,
        tgt_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
    ) -> Tensor:
        for layer in self.transformer.encoder.layers:
            src = layer(src, src_mask)
        for layer in self.transformer.decoder.layers:
            tgt = layer(tgt, src, tgt_mask, memory_mask)
        return tgt


class AlexNet(nn.Module):
    """(N, 3, 224, 224) -> (N, num_classes)"""

    def __init__(self, num_classes: int = 1000, dropout: float = 0.5) -> None:
        super().__init__()
        pool = partial(nn.MaxPool2d, kernel_size=3, stride=2)
        self.features = nn.Sequential(
            nn.Conv2d(3, 64, kernel_size=11, stride=4, padding=2),
            nn.ReLU(),
            pool(),
            nn.Conv2d(64, 192, kernel_size=5, padding=2),
            nn.ReLU(),
            pool(),
            nn.Conv2d(192, 384, kernel_size=3, padding=1),
            nn.ReLU(),
            nn.Conv2d(384, 256, kernel_size=3, padding=1),
            nn.ReLU(),
            nn.Conv2d(256, 256, kernel_size=3, padding=1),
            nn.ReLU(),
            pool(),
        )
        self.classifier = nn.Sequential(
            nn.Dropout(dropout),
            nn.Linear(256 * 6 * 6, 4096),
            nn.ReLU(),
            nn.Dropout(dropout),
            nn.Linear(4096, 4096),
            nn.ReLU(),
            nn.Linear(4096, num_classes),
        )

    def forward(self, x: Tensor) -> Tensor:
        x = functional.adaptive_avg_pool2d(self.features(x), (6, 6))
        return self.classifier(torch.flatten(x, 1))


def rounded(channels: float) -> int:
    """To a multiple of 8, never below nine tenths."""
    result = max(8, int(channels + 4) // 8 * 8)
    return result if result >= 0.9 * channels else result + 8


class SqueezeExcitation(nn.Module):
    """(N, channels, h, w) -> the same"""

    def __init__(self, channels: int, squeezed: int) -> None:
        super().__init__()
        self.fc1 = nn.Conv2d(channels, squeezed, 1)
        self.fc2 = nn.Conv2d(squeezed, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        scale = functional.silu(self.fc1(x.mean((2, 3), keepdim=True)))
        return torch.sigmoid(self.fc2(scale)) * x


class MBConv(nn.Module):
    """(N, c_in, h, w) -> (N, c_out, h / stride, w / stride)"""

    def __init__(
        self,
        c_in: int,
        c_out: int,
        kernel: int,
        stride: int,
        ratio: int,
        drop: float,
        norm: partial[nn.BatchNorm2d],
    ) -> None:
        super().__init__()
        wide = c_in * ratio
        layers: list[nn.Module] = []
        if ratio != 1:
            layers.append(conv(c_in, wide, 1, norm))
        layers.append(conv(wide, wide, kernel, norm, stride, groups=wide))
        layers.append(SqueezeExcitation(wide, max(1, c_in // 4)))
        layers.append(conv(wide, c_out, 1, norm, activation=False))
        self.block = nn.Sequential(*layers)
        self.residual = stride == 1 and c_in == c_out
        self.drop = drop

    def forward(self, x: Tensor) -> Tensor:
        y = self.block(x)
        if not self.residual:
            return y
        if self.training and self.drop:
            keep = torch.rand(x.shape[0], 1, 1, 1, device=x.device) >= self.drop
            y = y * keep / (1.0 - self.drop)
        return x + y


def conv(
    c_in: int,
    c_out: int,
    kernel: int,
    norm: partial[nn.BatchNorm2d],
    stride: int = 1,
    groups: int = 1,
    activation: bool = True,
) -> nn.Sequential:
    """Convolution, norm, SiLU."""
    padding = (kernel - 1) // 2
    layers: list[nn.Module] = [
        nn.Conv2d(c_in, c_out, kernel, stride, padding, groups=groups, bias=False),
        norm(c_out),
    ]
    return nn.Sequential(*layers, *([nn.SiLU()] if activation else []))


class EfficientNet(nn.Module):
    """(N, 3, h, w) -> (N, num_classes)"""

    def __init__(
        self,
        width: float = 1.0,
        depth: float = 1.0,
        dropout: float = 0.2,
        num_classes: int = 1000,
        eps: float = 1e-5,
        momentum: float = 0.1,
        drop: float = 0.2,
    ) -> None:
        super().__init__()
        norm = partial(nn.BatchNorm2d, eps=eps, momentum=momentum)
        # ratio, kernel, stride, channels in and out, repetitions of the smallest model
        table = (
            (1, 3, 1, 32, 16, 1),
            (6, 3, 2, 16, 24, 2),
            (6, 5, 2, 24, 40, 2),
            (6, 3, 2, 40, 80, 3),
            (6, 5, 1, 80, 112, 3),
            (6, 5, 2, 112, 192, 4),
            (6, 3, 1, 192, 320, 1),
        )
        total = sum(math.ceil(row[-1] * depth) for row in table)
        built = 0
        stages: list[nn.Module] = [conv(3, rounded(32 * width), 3, norm, stride=2)]
        for ratio, kernel, stride, c_in, c_out, count in table:
            blocks: list[nn.Module] = []
            for k in range(math.ceil(count * depth)):
                blocks.append(
                    MBConv(
                        rounded((c_out if k else c_in) * width),
                        rounded(c_out * width),
                        kernel,
                        1 if k else stride,
                        ratio,
                        drop * built / total,
                        norm,
                    )
                )
                built += 1
            stages.append(nn.Sequential(*blocks))
        last = rounded(320 * width)
        stages.append(conv(last, 4 * last, 1, norm))
        self.features = nn.Sequential(*stages)
        self.classifier = nn.Sequential(nn.Dropout(dropout), nn.Linear(4 * last, num_classes))

    def forward(self, x: Tensor) -> Tensor:
        return self.classifier(self.features(x).mean((2, 3)))


class Seq2Seq(nn.Module):
    """(N, S), (N, T) whole numbers -> (N, T, vocabulary): all that the tutorial's text names."""

    def __init__(self, weights: dict[str, Tensor], nhead: int, num_layers: int) -> None:
        super().__init__()
        self.src = weights["src_embedding.embedding.weight"]
        self.tgt = weights["tgt_embedding.embedding.weight"]
        self.width = self.src.shape[1]
        feedforward = weights["transformer.encoder.layers.0.linear1.bias"].shape[0]
        self.inner = EncoderDecoder(self.width, nhead, feedforward, 0.0, num_layers)
        inner = {k: v for k, v in weights.items() if k.startswith("transformer.")}
        self.inner.load_state_dict(inner)
        self.head = nn.Linear(self.width, self.tgt.shape[0])
        self.head.load_state_dict({"weight": weights["head.weight"], "bias": weights["head.bias"]})

    def embed(self, table: Tensor, tokens: Tensor) -> Tensor:
        """Scaled vectors plus sine (even) and cosine (odd) of the positions, length first."""
        x = table[tokens] * math.sqrt(self.width)
        place = torch.arange(tokens.shape[1])[:, None]
        rate = 10000.0 ** (-torch.arange(0, self.width, 2) / self.width)
        positions = torch.zeros(tokens.shape[1], self.width)
        positions[:, 0::2] = torch.sin(place * rate)
        positions[:, 1::2] = torch.cos(place * rate)
        return (x + positions).transpose(0, 1)

    def forward(self, src: Tensor, tgt: Tensor) -> Tensor:
        future = torch.ones(tgt.shape[1], tgt.shape[1]).triu(1).bool()
        out = self.inner(self.embed(self.src, src), self.embed(self.tgt, tgt), tgt_mask=future)
        return self.head(out.transpose(0, 1))
