#!/usr/bin/env python3
"""usage: distributed_test.py RUN PROGRAM DIGITS: the program of distributed.cpp trains in 1 to 4 processes.

RUN starts a job. DIGITS are pictures of 8 by 8 pixels, of which MNIST's files are made."""
import re
import struct
import subprocess
import sys
import tempfile
from pathlib import Path


def enlarged(pixels):
    """28 by 28 of 8 by 8, from 0 to 16: each three times, and a border."""
    rows = [bytes(28)] * 2
    for y in range(8):
        row = bytes(min(255, 16 * p) for p in pixels[8 * y:8 * y + 8] for _ in range(3))
        rows += [bytes(2) + row + bytes(2)] * 3
    return b"".join(rows + [bytes(28)] * 2)


def write_files(folder, digits):
    rows = [[int(n) for n in line.split(",")] for line in digits.read_text().splitlines() if line[0].isdigit()]
    images = b"".join(enlarged(row[:64]) for row in rows)
    for kind in ("train", "t10k"):
        (folder / f"{kind}-images-idx3-ubyte").write_bytes(struct.pack(">4i", 2051, len(rows), 28, 28) + images)
        (folder / f"{kind}-labels-idx1-ubyte").write_bytes(struct.pack(">2i", 2049, len(rows)) + bytes(r[64] for r in rows))


def main(run, program, digits):
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        write_files(Path(folder), Path(digits))
        for ranks in (1, 2, 3, 4):
            job = subprocess.run([run, "-n", str(ranks), program, folder], capture_output=True, text=True, timeout=200)
            if job.returncode == 77:
                print(job.stdout)
                return 77
            shares = [float(s) for s in re.findall(r"epoch \d: (\S+) % right", job.stdout)]
            if (job.returncode or len(shares) != 4 or not shares[0] < shares[3] or shares[3] < 90 or
                    f"{ranks} ranks, one network" not in job.stdout):
                failed = True
                print(f"{ranks} ranks: exit status {job.returncode}\n{job.stdout}{job.stderr}")
    return failed


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
