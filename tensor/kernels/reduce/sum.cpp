#include "tensor/kernels/reduce/fold.h"
#include "tensor/kernels/reduce/reduce.h"

namespace gradus::kernels::GRADUS_ISA {

namespace reduce {

namespace {

// Unsigned, because overflow wraps.
template <class T>
using SumAcc = std::conditional_t<std::is_floating_point_v<T>, T, uint64_t>;
template <class T>
using SumResult = std::conditional_t<std::is_floating_point_v<T>, T, int64_t>;

struct Sum {
  template <class T>
  using Acc = SumAcc<T>;
  template <class A>
  A pad(A) const {
    return A(0);
  }
  template <class V>
  V map(V x, V) const {
    return x;
  }
  template <class V>
  V merge(V a, V b) const {
    return a + b;
  }
};

struct NanSum : Sum {
  template <class V>
  V map(V x, V) const {
    return choose(is_nan(x), V(0), x);
  }
};

struct Prod {
  template <class T>
  using Acc = SumAcc<T>;
  template <class A>
  A pad(A) const {
    return A(1);
  }
  template <class V>
  V map(V x, V) const {
    return x;
  }
  template <class V>
  V merge(V a, V b) const {
    return a * b;
  }
};

template <class T, class Op>
void run(Op op, const void* x, void* y, const ReduceShape& s) {
  fold(op, static_cast<const T*>(x), static_cast<SumResult<T>*>(y), s);
}

template <class T>
void sum(const void* x, void* y, const ReduceShape& s) {
  run<T>(Sum{}, x, y, s);
}
template <class T>
void prod(const void* x, void* y, const ReduceShape& s) {
  run<T>(Prod{}, x, y, s);
}
template <class T>
void nansum(const void* x, void* y, const ReduceShape& s) {
  run<T>(NanSum{}, x, y, s);
}

}  // namespace

}  // namespace reduce

constinit const SumTable sum_table = {
    .sum = GRADUS_ALL_TYPES(reduce::sum),
    .prod = GRADUS_ALL_TYPES(reduce::prod),
    .nansum = GRADUS_FLOAT_TYPES(reduce::nansum),
};

}  // namespace gradus::kernels::GRADUS_ISA
