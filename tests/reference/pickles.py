#!/usr/bin/env python3
"""Files of torch.save and what stands in them, made with PyTorch 2.13 for tests/tensor/io/pickle_python.cpp.

    python3 tests/reference/pickles.py > tests/reference/pickles.txt

A line of pickles.txt is a case: its name, the file in base64, and its value as `shown` writes it, or the error that is
due. The other way round:

    GRADUS_PICKLES=DIR build/tests/test_pickles -tc='torch_save: what Python reads'
    python3 tests/reference/pickles.py --read DIR

The first writes NAME.pt and, as it shows them, NAME.txt; the second reads each with torch.load(weights_only=True), also
mapped into memory, and with libtorch's pickle_load, and compares.
"""
import base64
import collections
import io
import sys
from pathlib import Path

import torch
from torch import nn


def number(v):
    """As C++ prints the shortest text that is the number."""
    return repr(v).replace("e+0", "e+").replace("e-0", "e-") if isinstance(v, float) else repr(v)


class Shown:
    """A value as text. A list, a dict or a tensor that was shown before is only named, by the number that it got;
    tensors say which storage they are on, and where."""

    def __init__(self):
        self.seen, self.storages, self.kept = {}, {}, []

    def __call__(self, v):
        if v is None or isinstance(v, (bool, int, float)):
            return number(v)
        if isinstance(v, str):
            return f"'{v}'"
        if isinstance(v, torch.Size):
            v = tuple(v)
        if isinstance(v, tuple):
            return "(" + " ".join(self(e) for e in v) + ")"
        if isinstance(v, (torch.dtype, torch.device)):
            return f"'{v}'"
        if isinstance(v, torch.UntypedStorage):
            v = torch.tensor(v, dtype=torch.uint8)
        if id(v) in self.seen:
            return f"={self.seen[id(v)]}"
        self.seen[id(v)] = len(self.seen)
        self.kept.append(v)
        name = f"#{self.seen[id(v)]}"
        if isinstance(v, torch.Tensor):
            return name + self.tensor(v)
        if isinstance(v, dict):
            return name + "{" + " ".join(f"{self(k)}:{self(e)}" for k, e in v.items()) + "}"
        assert isinstance(v, list), v
        return name + "[" + " ".join(self(e) for e in v) + "]"

    def tensor(self, t):
        s = t.untyped_storage()
        place = self.storages.setdefault(s.data_ptr() if s.nbytes() else ("none", len(self.kept)), len(self.storages))
        dims = ",".join(f"{n}/{step}" for n, step in zip(t.shape, t.stride()))
        elements = " ".join(number(e) for e in t.detach().flatten().tolist())
        return (f"{str(t.dtype)[6:]}[{dims}]+{t.storage_offset()} of storage {place}, {s.nbytes()} bytes, "
                f"{'grad' if t.requires_grad else 'no grad'}: {elements};")


def network():
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(2, 3, bias=False), nn.BatchNorm1d(3), nn.Linear(3, 1))
    return net, torch.optim.Adam(net.parameters(), lr=0.125)


def step(net, optimizer):
    optimizer.zero_grad()
    net(torch.arange(8.0).square().reshape(4, 2)).square().mean().backward()
    optimizer.step()


def checkpoint():
    """After a step, as PyTorch's own tutorials save it."""
    net, optimizer = network()
    step(net, optimizer)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 30)
    return {"epoch": 3, "loss": 0.1, "model_state_dict": net.state_dict(), "optimizer_state_dict": optimizer.state_dict(),
            "scheduler": scheduler.state_dict()}


