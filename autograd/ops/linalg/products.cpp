// What is composed of the products in linalg.cpp.
#include <algorithm>

#include "autograd/factories.h"
#include "autograd/inplace.h"
#include "autograd/ops/linalg/linalg.h"
#include "autograd/ops/linalg/solve.h"
#include "autograd/record.h"
#include "tensor/base/checked.h"
#include "tensor/base/fail.h"
#include "tensor/base/warn.h"
#include "tensor/linalg/matmul.h"
#include "tensor/shape.h"

namespace gradus {

Tensor inner(const Tensor& self, const Tensor& other) {
  if (self.dim() == 0 || other.dim() == 0) return self * other;
  if (self.size(-1) != other.size(-1))
    fail("inner: last sizes differ, {} and {}", self.sizes(), other.sizes());
  return tensordot(self, other, IntArrayRef{-1}, IntArrayRef{-1});
}

Tensor bilinear(const Tensor& input1, const Tensor& input2, const Tensor& weight,
                const std::optional<Tensor>& bias) {
  if (input1.dim() != input2.dim() || input1.dim() == 0 || weight.dim() != 3)
    fail("bilinear: expected inputs of one number of dims and a weight of 3, got {}, {} and {}",
         input1.sizes(), input2.sizes(), weight.sizes());
  if (input1.size(-1) != weight.size(1) || input2.size(-1) != weight.size(2))
    fail("bilinear: inputs {} and {} do not fit weight {}", input1.sizes(), input2.sizes(),
         weight.sizes());
  const Tensor y = einsum("...i,nij,...j->...n", {input1, weight, input2});
  return bias && bias->defined() ? y + *bias : y;
}

Tensor kron(const Tensor& self, const Tensor& other) {
  const int64_t dims = std::max(self.dim(), other.dim());
  Dims left, right, sizes;
  for (int64_t d = -dims; d < 0; ++d) {
    const int64_t a = -d > self.dim() ? 1 : self.size(d), b = -d > other.dim() ? 1 : other.size(d);
    for (int64_t s : {a, int64_t(1)}) left.push_back(s);
    for (int64_t s : {int64_t(1), b}) right.push_back(s);
    sizes.push_back(Checked("kron", a) * b);
  }
  Tensor a = self.reshape(left), b = other.reshape(right);
  // Where rows of `other` are short and its rows many, the last dims are spread over whole rows
  // first, which are multiplied faster.
  const int64_t n = checked_numel(sizes, "kron");
  if (n >= 16384 && right.back() < 64) {
    const int64_t width = sizes.back(), columns = left[left.size() - 2], own = right.back();
    if (2 * (self.numel() * own + other.numel() * columns) <= n) {
      left.back() = own;
      right[right.size() - 2] = columns;
      a = a.expand(left);
      b = b.expand(right);
      for (Dims* dims : {&left, &right}) {
        dims->pop_back();
        dims->back() = width;
      }
      a = a.reshape(left);
      b = b.reshape(right);
    }
  }
  return (a * b).reshape(sizes);
}

Tensor trace(const Tensor& self) {
  if (self.dim() != 2) fail("trace: expected 2 dims, got {}", self.sizes());
  return autograd::called("trace", self.diagonal().sum());
}

Tensor matrix_power(const Tensor& self, int64_t n) {
  if (self.dim() < 2 || self.size(-1) != self.size(-2))
    fail("matrix_power: expected square matrices, got {}", self.sizes());
  if (n == 0) {
    const Tensor y = raw::zeros(self.sizes(), self.dtype());
    y.diagonal(0, -2, -1).fill_(1);
    return autograd::record("copy", y, autograd::wrt(self, autograd::ZeroGradient()));
  }
  Tensor power = n < 0 ? linalg_inv(self) : self, y;
  for (; n != 0; n /= 2) {
    if (n % 2) y = y.defined() ? matmul(y, power) : power;
    if (n / 2) power = matmul(power, power);
  }
  return y.is_same(self) ? self.clone() : y;
}
Tensor linalg_matrix_power(const Tensor& self, int64_t n) { return matrix_power(self, n); }

namespace {

// The cheapest way to multiply matrices i..j, whose sizes are size[i] x size[i + 1], and so on.
Tensor multiply_chain(TensorList matrices, const std::vector<std::vector<size_t>>& split, size_t i,
                      size_t j) {
  if (i == j) return matrices[i];
  const size_t k = split[i][j];
  return mm(multiply_chain(matrices, split, i, k), multiply_chain(matrices, split, k + 1, j));
}

Tensor chain(const char* op, TensorList matrices) {
  const size_t n = matrices.size();
  for (size_t i = 0; i + 1 < n; ++i)
    if (matrices[i].size(1) != matrices[i + 1].size(0))
      fail("{}: inner sizes differ, {} and {}", op, matrices[i].sizes(), matrices[i + 1].sizes());
  std::vector<double> size{double(matrices[0].size(0))};
  for (const Tensor& m : matrices) size.push_back(double(m.size(1)));
  std::vector<std::vector<double>> cost(n, std::vector<double>(n, 0));
  std::vector<std::vector<size_t>> split(n, std::vector<size_t>(n, 0));
  for (size_t length = 1; length < n; ++length)
    for (size_t i = 0; i + length < n; ++i) {
      const size_t j = i + length;
      for (size_t k = i; k < j; ++k) {
        const double c = cost[i][k] + cost[k + 1][j] + size[i] * size[k + 1] * size[j + 1];
        if (k > i && c >= cost[i][j]) continue;
        cost[i][j] = c;
        split[i][j] = k;
      }
    }
  return multiply_chain(matrices, split, 0, n - 1);
}

}  // namespace

Tensor chain_matmul(TensorList matrices) {
  if (matrices.empty()) fail("chain_matmul: expected 1 matrix or more, got 0");
  for (const Tensor& m : matrices)
    if (m.dim() != 2) fail("chain_matmul: expected 2 dims, got {}", m.sizes());
  return matrices.size() == 1 ? matrices[0].clone() : chain("chain_matmul", matrices);
}

Tensor linalg_multi_dot(TensorList tensors) {
  const size_t n = tensors.size();
  if (n < 2) fail("multi_dot: expected 2 tensors or more, got {}", n);
  std::vector<Tensor> matrices = tensors.vec();
  const bool row = matrices.front().dim() == 1, column = matrices.back().dim() == 1;
  if (row) matrices.front() = matrices.front().unsqueeze(0);
  if (column) matrices.back() = matrices.back().unsqueeze(1);
  for (size_t i = 0; i < n; ++i)
    if (matrices[i].dim() != 2)
      fail("multi_dot: expected 2 dims (or 1 for the first and last), got {}", tensors[i].sizes());
  Tensor y = chain("multi_dot", matrices);
  if (column) y = y.squeeze(1);
  return row ? y.squeeze(0) : y;
}

Tensor linalg_cross(const Tensor& self, const Tensor& other, int64_t dim) {
  if (self.dim() != other.dim())
    fail("linalg_cross: numbers of dims differ, {} and {}", self.sizes(), other.sizes());
  if (self.size(dim) != 3 || other.size(dim) != 3)
    fail("linalg_cross: expected size 3 in dim {}, got {} and {}", dim, self.sizes(),
         other.sizes());
  const Dims sizes = broadcast_shapes(self.sizes(), other.sizes(), "linalg_cross");
  const Tensor a = self.expand(sizes), b = other.expand(sizes);
  const auto turned = [&](const Tensor& x, int64_t by) { return x.roll({by}, {dim}); };
  return autograd::called("linalg_cross",
                          turned(a, -1) * turned(b, 1) - turned(a, 1) * turned(b, -1));
}

Tensor cross(const Tensor& self, const Tensor& other, std::optional<int64_t> dim) {
  if (!dim) {
    static std::atomic<bool> given{false};
    warn_once(given,
              "cross: without dim it is that of the first size 3; linalg_cross takes the last");
  }
  for (int64_t d = 0; !dim && d < self.dim(); ++d)
    if (self.size(d) == 3) dim = d;
  if (!dim) fail("cross: no dim of size 3 in {}", self.sizes());
  return linalg_cross(self, other, *dim);
}

Tensor linalg_vecdot(const Tensor& x, const Tensor& y, int64_t dim) {
  raw::check_same_dtype("linalg_vecdot", {&x, &y});
  return (x * y).sum(dim, false, x.dtype());
}

Tensor Tensor::matmul(const Tensor& other) const { return gradus::matmul(*this, other); }
Tensor Tensor::mm(const Tensor& mat2) const { return gradus::mm(*this, mat2); }
Tensor Tensor::bmm(const Tensor& mat2) const { return gradus::bmm(*this, mat2); }
Tensor Tensor::mv(const Tensor& vec) const { return gradus::mv(*this, vec); }
Tensor Tensor::dot(const Tensor& tensor) const { return gradus::dot(*this, tensor); }
Tensor Tensor::vdot(const Tensor& tensor) const { return gradus::vdot(*this, tensor); }
Tensor Tensor::inner(const Tensor& other) const { return gradus::inner(*this, other); }
Tensor Tensor::outer(const Tensor& vec2) const { return gradus::outer(*this, vec2); }
Tensor Tensor::ger(const Tensor& vec2) const { return gradus::ger(*this, vec2); }
Tensor Tensor::kron(const Tensor& other) const { return gradus::kron(*this, other); }
Tensor Tensor::trace() const { return gradus::trace(*this); }
Tensor Tensor::matrix_power(int64_t n) const { return gradus::matrix_power(*this, n); }
Tensor Tensor::cross(const Tensor& other, std::optional<int64_t> dim) const {
  return gradus::cross(*this, other, dim);
}
#define GRADUS_METHOD(name)                                                                      \
  Tensor Tensor::name(const Tensor& a, const Tensor& b, const Scalar& beta, const Scalar& alpha) \
      const {                                                                                    \
    return gradus::name(*this, a, b, beta, alpha);                                               \
  }
GRADUS_METHOD(addmm)
GRADUS_METHOD(addmv)
GRADUS_METHOD(addbmm)
GRADUS_METHOD(baddbmm)
GRADUS_METHOD(addr)
#undef GRADUS_METHOD

}  // namespace gradus
