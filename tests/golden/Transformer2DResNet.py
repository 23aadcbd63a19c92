import math

import torch
from torch import Tensor, nn


class ResNetBlock2D(nn.Module):
    """Two 3x3 convolutions with a residual connection.

    (N, in_channels, h, w) -> (N, out_channels, h, w)
    """

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, out_channels, kernel_size=3, padding=1)
        self.bn1 = nn.BatchNorm2d(out_channels)
        self.relu = nn.ReLU()
        self.conv2 = nn.Conv2d(out_channels, out_channels, kernel_size=3, padding=1)
        self.bn2 = nn.BatchNorm2d(out_channels)
        self.projection = (
            nn.Conv2d(in_channels, out_channels, kernel_size=1)
            if in_channels != out_channels
            else nn.Identity()
        )

    def forward(self, x: Tensor) -> Tensor:
        projection = self.projection(x)
        x = self.conv1(x)
        x = self.bn1(x)
        x = self.relu(x)
        x = self.conv2(x)
        return self.relu(self.bn2(x) + projection)


class PositionalEncoding(nn.Module):
    """Adds sinusoidal positions to a sequence (Vaswani et al. 2017).

    (batch, length, d_model) -> (batch, length, d_model)
    """

    def __init__(self, d_model: int, dropout: float = 0.1, max_len: int = 5000) -> None:
        super().__init__()
        position = torch.arange(max_len, dtype=torch.float).unsqueeze(1)
        steps = torch.arange(0, d_model, 2, dtype=torch.float)
        angle = position * torch.exp(steps * (-math.log(10000.0) / d_model))
        table = torch.stack([torch.sin(angle), torch.cos(angle)], dim=-1)
        table = table.flatten(1).unsqueeze(0)
        self.register_buffer("pe", table)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        length = x.shape[1]
        return self.dropout(x + self.pe[:, :length])


class TransformerBlock(nn.Module):
    """Self-attention and a feed-forward part, normalised after each residual.

    (N, length, hidden) -> (N, length, hidden)
    """

    def __init__(self, hidden: int, num_heads: int, dropout: float = 0.1) -> None:
        if hidden % num_heads != 0:
            raise ValueError("hidden must be divisible by num_heads")
        super().__init__()
        self.attention = nn.MultiheadAttention(
            hidden, num_heads, dropout=dropout, batch_first=True
        )
        self.ff = nn.Sequential(
            nn.Linear(hidden, hidden), nn.ReLU(), nn.Linear(hidden, hidden)
        )
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
        for name, size in {
            "hidden": hidden,
            "num_heads": num_heads,
            "num_classes": num_classes,
        }.items():
            if size < 1:
                raise ValueError(f"{name} must be at least 1, received {size}")
        super().__init__()
        self.conv2d = nn.Conv2d(1, hidden, kernel_size=3, stride=2, padding=1)
        self.resnet_block = ResNetBlock2D(hidden, hidden)
        self.pos_encoder = PositionalEncoding(hidden, dropout=dropout)
        self.transformer_blocks = nn.ModuleList(
            [
                TransformerBlock(hidden, num_heads, dropout=dropout)
                for _ in range(num_blocks)
            ]
        )
        self.out = nn.Sequential(
            nn.Linear(hidden, 64),
            nn.ReLU(),
            nn.Dropout(dropout),
            nn.Linear(64, num_classes),
        )

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv2d(x)
        x = self.resnet_block(x)
        x = x.flatten(2).transpose(1, 2)
        x = self.pos_encoder(x)
        for transformer_block in self.transformer_blocks:
            x = transformer_block(x)
        return self.out(x.mean(dim=1))
