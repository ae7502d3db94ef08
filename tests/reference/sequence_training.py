#!/usr/bin/env python3
"""Writes sequence_training.txt: losses of 200 training steps from one seed. Run with a Python that has torch.

tests/nn/sequence_training.cpp trains the same networks, by name."""
from pathlib import Path

import torch
from torch import nn

STEPS = 200
KEPT = (0, 1, 20, 50, 100, 150, 199)


def train(net, rate, loss_of):
    optimizer, kept = torch.optim.Adam(net.parameters(), rate), []
    for step in range(STEPS):
        optimizer.zero_grad()
        loss = loss_of(step)
        loss.backward()
        optimizer.step()
        if step in KEPT:
            kept.append(loss.item())
    return kept


def lstm():
    """Two layers both ways, on packed sequences of unequal length: is the running sum above zero?"""
    net = nn.ModuleList([nn.LSTM(3, 12, 2, bidirectional=True, batch_first=True), nn.Linear(24, 1)])
    x = torch.randn(16, 10, 3)
    lengths = torch.arange(16) % 8 + 3
    y = (x.cumsum(1).sum(2, keepdim=True) > 0).float()

    def loss(_):
        packed = nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        out, _ = nn.utils.rnn.pad_packed_sequence(net[0](packed)[0], batch_first=True)
        return nn.functional.binary_cross_entropy_with_logits(net[1](out), y)

    return train(net, 1e-2, loss)


def transformer():
    """An encoder-decoder with dropout that turns its input round."""
    net = nn.ModuleList([nn.Embedding(11, 16), nn.Transformer(16, 2, 2, 2, 32, 0.1, "gelu")])
    torch.manual_seed(1)
    net.append(nn.Linear(16, 11))
    net.double()  # in float the last bits show in the losses of late steps
    with torch.no_grad():  # libtorch draws more of these than Python, and in another order
        for p in net[1].parameters():
            wave = torch.sin(torch.arange(p.numel(), dtype=torch.float64) * 0.7 + p.numel())
            p.copy_(wave.reshape(p.shape) * 0.3)
    mask = nn.Transformer.generate_square_subsequent_mask(6, dtype=torch.float64)
    source = torch.randint(1, 11, (6, 24))
    target = source.flip(0)
    begun = torch.cat([torch.zeros(1, 24, dtype=torch.long), target[:-1]])

    def loss(_):
        out = net[1](net[0](source), net[0](begun), tgt_mask=mask)
        return nn.functional.cross_entropy(net[2](out).flatten(0, 1), target.flatten())

    return train(net, 1e-3, loss)


def ctc():
    """Labels of unequal number, read from noise."""
    net = nn.ModuleList([nn.GRU(5, 16), nn.Linear(16, 7)])
    x = torch.randn(20, 8, 5)
    targets = torch.randint(1, 7, (8, 6))
    lengths, read = torch.arange(8) % 6 + 1, 20 - torch.arange(8)

    def loss(_):
        scores = net[1](net[0](x)[0]).log_softmax(2)
        return nn.functional.ctc_loss(scores, targets, read, lengths, zero_infinity=True)

    return train(net, 1e-2, loss)


def main():
    with open(Path(__file__).parent / "sequence_training.txt", "w") as out:
        out.write(f"// Made by sequence_training.py with PyTorch {torch.__version__.split('+')[0]}. "
                  "Name; losses after some of 200 steps.\n")
        for network in (lstm, transformer, ctc):
            torch.manual_seed(0)
            out.write(f'{{"{network.__name__}", {{{", ".join(f"{v:.9g}" for v in network())}}}}}\n')


if __name__ == "__main__":
    main()
