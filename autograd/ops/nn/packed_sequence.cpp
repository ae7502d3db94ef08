// Sequences of different lengths side by side: padded, and packed without the padding.
#include <algorithm>

#include "autograd/factories.h"
#include "autograd/ops/nn/recurrent.h"
#include "autograd/ops/nn/recurrent_layer.h"
#include "autograd/ops/view/join.h"
#include "autograd/record.h"
#include "tensor/base/checked.h"
#include "tensor/base/fail.h"

namespace gradus {
using namespace autograd;

namespace {

// The place of each packed row among those of [steps, batch].
Tensor places(const Vector<int64_t>& sizes, int64_t batch) {
  Vector<int64_t> out;
  for (size_t t = 0; t < sizes.size(); ++t)
    for (int64_t b = 0; b < sizes[t]; ++b) out.push_back(int64_t(t) * batch + b);
  return raw::from_list(out);
}

// [steps, batch, rest] as [steps * batch, rest].
std::vector<int64_t> rows_of(const char* op, const Tensor& x) {
  std::vector<int64_t> shape = x.sizes().slice(1).vec();
  shape[0] = Checked(op, x.size(0)) * x.size(1);
  return shape;
}

}  // namespace

std::tuple<Tensor, Tensor> _pack_padded_sequence(const Tensor& input, const Tensor& lengths,
                                                 bool batch_first) {
  constexpr const char* op = "_pack_padded_sequence";
  if (input.dim() < 2) fail("{}: the input needs 2 dims or more, got {}", op, input.sizes());
  const Tensor x = batch_first ? input.transpose(0, 1) : input;
  const int64_t steps = x.size(0), batch = x.size(1);
  if (!is_integral(lengths.dtype(), false) || lengths.dim() != 1 || lengths.size(0) != batch)
    fail("{}: lengths must be {} integers, got {} of {}", op, batch, lengths.sizes(),
         lengths.dtype());
  const Vector<int64_t> length = raw::to_list(lengths);
  if (batch == 0) fail("{}: there are no sequences, the input's shape is {}", op, input.sizes());
  for (size_t b = 0; b < length.size(); ++b) {
    if (length[b] < 1) fail("{}: lengths must be positive, got {}", op, length[b]);
    if (b > 0 && length[b] > length[b - 1])
      fail("{}: lengths must not grow unless enforce_sorted is false, got {} after {}", op,
           length[b], length[b - 1]);
  }
  if (length[0] > steps)
    fail("{}: a sequence of length {} does not fit in {} steps", op, length[0], steps);
  Vector<int64_t> sizes;
  for (int64_t t = 0, n = batch; t < length[0]; ++t) {
    while (length[size_t(n - 1)] <= t) --n;
    sizes.push_back(n);
  }
  const Tensor data = x.reshape(rows_of(op, x)).index_select(0, places(sizes, batch));
  return {called(op, data), raw::from_list(sizes)};
}

std::tuple<Tensor, Tensor> _pad_packed_sequence(const Tensor& data, const Tensor& batch_sizes,
                                                bool batch_first, const Scalar& padding_value,
                                                int64_t total_length) {
  constexpr const char* op = "_pad_packed_sequence";
  if (data.dim() < 1) fail("{}: the data needs 1 dim or more, got {}", op, data.sizes());
  const auto sizes = steps_of(op, batch_sizes, data.size(0));
  auto steps = int64_t(sizes.size());
  Vector<int64_t> lengths;
  for (int64_t b = 0; b < sizes[0]; ++b) {
    const auto ends = [&](int64_t n) { return n > b; };
    lengths.push_back(std::partition_point(sizes.begin(), sizes.end(), ends) - sizes.begin());
  }
  if (total_length > 0) {
    if (total_length < steps)
      fail("{}: total_length is {}, the longest sequence has {}", op, total_length, steps);
    steps = total_length;
  }
  std::vector<int64_t> shape = data.sizes().vec();
  shape[0] = Checked(op, steps) * sizes[0];
  Tensor out =
      full(shape, padding_value, data.dtype()).index_copy(0, places(sizes, sizes[0]), data);
  shape[0] = sizes[0];
  shape.insert(shape.begin(), steps);
  out = called(op, out.view(shape));
  return {batch_first ? out.transpose(0, 1) : out, raw::from_list(lengths)};
}

Tensor pad_sequence(TensorList sequences, bool batch_first, double padding_value,
                    std::string_view padding_side) {
  constexpr const char* op = "pad_sequence";
  if (sequences.empty()) fail("{}: there are no sequences", op);
  if (padding_side != "left" && padding_side != "right")
    fail("{}: padding_side must be left or right, got {}", op, padding_side);
  int64_t longest = 0;
  for (const Tensor& x : sequences) {
    if (x.dim() == 0 || x.sizes().slice(1) != sequences[0].sizes().slice(1))
      fail("{}: sequences differ behind their first dim, {} and {}", op, sequences[0].sizes(),
           x.sizes());
    longest = std::max(longest, x.size(0));
  }
  std::vector<Tensor> padded;
  for (const Tensor& given : sequences) {
    const Tensor x = given.to(sequences[0].dtype());
    std::vector<int64_t> shape = x.sizes().vec();
    shape[0] = longest - shape[0];
    if (shape[0] == 0) {
      padded.push_back(x);
      continue;
    }
    const Tensor padding = full(shape, padding_value, x.dtype());
    padded.push_back(padding_side == "left" ? cat({padding, x}) : cat({x, padding}));
  }
  return stack(padded, batch_first ? 0 : 1);
}

}  // namespace gradus
