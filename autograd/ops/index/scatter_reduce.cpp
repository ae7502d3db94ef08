// Values that meet in one place, reduced.
#include "autograd/inplace.h"
#include "autograd/ops/index/index.h"
#include "autograd/ops/pointwise/pointwise.h"
#include "tensor/base/fail.h"
#include "tensor/index/scatter.h"
#include "tensor/raw.h"
#include "tensor/reduce/reduce.h"
#include "tensor/shape.h"

namespace gradus {

using namespace autograd;
using raw::Reduce;

namespace {

enum class Kind { sum, prod, mean, amax, amin };

Kind kind_of(const char* op, std::string_view name) {
  constexpr std::pair<std::string_view, Kind> kinds[] = {{"sum", Kind::sum},
                                                         {"prod", Kind::prod},
                                                         {"mean", Kind::mean},
                                                         {"amax", Kind::amax},
                                                         {"amin", Kind::amin}};
  for (const auto& [text, kind] : kinds)
    if (name == text) return kind;
  fail("{}: reduce must be \"sum\", \"prod\", \"mean\", \"amax\" or \"amin\", got \"{}\"", op,
       name);
}
Reduce step_of(Kind kind) {
  switch (kind) {
    case Kind::prod:
      return Reduce::prod;
    case Kind::amax:
      return Reduce::amax;
    case Kind::amin:
      return Reduce::amin;
    default:
      return Reduce::sum;
  }
}

// For each element of src, the product of those before it in its line that share its index. Equal
// indices stand side by side, so that doubling steps gather all of them.
Tensor products_of_those_before(const Tensor& index, const Tensor& src, int64_t dim) {
  const int64_t n = src.size(dim);
  const auto moved = [&](const Tensor& x, int64_t by) {
    const Tensor far = raw::zeros(x.sizes(), kBool);
    far.narrow(dim, 0, by).fill_(true);
    const Tensor other = index.roll(by, dim).ne(index);
    return x.roll(by, dim).masked_fill(far.logical_or(other), 1);
  };
  Tensor y = moved(src, 1);
  for (int64_t step = 1; step < n; step *= 2) y = y * moved(y, step);
  return y;
}

// For each element of src, the product of the others that share its index. Made of recorded
// products only, so that it has derivatives of any order where there are zeros; in double, in which
// the products of some floats stay where that of all does not.
Tensor products_of_others(const Tensor& index, const Tensor& given, int64_t dim) {
  if (given.numel() == 0 || given.dim() == 0) return raw::full(given.sizes(), 1, given.dtype());
  const Tensor src = given.to(kDouble);
  const auto [sorted, order] = index.sort(dim);
  const Tensor x = src.gather(dim, order);
  const Tensor before = products_of_those_before(sorted, x, dim);
  const Tensor after = products_of_those_before(sorted.flip(dim), x.flip(dim), dim).flip(dim);
  return raw::zeros(src.sizes(), kDouble).scatter(dim, order, before * after).to(given.dtype());
}

// One reduction along a dim, for the value and for the gradients.
struct Scatter {
  int64_t dim;
  Kind kind;
  bool include_self;

  // How many values met in each place; counted as integers, since a float stops at 2^24.
  Tensor count(const Tensor& self, const Tensor& index) const {
    const NoGradGuard untaped;
    Tensor n = raw::full(self.sizes(), include_self, kLong);
    raw::scatter(n, dim, index, raw::scalar_tensor(1, kLong), Reduce::sum);
    return n.masked_fill_(n.eq(0), 1);
  }

  void run(const Tensor& self, const Tensor& index, const Tensor& src) const {
    if (!include_self)
      raw::scatter(self, dim, index,
                   raw::scalar_tensor(raw::identity(step_of(kind), self.dtype()), self.dtype()),
                   Reduce::assign);
    raw::scatter(self, dim, index, src, step_of(kind));
    if (kind == Kind::mean) {
      const Tensor n = count(self, index);
      const NoGradGuard untaped;
      raw::copy(self, is_floating(self.dtype()) ? self.div(n) : self.div(n, "floor"));
    }
  }

  // 1 in places whose old value counts, else 0.
  Tensor kept(const Tensor& self, const Tensor& index) const {
    const Tensor ones = raw::full(self.sizes(), 1, self.dtype());
    return include_self ? ones : ones.scatter_(dim, index, 0);
  }

