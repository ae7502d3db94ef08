#!/usr/bin/env bash
# usage: cmake_test.sh SOURCE BUILD
# Installs BUILD, moves it elsewhere, and builds and runs CMake projects against it: those of libtorch programs, which
# know nothing of Gradus, with the prefix of find_package(Torch); one with gradus::gradus, shared and static; and one that
# has Gradus among its sources, with the libraries of BUILD.
set -euo pipefail
source=$1 build=$2
type -P cmake >/dev/null || { echo 'cmake_test: skipped, no cmake'; exit 77; }
read -ra meson <<<"$(sed -n 's/^ command = \(.*\) --internal regenerate.*/\1/p' "$build/build.ninja")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

DESTDIR=$work/root "${meson[@]}" install -C "$build" --no-rebuild --quiet
pc=$(find root -name gradus.pc)
mv "root$(sed -n 's/^prefix=//p' "$pc")" 'moved here'
prefix="$work/moved here" torch="$work/moved here/share/gradus/torch"
rm -r root

made() {  # made NAME PROJECT PROGRAM [OPTIONS]: configures, builds and runs
  local log=$work/$1.log
  { cmake -S "$source/tests/install/cmake/$2" -B "$1" -G Ninja -DCMAKE_CXX_COMPILER="${CXX:-c++}" "${@:4}" &&
    cmake --build "$1" && "$1/$3"; } >"$log" 2>&1 || { head -c 9999 "$log"; echo "cmake_test: $1 fails"; exit 1; }
  echo "$1"
}
made shared gradus program -DCMAKE_PREFIX_PATH="$prefix"
made static gradus program -DCMAKE_PREFIX_PATH="$prefix" -DGRADUS_STATIC=ON
made example_app example_app example-app -DCMAKE_PREFIX_PATH="$torch"
made old_standard old_standard train -DTorch_DIR="$torch/share/cmake/Torch"
made folders folders app/app -DCMAKE_PREFIX_PATH="$torch"
made paths paths paths -DLIBTORCH="$torch"
made monitor monitor watching -DCMAKE_PREFIX_PATH="$prefix"
made monitor_static monitor watching -DCMAKE_PREFIX_PATH="$prefix" -DGRADUS_STATIC=ON
pictures=OFF
if [[ -n $(find "$prefix" -name libgradus_image.a) ]]; then
  pictures=ON
  made image image picture -DCMAKE_PREFIX_PATH="$prefix"
  made image_static image picture -DCMAKE_PREFIX_PATH="$prefix" -DGRADUS_STATIC=ON
fi
several=OFF
if [[ -n $(find "$prefix" -name libgradus_mpi.a) ]]; then
  several=ON
  made mpi mpi ranks -DCMAKE_PREFIX_PATH="$prefix"
  made mpi_static mpi ranks -DCMAKE_PREFIX_PATH="$prefix" -DGRADUS_STATIC=ON
fi
made fetch fetch torch_program -DGRADUS_SOURCE="$source" -DGRADUS_BUILD_DIR="$build" -DGRADUS_IMAGE=$pictures \
  -DGRADUS_MONITOR=ON -DGRADUS_MPI=$several
fetch/watching
[[ $pictures == OFF ]] || fetch/picture
[[ $several == OFF ]] || fetch/ranks
