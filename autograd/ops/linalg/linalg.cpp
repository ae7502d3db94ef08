#include "autograd/ops/linalg/linalg.h"

#include "autograd/inplace.h"
#include "tensor/base/fail.h"
#include "tensor/linalg/matmul.h"
#include "tensor/shape.h"

namespace gradus {

using autograd::called;
using autograd::record;
using autograd::save;
using autograd::wrt;

namespace {

bool is_one(const Scalar& s) { return s.toDouble() == 1; }
Tensor scaled(const Tensor& x, const Scalar& s) { return is_one(s) ? x : x.mul(s); }

// dy of y = a b, carried to a (which has `dims` dims), and to b. Batch dims that a or b lacks are
// summed by the engine; where b is one matrix for many, all rows are taken at once.
Tensor to_left(const Tensor& dy, const Tensor& b, int64_t dims) {
  if (dims == 1 && b.dim() == 1) return dy * b;
  if (dims == 1 && b.dim() == 2) return matmul(b, dy);
  if (dims == 1) return matmul(dy.unsqueeze(-2), b.mT()).squeeze(-2);
  if (b.dim() == 1) return matmul(dy.unsqueeze(-1), b.unsqueeze(0));
  return matmul(dy, b.mT());
}
Tensor to_right(const Tensor& dy, const Tensor& a, int64_t dims) {
  if (a.dim() == 1 && dims == 1) return dy * a;
  if (dims == 1) return matmul(a.flatten(0, -2).t(), dy.flatten());
  if (a.dim() == 1) return matmul(a.unsqueeze(1), dy.unsqueeze(-2));
  if (dims == 2 && a.dim() > 2) return matmul(a.flatten(0, -2).t(), dy.flatten(0, -2));
  return matmul(a.mT(), dy);
}

Tensor product(const char* op, const Tensor& a, const Tensor& b) {
  return record(
      op, raw::matmul(op, a, b),
      wrt(a, [sb = save(b), n = a.dim()](const Tensor& dy) { return to_left(dy, sb, n); }),
      wrt(b, [sa = save(a), n = b.dim()](const Tensor& dy) { return to_right(dy, sa, n); }));
}

void expect_dims(const char* op, const Tensor& a, int64_t a_dims, const Tensor& b, int64_t b_dims) {
  if (a.dim() == a_dims && b.dim() == b_dims) return;
  fail("{}: expected {} and {} dims, got {} and {}", op, a_dims, b_dims, a.sizes(), b.sizes());
}

void expect_same_batch(const char* op, const Tensor& a, const Tensor& b) {
  expect_dims(op, a, 3, b, 3);
  if (a.size(0) != b.size(0)) fail("{}: batch sizes differ, {} and {}", op, a.sizes(), b.sizes());
}

// One of the family beta self + alpha a b.
struct AddProduct {
  const char* op;
  const Tensor& a;
  const Tensor& b;
  const Scalar& beta;
  const Scalar& alpha;
  Dims sizes;               // of the result
  bool sums_batch = false;  // addbmm

  void check(const Tensor& self) const {
    raw::check_same_dtype(op, {&self, &a, &b});
    const int64_t inner = a.size(-1), matching = b.size(b.dim() == 1 ? 0 : -2);
    if (inner != matching) fail("{}: inner sizes differ, {} and {}", op, a.sizes(), b.sizes());
    if (!is_floating(self.dtype()))
      for (const Scalar* s : {&beta, &alpha})
        if (s->isFloatingPoint())
          fail("{}: expected integers for beta and alpha of {} tensors, got {}", op, self.dtype(),
               s->toDouble());
  }

