#include "data/samplers.h"

#include <algorithm>

#include "tensor/base/fail.h"
#include "tensor/random/fill.h"

namespace gradus::data::samplers {
namespace {

Tensor permutation(int64_t n, Dtype dtype, const std::optional<Generator>& generator) {
  return raw::randperm(n, dtype, gradus::detail::generator_or_default(generator));
}

// What Python's `torch.empty((), dtype=torch.int64).random_()` draws.
int64_t draw_seed(const std::optional<Generator>& generator) {
  const Tensor seed = raw::empty({}, kLong);
  raw::random(seed, gradus::detail::generator_or_default(generator));
  return *seed.data_ptr<int64_t>();
}

// Indices [from, from + count) of `order`, or those numbers themselves.
std::vector<size_t> take(const Tensor& order, size_t from, size_t count) {
  std::vector<size_t> out(count);
  if (!order.defined())
    for (size_t i = 0; i < count; ++i) out[i] = from + i;
  else
    visit_integral(order.dtype(), "sampler", [&]<class T>(T) {
      for (size_t i = 0; i < count; ++i) out[i] = size_t(order.data_ptr<T>()[from + i]);
    });
  return out;
}

void write_index(serialize::OutputArchive& archive, size_t index) {
  archive.write("index", int64_t(index));
}
size_t read_index(serialize::InputArchive& archive, const char* key, size_t most) {
  IValue v;
  archive.read(key, v);
  if (v.toInt() < 0 || size_t(v.toInt()) > most)
    fail("load: the sampler's {} is {}, not in 0 .. {}", key, v.toInt(), most);
  return size_t(v.toInt());
}
// A permutation, or anything else that indexes `size` examples.
Tensor read_order(serialize::InputArchive& archive, const char* key, size_t size) {
  Tensor order;
  archive.read(key, order, /*is_buffer=*/true);
  if (order.dim() != 1) fail("load: the sampler's order has sizes {}", order.sizes());
  for (const size_t i : take(order, 0, size_t(order.numel())))
    if (i >= size) fail("load: the sampler's order has {} of {} examples", i, size);
  return order;
}

}  // namespace

void SequentialSampler::reset(std::optional<size_t> new_size) {
  size_ = new_size.value_or(size_);
  index_ = 0;
}
std::optional<std::vector<size_t>> SequentialSampler::next(size_t batch_size) {
  const size_t count = std::min(batch_size, size_ - index_);
  if (count == 0) return std::nullopt;
  auto batch = take({}, index_, count);
  index_ += count;
  return batch;
}
void SequentialSampler::save(serialize::OutputArchive& archive) const {
  write_index(archive, index_);
}
void SequentialSampler::load(serialize::InputArchive& archive) {
  index_ = read_index(archive, "index", size_);
}

RandomSampler::RandomSampler(int64_t size, Dtype index_dtype)
    : indices_(permutation(size, index_dtype, {})) {}
void RandomSampler::reset(std::optional<size_t> new_size) {
  const int64_t size = new_size ? int64_t(*new_size) : indices_.numel();
  indices_ = permutation(size, indices_.dtype(), {});
  index_ = 0;
}
std::optional<std::vector<size_t>> RandomSampler::next(size_t batch_size) {
  const size_t count = std::min(batch_size, size_t(indices_.numel() - index_));
  if (count == 0) return std::nullopt;
  auto batch = take(indices_, size_t(index_), count);
  index_ += int64_t(count);
  return batch;
}
void RandomSampler::save(serialize::OutputArchive& archive) const {
  write_index(archive, size_t(index_));
  archive.write("indices", indices_, /*is_buffer=*/true);
}
void RandomSampler::load(serialize::InputArchive& archive) {
  Tensor indices = read_order(archive, "indices", size_t(indices_.numel()));
  index_ = int64_t(read_index(archive, "index", size_t(indices.numel())));
  indices_ = std::move(indices);
}

void EpochSampler::reset(std::optional<size_t> new_size) {
  const size_t size = new_size.value_or(size_);
  draw_seed(generator_);
  Tensor order;
  if (shuffle_) {
    auto generator = generator_;
    if (!generator) generator = gradus::detail::createCPUGenerator(uint64_t(draw_seed(generator_)));
    order = permutation(int64_t(size), kLong, generator);
  }
  // Together, after all that may throw: the order is as long as the size.
  size_ = size;
  index_ = 0;
  ended_ = false;
  order_ = std::move(order);
}
std::optional<std::vector<size_t>> EpochSampler::next(size_t batch_size) {
  const size_t count = std::min(batch_size, size_ - index_);
  auto batch = take(order_, index_, count);
  if (count < batch_size && !ended_) {
    if (shuffle_ && generator_) permutation(int64_t(size_), kLong, generator_);
    ended_ = true;
  }
  if (count == 0) return std::nullopt;
  index_ += count;
  return batch;
}
void EpochSampler::save(serialize::OutputArchive& archive) const {
  write_index(archive, index_);
  archive.write("ended", ended_);
  if (order_.defined()) archive.write("order", order_, /*is_buffer=*/true);
  if (generator_) archive.write("generator", generator_->get_state(), /*is_buffer=*/true);
}
void EpochSampler::load(serialize::InputArchive& archive) {
  Tensor order, generator;
  const size_t index = read_index(archive, "index", size_);
  // There is no order yet before the first epoch.
  if (shuffle_ && (index > 0 || archive.try_read("order", order, /*is_buffer=*/true))) {
    order = read_order(archive, "order", size_);
    if (size_t(order.numel()) != size_)
      fail("load: numbers of examples differ, {} in the archive and {} of the sampler",
           order.numel(), size_);
  }
  IValue ended = false;  // what was saved before this was kept
  archive.try_read("ended", ended);
  const bool has_ended = ended.toBool();
  // Last of what may throw. Older archives do not have it.
  if (generator_ && archive.try_read("generator", generator, /*is_buffer=*/true))
    generator_->set_state(generator);
  index_ = index;
  ended_ = has_ended;
  order_ = std::move(order);
}

void StreamSampler::reset(std::optional<size_t> new_size) {
  epoch_size_ = new_size.value_or(epoch_size_);
  taken_ = 0;
}
std::optional<BatchSize> StreamSampler::next(size_t batch_size) {
  const size_t count = std::min(batch_size, epoch_size_ - taken_);
  if (count == 0) return std::nullopt;
  taken_ += count;
  return BatchSize(count);
}
void StreamSampler::save(serialize::OutputArchive& archive) const { write_index(archive, taken_); }
void StreamSampler::load(serialize::InputArchive& archive) {
  taken_ = read_index(archive, "index", epoch_size_);
}

}  // namespace gradus::data::samplers
