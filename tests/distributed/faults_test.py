#!/usr/bin/env python3
"""usage: faults_test.py RUN PROGRAM [CASE]...: what the ranks of a job are told when one of them is lost, slow, or wrong.

RUN starts a job, and PROGRAM is made of mpi/faults.cpp. Without cases it is all that a launcher of MPI has to do. Some jobs end in another way, which is the launcher's: where a
process is killed, it is told to let the others go on."""
import contextlib
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

SUM = r"allreduce of float32 \[10, 3\], sum"
AT_2 = rf"rank [02] is at operation 2, {SUM}"
SILENT = rf"allreduce: rank 1 gave no answer in 1 s; {AT_2}"
LEFT = "{}: rank 1 has left{} after operation {}; rank [02] is at operation {}, {}"
FAILED = "not 0"
FIVE = r"allreduce of float32 \[5\], sum"
LARGE = r"{} of float32 \[1048576\], sum"
KEPT = "allreduce: MPI did not return in 1 s, as where a rank is lost; rank {} is at operation {}, {}"
# Where a connection breaks with something on its way, Open MPI 4.1 may wait for its own lock, and that rank is silent.
KEEPS = os.environ.get("GRADUS_BTL") == "tcp"
LOST = r"allreduce: {} gave no answer in 1 s; rank {} is at operation \d+, " + LARGE.format("allreduce")
CUT = {0: [LOST.format("rank 1", "[02]")], 2: [LOST.format("rank 1", "[02]")]}
if KEEPS:
    for own, other, silent in ((0, 2, "ranks 1 and 2"), (2, 0, "ranks 0 and 1")):
        CUT[own] = ["|".join([CUT[own][0], LOST.format("ranks [01] and [12]", other), LOST.format(silent, own),
                              KEPT.format(own, r"\d+", LARGE.format("allreduce"))])]
JOB_LIMIT = 60  # s

# case: (ranks, what each rank says, in this order; options). None: nothing, and more may say nothing.
CASES = {
    "killed": (3, {0: [SILENT] * 2, 2: [SILENT] * 2}),
    "killed_in_transfer": (3, CUT),
    "killed_in_exchange": (2, {0: [r"tree_allreduce: rank 1 gave no answer in 1 s; rank 0 is at operation \d+, " +
                                   LARGE.format("tree_allreduce")]}),
    "kept": (3, {r: [SILENT] * 3 for r in (0, 2)} | {1: [KEPT.format(1, n, SUM) for n in (3, 2, 3)]}),
    "stopped": (3, {r: [SILENT.replace("operation 2", "operation 3")] for r in (0, 2)}),
    "slow": (3, {r: [rf"allreduce: rank 1 did not call operation 2 in 1 s, the last was 1; {AT_2}"] for r in range(3)}),
    "beside": (3, {r: [rf"allreduce: rank 1 did not call operation 3 in 1 s, the last was 2; rank 1 is at {FIVE} beside; " +
                       AT_2.replace("operation 2", "operation 3")] for r in (0, 2)} |
               {1: [rf"allreduce: rank [02] has left( with status 1)? after operation 0; rank 1 is at operation 1, {FIVE}"]}),
    "impatient": (3, {r: [rf"allreduce: rank 1 did not call operation 2 in 0.5 s, the last was 1; {AT_2}"]
                      for r in range(3)}),
    "returned": (3, {r: [LEFT.format("allreduce", "", 1, 2, SUM)] for r in (0, 2)}),
    "exited": (3, {r: [LEFT.format("allreduce", " with status 3", 1, 2, SUM)] for r in (0, 2)}),
    "sends_nothing": (2, {0: [r"recv: not done in 1 s; rank 1 has ended operation 1; rank 0 is at recv of float32 \[5\] "
                              "from rank 1, tag 7"]}),
    "sends_more": (3, {r: [r"alltoall: rank 1 sends rank \d 3 elements, and 2 are expected of it"] for r in range(3)}),
    "leaves_group": (3, {0: [LEFT.format("barrier", "", 1, 2, "barrier")], 1: ["done"],
                         2: [LEFT.format("barrier", "", 1, 2, "barrier")]}),
    "killed_at_end": (3, {0: ["done"], 2: ["done"]}),
}
# Cases that end as they should, and what the launcher's exit status is.
ENDS = {
    "ends_late": (3, {r: ["done"] for r in range(3)}, 0),
    "waits_for_nothing": (3, {r: ["done"] for r in range(3)}, 0),
    "forks": (2, {r: ["allreduce: the process group was ended, or belongs to the process that this one was forked from",
                      "done"] for r in range(2)}, 0),
    "destroys": (2, {r: ["allreduce: the process group was ended, or belongs to the process that this one was forked from",
                         "init_process_group: it was ended, and MPI starts once in a process"] for r in range(2)}, 0),
    "exited": (3, None, FAILED),
    "hides_memory": (3, {r: ["done"] for r in range(3)}, 0),
    "thrown": (3, None, FAILED),
}
# What stands in the error output.
LAST_WORDS = {
    "killed_at_end": r"gradus: MPI was not finalised: rank 1 has not ended in \d s",
    "thrown": "rank 1 has had enough",
}


