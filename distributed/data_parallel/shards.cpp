#include "distributed/data_parallel/shards.h"

#include <algorithm>
#include <memory>

#include "autograd/ops/view/join.h"
#include "nn/module.h"
#include "tensor/base/fail.h"

namespace gradus::distributed::detail {

int64_t Cut::next_dim(const Tensor& t) {
  const size_t i = next_++;
  const int64_t dim = i < dims_.size() ? dims_[i] : 0;
  return t.defined() && t.dim() > 0 ? dim : -1;
}

void Cut::see(const Tensor& t) {
  const size_t i = next_;
  const int64_t dim = next_dim(t);
  if (dim < 0) return;
  if (dim >= t.dim())
    fail("DistributedDataParallel: tensor {} is cut along dim {}, got shape {}", i, dim, t.sizes());
  const int64_t n = t.size(dim);
  if (!rows_) {
    rows_ = n;
    first_ = i;
  } else if (n != *rows_) {
    fail(
        "DistributedDataParallel: tensor {} has {} rows in dim {}, tensor {} has {}; batch_dims "
        "says "
        "where each is cut, -1 for one that all shards get whole",
        i, n, dim, first_, *rows_);
  }
}

int64_t Cut::rows() const {
  if (!rows_)
    fail("DistributedDataParallel: forward() has no tensor to cut into shards; use SumMode::fast");
  return *rows_;
}

Tensor Cut::part(const Tensor& t) {
  const int64_t dim = next_dim(t);
  return dim < 0 ? t : t.narrow(dim, part_.begin, part_.end - part_.begin);
}

Tensor Joint::mean(const std::vector<Tensor>& parts) const {
  const bool even =
      std::all_of(rows_.begin(), rows_.end(), [&](int64_t n) { return n == rows_[0]; });
  if (even && parts[0].dim() == 0) return stack(parts).mean();
  int64_t all = 0;
  for (const int64_t n : rows_) all += n;
  Tensor sum;
  for (size_t k = 0; k < parts.size(); ++k) {
    Tensor weighted = parts[k] * (double(rows_[k]) / double(all));
    sum = sum.defined() ? sum + weighted : weighted;
  }
  return sum;
}

Tensor Joint::next(const std::vector<Tensor>& parts) {
  const size_t i = next_++;
  const int64_t dim = i < dims_.size() ? dims_[i] : dim_;
  for (const Tensor& p : parts)
    if (p.defined() != parts[0].defined()) throw_other_count();
  if (!parts[0].defined() || parts.size() == 1) return parts[0];
  if (parts[0].dim() == 0 || dim < 0) return mean(parts);
  if (dim >= parts[0].dim())
    fail(
        "DistributedDataParallel: tensor {} of the result is put together along dim {}, got shape "
        "{}",
        i, dim, parts[0].sizes());
  return cat(parts, dim);
}

void throw_no_shards(const char* what, const std::type_info& type) {
  fail(
      "DistributedDataParallel: {} of type {} is not made of tensors in lists, tuples, optionals "
      "and maps, and has no shards; use SumMode::fast, as many shards as ranks, or is_whole",
      what, gradus::detail::demangle(type));
}
void check_arguments(const std::vector<Tensor>& before, const std::vector<Tensor>& after) {
  bool same = before.size() == after.size();
  for (size_t i = 0; same && i < before.size(); ++i)
    same = before[i].unsafeGetTensorImpl() == after[i].unsafeGetTensorImpl();
  if (!same)
    fail(
        "DistributedDataParallel: forward() puts another tensor in the place of an argument, which "
        "shards cannot give back; return it, or use SumMode::fast");
}

void throw_other_count() {
  fail("DistributedDataParallel: forward() gives another number of tensors for each shard");
}
void throw_other_value(const std::type_info& type) {
  fail("DistributedDataParallel: forward() gives another {} for each shard, which must be the same",
       gradus::detail::demangle(type));
}

std::vector<Rows> split_rows(int64_t rows, int64_t n) {
  std::vector<Rows> parts;
  int64_t begin = 0;
  for (int64_t i = 0; i < n; ++i) {
    const int64_t end = begin + rows / n + (i < rows % n);
    parts.push_back({begin, end});
    begin = end;
  }
  return parts;
}

namespace {
// A finaliser of SplitMix64 (G. Steele, D. Lea and C. Flood, "Fast splittable pseudorandom number
// generators", 2014).
uint64_t mix(uint64_t z) {
  z += 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}
void put_back(GeneratorImpl& g, const GeneratorImpl& from) {
  g.set_engine(from.engine());
  g.set_next_float_normal_sample(from.next_float_normal_sample());
  g.set_next_double_normal_sample(from.next_double_normal_sample());
}
}  // namespace

ShardRandom::ShardRandom(uint64_t key, int64_t shard) {
  GeneratorImpl& g = *default_generator().unsafeGetGeneratorImpl();
  const std::lock_guard lock(g.mutex_);
  before_ = g.clone();
  g.set_current_seed(mix(key + mix(uint64_t(shard))));
}
ShardRandom::~ShardRandom() {
  GeneratorImpl& g = *default_generator().unsafeGetGeneratorImpl();
  const std::lock_guard lock(g.mutex_);
  put_back(g, *before_);
}

uint64_t draw_key() {
  GeneratorImpl& g = *default_generator().unsafeGetGeneratorImpl();
  const std::lock_guard lock(g.mutex_);
  return g.random64();
}

}  // namespace gradus::distributed::detail
