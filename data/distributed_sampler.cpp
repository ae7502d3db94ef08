#include "data/distributed_sampler.h"

#include <algorithm>
#include <numeric>
#include <random>

#include "tensor/base/fail.h"

namespace gradus::data::samplers {
namespace {

int64_t read_number(serialize::InputArchive& archive, const char* key) {
  IValue v;
  archive.read(key, v);
  if (v.toInt() < 0) fail("load: the sampler's {} is {}, less than 0", key, v.toInt());
  return v.toInt();
}
size_t read_place(serialize::InputArchive& archive, size_t first, size_t count) {
  const int64_t place = read_number(archive, "sample_index_");
  if (size_t(place) < first || size_t(place) > first + count)
    fail("load: the sampler's place is {}, not in {} .. {}", place, first, first + count);
  return size_t(place);
}

}  // namespace

DistributedRandomSampler::DistributedRandomSampler(size_t size, size_t num_replicas, size_t rank,
                                                   bool allow_duplicates)
    : DistributedSampler(size, num_replicas, rank, allow_duplicates) {
  reset(size);
}
void DistributedRandomSampler::reset(std::optional<size_t> new_size) {
  const size_t before = std::exchange(size_, new_size.value_or(size_));
  try {
    const size_t count = local_sample_count();
    std::vector<size_t> order(num_replicas_ == 1 ? size_ : count * num_replicas_);
    for (size_t i = 0; i < order.size(); ++i) order[i] = i < size_ ? i : i % size_;
    std::mt19937 random(static_cast<std::mt19937::result_type>(epoch_));
    std::shuffle(order.begin(), order.end(), random);
    order_ = std::move(order);
    place_ = rank_ * count;
  } catch (...) {
    size_ = before;
    throw;
  }
}
std::optional<std::vector<size_t>> DistributedRandomSampler::next(size_t batch_size) {
  const size_t end = (rank_ + 1) * local_sample_count();
  if (place_ == end) return std::nullopt;
  const size_t count = std::min(batch_size, end - place_);
  const auto first = order_.begin() + ptrdiff_t(place_);
  place_ += count;
  return std::vector<size_t>(first, first + ptrdiff_t(count));
}
void DistributedRandomSampler::save(serialize::OutputArchive& archive) const {
  archive.write("sample_index_", int64_t(place_));
  archive.write("epoch_", int64_t(epoch_));
}
void DistributedRandomSampler::load(serialize::InputArchive& archive) {
  const auto epoch = size_t(read_number(archive, "epoch_"));
  const size_t count = local_sample_count(), place = read_place(archive, rank_ * count, count);
  epoch_ = epoch;
  reset(size_);
  place_ = place;
}

DistributedSequentialSampler::DistributedSequentialSampler(size_t size, size_t num_replicas,
                                                           size_t rank, bool allow_duplicates)
    : DistributedSampler(size, num_replicas, rank, allow_duplicates) {
  reset(size);
}
void DistributedSequentialSampler::reset(std::optional<size_t> new_size) {
  size_ = new_size.value_or(size_);
  place_ = rank_ * local_sample_count();
}
std::optional<std::vector<size_t>> DistributedSequentialSampler::next(size_t batch_size) {
  const size_t end = (rank_ + 1) * local_sample_count();
  if (place_ == end) return std::nullopt;
  std::vector<size_t> batch(std::min(batch_size, end - place_));
  for (size_t& i : batch) i = place_++ % size_;
  return batch;
}
void DistributedSequentialSampler::save(serialize::OutputArchive& archive) const {
  archive.write("sample_index_", int64_t(place_));
}
void DistributedSequentialSampler::load(serialize::InputArchive& archive) {
  const size_t count = local_sample_count();
  place_ = read_place(archive, rank_ * count, count);
}

}  // namespace gradus::data::samplers
