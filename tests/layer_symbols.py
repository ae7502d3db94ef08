#!/usr/bin/env python3
"""A link needs no more than an include shows: no object of a layer needs a symbol that only a higher one defines.

usage: layer_symbols.py NM BUILD    (the build directory)

An object's layer is the folder of its source, which its name begins with: libgradus.so.p/tensor_io_print.cpp.o.
"""
import collections
import re
import subprocess
import sys
from pathlib import Path

# layer: those below it, whose symbols it may need
BELOW = {
    "kernels": [],
    "base": ["kernels"],
    "tensor": ["base", "kernels"],
    "autograd": ["tensor", "base", "kernels"],
    "nn": ["autograd", "tensor", "base", "kernels"],
    "optim": ["autograd", "tensor", "base", "kernels"],
    "data": ["tensor", "base", "kernels"],
    "data_image": ["data", "tensor", "base", "kernels"],
    "distributed": ["nn", "optim", "data", "autograd", "tensor", "base", "kernels"],
    "monitor": ["nn", "optim", "data", "autograd", "tensor", "base", "kernels"],
}


LINE = re.compile(r"(?:.*/)?([\w.]+/[\w.]+\.o):[0-9a-f ]{16} (\w) (.*)")


def layer(thing):
    """Of an object, named with its folder."""
    folder, name = thing.split("/")
    if name.startswith("tensor_kernels_") or re.match("libgradus_(kernels|copies|reductions|narrow_reductions|searches)_", folder):
        return "kernels"
    if folder.startswith("libgradus_monitor"):
        return "monitor"
    if name.startswith("tensor_base_"):
        return "base"
    if name.startswith("data_image_"):
        return "data_image"
    return name.split("_")[0]


def symbols(listing):
    """From what `nm -A -C` prints: {symbol: layers that define it}, {(object, symbol that it needs)}."""
    defined, needed = collections.defaultdict(set), set()
    for thing, kind, symbol in (m.groups() for m in map(LINE.fullmatch, listing.splitlines()) if m):
        if kind in "Uwv":
            needed.add((thing, symbol))
        else:
            defined[symbol].add(layer(thing))
    return defined, needed


def breaches(listing):
    defined, needed = symbols(listing)
    for thing, symbol in sorted(needed):
        own = layer(thing)
        owners = defined.get(symbol, set())
        if owners and not owners & {own, *BELOW[own]}:
            yield f"{thing} needs {symbol}, which {' and '.join(sorted(owners))} defines"


def self_test():
    listing = """/b/libgradus.so.p/tensor_a.cpp.o:0000000000000000 T gradus::raw::f()
libgradus.so.p/tensor_a.cpp.o:                 U gradus::Tensor::g() const
libgradus_calling.a.p/autograd_b.cpp.o:0000000000000010 T gradus::Tensor::g() const
libgradus_calling.a.p/autograd_b.cpp.o:                 U gradus::raw::f()
libgradus_calling.a.p/autograd_b.cpp.o:                 U gradus::k
tensor/kernels/libgradus_kernels_sse2.a.p/nn_softmax.cpp.o:0000000000000010 D gradus::k
libgradus_calling.a.p/autograd_b.cpp.o:                 U memcpy
libgradus.so.p/tensor_base_c.cpp.o:                 U gradus::raw::f()
libgradus_image.a.p/data_image_d.cpp.o:0000000000000000 T gradus::vision::h()
libgradus_image.a.p/data_image_d.cpp.o:                 U gradus::raw::f()
libgradus_calling.a.p/data_e.cpp.o:                 U gradus::vision::h()"""
    assert list(breaches(listing)) == [
        "libgradus.so.p/tensor_a.cpp.o needs gradus::Tensor::g() const, which autograd defines",
        "libgradus.so.p/tensor_base_c.cpp.o needs gradus::raw::f(), which tensor defines",
        "libgradus_calling.a.p/data_e.cpp.o needs gradus::vision::h(), which data_image defines"]


if __name__ == "__main__":
    self_test()
    nm, build = sys.argv[1], Path(sys.argv[2])
    objects = [*build.glob("libgradus*.p/*.o"), *build.glob("tensor/kernels/*.p/*.o")]
    listing = subprocess.run([nm, "-A", "-C", *objects], check=True, capture_output=True, text=True).stdout
    found, count = list(breaches(listing)), len(symbols(listing)[0])
    if count < 1000:
        sys.exit(f"{build}: {count} symbols, wrong folder?")
    print("\n".join(found) if found else f"{count} symbols, each from its layer or below")
    sys.exit(bool(found))
