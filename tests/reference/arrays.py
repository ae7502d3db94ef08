#!/usr/bin/env python3
"""Writes arrays.txt: small files of NumPy's and safetensors' own, in hexadecimal digits, and what is in them.
Run with a Python that has torch, numpy and safetensors; tests/tensor/io/npy.cpp and safetensors_file.cpp read the table.

    python3 tests/reference/arrays.py

With a test program it goes the other way: the program writes files, which are read here and compared with what they
should hold. It fails when a file is missing or has anything else in it.

    python3 tests/reference/arrays.py --check build/tests/test_arrays
"""
import io
import math
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import safetensors
import safetensors.torch
import torch

ROWS = []
HELD = {"bool": "bool", "uint8": "uint8", "int32": "int32", "int64": "int64", "float32": "float32", "float64": "float64",
        "int8": "int32", "int16": "int32", "uint16": "int32", "uint32": "int64", "uint64": "int64", "float16": "float32"}


def text(v):
    if isinstance(v, bool | np.bool_):
        return str(int(v))
    return repr(v.item() if hasattr(v, "item") else v)


def listed(values):
    return "{" + ", ".join(values) + "}"


def numbers(array):
    return listed(text(v) for v in array.flatten())


def integers(values):
    return listed(str(v) for v in values)


def npy_bytes(array, version=None):
    file = io.BytesIO()
    np.lib.format.write_array(file, array, version=version, allow_pickle=True)
    return file.getvalue()


