#include "autograd/ops/triangular.h"

#include <algorithm>
#include <cstring>

#include "autograd/inplace.h"
#include "tensor/fail.h"
#include "tensor/raw.h"

namespace gradus {

using autograd::record;
using autograd::write_inplace;
using autograd::wrt;

namespace {

enum class Side { lower, upper };

// Zero has all bits zero in every type, so only the size of the elements matters.
Tensor part(const char* op, const Tensor& x, int64_t k, Side side) {
  if (x.dim() < 2) fail("{}: expected at least 2 dims, got {}", op, x.sizes());
  const Tensor from = raw::contiguous(x), y = raw::empty(x.sizes(), x.dtype());
  const int64_t rows = x.size(-2), cols = x.size(-1);
  if (y.numel() == 0) return y;
  const int64_t item = int64_t(x.itemsize()), width = cols * item;
  const auto* in = static_cast<const char*>(from.data_ptr());
  auto* out = static_cast<char*>(y.data_ptr());
  for (int64_t i = 0; i < x.numel() / cols; ++i, in += width, out += width) {
    // The diagonal's place in this row, counted so that the lower part ends before it.
    const int64_t r = i % rows;
    const int64_t cut = std::clamp(r + k + (side == Side::lower), int64_t(0), cols) * item;
    std::memset(out, 0, size_t(width));
    if (side == Side::lower)
      std::memcpy(out, in, size_t(cut));
    else
      std::memcpy(out + cut, in + cut, size_t(width - cut));
  }
  return y;
}

}  // namespace

Tensor Tensor::tril(int64_t diagonal) const {
  return record("tril", part("tril", *this, diagonal, Side::lower),
                wrt(*this, [=](const Tensor& dy) { return dy.tril(diagonal); }));
}
Tensor Tensor::triu(int64_t diagonal) const {
  return record("triu", part("triu", *this, diagonal, Side::upper),
                wrt(*this, [=](const Tensor& dy) { return dy.triu(diagonal); }));
}
Tensor& Tensor::tril_(int64_t diagonal) const {
  return write_inplace(
      "tril_", *this, [&] { raw::copy(*this, part("tril_", *this, diagonal, Side::lower)); },
      wrt(*this, [=](const Tensor& dy) { return dy.tril(diagonal); }));
}
Tensor& Tensor::triu_(int64_t diagonal) const {
  return write_inplace(
      "triu_", *this, [&] { raw::copy(*this, part("triu_", *this, diagonal, Side::upper)); },
      wrt(*this, [=](const Tensor& dy) { return dy.triu(diagonal); }));
}

}  // namespace gradus