def cases():
    """(name, value, arguments of torch.save)"""
    x = torch.arange(6.0).reshape(2, 3)
    yield "plain", {"none": None, "true": True, "false": False, "ints": [0, 255, 256, 65535, 65536, -1, -2**31, 2**31, 2**63 - 1, -2**63],
                    "floats": [0.0, -0.0, 0.1, 1e300, -5e-324, float("inf"), float("nan")], "": "empty key", "text": "näm\u00e9 \U0001f600\n",
                    3: "three", 0.5: "half", False: "no", "nested": [[], {}, (), ((1,), [2, (3, "x")]), ("a", "b"), (1, 2, 3), (1, 2, 3, 4)]}, {}
    yield "dtypes", {str(t): torch.tensor([0, 1, 1]).to(t) for t in
                     (torch.bool, torch.uint8, torch.int32, torch.int64, torch.float32, torch.float64)}, {}
    yield "shapes", [torch.tensor(1.5), torch.zeros(0), torch.zeros(2, 0, 3), x.t(), x[:, 1], x[1:], x.expand(2, 2, 3), x[2:],
                     torch.zeros(3, 4)[3:, 2:], x.as_strided((2, 2), (1, 1), 1), torch.ones(1, 1, 1, 1, 1, 1, 1, 1)], {}
    yield "tied", {"a": x, "same": x, "view": x[1], "other": x.clone(), "data": x.detach()}, {}
    p = nn.Parameter(torch.ones(2))
    frozen = nn.Parameter(torch.zeros(1, dtype=torch.int64), requires_grad=False)
    attributed = nn.Parameter(torch.ones(1))
    attributed.tag = "mine"
    tensor_attributed = torch.ones(1)
    tensor_attributed.tag = "mine"
    yield "grad", [p, p.data, frozen, torch.ones(1, requires_grad=True), p * 2, attributed, tensor_attributed, nn.Buffer(torch.ones(1))], {}
    shared = [1]
    yield "shared", {"a": shared, "b": [shared, shared], "c": (shared,), "d": {"e": shared}}, {}
    yield "python", collections.OrderedDict(size=x.shape, dtype=torch.float16, device=torch.device("cuda", 1), cpu=torch.device("cpu"),
                                            storage=torch.tensor([1, 2], dtype=torch.uint8).untyped_storage(),
                                            v3=torch.ones(1)), {}
    yield "checkpoint", checkpoint(), {}
    yield "linear", nn.Linear(2, 1).state_dict(), {}
    yield "many", {"list": list(range(2500)), "dict": {i: str(i) for i in range(1200)}}, {}
    for protocol in (1, 3, 4, 5):
        yield f"protocol{protocol}", {"t": [x, x.t(), p], "numbers": [True, False, None, 1, -300, 2**40, -2**63, 0.5, "s" * 300], "tuples": ((), (1,), (1, 2, 3, 4)),
                                      "order": collections.OrderedDict(a=1), "same": [shared, shared], "size": x.shape}, {"pickle_protocol": protocol}


def refused():
    """(name, value, what the error must end with)"""
    for t in (torch.float16, torch.bfloat16, torch.int8, torch.int16, torch.complex64, torch.uint16, torch.float8_e5m2):
        name = str(t)[6:]
        yield name, {"model": {"0.weight": torch.ones(2).to(t)}}, f": model.0.weight: element type {name}, which no tensor has here"
    yield "set", {"a": [0, {1, 2}]}, ": a.1: there is a set, which no value holds here"
    yield "bytes", {"a": b"abc"}, ": a: there is bytes, which no value holds here"
    yield "bytearray", {"a": bytearray(b"abc")}, ": a: there is a bytearray, which no value holds here"
    yield "complex", [1 + 2j], ": 0: there is a complex number, which no value holds here"
    yield "long", {"seed": 2**63}, ": seed: there is an integer beyond int64, which no value holds here"
    yield "tuple_key", {"a": {(1, 2): 3}}, ": a: a key is a tuple, not a bool, a number or a string"
    yield "none_key", {None: 3}, ": a key is None, not a bool, a number or a string"
    itself = []
    itself.append([itself])
    yield "itself", itself, ": 0.0: a container that contains itself"
    yield "defaultdict", collections.defaultdict(list), ": the file names collections.defaultdict, which is no plain container"
    yield "module", nn.ReLU(), ": the file names torch.nn.modules.activation.ReLU, which is no plain container"
    yield "function", print, ": the file names __builtin__.print, which is no plain container"
    yield "class", {"a": torch.Tensor}, ": a: there is a class or a function, which no value holds here"
    yield "sparse", torch.eye(2).to_sparse(), ": the file names torch._utils._rebuild_sparse_tensor, which is no plain container"
    yield "quantized", torch.quantize_per_tensor(torch.ones(1), 1.0, 0, torch.qint8), ": the file names torch._utils._rebuild_qtensor, which is no plain container"


