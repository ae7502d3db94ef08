// Running results along a dim.
#include <algorithm>
#include <cmath>
#include <limits>

#include "tensor/reduce/scan.h"

#include "autograd/inplace.h"
#include "autograd/ops/reduce/reduce.h"
#include "autograd/ops/reduce/reduce_back.h"
#include "autograd/ops/view/join.h"
#include "tensor/base/fail.h"

namespace gradus {

using autograd::converted;
using autograd::record;
using autograd::save;
using autograd::ToIndex;
using autograd::wrt;
using kernels::ScanTable;

namespace {

Tensor as_dtype(const Tensor& y, OptionalDtype dtype) {
  return dtype && *dtype != y.dtype() ? raw::to_dtype(y, *dtype) : y;
}

// y_k = the sum of x_i with i >= k
Tensor sum_of_rest(const Tensor& x, int64_t dim) {
  return x.dim() == 0 ? x : x.flip(dim).cumsum(dim).flip(dim);
}

// y moved on by one place along dim, `first` in front.
Tensor moved_on(const Tensor& y, int64_t dim, double first) {
  Dims front = y.sizes();
  front[size_t(wrap_dim(dim, y.dim(), "cumprod"))] = 1;
  return cat({raw::full(front, first, y.dtype()), y.narrow(dim, 0, y.size(dim) - 1)}, dim);
}

// y_k = b_k + a_k y_(k-1), or from the end b_k + a_(k+1) y_(k+1): each is the other's transpose.
Tensor recurrence(const Tensor& a, const Tensor& b, int64_t dim, bool from_end) {
  const auto sa = save(a);
  return record("recurrence", raw::recurrence(a, b, dim, from_end),
                wrt(a,
                    [=](const Tensor& dy, const Tensor& y) {
                      const Tensor db = recurrence(sa, dy, dim, !from_end);
                      return from_end ? moved_on(db, dim, 0) * y : db * moved_on(y, dim, 0);
                    }),
                wrt(b, [=](const Tensor& dy) { return recurrence(sa, dy, dim, !from_end); }));
}

// dx_k = sum over i >= k of dy_i (the product of the x_j with j <= i, but not x_k): what is before
// k times r_k = dy_k + x_(k+1) r_(k+1). No division, which zeros would forbid.
Tensor cumprod_back(const Tensor& dy, const Tensor& y, const Tensor& x, int64_t dim) {
  if (x.dim() == 0) return dy;
  if (x.numel() == 0) return dy;
  if (x.dtype() == kFloat && !raw::all_within(y, 0x1p-50, 0x1p50)) {
    const Tensor wide = x.to(kDouble);
    return cumprod_back(dy.to(kDouble), wide.cumprod(dim), wide, dim).to(kFloat);
  }
  const Tensor before = moved_on(y, dim, 1), rest = recurrence(x, dy, dim, /*from_end=*/true);
  const Tensor dx = before * rest;
  // A zero in front keeps even what overflows out.
  const bool finite = raw::all_within(rest, 0, std::numeric_limits<double>::max());
  return finite ? dx : dx.masked_fill(before.eq(0), 0);
}

// log of the sum of exp(x_i) with i >= k
Tensor logsumexp_of_rest(const Tensor& x, int64_t dim) {
  return x.dim() == 0 ? x : x.flip(dim).logcumsumexp(dim).flip(dim);
}

// Two maps, each the other's transpose, that are linear in d also where their elements are zero:
//   rest(d)_k = sum over i >= k of d_i exp(x_k - y_i)    a gradient goes back,
//   past(d)_i = sum over k <= i of d_k exp(x_k - y_i)    a tangent forward.
Tensor rest(const Tensor& d, const Tensor& y, const Tensor& x, int64_t dim);
Tensor past(const Tensor& d, const Tensor& y, const Tensor& x, int64_t dim);

// exponent(log d) in logarithms so that nothing overflows: the positive d and the negative ones
// apart.
template <class F>
Tensor by_sign(const Tensor& d, F exponent) {
  const NoGradGuard no_grad;
  const double least = d.dtype() == kFloat ? -3.4e38 : -1.7e308;  // as good as log 0, but finite
  const auto part = [&](const Tensor& p) {
    const Tensor none = p.gt(0).logical_not();  // and nan
    return exponent(p.masked_fill(none, 1).log().masked_fill(none, least)).exp();
  };
  return part(d) - part(d.neg());
}
Tensor rest(const Tensor& d, const Tensor& y, const Tensor& x, int64_t dim) {
  const auto exponent = [&](const Tensor& l) { return logsumexp_of_rest(l - y, dim) + x; };
  auto sd = save(d), sy = save(y), sx = save(x);
  return record("logcumsumexp_backward", by_sign(d, exponent),
                wrt(d, [=](const Tensor& v) { return past(v, sy, sx, dim); }),
                wrt(y, [=](const Tensor& v) { return sd->neg() * past(v, sy, sx, dim); }),
                wrt(x, [](const Tensor& v, const Tensor& out) { return v * out; }));
}
Tensor past(const Tensor& d, const Tensor& y, const Tensor& x, int64_t dim) {
  const auto exponent = [&](const Tensor& l) { return (l + x).logcumsumexp(dim) - y; };
  auto sd = save(d), sy = save(y), sx = save(x);
  return record("logcumsumexp_forward", by_sign(d, exponent),
                wrt(d, [=](const Tensor& v) { return rest(v, sy, sx, dim); }),
                wrt(y, [](const Tensor& v, const Tensor& out) { return v.neg() * out; }),
                wrt(x, [=](const Tensor& v) { return *sd * rest(v, sy, sx, dim); }));
}

// An infinite y shares evenly among the x up to it that equal it.
Tensor logcumsumexp_back(const Tensor& dy, const Tensor& y, const Tensor& x, int64_t dim) {
  const Tensor infinite = y.isinf();
  if (!infinite.any().item<bool>()) return rest(dy, y, x, dim);
  Tensor dx = rest(dy.masked_fill(infinite, 0), y.masked_fill(infinite, 0),
                   x.masked_fill(x.isposinf(), 0), dim);
  for (const double end : {-HUGE_VAL, HUGE_VAL}) {
    const Tensor here = x.eq(end);
    const Tensor share = dy.masked_fill(y.ne(end), 0) / here.cumsum(dim).clamp_min(1);
    dx = dx + sum_of_rest(share, dim).masked_fill(here.logical_not(), 0);
  }
  return dx;
}

TensorPair with_index(const char* op, const Tensor& x, int64_t dim,
                      kernels::ByType<kernels::ScanIndexFn> ScanTable::*which) {
  const raw::Running y = raw::scan_index(op, x, dim, which);
  return {record(op, y.values, wrt(x, ToIndex(x, y.indices, dim, true))), y.indices};
}

auto cumsum_vjp(int64_t dim) {
  return [dim](const Tensor& dy) { return sum_of_rest(dy, dim); };
}
auto cumprod_vjp(const Tensor& x, int64_t dim) {
  return [sx = save(x), dim](const Tensor& dy, const Tensor& y) {
    return cumprod_back(dy, y, sx, dim);
  };
}

void check_same(const char* op, const Tensor& x, OptionalDtype dtype) {
  if (dtype && *dtype != x.dtype())
    fail("{}: dtype differs from the tensor's, {} and {}", op, *dtype, x.dtype());
}

}  // namespace

Tensor Tensor::cumsum(int64_t dim, OptionalDtype dtype) const {
  const Tensor x = converted(*this, dtype);
  return record("cumsum", as_dtype(raw::scan("cumsum", x, dim, &ScanTable::cumsum), dtype),
                wrt(x, cumsum_vjp(dim)));
}
Tensor& Tensor::cumsum_(int64_t dim, OptionalDtype dtype) const {
  check_same("cumsum_", *this, dtype);
  return autograd::write_inplace(
      "cumsum_", *this,
      [&] { raw::copy(*this, raw::scan("cumsum", *this, dim, &ScanTable::cumsum)); },
      wrt(*this, cumsum_vjp(dim)));
}

Tensor Tensor::cumprod(int64_t dim, OptionalDtype dtype) const {
  const Tensor x = converted(*this, dtype);
  return record("cumprod", as_dtype(raw::scan("cumprod", x, dim, &ScanTable::cumprod), dtype),
                wrt(x, cumprod_vjp(x, dim)));
}
Tensor& Tensor::cumprod_(int64_t dim, OptionalDtype dtype) const {
  check_same("cumprod_", *this, dtype);
  const Tensor before = autograd::value_before_write(*this, true);
  return autograd::write_inplace(
      "cumprod_", *this,
      [&] { raw::copy(*this, raw::scan("cumprod", *this, dim, &ScanTable::cumprod)); },
      wrt(*this, cumprod_vjp(before, dim)));
}

Tensor Tensor::logcumsumexp(int64_t dim) const {
  return record("logcumsumexp", raw::scan("logcumsumexp", *this, dim, &ScanTable::logcumsumexp),
                wrt(*this, [sx = save(*this), dim](const Tensor& dy, const Tensor& y) {
                  return logcumsumexp_back(dy, y, sx, dim);
                }));
}

TensorPair Tensor::cummax(int64_t dim) const {
  return with_index("cummax", *this, dim, &ScanTable::cummax);
}
TensorPair Tensor::cummin(int64_t dim) const {
  return with_index("cummin", *this, dim, &ScanTable::cummin);
}

Tensor Tensor::diff(int64_t n, int64_t dim, const std::optional<Tensor>& prepend,
                    const std::optional<Tensor>& append) const {
  return gradus::diff(*this, n, dim, prepend, append);
}

Tensor diff(const Tensor& x, int64_t n, int64_t dim, const std::optional<Tensor>& prepend,
            const std::optional<Tensor>& append) {
  if (x.dim() == 0) fail("diff: expected a tensor with dims, got a 0-dim tensor");
  if (n < 0) fail("diff: the order must not be negative, got {}", n);
  if (n == 0) return x.clone();
  std::vector<Tensor> parts;
  if (prepend) parts.push_back(*prepend);
  parts.push_back(x);
  if (append) parts.push_back(*append);
  Tensor y = parts.size() == 1 ? x : cat(parts, dim);
  for (n = std::min(n, y.size(dim)); n > 0; --n) {
    const int64_t rest = std::max<int64_t>(0, y.size(dim) - 1);
    const Tensor after = y.narrow(dim, y.size(dim) - rest, rest), before = y.narrow(dim, 0, rest);
    y = y.dtype() == kBool ? after.logical_xor(before) : after - before;
  }
  return y;
}

Tensor vander(const Tensor& x, std::optional<int64_t> n, bool increasing) {
  if (x.dim() != 1) fail("vander: expected a 1-d tensor, got shape {}", x.sizes());
  const int64_t rows = x.numel(), powers = n.value_or(rows);
  if (powers < 0) fail("vander: expected 0 columns or more, got {}", powers);
  const Tensor base = x.is_floating_point() ? x : x.to(kLong);
  Tensor y = raw::full({rows, std::min<int64_t>(powers, 1)}, 1, base.dtype());
  if (powers > 1) y = cat({y, base.unsqueeze(1).expand({rows, powers - 1}).cumprod(1)}, 1);
  return increasing ? y : y.flip({1});
}

}  // namespace gradus
