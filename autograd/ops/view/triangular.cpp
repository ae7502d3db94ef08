#include "autograd/ops/view/triangular.h"

#include <algorithm>

#include "autograd/inplace.h"
#include "autograd/ops/view/zeros_around.h"
#include "tensor/base/checked.h"
#include "tensor/base/fail.h"
#include "tensor/raw.h"
#include "tensor/shape.h"
#include "tensor/view/triangular.h"

namespace gradus {

using autograd::record;
using autograd::write_inplace;
using autograd::wrt;
using autograd::zeros_around;

namespace {

using raw::Keep;

void check_matrix(const char* op, const Tensor& x) {
  if (x.dim() < 2) fail("{}: expected at least 2 dims, got shape {}", op, x.sizes());
}

// Being linear, a triangle has itself for its product.
auto triangle_back(int64_t k, Keep keep) {
  return [k, keep](const Tensor& dy) { return keep == Keep::lower ? dy.tril(k) : dy.triu(k); };
}
Tensor triangle(const char* op, const Tensor& x, int64_t k, Keep keep) {
  check_matrix(op, x);
  Tensor y = raw::empty(x.sizes(), x.dtype());
  raw::triangle(op, y, x, k, keep);
  return record(op, std::move(y), wrt(x, triangle_back(k, keep)));
}
Tensor& triangle_(const char* op, const Tensor& x, int64_t k, Keep keep) {
  check_matrix(op, x);
  return write_inplace(
      op, x, [&] { raw::triangle(op, x, x, k, keep); }, wrt(x, triangle_back(k, keep)));
}

}  // namespace

Tensor Tensor::tril(int64_t k) const { return triangle("tril", *this, k, Keep::lower); }
Tensor& Tensor::tril_(int64_t k) const { return triangle_("tril_", *this, k, Keep::lower); }
Tensor Tensor::triu(int64_t k) const { return triangle("triu", *this, k, Keep::upper); }
Tensor& Tensor::triu_(int64_t k) const { return triangle_("triu_", *this, k, Keep::upper); }

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
  return zeros_around("diag_embed", *this, shape,
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
