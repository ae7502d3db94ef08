#include "nn/generation/cache.h"

#include <algorithm>
#include <limits>

#include "autograd/factories.h"
#include "autograd/modes.h"
#include "autograd/ops/nn/attention.h"
#include "autograd/ops/view/triangular.h"
#include "tensor/base/fail.h"

namespace gradus::nn {
namespace {

constexpr double inf = std::numeric_limits<double>::infinity();

void check(const char* what, const Tensor& x, const Tensor& memory, int64_t rows,
           int64_t positions) {
  Dims sizes(memory.sizes());
  sizes[0] = rows;
  sizes[2] = positions;
  if (x.sizes() != IntArrayRef(sizes))
    fail("KeyValueCache: {} has shape {}, wanted is {}", what, x.sizes(), IntArrayRef(sizes));
  if (x.dtype() != memory.dtype())
    fail("KeyValueCache: {} is {}, the cache {}", what, x.dtype(), memory.dtype());
  if (x.requires_grad() && GradMode::is_enabled())
    fail("KeyValueCache: {} requires grad, and nothing flows back through a cache: use NoGradGuard",
         what);
}

// What t new positions behind `before` others see, and of it what `mask` says.
Tensor seen_by_new(int64_t before, int64_t t, const std::optional<Tensor>& mask) {
  const NoGradGuard untaped;
  const Tensor seen = ones({t, before + t}, kBool).tril(before);
  if (!mask || !mask->defined()) return seen;
  if (mask->dtype() != kBool && !mask->is_floating_point())
    fail("KeyValueCache: attn_mask must be bool or floating, got {}", mask->dtype());
  return mask->dtype() == kBool ? mask->logical_and(seen)
                                : mask->masked_fill(seen.logical_not(), -inf);
}

}  // namespace

KeyValueCache::KeyValueCache(const KeyValueCacheOptions& options_) : options(options_) {
  const ScalarType type = options.dtype().value_or(get_default_dtype());
  if (!is_floating(type)) fail("KeyValueCache: the type is {}, it must be floating point", type);
  const auto memory = [&](int64_t size) {
    return empty({options.batch(), options.heads(), options.max_length(), size}, type);
  };
  key_ = memory(options.key_size());
  value_ = memory(options.value_size());
  rows_ = options.batch();
}

void KeyValueCache::write(const Tensor& key, const Tensor& value) const {
  const bool fits = key.dim() == 4;
  const int64_t t = fits ? key.size(2) : 1, most = key_.size(2);
  const int64_t rows = length_ > 0 ? rows_ : fits ? std::min(key.size(0), options.batch()) : 1;
  check("key", key, key_, rows, t);
  check("value", value, value_, rows, t);
  if (t > most - length_)
    fail("KeyValueCache: {} more positions behind {} do not fit in {}", t, length_, most);
  const NoGradGuard untaped;
  key_.narrow(0, 0, rows).narrow(2, length_, t).copy_(key);
  value_.narrow(0, 0, rows).narrow(2, length_, t).copy_(value);
}

void KeyValueCache::append(const Tensor& key, const Tensor& value) {
  write(key, value);
  rows_ = key.size(0);
  length_ += key.size(2);
}

Tensor KeyValueCache::attend(const Tensor& query, const Tensor& key, const Tensor& value,
                             const std::optional<Tensor>& attn_mask, std::optional<double> scale,
                             bool enable_gqa) {
  write(key, value);
  const int64_t t = key.size(2), all = length_ + t;
  if (query.dim() != 4 || query.size(2) != t)
    fail("KeyValueCache: query has shape {} for {} new positions", query.sizes(), t);
  const Tensor keys = filled(key_, key.size(0), all), values = filled(value_, key.size(0), all);
  const bool first = length_ == 0 && t > 1, later = length_ > 0 && t > 1;
  const Tensor y = scaled_dot_product_attention(
      query, keys, values,
      later ? std::optional<Tensor>(seen_by_new(length_, t, attn_mask)) : attn_mask,
      /*dropout_p=*/0, /*is_causal=*/first, scale, enable_gqa);
  rows_ = key.size(0);
  length_ = all;
  return y;
}

Tensor KeyValueCache::filled(const Tensor& memory, int64_t rows, int64_t length) const {
  return memory.narrow(0, 0, rows).narrow(2, 0, length);
}
Tensor KeyValueCache::key() const { return filled(key_, rows_, length_); }
Tensor KeyValueCache::value() const { return filled(value_, rows_, length_); }

void KeyValueCache::truncate(int64_t length) {
  if (length < 0 || length > length_)
    fail("KeyValueCache: {} positions cannot be cut to {}", length_, length);
  length_ = length;
}

void KeyValueCache::reorder(const Tensor& beams) {
  if (beams.dtype() != kLong || beams.dim() != 1 || beams.size(0) > options.batch())
    fail("KeyValueCache: beams must be int64 of at most {} elements, got {} {}", options.batch(),
         beams.dtype(), beams.sizes());
  const NoGradGuard untaped;
  const Tensor keys = key().index_select(0, beams), values = value().index_select(0, beams);
  rows_ = beams.size(0);
  key().copy_(keys);
  value().copy_(values);
}

}  // namespace gradus::nn
