// One tensor seen as several.
#include <algorithm>
#include <cstdlib>

#include "autograd/inplace.h"
#include "autograd/ops/view/join.h"
#include "autograd/ops/view/view.h"
#include "tensor/base/checked.h"
#include "tensor/base/fail.h"
#include "tensor/pointwise/elementwise.h"
#include "tensor/raw.h"
#include "tensor/shape.h"

namespace gradus {

using autograd::Grads;
using autograd::Needs;
using autograd::record_joint;
using autograd::record_views;

namespace {

size_t split_dim(const char* op, const Tensor& x, int64_t dim) {
  if (x.dim() == 0) fail("{}: a 0-dim tensor cannot be split", op);
  return size_t(wrap_dim(dim, x.dim(), op));
}

// A tensor whose parts along dim, of those lengths (-1: slices), have the gradients dy; those that
// did not come are zeros.
Tensor whole(const Grads& dy, ScalarType type, const Dims& sizes, size_t dim, const Dims& lengths) {
  Tensor dx = raw::empty(sizes, type);
  std::vector<Tensor> came(dy.size());
  int64_t start = 0, done = 0;
  const auto clear = [&] {
    if (start > done) raw::fill(raw::part(dx, dim, done, start - done), 0);
  };
  for (size_t i = 0; i < lengths.size(); ++i) {
    const int64_t next = start + std::abs(lengths[i]);
    if (dy.defined(i)) {
      clear();
      came[i] = dy[i];
      raw::copy(raw::part(dx, dim, start, lengths[i]), came[i]);
      done = next;
    }
    start = next;
  }
  clear();
  return record_joint(lengths[0] < 0 ? "stack" : "cat", std::move(dx), came,
                      [dim, lengths](const Tensor& d2, const Needs& needs) {
                        std::vector<Tensor> out(lengths.size());
                        int64_t from = 0;
                        for (size_t i = 0; i < lengths.size(); ++i) {
                          const int64_t n = lengths[i];
                          if (needs[i])
                            out[i] = n < 0 ? d2.select(int64_t(dim), from)
                                           : d2.narrow(int64_t(dim), from, n);
                          from += std::abs(n);
                        }
                        return out;
                      });
}

// An empty list with room for n tensors.
std::vector<Tensor> list_for(const char* op, size_t n) {
  std::vector<Tensor> out;
  try {
    out.reserve(n);
  } catch (const std::exception&) {
    fail("{}: there is no memory for {} parts", op, n);
  }
  return out;
}

// The parts of x along dim, of those lengths (-1: slices), without history.
std::vector<Tensor> windows(const char* op, const Tensor& x, size_t dim, const Dims& lengths) {
  std::vector<Tensor> out = list_for(op, lengths.size());
  int64_t start = 0;
  for (const int64_t length : lengths) {
    out.push_back(raw::part(x, dim, start, length));
    start += std::abs(length);
  }
  return out;
}
auto to_whole(const Tensor& x, size_t dim, const Dims& lengths) {
  return [dim, lengths, sizes = x.impl()->sizes, type = x.dtype()](const Grads& dy) {
    return whole(dy, type, sizes, dim, lengths);
  };
}
// The parts as views that one operation made.
std::vector<Tensor> parts(const char* op, const Tensor& x, size_t dim, const Dims& lengths) {
  return record_views(op, x, windows(op, x, dim, lengths), to_whole(x, dim, lengths));
}
// The parts as results of their own for the tape, which may be written in place although they share
// x's memory.
std::vector<Tensor> unsafe_parts(const char* op, const Tensor& x, size_t dim, const Dims& lengths) {
  return autograd::record_many(op, windows(op, x, dim, lengths),
                               autograd::wrt(x, to_whole(x, dim, lengths)));
}

// As many parts as memory may hold, and a limit for parts of an empty dim, which need none.
constexpr int64_t most_parts = int64_t(1) << 26, most_empty_parts = int64_t(1) << 20;
void check_parts(const char* op, int64_t parts, int64_t most) {
  if (parts > most) fail("{}: {} parts are more than {}", op, parts, most);
}

Dims equal_lengths(const char* op, int64_t size, int64_t length) {
  if (length < 0) fail("{}: the part size must not be negative, got {}", op, length);
  if (length == 0 && size != 0) fail("{}: a part size of 0 does not make up size {}", op, size);
  if (size == 0) return {0};
  check_parts(op, ceil_div(size, length), most_parts);
  Dims lengths;
  for (int64_t at = 0; at < size; at += length) lengths.push_back(std::min(length, size - at));
  return lengths;
}

}  // namespace

std::vector<Tensor> Tensor::split(int64_t split_size, int64_t d) const {
  const size_t at = split_dim("split", *this, d);
  return parts("split", *this, at, equal_lengths("split", size(d), split_size));
}
std::vector<Tensor> Tensor::split(IntArrayRef sizes, int64_t d) const {
  return split_with_sizes(sizes, d);
}
std::vector<Tensor> Tensor::split_with_sizes(IntArrayRef lengths, int64_t d) const {
  const size_t at = split_dim("split_with_sizes", *this, d);
  int64_t sum = 0;
  for (int64_t n : lengths) {
    if (n < 0) fail("split_with_sizes: sizes must not be negative, got {}", lengths);
    sum = checked_add("split_with_sizes", sum, n);
  }
  if (sum != sizes()[at])
    fail("split_with_sizes: sizes {} do not add up to that of dim {}, {}", lengths, at,
         sizes()[at]);
  return parts("split_with_sizes", *this, at, lengths);
}
std::vector<Tensor> Tensor::unsafe_split(int64_t split_size, int64_t d) const {
  const size_t at = split_dim("unsafe_split", *this, d);
  return unsafe_parts("unsafe_split", *this, at,
                      equal_lengths("unsafe_split", size(d), split_size));
}

namespace {
int64_t chunk_length(const char* op, const Tensor& x, int64_t chunks, int64_t dim) {
  split_dim(op, x, dim);
  if (chunks <= 0) fail("{}: the number of chunks must be positive, got {}", op, chunks);
  const int64_t size = x.size(dim);
  if (size == 0) check_parts(op, chunks, most_empty_parts);
  return ceil_div(size, chunks);
}
}  // namespace

std::vector<Tensor> Tensor::chunk(int64_t chunks, int64_t d) const {
  const int64_t length = chunk_length("chunk", *this, chunks, d);
  // An empty dim gives as many empty chunks as were asked for.
  if (length == 0) return split_with_sizes(Dims(size_t(chunks), 0), d);
  return split(length, d);
}
std::vector<Tensor> Tensor::unsafe_chunk(int64_t chunks, int64_t d) const {
  const int64_t length = chunk_length("unsafe_chunk", *this, chunks, d);
  if (length == 0)
    return unsafe_parts("unsafe_chunk", *this, split_dim("unsafe_chunk", *this, d),
                        Dims(size_t(chunks), 0));
  return unsafe_split(length, d);
}

std::vector<Tensor> Tensor::unbind(int64_t d) const {
  if (dim() == 0) fail_index("unbind: a 0-dim tensor has no dim to unbind");
  const size_t at = size_t(wrap_dim(d, dim(), "unbind"));
  if (sizes()[at] == 0) return {};
  check_parts("unbind", sizes()[at], most_parts);
  return parts("unbind", *this, at, Dims(size_t(sizes()[at]), -1));
}

std::vector<Tensor> Tensor::tensor_split(int64_t sections, int64_t d) const {
  const size_t at = split_dim("tensor_split", *this, d);
  if (sections <= 0)
    fail("tensor_split: the number of sections must be positive, got {}", sections);
  check_parts("tensor_split", sections, std::max(sizes()[at], most_empty_parts));
  const int64_t each = sizes()[at] / sections, longer = sizes()[at] % sections;
  std::vector<Tensor> out = list_for("tensor_split", size_t(sections));
  int64_t start = 0;
  for (int64_t i = 0; i < sections; ++i) {
    const int64_t length = each + (i < longer);
    out.push_back(slice(int64_t(at), start, start + length));
    start += length;
  }
  return out;
}
std::vector<Tensor> Tensor::tensor_split(IntArrayRef indices, int64_t d) const {
  const size_t at = split_dim("tensor_split", *this, d);
  std::vector<Tensor> out;
  int64_t start = 0;
  for (int64_t end : indices) {
    out.push_back(slice(int64_t(at), start, end));
    start = end;
  }
  out.push_back(slice(int64_t(at), start));
  return out;
}
std::vector<Tensor> Tensor::tensor_split(const Tensor& indices_or_sections, int64_t d) const {
  const Tensor& t = indices_or_sections;
  if (t.dtype() != kLong || t.dim() > 1)
    fail("tensor_split: expected a 0-dim or 1-d tensor of int64, got {} of shape {}", t.dtype(),
         t.sizes());
  if (t.dim() == 0) return tensor_split(t.item().toLong(), d);
  return tensor_split(IntArrayRef(raw::to_list(t)), d);
}

namespace {

// The dim that h/v/dsplit divide; sections must divide it.
int64_t even_dim(const char* op, const Tensor& x, int64_t dim, int64_t least,
                 std::optional<int64_t> sections) {
  if (x.dim() < least) fail("{}: expected at least {} dims, got shape {}", op, least, x.sizes());
  if (sections && (*sections <= 0 || x.size(dim) % *sections != 0))
    fail("{}: {} sections do not divide dim {} of shape {}", op, *sections, dim, x.sizes());
  return dim;
}

}  // namespace

std::vector<Tensor> Tensor::hsplit(int64_t sections) const {
  return tensor_split(sections, even_dim("hsplit", *this, dim() == 1 ? 0 : 1, 1, sections));
}
std::vector<Tensor> Tensor::hsplit(IntArrayRef indices) const {
  return tensor_split(indices, even_dim("hsplit", *this, dim() == 1 ? 0 : 1, 1, std::nullopt));
}
std::vector<Tensor> Tensor::vsplit(int64_t sections) const {
  return tensor_split(sections, even_dim("vsplit", *this, 0, 2, sections));
}
std::vector<Tensor> Tensor::vsplit(IntArrayRef indices) const {
  return tensor_split(indices, even_dim("vsplit", *this, 0, 2, std::nullopt));
}
std::vector<Tensor> Tensor::dsplit(int64_t sections) const {
  return tensor_split(sections, even_dim("dsplit", *this, 2, 3, sections));
}
std::vector<Tensor> Tensor::dsplit(IntArrayRef indices) const {
  return tensor_split(indices, even_dim("dsplit", *this, 2, 3, std::nullopt));
}
Tensor atleast_1d(const Tensor& x) { return x.dim() == 0 ? x.reshape(1) : x; }
Tensor atleast_2d(const Tensor& x) {
  return x.dim() == 0 ? x.reshape({1, 1}) : x.dim() == 1 ? x.unsqueeze(0) : x;
}
Tensor atleast_3d(const Tensor& x) {
  switch (x.dim()) {
    case 0:
      return x.reshape({1, 1, 1});
    case 1:
      return x.unsqueeze(0).unsqueeze(-1);
    case 2:
      return x.unsqueeze(-1);
    default:
      return x;
  }
}

namespace {
std::vector<Tensor> each(Tensor (*f)(const Tensor&), TensorList tensors) {
  std::vector<Tensor> out;
  for (const Tensor& t : tensors) out.push_back(f(t));
  return out;
}
}  // namespace
std::vector<Tensor> atleast_1d(TensorList tensors) { return each(atleast_1d, tensors); }
std::vector<Tensor> atleast_2d(TensorList tensors) { return each(atleast_2d, tensors); }
std::vector<Tensor> atleast_3d(TensorList tensors) { return each(atleast_3d, tensors); }
std::vector<Tensor> broadcast_tensors(TensorList tensors) {
  Dims shape;
  for (const Tensor& t : tensors) shape = broadcast_shapes(shape, t.sizes(), "broadcast_tensors");
  std::vector<Tensor> out;
  for (const Tensor& t : tensors) out.push_back(t.sizes() == shape.ref() ? t : t.expand(shape));
  return out;
}

std::vector<Tensor> meshgrid(TensorList tensors, std::string_view indexing) {
  if (indexing != "ij" && indexing != "xy")
    fail("meshgrid: indexing must be \"ij\" or \"xy\", got \"{}\"", indexing);
  if (tensors.empty()) fail("meshgrid: expected at least one tensor");
  const bool swapped = indexing == "xy" && tensors.size() >= 2;
  std::vector<Tensor> in(tensors.begin(), tensors.end());
  if (swapped) std::swap(in[0], in[1]);
  Dims shape;
  for (const Tensor& t : in) {
    if (t.dim() > 1) fail("meshgrid: expected 0-dim or 1-d tensors, got shape {}", t.sizes());
    if (t.dtype() != in[0].dtype())
      fail("meshgrid: types differ, {} and {}", in[0].dtype(), t.dtype());
    shape.push_back(t.numel());
  }
  for (size_t i = 0; i < in.size(); ++i) {
    Dims own(in.size(), 1);
    own[i] = shape[i];
    in[i] = in[i].view(own).expand(shape);
  }
  if (swapped) std::swap(in[0], in[1]);
  return in;
}
std::vector<Tensor> meshgrid(TensorList tensors) { return meshgrid(tensors, "ij"); }

}  // namespace gradus
