"""The `forward` of well-known models, line by line, as a careful engineer would write them."""

from __future__ import annotations

import ast

import pytest
import torch

from nnstudio.analysis.analyse import analyse
from nnstudio.compiler.build import build, example_inputs
from nnstudio.compiler.source import generate
from tests.compiler import drawn_models
from tests.compiler.referee import assert_equal

TEXTS = {
    "vae": """
        x = self.hidden(x)
        x = F.relu(x)
        mu = self.mu(x)
        logvar = self.logvar(x)
        std = torch.exp(logvar * 0.5)
        z = mu + std * torch.randn_like(std)
        x = self.decoder(z)
        x = self.out(F.relu(x))
        recon = torch.sigmoid(x)
        return {"recon": recon, "mu": mu, "logvar": logvar}
    """,
    "bert": """
        length = tokens.shape[1]
        segment = self.segment(segments)
        word = self.word(tokens)
        x = self.norm(word + self.position[:length] + segment)
        return self.dropout(x)

        attention, _ = self.attention(
            x, x, x, key_padding_mask=mask, need_weights=False
        )
        x = self.norm1(x + attention)
        y = self.linear1(x)
        x = x + self.linear2(F.gelu(y))
        return self.norm2(x)

        x = self.embeddings(tokens, segments)
        for layer in self.layers:
            x = layer(x, mask)
        y = self.transform(x)
        y = self.norm(F.gelu(y))
        words = self.word_head(y)
        x = self.pooler(x[:, 0])
        is_next = self.sentence_head(torch.tanh(x))
        return {"words": words, "is_next": is_next}
    """,
    "llama": """
        x = x * torch.rsqrt((x**2).mean(dim=-1, keepdim=True) + 1e-06)
        return x * self.weight

        x1, x2 = x.chunk(2, dim=-1)
        return x * cos + torch.cat([-x2, x1], dim=-1) * sin

        y = self.q_proj(x)
        y = y.unflatten(-1, (self.heads, -1)).transpose(1, 2)
        query = self.rotary(y, cos, sin)
        y = self.k_proj(x)
        y = y.unflatten(-1, (self.heads, -1)).transpose(1, 2)
        key = self.rotary(y, cos, sin)
        value = self.v_proj(x).unflatten(-1, (self.heads, -1)).transpose(1, 2)
        attention = F.scaled_dot_product_attention(query, key, value, is_causal=True)
        attention = attention.transpose(1, 2).flatten(2)
        return self.o_proj(attention)

        up_proj = self.up_proj(x)
        gate_proj = self.gate_proj(x)
        return self.down_proj(F.silu(gate_proj) * up_proj)

        y = self.input_norm(x)
        x = x + self.attention(y, cos, sin)
        y = self.post_norm(x)
        return x + self.mlp(y)
    """,
    "diffusion": """
        skip = self.skip(x)
        x = self.norm1(x)
        x = self.conv1(F.silu(x))
        t = self.time_proj(F.silu(t))
        x = x + t.unsqueeze(-1).unsqueeze(-1)
        x = self.norm2(x)
        return skip + self.conv2(F.silu(x))

        x = self.stem(x)
        t = self.time1(t)
        t = self.time2(F.silu(t))
        down1 = self.down1(x, t)
        x = self.pool(down1)
        down2 = self.down2(x, t)
        x = self.pool2(down2)
        x = self.middle(x, t)
        x = self.up(x)
        x = self.up2(torch.cat([x, down2], dim=1), t)
        x = self.up_again(x)
        x = self.up1(torch.cat([x, down1], dim=1), t)
        x = self.norm(x)
        return self.out(F.silu(x))
    """,
    "bahdanau": """
        key = self.key(keys)
        query = self.query(state)
        total = torch.tanh(query.unsqueeze(1) + key)
        score = self.score(total)
        weights = F.softmax(score.squeeze(-1), dim=-1)
        product = torch.bmm(weights.unsqueeze(1), keys)
        context = product.squeeze(1)
        return context, weights

        embedding = self.embedding(token)
        context, weights = self.attention(h, keys)
        h, c = self.cell(torch.cat([embedding, context], dim=1), (h, c))
        logits = self.out(torch.cat([h, context], dim=1))
        return logits, h, c, weights

        keys, (h_n, c_n) = self.encoder(x)
        logits, h, c, _ = self.step(token, h_n[0], c_n[0], keys)
        return {"logits": logits, "h": h, "c": c}
    """,
}


def bodies(text: str) -> list[str]:
    """The lines of every `forward`, as they stand in the text."""
    lines = text.splitlines()
    functions = [n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.FunctionDef)]
    found = sorted((n for n in functions if n.name == "forward"), key=lambda n: n.lineno)
    return ["\n".join(lines[n.body[0].lineno - 1 : n.end_lineno]) for n in found]


@pytest.mark.parametrize("name", TEXTS)
def test_it_reads_as_written_by_hand(name: str) -> None:
    project = getattr(drawn_models, name)()
    report = analyse(project)
    source = generate(project, report)
    expected = [part.strip("\n ") for part in TEXTS[name].strip().split("\n\n")]
    assert [body.strip() for body in bodies(source.text)] == expected
    torch.manual_seed(0)
    module = build(source)
    if name != "vae":  # it draws noise
        assert_equal(project, module, example_inputs(project.model, report.root))
