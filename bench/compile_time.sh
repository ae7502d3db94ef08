#!/usr/bin/env bash
# usage: bench/compile_time.sh [PROGRAM.cpp]
# What a user's program costs, here and with libtorch: seconds to compile (-O2), megabytes of library, milliseconds of
# start-up. PROGRAM includes <torch/torch.h>; the default is the training loop of the README. Each figure is the best of
# RUNS (5). libtorch is measured where $PYTHON (python3) can import torch. Let nothing else run meanwhile.
set -euo pipefail
export LC_ALL=C  # numbers with a point
root=$(dirname "$(dirname "$(readlink -f "$0")")")
program=$(readlink -f "${1:-$root/tests/install/torch_program.cpp}")
build=${BUILD:-$root/build} cxx=${CXX:-g++} runs=${RUNS:-5}
[[ -f $build/libgradus.so ]] || { echo "compile_time: no library in $build; run ./dev test first" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
echo 'int main() {}' >empty.cpp
printf '#include <torch/torch.h>\nint main() { torch::ones({2}); }\n' >start.cpp

best() {  # best COMMAND...: the shortest of several runs, in seconds
  local TIMEFORMAT=%R
  for ((i = 0; i < runs; i++)); do { time "$@" >/dev/null 2>&1; } 2>&1; done | sort -n | head -n 1
}
megabytes() {  # megabytes LIBRARY...: stripped
  local total=0
  for library in "$@"; do
    strip -o stripped "$library"
    ((total += $(stat -c %s stripped)))
  done
  awk "BEGIN { printf \"%.1f\", $total / 1e6 }"
}
measure() {  # measure NAME COMPILE_FLAGS -- LINK_FLAGS: sets compile, start
  local flags=() name=$1
  shift
  while [[ $1 != -- ]]; do flags+=("$1"); shift; done
  shift
  compile=$(best "$cxx" -std=c++20 -O2 "${flags[@]}" -c "$program" -o "$name.o")
  "$cxx" -std=c++20 -O2 "${flags[@]}" start.cpp -o "$name" "$@"
  "./$name"
  start=$(best "./$name")
}
row() { printf '%-12s %12s %14s %12s\n' "$@"; }
over() { awk "BEGIN { printf \"%.0fx\", $1 / $2 }"; }

row '' 'compile (s)' 'library (MB)' 'start (s)'
row 'empty main' "$(best "$cxx" -std=c++20 -O2 -c empty.cpp -o empty.o)" '' ''
measure gradus -I"$root" -I"$root/compat" -- -L"$build" -lgradus -Wl,-rpath,"$build"
ours=("$compile" "$(megabytes "$build/libgradus.so")" "$start")
row gradus "${ours[@]}"
if torch=$("${PYTHON:-python3}" -c 'import torch; print(torch.__path__[0])' 2>/dev/null); then
  measure libtorch -isystem "$torch/include" -isystem "$torch/include/torch/csrc/api/include" -- \
    -L"$torch/lib" -ltorch -ltorch_cpu -lc10 -Wl,-rpath,"$torch/lib"
  theirs=("$compile" "$(megabytes "$torch"/lib/lib{torch,torch_cpu,c10}.so)" "$start")
  row libtorch "${theirs[@]}"
  row ratio "$(over "${theirs[0]}" "${ours[0]}")" "$(over "${theirs[1]}" "${ours[1]}")" "$(over "${theirs[2]}" "${ours[2]}")"
else
  echo 'libtorch: not measured, PYTHON cannot import torch'
fi
