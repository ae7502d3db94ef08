#!/usr/bin/env python3
"""gradus_mpirun: a job that loses a rank goes on with the hosts that are left, and ends with the bits of the whole one.

usage: restart_test.py CASE GRADUS_MPIRUN DISTRIBUTED_DIGITS DATA    CASE is refused, killed or stopped
"""
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SKIPPED = 77
CASE, LAUNCHER, PROGRAM, DATA = sys.argv[1:5]
TRAINING = [PROGRAM, DATA, "--epochs", "40", "--timeout", "1"]


def wait_for(what, condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"no {what} in {seconds} s"
        time.sleep(0.02)


def descendants(pid):
    children = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue  # it has ended
        children.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found, left = [], [pid]
    while left:
        below = children.get(left.pop(), [])
        found += below
        left += below
    return found


def process_of_rank(launcher, rank):
    wanted = f"OMPI_COMM_WORLD_RANK={rank}".encode(), f"PMI_RANK={rank}".encode()
    for pid in descendants(launcher):
        try:
            if any(w in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0") for w in wanted):
                return pid
        except OSError:
            continue
    raise AssertionError(f"there is no rank {rank} below {launcher}")


def command_of(pid):
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:  # it has ended
        return None


def launch(arguments, **options):
    # What MPI leaks is no fault of the examples, whose own leaks another test looks for.
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "GRADUS_BTL": "vader",
                   "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"}
    return subprocess.Popen([LAUNCHER, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                            env=environment, **options)


def lose_a_rank(folder, how, whole):
    """The second host's rank 3 is lost in the middle, and the host does not answer from then on."""
    folder.mkdir()
    runs, out, lost = folder / "runs", folder / "out", folder / "lost"
    hostfile, ping = folder / "hosts", folder / "ping"
    hostfile.write_text("localhost slots=2\n127.0.0.2 slots=2  # a second one\n")
    ping.write_text(f"#!/bin/sh\ntest ! -e {lost}\n")
    ping.chmod(0o755)
    job = launch(["-n", "4", "--hostfile", hostfile, "--ping", f"{ping} {{host}}", "--restarts", "2", *TRAINING,
                  "--folder", runs, "--out", out])
    try:
        wait_for("checkpoint", lambda: len(list(runs.glob("step_*.pt"))) >= 3)
        victim = process_of_rank(job.pid, 3)
        lost.touch()
        os.kill(victim, how)
        _, said = job.communicate(timeout=120)
    except BaseException:
        job.terminate()
        print(job.communicate()[1])
        raise
    assert job.returncode == 0, said
    told = [line for line in said.splitlines() if line.startswith("gradus_mpirun: ")]
    assert "gradus_mpirun: 4 ranks on localhost, 127.0.0.2" in told, said
    assert "gradus_mpirun: no answer from 127.0.0.2" in told, said
    assert "gradus_mpirun: again, 2 ranks on localhost" in told, said
    if how == signal.SIGSTOP:
        assert "rank 3 gave no answer" in said, said
    assert out.read_bytes() == whole, "the job that lost a rank ends with other weights"
    assert not list(runs.glob("*.damaged")) and not list(runs.glob("*.tmp*")), sorted(runs.iterdir())
    print(f"{how.name}: " + "; ".join(line.split(": ", 1)[1] for line in told))


def refusals(folder):
    def ends(arguments, status, text):
        job = launch(arguments)
        _, said = job.communicate(timeout=60)
        assert job.returncode == status and text in said, (arguments, job.returncode, said)

    ends([], 64, "-n says how many ranks there are")
    ends(["-n", "2"], 64, "the program is missing")
    ends(["-n", "x", "true"], 64, "-n takes a number, got x")
    ends(["-n", "0", "true"], 64, "-n must be 1 or more, got 0")
    ends(["-n", "3", "true"], 64, "3 is no power of two")
    ends(["--wrong", "-n", "1", "true"], 64, "there is no option --wrong")
    ends(["-n", "1", "--hostfile", folder / "nothing", "true"], 64, "cannot read the hostfile")
    ends(["-n", "1", "--mpirun", "/nothing/mpirun", "true"], 64, "cannot run /nothing/mpirun")
    hosts = folder / "hosts"
    for text, error in (("", "names no host"), ("a slots=x\n", "hosts:1: `NAME slots=4` wanted"),
                        ("-oProxyCommand=x\n", "-oProxyCommand=x is no name of a host")):
        hosts.write_text(text)
        ends(["-n", "1", "--hostfile", hosts, "true"], 64, error)
    hosts.write_text("127.0.0.2 slots=4\n")
    ends(["-n", "4", "--hostfile", hosts, "--ping", "false", "--wait", "0", "true"], 1, "there are places for 0 ranks")
    # One that hangs is no answer either.
    ends(["-n", "4", "--hostfile", hosts, "--ping", "sleep 60", "--ping-timeout", "0.2", "--wait", "0", "true"], 1,
         "no answer from 127.0.0.2")
    hosts.write_text("localhost slots=3\n")
    ends(["-n", "4", "--hostfile", hosts, "--restarts", "1", "false"], 1, "again, 2 ranks on localhost")
    ends(["-n", "4", "--any-number", "--hostfile", hosts, "--restarts", "0", "true"], 0, "3 ranks on localhost")
    job = launch(["-n", "2", "--restarts", "5", PROGRAM, "--no-such-option"])
    _, said = job.communicate(timeout=60)
    assert job.returncode == 64 and "again" not in said, said

    # What ends the launcher ends the job, and it is not started again.
    job = launch(["-n", "2", "sleep", "60"])
    wait_for("rank", lambda: any(command_of(p) == "sleep" for p in descendants(job.pid)))
    ranks = descendants(job.pid)
    job.terminate()
    _, said = job.communicate(timeout=60)
    assert job.returncode == 128 + signal.SIGTERM and "again" not in said, (job.returncode, said)
    wait_for("end of the ranks", lambda: not any(Path(f"/proc/{p}").exists() for p in ranks))


def main():
    if not shutil.which("mpirun"):
        print("no mpirun: the test is skipped")
        sys.exit(SKIPPED)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if CASE == "refused":
            refusals(folder)
            return
        subprocess.run([*TRAINING, "--out", folder / "whole"], check=True, capture_output=True)
        how = {"killed": signal.SIGKILL, "stopped": signal.SIGSTOP}[CASE]
        lose_a_rank(folder / CASE, how, (folder / "whole").read_bytes())


if __name__ == "__main__":
    main()
