#!/usr/bin/env python3
"""The training of examples/char_transformer.cpp in PyTorch: the same network, text, batches and seeds.

usage: char_transformer.py [TEXT] [--steps N] [--seed N] [--threads N]    with a Python that has torch
"""
import argparse
import gzip
import math
import time
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F

LAYERS, HEADS, WIDTH, BLOCK, BATCH = 4, 4, 128, 64, 12


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.ln_1 = nn.LayerNorm(WIDTH, bias=False)
        self.attn = nn.Linear(WIDTH, 3 * WIDTH, bias=False)
        self.attn_proj = nn.Linear(WIDTH, WIDTH, bias=False)
        self.ln_2 = nn.LayerNorm(WIDTH, bias=False)
        self.fc = nn.Linear(WIDTH, 4 * WIDTH, bias=False)
        self.fc_proj = nn.Linear(4 * WIDTH, WIDTH, bias=False)

    def forward(self, x):
        b, t, _ = x.shape
        q, k, v = self.attn(self.ln_1(x)).view(b, t, 3, HEADS, WIDTH // HEADS).permute(2, 0, 3, 1, 4)
        seen = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        y = x + self.attn_proj(seen.transpose(1, 2).reshape(b, t, WIDTH))
        return y + self.fc_proj(F.gelu(self.fc(self.ln_2(y))))


class Net(nn.Module):
    def __init__(self, characters):
        super().__init__()
        self.wte = nn.Embedding(characters, WIDTH)
        self.wpe = nn.Embedding(BLOCK, WIDTH)
        self.blocks = nn.ModuleList(Block() for _ in range(LAYERS))
        self.ln_f = nn.LayerNorm(WIDTH, bias=False)
        for name, p in self.named_parameters():
            if p.dim() == 2:
                nn.init.normal_(p, 0, 0.02 / math.sqrt(2 * LAYERS) if "_proj" in name else 0.02)

    def forward(self, tokens):
        x = self.wte(tokens) + self.wpe(torch.arange(tokens.shape[1]))
        for block in self.blocks:
            x = block(x)
        return F.linear(self.ln_f(x), self.wte.weight)


def rate(step, steps, warm_up=100, most=1e-3, least=1e-4):
    if step < warm_up:
        return most * (step + 1) / (warm_up + 1)
    part = (step - warm_up) / max(steps - warm_up, 1)
    return least + (most - least) * 0.5 * (1 + math.cos(math.pi * part))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("text", nargs="?", type=Path, default="/usr/share/doc/jargon-text/jargon.txt.gz")
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    data = options.text.read_bytes()
    text = (gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data).decode()
    numbers = {c: i for i, c in enumerate(sorted(set(text)))}
    tokens = torch.tensor([numbers[c] for c in text])
    learnt, kept = tokens[:len(tokens) // 10 * 9], tokens[len(tokens) // 10 * 9:]

    torch.manual_seed(options.seed)
    net = Net(len(numbers))
    groups = [{"params": [p for p in net.parameters() if p.dim() == 2], "weight_decay": 0.1},
              {"params": [p for p in net.parameters() if p.dim() != 2], "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=1e-3, betas=(0.9, 0.99))

    def batch(source, begins):
        places = begins[:, None] + torch.arange(BLOCK)
        return source[places], source[places + 1]

    def loss_of(inputs, targets):
        return F.cross_entropy(net(inputs).flatten(0, 1), targets.flatten())

    draws = torch.Generator().manual_seed(options.seed)
    begin, mean = time.perf_counter(), 0.0
    for step in range(options.steps):
        for group in optimizer.param_groups:
            group["lr"] = rate(step, options.steps)
        loss = loss_of(*batch(learnt, torch.randint(len(learnt) - BLOCK, (BATCH,), generator=draws)))
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
        mean = loss.item() if step == 0 else 0.98 * mean + 0.02 * loss.item()
        if (step + 1) % max(options.steps // 8, 1) == 0:
            speed = (step + 1) * BATCH * BLOCK / (time.perf_counter() - begin)
            print(f"step {step + 1}/{options.steps}  loss {mean:.4f}  {speed:.0f} tokens/s", flush=True)

    with torch.no_grad():
        begins = torch.arange((len(kept) - 1 - BLOCK) // BLOCK + 1) * BLOCK
        total = sum(loss_of(*batch(kept, part)).item() * len(part) for part in begins.split(64))
    print(f"{total / len(begins) / math.log(2):.4f} bits per character of the text that was kept back")


if __name__ == "__main__":
    main()
