#include "tensor/index/plan.h"

#include <algorithm>
#include <atomic>
#include <cstring>

#include "tensor/base/fail.h"
#include "tensor/base/parallel.h"
#include "tensor/base/short_copy.h"
#include "tensor/shape.h"

namespace gradus::raw {

namespace {

constexpr int64_t grain = 16384;

// Offsets of all elements of a window, in order.
Vector<int64_t> offsets(const Dims& sizes, const Dims& strides) {
  Vector<int64_t> out{0};
  for (size_t d = 0; d < sizes.size(); ++d) {
    Vector<int64_t> next;
    next.reserve(out.size() * size_t(sizes[d]));
    for (int64_t o : out)
      for (int64_t i = 0; i < sizes[d]; ++i) next.push_back(o + i * strides[d]);
    out = std::move(next);
  }
  return out;
}

// Takes the innermost dims that lie densely off the window; how many elements they have.
int64_t take_run(Dims& sizes, Dims& strides) {
  int64_t run = 1;
  while (!sizes.empty() && (strides.back() == run || sizes.back() == 1)) {
    run *= sizes.back();
    sizes.pop_back();
    strides.pop_back();
  }
  return run;
}

bool broadcastable(IntArrayRef a, IntArrayRef b) {
  for (size_t k = 1; k <= std::min(a.size(), b.size()); ++k) {
    const int64_t x = a[a.size() - k], y = b[b.size() - k];
    if (x != y && x != 1 && y != 1) return false;
  }
  return true;
}

// places = or += index * stride for each index.
void add_places(const char* op, const Tensor& places, bool first, const Tensor& indices,
                int64_t size, int64_t stride, size_t dim, Negative negative) {
  const auto* index = indices.data_ptr<int64_t>();
  auto* to = places.data_ptr<int64_t>();
  const int64_t wrap = negative == Negative::wraps ? size : 0;
  std::atomic<bool> outside = false;
  parallel_for(0, places.numel(), grain, [&](int64_t begin, int64_t end) {
    bool any = false;
    for (int64_t i = begin; i < end; ++i) {
      const int64_t v = index[i] + (index[i] < 0 ? wrap : 0);
      any = any || uint64_t(v) >= uint64_t(size);
      to[i] = int64_t(uint64_t(first ? 0 : to[i]) + uint64_t(v) * uint64_t(stride));
    }
    if (any) outside = true;
  });
  if (!outside) return;
  for (int64_t i = 0; i < places.numel(); ++i)
    if (index[i] < -wrap || index[i] >= size)
      fail_index("{}: index {} is out of range for dim {} of size {}", op, index[i], dim, size);
}

}  // namespace

IndexPlan::IndexPlan(const char* op, const Tensor& x, TensorList indices, Negative negative) {
  if (int64_t(indices.size()) > x.dim())
    fail_index("{}: too many indices for shape {}, got {}", op, x.sizes(), indices.size());
  Dims common;
  size_t first = indices.size(), last = 0, count = 0;
  for (size_t d = 0; d < indices.size(); ++d) {
    const Tensor& t = indices[d];
    if (!t.defined()) continue;
    if (t.dtype() != kLong && t.dtype() != kInt)
      fail_index("{}: tensors used as indices must be int64, int32, uint8 or bool, got {}", op,
                 t.dtype());
    if (!broadcastable(common, t.sizes()))
      fail_index("{}: the indices do not broadcast, shapes {} and {}", op, common.ref(), t.sizes());
    common = broadcast_shapes(common, t.sizes(), op);
    first = std::min(first, d);
    last = d;
    ++count;
  }
  const int64_t n = checked_numel(common, op);
  const bool adjacent = count > 0 && last - first + 1 == count;
  Dims before_sizes, before_strides, after_sizes, after_strides;
  for (size_t d = 0; d < size_t(x.dim()); ++d) {
    const int64_t size = x.sizes()[d], stride = x.strides()[d];
    if (d < indices.size() && indices[d].defined()) {
      const Tensor dense = contiguous(expand(to_dtype(indices[d], kLong), common));
      // Places of one index are it, if nothing is to be done to it.
      if (count == 1 && stride == 1 && dense.impl()->storage != x.impl()->storage &&
          all_below(dense.data_ptr<int64_t>(), n, size)) {
        places = dense;
        continue;
      }
      const bool none = !places.defined();
      if (none) places = empty(n, kLong);
      add_places(op, places, none, dense, size, stride, d, negative);
    } else if (adjacent && d < first) {
      before_sizes.push_back(size);
      before_strides.push_back(stride);
    } else {
      after_sizes.push_back(size);
      after_strides.push_back(stride);
    }
  }
  shape = before_sizes;
  for (int64_t s : common) shape.push_back(s);
  for (int64_t s : after_sizes) shape.push_back(s);
  if (!places.defined()) places = zeros(n, kLong);
  if (checked_numel(shape, op) == 0) return;  // the tables might be long all the same
  run = take_run(after_sizes, after_strides);
  before = offsets(before_sizes, before_strides);
  after = offsets(after_sizes, after_strides);
}

int64_t IndexPlan::numel() const {
  return places.numel() * int64_t(before.size() * after.size()) * run;
}

Tensor take(const Tensor& x, const IndexPlan& plan) {
  Tensor y = empty(plan.shape, x.dtype());
  if (y.numel() == 0) return y;
  const int64_t n = plan.places.numel(), width = int64_t(plan.after.size()) * plan.run;
  const auto* places = plan.places.data_ptr<int64_t>();
  visit_size(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const T* from = reinterpret_cast<const T*>(x.data_ptr());
    T* to = reinterpret_cast<T*>(y.data_ptr());
    parallel_for(0, int64_t(plan.before.size()) * n, std::max<int64_t>(1, grain / width),
                 [&](int64_t begin, int64_t end) {
                   T* out = to + begin * width;
                   for (int64_t k = begin; k < end;) {
                     const T* at = from + plan.before[size_t(k / n)];
                     const int64_t* place = places + k % n;
                     const int64_t count = std::min(n - k % n, end - k);
                     k += count;
                     if (width == 1) {
                       at += plan.after[0];
                       int64_t i = 0;
                       for (; i + 4 <= count; i += 4) take_four(out + i, at, place + i);
                       for (; i < count; ++i) out[i] = at[place[i]];
                       out += count;
                       continue;
                     }
                     const auto lines = [&, run = plan.run](const T* base, const int64_t* offset,
                                                            int64_t many) {
                       for (const int64_t* end = offset + many; offset < end; ++offset, out += run)
                         copy_line(out, base + *offset, run);
                     };
                     if (plan.after.size() == 1)
                       lines(at + plan.after[0], place, count);
                     else
                       for (int64_t i = 0; i < count; ++i)
                         lines(at + place[i], plan.after.data(), int64_t(plan.after.size()));
                   }
                 });
  });
  return y;
}

