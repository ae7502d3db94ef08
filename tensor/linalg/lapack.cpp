#include "tensor/linalg/lapack.h"

#include <dlfcn.h>

#include <cstdlib>
#include <limits>
#include <string>
#include <type_traits>

#include "tensor/base/fail.h"

namespace gradus::raw {

namespace {

void* open_library(const char* name) {
  void* const there = dlopen(name, RTLD_LAZY | RTLD_LOCAL | RTLD_NOLOAD);
  if (there) return there;
  void* const library = dlopen(name, RTLD_LAZY | RTLD_LOCAL);
  // OpenBLAS' own threads would make results depend on their number; batches use ours. One that the
  // program has opened itself is left as the program set it.
  if (library)
    if (void* const set = dlsym(library, "openblas_set_num_threads"))
      reinterpret_cast<void (*)(int)>(set)(1);
  return library;
}

struct Library {
  void* handle = nullptr;
  std::string name;  // what was asked for, where it could not be opened
};

const Library& library() {
  static const Library opened = [] {
    if (const char* const name = std::getenv("GRADUS_LAPACK"); name && *name)
      return Library{open_library(name), name};
    for (const char* name : {"libopenblas.so.0", "liblapack.so.3"})
      if (void* const handle = open_library(name)) return Library{handle, name};
    return Library{};
  }();
  return opened;
}

[[noreturn]] void fail_absent(const char* op) {
  const Library& l = library();
  if (l.name.empty())
    fail(
        "{}: needs LAPACK, and neither libopenblas.so.0 nor liblapack.so.3 is here: install the "
        "package libopenblas0 or liblapack3",
        op);
  fail("{}: needs LAPACK, and {}, which GRADUS_LAPACK names, cannot be used", op, l.name);
}

template <class T>
struct Routines {
  Lapack<T> table;
  bool complete = true;

  Routines() {
    find(table.syevd, "syevd_");
    find(table.gesdd, "gesdd_");
    find(table.sytrf, "sytrf_");
    find(table.sytrs, "sytrs_");
  }
  template <class F>
  void find(F& f, const char* name) {
    const std::string whole = (std::is_same_v<T, float> ? "s" : "d") + std::string(name);
    void* const handle = library().handle;
    f = handle ? reinterpret_cast<F>(dlsym(handle, whole.c_str())) : nullptr;
    complete = complete && f;
  }
};

}  // namespace

template <class T>
const Lapack<T>& lapack(const char* op) {
  static const Routines<T> routines;
  if (!routines.complete) fail_absent(op);
  return routines.table;
}
template const Lapack<float>& lapack(const char* op);
template const Lapack<double>& lapack(const char* op);

int32_t lapack_size(const char* op, int64_t size) {
  if (size > std::numeric_limits<int32_t>::max())
    fail("{}: LAPACK counts to {}, got {} elements", op, std::numeric_limits<int32_t>::max(), size);
  return static_cast<int32_t>(size);
}

}  // namespace gradus::raw
