"""Plain PyTorch models of the small image classifiers, written by hand.

They know nothing of blocks or graphs. Attributes bear the published names, so that weights can be
carried over by key; the computations follow the papers, not the generated text.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

Heads = dict[str, int]


class Dense(nn.Module):
    """Linear layers with (norm, ReLU) or (ReLU, dropout), and one head called digit."""

    def __init__(
        self, sizes: Sequence[int], classes: int = 10, *, norm: bool = False, dropout: float = 0.0
    ) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for before, after in pairwise(sizes):
            layers.append(nn.Linear(before, after))
            layers += (
                [nn.BatchNorm1d(after), nn.ReLU()] if norm else [nn.ReLU(), nn.Dropout(dropout)]
            )
        self.feature_extractor = nn.Sequential(*layers)
        self.heads = nn.ModuleDict({"digit": nn.Linear(sizes[-1], classes)})

    def forward(self, x: Tensor) -> Tensor:
        digit: Tensor = self.heads["digit"](self.feature_extractor(x.reshape(len(x), -1)))
        return digit


class CNN(nn.Module):
    """Two convolutions, a dense layer, one classifier or several heads, perhaps a second input."""

    def __init__(
        self,
        channels: tuple[int, int, int],
        pool: int,
        hidden: int,
        dropout: float,
        heads: int | Heads,
        auxiliary: int = 0,
    ) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for before, after in pairwise(channels):
            layers += [nn.Conv2d(before, after, 3, padding=1), nn.BatchNorm2d(after)]
            layers += [nn.ReLU(), nn.MaxPool2d(2)]
        self.conv_layers = nn.Sequential(*layers, nn.AdaptiveAvgPool2d((pool, pool)))
        self.shared_features = nn.Sequential(
            nn.Flatten(),
            nn.Linear(channels[-1] * pool * pool, hidden),
            nn.ReLU(),
            nn.Dropout(dropout),
        )
        width = hidden
        if auxiliary:
            self.auxiliary_net = nn.Sequential(
                nn.Linear(auxiliary, 32),
                nn.ReLU(),
                nn.Dropout(dropout / 2),
                nn.Linear(32, 32),
                nn.ReLU(),
            )
            width += 32
        if isinstance(heads, int):
            self.classifier = nn.Linear(width, heads)
        else:
            self.heads = nn.ModuleDict({name: nn.Linear(width, n) for name, n in heads.items()})

    def forward(self, x: Tensor, auxiliary: Tensor | None = None) -> Tensor | dict[str, Tensor]:
        features = self.shared_features(self.conv_layers(x))
        if auxiliary is not None:
            features = torch.hstack([features, self.auxiliary_net(auxiliary)])
        if hasattr(self, "classifier"):
            scores: Tensor = self.classifier(features)
            return scores
        return {name: head(features) for name, head in self.heads.items()}


class ChannelNorm(nn.Module):
    """Layer norm over dimension 1 of a map, by way of torch's own over the last dimension."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor) -> Tensor:
        last = x.movedim(1, -1)
        normed = nn.functional.layer_norm(last, last.shape[-1:], self.weight, self.bias, eps=1e-6)
        return normed.movedim(-1, 1)