  void multiply_into(const Tensor& out) const {
    if (!sums_batch) return raw::matmul_into(op, out, a, b, alpha, beta);
    const int64_t batch = a.size(0);
    if (batch == 0)  // no products to add
      raw::matmul_into(op, out, raw::empty({out.size(0), 0}, out.dtype()),
                       raw::empty({0, out.size(1)}, out.dtype()), alpha, beta);
    for (int64_t i = 0; i < batch; ++i)
      raw::matmul_into(op, out, raw::part(a, 0, i, -1), raw::part(b, 0, i, -1), alpha,
                       i == 0 ? beta : Scalar(1));
  }
  Tensor value(const Tensor& self) const {
    const Tensor out = raw::empty(sizes, self.dtype());
    const bool any = beta.toDouble() != 0;
    if (any && is_bias(self)) {
      raw::matmul_into(op, out, a, b, alpha, 0, raw::contiguous(self));
    } else {
      const Tensor wide = raw::expand(self, sizes, op);
      if (any) raw::copy(out, wide);
      multiply_into(out);
    }
    return out;
  }
  // Whether self can be added as the products are finished.
  bool is_bias(const Tensor& self) const {
    return is_one(beta) && !sums_batch && sizes.size() > 1 && self.dim() == 1 &&
           self.size(0) == sizes.back() && is_floating(self.dtype());
  }

  auto to_self() const {
    return [beta = beta](const Tensor& dy) { return scaled(dy, beta); };
  }
  auto to_a() const {
    return [sb = save(b), alpha = alpha, n = a.dim()](const Tensor& dy) {
      return scaled(to_left(dy, sb, n), alpha);
    };
  }
  auto to_b() const {
    return [sa = save(a), alpha = alpha, n = b.dim()](const Tensor& dy) {
      return scaled(to_right(dy, sa, n), alpha);
    };
  }

  Tensor operator()(const Tensor& self) const {
    check(self);
    return record(op, value(self), wrt(self, to_self()), wrt(a, to_a()), wrt(b, to_b()));
  }

