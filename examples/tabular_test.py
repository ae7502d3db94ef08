#!/usr/bin/env python3
"""A training that Ctrl-C ends and that is started again leaves the same checkpoint as one that is left alone.

usage: tabular_test.py PROGRAM DATA EPOCHS
"""
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def main():
    program = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        whole, parts = Path(folder) / "whole", Path(folder) / "parts"
        said = subprocess.run([*program, whole], check=True, stdout=subprocess.PIPE, text=True).stdout
        assert "went on from step 0 to" in said, said

        run = subprocess.Popen([*program, parts], stdout=subprocess.PIPE, text=True)
        while run.poll() is None and not list(parts.glob("step_*.pt")):
            time.sleep(0.001)
        run.send_signal(signal.SIGINT)
        first = run.communicate()[0]
        assert run.returncode == 0, first
        second = subprocess.run([*program, parts], check=True, stdout=subprocess.PIPE, text=True).stdout
        if "stopped after" in first:  # a machine may be too fast for it
            step = first.split("stopped after ")[1].split()[0]
            assert f"went on from step {step} to" in second, second

        last = max(p.name for p in whole.glob("step_*.pt"))
        assert (parts / last).read_bytes() == (whole / last).read_bytes(), "the checkpoints differ"
        for name in "log.csv", "losses.svg":
            assert (parts / name).read_bytes() == (whole / name).read_bytes(), name
    print(said, first, second, sep="\n")


if __name__ == "__main__":
    main()
