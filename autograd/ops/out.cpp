#include "autograd/ops/out.h"

#include "autograd/record.h"
#include "tensor/base/warn.h"
#include "tensor/pointwise/elementwise.h"

namespace gradus {

Tensor& detail::write_out(const char* op, Tensor& out, const Tensor& y) {
  if (y.requires_grad() || (GradMode::is_enabled() && autograd::needs_grad(out)))
    fail("{}_out: an argument requires grad, but what is written to a given tensor has no history",
         op);
  if (!raw::can_cast(y.dtype(), out.dtype()))
    fail("{}_out: a result of {} cannot be written to a tensor of {}", op, y.dtype(), out.dtype());
  if (out.sizes() != y.sizes()) {
    if (out.numel() > 0)
      warn(
          "{}_out: an output with one or more elements was resized, shape {}, to {}; reuse it when "
          "it "
          "is empty, by out.resize_(0)",
          op, out.sizes(), y.sizes());
    out.resize_(y.sizes());
  }
  return out.copy_(y);
}

OutputPair detail::write_pair(const char* op, Tensor& first, Tensor& second, const TensorPair& y) {
  write_out(op, first, std::get<0>(y));
  return {first, write_out(op, second, std::get<1>(y))};
}
OutputTriple detail::write_triple(const char* op, Tensor& first, Tensor& second, Tensor& third,
                                  const TensorTriple& y) {
  write_out(op, first, std::get<0>(y));
  write_out(op, second, std::get<1>(y));
  return {first, second, write_out(op, third, std::get<2>(y))};
}

using detail::write_out;
using detail::write_pair;

Tensor& sum_out(Tensor& out, const Tensor& x, OptionalDtype dtype) {
  return write_out("sum", out, x.sum(dtype ? dtype : out.dtype()));
}
Tensor& sum_out(Tensor& out, const Tensor& x, OptionalIntArrayRef dim, bool keepdim,
                OptionalDtype dtype) {
  return write_out("sum", out, x.sum(dim, keepdim, dtype ? dtype : out.dtype()));
}
Tensor& mean_out(Tensor& out, const Tensor& x, OptionalDtype dtype) {
  return write_out("mean", out, x.mean(dtype));
}
Tensor& mean_out(Tensor& out, const Tensor& x, OptionalIntArrayRef dim, bool keepdim,
                 OptionalDtype dtype) {
  return write_out("mean", out, x.mean(dim, keepdim, dtype));
}
Tensor& prod_out(Tensor& out, const Tensor& x, OptionalDtype dtype) {
  return write_out("prod", out, x.prod(dtype ? dtype : out.dtype()));
}
Tensor& prod_out(Tensor& out, const Tensor& x, int64_t dim, bool keepdim, OptionalDtype dtype) {
  return write_out("prod", out, x.prod(dim, keepdim, dtype ? dtype : out.dtype()));
}
Tensor& amax_out(Tensor& out, const Tensor& x, IntArrayRef dim, bool keepdim) {
  return write_out("amax", out, x.amax(dim, keepdim));
}
Tensor& amin_out(Tensor& out, const Tensor& x, IntArrayRef dim, bool keepdim) {
  return write_out("amin", out, x.amin(dim, keepdim));
}
Tensor& logsumexp_out(Tensor& out, const Tensor& x, IntArrayRef dim, bool keepdim) {
  return write_out("logsumexp", out, x.logsumexp(dim, keepdim));
}
Tensor& std_out(Tensor& out, const Tensor& x, OptionalIntArrayRef dim, bool unbiased,
                bool keepdim) {
  return write_out("std", out, x.std(dim, unbiased, keepdim));
}
Tensor& var_out(Tensor& out, const Tensor& x, OptionalIntArrayRef dim, bool unbiased,
                bool keepdim) {
  return write_out("var", out, x.var(dim, unbiased, keepdim));
}
Tensor& norm_out(Tensor& out, const Tensor& x, const std::optional<Scalar>& p, IntArrayRef dim,
                 bool keepdim) {
  return write_out("norm", out, x.norm(p, dim, keepdim));
}

OutputPair max_out(Tensor& values, Tensor& indices, const Tensor& x, int64_t dim, bool keepdim) {
  return write_pair("max", values, indices, x.max(dim, keepdim));
}
Tensor& max_out(Tensor& out, const Tensor& x) { return write_out("max", out, x.max()); }
Tensor& max_out(Tensor& out, const Tensor& a, const Tensor& b) {
  return write_out("max", out, a.max(b));
}
OutputPair min_out(Tensor& values, Tensor& indices, const Tensor& x, int64_t dim, bool keepdim) {
  return write_pair("min", values, indices, x.min(dim, keepdim));
}
Tensor& min_out(Tensor& out, const Tensor& x) { return write_out("min", out, x.min()); }
Tensor& min_out(Tensor& out, const Tensor& a, const Tensor& b) {
  return write_out("min", out, a.min(b));
}
OutputPair median_out(Tensor& values, Tensor& indices, const Tensor& x, int64_t dim, bool keepdim) {
  return write_pair("median", values, indices, x.median(dim, keepdim));
}
OutputPair nanmedian_out(Tensor& values, Tensor& indices, const Tensor& x, int64_t dim,
                         bool keepdim) {
  return write_pair("nanmedian", values, indices, x.nanmedian(dim, keepdim));
}
OutputPair mode_out(Tensor& values, Tensor& indices, const Tensor& x, int64_t dim, bool keepdim) {
  return write_pair("mode", values, indices, x.mode(dim, keepdim));
}
OutputPair sort_out(Tensor& values, Tensor& indices, const Tensor& x, int64_t dim,
                    bool descending) {
  return write_pair("sort", values, indices, x.sort(dim, descending));
}
OutputPair sort_out(Tensor& values, Tensor& indices, const Tensor& x, std::optional<bool> stable,
                    int64_t dim, bool descending) {
  return write_pair("sort", values, indices, x.sort(stable, dim, descending));
}
OutputPair topk_out(Tensor& values, Tensor& indices, const Tensor& x, int64_t k, int64_t dim,
                    bool largest, bool sorted) {
  return write_pair("topk", values, indices, x.topk(k, dim, largest, sorted));
}
OutputPair kthvalue_out(Tensor& values, Tensor& indices, const Tensor& x, int64_t k, int64_t dim,
                        bool keepdim) {
  return write_pair("kthvalue", values, indices, x.kthvalue(k, dim, keepdim));
}
OutputPair cummax_out(Tensor& values, Tensor& indices, const Tensor& x, int64_t dim) {
  return write_pair("cummax", values, indices, x.cummax(dim));
}
OutputPair cummin_out(Tensor& values, Tensor& indices, const Tensor& x, int64_t dim) {
  return write_pair("cummin", values, indices, x.cummin(dim));
}

Tensor& cat_out(Tensor& out, TensorList tensors, int64_t dim) {
  return write_out("cat", out, cat(tensors, dim));
}
Tensor& concat_out(Tensor& out, TensorList tensors, int64_t dim) {
  return write_out("concat", out, cat(tensors, dim));
}
Tensor& concatenate_out(Tensor& out, TensorList tensors, int64_t dim) {
  return write_out("concatenate", out, cat(tensors, dim));
}
Tensor& stack_out(Tensor& out, TensorList tensors, int64_t dim) {
  return write_out("stack", out, stack(tensors, dim));
}
Tensor& hstack_out(Tensor& out, TensorList tensors) {
  return write_out("hstack", out, hstack(tensors));
}
Tensor& vstack_out(Tensor& out, TensorList tensors) {
  return write_out("vstack", out, vstack(tensors));
}
Tensor& row_stack_out(Tensor& out, TensorList tensors) {
  return write_out("row_stack", out, vstack(tensors));
}
Tensor& dstack_out(Tensor& out, TensorList tensors) {
  return write_out("dstack", out, dstack(tensors));
}
Tensor& column_stack_out(Tensor& out, TensorList tensors) {
  return write_out("column_stack", out, column_stack(tensors));
}

Tensor& empty_out(Tensor& out, IntArrayRef size) {
  return write_out("empty", out, empty(size, out.dtype()));
}
Tensor& zeros_out(Tensor& out, IntArrayRef size) {
  return write_out("zeros", out, zeros(size, out.dtype()));
}
Tensor& ones_out(Tensor& out, IntArrayRef size) {
  return write_out("ones", out, ones(size, out.dtype()));
}
Tensor& full_out(Tensor& out, IntArrayRef size, const Scalar& value) {
  return write_out("full", out, full(size, value, out.dtype()));
}
Tensor& rand_out(Tensor& out, IntArrayRef size) {
  return write_out("rand", out, rand(size, out.dtype()));
}
Tensor& randn_out(Tensor& out, IntArrayRef size) {
  return write_out("randn", out, randn(size, out.dtype()));
}
Tensor& randperm_out(Tensor& out, int64_t n, GeneratorOpt generator) {
  return write_out("randperm", out, randperm(n, std::move(generator), out.dtype()));
}
Tensor& arange_out(Tensor& out, const Scalar& end) {
  return write_out("arange", out, arange(end, out.dtype()));
}
Tensor& arange_out(Tensor& out, const Scalar& start, const Scalar& end, const Scalar& step) {
  return write_out("arange", out, arange(start, end, step, out.dtype()));
}
Tensor& range_out(Tensor& out, const Scalar& start, const Scalar& end, const Scalar& step) {
  return write_out("range", out, range(start, end, step, out.dtype()));
}
Tensor& linspace_out(Tensor& out, const Scalar& start, const Scalar& end, int64_t steps) {
  return write_out("linspace", out, linspace(start, end, steps, out.dtype()));
}
Tensor& logspace_out(Tensor& out, const Scalar& start, const Scalar& end, int64_t steps,
                     double base) {
  return write_out("logspace", out, logspace(start, end, steps, base, out.dtype()));
}
Tensor& eye_out(Tensor& out, int64_t n) { return write_out("eye", out, eye(n, out.dtype())); }
Tensor& eye_out(Tensor& out, int64_t n, int64_t m) {
  return write_out("eye", out, eye(n, m, out.dtype()));
}

}  // namespace gradus
