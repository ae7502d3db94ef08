#include "nn/utils/rnn.h"

#include "autograd/factories.h"
#include "autograd/ops/nn/recurrent.h"
#include "tensor/base/fail.h"
#include "tensor/raw.h"

namespace gradus::nn::utils::rnn {

Tensor invert_permutation(const Tensor& permutation) {
  if (!permutation.defined()) return permutation;
  return zeros_like(permutation).scatter(0, permutation, arange(permutation.numel()));
}

PackedSequence::PackedSequence(Tensor data, Tensor batch_sizes, Tensor sorted_indices,
                               Tensor unsorted_indices)
    : data_(std::move(data)),
      batch_sizes_(std::move(batch_sizes)),
      sorted_indices_(std::move(sorted_indices)),
      unsorted_indices_(unsorted_indices.defined() ? std::move(unsorted_indices)
                                                   : invert_permutation(sorted_indices_)) {}

PackedSequence PackedSequence::to(const TensorOptions& options) const {
  return PackedSequence(data_.to(options), batch_sizes_, sorted_indices_, unsorted_indices_);
}

PackedSequence PackedSequence::pin_memory() const {
  fail("pin_memory: there is no device but the CPU");
}

PackedSequence pack_padded_sequence(Tensor input, Tensor lengths, bool batch_first,
                                    bool enforce_sorted) {
  lengths = lengths.to(kLong);
  Tensor sorted;
  if (!enforce_sorted) {
    std::tie(lengths, sorted) = lengths.sort(-1, /*descending=*/true);
    if (sorted.dim() == 1 && input.dim() >= 2) {
      const int64_t batch = input.size(batch_first ? 0 : 1);
      if (batch != sorted.size(0))
        fail("pack_padded_sequence: there are {} lengths for {} sequences", sorted.size(0), batch);
      input = input.index_select(batch_first ? 0 : 1, sorted);
    }
  }
  auto [data, sizes] = _pack_padded_sequence(input, lengths, batch_first);
  return PackedSequence(std::move(data), std::move(sizes), std::move(sorted));
}

std::tuple<Tensor, Tensor> pad_packed_sequence(const PackedSequence& sequence, bool batch_first,
                                               double padding_value,
                                               std::optional<int64_t> total_length) {
  const int64_t longest = sequence.batch_sizes().size(0);
  if (total_length && *total_length < longest)
    fail("pad_packed_sequence: total_length is {}, the longest sequence has {}", *total_length,
         longest);
  auto [padded, lengths] =
      _pad_packed_sequence(sequence.data(), sequence.batch_sizes(), batch_first, padding_value,
                           total_length.value_or(longest));
  const Tensor& order = sequence.unsorted_indices();
  if (!order.defined()) return {padded, lengths};
  return {padded.index_select(batch_first ? 0 : 1, order), lengths.index_select(0, order)};
}

Tensor pad_sequence(TensorList sequences, bool batch_first, double padding_value,
                    std::string_view padding_side) {
  return gradus::pad_sequence(sequences, batch_first, padding_value, padding_side);
}

std::vector<Tensor> unpad_sequence(const Tensor& padded_sequences, const Tensor& lengths,
                                   bool batch_first) {
  if (padded_sequences.dim() < 2)
    fail("unpad_sequence: expected 2 dims or more, got {}", padded_sequences.sizes());
  const Tensor each = batch_first ? padded_sequences : padded_sequences.transpose(0, 1);
  if (lengths.dim() != 1 || lengths.size(0) != each.size(0))
    fail("unpad_sequence: lengths have shape {} for {} sequences", lengths.sizes(), each.size(0));
  std::vector<Tensor> out;
  for (int64_t i = 0; i < each.size(0); ++i)
    out.push_back(each.select(0, i).narrow(0, 0, lengths.select(0, i).item<int64_t>()));
  return out;
}

PackedSequence pack_sequence(TensorList sequences, bool enforce_sorted) {
  const Tensor padded = gradus::pad_sequence(sequences);
  Vector<int64_t> lengths;
  for (const Tensor& x : sequences) lengths.push_back(x.size(0));
  return pack_padded_sequence(padded, raw::from_list(lengths), /*batch_first=*/false,
                              enforce_sorted);
}

std::vector<Tensor> unpack_sequence(const PackedSequence& packed_sequences) {
  const auto [padded, lengths] = pad_packed_sequence(packed_sequences, /*batch_first=*/true);
  return unpad_sequence(padded, lengths, /*batch_first=*/true);
}

}  // namespace gradus::nn::utils::rnn
