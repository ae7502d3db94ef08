// The keys and values of attention, kept from one generated position to the next.
#pragma once

#include <optional>

#include "tensor/base/arg.h"
#include "tensor/tensor.h"

namespace gradus::nn {

/// The options of KeyValueCache: `KeyValueCacheOptions(1, 8, 1024, 64).dtype(kDouble)`.
struct KeyValueCacheOptions {
  KeyValueCacheOptions(int64_t batch, int64_t heads, int64_t max_length, int64_t size)
      : batch_(batch), heads_(heads), max_length_(max_length), key_size_(size), value_size_(size) {}
  /// How many sequences, or beams of all of them, are generated side by side at most.
  GRADUS_ARG(int64_t, batch);
  /// How many heads the keys have.
  GRADUS_ARG(int64_t, heads);
  /// How many positions there is room for.
  GRADUS_ARG(int64_t, max_length);
  /// The size of a key.
  GRADUS_ARG(int64_t, key_size);
  /// The size of a value; that of a key unless set.
  GRADUS_ARG(int64_t, value_size);
  /// Their floating type; the default one unless set.
  GRADUS_ARG(std::optional<ScalarType>, dtype);
};

/// The keys and values of the positions so far, for one layer of causal attention. Memory for
/// max_length positions is taken once; a new position is written behind the others and moves none,
/// so that a generated token costs the same at any length, but for the attention over it.
///
///   KeyValueCache cache(KeyValueCacheOptions(batch, heads, max_length, size));
///   const NoGradGuard untaped;
///   y = cache.attend(q, k, v);  // of the prompt, and then of each token
///
/// Nothing flows back through what is cached: keys and values that want a gradient are refused.
/// What a call throws leaves the cache as it was.
class KeyValueCache {
 public:
  /// Throws Error for negative sizes, and types that are not floating.
  explicit KeyValueCache(const KeyValueCacheOptions& options_);
  KeyValueCache(const KeyValueCache&) = delete;  // two lengths over one memory
  KeyValueCache& operator=(const KeyValueCache&) = delete;
  KeyValueCache(KeyValueCache&&) = default;
  KeyValueCache& operator=(KeyValueCache&&) = default;

  /// Writes key [rows, heads, t, key_size] and value [rows, heads, t, value_size] behind the
  /// positions that are there. The first positions say how many rows there are, up to batch. Throws
  /// Error for other shapes and types, where there is no room for t more positions, and in grad
  /// mode for tensors that require grad.
  void append(const Tensor& key, const Tensor& value);
  /// append(), and attention of query [rows, query heads, t, key_size], which stands at the new
  /// positions, over all positions up to its own: [rows, query heads, t, value_size]. It gives
  /// what scaled_dot_product_attention(query, ..., is_causal = true) over the whole sequence gives
  /// in its last t rows. attn_mask, scale and enable_gqa are as there; attn_mask broadcasts to
  /// [rows, query heads, t, length] of the new length.
  Tensor attend(const Tensor& query, const Tensor& key, const Tensor& value,
                const std::optional<Tensor>& attn_mask = {},
                std::optional<double> scale = std::nullopt, bool enable_gqa = false);

  /// The keys so far, [rows, heads, length, key_size]: a view, which stays what it is until one of
  /// reset(), truncate() and reorder() lets its positions be written anew.
  Tensor key() const;
  /// The values so far, [rows, heads, length, value_size]; a view as key().
  Tensor value() const;
  /// How many positions are filled: the offset at which the next one stands.
  int64_t length() const { return length_; }

  /// Forgets all positions and keeps the memory.
  void reset() { length_ = 0; }
  /// Forgets the positions from `length` on. Throws Error when it is negative or there are fewer.
  void truncate(int64_t length);
  /// Row i goes on from what row beams[i] was, as beam search wants it after each step; beams is
  /// int64 with as many elements as there shall be rows, up to batch. It copies the filled part.
  /// Throws Error for another shape or type, IndexError for a row that is not there.
  void reorder(const Tensor& beams);

  KeyValueCacheOptions options;

 private:
  void write(const Tensor& key, const Tensor& value) const;
  Tensor filled(const Tensor& memory, int64_t rows, int64_t length) const;

  Tensor key_, value_;  // [batch, heads, max_length, size]
  int64_t rows_ = 0, length_ = 0;
};

}  // namespace gradus::nn
