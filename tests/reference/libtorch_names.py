#!/usr/bin/env python3
"""Writes the public names of libtorch's headers to libtorch_names.txt, the facts that tests/compat/names_test.py checks.

    python3 tests/reference/libtorch_names.py TORCH > tests/reference/libtorch_names.txt

TORCH is the folder of the Python package torch, whose headers are read with libclang (Debian's python3-clang-14 and
clang-14). A line is `name torch::relu` for what stands in a namespace, `member torch::nn::Module::train` for what a
public class declares, or `macro TORCH_CHECK`. Left out are names that begin with `_`, the second spelling of each out
form (`relu_outf`) and those for sizes that are symbols (`view_symint`): nobody outside of libtorch is meant to write them. The reasons for what Gradus omits of the rest
stand in tests/compat/omitted_names.txt.
"""
import re
import subprocess
import sys
from pathlib import Path

from clang.cindex import AccessSpecifier, CursorKind, Index, TranslationUnit

# Where a program looks for names. What libtorch generates for itself (at::native, at::_ops, ...) is not among them.
NAMESPACES = {
    "torch", "torch::nn", "torch::nn::functional", "torch::nn::init", "torch::nn::utils", "torch::nn::utils::rnn",
    "torch::nn::parallel", "torch::optim", "torch::data", "torch::data::datasets", "torch::data::samplers",
    "torch::data::transforms", "torch::autograd", "torch::autograd::forward_ad", "torch::serialize", "torch::special",
    "torch::linalg", "torch::fft", "torch::cuda", "torch::mps", "torch::xpu", "torch::enumtype", "torch::utils",
    "torch::jit", "torch::jit::script", "at", "at::indexing", "c10", "c10::WarningUtils", "c10::util", "caffe2"}
# Of at and c10 there are names for libtorch's own parts; these headers are those that programs include.
HEADERS = re.compile(r"torch/csrc/api/|torch/csrc/autograd/|torch/csrc/jit/|torch/csrc/utils/|torch/(types|library)\.h|"
                     r"ATen/(ops/|Functions|Tensor|core/Tensor|core/Generator|core/Reduction|core/Scalar|Context|Parallel|"
                     r"ScalarOps|ExpandUtils|Dispatch|autocast_mode|core/(grad_mode|Formatting))|c10/(core|util|macros)/")
CLASSES = {"Module", "Tensor", "TensorBase", "Scalar", "TensorOptions", "Device", "Generator", "Storage", "TypeMeta",
           "ArrayRef", "Context", "InferenceMode", "TensorAccessorBase"}
DECLARATIONS = {
    CursorKind.FUNCTION_DECL, CursorKind.FUNCTION_TEMPLATE, CursorKind.CLASS_DECL, CursorKind.STRUCT_DECL,
    CursorKind.CLASS_TEMPLATE, CursorKind.ENUM_DECL, CursorKind.TYPEDEF_DECL, CursorKind.TYPE_ALIAS_DECL,
    CursorKind.TYPE_ALIAS_TEMPLATE_DECL, CursorKind.VAR_DECL, CursorKind.USING_DECLARATION}
MEMBERS = {CursorKind.CXX_METHOD, CursorKind.FUNCTION_TEMPLATE, CursorKind.FIELD_DECL, CursorKind.TYPE_ALIAS_DECL}


def parse(torch):
    search = subprocess.run(["clang++-14", "-E", "-x", "c++", "-v", "/dev/null"], capture_output=True, text=True).stderr
    system = [line.strip() for line in search.split("search starts here:")[-1].splitlines() if line.startswith(" /")]
    flags = ["-x", "c++", "-std=c++20", f"-I{torch}/include", f"-I{torch}/include/torch/csrc/api/include"]
    for folder in system:
        flags += ["-isystem", folder]
    unit = Index.create().parse("all.cpp", args=flags, unsaved_files=[("all.cpp", "#include <torch/torch.h>\n")],
                                options=TranslationUnit.PARSE_SKIP_FUNCTION_BODIES
                                | TranslationUnit.PARSE_DETAILED_PROCESSING_RECORD)
    errors = [str(d) for d in unit.diagnostics if d.severity >= 3]
    if errors:
        sys.exit("libtorch_names: " + "\n".join(errors[:5]))
    return unit


def header(cursor, torch):
    file = cursor.location.file
    return file.name.replace(f"{torch}/include/", "") if file else ""


def is_public(name):
    return re.fullmatch(r"[A-Za-z]\w*", name) and not re.search(r"_outf$|_symint$|_symint_out$|^operator$|^sym_", name)


def members(cursor, path, out):
    for d in cursor.get_children():
        if d.access_specifier == AccessSpecifier.PUBLIC and d.kind in MEMBERS and is_public(d.spelling):
            out.add(("member", f"{path}::{d.spelling}"))


def walk(cursor, path, torch, out):
    for d in cursor.get_children():
        if d.kind == CursorKind.NAMESPACE:
            inner = f"{path}::{d.spelling}" if path else d.spelling
            if d.spelling and any(n == inner or n.startswith(inner + "::") for n in NAMESPACES):
                walk(d, inner, torch, out)
        elif d.kind == CursorKind.LINKAGE_SPEC:
            walk(d, path, torch, out)
        elif d.kind in DECLARATIONS and path in NAMESPACES and HEADERS.match(header(d, torch)) and (
                d.semantic_parent.kind == CursorKind.NAMESPACE):  # no member defined outside of its class
            name = d.spelling.split("<")[0]
            if not is_public(name):
                continue
            out.add(("name", f"{path}::{name}"))
            if d.kind in (CursorKind.CLASS_DECL, CursorKind.STRUCT_DECL) and d.is_definition() and (
                    path.startswith("torch") and not path.startswith("torch::jit") or name in CLASSES):
                members(d, f"{path}::{name}", out)


def main():
    torch = sys.argv[1]
    unit = parse(torch)
    names = set()
    walk(unit.cursor, "", torch, names)
    for d in unit.cursor.get_children():
        if d.kind == CursorKind.MACRO_DEFINITION and re.match(r"(TORCH|AT|C10)_[A-Z]", d.spelling) and HEADERS.match(
                header(d, torch)):
            names.add(("macro", d.spelling))
    for kind, name in sorted(names):
        print(kind, name)


main()
