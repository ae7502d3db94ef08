#include "tensor/raw.h"

#include <cstring>

#include "tensor/elementwise.h"
#include "tensor/fail.h"
#include "tensor/shape.h"

namespace gradus::raw {

namespace {
Tensor make(Ref<Storage> storage, Dims sizes, Dims strides, int64_t offset, ScalarType dtype) {
  return Tensor(Ref<TensorImpl>(
      new TensorImpl(std::move(storage), std::move(sizes), std::move(strides), offset, dtype)));
}

template <class To, class From>
To convert(From v) {
  if constexpr (std::is_same_v<To, bool>) {
    return v != From(0);
  } else if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
    // Out of range is undefined in C++; go through int64 and wrap, and give 0-like values a home.
    if (!(v > From(-9.3e18) && v < From(9.22e18))) return To(INT64_MIN);
    return To(int64_t(v));
  } else {
    return To(v);
  }
}
template <class To, class From>
void cast_loop(int64_t n, int64_t rows, char* const* p, const int64_t* s, const int64_t* r) {
  for (int64_t i = 0; i < rows; ++i) {
    char* y = p[0] + i * r[0];
    const char* x = p[1] + i * r[1];
    if (s[0] == sizeof(To) && s[1] == sizeof(From) && std::is_same_v<To, From>) {
      std::memcpy(y, x, size_t(n) * sizeof(To));
      continue;
    }
    for (int64_t j = 0; j < n; ++j)
      *reinterpret_cast<To*>(y + j * s[0]) =
          convert<To>(*reinterpret_cast<const From*>(x + j * s[1]));
  }
}

kernels::Loop cast(ScalarType from, ScalarType to) {
  return visit_all(from, "copy_", [&](auto f) {
    return visit_all(to, "copy_",
                     [&](auto t) -> kernels::Loop { return &cast_loop<decltype(t), decltype(f)>; });
  });
}
}  // namespace

Tensor empty(IntArrayRef sizes, ScalarType dtype) {
  int64_t n = 1;
  for (int64_t s : sizes)
    if (s < 0 || __builtin_mul_overflow(n, s, &n)) {
      n = -1;
      break;
    }
  if (n < 0 || n > (int64_t(1) << 58)) n = checked_numel(sizes, "empty");
  auto storage = Storage::make(size_t(n) * item_size(dtype));
  return make(std::move(storage), sizes, contiguous_strides(sizes), 0, dtype);
}

Tensor empty_strided(IntArrayRef sizes, IntArrayRef strides, ScalarType dtype) {
  if (sizes.size() != strides.size())
    fail("empty_strided: sizes {} and strides {} differ in length", sizes, strides);
  int64_t last = 0;
  const int64_t n = checked_numel(sizes, "empty_strided");
  for (size_t d = 0; d < sizes.size() && n > 0; ++d) {
    int64_t reach;
    if (strides[d] < 0 || __builtin_mul_overflow(sizes[d] - 1, strides[d], &reach) ||
        __builtin_add_overflow(last, reach, &last) || last > (int64_t(1) << 58))
      fail("empty_strided: sizes {} with strides {} are out of range", sizes, strides);
  }
  auto storage = Storage::make(size_t(n == 0 ? 0 : last + 1) * item_size(dtype));
  return make(std::move(storage), sizes, strides, 0, dtype);
}

Tensor empty_like(const Tensor& x, std::optional<ScalarType> dtype) {
  const ScalarType t = dtype.value_or(x.dtype());
  if (x.is_contiguous() || !non_overlapping_and_dense(x.sizes(), x.strides()))
    return empty(x.sizes(), t);
  return empty_strided(x.sizes(), x.strides(), t);
}

Tensor full(IntArrayRef sizes, const Scalar& value, ScalarType dtype) {
  Tensor t = empty(sizes, dtype);
  fill(t, value);
  return t;
}
Tensor scalar_tensor(const Scalar& value, ScalarType dtype) { return full({}, value, dtype); }
Tensor wrapped_number(const Scalar& value) {
  Tensor t = scalar_tensor(value, value.type());
  t.impl()->wrapped_number = true;
  return t;
}

Tensor window(const Tensor& x, Dims sizes, Dims strides, int64_t offset) {
  const TensorImpl& from = *x.impl();
  Tensor t = make(from.storage, std::move(sizes), std::move(strides), offset, from.dtype);
  t.impl()->inference = from.inference;
  t.impl()->untracked = from.untracked;
  return t;
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
  elementwise_into(op, cast(src.dtype(), dst.dtype()), dst, {Arg(src)});
}
void fill(const Tensor& dst, const Scalar& value) {
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
