"""Writes data_parallel.txt: training by PyTorch's DistributedDataParallel over Gloo. Run with PyTorch 2.13.

For 2 and 4 processes, SGD and Adam, float32 and float64: a convolution (without the bias, which batch norm would leave
without a gradient), batch norm and a linear layer are drawn from seed 0, 48 examples from seed 1, of which each process
has consecutive ones. After 1 and 24 steps the gradients and the parameters, one behind the other, and process 0's buffers
but for the count. In `accumulate`, the two halves of a process's examples go through one after the other, the first
under no_sync.
"""
import os
import pathlib
import tempfile

import torch
import torch.distributed as dist
import torch.multiprocessing as mp
from torch import nn

ROWS, STEPS, SHOWN = 48, 24, (1, 24)


def network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(1, 4, 3, bias=False), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(64, 3))


def optimiser(kind, parameters):
    if kind == "adam":
        return torch.optim.Adam(parameters, 0.002)
    return torch.optim.SGD(parameters, 0.05, momentum=0.9)


def flat(tensors):
    return torch.cat([t.detach().flatten() for t in tensors]).tolist()


def run(rank, world, kind, dtype, folder, results):
    torch.set_num_threads(1)
    dist.init_process_group("gloo", init_method=f"file://{folder}/meeting", rank=rank, world_size=world)
    torch.set_default_dtype(dtype)
    net = network()
    torch.manual_seed(1)
    x, t = torch.randn(ROWS, 1, 6, 6), torch.randint(0, 3, (ROWS,))
    rows = slice(rank * ROWS // world, (rank + 1) * ROWS // world)
    x, t = x[rows], t[rows]
    ddp = nn.parallel.DistributedDataParallel(net)
    optimizer = optimiser(kind, net.parameters())
    halves = 2 if kind == "accumulate" else 1
    shown = []
    for step in range(1, STEPS + 1):
        optimizer.zero_grad()
        for h, (xs, ts) in enumerate(zip(x.chunk(halves), t.chunk(halves))):
            if h + 1 < halves:
                with ddp.no_sync():
                    (nn.functional.cross_entropy(ddp(xs), ts) / halves).backward()
            else:
                (nn.functional.cross_entropy(ddp(xs), ts) / halves).backward()
        optimizer.step()
        if step in SHOWN:
            shown += [flat(p.grad for p in net.parameters()), flat(net.parameters()),
                      flat([net[1].running_mean, net[1].running_var])]
    if rank == 0:
        torch.save(shown, results)
    dist.barrier()
    dist.destroy_process_group()


def text(value, digits):
    if isinstance(value, list):
        return "{" + ", ".join(text(v, digits) for v in value) + "}"
    return f"{value:.{digits}g}"


def main():
    os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo")
    lines = []
    for world in (2, 4):
        for kind in ("sgd", "adam", "accumulate"):
            for dtype in (torch.float32, torch.float64):
                if kind == "accumulate" and dtype == torch.float32:
                    continue
                with tempfile.TemporaryDirectory() as folder:
                    results = os.path.join(folder, "results")
                    mp.spawn(run, (world, kind, dtype, folder, results), world)
                    shown = torch.load(results)
                digits = 9 if dtype == torch.float32 else 12
                name = str(dtype).split(".")[1]
                lines.append(f'{{"{kind} {name} {world}", ' + text(shown, digits)[1:-1] + "}")
    (pathlib.Path(__file__).parent / "data_parallel.txt").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