  Tensor& in_place(const Tensor& self) const {
    check(self);
    if (self.sizes() != sizes.ref())
      fail("{}: the result {} does not fit into {}", op, sizes.ref(), self.sizes());
    raw::check_writable(self, op);
    const auto write = [&] {
      if (self.is_alias_of(a) || self.is_alias_of(b))
        raw::copy(self, value(self));
      else
        multiply_into(self);
    };
    return autograd::write_inplace(op, self, write, wrt(self, to_self()), wrt(a, to_a()),
                                   wrt(b, to_b()));
  }
};

AddProduct addmm_of(const char* op, const Tensor& a, const Tensor& b, const Scalar& beta,
                    const Scalar& alpha) {
  expect_dims(op, a, 2, b, 2);
  return {op, a, b, beta, alpha, {a.size(0), b.size(1)}};
}
AddProduct addmv_of(const char* op, const Tensor& a, const Tensor& b, const Scalar& beta,
                    const Scalar& alpha) {
  expect_dims(op, a, 2, b, 1);
  return {op, a, b, beta, alpha, {a.size(0)}};
}
AddProduct baddbmm_of(const char* op, const Tensor& a, const Tensor& b, const Scalar& beta,
                      const Scalar& alpha) {
  expect_same_batch(op, a, b);
  return {op, a, b, beta, alpha, {a.size(0), a.size(1), b.size(2)}};
}
AddProduct addbmm_of(const char* op, const Tensor& a, const Tensor& b, const Scalar& beta,
                     const Scalar& alpha) {
  expect_same_batch(op, a, b);
  return {op, a, b, beta, alpha, {a.size(1), b.size(2)}, true};
}

}  // namespace

Tensor matmul(const Tensor& self, const Tensor& other) {
  // As in PyTorch the node is that of what it comes down to.
  static constexpr const char* nodes[2][2] = {{"dot", "matmul"}, {"mv", "mm"}};
  const Tensor y = product("matmul", self, other);
  const int64_t a = self.dim(), b = other.dim();
  return a > 2 || b > 2 ? called("_unsafe_view", y) : called(nodes[a - 1][b - 1], y);
}
Tensor mm(const Tensor& self, const Tensor& mat2) {
  expect_dims("mm", self, 2, mat2, 2);
  return product("mm", self, mat2);
}
Tensor bmm(const Tensor& self, const Tensor& mat2) {
  expect_same_batch("bmm", self, mat2);
  return product("bmm", self, mat2);
}
Tensor mv(const Tensor& self, const Tensor& vec) {
  expect_dims("mv", self, 2, vec, 1);
  return product("mv", self, vec);
}
Tensor dot(const Tensor& self, const Tensor& tensor) {
  expect_dims("dot", self, 1, tensor, 1);
  return product("dot", self, tensor);
}
Tensor vdot(const Tensor& self, const Tensor& other) {
  expect_dims("vdot", self, 1, other, 1);
  return product("vdot", self, other);
}

Tensor outer(const Tensor& self, const Tensor& vec2) {
  expect_dims("outer", self, 1, vec2, 1);
  return self.unsqueeze(1) * vec2;
}
Tensor ger(const Tensor& self, const Tensor& vec2) { return outer(self, vec2); }

Tensor linear(const Tensor& input, const Tensor& weight, const std::optional<Tensor>& bias) {
  const Tensor b = bias.value_or(Tensor());
  if (weight.dim() == 1) {
    const Tensor y = product("linear", input, weight);
    return b.defined() ? y + b : y;
  }
  if (b.defined() && weight.dim() == 2 && !(b.dim() == 1 && b.size(0) == weight.size(0))) {
    const Tensor y = linear(input, weight);
    raw::check_same_dtype("linear", {&y, &b});
    if (!expandable(b.sizes(), y.sizes()))
      fail("linear: bias {} does not fit weight {}", b.sizes(), weight.sizes());
    return y + b;
  }
  static constexpr const char* nodes[2][2] = {{"_unsafe_view", "view"}, {"mm", "addmm"}};
  return record(nodes[input.dim() == 2][b.defined()], raw::linear(input, weight, b),
                wrt(input, [sw = save(weight)](const Tensor& dy) { return matmul(dy, sw); }),
                wrt(weight,
                    [sx = save(input)](const Tensor& dy) {
                      if (sx->dim() == 1) return matmul(dy.unsqueeze(1), sx->unsqueeze(0));
                      return matmul(dy.flatten(0, -2).t(), sx->flatten(0, -2));
                    }),
                wrt(b, [](const Tensor& dy) { return dy; }));
}

Tensor addmm(const Tensor& self, const Tensor& mat1, const Tensor& mat2, const Scalar& beta,
             const Scalar& alpha) {
  return addmm_of("addmm", mat1, mat2, beta, alpha)(self);
}
Tensor addmv(const Tensor& self, const Tensor& mat, const Tensor& vec, const Scalar& beta,
             const Scalar& alpha) {
  return addmv_of("addmv", mat, vec, beta, alpha)(self);
}
Tensor baddbmm(const Tensor& self, const Tensor& batch1, const Tensor& batch2, const Scalar& beta,
               const Scalar& alpha) {
  return baddbmm_of("baddbmm", batch1, batch2, beta, alpha)(self);
}
Tensor addbmm(const Tensor& self, const Tensor& batch1, const Tensor& batch2, const Scalar& beta,
              const Scalar& alpha) {
  return addbmm_of("addbmm", batch1, batch2, beta, alpha)(self);
}
Tensor addr(const Tensor& self, const Tensor& vec1, const Tensor& vec2, const Scalar& beta,
            const Scalar& alpha) {
  expect_dims("addr", vec1, 1, vec2, 1);
  return addmm_of("addr", vec1.unsqueeze(1), vec2.unsqueeze(0), beta, alpha)(self);
}

Tensor& Tensor::addmm_(const Tensor& a, const Tensor& b, const Scalar& beta,
                       const Scalar& alpha) const {
  return addmm_of("addmm_", a, b, beta, alpha).in_place(*this);
}
Tensor& Tensor::addmv_(const Tensor& a, const Tensor& b, const Scalar& beta,
                       const Scalar& alpha) const {
  return addmv_of("addmv_", a, b, beta, alpha).in_place(*this);
}
Tensor& Tensor::baddbmm_(const Tensor& a, const Tensor& b, const Scalar& beta,
                         const Scalar& alpha) const {
  return baddbmm_of("baddbmm_", a, b, beta, alpha).in_place(*this);
}
Tensor& Tensor::addbmm_(const Tensor& a, const Tensor& b, const Scalar& beta,
                        const Scalar& alpha) const {
  return addbmm_of("addbmm_", a, b, beta, alpha).in_place(*this);
}
Tensor& Tensor::addr_(const Tensor& a, const Tensor& b, const Scalar& beta,
                      const Scalar& alpha) const {
  expect_dims("addr_", a, 1, b, 1);
  return addmm_of("addr_", a.unsqueeze(1), b.unsqueeze(0), beta, alpha).in_place(*this);
}

}  // namespace gradus
