#include "tensor/linalg/matmul.h"

#include <algorithm>

#include "tensor/base/fail.h"
#include "tensor/linalg/gemm.h"
#include "tensor/shape.h"

namespace gradus::raw {

namespace {

template <class F>
void visit_numeric(ScalarType t, const char* op, F&& f) {
  if (is_floating(t))
    visit_floating(t, op, f);
  else
    visit_integral(t, op, f);
}

// A tensor seen as a batch of matrices; a vector is one row or one column.
struct Matrices {
  char* data;
  int64_t rows, cols, row, col;
  IntArrayRef batch, batch_strides;
};

enum class Vector { row, column };

Matrices matrices(const Tensor& t, Vector kind) {
  const IntArrayRef sizes = t.sizes(), strides = t.strides();
  char* const data = t.impl()->data;
  const size_t n = sizes.size();
  if (n == 1 && kind == Vector::row) return {data, 1, sizes[0], 0, strides[0], {}, {}};
  if (n == 1) return {data, sizes[0], 1, strides[0], 0, {}, {}};
  return {data,           sizes[n - 2],          sizes[n - 1],           strides[n - 2],
          strides[n - 1], sizes.slice(0, n - 2), strides.slice(0, n - 2)};
}

// The stride along dim d of `dims` batch dims: 0 where the matrices are repeated.
int64_t batch_stride(const Matrices& x, size_t d, size_t dims) {
  const size_t missing = dims - x.batch.size();
  return d < missing || x.batch[d - missing] == 1 ? 0 : x.batch_strides[d - missing];
}

void multiply(const char* op, ScalarType type, const Matrices& out, const Matrices& a,
              const Matrices& b, const Scalar& alpha, const Scalar& beta, const Tensor& bias) {
  constexpr size_t few = 8;
  const size_t dims = out.batch.size();
  GemmBatch few_dims[few];
  std::vector<GemmBatch> many_dims(dims > few ? dims : 0);
  GemmBatch* batch = dims > few ? many_dims.data() : few_dims;
  for (size_t d = 0; d < dims; ++d)
    batch[d] = {out.batch[d], batch_stride(a, d, dims), batch_stride(b, d, dims),
                batch_stride(out, d, dims)};
  visit_numeric(type, op, [&](auto zero) {
    using T = decltype(zero);
    Gemm<T> g{out.rows,
              out.cols,
              a.cols,
              reinterpret_cast<const T*>(a.data),
              a.row,
              a.col,
              reinterpret_cast<const T*>(b.data),
              b.row,
              b.col,
              reinterpret_cast<T*>(out.data),
              out.row,
              out.col,
              {alpha.to<T>(), beta.to<T>()}};
    if (bias.defined()) g.epilogue.bias = bias.data_ptr<T>();
    gemm(g, ArrayRef<GemmBatch>(batch, dims));
  });
}

}  // namespace

void check_same_dtype(const char* op, std::initializer_list<const Tensor*> tensors) {
  const ScalarType first = (*tensors.begin())->dtype();
  for (const Tensor* t : tensors)
    if (t->defined() && t->dtype() != first)
      fail("{}: element types differ, {} and {}", op, first, t->dtype());
}

Tensor matmul(const char* op, const Tensor& a, const Tensor& b) {
  check_same_dtype(op, {&a, &b});
  if (a.dim() == 0 || b.dim() == 0)
    fail("{}: expected 1 dim or more, got {} and {}", op, a.sizes(), b.sizes());
  const Matrices x = matrices(a, Vector::row), y = matrices(b, Vector::column);
  if (x.cols != y.rows) fail("{}: inner sizes differ, {} and {}", op, a.sizes(), b.sizes());

  Dims sizes;
  if (x.batch.empty())
    sizes = y.batch;
  else if (y.batch.empty())
    sizes = x.batch;
  else
    sizes = broadcast_shapes(x.batch, y.batch, op);
  const size_t batch = sizes.size();
  if (a.dim() > 1) sizes.push_back(x.rows);
  if (b.dim() > 1) sizes.push_back(y.cols);
  Tensor out = empty(sizes, a.dtype());
  const IntArrayRef strides = out.strides();
  const Matrices z{out.impl()->data,
                   x.rows,
                   y.cols,
                   a.dim() > 1 ? strides[batch] : 0,
                   b.dim() > 1 ? strides.back() : 1,
                   sizes.ref().slice(0, batch),
                   strides.slice(0, batch)};
  multiply(op, a.dtype(), z, x, y, 1, 0, {});
  return out;
}

void matmul_into(const char* op, const Tensor& out, const Tensor& a, const Tensor& b,
                 const Scalar& alpha, const Scalar& beta, const Tensor& bias) {
  multiply(op, out.dtype(), matrices(out, b.dim() == 1 ? Vector::column : Vector::row),
           matrices(a, Vector::row), matrices(b, Vector::column), alpha, beta, bias);
}

Tensor linear(const Tensor& x, const Tensor& w, const Tensor& bias) {
  check_same_dtype("linear", {&x, &w, &bias});
  if (x.dim() == 0 || w.dim() != 2 || x.sizes().back() != w.size(1))
    fail("linear: input {} does not fit weight {}", x.sizes(), w.sizes());
  if (bias.defined() && !(bias.dim() == 1 && bias.size(0) == w.size(0)))
    fail("linear: bias {} does not fit weight {}", bias.sizes(), w.sizes());
  Dims sizes = x.sizes();
  sizes.back() = w.size(0);
  const Tensor out = empty(sizes, x.dtype());
  const bool fused = bias.defined() && is_floating(x.dtype());
  if (bias.defined() && !fused) copy(out, bias);
  const IntArrayRef strides = w.strides();
  const Matrices columns{w.impl()->data, w.size(1), w.size(0), strides[1], strides[0], {}, {}};
  multiply("linear", x.dtype(), matrices(out, Vector::row), matrices(x, Vector::row), columns, 1,
           bias.defined() && !fused, fused ? contiguous(bias) : Tensor());
  return out;
}

}  // namespace gradus::raw