namespace {

// write(place, value) for each element, or line(places, values, count) for several. Threads share
// out what cannot meet: the dims before the indices, or the run.
template <class T, class Write, class Line>
void put_each(T* x, const IndexPlan& plan, const T* values, bool one_value, Write write,
              Line line) {
  const int64_t n = plan.places.numel(), width = int64_t(plan.after.size()) * plan.run;
  constexpr int64_t many = 128;
  T same[many];  // lines of one value
  if (one_value && width > 1) std::fill_n(same, many, *values);
  const auto part = [&](int64_t b, int64_t from, int64_t to) {
    const auto* place = plan.places.data_ptr<int64_t>();
    T* base = x + plan.before[size_t(b)];
    const T* v = one_value ? values : values + b * n * width;
    if (width == 1) {
      base += plan.after[0];
      const int64_t step = one_value ? 0 : 1;
      for (int64_t i = 0; i < n; ++i, v += step) write(base[place[i]], *v);
      return;
    }
    for (int64_t i = 0; i < n; ++i) {
      for (const int64_t a : plan.after) {
        T* at = base + place[i] + a;
        if (!one_value) {
          line(at + from, v + from, to - from);
          v += plan.run;
          continue;
        }
        for (int64_t j = from; j < to; j += many) line(at + j, same, std::min(many, to - j));
      }
    }
  };
  const int64_t blocks = int64_t(plan.before.size());
  if (blocks > 1)
    parallel_for(0, blocks, std::max<int64_t>(1, grain / (n * width)),
                 [&](int64_t begin, int64_t end) {
                   for (int64_t b = begin; b < end; ++b) part(b, 0, plan.run);
                 });
  else
    parallel_for(0, plan.run, std::max<int64_t>(16, 2 * grain / (n * int64_t(plan.after.size()))),
                 [&](int64_t from, int64_t to) { part(0, from, to); });
}

}  // namespace

void put(const Tensor& x, const IndexPlan& plan, const Tensor& values, bool accumulate) {
  if (plan.numel() == 0) return;
  const bool one_value = values.numel() == 1;
  Tensor v = one_value ? values : contiguous(values);
  if (v.impl()->storage == x.impl()->storage) v = clone(v);
  const auto each = [&]<class T>(T, auto write, auto line) {
    put_each(reinterpret_cast<T*>(x.data_ptr()), plan, reinterpret_cast<const T*>(v.data_ptr()),
             one_value, write, line);
  };
  if (accumulate)
    visit_all(x.dtype(), "index_put_", [&]<class T>(T zero) {
      if constexpr (std::is_same_v<T, bool>) {
        const auto write = [](bool& to, bool from) { to = to || from; };
        each(zero, write, [=](bool* to, const bool* from, int64_t n) {
          for (int64_t i = 0; i < n; ++i) write(to[i], from[i]);
        });
      } else {
        each(
            zero, [](T& to, T from) { to = T(to + from); }, add_line<T>);
      }
    });
  else
    visit_size(x.dtype(), [&]<class T>(T zero) {
      each(
          zero, [](T& to, T from) { to = from; }, copy_line<T>);
    });
}

}  // namespace gradus::raw
