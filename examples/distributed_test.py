#!/usr/bin/env python3
"""A job of two processes ends with the same weights as one of one process, also where it goes on with another number.

usage: distributed_test.py RUN PROGRAM ARGUMENTS...    RUN starts a job: RUN -n 2 PROGRAM ...
"""
import subprocess
import sys
import tempfile
from pathlib import Path

SKIPPED = 77


def main():
    run, program = sys.argv[1], sys.argv[2:]

    def start(ranks, *arguments):
        command = ([run, "-n", str(ranks)] if ranks else []) + program + [str(a) for a in arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=240)
        if done.returncode == SKIPPED and ranks:
            print(done.stdout)
            sys.exit(SKIPPED)
        assert done.returncode == 0, (command, done.returncode, done.stdout, done.stderr)
        return done.stdout

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rates = folder / "rates"
        start(0, "--out", folder / "alone", "--scaling", rates)
        said = start(2, "--out", folder / "two", "--scaling", rates)
        alone = (folder / "alone").read_bytes()
        assert (folder / "two").read_bytes() == alone, "two processes end with other weights"
        lines = [line.split() for line in said.split("of the ideal\n")[1].splitlines() if line.split()[0].isdigit()]
        assert [line[0] for line in lines[:2]] == ["1", "2"], said
        assert said.count("per second") == 1, said  # of rank 0 alone

        for first, second in (2, 0), (0, 2):
            runs = folder / f"runs{first}"
            start(first, "--folder", runs, "--until", "2")
            start(second, "--folder", runs, "--out", folder / "on")
            assert (folder / "on").read_bytes() == alone, f"{first} processes, then {second}: other weights"
            (folder / "on").unlink()

        for wrong in ["--no-such"], ["--until"], ["--until", "0"]:
            done = subprocess.run(program + wrong, capture_output=True, text=True)
            assert done.returncode == 64 and done.stderr.count("\n") == 1, (wrong, done)
    print("the same weights")


if __name__ == "__main__":
    main()
