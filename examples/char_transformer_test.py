#!/usr/bin/env python3
"""A training that Ctrl-C ends and --resume goes on with leaves the same file as one that is left alone.

usage: char_transformer_test.py PROGRAM ARGUMENTS...
"""
import signal
import subprocess
import sys
import tempfile
from pathlib import Path


def main():
    program = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        whole, parts = Path(folder) / "whole", Path(folder) / "parts"
        subprocess.run([*program, "--out", whole], check=True, stdout=subprocess.DEVNULL)

        steps = []
        for arguments in [], ["--resume"]:  # interrupted twice
            run = subprocess.Popen([*program, "--out", parts, *arguments], stdout=subprocess.PIPE)
            said = b""
            while said.count(b"steps:") < 1:
                said += run.stdout.read1()
            run.send_signal(signal.SIGINT)
            said += run.communicate()[0]
            assert run.returncode == 130, f"ended with {run.returncode}, not by the signal"
            steps.append(int(said.decode(errors="replace").split("ended after step ")[1].split(":")[0]))
        assert 0 < steps[0] < steps[1], steps
        assert parts.read_bytes() != whole.read_bytes()
        subprocess.run([*program, "--out", parts, "--resume"], check=True, stdout=subprocess.DEVNULL)
        assert parts.read_bytes() == whole.read_bytes(), "the files differ"

        other = subprocess.run([*program, "--out", parts, "--resume", "--batch", "3"], capture_output=True, text=True)
        assert other.returncode == 2 and "of other settings" in other.stderr, other
        backwards = Path(folder) / "backwards"  # the same characters
        backwards.write_text(Path(program[1]).read_text()[::-1])
        other = subprocess.run([program[0], backwards, *program[2:], "--out", parts, "--resume"],
                               capture_output=True, text=True)
        assert other.returncode == 2 and "of another text" in other.stderr, other
        backwards.unlink()
        assert sorted(p.name for p in Path(folder).iterdir()) == ["parts", "whole"]
    print(f"interrupted after steps {steps[0]} and {steps[1]}: the same bytes")


if __name__ == "__main__":
    main()
