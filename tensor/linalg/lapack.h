// The LAPACK of the machine, opened when it is first needed: nothing links to it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace gradus::raw {

// Its routines for one type, as Fortran declares them: all by reference, behind them the lengths of
// the strings; matrices column by column.
template <class T>
struct Lapack {
  using Int = int32_t;
  using Str = const char*;
  void (*syevd)(Str job, Str uplo, const Int* n, T* a, const Int* lda, T* w, T* work,
                const Int* lwork, Int* iwork, const Int* liwork, Int* info, size_t, size_t);
  void (*gesdd)(Str job, const Int* m, const Int* n, T* a, const Int* lda, T* s, T* u,
                const Int* ldu, T* vt, const Int* ldvt, T* work, const Int* lwork, Int* iwork,
                Int* info, size_t);
  void (*sytrf)(Str uplo, const Int* n, T* a, const Int* lda, Int* pivots, T* work,
                const Int* lwork, Int* info, size_t);
  void (*sytrs)(Str uplo, const Int* n, const Int* nrhs, const T* a, const Int* lda,
                const Int* pivots, T* b, const Int* ldb, Int* info, size_t);
};

// Throws Error, beginning with `op`, where there is none: it names the Debian packages that have
// one. The environment variable GRADUS_LAPACK names a library to open instead of these.
template <class T>
const Lapack<T>& lapack(const char* op);

// `size` as LAPACK counts; throws where it does not fit.
int32_t lapack_size(const char* op, int64_t size);

}  // namespace gradus::raw