  // What multiplies dy for self (first) and, gathered, for each element of src (second).
  std::pair<Tensor, Tensor> slopes(const Tensor& self, const Tensor& index,
                                   const Tensor& src) const {
    const Tensor own = kept(self, index);
    const auto at_src = [&](const Tensor& t) { return t.gather(dim, index); };
    switch (kind) {
      case Kind::sum:
        return {own, Tensor()};
      case Kind::mean: {
        const Tensor share = 1 / count(self, index).to(self.dtype());
        return {own * share, at_src(share)};
      }
      case Kind::prod:
        return product_slopes(self, index, src, own);
      default: {
        // Equals share the gradient.
        Tensor y = raw::clone(self);
        run(y, index, src);
        const Tensor self_wins = self.eq(y).to(self.dtype()) * own;
        const Tensor src_wins = src.eq(at_src(y)).to(self.dtype());
        const Tensor winners = self_wins.scatter_add(dim, index, src_wins);
        const Tensor share = 1 / winners.masked_fill(winners.eq(0), 1);
        return {self_wins * share, src_wins * at_src(share)};
      }
    }
  }

  // The product of all the others; by division where that of all is in range and not 0.
  std::pair<Tensor, Tensor> product_slopes(const Tensor& self, const Tensor& index,
                                           const Tensor& src, const Tensor& own) const {
    const auto products = [&](const Tensor& first) {
      return first.scatter_reduce(dim, index, src, "prod", include_self);
    };
    const double most = self.dtype() == kFloat ? 0x1p100 : 0x1p900;
    const auto in_range = [most](const Tensor& x) { return raw::all_within(x, 1 / most, most); };
    const Tensor y = products(self);
    if (in_range(self) && in_range(y)) return {y / self * own, y.gather(dim, index) / src};
    const Tensor of_src = products(raw::full(self.sizes(), 1, self.dtype()));
    const Tensor others = products_of_others(index, src, dim);
    return {of_src * own, include_self ? others * self.gather(dim, index) : others};
  }
};

}  // namespace

Tensor& Tensor::scatter_reduce_(int64_t d, const Tensor& index, const Tensor& src,
                                std::string_view reduce, bool include_self) const {
  checked();
  const char* op = "scatter_reduce_";
  const Scatter s{wrap_dim(d, dim(), op), kind_of(op, reduce), include_self};
  if (dtype() != src.dtype())
    fail("{}: types differ, {} and a source of {}", op, dtype(), src.dtype());
  raw::check_scatter(op, *this, d, index, src.sizes());
  const bool taped =
      GradMode::is_enabled() && (autograd::needs_grad(*this) || autograd::needs_grad(src));
  if (taped && !(src.sizes() == index.sizes()))
    fail("{}: gradients need a source of the index's shape, got {} and {}", op, src.sizes(),
         index.sizes());
  Saved i, x, y;
  const bool linear = s.kind == Kind::sum;
  if (taped) {
    i = save(index);
    y = save(src);
    x = save(autograd::value_before_write(*this, !linear));
    // The sum needs only the shape.
    if (linear) x = save(raw::expand(raw::zeros({}, dtype()), sizes()));
  }
  return write_inplace(
      op, *this, [&] { s.run(*this, index, src); },
      wrt(*this, [s, i, x, y](const Tensor& dy) { return dy * s.slopes(x, i, y).first; }),
      wrt(src, [s, i, x, y](const Tensor& dy) {
        const Tensor at = dy.gather(s.dim, i), slope = s.slopes(x, i, y).second;
        return slope.defined() ? at * slope : at;
      }));
}
Tensor Tensor::scatter_reduce(int64_t d, const Tensor& index, const Tensor& src,
                              std::string_view reduce, bool include_self) const {
  return clone(MemoryFormat::Contiguous).scatter_reduce_(d, index, src, reduce, include_self);
}

Tensor& Tensor::index_reduce_(int64_t d, const Tensor& index, const Tensor& source,
                              std::string_view reduce, bool include_self) const {
  checked();
  if (index.dim() > 1)
    fail("index_reduce_: expected an index of 1 dim, got shape {}", index.sizes());
  if (reduce == "sum") fail("index_reduce_: reduce must not be \"sum\"; use index_add_");
  const size_t at = size_t(wrap_dim(d, dim(), "index_reduce_"));
  Dims shape = sizes(), along(size_t(dim()), 1);
  if (!shape.empty()) shape[at] = along[at] = index.numel();
  if (!(source.sizes() == shape.ref()))
    fail("index_reduce_: expected a source of shape {}, got {}", shape.ref(), source.sizes());
  return scatter_reduce_(d, index.view(along).expand(shape), source, reduce, include_self);
}
Tensor Tensor::index_reduce(int64_t d, const Tensor& index, const Tensor& source,
                            std::string_view reduce, bool include_self) const {
  return autograd::called(
      "index_reduce",
      clone(MemoryFormat::Contiguous).index_reduce_(d, index, source, reduce, include_self));
}

}  // namespace gradus
