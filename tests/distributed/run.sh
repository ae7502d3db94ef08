#!/bin/sh
# usage: run.sh [OPTION OF MPIRUN]... -n N PROGRAM [ARGUMENT]...
# A job on this machine alone, as root too and with more processes than cores. GRADUS_BTL chooses how Open MPI moves bytes:
# vader (shared memory, the default) or tcp. Exit status 77 says that there is no mpirun.
set -eu
mpirun=${MPIRUN:-mpirun}
if ! type "$mpirun" >/dev/null 2>&1; then
  echo "no $mpirun: the test is skipped"
  exit 77
fi
# What MPI itself never frees is known by the functions on the way there, of which the quick unwinder loses sight.
export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}fast_unwind_on_malloc=0"
export LSAN_OPTIONS="suppressions=$(dirname "$0")/lsan.supp:print_suppressions=0${LSAN_OPTIONS:+:$LSAN_OPTIONS}"
case $("$mpirun" --version 2>&1) in
  *'Open MPI'* | *OpenRTE*)
    export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
    exec "$mpirun" --oversubscribe --bind-to none --mca btl "self,${GRADUS_BTL:-vader}" \
      --mca btl_tcp_if_include lo --mca oob_tcp_if_include lo "$@" ;;
  *)
    exec "$mpirun" "$@" ;;
esac
