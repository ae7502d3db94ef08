#include "autograd/ops/view/triangular.h"

#include <doctest/doctest.h>

#include "autograd/autograd.h"
#include "autograd/factories.h"
#include "autograd/ops/random/random.h"
#include "autograd/ops/view/view.h"
#include "tensor/raw.h"

using namespace gradus;

namespace {

Tensor numbered(IntArrayRef sizes, ScalarType t) {
  const Tensor x = raw::to_dtype(arange(1, 1 + empty(sizes).numel()), t);
  return raw::window(x, sizes, raw::empty(sizes, t).strides(), 0);
}

// Whether each element of y is that of x on its side of the diagonal, and 0 elsewhere.
template <class Keep>
bool keeps(const Tensor& y, const Tensor& x, Keep keep) {
  if (y.sizes() != x.sizes() || y.dtype() != x.dtype()) return false;
  const Tensor a = raw::contiguous(raw::to_dtype(y, kDouble));
  const Tensor b = raw::contiguous(raw::to_dtype(x, kDouble));
  const int64_t rows = x.size(-2), cols = x.size(-1);
  for (int64_t i = 0; i < a.numel(); ++i) {
    const double want = keep(i / cols % rows, i % cols) ? b.data_ptr<double>()[i] : 0;
    if (a.data_ptr<double>()[i] != want) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("tril and triu keep one side") {
  for (const auto& sizes : std::vector<std::vector<int64_t>>{
           {3, 3}, {2, 5}, {5, 2}, {1, 1}, {2, 3, 4}, {2, 1, 3, 2}, {0, 3}, {3, 0}, {0, 2, 2}})
    for (int t = 0; t < scalar_type_count; ++t)
      for (int64_t k = -6; k <= 6; ++k) {
        const Tensor x = numbered(sizes, ScalarType(t));
        for (const Tensor& from : {x, x.mT()}) {
          CHECK(keeps(from.tril(k), from, [=](int64_t r, int64_t c) { return c - r <= k; }));
          CHECK(keeps(triu(from, k), from, [=](int64_t r, int64_t c) { return c - r >= k; }));
          Tensor y = from.mT().clone().mT();
          y.tril_(k);
          CHECK(keeps(y, from.tril(k), [](int64_t, int64_t) { return true; }));
          y = from.clone();
          CHECK(&y.triu_(k) == &y);
          CHECK(keeps(y, from.triu(k), [](int64_t, int64_t) { return true; }));
        }
      }
  CHECK_THROWS_WITH_AS(zeros({3}).tril(), "tril: expected at least 2 dims, got shape [3]", Error);
  CHECK_THROWS_WITH_AS(zeros({3}).triu_(), "triu_: expected at least 2 dims, got shape [3]", Error);
}

TEST_CASE("the gradients of tril and triu keep the same side") {
  const Tensor x = rand({2, 3, 4}, requires_grad()), w = rand({2, 3, 4});
  for (const int64_t k : {-1, 0, 2}) {
    CHECK(autograd::grad({x.tril(k)}, {x}, {w})[0].equal(w.tril(k)));
    CHECK(autograd::grad({x.triu(k)}, {x}, {w})[0].equal(w.triu(k)));
    Tensor y = x.clone();
    y.tril_(k);
    CHECK(autograd::grad({y}, {x}, {w})[0].equal(w.tril(k)));
    y = x.clone();
    y.triu_(k);
    CHECK(autograd::grad({y}, {x}, {w})[0].equal(w.triu(k)));
  }
}
