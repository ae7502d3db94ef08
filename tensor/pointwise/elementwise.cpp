#include "tensor/pointwise/elementwise.h"

#include <algorithm>

#include "tensor/base/fail.h"
#include "tensor/base/parallel.h"
#include "tensor/kernels/table.h"
#include "tensor/shape.h"

namespace gradus::raw {

namespace {

constexpr int max_operands = 6;
// Elements below which one thread does all; more where they are bytes.
constexpr int64_t grain = 32768;
constexpr int64_t grain_of_bytes = 4 * grain;

// Byte steps of every operand along every dim, innermost dim last.
struct Nest {
  int count = 0;
  char* data[max_operands];
  Dims sizes;
  Dims steps[max_operands];

  Nest(const char* op, IntArrayRef shape, const Arg* args, size_t n, const Tensor* out) {
    sizes = shape;
    if (out) add(out->impl()->data, out->sizes(), out->strides(), int64_t(out->itemsize()), op);
    for (size_t i = 0; i < n; ++i)
      add(args[i].data(), args[i].sizes(), args[i].strides(), args[i].item(), op);
  }

  void add(char* p, IntArrayRef sz, IntArrayRef st, int64_t item, const char* op) {
    if (count == max_operands) fail("{}: more than {} operands", op, max_operands);
    Dims& step = steps[count];
    const size_t lead = sizes.size() - sz.size();
    step.resize(sizes.size());
    for (size_t d = 0; d < sizes.size(); ++d)
      step[d] = d < lead || sz[d - lead] == 1 ? 0 : st[d - lead] * item;
    data[count++] = p;
  }

  // Dims in the order of falling strides. Operands are asked in turn, the first one that moves
  // along both dims decides, so that an output laid out like the first operand is walked densely.
  // Where none does, a dim is compared with the next one further in, as in PyTorch.
  Dims order() const {
    Dims perm(sizes.size());
    for (size_t i = 0; i < perm.size(); ++i) perm[i] = int64_t(i);
    for (size_t i = perm.size(); i-- > 0;)
      for (size_t at = i, k = i + 1; k < perm.size(); ++k) {
        const int c = compare(size_t(perm[at]), size_t(perm[k]));
        if (c > 0) break;
        if (c < 0) std::swap(perm[at], perm[k]), at = k;
      }
    return perm;
  }
  // Above 0 where dim a steps further than b, below 0 where less, 0 where no operand tells.
  int compare(size_t a, size_t b) const {
    if (sizes[a] == 1 || sizes[b] == 1) return 0;
    for (int k = 0; k < count; ++k) {
      const int64_t x = steps[k][a], y = steps[k][b];
      if (x == 0 || y == 0) continue;
      if (x != y) return x > y ? 1 : -1;
      if (sizes[a] < sizes[b]) return -1;
    }
    return 0;
  }

  void permute(const Dims& perm) {
    const auto one = [&](Dims& dims) {
      const Dims old = dims;
      for (size_t i = 0; i < perm.size(); ++i) dims[i] = old[size_t(perm[i])];
    };
    if (std::is_sorted(perm.begin(), perm.end())) return;
    one(sizes);
    for (int k = 0; k < count; ++k) one(steps[k]);
  }

  // Drops dims of size 1 and merges dims that every operand walks as one.
  void coalesce() {
    size_t kept = 0;
    for (size_t d = 0; d < sizes.size(); ++d) {
      if (sizes[d] == 1) continue;
      bool merge = kept > 0;
      for (int k = 0; k < count && merge; ++k) merge = steps[k][kept - 1] == steps[k][d] * sizes[d];
      if (merge) {
        sizes[kept - 1] *= sizes[d];
        for (int k = 0; k < count; ++k) steps[k][kept - 1] = steps[k][d];
      } else {
        sizes[kept] = sizes[d];
        for (int k = 0; k < count; ++k) steps[k][kept] = steps[k][d];
        ++kept;
      }
    }
    sizes.resize(kept);
    for (int k = 0; k < count; ++k) steps[k].resize(kept);
  }