def saved(value, **arguments):
    out = io.BytesIO()
    torch.save(value, out, **arguments)
    return out.getvalue()


def write():
    def line(name, data, text):
        text = text.replace("\\", "\\\\").replace("\n", "\\n")
        print("\t".join([name, base64.b64encode(data).decode(), text]))
    print(f"// Made by tests/reference/pickles.py with PyTorch {torch.__version__.split('+')[0]}.")
    for name, value, arguments in cases():
        line(name, saved(value, **arguments), Shown()(value))
    torch.serialization.set_crc32_options(False)
    line("no_checksums", saved([torch.ones(2)]), Shown()([torch.ones(2)]))
    torch.serialization.set_crc32_options(True)
    x = torch.arange(3.0)
    for name, value in {"libtorch_ints": [1, 2], "libtorch_doubles": [0.5], "libtorch_bools": [True], "libtorch_tensors": [x, x],
                        "libtorch_dict": {"a": x}, "libtorch_tuple": (1, "a", None, [2])}.items():
        line(name, torch._C._pickle_save(value), Shown()(value))
    for name, value, error in refused():
        line(name, saved(value), "Error" + error)
    for name, value, error in refused():
        if name in ("set", "bytes", "bytearray", "complex", "long"):
            line(name + "_4", saved(value, pickle_protocol=4), "Error" + error)
    line("legacy", saved({"a": 1}, _use_new_zipfile_serialization=False),
         "Error: not a file of torch.save but a PyTorch file of before 1.6 (torch.save): in Python, torch.save(torch.load(old), new) writes it anew")
    out = io.BytesIO()
    torch.jit.save(torch.jit.script(nn.ReLU()), out)
    line("torchscript", out.getvalue(), "Error: a program of TorchScript (torch.jit.save, or libtorch's torch::save): in Python, "
         "torch.save(torch.jit.load(old).state_dict(), new) writes what it holds")


def read(folder):
    wrong = count = 0
    for path in sorted(Path(folder).glob("*.pt")):
        expected = path.with_suffix(".txt").read_text()
        ways = {"torch.load": lambda: torch.load(path, weights_only=True),
                "mmap": lambda: torch.load(path, weights_only=True, mmap=True),
                "libtorch": lambda: torch._C._pickle_load_obj(path.read_bytes())}
        for way, load in ways.items():
            if way == "libtorch" and path.stem in NOT_OF_LIBTORCH:
                continue
            got = Shown()(load())
            count += 1
            if got != expected:
                wrong += 1
                print(f"{path.stem} by {way}:\n  {expected}\n  {got}")
    # Python's optimiser goes on from it as from its own.
    trained = torch.load(Path(folder) / "trained.pt", weights_only=True)
    net, optimizer = network()
    net.load_state_dict(trained["model_state_dict"])
    optimizer.load_state_dict(trained["optimizer_state_dict"])
    own, own_optimizer = network()
    step(own, own_optimizer)
    step(net, optimizer)
    step(own, own_optimizer)
    count += 1
    if not all(torch.allclose(a, b, rtol=1e-4, atol=1e-4) for a, b in zip(net.parameters(), own.parameters())):
        wrong += 1
        print("a step from the loaded checkpoint differs")
    print(f"{count} read, {wrong} wrong")
    return wrong == 0 and count > 0


NOT_OF_LIBTORCH = {"shared"}  # what it gives to Python is a copy at each place


if __name__ == "__main__":
    if sys.argv[1:2] == ["--read"]:
        sys.exit(not read(sys.argv[2]))
    write()
