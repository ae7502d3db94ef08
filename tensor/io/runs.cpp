#include "tensor/io/runs.h"

#include <algorithm>

#include "tensor/base/checked.h"
#include "tensor/base/fail.h"

namespace gradus {

using indexing::TensorIndex;

// Strides are set afterwards.
void Runs::add(const std::string& where, int64_t size, const TensorIndex& index) {
  if (index.is_integer()) {
    const int64_t i = index.integer();
    if (i < -size || i >= size)
      fail_index("{}: index {} is out of range for dim {} of size {}", where, i, dims_.size(),
                 size);
    dims_.push_back({i < 0 ? i + size : i, 1, 1, 0});
    return;
  }
  const auto bound = [&](int64_t b) { return std::clamp<int64_t>(b < 0 ? b + size : b, 0, size); };
  const indexing::Slice& s = index.slice();
  const int64_t start = bound(s.start()), stop = std::max(bound(s.stop()), start);
  dims_.push_back({start, ceil_div(stop - start, s.step()), s.step(), 0});
  sizes_.push_back(dims_.back().count);
}

Runs::Runs(const std::string& where, IntArrayRef shape, const std::vector<TensorIndex>& indices) {
  size_t named = 0, ellipses = 0;
  for (const TensorIndex& i : indices) {
    if (i.is_boolean() || i.is_tensor())
      fail(
          "{}: an index of {}, which parts of a file have not; get_tensor(name).index(...) takes "
          "it",
          where, i.is_tensor() ? "a tensor" : "a bool");
    named += i.is_integer() || i.is_slice();
    ellipses += i.is_ellipsis();
  }
  if (named > shape.size()) fail_index("{}: {} indices for {} dims", where, named, shape.size());
  if (ellipses > 1) fail_index("{}: more than one ellipsis", where);
  const TensorIndex all = indexing::Slice();
  const auto rest = [&] {
    for (size_t n = shape.size() - named; n > 0; --n) add(where, shape[dims_.size()], all);
  };
  for (const TensorIndex& i : indices) {
    if (i.is_none())
      sizes_.push_back(1);
    else if (i.is_ellipsis())
      rest();
    else
      add(where, shape[dims_.size()], i);
  }
  if (ellipses == 0) rest();

  // From the back: dims that are taken whole, and one that is taken in one piece, make a run.
  int64_t stride = 1;
  size_t around = shape.size();
  for (bool grows = true; around > 0 && grows; --around) {
    const Dim& d = dims_[around - 1];
    if (d.step != 1 && d.count > 1) break;
    first_ += d.start * stride;
    run_ *= d.count;
    grows = d.count == shape[around - 1];
    stride *= std::max<int64_t>(shape[around - 1], 1);
  }
  dims_.resize(around);
  for (size_t d = around; d-- > 0;) {
    dims_[d].stride = stride;
    stride *= std::max<int64_t>(shape[d], 1);
  }
  place_.resize(around);
}

Runs::Run Runs::next(int64_t most) {
  Run run{first_ + done_, std::min(most, run_ - done_)};
  for (size_t d = 0; d < dims_.size(); ++d)
    run.at += (dims_[d].start + place_[d] * dims_[d].step) * dims_[d].stride;
  done_ += run.count;
  if (done_ == run_) {
    done_ = 0;
    for (size_t d = dims_.size(); d-- > 0;) {
      if (++place_[d] < dims_[d].count) break;
      place_[d] = 0;
    }
  }
  return run;
}

}  // namespace gradus
