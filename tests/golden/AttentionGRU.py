from torch import Tensor, nn


class AttentionGRU(nn.Module):
    """(N, 192, input_size) -> (N, num_classes)"""

    def __init__(
        self,
        input_size: int = 1,
        hidden: int = 128,
        num_layers: int = 5,
        num_heads: int = 4,
        dropout: float = 0.2,
        num_classes: int = 5,
    ) -> None:
        for name, size in {
            "input_size": input_size,
            "hidden": hidden,
            "num_layers": num_layers,
            "num_heads": num_heads,
            "num_classes": num_classes,
        }.items():
            if size < 1:
                raise ValueError(f"{name} must be at least 1, received {size}")
        if hidden % num_heads != 0:
            raise ValueError("hidden must be divisible by num_heads")
        super().__init__()
        self.rnn = nn.GRU(
            input_size, hidden, num_layers=num_layers, batch_first=True, dropout=dropout
        )
        self.rnn_norm = nn.LayerNorm(hidden)
        self.attention = nn.MultiheadAttention(
            hidden, num_heads, dropout=dropout, batch_first=True
        )
        self.attention_norm = nn.LayerNorm(hidden)
        self.linear = nn.Linear(hidden, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        x, _ = self.rnn(x)
        x = self.rnn_norm(x)
        x, _ = self.attention(x, x, x, need_weights=False)
        x = self.attention_norm(x)
        return self.linear(x[:, -1])
