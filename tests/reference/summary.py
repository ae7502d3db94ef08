#!/usr/bin/env python3
"""Writes summary.txt: what torchinfo tells of the models of tests/monitor/model/summary.cpp, which are there by the same names.
Run with a Python that has torch and torchinfo.

torchinfo counts multiply-adds as Gradus does for convolutions, recurrent layers and, over inputs of two dims, Linear; for
normalisation and Embedding it multiplies the batch and the parameters, which is not what they cost, and transposed
convolutions by the places of the result. Those rows have -1.
"""
from pathlib import Path

import torch
import torchinfo
from torch import nn

torch.manual_seed(0)


def mlp():
    return nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 4))


def conv():
    return nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2),
                         nn.Conv2d(8, 16, 3, stride=2, groups=4, bias=False), nn.Flatten(), nn.Linear(144, 10))


def nested():
    return nn.Sequential(nn.Sequential(nn.Conv1d(2, 4, 3), nn.Sequential(nn.ReLU(), nn.Conv1d(4, 6, 3, dilation=2))), nn.Tanh())


def shared():
    fc = nn.Linear(6, 6)
    return nn.Sequential(fc, nn.ReLU(), fc, nn.Linear(6, 2))


def frozen():
    model = mlp()
    model[0].weight.requires_grad_(False)
    model[2].requires_grad_(False)
    return model


def volume():
    return nn.Sequential(nn.Conv3d(1, 2, 2), nn.AvgPool3d(2), nn.ConvTranspose3d(2, 3, 2, stride=2))


def twice():
    block = nn.Sequential(nn.Linear(6, 6), nn.Sequential(nn.Tanh()))
    return nn.Sequential(block, nn.ReLU(), block, nn.Linear(6, 2))


def looped():
    class Looped(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc, self.act = nn.Linear(6, 6), nn.Tanh()

        def forward(self, x):
            for _ in range(3):
                x = self.act(self.fc(x))
            return {"y": x}

    return Looped()


CASES = [("mlp", mlp(), (5, 8)), ("conv", conv(), (2, 3, 16, 16)), ("nested", nested(), (3, 2, 20)),
         ("shared", shared(), (7, 6)), ("frozen", frozen(), (5, 8)), ("volume", volume(), (2, 1, 5, 7, 9)),
         ("lstm", nn.LSTM(10, 20, num_layers=2, bidirectional=True), (7, 3, 10)),
         ("gru", nn.GRU(10, 20, bias=False, batch_first=True), (7, 3, 10)), ("rnn cell", nn.RNNCell(4, 6), (3, 4)),
         ("twice", twice(), (7, 6)), ("looped", looped(), (7, 6)),
         ("lazy", nn.Sequential(nn.LazyLinear(4), nn.ReLU(), nn.LazyLinear(3)), (7, 6)),
         ("embedding", nn.Sequential(nn.Embedding(11, 5), nn.LayerNorm(5), nn.Linear(5, 2)), (3, 4))]
OTHERWISE = ("BatchNorm2d", "LayerNorm", "Embedding", "ConvTranspose3d", "RNNCell")


def otherwise(layer):
    """RNNCell's parameters are counted once for each size of the result."""
    return layer.class_name in OTHERWISE or (layer.class_name == "Linear" and len(layer.output_size) > 2)


def listed(values):
    return "{" + ", ".join(str(v) for v in values) + "}"


lines = []
for name, model, size in CASES:
    dtype = torch.long if name == "embedding" else torch.float
    s = torchinfo.summary(model, input_data=torch.zeros(size, dtype=dtype), verbose=0, depth=9)
    rows = [listed([f'"{r.class_name}"', r.depth, listed(r.output_size), r.num_params, r.trainable_params,
                    "true" if r.is_recursive else "false", -1 if otherwise(r) else r.macs if r.is_leaf_layer else 0])
            for r in s.summary_list]
    leaves = [r for r in s.summary_list if r.is_leaf_layer]
    total = -1 if any(otherwise(r) for r in leaves) else s.total_mult_adds
    lines.append(listed([f'"{name}"', listed(size), listed(rows), listed([s.total_params, s.trainable_params, total, s.total_output_bytes,
                                                          s.total_param_bytes])]))
head = ("// Made by summary.py with torchinfo " + torchinfo.__version__ + ". Name; sizes of the input; rows: class, depth, sizes of the result,\n"
        "// parameters, trainable ones, whether recursive, multiply-adds; parameters, trainable ones, multiply-adds, bytes of passes and of parameters.\n")
(Path(__file__).parent / "summary.txt").write_text(head + "\n".join(lines) + "\n")