  void run(kernels::Loop f) const {
    const size_t n = sizes.size();
    const int64_t inner = n > 0 ? sizes[n - 1] : 1, rows = n > 1 ? sizes[n - 2] : 1;
    int64_t step[max_operands], row_step[max_operands];
    for (int k = 0; k < count; ++k) {
      step[k] = n > 0 ? steps[k][n - 1] : 0;
      row_step[k] = n > 1 ? steps[k][n - 2] : 0;
    }
    int64_t outer = 1;
    for (size_t d = 0; d + 2 < n; ++d) outer *= sizes[d];
    const auto blocks = [&](int64_t from, int64_t to, int64_t row, int64_t row_count, int64_t at,
                            int64_t length) {
      for (int64_t o = from; o < to; ++o) {
        char* p[max_operands];
        for (int k = 0; k < count; ++k) p[k] = data[k] + row * row_step[k] + at * step[k];
        int64_t rest = o;
        for (size_t d = n >= 2 ? n - 2 : 0; d-- > 0;) {
          const int64_t i = rest % sizes[d];
          rest /= sizes[d];
          for (int k = 0; k < count; ++k) p[k] += i * steps[k][d];
        }
        f(length, row_count, p, step, row_step);
      }
    };
    // Elements that lie apart take longer.
    int64_t least = grain;
    for (int k = 0; k < count; ++k)
      if (step[k] < 0 || step[k] > 8) least = grain / 2;
    // The outermost level that has enough to share is shared out.
    constexpr int64_t enough = 16;
    if (outer >= enough || (outer >= rows && outer >= inner))
      parallel_for(0, outer, std::max<int64_t>(1, least / (rows * inner)),
                   [&](int64_t b, int64_t e) { blocks(b, e, 0, rows, 0, inner); });
    else if (rows >= enough || rows >= inner)
      parallel_for(0, rows, std::max<int64_t>(1, least / (outer * inner)),
                   [&](int64_t b, int64_t e) { blocks(0, outer, b, e - b, 0, inner); });
    else
      parallel_for(0, inner, std::max<int64_t>(1, least / (outer * rows)),
                   [&](int64_t b, int64_t e) { blocks(0, outer, 0, rows, b, e - b); });
  }
};

// One element, seen as many: as a gradient that comes from a sum.
bool one_place(const TensorImpl& t) {
  for (const int64_t s : t.strides)
    if (s != 0) return false;
  return true;
}
// What a row can walk along: dense, or a place that it stays at.
bool row_like(const TensorImpl& t) { return t.contiguous || one_place(t); }

// All operands dense and of one shape, or numbers: one row.
bool dense(const Arg* args, size_t n, IntArrayRef shape) {
  for (size_t i = 0; i < n; ++i) {
    const TensorImpl* t = args[i].impl();
    if (t && t->numel != 1 && !(row_like(*t) && t->sizes.ref() == shape)) return false;
  }
  return true;
}
void run_dense(kernels::Loop f, const TensorImpl& out, const Arg* args, size_t n) {
  char* base[max_operands] = {out.data};
  int64_t step[max_operands] = {int64_t(item_size(out.dtype))};
  const int64_t row_step[max_operands] = {};
  for (size_t i = 0; i < n; ++i) {
    const TensorImpl* t = args[i].impl();
    base[i + 1] = args[i].data();
    const bool stays = !t || !t->contiguous || (t->numel == 1 && out.numel != 1);
    step[i + 1] = stays ? 0 : args[i].item();
  }
  if (out.numel <= grain) {
    f(out.numel, 1, base, step, row_step);
    return;
  }
  bool bytes = true;
  for (size_t k = 0; k <= n; ++k) bytes = bytes && step[k] <= 1;
  parallel_for(0, out.numel, bytes ? grain_of_bytes : grain, [&](int64_t b, int64_t e) {
    char* p[max_operands];
    for (size_t k = 0; k <= n; ++k) p[k] = base[k] + b * step[k];
    f(e - b, 1, p, step, row_step);
  });
}

// The commonest case, found without making anything: operands of one shape that are dense or one
// place, and numbers. Null when it is not.
const TensorImpl* dense_alike(Args args) {
  const TensorImpl* like = nullptr;
  for (const Arg& a : args) {
    const TensorImpl* t = a.impl();
    if (!t || t->sizes.empty()) continue;
    if (!row_like(*t) || (like && !(t->sizes == like->sizes))) return nullptr;
    like = t;
  }
  return like;
}

Dims common_shape(const char* op, const Arg* args, size_t n) {
  Dims shape;
  for (size_t i = 0; i < n; ++i)
    if (args[i].impl()) shape = broadcast_shapes(shape, args[i].sizes(), op);
  return shape;
}

// Copies operands that are dense along another dim than the innermost one by tiles, where that is
// cheaper than to gather them; whether there were any. `perm` is the order of dims, innermost last.
bool straighten(IntArrayRef shape, const Dims& perm, Arg* args, size_t n, Tensor* copies) {
  constexpr int64_t worthwhile = 4096;
  size_t inner = 0;
  bool any = false;
  for (const int64_t d : perm)
    if (shape[size_t(d)] > 1) inner = size_t(d);
  for (size_t k = 0; k < n; ++k) {
    const TensorImpl* t = args[k].impl();
    if (!t || t->numel < worthwhile) continue;
    const size_t lead = shape.size() - t->sizes.size();
    bool elsewhere = false, repeated = false;
    for (size_t d = 0; d < t->sizes.size(); ++d) {
      if (t->sizes[d] > 1 && t->strides[d] == 0) repeated = true;
      if (t->sizes[d] < 4 || d + lead == inner) continue;
      if (t->strides[d] == 1) elsewhere = true;
    }
    if (!elsewhere || repeated || inner < lead || t->sizes[inner - lead] < 4) continue;
    if (t->strides[inner - lead] == 1) continue;  // windows that overlap are dense along two dims
    Dims strides(t->sizes.size());
    int64_t step = 1;
    for (size_t i = perm.size(); i-- > 0;)
      if (const size_t d = size_t(perm[i]); d >= lead) {
        strides[d - lead] = step;
        step *= t->sizes[d - lead];
      }
    copies[k] = empty_strided(t->sizes, strides, t->dtype);
    copy(copies[k], Tensor(Ref<TensorImpl>(const_cast<TensorImpl*>(t))));
    args[k] = Arg(copies[k]);
    any = true;
  }
  return any;
}

Tensor empty_dense(const TensorImpl& like, ScalarType type) {
  auto storage = StorageImpl::make(size_t(like.numel) * item_size(type));
  return Tensor(
      Ref<TensorImpl>::first(new TensorImpl(std::move(storage), like.sizes, like.numel, type)));
}

bool same_window(const TensorImpl& a, const TensorImpl& b) {
  return a.data == b.data && a.dtype == b.dtype && a.sizes == b.sizes && a.strides == b.strides;
}

}  // namespace

void Arg::convert(const Tensor& t, ScalarType dtype) {
  converted_ = to_dtype(t, dtype);
  impl_ = converted_.impl();
}

Arg::Arg(const Scalar& v, ScalarType dtype) : type_(dtype) {
  visit_all(dtype, "scalar", [&](auto zero) {
    const auto value = v.to<decltype(zero)>();
    std::memcpy(number_, &value, sizeof value);
  });
}

const kernels::Row& kernels_of(int formula) { return *kernels::table().rows[formula]; }

kernels::Loop where_kernel(ScalarType type) {
  return kernels::table().copy->where[kernels::size_index(item_size(type))];
}

Tensor elementwise(const char* op, kernels::Loop f, ScalarType out_type, Args list) {
  const size_t n = list.size();
  if (const TensorImpl* like = dense_alike(list)) {
    Tensor out = empty_dense(*like, out_type);
    if (like->numel > 0) run_dense(f, *out.impl(), list.data(), n);
    return out;
  }
  const Dims shape = common_shape(op, list.data(), n);
  if (dense(list.data(), n, shape)) {
    Tensor out = empty(shape, out_type);
    if (out.numel() > 0) run_dense(f, *out.impl(), list.data(), n);
    return out;
  }
  Arg args[max_operands];
  Tensor copies[max_operands];
  std::copy(list.begin(), list.end(), args);
  Nest layout(op, shape, args, n, nullptr);
  const Dims perm = layout.order();
  Dims strides(shape.size());
  int64_t step = 1;
  for (size_t i = perm.size(); i-- > 0;) {
    const auto d = size_t(perm[i]);
    strides[d] = step;
    step *= std::max<int64_t>(shape[d], 1);
  }
  Tensor out = empty_strided(shape, strides, out_type);
  if (out.numel() == 0) return out;
  straighten(shape, perm, args, n, copies);
  Nest nest(op, shape, args, n, &out);
  nest.permute(perm);
  nest.coalesce();
  nest.run(f);
  return out;
}

void elementwise_into(const char* op, kernels::Loop f, const Tensor& out, Args list) {
  Arg args[max_operands];
  size_t n = 0;
  Tensor copies[max_operands];
  check_writable(out, op);
  for (const Arg& a : list) {
    if (a.impl() && !expandable(a.sizes(), out.sizes()))
      fail("{}: shape {} does not broadcast to the output's, {}", op, a.sizes(), out.sizes());
    args[n] = a;
    // An input that shares memory with the output in any way but exactly is read before.
    if (a.impl() && a.impl()->storage == out.impl()->storage &&
        !same_window(*a.impl(), *out.impl())) {
      copies[n] = clone(Tensor(Ref<TensorImpl>(const_cast<TensorImpl*>(a.impl()))));
      args[n] = Arg(copies[n]);
    }
    ++n;
  }
  if (out.numel() == 0) return;
  if (out.is_contiguous() && dense(args, n, out.sizes())) {
    run_dense(f, *out.impl(), args, n);
    return;
  }
  Nest nest(op, out.sizes(), args, n, &out);
  const Dims perm = nest.order();
  if (straighten(out.sizes(), perm, args, n, copies)) nest = Nest(op, out.sizes(), args, n, &out);
  nest.permute(perm);
  nest.coalesce();
  nest.run(f);
}

namespace {
int category(ScalarType t) {
  return t == kBool ? 0 : isComplexType(t) ? 3 : isFloatingType(t) ? 2 : 1;
}
}  // namespace

bool can_cast(ScalarType from, ScalarType to) { return category(from) <= category(to); }

void Promotion::add(ScalarType t, int rank) {
  best_[rank] = seen_[rank] ? promote_types(best_[rank], t) : t;
  seen_[rank] = true;
}
void Promotion::add(const Tensor& t) {
  add(t.dtype(), t.impl()->wrapped_number ? 2 : t.dim() == 0 ? 1 : 0);
}
ScalarType Promotion::result() const {
  std::optional<ScalarType> out;
  for (int rank = 0; rank < 3; ++rank) {
    if (!seen_[rank]) continue;
    if (!out || category(best_[rank]) > category(*out)) {
      // A float number beside integers means the default type, not float64.
      out = rank == 2 && best_[rank] == kDouble ? get_default_dtype() : best_[rank];
    }
  }
  return out.value_or(get_default_dtype());
}

ScalarType result_type(const Tensor& a, const Tensor& b) {
  Promotion p;
  p.add(a);
  p.add(b);
  return p.result();
}
ScalarType result_type(const Tensor& a, const Scalar& b) {
  Promotion p;
  p.add(a);
  p.add(b);
  return p.result();
}
ScalarType result_type(TensorList tensors) {
  Promotion p;
  for (const Tensor& t : tensors) p.add(t);
  return p.result();
}

}  // namespace gradus::raw
