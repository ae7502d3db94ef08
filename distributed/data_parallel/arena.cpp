#include "distributed/data_parallel/arena.h"

#include <algorithm>
#include <map>

#include "autograd/factories.h"
#include "autograd/modes.h"
#include "tensor/base/checked.h"
#include "tensor/base/fail.h"

namespace gradus::distributed {

GradientArena::GradientArena(const std::vector<Tensor>& parameters, double bucket_cap) {
  if (!(bucket_cap > 0))
    fail("DistributedDataParallel: bucket_cap_mb must be above 0, got {}", bucket_cap / 1048576);
  const NoGradGuard no_grad;
  places_.resize(parameters.size());

  struct Open {
    size_t bucket = 0;
    bool is_open = false;
    int64_t begin = 0, end = 0;  // of the bucket, in elements of the whole
    size_t whole = 0;
  };
  std::map<ScalarType, Open> by_type;
  std::vector<int64_t> starts(parameters.size()), bucket_starts;
  std::vector<size_t> bucket_wholes;
  std::vector<int64_t> sizes;
  for (size_t i = parameters.size(); i-- > 0;) {
    const Tensor& p = parameters[i];
    const auto [it, is_new] = by_type.try_emplace(p.scalar_type());
    Open& o = it->second;
    if (is_new) {
      o.whole = sizes.size();
      sizes.push_back(0);
    }
    if (!o.is_open) {
      o.is_open = true;
      o.bucket = buckets_.size();
      o.begin = o.end;
      buckets_.emplace_back();
      bucket_starts.push_back(o.begin);
      bucket_wholes.push_back(o.whole);
    }
    starts[i] = o.end;
    o.end = checked_add("DistributedDataParallel", o.end, p.numel());
    sizes[o.whole] = o.end;
    places_[i].bucket = o.bucket;
    buckets_[o.bucket].parameters.push_back(i);
    const double cap = o.bucket == 0 ? std::min(bucket_cap, 1048576.0) : bucket_cap;
    if (double(o.end - o.begin) * double(p.element_size()) >= cap) o.is_open = false;
  }
  whole_.resize(sizes.size());
  for (const auto& [type, o] : by_type) whole_[o.whole] = zeros({sizes[o.whole]}, type);
  for (size_t b = 0; b < buckets_.size(); ++b) {
    const std::vector<size_t>& in = buckets_[b].parameters;
    const int64_t end = starts[in.back()] + parameters[in.back()].numel();
    buckets_[b].gradients =
        whole_[bucket_wholes[b]].narrow(0, bucket_starts[b], end - bucket_starts[b]).detach();
    // Detached, so that they are no views to autograd, and zero_grad() may detach them.
    for (const size_t i : in)
      places_[i].slice = whole_[bucket_wholes[b]]
                             .narrow(0, starts[i], parameters[i].numel())
                             .view(parameters[i].sizes())
                             .detach();
  }
}

bool GradientArena::holds(size_t parameter, const Tensor& gradient) const {
  return gradient.defined() && gradient.impl() == slice(parameter).impl();
}

int64_t GradientArena::bytes() const {
  int64_t n = 0;
  for (const Tensor& t : whole_) n += t.numel() * int64_t(t.element_size());
  return n;
}

}  // namespace gradus::distributed
