// Sequences of different lengths for recurrent layers: padded to one length, or packed without the
// padding.
#pragma once

#include <optional>
#include <string_view>
#include <tuple>
#include <vector>

#include "tensor/tensor.h"

namespace gradus::nn::utils::rnn {

/// The permutation that undoes this one, a vector of int64; undefined for an undefined one.
Tensor invert_permutation(const Tensor& permutation);

/// Sequences of different lengths, packed: of each step in order a row of every sequence that
/// reaches it, the longest sequence first. Made by pack_padded_sequence() and pack_sequence().
class PackedSequence {
 public:
  /// unsorted_indices undoes sorted_indices, and is made from it when undefined.
  explicit PackedSequence(Tensor data, Tensor batch_sizes, Tensor sorted_indices = {},
                          Tensor unsorted_indices = {});
  /// All rows, [sum of lengths, ...].
  const Tensor& data() const { return data_; }
  /// How many sequences reach each step, int64.
  const Tensor& batch_sizes() const { return batch_sizes_; }
  /// The numbers that the sequences had before they were sorted by length; undefined when they
  /// were not.
  const Tensor& sorted_indices() const { return sorted_indices_; }
  /// Where each sequence went; undefined when they were not sorted.
  const Tensor& unsorted_indices() const { return unsorted_indices_; }
  /// The same with data converted as by Tensor::to.
  PackedSequence to(const TensorOptions& options) const;
  /// Itself.
  PackedSequence cpu() const { return *this; }
  /// Throws Error: there is only the CPU.
  PackedSequence cuda() const { return to(TensorOptions(Device(kCUDA))); }
  /// Always false.
  bool is_cuda() const { return false; }
  /// Throws Error: there is no other device that pinned memory would be copied to.
  PackedSequence pin_memory() const;
  /// Always false.
  bool is_pinned() const { return false; }

 private:
  Tensor data_, batch_sizes_, sorted_indices_, unsorted_indices_;
};

/// Packs input [T, B, ...], with batch_first [B, T, ...], whose sequences have these lengths [B].
/// They must be sorted by length, longest first, unless enforce_sorted is false: then they are
/// sorted here. Throws Error for lengths below 1 or over T, and for unsorted ones.
PackedSequence pack_padded_sequence(Tensor input, Tensor lengths, bool batch_first = false,
                                    bool enforce_sorted = true);
/// The reverse: {padded [T, B, ...], with batch_first [B, T, ...], and the lengths [B]}, in the
/// order before sorting. T is the longest length, or total_length. Throws Error when that is too
/// short.
std::tuple<Tensor, Tensor> pad_packed_sequence(const PackedSequence& sequence,
                                               bool batch_first = false, double padding_value = 0.0,
                                               std::optional<int64_t> total_length = std::nullopt);
/// Sequences [length, ...] side by side, padded to the longest on the "right" or "left": [T, B,
/// ...], with batch_first [B, T, ...]. Throws Error where the later sizes differ.
Tensor pad_sequence(TensorList sequences, bool batch_first = false, double padding_value = 0,
                    std::string_view padding_side = "right");
/// The sequences of a padded tensor, [length, ...] each: the reverse of pad_sequence(), padded on
/// the right.
std::vector<Tensor> unpad_sequence(const Tensor& padded_sequences, const Tensor& lengths,
                                   bool batch_first = false);
/// Packs sequences [length, ...], sorted by length unless enforce_sorted is false; see
/// pack_padded_sequence().
PackedSequence pack_sequence(TensorList sequences, bool enforce_sorted = true);
/// The sequences of a packed one, [length, ...] each: the reverse of pack_sequence().
std::vector<Tensor> unpack_sequence(const PackedSequence& packed_sequences);

}  // namespace gradus::nn::utils::rnn
