#include "distributed/group/alone.h"

#include "tensor/base/fail.h"
#include "tensor/raw.h"

namespace gradus::distributed {

namespace {
class DoneWork final : public Work {
 public:
  DoneWork(const Operation& op, uint64_t sequence) : Work(0, op.kind) {
    outputs_ = op.results;
    sequence_ = sequence;
    finish();
  }
};
}  // namespace

intrusive_ptr<Work> run_alone(const Operation& op, uint64_t sequence) {
  const bool in_place =
      !op.output.defined() || op.input.flat().data_ptr() == op.output.flat().data_ptr();
  if (!in_place) {
    if (op.input_count() != op.output_count())
      fail("{}: rank 0 sends {} elements, and {} are expected of it", opTypeToString(op.kind),
           op.input_count(), op.output_count());
    raw::copy(op.output.flat(), op.input.flat());
    op.output.unpack();
  }
  return make_intrusive<DoneWork>(op, sequence);
}

}  // namespace gradus::distributed
