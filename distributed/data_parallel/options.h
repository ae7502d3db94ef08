// How DistributedDataParallel sums gradients, and what it keeps alike among ranks.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tensor/base/arg.h"

namespace gradus::distributed {

/// The order in which gradients are summed.
enum class SumMode : uint8_t {
  /// A balanced tree over the shards of the global batch: the same bits for any number of ranks.
  tree,
  /// What MPI chooses, over one gradient per rank: the least work.
  fast,
};

/// Whether arguments and results of forward() of this type have no rows, so that in tree mode each
/// shard gets the whole, and all give the same. Numbers, enums, strings and options of tensors are
/// known. For a type of one's own, which holds no tensor that is to be cut:
///
///   template <>
///   inline constexpr bool gradus::distributed::is_whole<MySettings> = true;
template <class T>
inline constexpr bool is_whole = false;

/// Options of DistributedDataParallel: `DistributedDataParallelOptions().shards(4)`.
///
/// What the tree costs beside fast mode: each shard is a forward pass of its own, over 1 / shards
/// of the global batch, and for each parameter up to log2(shards / ranks) + 1 gradients are kept at
/// a time, where fast mode keeps one.
struct DistributedDataParallelOptions {
  /// How gradients are summed.
  GRADUS_ARG(SumMode, mode) = SumMode::tree;
  /// In tree mode, into how many shards of consecutive rows the global batch is cut: a power of two
  /// that the number of ranks divides. A shard is computed by itself: batch norm normalises it, and
  /// dropout draws from a stream of its own. Runs of the same number of shards give the same
  /// weights, bit for bit, whatever the number of ranks.
  GRADUS_ARG(int64_t, shards) = 8;
  /// In tree mode, over how many passes a step collects gradients, all except the last under
  /// no_sync(): each then holds its part of the shards. A power of two.
  GRADUS_ARG(int64_t, accumulation) = 1;
  /// In tree mode, along which dim each of forward's tensors is cut, in the order of the arguments;
  /// -1 for one that every shard gets whole. Those that are not named are cut along dim 0.
  GRADUS_ARG(std::vector<int64_t>, batch_dims);
  /// In tree mode, along which dim the results of the shards are put together.
  GRADUS_ARG(int64_t, output_dim) = 0;
  /// The same for each tensor of the result, in its order, as for the states of an LSTM, whose rows
  /// are dim 1: `{0, 1, 1}`. -1 for one that is a mean over the rows, of which the mean is taken,
  /// as of numbers. Those that are not named are put together along output_dim.
  GRADUS_ARG(std::vector<int64_t>, output_dims);
  /// Whether rank 0's buffers are copied to all before each forward pass that is recorded.
  GRADUS_ARG(bool, broadcast_buffers) = true;
  /// How many MiB of gradients are sent at once; the first bucket holds 1 MiB at most.
  GRADUS_ARG(double, bucket_cap_mb) = 25;
  /// Whether parameters may stay without a gradient. The ranks then tell each other after each
  /// backward pass which did; one that has none on any rank keeps its grad as it is. Without it
  /// the backward pass throws.
  GRADUS_ARG(bool, find_unused_parameters) = false;
  /// As find_unused_parameters, where it is the same parameters in each pass: the ranks tell each
  /// other once.
  GRADUS_ARG(bool, static_graph) = false;
};

}  // namespace gradus::distributed
