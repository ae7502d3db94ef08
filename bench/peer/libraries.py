"""One program, compiled against Gradus and against libtorch."""
import os
import shlex
import subprocess
import sys

NINJA = """rule cxx
  command = {cxx} -std=c++20 -O2 -DNDEBUG $flags -MMD -MF $out.d -c $in -o $out
  depfile = $out.d
  deps = gcc
  description = {name}: $in
rule header
  command = {cxx} -std=c++20 -O2 -DNDEBUG $flags -MMD -MF $out.d -x c++-header $in -o $out
  depfile = $out.d
  deps = gcc
  description = {name}: $in
rule link
  command = {cxx} $in $flags -o $out
"""


class Failure(Exception):
    pass


def build(name, quoted, out, flags, link, library):
    """Compiles the sources against one library, what has changed of them, and gives the program.

    quoted: {path: file or folder}: what includes in quotes find, and nothing else of this tree; the sources are in the
    folders.
    """
    out.mkdir(parents=True, exist_ok=True)
    quotes = out.parent / "include"
    for path, target in quoted.items():
        (quotes / path).parent.mkdir(parents=True, exist_ok=True)
        if not (quotes / path).is_symlink():
            (quotes / path).symlink_to(target)
    text, objects = NINJA.format(cxx=os.environ.get("CXX", "g++"), name=name), []
    header, compiled = out / "header.h", out / "header.h.gch"  # torch/torch.h, compiled once for all of them
    if not header.exists():
        header.write_text("#include <torch/torch.h>\n")
    text += f"build {compiled}: header {header}\n  flags = {shlex.join(flags)}\n"
    for source in sorted(s for folder in quoted.values() for s in folder.glob("*.cpp")):
        objects.append(out / f"{source.stem}.o")
        own = ["-include", str(header), f"-iquote{quotes}", *flags]
        text += f"build {objects[-1]}: cxx {source} | {compiled}\n  flags = {shlex.join(own)}\n"
    program = out / "cases"
    text += f"build {program}: link {' '.join(map(str, objects))} | {library}\n  flags = {shlex.join(link)}\n"
    (out / "build.ninja").write_text(text)
    jobs = ["-j", os.environ["JOBS"]] if "JOBS" in os.environ else []
    subprocess.run(["ninja", "-f", out / "build.ninja", "-C", out, "--quiet", *jobs], check=True, stdout=sys.stderr)
    return program


def build_gradus(name, quoted, root, lib, out, more_flags=()):
    if not lib.exists():
        raise Failure(f"{name}: no {lib}; compile it there first")
    return build(name, quoted, out, ["-w", f"-I{root}", f"-I{root}/compat", *more_flags],
                 [str(lib), "-lfmt", "-lz", "-fopenmp"], lib)


def build_libtorch(quoted, out, more_flags=()):
    """(program, version)"""
    python = os.environ.get("PYTHON", "python3")
    found = subprocess.run([python, "-c", "import torch; print(torch.__path__[0], torch.__version__)"],
                           capture_output=True, text=True)
    if found.returncode:
        raise Failure(f"no libtorch: {python} cannot import torch. Install it with\n"
                      f"  {python} -m pip install torch\n"
                      "or name a Python that has it in PYTHON.")
    torch, version = found.stdout.rsplit(maxsplit=1)
    include, lib = f"{torch}/include", f"{torch}/lib"
    flags = ["-isystem", include, "-isystem", f"{include}/torch/csrc/api/include", *more_flags]
    link = [f"-L{lib}", f"-Wl,-rpath,{lib}", "-ltorch", "-ltorch_cpu", "-lc10"]
    return build("libtorch", quoted, out, flags, link, f"{lib}/libtorch_cpu.so"), version
