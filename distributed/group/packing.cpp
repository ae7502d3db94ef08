#include "distributed/group/packing.h"

#include "autograd/modes.h"
#include "tensor/raw.h"

namespace gradus::distributed {

namespace {
// The place of the next part within the flat tensor.
Tensor place(const Tensor& flat, const Tensor& part, int64_t& offset) {
  const int64_t n = part.numel();
  offset += n;
  return raw::part(flat, 0, offset - n, n).view(part.sizes());
}
}  // namespace

Packing::Packing(std::vector<Tensor> parts, bool writable, bool read) : parts_(std::move(parts)) {
  if (parts_.empty()) return;
  const NoGradGuard no_grad;
  int64_t total = 0;
  for (Tensor& part : parts_) {
    part = part.detach();
    total += part.numel();
  }
  if (parts_.size() == 1 && parts_[0].is_contiguous()) {
    flat_ = parts_[0].view(-1);
    return;
  }
  flat_ = raw::empty({total}, parts_[0].scalar_type());
  copied_ = writable;
  if (!read) return;
  int64_t offset = 0;
  for (const Tensor& part : parts_) raw::copy(place(flat_, part, offset), part);
}

void Packing::unpack() const {
  const NoGradGuard no_grad;
  int64_t offset = 0;
  for (const Tensor& part : parts_) {
    if (copied_) raw::copy(part, place(flat_, part, offset));
    if (!part.impl()->untracked) part.impl()->storage->bump_version();
  }
}

}  // namespace gradus::distributed
