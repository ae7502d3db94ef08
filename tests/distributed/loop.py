#!/usr/bin/env python3
"""usage: loop.py [--enable-recovery] -n N PROGRAM [ARGUMENT]...

Starts N processes as torchrun does: by environment variables, without MPI. When one fails the others are ended, and its
status is that of the job, unless they are to recover. GRADUS_BTL chooses how Open MPI moves bytes, as for run.sh; AGENT=1
has MASTER_PORT taken, as by torchrun's agent."""
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path


def sanitizers():
    """As run.sh has them. Without MPI_Finalize libraries stay loaded whose memory for threads the leak checker loses."""
    options = {"ASAN_OPTIONS": "fast_unwind_on_malloc=0:intercept_tls_get_addr=0",
               "LSAN_OPTIONS": f"suppressions={Path(__file__).resolve().parent / 'lsan.supp'}:print_suppressions=0"}
    return {name: ":".join(filter(None, (os.environ.get(name), text))) for name, text in options.items()}


def main(arguments):
    recover = arguments[0] == "--enable-recovery"
    n, program = int(arguments[recover + 1]), arguments[recover + 2:]
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        agent = os.environ.get("AGENT") == "1"
        if agent:
            taken.listen()
        else:
            taken.close()
        environment = {**os.environ, **sanitizers(), "WORLD_SIZE": str(n), "LOCAL_WORLD_SIZE": str(n), "MASTER_ADDR": "127.0.0.1",
                       "MASTER_PORT": str(port), "TORCHELASTIC_USE_AGENT_STORE": str(agent),
                       "OMPI_MCA_btl": "self," + os.environ.get("GRADUS_BTL", "vader"), "OMPI_MCA_btl_tcp_if_include": "lo"}
        ranks = [subprocess.Popen(program, env={**environment, "RANK": str(r), "LOCAL_RANK": str(r)}) for r in range(n)]
        status = 0
        while any(rank.poll() is None for rank in ranks):
            failed = [rank.returncode for rank in ranks if rank.returncode]
            if failed and not status:
                status = failed[0] if failed[0] > 0 else 128 - failed[0]
                for rank in ranks if not recover else []:
                    if rank.poll() is None:
                        rank.send_signal(signal.SIGTERM)
            time.sleep(0.01)
        return status or next((abs(rank.returncode) for rank in ranks if rank.returncode), 0)


if __name__ == "__main__":
    if sys.argv[1:] == ["--version"]:
        print("it ends as Open MPI's mpirun does")
    else:
        sys.exit(main(sys.argv[1:]))
