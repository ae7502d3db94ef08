#include "tensor/nn/normalisation.h"

#include <algorithm>

#include "tensor/base/parallel.h"
#include "tensor/kernels/table.h"
#include "tensor/reduce/reduce.h"

namespace gradus::raw {

namespace {

constexpr int64_t grain = 16384;  // elements worth a thread
constexpr int64_t panel = 64;     // channels that go to a thread together

template <class T>
T* pointer(const Tensor& t) {
  return t.defined() ? t.data_ptr<T>() : nullptr;
}
template <class T>
T* shifted(T* p, int64_t by) {
  return p ? p + by : p;
}
Tensor dense(const Tensor& t) { return t.defined() ? contiguous(t) : t; }

// f(first, last) for ranges of channels.
template <class F>
void for_each_panel(const NormalisationShape& s, F f) {
  const int64_t width = s.inner == 1 ? panel : 1;
  const int64_t work = std::max<int64_t>(1, s.outer * s.inner * width);
  parallel_for(0, (s.channels + width - 1) / width, std::max<int64_t>(1, grain / work),
               [&](int64_t b, int64_t e) { f(b * width, std::min(e * width, s.channels)); });
}

kernels::GroupShape group_of(const NormalisationShape& s) {
  return {s.groups, s.n / s.inner, s.inner};
}

}  // namespace

Normalized normalize(const Tensor& x, const Tensor& weight, const Tensor& bias,
                     const NormalisationShape& s, IntArrayRef statistics, double eps) {
  const Tensor from = contiguous(x), w = dense(weight), b = dense(bias);
  Normalized out{empty(x.sizes(), x.dtype()), {}, empty(statistics, x.dtype()), {}};
  if (s.centred) out.mean = empty(statistics, x.dtype());
  if (s.channels > 0) out.variance = empty(statistics, x.dtype());
  visit_floating(x.dtype(), "normalize", [&](auto zero) {
    using T = decltype(zero);
    const auto& kernels = kernels::table().normalisation->of<T>();
    const T *px = from.data_ptr<T>(), *pw = pointer<T>(w), *pb = pointer<T>(b);
    T *y = out.y.data_ptr<T>(), *mean = pointer<T>(out.mean), *rstd = out.rstd.data_ptr<T>();
    if (s.channels > 0) {
      T* variance = out.variance.data_ptr<T>();
      for_each_panel(s, [&](int64_t first, int64_t last) {
        if (s.inner == 1)
          kernels.columns(px + first, shifted(pw, first), shifted(pb, first), y + first,
                          mean + first, variance + first, rstd + first, s.outer, s.channels,
                          last - first, eps);
        else
          kernels.channels(px, pw, pb, y, mean, variance, rstd, {s.outer, s.channels, s.inner},
                           first, last, eps);
      });
    } else {
      parallel_for(0, s.rows, std::max<int64_t>(1, grain / s.n), [&](int64_t f, int64_t l) {
        if (s.groups > 0)
          kernels.groups(px, pw, pb, y, mean, rstd, group_of(s), f, l, eps);
        else
          kernels.rows(px + f * s.n, pw, pb, y + f * s.n, mean ? mean + f : mean, rstd + f, l - f,
                       s.n, eps);
      });
    }
  });
  return out;
}

NormalisationGradients normalize_backward(const Tensor& dy, const Tensor& x, const Tensor& weight,
                                          const Tensor& mean, const Tensor& rstd,
                                          const NormalisationShape& s, bool want_x,
                                          bool want_weight, bool want_bias) {
  const Tensor g = contiguous(dy), from = contiguous(x), w = dense(weight);
  NormalisationGradients out;
  if (want_x) out.x = empty(x.sizes(), x.dtype());
  const auto type = x.dtype();
  // The sums over rows are made of blocks of rows, whose number depends only on the shape.
  const int64_t least = s.n >= grain ? 4 : 16;
  const int64_t per_block = std::max<int64_t>(least, (s.rows + 63) / 64);
  const int64_t blocks = (s.rows + per_block - 1) / per_block;
  const bool by_row = s.channels == 0 && s.groups == 0;
  Dims sizes{s.channels};
  if (by_row) sizes = {blocks, s.n};
  if (s.groups > 0) sizes = {s.rows / s.groups, s.groups * (s.n / s.inner)};
  if (want_weight || s.groups > 0) out.weight = empty(sizes, type);
  if (want_bias || s.groups > 0) out.bias = empty(sizes, type);
  visit_floating(type, "normalize", [&](auto zero) {
    using T = decltype(zero);
    const auto& kernels = kernels::table().normalisation->of<T>();
    const T *pdy = g.data_ptr<T>(), *px = from.data_ptr<T>(), *pw = pointer<T>(w);
    const T *m = pointer<T>(mean), *r = rstd.data_ptr<T>();
    T *dx = pointer<T>(out.x), *dw = pointer<T>(out.weight), *db = pointer<T>(out.bias);
    if (by_row) {
      const int64_t work = std::max<int64_t>(1, per_block * s.n);
      parallel_for(0, blocks, std::max<int64_t>(1, grain / work), [&](int64_t b, int64_t e) {
        for (; b < e; ++b) {
          const int64_t row = b * per_block, at = row * s.n;
          kernels.rows_backward(pdy + at, px + at, pw, m ? m + row : m, r + row, dx ? dx + at : dx,
                                dw ? dw + b * s.n : dw, db ? db + b * s.n : db,
                                std::min(per_block, s.rows - row), s.n);
        }
      });
    } else if (s.groups > 0) {
      parallel_for(0, s.rows, std::max<int64_t>(1, grain / s.n), [&](int64_t f, int64_t l) {
        kernels.groups_backward(pdy, px, pw, m, r, dx, dw, db, group_of(s), f, l);
      });
    } else {
      for_each_panel(s, [&](int64_t first, int64_t last) {
        if (s.inner == 1)
          kernels.columns_backward(pdy + first, px + first, shifted(pw, first), m + first,
                                   r + first, shifted(dx, first), shifted(dw, first),
                                   shifted(db, first), s.outer, s.channels, last - first, s.fixed);
        else
          kernels.channels_backward(pdy, px, pw, m, r, dx, dw, db, {s.outer, s.channels, s.inner},
                                    first, last, s.fixed);
      });
    }
  });
  if (!want_weight) out.weight = Tensor();
  if (!want_bias) out.bias = Tensor();
  if (sizes.size() > 1)
    for (Tensor* t : {&out.weight, &out.bias})
      if (t->defined()) *t = sum(*t, 1, false);
  return out;
}

}  // namespace gradus::raw
