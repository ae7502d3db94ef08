#include "tensor/shape.h"

#include <algorithm>

#include "tensor/base/fail.h"

namespace gradus {

int64_t wrap_dim(int64_t dim, int64_t ndim, const char* op) {
  const int64_t n = std::max<int64_t>(ndim, 1);
  if (dim < -n || dim >= n)
    fail_index("{}: dim out of range, expected one in [{}, {}] and got {}", op, -n, n - 1, dim);
  return dim < 0 ? dim + n : dim;
}

std::vector<bool> dim_mask(IntArrayRef dims, int64_t ndim, const char* op) {
  std::vector<bool> mask(size_t(std::max<int64_t>(ndim, 1)), dims.empty());
  for (int64_t d : dims) {
    const size_t i = size_t(wrap_dim(d, ndim, op));
    if (mask[i]) fail("{}: dim {} appears twice in {}", op, i, dims);
    mask[i] = true;
  }
  return mask;
}

int64_t checked_numel(IntArrayRef sizes, const char* op) {
  int64_t n = 1;
  bool zero = false, overflow = false;
  for (int64_t s : sizes) {
    if (s < 0) fail("{}: sizes must not be negative, got {}", op, sizes);
    if (s == 0)
      zero = true;
    else
      overflow = __builtin_mul_overflow(n, s, &n) || overflow;
  }
  if (overflow || n > (int64_t(1) << 58)) {
    if (zero) fail("{}: the strides of sizes {} overflow", op, sizes);
    fail("{}: sizes {} hold more than 2^58 elements", op, sizes);
  }
  return zero ? 0 : n;
}

std::optional<int64_t> last_place(IntArrayRef sizes, IntArrayRef strides, int64_t offset) {
  int64_t last = offset;
  for (size_t d = 0; d < sizes.size(); ++d) {
    int64_t reach;
    if (__builtin_mul_overflow(std::max<int64_t>(sizes[d] - 1, 0), strides[d], &reach) ||
        __builtin_add_overflow(last, reach, &last))
      return std::nullopt;
  }
  if (last > largest_stride) return std::nullopt;
  return last;
}

Dims contiguous_strides(IntArrayRef sizes) {
  Dims strides;
  strides.resize(sizes.size());
  int64_t step = 1;
  for (size_t i = sizes.size(); i-- > 0;) {
    strides[i] = step;
    step *= std::max<int64_t>(sizes[i], 1);
  }
  return strides;
}

Dims channels_last_strides(IntArrayRef sizes, MemoryFormat format, const char* op) {
  const size_t n = format == MemoryFormat::ChannelsLast ? 4 : 5;
  if (sizes.size() != n)
    fail("{}: this channels-last format needs {} dims, got shape {}", op, n, sizes);
  Dims strides(n);
  strides[1] = 1;
  int64_t step = std::max<int64_t>(sizes[1], 1);
  for (size_t i = n; i-- > 2;) {
    strides[i] = step;
    step *= std::max<int64_t>(sizes[i], 1);
  }
  strides[0] = step;
  return strides;
}

Dims entries(const char* op, const char* what, IntArrayRef a, size_t dims, int64_t least) {
  if (a.size() != 1 && a.size() != dims)
    fail("{}: expected 1 or {} values for {}, got {}", op, dims, what, a);
  Dims out(dims, a[0]);
  for (size_t i = 0; i < a.size(); ++i) {
    if (a[i] < least) fail("{}: {} must be {} or more, got {}", op, what, least, a);
    out[i] = a[i];
  }
  return out;
}

Dims broadcast_shapes(IntArrayRef a, IntArrayRef b, const char* op) {
  if (a == b) return a;
  const IntArrayRef longer = a.size() >= b.size() ? a : b, shorter = a.size() >= b.size() ? b : a;
  Dims out = longer;
  const size_t lead = longer.size() - shorter.size();
  for (size_t i = 0; i < shorter.size(); ++i) {
    int64_t& size = out[lead + i];
    if (size == 1)
      size = shorter[i];
    else if (shorter[i] != 1 && shorter[i] != size)
      fail("{}: shapes do not broadcast, {} and {}", op, a, b);
  }
  return out;
}

bool expandable(IntArrayRef from, IntArrayRef to) {
  if (from.size() > to.size()) return false;
  const size_t lead = to.size() - from.size();
  for (size_t i = 0; i < from.size(); ++i)
    if (from[i] != 1 && from[i] != to[lead + i]) return false;
  return true;
}

void infer_size(Dims& out, IntArrayRef shape, int64_t numel, const char* op) {
  out.resize(shape.size());
  int64_t* size = out.data();
  int64_t known = 1;
  int64_t* open = nullptr;
  for (size_t i = 0; i < shape.size(); ++i) {
    size[i] = shape[i];
    if (shape[i] == -1) {
      if (open) fail("{}: only one size can be inferred, got {}", op, shape);
      open = size + i;
    } else if (shape[i] < 0) {
      fail("{}: sizes must not be negative, got {}", op, shape);
    } else if (__builtin_mul_overflow(known, shape[i], &known)) {
      fail("{}: shape {} is invalid for {} elements", op, shape, numel);
    }
  }
  if (open) {
    if (known == 0)
      fail("{}: the size left open in {} is ambiguous, there are no elements", op, shape);
    if (numel % known == 0) {
      *open = numel / known;
      if (numel == 0) checked_numel(out, op);
      return;
    }
  } else if (known == numel) {
    if (numel == 0) checked_numel(out, op);
    return;
  }
  fail("{}: shape {} is invalid for {} elements", op, shape, numel);
}

std::optional<Dims> view_strides(IntArrayRef sizes, IntArrayRef strides, IntArrayRef shape) {
  if (product(sizes) == 0) {
    if (sizes == shape) return Dims(strides);
    return contiguous_strides(shape);
  }
  if (sizes.empty()) return Dims(shape.size(), 1);
  // Walk from the back: each run of old dims that is contiguous in itself must be covered by whole
  // new dims.
  Dims out(shape.size());
  int64_t v = int64_t(shape.size()) - 1;
  int64_t base = strides.back(), old_run = 1, new_run = 1;
  for (size_t d = sizes.size(); d-- > 0;) {
    old_run *= sizes[d];
    if (d > 0 && (sizes[d - 1] == 1 || strides[d - 1] == old_run * base)) continue;
    while (v >= 0 && (new_run < old_run || shape[size_t(v)] == 1)) {
      out[size_t(v)] = new_run * base;
      new_run *= shape[size_t(v)];
      --v;
    }
    if (new_run != old_run) return std::nullopt;
    if (d > 0) {
      base = strides[d - 1];
      old_run = new_run = 1;
    }
  }
  if (v != -1) return std::nullopt;
  return out;
}

namespace {
// Dims of size above 1, by rising stride.
Dims by_stride(IntArrayRef sizes, IntArrayRef strides) {
  Dims order;
  for (size_t i = sizes.size(); i-- > 0;) {
    if (sizes[i] <= 1) continue;
    size_t at = order.size();  // mostly the end
    while (at > 0 && strides[i] < strides[size_t(order[at - 1])]) --at;
    order.insert(at, int64_t(i));
  }
  return order;
}
}  // namespace

bool non_overlapping_and_dense(IntArrayRef sizes, IntArrayRef strides) {
  int64_t expected = 1;
  for (const int64_t i : by_stride(sizes, strides)) {
    const auto d = size_t(i);
    if (strides[d] != expected) return false;
    expected *= sizes[d];
  }
  return true;
}

bool may_overlap_itself(IntArrayRef sizes, IntArrayRef strides) {
  for (int64_t s : sizes)
    if (s == 0) return false;
  int64_t reach = 0;
  for (const int64_t i : by_stride(sizes, strides)) {
    const auto d = size_t(i);
    if (strides[d] <= reach) return true;
    reach += strides[d] * (sizes[d] - 1);
  }
  return false;
}

}  // namespace gradus
