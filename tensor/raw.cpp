#include "tensor/raw.h"

#include <algorithm>

#include "tensor/base/fail.h"
#include "tensor/base/parallel.h"
#include "tensor/base/short_copy.h"
#include "tensor/kernels/table.h"
#include "tensor/pointwise/elementwise.h"
#include "tensor/shape.h"

namespace gradus::raw {

namespace {
Tensor make(Ref<StorageImpl> storage, Dims&& sizes, Dims&& strides, int64_t offset,
            ScalarType dtype) {
  return Tensor(Ref<TensorImpl>::first(
      new TensorImpl(std::move(storage), std::move(sizes), std::move(strides), offset, dtype)));
}

// Elements below which one thread does all.
constexpr int64_t grain = 32768, tiled_grain = 16384;

kernels::Loop cast(ScalarType from, ScalarType to) {
  if (!is_held(from)) detail::throw_no_dtype("copy_", from);
  return kernels::table().copy->cast[int(from)][int(to)];
}

// Copies by tiles where the dense dims of the two differ; false when that is not the case.
bool copy_transposed(const TensorImpl& dst, const TensorImpl& src) {
  if (dst.dtype != src.dtype || dst.storage == src.storage || !(dst.sizes == src.sizes))
    return false;
  // Dims that both walk as one are one.
  Dims sizes = dst.sizes, to_steps = dst.strides, from_steps = src.strides;
  size_t n = 0;
  for (size_t d = 0; d < sizes.size(); ++d) {
    const int64_t size = sizes[d], to = to_steps[d], from = from_steps[d];
    if (size == 1) continue;
    const bool merge = n > 0 && to_steps[n - 1] == to * size && from_steps[n - 1] == from * size;
    n -= merge;
    sizes[n] = merge ? sizes[n] * size : size;
    to_steps[n] = to;
    from_steps[n++] = from;
  }
  size_t i = n, j = n;  // the dense dims of dst and src
  for (size_t d = 0; d < n; ++d) {
    if (sizes[d] < 4) continue;
    if (to_steps[d] == 1) i = d;
    if (from_steps[d] == 1) j = d;
  }
  if (i == j || i == n || j == n || from_steps[i] == 0) return false;
  const int64_t item = int64_t(item_size(dst.dtype));
  const auto f = kernels::table().copy->transpose[kernels::size_index(size_t(item))];
  const int64_t rows = sizes[i], cols = sizes[j];
  const int64_t pieces = std::max<int64_t>(1, std::min(cols / 64, rows * cols / tiled_grain));
  const int64_t width = (cols + pieces - 1) / pieces;
  const int64_t outer = dst.numel / (rows * cols);
  parallel_for(0, outer * pieces, std::max<int64_t>(1, tiled_grain / (rows * width)),
               [&](int64_t begin, int64_t end) {
                 for (int64_t k = begin; k < end; ++k) {
                   int64_t rest = k / pieces, to = 0, from = 0;
                   for (size_t d = n; d-- > 0;) {
                     if (d == i || d == j) continue;
                     to += rest % sizes[d] * to_steps[d];
                     from += rest % sizes[d] * from_steps[d];
                     rest /= sizes[d];
                   }
                   const int64_t first = k % pieces * width;
                   const int64_t count = std::min(width, cols - first);
                   if (count <= 0) continue;
                   f(rows, count, dst.data + (to + first * to_steps[j]) * item, to_steps[j] * item,
                     src.data + (from + first) * item, from_steps[i] * item);
                 }
               });
  return true;
}
}  // namespace

Tensor empty(IntArrayRef sizes, ScalarType dtype) {
  check_held("empty", dtype);
  int64_t n = 1;
  for (int64_t s : sizes)
    if (s < 1 || __builtin_mul_overflow(n, s, &n)) {
      n = 0;
      break;
    }
  if (n == 0 || n > (int64_t(1) << 58)) n = checked_numel(sizes, "empty");
  auto storage = StorageImpl::make(size_t(n) * item_size(dtype));
  return Tensor(Ref<TensorImpl>::first(new TensorImpl(std::move(storage), sizes, n, dtype)));
}

Tensor empty_strided(IntArrayRef sizes, IntArrayRef strides, ScalarType dtype) {
  check_held("empty_strided", dtype);
  if (sizes.size() != strides.size())
    fail("empty_strided: sizes {} and strides {} differ in length", sizes, strides);
  const int64_t n = checked_numel(sizes, "empty_strided");
  const std::optional<int64_t> last = last_place(sizes, strides, 0);
  if (!last || std::any_of(strides.begin(), strides.end(), [](int64_t s) { return s < 0; }))
    fail("empty_strided: sizes {} with strides {} are out of range", sizes, strides);
  auto storage = StorageImpl::make(size_t(n == 0 ? 0 : *last + 1) * item_size(dtype));
  return make(std::move(storage), sizes, strides, 0, dtype);
}

namespace {
// Strides in the order of x's, without gaps and overlaps. A stride of 0 has no place in the order:
// such a dim stays where it is among the others.
Dims packed_strides(const Tensor& x) {
  const size_t n = size_t(x.dim());
  const auto after = [&](int64_t a, int64_t b) {
    const int64_t sa = x.strides()[size_t(a)], sb = x.strides()[size_t(b)];
    if (sa == 0 || sb == 0) return 0;
    if (sa != sb) return sa < sb ? -1 : 1;
    return x.sizes()[size_t(a)] > x.sizes()[size_t(b)] ? 1 : 0;
  };
  Dims order(n), strides(n);
  for (size_t i = 0; i < n; ++i) order[i] = int64_t(n - 1 - i);
  // By insertion, because "after" is no full order.
  for (size_t i = 1; i < n; ++i)
    for (size_t at = i, k = i; k-- > 0;) {
      const int c = after(order[k], order[at]);
      if (c < 0) break;
      if (c > 0) std::swap(order[k], order[at]), at = k;
    }
  int64_t stride = 1;
  for (const int64_t d : order) {
    strides[size_t(d)] = stride;
    stride *= x.sizes()[size_t(d)];
  }
  return strides;
}
}  // namespace

Tensor empty_like(const Tensor& x, std::optional<ScalarType> dtype) {
  const ScalarType t = dtype.value_or(x.dtype());
  if (x.is_contiguous()) return empty(x.sizes(), t);
  if (non_overlapping_and_dense(x.sizes(), x.strides()))
    return empty_strided(x.sizes(), x.strides(), t);
  return empty_strided(x.sizes(), packed_strides(x), t);
}

Tensor full(IntArrayRef sizes, const Scalar& value, ScalarType dtype) {
  Tensor t = empty(sizes, dtype);
  fill(t, value);
  return t;
}
Tensor scalar_tensor(const Scalar& value, ScalarType dtype) { return full({}, value, dtype); }
Tensor from_list(IntArrayRef list) {
  const Tensor t = empty(int64_t(list.size()), kLong);
  std::copy(list.begin(), list.end(), t.data_ptr<int64_t>());
  return t;
}
Vector<int64_t> to_list(const Tensor& x) {
  const Tensor dense = contiguous(to_dtype(x, kLong));
  const int64_t* from = dense.data_ptr<int64_t>();
  return Vector<int64_t>(from, from + dense.numel());
}

Tensor wrapped_number(const Scalar& value) {
  Tensor t = scalar_tensor(value, value.type());
  t.impl()->wrapped_number = true;
  return t;
}

Tensor window(const Tensor& x, const Dims& sizes, const Dims& strides, int64_t offset) {
  auto* t = new TensorImpl(*x.impl(), sizes, strides, offset);
  t->refresh();
  return Tensor(Ref<TensorImpl>::first(t));
}
Tensor window(const Tensor& x) {
  const TensorImpl& from = *x.impl();
  auto* t = new TensorImpl(from, from.sizes, from.strides, from.offset);
  t->numel = from.numel;
  t->contiguous = from.contiguous;
  t->data = from.data;
  return Tensor(Ref<TensorImpl>::first(t));
}
Tensor part(const Tensor& x, size_t dim, int64_t start, int64_t length) {
  Dims sizes = x.sizes(), strides = x.strides();
  const int64_t offset = x.storage_offset() + start * strides[dim];
  if (length < 0) {
    sizes.erase(dim);
    strides.erase(dim);
  } else {
    sizes[dim] = length;
  }
  return window(x, sizes, strides, offset);
}
Tensor transposed(const Tensor& x) {
  Dims sizes(x.sizes()), strides(x.strides());
  const size_t n = sizes.size();
  std::swap(sizes[n - 2], sizes[n - 1]);
  std::swap(strides[n - 2], strides[n - 1]);
  return window(x, sizes, strides, x.storage_offset());
}

Tensor expand(const Tensor& x, IntArrayRef sizes, const char* op) {
  const size_t n = sizes.size();
  if (size_t(x.dim()) > n)
    fail("{}: the target {} has fewer dims than the tensor, {}", op, sizes, x.sizes());
  const size_t lead = n - size_t(x.dim());
  Dims sz = sizes, st(n);
  for (size_t i = 0; i < n; ++i) {
    if (i < lead) {
      if (sz[i] < 0) fail("{}: a new leading dim needs a size, got {}", op, sizes);
      continue;
    }
    const int64_t own = x.sizes()[i - lead];
    if (sz[i] == -1) sz[i] = own;
    if (sz[i] < 0) fail("{}: sizes must not be negative, got {}", op, sizes);
    if (own == sz[i])
      st[i] = x.strides()[i - lead];
    else if (own != 1)
      fail("{}: shape {} does not expand to {}", op, x.sizes(), sizes);
  }
  checked_numel(sz, op);
  return window(x, std::move(sz), std::move(st), x.storage_offset());
}

void copy(const Tensor& dst, const Tensor& src, const char* op) {
  if (!dst.is_contiguous() || !src.is_contiguous()) {
    check_writable(dst, op);
    if (dst.numel() > 0 && copy_transposed(*dst.impl(), *src.impl())) return;
  }
  elementwise_into(op, cast(src.dtype(), dst.dtype()), dst, {Arg(src)});
}
void interleave(const Tensor& y, TensorList parts, int64_t blocks) {
  const int64_t item = int64_t(y.itemsize()), width = y.numel() / blocks * item;
  std::vector<int64_t> widths;
  for (const Tensor& t : parts) widths.push_back(t.numel() / blocks * item);
  const auto copy_blocks = [&](int64_t begin, int64_t end, auto zero) {
    using T = decltype(zero);
    constexpr int64_t at_once = 8192;  // bytes that stay in the nearest cache
    const int64_t step = width / int64_t(sizeof(T)), some = std::max<int64_t>(1, at_once / width);
    for (int64_t last; begin < end; begin = last) {
      last = std::min(end, begin + some);
      T* first = reinterpret_cast<T*>(y.impl()->data + begin * width);
      for (size_t k = 0; k < widths.size(); ++k) {
        const int64_t n = widths[k] / int64_t(sizeof(T));
        const T* from = reinterpret_cast<const T*>(parts[k].impl()->data) + begin * n;
        T* out = first;
        for (int64_t b = begin; b < last; ++b, out += step, from += n) copy_line(out, from, n);
        first += n;
      }
    }
  };
  parallel_for(
      0, blocks, std::max<int64_t>(1, grain * item / width), [&](int64_t begin, int64_t end) {
        item == 1 ? copy_blocks(begin, end, uint8_t()) : copy_blocks(begin, end, uint32_t());
      });
}
void fill(const Tensor& dst, const Scalar& value) {
  if (dst.numel() == 1)
    return visit_all(dst.dtype(), "fill_", [&](auto zero) {
      *reinterpret_cast<decltype(zero)*>(dst.impl()->data) = value.to<decltype(zero)>();
    });
  // An expanded dim is one place.
  for (size_t d = 0; d < size_t(dst.dim()); ++d)
    if (dst.strides()[d] == 0 && dst.sizes()[d] > 1) {
      Dims once = dst.sizes();
      for (size_t k = d; k < once.size(); ++k)
        if (dst.strides()[k] == 0) once[k] = std::min<int64_t>(once[k], 1);
      return fill(window(dst, std::move(once), dst.strides(), dst.storage_offset()), value);
    }
  elementwise_into("fill_", cast(dst.dtype(), dst.dtype()), dst, {Arg(value, dst.dtype())});
}
Tensor clone(const Tensor& x) {
  Tensor y = empty_like(x);
  copy(y, x);
  return y;
}
Tensor contiguous(const Tensor& x) {
  if (x.is_contiguous()) return x;
  Tensor y = empty(x.sizes(), x.dtype());
  copy(y, x);
  return y;
}
Tensor to_dtype(const Tensor& x, ScalarType t) {
  if (x.dtype() == t) return x;
  Tensor y = empty_like(x, t);
  copy(y, x);
  return y;
}

Scalar item(const Tensor& x) {
  if (x.numel() != 1) fail("item: expected one element, got shape {}", x.sizes());
  return visit_all(x.dtype(), "item", [&](auto zero) {
    return Scalar(*reinterpret_cast<const decltype(zero)*>(x.impl()->data));
  });
}

void check_writable(const Tensor& x, const char* op) {
  if (x.is_contiguous()) return;
  if (may_overlap_itself(x.sizes(), x.strides()))
    fail(
        "{}: several elements of the written tensor share one place, shape {} with strides {}; "
        "clone it first",
        op, x.sizes(), x.strides());
}

}  // namespace gradus::raw
