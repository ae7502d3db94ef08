// Places in sorted sequences.
#include "tensor/index/searchsorted.h"
#include "autograd/modes.h"
#include "autograd/ops/index/index.h"
#include "tensor/base/fail.h"
#include "tensor/raw.h"

namespace gradus {

namespace {

Tensor search(const Tensor& sequence, const Tensor& values, bool out_int32, bool right) {
  const Tensor found = raw::searchsorted(sequence, values, right);
  return out_int32 ? raw::to_dtype(found, kInt) : found;
}

}  // namespace

Tensor searchsorted(const Tensor& sorted_sequence, const Tensor& values, bool out_int32, bool right,
                    std::optional<std::string_view> side, const std::optional<Tensor>& sorter) {
  const char* op = "searchsorted";
  if (side && *side != "left" && *side != "right")
    fail("{}: side must be \"left\" or \"right\", got \"{}\"", op, *side);
  if (side && *side == "left" && right) fail("{}: side \"left\" and right=true contradict", op);
  Tensor sequence = sorted_sequence;
  if (sequence.dim() == 0) fail("{}: the sorted sequence must have dims", op);
  if (sorter) {
    if (!(sorter->sizes() == sequence.sizes()))
      fail("{}: sorter and sequence differ in shape, {} and {}", op, sorter->sizes(),
           sequence.sizes());
    const NoGradGuard untaped;
    sequence = sequence.gather(-1, *sorter);
  }
  const IntArrayRef rows = sequence.sizes(), wanted = values.sizes();
  if (rows.size() > 1 && (rows.size() != wanted.size() ||
                          !(rows.slice(0, rows.size() - 1) == wanted.slice(0, rows.size() - 1))))
    fail("{}: all dims but the last must agree, shapes {} and {}", op, rows, wanted);
  return search(sequence, values, out_int32, right || (side && *side == "right"));
}
Tensor searchsorted(const Tensor& sorted_sequence, const Scalar& value, bool out_int32, bool right,
                    std::optional<std::string_view> side, const std::optional<Tensor>& sorter) {
  return searchsorted(sorted_sequence, raw::wrapped_number(value), out_int32, right, side, sorter);
}
Tensor bucketize(const Tensor& values, const Tensor& boundaries, bool out_int32, bool right) {
  if (boundaries.dim() != 1)
    fail("bucketize: the boundaries must have one dim, got shape {}", boundaries.sizes());
  return search(boundaries, values, out_int32, right);
}
Tensor bucketize(const Scalar& value, const Tensor& boundaries, bool out_int32, bool right) {
  return bucketize(raw::wrapped_number(value), boundaries, out_int32, right);
}

}  // namespace gradus
