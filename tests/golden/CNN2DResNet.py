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


class CNN2DResNet(nn.Module):
    """(N, 1, 16, 12) -> (N, num_classes)"""

    def __init__(
        self, hidden: int = 128, num_blocks: int = 1, num_classes: int = 5
    ) -> None:
        for name, size in {"hidden": hidden, "num_classes": num_classes}.items():
            if size < 1:
                raise ValueError(f"{name} must be at least 1, received {size}")
        super().__init__()
        self.convolutions = nn.ModuleList(
            [
                nn.Conv2d(1, hidden, kernel_size=3, padding=1),
                nn.ReLU(),
                nn.BatchNorm2d(hidden),
                *[ResNetBlock2D(hidden, hidden) for _ in range(num_blocks)],
                nn.MaxPool2d(2),
            ]
        )
        self.dense = nn.Sequential(
            nn.Flatten(),
            nn.Linear(48 * hidden, hidden),
            nn.ReLU(),
            nn.Linear(hidden, num_classes),
        )

    def forward(self, x: Tensor) -> Tensor:
        for convolution in self.convolutions:
            x = convolution(x)
        return self.dense(x)