class ResponseNorm(nn.Module):
    """Global response normalisation of (N, H, W, C), equation by equation (Woo et al. 2023)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.zeros(1, 1, 1, channels))
        self.beta = nn.Parameter(torch.zeros(1, 1, 1, channels))

    def forward(self, x: Tensor) -> Tensor:
        aggregated = (x * x).sum(dim=(1, 2), keepdim=True).sqrt()
        divided = aggregated / (aggregated.mean(dim=3, keepdim=True) + 1e-6)
        return self.gamma * x * divided + self.beta + x


class ConvNeXtUnit(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.dwconv = nn.Conv2d(dim, dim, 7, padding=3, groups=dim)
        self.norm = nn.LayerNorm(dim, eps=1e-6)
        self.pwconv1 = nn.Linear(dim, 4 * dim)
        self.grn = ResponseNorm(4 * dim)
        self.pwconv2 = nn.Linear(4 * dim, dim)

    def forward(self, x: Tensor) -> Tensor:
        y = self.norm(self.dwconv(x).movedim(1, 3))
        y = self.pwconv2(self.grn(nn.functional.gelu(self.pwconv1(y))))
        return x + y.movedim(3, 1)


class ConvNeXt(nn.Module):
    """Without stochastic depth, which does nothing in evaluation."""

    def __init__(
        self, depths: Sequence[int], dims: Sequence[int], channels: int = 1, classes: int = 10
    ) -> None:
        super().__init__()
        stem = nn.Sequential(nn.Conv2d(channels, dims[0], 2, stride=2), ChannelNorm(dims[0]))
        self.downsample_layers = nn.ModuleList([stem])
        for before, after in pairwise(dims):
            self.downsample_layers.append(
                nn.Sequential(ChannelNorm(before), nn.Conv2d(before, after, 2, stride=2))
            )
        self.stages = nn.ModuleList(
            nn.Sequential(*(ConvNeXtUnit(dim) for _ in range(depth)))
            for depth, dim in zip(depths, dims, strict=True)
        )
        self.norm = nn.LayerNorm(dims[-1], eps=1e-6)
        self.head = nn.Linear(dims[-1], classes)

    def forward(self, x: Tensor) -> Tensor:
        for down, stage in zip(self.downsample_layers, self.stages, strict=True):
            x = stage(down(x))
        scores: Tensor = self.head(self.norm(x.flatten(2).mean(2)))
        return scores


class Patches(nn.Module):
    def __init__(self, channels: int, size: int, dim: int, patch: int = 4) -> None:
        super().__init__()
        self.pos_embedding = nn.Parameter(torch.zeros(1, (size // patch) ** 2, dim))
        self.cls_token = nn.Parameter(torch.zeros(1, 1, dim))
        self.conv1 = nn.Conv2d(channels, dim, patch, stride=patch)

    def forward(self, x: Tensor) -> Tensor:
        patches = self.conv1(x).flatten(2).mT + self.pos_embedding
        return torch.cat([self.cls_token.repeat(len(x), 1, 1), patches], dim=1)


class Attention(nn.Module):
    """Scores, softmax and mixing written out, head by head."""

    def __init__(self, dim: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.queries = nn.Linear(dim, dim)
        self.keys = nn.Linear(dim, dim)
        self.values = nn.Linear(dim, dim)
        self.out_projection = nn.Linear(dim, dim)

    def forward(self, x: Tensor) -> Tensor:
        parts = [
            layer(x).chunk(self.heads, dim=2) for layer in (self.queries, self.keys, self.values)
        ]
        mixed = []
        for query, key, value in zip(*parts, strict=True):
            scores = torch.einsum("nqd,nkd->nqk", query, key) / math.sqrt(query.shape[2])
            mixed.append(scores.softmax(dim=2) @ value)
        projected: Tensor = self.out_projection(torch.cat(mixed, dim=2))
        return projected


class EncoderUnit(nn.Module):
    def __init__(self, dim: int, heads: int, hidden: int) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(dim)
        self.attention = Attention(dim, heads)
        self.norm2 = nn.LayerNorm(dim)
        self.fc1 = nn.Linear(dim, hidden)
        self.fc2 = nn.Linear(hidden, dim)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.attention(self.norm1(x))
        return x + self.fc2(nn.functional.gelu(self.fc1(self.norm2(x))))


class TokenHead(nn.Module):
    def __init__(self, dim: int, classes: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(dim, dim)
        self.fc2 = nn.Linear(dim, classes)

    def forward(self, x: Tensor) -> Tensor:
        scores: Tensor = self.fc2(self.fc1(x[:, 0]).tanh())
        return scores


class ViT(nn.Module):
    """Without dropout, which does nothing in evaluation; `torch_layers` takes torch's encoder."""

    def __init__(
        self,
        dim: int,
        layers: int,
        heads: int,
        hidden: int,
        channels: int = 1,
        size: int = 28,
        classes: int = 10,
        *,
        torch_layers: bool = False,
    ) -> None:
        super().__init__()
        self.embedding = Patches(channels, size, dim)
        if torch_layers:
            layer = nn.TransformerEncoderLayer(
                dim, heads, hidden, 0.0, "gelu", batch_first=True, norm_first=True
            )
            self.encoder: nn.Module = nn.TransformerEncoder(
                layer, layers, nn.LayerNorm(dim), enable_nested_tensor=False
            )
        else:
            self.encoder = nn.Sequential(*(EncoderUnit(dim, heads, hidden) for _ in range(layers)))
            self.norm = nn.LayerNorm(dim)
        self.classifier = TokenHead(dim, classes)

    def forward(self, x: Tensor) -> Tensor:
        tokens = self.encoder(self.embedding(x))
        tokens = self.norm(tokens) if hasattr(self, "norm") else tokens
        scores: Tensor = self.classifier(tokens)
        return scores


