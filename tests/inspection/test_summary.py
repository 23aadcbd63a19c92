"""`summarise` against totals and operations counted by hand."""

from __future__ import annotations

import threading

import pytest
import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from nnstudio.inspection.summary import summarise

FLOAT = torch.float32


class Attending(nn.Module):
    """(N, 5, 16) -> (N, 5, 16), the ReLU called twice."""

    def __init__(self) -> None:
        super().__init__()
        self.attention = nn.MultiheadAttention(16, 4, batch_first=True)
        self.act = nn.ReLU()
        self.linear = nn.Linear(16, 16)

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        x, _ = self.attention(x, x, x, attn_mask=mask, need_weights=False)
        return self.act(self.linear(self.act(x)))


class Remembering(nn.Module):
    """(N, T, 3) -> {"last": (N, 5), "all": (N, T, 16)}"""

    def __init__(self) -> None:
        super().__init__()
        self.rnn = nn.GRU(3, 8, num_layers=2, bidirectional=True, batch_first=True, dropout=0.3)
        self.linear = nn.Linear(16, 5)

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        x, _ = self.rnn(x)
        return {"last": self.linear(x[:, -1]), "all": x}


class Convolving(nn.Module):
    """(N, 1, 8, 8) -> (N, 4), its layers in containers that are not called themselves."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(
            nn.Sequential(nn.Conv2d(c, 6, 3, padding=1), nn.BatchNorm2d(6), nn.Dropout(0.5))
            for c in (1, 6)
        )
        self.head = nn.Linear(6, 4)
        self.spare = nn.Linear(2, 2)
        self.register_buffer("calls", torch.zeros(()))

    def forward(self, x: Tensor) -> Tensor:
        self.calls += 1
        self.noise = torch.rand(3)
        for block in self.blocks:
            x = block(x)
        return self.head(x.mean((2, 3)))


# projections in (3 x 16) and out (16), scores and mixing over 5 positions, and the Linear
ATTENDING_FLOPS = 2 * 5 * 16 * 48 + 2 * 5 * 16 * 16 + 2 * (2 * 5 * 5 * 16) + 2 * 5 * 16 * 16


def test_attention_is_counted_and_a_shared_module_is_recursive() -> None:
    summary = summarise(Attending(), [((1, 5, 16), FLOAT)])
    assert summary.parameters == summary.trainable == 4 * 16 * 16 + 4 * 16 + 16 * 17
    assert summary.flops == ATTENDING_FLOPS
    names = [(row.path, row.class_name, row.recursive) for row in summary.rows]
    assert names == [
        ("", "Attending", False),
        ("attention", "MultiheadAttention", False),
        ("act", "ReLU", False),
        ("linear", "Linear", False),
        ("act", "ReLU", True),
    ]
    assert summary.rows[1].is_leaf
    assert summary.rows[1].flops == ATTENDING_FLOPS - 2 * 5 * 16 * 16
    assert summary.root.output_shape == (1, 5, 16)
    assert f"{summary.parameters:,}" in summary.text
    assert f"Forward FLOPs of one sample: {ATTENDING_FLOPS:,}" in summary.text
    assert "mult-adds" not in summary.text


def test_more_samples_give_the_figures_of_one() -> None:
    one = summarise(Attending(), [((1, 5, 16), FLOAT)])
    three = summarise(Attending(), [torch.zeros(3, 5, 16)], samples=3)
    assert three.flops == one.flops
    assert three.activation_bytes == one.activation_bytes


def test_inputs_left_open_and_masks() -> None:
    without = summarise(Attending(), [((1, 5, 16), FLOAT), None])
    with_mask = summarise(Attending(), [((1, 5, 16), FLOAT), ((5, 5), torch.bool)])
    assert without.flops == with_mask.flops == ATTENDING_FLOPS


@pytest.mark.parametrize("kind", [nn.RNN, nn.GRU, nn.LSTM])
def test_recurrent_layers_are_counted_by_formula(kind: type[nn.RNNBase]) -> None:
    gates = {nn.RNN: 1, nn.GRU: 3, nn.LSTM: 4}[kind]
    layer = kind(3, 8, num_layers=2)
    summary = summarise(layer, [((7, 2, 3), FLOAT)], samples=2)
    assert summary.flops == 2 * 7 * gates * 8 * ((3 + 8) + (8 + 8))
    assert summary.by_formula == ("",)
    assert "by formula" in summary.text


def test_gru_in_a_model_with_two_outputs() -> None:
    summary = summarise(Remembering(), [((1, 10, 3), FLOAT)])
    weights = 2 * 24 * (3 + 8) + 2 * 24 * (16 + 8)
    assert summary.parameters == weights + 4 * 2 * 24 + 16 * 5 + 5
    assert summary.flops == 2 * 10 * weights + 2 * 16 * 5
    assert summary.root.output_shapes == ((1, 5), (1, 10, 16))
    assert summary.by_formula == ("rnn",)


def test_containers_memory_and_what_is_never_called() -> None:
    summary = summarise(Convolving(), [((1, 1, 8, 8), FLOAT)])
    assert [(row.path, row.depth) for row in summary.rows][:4] == [
        ("", 0),
        ("blocks", 1),
        ("blocks.0", 2),
        ("blocks.0.0", 3),
    ]
    container = summary.rows[1]
    assert (container.name, container.flops, container.output_shape) == ("blocks", None, None)
    assert len(container.children) == 2
    assert summary.not_called == ("spare",)
    assert summary.flops == 2 * 64 * 9 * 6 + 2 * 64 * 9 * 36 + 2 * 6 * 4
    assert summary.buffers == 2 * (6 + 6 + 1) + 1
    assert summary.parameter_bytes == 4 * summary.parameters
    # two convolutions and two norms of 6 x 8 x 8, and 4 logits; dropout is idle in evaluation
    assert summary.activation_bytes == 4 * (4 * 6 * 64 + 4)


def test_frozen_and_tied_parameters() -> None:
    first, second = nn.Linear(4, 4, bias=False), nn.Linear(4, 4, bias=False)
    second.weight = first.weight
    frozen = nn.Linear(4, 2).requires_grad_(False)
    summary = summarise(nn.Sequential(first, second, frozen), [((1, 4), FLOAT)])
    assert (summary.parameters, summary.trainable) == (26, 16)
    assert "Total params: 26\n" in summary.text
    assert "Non-trainable params: 10\n" in summary.text


class Plain(nn.Module):
    """Attention as one function: fused on every device."""

    def forward(self, query: Tensor, key: Tensor) -> Tensor:
        return nn.functional.scaled_dot_product_attention(query, key, key)


def test_fused_attention_and_cross_attention_are_counted() -> None:
    summary = summarise(Plain(), [((1, 4, 5, 8), FLOAT), ((1, 4, 7, 8), FLOAT)])
    assert summary.flops == 2 * 4 * 5 * 7 * (8 + 8)
    slow = nn.MultiheadAttention(16, 4, batch_first=True)
    slow_flops = summarise(slow, [((1, 5, 16), FLOAT), ((1, 7, 16), FLOAT), ((1, 7, 16), FLOAT)])
    assert slow_flops.flops == 2 * 16 * 16 * (2 * 5 + 2 * 7) + 2 * 5 * 7 * (16 + 16)


def test_convolutions_are_counted_as_torch_counts_them() -> None:
    model = nn.Sequential(
        nn.Conv2d(4, 8, 3, stride=2, groups=2), nn.ConvTranspose2d(8, 4, 3), nn.Flatten()
    )
    model.append(nn.Linear(4 * 6 * 6, 3))
    x = torch.zeros(1, 4, 9, 9)
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        model(x)
    assert summarise(model, [x]).flops == counter.get_total_flops() > 0


def test_a_training_in_another_thread_keeps_its_random_numbers() -> None:
    class Drawing(nn.Linear):
        def forward(self, x: Tensor) -> Tensor:
            barrier.wait()  # the other thread draws now
            barrier.wait()
            return super().forward(x)

    def draw() -> None:
        for _ in range(2):  # the run that counts, and torchinfo's
            barrier.wait()
            drawn.append(torch.rand(1).item())
            barrier.wait()

    barrier = threading.Barrier(2, timeout=60)
    drawn: list[float] = []
    torch.manual_seed(1)
    expected = [torch.rand(1).item() for _ in range(3)]
    model = Drawing(2, 2)
    torch.manual_seed(1)
    thread = threading.Thread(target=draw)
    thread.start()
    summarise(model, [((1, 2), FLOAT)])
    thread.join()
    assert [*drawn, torch.rand(1).item()] == expected


def test_whole_numbers_as_input() -> None:
    model = nn.Sequential(nn.Embedding(10, 4), nn.Flatten(), nn.Linear(12, 2))
    summary = summarise(model, [((1, 3), torch.int64)])
    assert [row.output_shape for row in summary.rows] == [(1, 2), (1, 3, 4), (1, 12), (1, 2)]


def test_the_model_is_left_as_it_was() -> None:
    model = Convolving().train()
    model.blocks[0].eval()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    modes = [module.training for module in model.modules()]
    state = torch.get_rng_state()
    summarise(model, [((2, 1, 8, 8), FLOAT)])
    assert torch.equal(torch.get_rng_state(), state)
    assert [module.training for module in model.modules()] == modes
    for name, value in model.state_dict().items():
        assert torch.equal(value, before[name]), name
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in model.modules())
    assert torch.is_grad_enabled()


def test_a_models_error_is_raised_as_it_is_and_leaves_nothing_behind() -> None:
    model = Convolving().train()
    with pytest.raises(RuntimeError, match="channels"):
        summarise(model, [((1, 3, 8, 8), FLOAT)])
    assert model.training
    assert model.calls.item() == 0
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in model.modules())
