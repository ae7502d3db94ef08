#!/usr/bin/env bash
# usage: install_test.sh SOURCE BUILD
# Installs BUILD under a DESTDIR and builds a user's program against it with pkg-config, shared and static; then with
# Gradus as a meson subproject. There only the user's own file is compiled: the library's archives are those of BUILD.
set -euo pipefail
source=$1 build=$2
# The meson that made BUILD: another version could not read its files.
read -ra meson <<<"$(sed -n 's/^ command = \(.*\) --internal regenerate.*/\1/p' "$build/build.ninja")"
here=$source/tests/install
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
die() { echo "install_test: $*" >&2; exit 1; }

DESTDIR=$work/root "${meson[@]}" install -C "$build" --no-rebuild --quiet
pc=$(find root -name gradus.pc)
[[ $pc ]] || die 'no gradus.pc installed'
prefix=$work/root$(sed -n 's/^prefix=//p' "$pc")
libdir=$(dirname "$(dirname "$work/$pc")")
export PKG_CONFIG_PATH=$libdir/pkgconfig
flags() { pkg-config --define-variable=prefix="${prefix// /\\ }" "$@"; }

link() {  # link NAME SOURCE FLAGS...
  ${CXX:-c++} -std=c++20 -Wall -Wextra "$2" -o "$1" "${@:3}"
}
eval "shared=($(flags --cflags --libs gradus))"
link shared "$here/program.cpp" "${shared[@]}"
LD_LIBRARY_PATH=$libdir ./shared
if [[ -f $source/compat/torch/torch.h ]]; then
  link torch "$here/torch_program.cpp" "${shared[@]}"
  LD_LIBRARY_PATH=$libdir ./torch
fi
eval "shared=($(flags --cflags --libs gradus_monitor gradus))"
link shared_watching "$here/watching_program.cpp" "${shared[@]}"
LD_LIBRARY_PATH=$libdir ./shared_watching
pictures=$(find root -name gradus_image.pc)
if [[ $pictures ]]; then
  eval "shared=($(flags --cflags --libs gradus_image gradus))"
  link shared_picture "$here/picture_program.cpp" "${shared[@]}"
  LD_LIBRARY_PATH=$libdir ./shared_picture
fi
several=$(find root -name gradus_mpi.pc)
if [[ $several ]]; then
  eval "shared=($(flags --cflags --libs gradus_mpi gradus))"
  link shared_ranks "$here/mpi_program.cpp" "${shared[@]}"
  LD_LIBRARY_PATH=$libdir ./shared_ranks
fi

rm "$libdir"/libgradus*.so*
eval "static=($(flags --cflags --libs --static gradus))"
link static "$here/program.cpp" "${static[@]}"
./static
eval "static=($(flags --cflags --libs --static gradus_monitor gradus))"
link static_watching "$here/watching_program.cpp" "${static[@]}"
./static_watching
if [[ $pictures ]]; then
  eval "static=($(flags --cflags --libs --static gradus_image gradus))"
  link static_picture "$here/picture_program.cpp" "${static[@]}"
  ./static_picture
fi
if [[ $several ]]; then
  eval "static=($(flags --cflags --libs --static gradus_mpi gradus))"
  link static_ranks "$here/mpi_program.cpp" "${static[@]}"
  ./static_ranks
fi

mkdir -p parent/subprojects
cp "$here/program.cpp" parent/
ln -s "$source" parent/subprojects/gradus
cat >parent/meson.build <<'END'
project('parent', 'cpp', default_options: ['cpp_std=c++20'])
gradus = dependency('gradus', fallback: 'gradus', static: true)
executable('program', 'program.cpp', dependencies: gradus)
END
unset PKG_CONFIG_PATH  # the installed one must not be found
"${meson[@]}" setup parent/build parent --fatal-meson-warnings --force-fallback-for=gradus -Dgradus:default_library=static >setup.log 2>&1 ||
  { cat setup.log; die 'a parent project cannot be configured'; }
cd parent/build
ninja program.p/program.cpp.o
link=$(ninja -t commands -s program)
for archive in $(grep -o 'subprojects/gradus/[^ ]*\.a' <<<"$link"); do
  install -D "$build/${archive#subprojects/gradus/}" "$archive"
done
eval "$link"
./program
