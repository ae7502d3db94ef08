// Triangles and diagonals of matrices.
#include <algorithm>
#include <cstring>

#include "autograd/inplace.h"
#include "autograd/ops/view/embed.h"
#include "autograd/ops/view/rearrange.h"
#include "tensor/base/checked.h"
#include "tensor/base/fail.h"
#include "tensor/base/parallel.h"
#include "tensor/raw.h"
#include "tensor/shape.h"

namespace gradus {

using autograd::embed;
using autograd::record;
using autograd::write_inplace;
using autograd::wrt;

namespace {

enum class Keep { lower, upper };

// y = x in the triangle on or below (above) the k-th diagonal, and 0 outside of it. x may be y.
void triangle(const char* op, const Tensor& y_, const Tensor& x_, int64_t k, Keep keep) {
  raw::check_writable(y_, op);
  if (y_.numel() == 0) return;
  const TensorImpl &y = *y_.impl(), &x = *x_.impl();
  const size_t n = y.sizes.size();
  const int64_t rows = y.sizes[n - 2], columns = y.sizes[n - 1];
  const int64_t step = y.strides[n - 1], step_x = x.strides[n - 1];
  k = std::clamp(k, -rows - 1, columns + 1);
  visit_size(y.dtype, [&](auto zero) {
    using T = decltype(zero);
    parallel_for(0, y.numel / columns, std::max<int64_t>(1, 32768 / columns),
                 [&](int64_t begin, int64_t end) {
                   for (int64_t i = begin; i < end; ++i) {
                     int64_t rest = i, at = 0, at_x = 0;
                     for (size_t d = n - 1; d-- > 0;) {
                       const int64_t place = rest % y.sizes[d];
                       at += place * y.strides[d];
                       at_x += place * x.strides[d];
                       rest /= y.sizes[d];
                     }
                     T* p = reinterpret_cast<T*>(y.data) + at;
                     const T* q = reinterpret_cast<const T*>(x.data) + at_x;
                     const bool lower = keep == Keep::lower;
                     const int64_t edge = std::clamp<int64_t>(i % rows + k + lower, 0, columns);
                     const int64_t first = lower ? 0 : edge, last = lower ? edge : columns;
                     if (step == 1 && step_x == 1) {
                       std::memset(p, 0, size_t(first) * sizeof(T));
                       if (p != q)
                         std::memcpy(p + first, q + first, size_t(last - first) * sizeof(T));
                       std::memset(p + last, 0, size_t(columns - last) * sizeof(T));
                       continue;
                     }
                     for (int64_t j = 0; j < columns; ++j)
                       p[j * step] = j >= first && j < last ? q[j * step_x] : zero;
                   }
                 });
  });
}

void check_matrix(const char* op, const Tensor& x) {
  if (x.dim() < 2) fail("{}: expected at least 2 dims, got shape {}", op, x.sizes());
}

}  // namespace

#define GRADUS_DEFINE(name, keep)                                                                 \
  Tensor Tensor::name(int64_t k) const {                                                          \
    check_matrix(#name, *this);                                                                   \
    Tensor y = raw::empty(sizes(), dtype());                                                      \
    triangle(#name, y, *this, k, keep);                                                           \
    return record(#name, std::move(y), wrt(*this, [k](const Tensor& dy) { return dy.name(k); })); \
  }                                                                                               \
  Tensor& Tensor::name##_(int64_t k) const {                                                      \
    check_matrix(#name "_", *this);                                                               \
    return write_inplace(                                                                         \
        #name "_", *this, [&] { triangle(#name "_", *this, *this, k, keep); },                    \
        wrt(*this, [k](const Tensor& dy) { return dy.name(k); }));                                \
  }
GRADUS_DEFINE(tril, Keep::lower)
GRADUS_DEFINE(triu, Keep::upper)
#undef GRADUS_DEFINE

Tensor Tensor::diag(int64_t k) const {
  if (dim() == 1) return diag_embed(k);
  if (dim() != 2) fail("diag: expected 1 or 2 dims, got shape {}", sizes());
  return diagonal(k).clone();
}

Tensor Tensor::diag_embed(int64_t offset, int64_t dim1, int64_t dim2) const {
  const TensorImpl& t = checked();
  if (t.sizes.empty()) fail("diag_embed: expected at least 1 dim, got shape {}", sizes());
  const int64_t a = wrap_dim(dim1, dim() + 1, "diag_embed");
  const int64_t b = wrap_dim(dim2, dim() + 1, "diag_embed");
  if (a == b) fail("diag_embed: the dims must differ, got {} and {}", dim1, dim2);
  Dims shape = t.sizes;
  const Checked n("diag_embed", shape.back());
  const int64_t side = offset < 0 ? n - offset : n + offset;
  shape.pop_back();
  shape.insert(size_t(std::min(a, b)), side);
  shape.insert(size_t(std::max(a, b)), side);
  return embed("diag_embed", *this, shape,
               [=](const Tensor& y) { return y.diagonal(offset, a, b); });
}
Tensor Tensor::diagflat(int64_t offset) const { return reshape(-1).diag(offset); }

namespace {

// The main diagonal; in a tall matrix that wraps, it starts again after a row left out.
Tensor long_diagonal(const Tensor& x, bool wrap) {
  const IntArrayRef sizes = x.sizes(), strides = x.strides();
  int64_t length = sizes[0], step = 0;
  for (size_t d = 0; d < sizes.size(); ++d) {
    length = std::min(length, sizes[d]);
    step += strides[d];
  }
  Tensor one = raw::window(x, {length}, {step}, x.storage_offset());
  if (!wrap || sizes.size() != 2 || sizes[0] <= sizes[1] + 1 || length == 0) return one;
  return {};
}
void fill_diagonal(const Tensor& x, const Scalar& v, bool wrap) {
  if (const Tensor d = long_diagonal(x, wrap); d.defined()) {
    raw::fill(d, v);
    return;
  }
  const int64_t columns = x.size(1);
  for (int64_t row = 0; row < x.size(0); row += columns + 1) {
    const int64_t length = std::min(columns, x.size(0) - row);
    raw::fill(raw::window(x, {length}, {x.stride(0) + x.stride(1)},
                          x.storage_offset() + row * x.stride(0)),
              v);
  }
}

}  // namespace

Tensor& Tensor::fill_diagonal_(const Scalar& v, bool wrap) const {
  check_matrix("fill_diagonal_", *this);
  const IntArrayRef sz = sizes();
  for (size_t d = 1; d < sz.size() && sz.size() > 2; ++d)
    if (sz[d] != sz[0]) fail("fill_diagonal_: all sizes must agree above 2 dims, got {}", sz);
  return write_inplace(
      "fill_diagonal_", *this,
      [&] {
        raw::check_writable(*this, "fill_diagonal_");
        fill_diagonal(*this, v, wrap);
      },
      wrt(*this, [wrap](const Tensor& dy) { return dy.clone().fill_diagonal_(0, wrap); }));
}

}  // namespace gradus
