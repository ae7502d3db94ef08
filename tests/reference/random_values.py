"""Writes random_values.txt: what PyTorch's CPU generator draws. Run with PyTorch 2.13: python random_values.py > random_values.txt

Each line is one case, type and layout; for each size in SIZES, seeded with 7 + size, it holds the last
element, the sum of elements weighted 1..11 round and round, and the low half of the generator's
next word.
"""
import numpy as np
import torch

SIZES = [1, 2, 15, 16, 17, 31, 100, 1000, 100000]
F, D, L, I, B, U = (torch.float32, torch.float64, torch.int64, torch.int32, torch.bool, torch.uint8)
ALL, FLOATS = [F, D, L, I, B, U], [F, D]


def probabilities(x):
    return ((torch.arange(x.numel()) % 10).to(F) / 10).view(x.shape)


# name, types, what it does to x, layouts
FILLS = [
    ("uniform", FLOATS, lambda x: x.uniform_(), "cts"),
    ("uniform -0.37 0.41", FLOATS, lambda x: x.uniform_(-0.37, 0.41), "cs"),
    ("normal", FLOATS, lambda x: x.normal_(), "cts"),
    ("normal 0.3 1.7", FLOATS, lambda x: x.normal_(0.3, 1.7), "cs"),
    ("random", ALL, lambda x: x.random_(), "ct"),
    ("random 2", ALL, lambda x: x.random_(2), "cs"),
    ("random -5 2^23", [F, D, L, I], lambda x: x.random_(-5, 2**23), "c"),
    ("random 3 2^28+3", [F, D, L, I], lambda x: x.random_(3, 2**28 + 3), "c"),
    ("random -2^62 2^62", [D, L], lambda x: x.random_(-2**62, 2**62), "c"),
    ("random from 5", ALL[:4] + [U], lambda x: x.random_(5, None), "c"),
    ("random all", [F, D, L], lambda x: x.random_(-2**63, None), "c"),
    ("bernoulli 0.3", ALL, lambda x: x.bernoulli_(0.3), "ct"),
    ("bernoulli p", [F, L, B], lambda x: x.bernoulli_(probabilities(x)), "ct"),
    ("bernoulli double p", [D], lambda x: x.bernoulli_(probabilities(x).to(D)), "cs"),
    ("exponential 1.7", FLOATS, lambda x: x.exponential_(1.7), "ct"),
    ("geometric 0.3", ALL[:4] + [U], lambda x: x.geometric_(0.3), "ct"),
    ("log_normal 0.3 1.7", FLOATS, lambda x: x.log_normal_(0.3, 1.7), "cs"),
    ("cauchy 0.3 1.7", FLOATS, lambda x: x.cauchy_(0.3, 1.7), "cs"),
    ("poisson 3", FLOATS, lambda x: x.copy_(torch.poisson(torch.full_like(x, 3))), "c"),
    ("poisson 40", FLOATS, lambda x: x.copy_(torch.poisson(torch.full_like(x, 40))), "c"),
    ("binomial 9 0.3", FLOATS, lambda x: x.copy_(torch.binomial(torch.full_like(x, 9), torch.full_like(x, 0.3))), "c"),
    ("binomial 90 0.7", FLOATS, lambda x: x.copy_(torch.binomial(torch.full_like(x, 90), torch.full_like(x, 0.7))), "c"),
    ("dropout 0.3", FLOATS, lambda x: x.copy_(torch.dropout(torch.ones_like(x), 0.3, True)), "ct"),
]
# name, types, the result for size n
MAKERS = [
    ("randperm", [F, L, I], lambda n, t: torch.randperm(n, dtype=t)),
    ("state", [U], lambda n, t: (torch.zeros(n % 16).normal_(), torch.get_rng_state())[1]),
    ("multinomial 5", [F, D], lambda n, t: torch.multinomial(weights(n + 4, t), 5)),
    ("multinomial 1", [F, D], lambda n, t: torch.multinomial(weights(n, t), 1)),
    ("multinomial all", [D], lambda n, t: torch.multinomial(weights(n, t), n)),
    ("multinomial zeros", [F], lambda n, t: torch.multinomial((torch.arange(n + 1) % 3).to(t), n - n // 3)),
    ("multinomial rows", [F, D], lambda n, t: torch.multinomial(weights(3 * n, t).view(3, n), 1)),
    ("multinomial 1 replacement", [F, D], lambda n, t: torch.multinomial(weights(3 * n, t).view(3, n), 1, True)),
    ("multinomial replacement", [F, D], lambda n, t: torch.multinomial(weights(n, t).view(1, n), 300, True)),
]


def weights(n, t):
    return ((torch.arange(n) * 7 % 13 + 1).to(D) / 13).to(t)


def layout(kind, n, t):
    if kind == "c":
        return torch.zeros(n, dtype=t)
    if kind == "t":
        return torch.zeros(n, 2, dtype=t).t()
    return torch.zeros(n, 3, dtype=t)[:, ::2]


def digest(x):
    v = x.reshape(-1).to(D).numpy()
    total = float(np.dot(v, np.arange(v.size) % 11 + 1))
    word = torch.empty(1, dtype=L).random_(0, 2**16).item()
    return "{%.17g,%.17g,%d}" % (v[-1], total, word)


def name(t):
    return str(t).split(".")[1]


for case, types, fill, layouts in FILLS:
    for t in types:
        for kind in layouts:
            row = []
            for n in SIZES:
                x = layout(kind, n, t)
                torch.manual_seed(7 + n)
                fill(x)
                row.append(digest(x))
            print('{"%s", "%s", "%s", {%s}},' % (case, name(t), kind, ",".join(row)))
for case, types, make in MAKERS:
    for t in types:
        row = []
        for n in SIZES:
            torch.manual_seed(7 + n)
            row.append(digest(make(n, t)))
        print('{"%s", "%s", " ", {%s}},' % (case, name(t), ",".join(row)))