def npy(name, array, version=None):
    strides = [s // max(array.itemsize, 1) for s in array.strides]
    if array.size == 0:
        strides = []
    ROWS.append(f'{{"npy", "{name}", "{npy_bytes(array, version).hex()}", "{HELD[array.dtype.newbyteorder("=").name]}", '
                f"{integers(array.shape)}, {integers(strides)}, {numbers(array)}}},")


def refused(name, data, message):
    ROWS.append(f'{{"refused", "{name}", "{data.hex()}", "{message}"}},')


def npz(name, arrays, **options):
    file = io.BytesIO()
    (np.savez_compressed if options.pop("compressed", False) else np.savez)(file, **arrays)
    entries = (f'{{"{k}", "{HELD[a.dtype.name]}", {integers(a.shape)}, {numbers(a)}}}' for k, a in arrays.items())
    ROWS.append(f'{{"npz", "{name}", "{file.getvalue().hex()}", {listed(entries)}}},')


def tensors(name, entries, metadata=None):
    """Values as float64, of what has a type there; others are only named."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        safetensors.torch.save_file(entries, path, metadata)
        data = path.read_bytes()
        with safetensors.safe_open(path, "pt") as file:
            keys = file.keys()
            codes = {k: file.get_slice(k).get_dtype() for k in keys}
    rows = []
    for k in keys:
        t = entries[k]
        values = "{}" if t.dtype.is_complex else numbers(t.double() if t.dtype.is_floating_point else t.to(torch.int64))
        rows.append(f'{{"{k}", "{codes[k]}", {integers(t.shape)}, {values}}}')
    said = listed(f'{{"{k}", "{v}"}}' for k, v in sorted((metadata or {}).items()))
    ROWS.append(f'{{"safetensors", "{name}", "{data.hex()}", {listed(rows)}, {said}}},')


def make():
    for kind in ("?", "u1", "i4", "i8", "f4", "f8", "i1", "i2", "u2", "u4", "u8", "f2"):
        dtype = np.dtype(kind)
        array = np.array([0, 1, 1, 0, 1, 0]) if kind == "?" else np.array([0, 1, 2, 100, 127, 5])
        if dtype.kind in "fi":
            array[1] = -3
        array = array.astype(dtype)
        if dtype.kind == "f":
            array[2] = array.dtype.type(0.1)
        npy(f"little-endian {dtype.name}", array.reshape(2, 3))
        if dtype.itemsize > 1:
            npy(f"big-endian {dtype.name}", array.reshape(2, 3).astype(dtype.newbyteorder(">")))
    npy("extremes of float16", np.array([65504, -math.inf, math.inf, 6e-8, 6.1e-5, -0.0], "f2"))
    npy("extremes of int8", np.array([-128, 127], "i1"))
    npy("extremes of uint32", np.array([2**32 - 1], "u4"))
    npy("extremes of uint64", np.array([2**63 - 1], "u8"))
    npy("Fortran order", np.asfortranarray(np.arange(24, dtype="f4").reshape(2, 3, 4)))
    npy("Fortran order, big-endian", np.asfortranarray(np.arange(6, dtype=">i2").reshape(2, 3)))
    npy("no dims", np.array(2.5))
    npy("no elements", np.zeros((0, 3), "f4"))
    npy("no elements, Fortran order", np.zeros((3, 0, 2), "i8", order="F"))
    for version in ((1, 0), (2, 0), (3, 0)):
        npy(f"version {version[0]}", np.arange(3, dtype="i4"), version)

    refused("objects", npy_bytes(np.array([None, 1])),
            "elements of type '|O' (Python objects, which are pickled), which no tensor holds")
    refused("structures", npy_bytes(np.zeros(2, [("a", "i4"), ("b", "f8")])), "an array of structures, which no tensor holds")
    refused("text", npy_bytes(np.array(["ab"])), "elements of type '<U2' (text), which no tensor holds")
    refused("bytes", npy_bytes(np.array([b"ab"])), "elements of type '|S2' (text), which no tensor holds")
    refused("dates", npy_bytes(np.array(["2020-01-01"], "M8[D]")),
            "elements of type '<M8[D]' (dates and times), which no tensor holds")
    refused("complex", npy_bytes(np.zeros(2, "c8")), "elements of type '<c8' (complex numbers), which no tensor holds")
    refused("long double", npy_bytes(np.zeros(1, "g")), "elements of type '<f16' (numbers of another size), which no tensor holds")
    refused("uint64", npy_bytes(np.array([1, 2**63], "u8")), "element 1 is 9223372036854775808, more than an int64 holds")

    pair = {"x": np.arange(6, dtype="f4").reshape(2, 3), "y": np.array([True, False])}
    npz("stored", pair)
    npz("compressed", pair | {"zeros": np.zeros((30, 40))}, compressed=True)
    npz("no arrays", {})

    one = torch.tensor([[1.5, -2], [0, 3]])
    tensors("types that tensors have", {"f32": one, "f64": one.double(), "i32": one.int(), "i64": one.long(),
                                        "u8": one.abs().byte(), "bool": one.bool(), "none": torch.zeros(0, 3), "dim 0": torch.tensor(7)},
            {"format": "pt", "words": "of any kind"})
    near = torch.tensor([0.0, -0.0, 1.0, -1.5, 0.0625, 448, math.inf, -math.inf])
    tensors("types that tensors lack",
            {"f16": near.half(), "bf16": near.bfloat16(), "e5m2": near.to(torch.float8_e5m2), "e4m3": near[:6].to(torch.float8_e4m3fn),
             "i8": torch.tensor([-128, 127], dtype=torch.int8), "i16": torch.tensor([-32768, 32767], dtype=torch.int16),
             "u16": torch.tensor([0, 65535], dtype=torch.uint16), "u32": torch.tensor([2**32 - 1]).to(torch.uint32),
             "u64": torch.tensor([2**62]).to(torch.uint64), "complex": torch.zeros(2, dtype=torch.complex64), "kept": one})
    tensors("all bits of 8", {k: torch.arange(256, dtype=torch.uint8).view(t) for k, t in
                              (("e5m2", torch.float8_e5m2), ("e4m3", torch.float8_e4m3fn), ("e5m2fnuz", torch.float8_e5m2fnuz),
                               ("e4m3fnuz", torch.float8_e4m3fnuz), ("e8m0", torch.float8_e8m0fnu))})
    out = ["// Made by arrays.py with NumPy {}, safetensors {} and PyTorch {}.".format(
        np.__version__, safetensors.__version__, torch.__version__.split("+")[0])] + ROWS
    (Path(__file__).parent / "arrays.txt").write_text("\n".join(out) + "\n")


# --- What our program wrote ---

def expected():
    """{name: array}, as tests/tensor/io/arrays_for_python.cpp makes them."""
    def count(dtype, *shape):
        return (np.arange(math.prod(shape)) % 2 if dtype == "?" else np.arange(math.prod(shape)) * 3).astype(dtype).reshape(shape)
    all_types = {np.dtype(d).name: count(d, 2, 3) for d in ("?", "u1", "i4", "i8", "f4", "f8")}
    return all_types | {"none": count("f4", 0, 3), "dim0": np.array(2.5, "f4"), "columns": count("f4", 3, 2).T,
                        "part": count("f8", 4, 4)[:, 1:3]}


def same(what, found, wanted):
    found = np.asarray(found)
    if found.dtype != wanted.dtype or found.shape != wanted.shape or not np.array_equal(found, wanted):
        sys.exit(f"{what}: {found!r} where {wanted!r} is due")


def check(program):
    wanted = expected()
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([program, "-tc=files for NumPy and safetensors*"], env=os.environ | {"GRADUS_ARRAYS": folder}, check=True)
        folder = Path(folder)
        for name, array in wanted.items():
            path = folder / f"{name}.npy"
            same(path.name, np.load(path), array)
            if path.read_bytes() != npy_bytes(array if array.flags.c_contiguous or array.flags.f_contiguous else array.copy()):
                sys.exit(f"{path.name}: other bytes than NumPy's")
        for name in ("stored.npz", "compressed.npz"):
            if bad := zipfile.ZipFile(folder / name).testzip():
                sys.exit(f"{name}: {bad} is damaged")
            file = np.load(folder / name)
            if list(file) != list(wanted):
                sys.exit(f"{name} has {list(file)}")
            for key in file:
                same(f"{name}: {key}", file[key], wanted[key])
        paths = [folder / "all.safetensors", *sorted((folder / "shards").glob("*.safetensors"))]
        found = {}
        for path in paths[1:]:
            found |= safetensors.torch.load_file(path)
        for what, loaded in ((paths[0].name, safetensors.torch.load_file(paths[0])), ("shards", found)):
            if set(loaded) != set(wanted):
                sys.exit(f"{what} has {sorted(loaded)}")
            for key, tensor in loaded.items():
                same(f"{what}: {key}", tensor.numpy(), wanted[key])
        with safetensors.safe_open(paths[0], "pt") as file:
            if file.metadata() != {"format": "pt", "é": "\"quoted\""}:
                sys.exit(f"metadata: {file.metadata()}")
    print(f"{len(wanted)} arrays are what NumPy, safetensors and PyTorch read")


if __name__ == "__main__":
    check(sys.argv[2]) if sys.argv[1:2] == ["--check"] else make()
