"""The models of the heartbeat report as a person would write them: a yardstick for the compiler.

Names, order and sizes follow the published facts (resources/published/architectures.json).
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn


class ResNetBlock2D(nn.Module):
    """(N, in_channels, H, W) -> (N, out_channels, H, W)"""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, out_channels, kernel_size=3, padding=1)
        self.bn1 = nn.BatchNorm2d(out_channels)
        self.relu = nn.ReLU()
        self.conv2 = nn.Conv2d(out_channels, out_channels, kernel_size=3, padding=1)
        self.bn2 = nn.BatchNorm2d(out_channels)
        self.projection: nn.Module = nn.Identity()
        if in_channels != out_channels:
            self.projection = nn.Conv2d(in_channels, out_channels, kernel_size=1)

    def forward(self, x: Tensor) -> Tensor:
        shortcut = self.projection(x)
        x = self.relu(self.bn1(self.conv1(x)))
        return self.relu(self.bn2(self.conv2(x)) + shortcut)


class CNN2DResNet(nn.Module):
    """(N, 1, 16, 12) -> (N, num_classes)"""

    def __init__(self, hidden: int = 128, num_blocks: int = 1, num_classes: int = 5) -> None:
        super().__init__()
        self.convolutions = nn.ModuleList(
            [
                nn.Conv2d(1, hidden, kernel_size=3, padding=1),
                nn.ReLU(),
                nn.BatchNorm2d(hidden),
                *(ResNetBlock2D(hidden, hidden) for _ in range(num_blocks)),
                nn.MaxPool2d(kernel_size=2),
            ]
        )
        self.dense = nn.Sequential(
            nn.Flatten(),
            nn.Linear(8 * 6 * hidden, hidden),
            nn.ReLU(),
            nn.Linear(hidden, num_classes),
        )

    def forward(self, x: Tensor) -> Tensor:
        for layer in self.convolutions:
            x = layer(x)
        return self.dense(x)


class PositionalEncoding(nn.Module):
    """(N, S, hidden) -> (N, S, hidden), sine on even and cosine on odd channels."""

    def __init__(self, hidden: int, dropout: float, max_len: int = 5000) -> None:
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        position = torch.arange(max_len).unsqueeze(1)
        rate = torch.exp(torch.arange(0, hidden, 2) * (-math.log(10000.0) / hidden))
        pe = torch.zeros(1, max_len, hidden)
        pe[0, :, 0::2] = torch.sin(position * rate)
        pe[0, :, 1::2] = torch.cos(position * rate)
        self.register_buffer("pe", pe)

    def forward(self, x: Tensor) -> Tensor:
        return self.dropout(x + self.pe[:, : x.size(1)])


class TransformerBlock(nn.Module):
    """(N, S, hidden) -> (N, S, hidden), norms after the sums."""

    def __init__(self, hidden: int, num_heads: int, dropout: float) -> None:
        super().__init__()
        self.attention = nn.MultiheadAttention(hidden, num_heads, dropout=dropout, batch_first=True)
        self.ff = nn.Sequential(nn.Linear(hidden, hidden), nn.ReLU(), nn.Linear(hidden, hidden))
        self.layer_norm1 = nn.LayerNorm(hidden)
        self.layer_norm2 = nn.LayerNorm(hidden)

    def forward(self, x: Tensor) -> Tensor:
        attention, _ = self.attention(x, x, x, need_weights=False)
        x = self.layer_norm1(x + attention)
        return self.layer_norm2(x + self.ff(x))


class Transformer2DResNet(nn.Module):
    """(N, 1, 16, 12) -> (N, num_classes)"""

    def __init__(
        self,
        hidden: int = 128,
        num_heads: int = 8,
        num_blocks: int = 1,
        dropout: float = 0.2,
        num_classes: int = 5,
    ) -> None:
        super().__init__()
        self.conv2d = nn.Conv2d(1, hidden, kernel_size=3, stride=2, padding=1)
        self.resnet_block = ResNetBlock2D(hidden, hidden)
        self.pos_encoder = PositionalEncoding(hidden, dropout)
        self.transformer_blocks = nn.ModuleList(
            TransformerBlock(hidden, num_heads, dropout) for _ in range(num_blocks)
        )
        self.out = nn.Sequential(
            nn.Linear(hidden, hidden // 2),
            nn.ReLU(),
            nn.Dropout(dropout),
            nn.Linear(hidden // 2, num_classes),
        )

    def forward(self, x: Tensor) -> Tensor:
        x = self.resnet_block(self.conv2d(x))
        x = self.pos_encoder(x.flatten(2).transpose(1, 2))
        for block in self.transformer_blocks:
            x = block(x)
        return self.out(x.mean(dim=1))


class AttentionGRU(nn.Module):
    """(N, 192, 1) -> (N, num_classes), the head on the last step. Always 4 heads."""

    def __init__(
        self,
        input_size: int = 1,
        hidden: int = 128,
        num_layers: int = 5,
        dropout: float = 0.2,
        num_classes: int = 5,
    ) -> None:
        super().__init__()
        self.rnn = nn.GRU(input_size, hidden, num_layers, batch_first=True, dropout=dropout)
        self.rnn_norm = nn.LayerNorm(hidden)
        self.attention = nn.MultiheadAttention(hidden, 4, dropout=dropout, batch_first=True)
        self.attention_norm = nn.LayerNorm(hidden)
        self.linear = nn.Linear(hidden, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        x, _ = self.rnn(x)
        x = self.rnn_norm(x)
        x, _ = self.attention(x, x, x, need_weights=False)
        return self.linear(self.attention_norm(x)[:, -1])
