#include "autograd/ops/view/rearrange.h"

#include <algorithm>

#include "autograd/inplace.h"
#include "autograd/ops/view/zeros_around.h"
#include "tensor/base/checked.h"
#include "tensor/base/fail.h"
#include "tensor/raw.h"
#include "tensor/shape.h"

namespace gradus {

using autograd::record;
using autograd::wrt;

Tensor Tensor::repeat(IntArrayRef repeats) const {
  const TensorImpl& t = checked();
  const size_t n = repeats.size();
  if (n < t.sizes.size())
    fail("repeat: repeats {} are fewer than the dims of shape {}", repeats, sizes());
  const size_t lead = n - t.sizes.size();
  // Each dim as two: which repetition, and the place in it.
  Dims shape(n), pairs(2 * n), from(2 * n), times;
  for (size_t d = 0; d < n; ++d) {
    if (repeats[d] < 0) fail("repeat: repeats must not be negative, got {}", repeats);
    const int64_t size = d < lead ? 1 : t.sizes[d - lead];
    pairs[2 * d] = repeats[d];
    pairs[2 * d + 1] = size;
    from[2 * d + 1] = d < lead ? 0 : t.strides[d - lead];
    times.push_back(int64_t(2 * d));
    shape[d] = checked_mul("repeat", repeats[d], size);
  }
  checked_numel(pairs, "repeat");
  Tensor y = raw::empty(shape, t.dtype);
  raw::copy(raw::window(y, pairs, contiguous_strides(pairs), 0),
            raw::window(*this, pairs, std::move(from), t.offset));
  return record("repeat", std::move(y), wrt(*this, [pairs, times](const Tensor& dy) {
                  return times.empty() ? dy : dy.reshape(pairs).sum(times.ref());
                }));
}

Tensor Tensor::sum_to_size(IntArrayRef size) const {
  if (!expandable(size, sizes()))
    fail("sum_to_size: shape {} does not expand to {}", size, sizes());
  if (sizes() == size) return *this;
  const size_t lead = size_t(dim()) - size.size();
  Dims over;
  for (size_t d = 0; d < size_t(dim()); ++d)
    if (d < lead || (size[d - lead] == 1 && sizes()[d] != 1)) over.push_back(int64_t(d));
  return sum(over.ref(), true).reshape(size);
}

Tensor Tensor::tile(IntArrayRef dims) const {
  Dims repeats = dims;
  while (int64_t(repeats.size()) < dim()) repeats.insert(0, 1);
  return repeat(repeats);
}

namespace {

void check_output_size(int64_t size, std::optional<int64_t> wanted) {
  if (wanted && *wanted != size)
    fail("repeat_interleave: output_size is {}, but the repeats make {}", *wanted, size);
}

Tensor interleave_index(const Tensor& repeats, std::optional<int64_t> output_size) {
  if (repeats.dim() != 1)
    fail("repeat_interleave: repeats must be 0-dim or 1-d, got shape {}", repeats.sizes());
  if (repeats.dtype() != kLong && repeats.dtype() != kInt)
    fail("repeat_interleave: repeats must be int32 or int64, got {}", repeats.dtype());
  const Vector<int64_t> counts = raw::to_list(repeats);
  int64_t total = 0;
  for (const int64_t count : counts) {
    if (count < 0) fail("repeat_interleave: repeats must not be negative, got {}", count);
    total = checked_add("repeat_interleave", total, count);
  }
  check_output_size(total, output_size);
  Tensor index = raw::empty(total, kLong);
  int64_t* p = index.data_ptr<int64_t>();
  for (size_t i = 0; i < counts.size(); ++i) p = std::fill_n(p, counts[i], int64_t(i));
  return index;
}

}  // namespace

Tensor repeat_interleave(const Tensor& repeats, std::optional<int64_t> output_size) {
  return interleave_index(repeats, output_size);
}
Tensor Tensor::repeat_interleave(const Tensor& repeats, std::optional<int64_t> d,
                                 std::optional<int64_t> output_size) const {
  if (!d) return flatten().repeat_interleave(repeats, 0, output_size);
  const Tensor x = dim() == 0 ? reshape(1) : *this;
  const int64_t size = x.size(*d);
  Tensor each = repeats;
  if (repeats.dim() == 0 || (repeats.dim() == 1 && repeats.numel() == 1))
    each = raw::expand(raw::window(repeats, {1}, {0}, repeats.storage_offset()), size);
  if (each.dim() == 1 && each.numel() != size)
    fail("repeat_interleave: {} repeats do not match size {} of dim {}", each.numel(), size, *d);
  return x.index_select(*d, interleave_index(each, output_size));
}
Tensor Tensor::repeat_interleave(int64_t repeats, std::optional<int64_t> d,
                                 std::optional<int64_t> output_size) const {
  if (repeats < 0) fail("repeat_interleave: repeats must not be negative, got {}", repeats);
  if (!d) return flatten().repeat_interleave(repeats, 0, output_size);
  const Tensor x = dim() == 0 ? reshape(1) : *this;
  const size_t at = size_t(wrap_dim(*d, x.dim(), "repeat_interleave"));
  Dims pairs = x.sizes(), from = x.strides(), shape = x.sizes();
  pairs.insert(at + 1, repeats);
  from.insert(at + 1, 0);
  shape[at] = checked_mul("repeat_interleave", shape[at], repeats);
  checked_numel(pairs, "repeat_interleave");
  check_output_size(shape[at], output_size);
  Tensor y = raw::empty(shape, dtype());
  raw::copy(raw::window(y, pairs, contiguous_strides(pairs), 0),
            raw::window(x, pairs, std::move(from), x.storage_offset()));
  return record("repeat_interleave", std::move(y), wrt(x, [pairs, at](const Tensor& dy) {
                  return dy.reshape(pairs).sum(int64_t(at) + 1);
                }));
}

Tensor Tensor::flip(IntArrayRef dims) const {
  const TensorImpl& t = checked();
  Dims wrapped, strides = t.strides;
  std::vector<bool> seen(t.sizes.size() + 1);
  int64_t offset = t.offset;
  for (int64_t d : dims) {
    const size_t at = size_t(wrap_dim(d, dim(), "flip"));
    if (seen[at]) fail("flip: dim {} appears twice in {}", at, dims);
    seen[at] = true;
    wrapped.push_back(int64_t(at));
    if (t.numel == 0 || t.sizes.empty()) continue;
    offset += (t.sizes[at] - 1) * t.strides[at];
    strides[at] = -t.strides[at];
  }
  Tensor y = raw::empty_like(*this);
  raw::copy(y, raw::window(*this, t.sizes, std::move(strides), offset));
  return record("flip", std::move(y),
                wrt(*this, [wrapped](const Tensor& dy) { return dy.flip(wrapped); }));
}
Tensor Tensor::fliplr() const {
  if (dim() < 2) fail("fliplr: expected at least 2 dims, got shape {}", sizes());
  return flip(1);
}
Tensor Tensor::flipud() const {
  if (dim() < 1) fail("flipud: expected at least 1 dim, got shape {}", sizes());
  return flip(0);
}
Tensor Tensor::rot90(int64_t k, IntArrayRef dims) const {
  if (dims.size() != 2) fail("rot90: expected two dims, got {}", dims);
  if (dim() < 2) fail("rot90: expected at least 2 dims, got shape {}", sizes());
  const int64_t a = wrap_dim(dims[0], dim(), "rot90"), b = wrap_dim(dims[1], dim(), "rot90");
  if (a == b) fail("rot90: the dims must differ, got {}", dims);
  switch ((k % 4 + 4) % 4) {
    case 1:
      return autograd::called("rot90", flip(b).transpose(a, b));
    case 2:
      return autograd::called("rot90", flip({a, b}));
    case 3:
      return autograd::called("rot90", flip(a).transpose(a, b));
    default:
      return clone(MemoryFormat::Contiguous);
  }
}

namespace {

// y = x with each dim from `d` on turned by so many places. What stays together goes at once.
void turn(const Tensor& y, const Tensor& x, const Dims& places, size_t d) {
  while (d < places.size() && places[d] == 0) ++d;
  if (d == places.size()) return raw::copy(y, x);
  const int64_t first = places[d], rest = x.sizes()[d] - first;
  turn(raw::part(y, d, first, rest), raw::part(x, d, 0, rest), places, d + 1);
  turn(raw::part(y, d, 0, first), raw::part(x, d, rest, first), places, d + 1);
}

}  // namespace

Tensor Tensor::roll(IntArrayRef shifts, IntArrayRef dims) const {
  checked();
  if (dims.empty() && shifts.size() == 1)
    return autograd::called("roll", contiguous().view(-1).roll(shifts, 0).view(sizes()));
  if (shifts.empty() || shifts.size() != dims.size())
    fail("roll: shifts {} and dims {} differ in length", shifts, dims);
  if (dim() == 0) {
    for (int64_t d : dims) wrap_dim(d, 0, "roll");
    return clone();
  }
  Tensor y = raw::empty(sizes(), dtype());
  Dims back, places(sizes().size());
  for (size_t i = 0; i < dims.size(); ++i) {
    const auto d = size_t(wrap_dim(dims[i], dim(), "roll"));
    const int64_t size = std::max<int64_t>(sizes()[d], 1);
    const int64_t shift = shifts[i] % size;
    places[d] = (places[d] + shift + size) % size;
    back.push_back(-shift);
  }
  if (y.numel() > 0) turn(y, *this, places, 0);
  return record("roll", std::move(y), wrt(*this, [back, at = Dims(dims)](const Tensor& dy) {
                  return dy.roll(back, at);
                }));
}

}  // namespace gradus
