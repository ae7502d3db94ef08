"""What a compiler says of lines of C++ behind headers."""
import re
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def is_peer(build):
    """Whether the folder is that of the Python package torch, and not a build folder of Gradus."""
    return (build / "include/torch").is_dir()


def flags_for(build):
    """Those that find the headers of either."""
    include = build / "include"
    folders = ([include, include / "torch/csrc/api/include"] if is_peer(build) else
               [ROOT, ROOT / "compat", build, build / "compat"])
    return ["-std=c++20", "-w", *(f"-I{f}" for f in folders)]


def compile_lines(compiler, build, headers, lines, *options):
    """(the compiler's run, [(index of a line, the error in it), ...]). An error in a header has an index below 0."""
    all_errors = "-ferror-limit=0" if "clang" in compiler[-1] else "-fmax-errors=0"
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "lines.cpp"
        source.write_text("\n".join([*(f"#include <{h}>" for h in headers), *lines, ""]))
        run = subprocess.run([*compiler, *flags_for(build), all_errors, *options, str(source)], capture_output=True, text=True)
        found = re.findall(rf"{re.escape(str(source))}:(\d+):\d+: (?:fatal )?error: (.*)", run.stderr)
    return run, [(int(n) - len(headers) - 1, message) for n, message in found]