def unit(before: int, after: int, kernel: int, stride: int = 1, groups: int = 1) -> nn.Sequential:
    conv = nn.Conv2d(before, after, kernel, stride, kernel // 2, groups=groups, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(after), nn.SiLU())


class SqueezeExcite(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        narrow = max(1, channels // 4)
        self.se = nn.Sequential(
            nn.AdaptiveAvgPool2d(1),
            nn.Conv2d(channels, narrow, 1),
            nn.SiLU(),
            nn.Conv2d(narrow, channels, 1),
            nn.Sigmoid(),
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.se(x) * x


class Bottleneck(nn.Module):
    """Inverted bottleneck; `drop` is the rate of its channel dropout, used on residuals only."""

    def __init__(
        self, before: int, after: int, expand: int, stride: int, kernel: int, drop: float
    ) -> None:
        super().__init__()
        wide = before * expand
        self.expand: nn.Module = unit(before, wide, 1) if expand > 1 else nn.Identity()
        self.depthwise = unit(wide, wide, kernel, stride, wide)
        self.se = SqueezeExcite(wide)
        self.project = nn.Sequential(nn.Conv2d(wide, after, 1, bias=False), nn.BatchNorm2d(after))
        self.residual = stride == 1 and before == after
        self.drop = drop if self.residual else 0.0

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.project(self.se(self.depthwise(self.expand(x))))
        return x + y if self.residual else y


# expansion, channels, blocks, stride, kernel (Tan and Le 2019, table 1)
STAGES = (
    (1, 16, 1, 1, 3),
    (6, 24, 2, 2, 3),
    (6, 40, 2, 2, 5),
    (6, 80, 3, 2, 3),
    (6, 112, 3, 1, 5),
    (6, 192, 4, 2, 5),
    (6, 320, 1, 1, 3),
)


class EfficientNet(nn.Module):
    def __init__(self, width: float, depth: float, channels: int = 1, classes: int = 10) -> None:
        super().__init__()

        def wide(number: int) -> int:
            return math.ceil(number * width / 8) * 8

        before = wide(32)
        self.stem = unit(channels, before, 3, 2)
        blocks = []
        for expand, number, repeats, stride, kernel in STAGES:
            for k in range(math.ceil(repeats * depth)):
                after, step = wide(number), 1 if k else stride
                blocks.append(Bottleneck(before, after, expand, step, kernel, 0.2 * k / 7))
                before = after
        self.blocks = nn.ModuleList(blocks)
        head = wide(1280)
        self.feature_extractor = nn.Sequential(
            *unit(before, head, 1), nn.AdaptiveAvgPool2d(1), nn.Flatten()
        )
        self.classifier = nn.Linear(head, classes)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        for block in self.blocks:
            x = block(x)
        scores: Tensor = self.classifier(self.feature_extractor(x))
        return scores