def family(pid):
    """The process and all that it has started, which may be leaders of groups of their own."""
    children = []
    for folder in pathlib.Path(f"/proc/{pid}/task").glob("*"):
        try:
            children += (folder / "children").read_text().split()
        except OSError:
            pass  # it has ended
    return [pid] + [p for child in children for p in family(int(child))]


def run(command, environment=None):
    """(exit status, output, errors), a status of None for a job that does not end and was killed."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        job = subprocess.Popen(command, stdout=output, stderr=errors, start_new_session=True,
                               env=os.environ | (environment or {}))
        try:
            status = job.wait(JOB_LIMIT)
        except subprocess.TimeoutExpired:
            for pid in family(job.pid):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            job.wait()
            status = None
        said = []
        for file in (output, errors):
            file.seek(0)
            said.append(file.read().decode(errors="replace"))
        return status, *said


def problem(case, ranks, expected, status, options):  # a status of None: any
    command = [RUN, *options, "-n", str(ranks), PROGRAM, case]
    # In a child that was forked, what a thread of the parent held at that moment belongs to nobody.
    leaks = {"ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"} if case == "forks" else {}
    got, output, errors = run(command, leaks)
    said = {}
    for rank, text in re.findall(r"rank (\d+): (.*)", output):
        said.setdefault(int(rank), []).append(text)
    right = got is not None and (status is None or got == status or status == FAILED and got != 0)
    if expected is not None:
        right &= said.keys() == expected.keys() and all(
            len(said[r]) == len(lines) and all(map(re.fullmatch, lines, said[r])) for r, lines in expected.items())
    right &= re.search(LAST_WORDS.get(case, ""), errors) is not None
    if status == 0:
        right &= "not finalised" not in errors
    ended = f"killed after {JOB_LIMIT} s" if got is None else f"exit status {got}"
    return "" if right else f"{' '.join(command)}\n{ended}\n{output}{errors}"


def contradictions():
    for name, value in (("RANK", "7"), ("WORLD_SIZE", "5")):
        _, output, errors = run([RUN, "-n", "2", PROGRAM, "ends_late"], {name: value})
        if f"init_process_group: {name} is {value}, and MPI's launcher says " not in output:
            yield f"{name}={value}\n{output}{errors}"


def main():
    if subprocess.run([RUN, "--version"], stdout=subprocess.DEVNULL).returncode == 77:
        return 77
    version = subprocess.run([RUN, "--version"], capture_output=True, text=True).stdout
    open_mpi = "Open MPI" in version
    go_on = ["--enable-recovery"] if open_mpi else ["-disable-auto-cleanup"]
    # Where a process is killed, MPICH's launcher ends the others all the same.
    jobs = [(case, ranks, said, None, go_on) for case, (ranks, said) in CASES.items()
            if open_mpi or not case.startswith("killed")]
    # Nor does it always say that one has failed.
    jobs += [(case, ranks, said, status if open_mpi or status != FAILED else None, [])
             for case, (ranks, said, status) in ENDS.items()]
    # Of mpirun's own memory others take care.
    jobs = [job for job in jobs if (job[0] in ONLY if ONLY else job[0] != "hides_memory")]
    with ThreadPoolExecutor(6) as pool:
        problems = [p for p in pool.map(lambda job: problem(*job), jobs) if p] + ([] if ONLY else list(contradictions()))
    print("\n\n".join(problems) if problems else f"{len(jobs)} jobs ended as they should")
    return bool(problems)


RUN, PROGRAM, *ONLY = sys.argv[1:]
sys.exit(main())
