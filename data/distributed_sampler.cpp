#include "data/distributed_sampler.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <random>

#include "tensor/base/fail.h"
#include "tensor/base/rethrow.h"

namespace gradus::data::samplers {
namespace {

int64_t read_number(serialize::InputArchive& archive, const char* key) {
  IValue v;
  archive.read(key, v);
  if (v.toInt() < 0) fail("load: the sampler's {} is {}, less than 0", key, v.toInt());
  return v.toInt();
}
}  // namespace

std::optional<std::vector<size_t>> DistributedIndexSampler::next(size_t batch_size) {
  if (place_ == end()) return std::nullopt;
  std::vector<size_t> batch(std::min(batch_size, end() - place_));
  for (size_t& i : batch) i = example_at(place_++);
  return batch;
}
void DistributedIndexSampler::save(serialize::OutputArchive& archive) const {
  archive.write("sample_index_", int64_t(place_));
}
void DistributedIndexSampler::load(serialize::InputArchive& archive) {
  const auto place = size_t(read_number(archive, "sample_index_"));
  if (place < begin() || place > end())
    fail("load: the sampler's place is {}, not in {} .. {}", place, begin(), end());
  place_ = place;
}

DistributedRandomSampler::DistributedRandomSampler(size_t size, size_t num_replicas, size_t rank,
                                                   bool allow_duplicates)
    : DistributedIndexSampler(size, num_replicas, rank, allow_duplicates) {
  reset(size);
}
void DistributedRandomSampler::reset(std::optional<size_t> new_size) {
  const size_t before = std::exchange(size_, new_size.value_or(size_));
  try {
    constexpr auto most = size_t(std::numeric_limits<int64_t>::max());
    if (size_ > most || num_replicas_ > most - size_)
      fail("sampler: {} examples are too many for {} replicas", size_, num_replicas_);
    std::vector<size_t> order(num_replicas_ == 1 ? size_ : local_sample_count() * num_replicas_);
    for (size_t i = 0; i < order.size(); ++i) order[i] = i < size_ ? i : i % size_;
    std::mt19937 random(static_cast<std::mt19937::result_type>(epoch_));
    std::shuffle(order.begin(), order.end(), random);
    order_ = std::move(order);
    place_ = begin();
  } catch (...) {
    size_ = before;
    gradus::detail::rethrow_as_error("sampler");
  }
}
void DistributedRandomSampler::save(serialize::OutputArchive& archive) const {
  DistributedIndexSampler::save(archive);
  archive.write("epoch_", int64_t(epoch_));
}
void DistributedRandomSampler::load(serialize::InputArchive& archive) {
  const size_t epoch = size_t(read_number(archive, "epoch_")), before = place_;
  DistributedIndexSampler::load(archive);
  const size_t place = std::exchange(place_, before);
  const size_t epoch_before = std::exchange(epoch_, epoch);
  try {
    reset();
  } catch (...) {
    epoch_ = epoch_before;
    throw;
  }
  place_ = place;
}

DistributedSequentialSampler::DistributedSequentialSampler(size_t size, size_t num_replicas,
                                                           size_t rank, bool allow_duplicates)
    : DistributedIndexSampler(size, num_replicas, rank, allow_duplicates) {
  reset(size);
}
void DistributedSequentialSampler::reset(std::optional<size_t> new_size) {
  size_ = new_size.value_or(size_);
  place_ = begin();
}

}  // namespace gradus::data::samplers
