#!/usr/bin/env python3
"""Writes positions.txt: positions in a sequence by formulas of PyTorch's own operations. Run with a Python that has torch.

tests/nn/positions.cpp computes the same cases, by name."""
import math
import sys
from pathlib import Path

import torch

CASES = []


def case(name, values):
    CASES.append((name, torch.as_tensor(values, dtype=torch.float64).flatten()))


def sinusoidal(length, dim, offset=0, base=10000.0):
    """One element at a time, as the paper's formula."""
    return [[(math.sin if j % 2 == 0 else math.cos)((offset + t) / base ** ((j - j % 2) / dim)) for j in range(dim)]
            for t in range(length)]


def slopes(heads):
    """As the paper's own code draws them: geometric for a power of two, else interpolated."""
    def geometric(n):
        start = 2 ** (-(2 ** -(math.log2(n) - 3)))
        return [start * start ** i for i in range(n)]
    if math.log2(heads).is_integer():
        return geometric(heads)
    closest = 2 ** math.floor(math.log2(heads))
    return geometric(closest) + slopes(2 * closest)[0::2][: heads - closest]


def attended(heads, queries, keys, causal):
    """Attention with the bias as a float mask: queries, keys and values are waves."""
    def wave(*shape, start=0.0):
        return torch.sin(torch.arange(math.prod(shape), dtype=torch.float64) * 0.7 + start).reshape(shape)
    place = torch.arange(keys - queries, keys)[:, None] - torch.arange(keys)[None, :]
    bias = -torch.tensor(slopes(heads), dtype=torch.float64)[:, None, None] * place.abs()
    if causal:
        bias = bias.masked_fill(place < 0, -math.inf)
    scores = wave(2, heads, queries, 4) @ wave(2, heads, keys, 4, start=1).mT / 2 + bias
    return scores.softmax(-1) @ wave(2, heads, keys, 4, start=2)


case("sinusoidal", sinusoidal(5, 6))
case("sinusoidal, odd", sinusoidal(3, 5, base=100.0))
case("sinusoidal, offset", sinusoidal(2, 4, offset=90001))
for n in (1, 2, 3, 6, 8, 12, 20):
    case(f"slopes {n}", slopes(n))
case("alibi", attended(3, 5, 5, False))
case("alibi, causal", attended(4, 5, 5, True))
case("alibi, last queries", attended(2, 3, 7, True))


def main():
    out = [f"// Made by positions.py with PyTorch {torch.__version__.split('+')[0]}. Name; values."]
    out += [f'{{"{name}", {{{", ".join(f"{v:.15g}" for v in t.tolist())}}}}},' for name, t in CASES]
    (Path(__file__).parent / "positions.txt").write_text("\n".join(out) + "\n")


if __name__ == "__main__":
    sys.exit(main())
