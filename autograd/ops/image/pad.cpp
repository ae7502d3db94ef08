#include <algorithm>
#include <memory>

#include "autograd/ops/image/resample.h"
#include "autograd/record.h"
#include "tensor/base/checked.h"
#include "tensor/base/fail.h"
#include "tensor/image/resample_axes.h"
#include "tensor/shape.h"

namespace gradus {

using autograd::record;
using autograd::wrt;

Tensor detail::resampled_none(const char* op, const Tensor& x, IntArrayRef out) {
  Dims sizes = x.sizes();
  std::copy(out.begin(), out.end(), sizes.end() - out.size());
  return record(op, raw::zeros(sizes, x.dtype()),
                wrt(x, [sizes = Dims(x.sizes())](const Tensor& dy) {
                  return raw::zeros(sizes, dy.dtype());
                }));
}

Tensor detail::resample(const char* op, const Tensor& x, std::vector<raw::Axis> axes) {
  Tensor y = raw::resample(op, x, axes);
  if (!GradMode::is_enabled() || !autograd::needs_grad(x)) return y;
  auto shared = std::make_shared<const std::vector<raw::Axis>>(std::move(axes));
  return record(op, std::move(y), wrt(x, [op, shared](const Tensor& dy) {
                  std::vector<raw::Axis> back;
                  for (const raw::Axis& axis : *shared) back.push_back(axis.transposed());
                  return detail::resample(op, dy, std::move(back));
                }));
}

namespace {

// The counts for dim d, front and behind; `pad` starts with the last dim.
struct Ends {
  int64_t front = 0, behind = 0;
};
Ends ends(IntArrayRef pad, int64_t dims, int64_t d) {
  const size_t at = size_t(2 * (dims - 1 - d));
  return at < pad.size() ? Ends{pad[at], pad[at + 1]} : Ends{};
}
void check_even(const char* op, const Tensor& x, IntArrayRef pad) {
  if (pad.size() % 2 != 0 || int64_t(pad.size()) > 2 * x.dim())
    fail("{}: expected a pair for each of the last dims of {}, got {}", op, x.sizes(), pad);
}

using raw::Padding;

struct Mode {
  std::string_view name;
  Padding padding;
  const char* nodes[3];  // for one dim, two and three
};
constexpr Mode modes[] = {
    {"reflect", Padding::reflect, {"reflection_pad1d", "reflection_pad2d", "reflection_pad3d"}},
    {"replicate",
     Padding::replicate,
     {"replication_pad1d", "replication_pad2d", "replication_pad3d"}},
    {"circular", Padding::circular, {"pad", "pad", "pad"}}};

Tensor by_source(const char* op, const Tensor& x, IntArrayRef pad, const Mode& mode) {
  const int64_t n = int64_t(pad.size()) / 2;
  if (pad.size() % 2 != 0 || n < 1 || n > 3 || (x.dim() != n + 1 && x.dim() != n + 2))
    fail(
        "{}: {} counts do not fit an input {}: 2, 4 or 6 are for its last 1 to 3 dims, before "
        "which there are 1 or 2",
        op, pad.size(), x.sizes());
  Dims sizes;
  for (int64_t d = x.dim() - n; d < x.dim(); ++d) {
    const Checked size(op, x.size(d));
    const Ends e = ends(pad, x.dim(), d);
    const int64_t most = std::max(e.front, e.behind);
    const int64_t limit = mode.padding == Padding::circular ? size + std::min<int64_t>(e.front, 0) +
                                                                  std::min<int64_t>(e.behind, 0)
                                                            : size - 1;
    if (mode.padding != Padding::replicate && most > limit)
      fail("{}: mode '{}' can add at most {} to dim {} of {}, got {} and {}", op, mode.name, limit,
           d, x.sizes(), e.front, e.behind);
    sizes.push_back(size + e.front + e.behind);
    if (sizes.back() < 1 || size < 1)
      fail("{}: dim {} of {} would have size {}", op, d, x.sizes(), sizes.back());
  }
  const char* node = mode.nodes[n - 1];
  if (!raw::check_resampled(op, x, sizes)) return detail::resampled_none(node, x, sizes);
  std::vector<raw::Axis> axes;
  for (int64_t k = 0; k < n; ++k) {
    const int64_t d = x.dim() - n + k;
    const Ends e = ends(pad, x.dim(), d);
    axes.push_back(raw::padded(mode.padding, x.size(d), sizes[size_t(k)], e.front, e.behind));
  }
  const Tensor y = detail::resample(node, x, std::move(axes));
  return mode.padding == Padding::circular ? y : autograd::linked(1, y);
}

Tensor by_source(const char* op, const Tensor& x, IntArrayRef pad, const Mode& mode, size_t dims) {
  if (pad.size() != 2 * dims) fail("{}: expected {} counts, got {}", op, 2 * dims, pad);
  return by_source(op, x, pad, mode);
}

}  // namespace

Tensor constant_pad_nd(const Tensor& self, IntArrayRef pad, const Scalar& value) {
  check_even("constant_pad_nd", self, pad);
  const char* op = "constant_pad_nd";
  Dims sizes = self.sizes(), from_sizes = sizes;
  int64_t from = self.storage_offset(), to = 0;
  Dims front;
  Dims back;  // the counts that undo it
  for (const int64_t p : pad) back.push_back(checked_sub(op, 0, p));
  for (int64_t d = 0; d < self.dim(); ++d) {
    const size_t at = size_t(d);
    const Ends e = ends(pad, self.dim(), d);
    const Checked size(op, self.sizes()[at]);
    from_sizes[at] = size + std::min<int64_t>(e.front, 0) + std::min<int64_t>(e.behind, 0);
    if (from_sizes[at] < 0)
      fail("{}: dim {} of {} cannot be cut by {} and {}", op, d, self.sizes(), -e.front, -e.behind);
    sizes[at] = size + e.front + e.behind;
    from += std::max<int64_t>(-e.front, 0) * self.strides()[at];
    front.push_back(std::max<int64_t>(e.front, 0));
  }
  const Tensor y = raw::empty(sizes, self.dtype());
  const bool grows = std::any_of(pad.begin(), pad.end(), [](int64_t p) { return p > 0; });
  if (grows) raw::fill(y, value);
  for (size_t d = 0; d < front.size(); ++d) to += front[d] * y.strides()[d];
  const Tensor source = raw::window(self, from_sizes, self.impl()->strides, from);
  if (source.numel() > 0) raw::copy(raw::window(y, from_sizes, y.impl()->strides, to), source);
  return record("constant_pad_nd", y,
                wrt(self, [back](const Tensor& dy) { return constant_pad_nd(dy, back); }));
}

Tensor pad(const Tensor& self, IntArrayRef pad, std::string_view mode,
           std::optional<double> value) {
  if (mode == "constant") return constant_pad_nd(self, pad, value.value_or(0));
  for (const Mode& m : modes) {
    if (m.name != mode) continue;
    if (value && *value != 0) fail("pad: mode '{}' takes no value, got {}", mode, *value);
    return by_source("pad", self, pad, m);
  }
  fail("pad: mode must be 'constant', 'reflect', 'replicate' or 'circular', got '{}'", mode);
}

Tensor reflection_pad1d(const Tensor& self, IntArrayRef pad) {
  return by_source("reflection_pad1d", self, pad, modes[0], 1);
}
Tensor reflection_pad2d(const Tensor& self, IntArrayRef pad) {
  return by_source("reflection_pad2d", self, pad, modes[0], 2);
}
Tensor reflection_pad3d(const Tensor& self, IntArrayRef pad) {
  return by_source("reflection_pad3d", self, pad, modes[0], 3);
}
Tensor replication_pad1d(const Tensor& self, IntArrayRef pad) {
  return by_source("replication_pad1d", self, pad, modes[1], 1);
}
Tensor replication_pad2d(const Tensor& self, IntArrayRef pad) {
  return by_source("replication_pad2d", self, pad, modes[1], 2);
}
Tensor replication_pad3d(const Tensor& self, IntArrayRef pad) {
  return by_source("replication_pad3d", self, pad, modes[1], 3);
}

}  // namespace gradus
