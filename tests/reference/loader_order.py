"""Writes loader_order.inc: the order in which Python's DataLoader takes 10 examples in batches of 4, over two epochs,
and the number that the default generator draws next. Run with PyTorch 2.13: python loader_order.py > loader_order.inc
"""
import torch
from torch.utils.data import DataLoader, TensorDataset

for shuffle in (False, True):
    for drop_last in (False, True):
        for seed in (None, 3):
            generator = None if seed is None else torch.Generator().manual_seed(seed)
            torch.manual_seed(0)
            loader = DataLoader(TensorDataset(torch.arange(10)), 4, shuffle, generator=generator, drop_last=drop_last)
            order = [i for _ in range(2) for [batch] in loader for i in [*batch.tolist(), -1]]
            after = [torch.rand(1).item(), torch.rand(1, generator=generator).item()]
            bools = [str(b).lower() for b in (shuffle, drop_last, seed is not None)]
            print(f"{{{', '.join(bools)}, {{{', '.join(map(str, order))}}}, {after[0]:.9g}f, {after[1]:.9g}f}},")
