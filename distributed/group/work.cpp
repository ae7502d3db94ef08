#include "distributed/group/work.h"

#include "tensor/base/fail.h"

namespace gradus::distributed {

Work::Work(int rank, OpType op, const char*, const std::optional<std::vector<Tensor>>&)
    : rank_(rank), op_(op) {}

Work::~Work() = default;

bool Work::isCompleted() {
  const std::lock_guard lock(mutex_);
  return completed_;
}

bool Work::isSuccess() const {
  const std::lock_guard lock(mutex_);
  return completed_ && !exception_;
}

std::exception_ptr Work::exception() const {
  const std::lock_guard lock(mutex_);
  return exception_;
}

int Work::sourceRank() const {
  const std::lock_guard lock(mutex_);
  if (source_ < 0 || !completed_)
    fail("{}: sourceRank() is known of a receive that has ended well", opTypeToString(op_));
  return source_;
}

std::vector<Tensor> Work::result() {
  const std::lock_guard lock(mutex_);
  if (!completed_) fail("{}: result() before the end, wait() waits for it", opTypeToString(op_));
  return outputs_;
}

void Work::synchronize() {}

bool Work::wait(std::chrono::milliseconds) {
  std::unique_lock lock(mutex_);
  cv_.wait(lock, [&] { return completed_; });
  if (exception_) std::rethrow_exception(exception_);
  return true;
}

void Work::abort() {
  fail("{}: a single operation cannot be stopped, the group can, by ProcessGroup::abort()",
       opTypeToString(op_));
}

void Work::getFuture() {
  fail("{}: there are no futures, wait() and isCompleted() say the same", opTypeToString(op_));
}

float Work::getDuration() const {
  const std::lock_guard lock(mutex_);
  if (!completed_) fail("{}: getDuration() before the end", opTypeToString(op_));
  return std::chrono::duration<float, std::milli>(ended_ - started_).count();
}

uint64_t Work::getSequencenumber() const {
  const std::lock_guard lock(mutex_);
  return sequence_;
}

void Work::finish(std::exception_ptr exception) {
  {
    const std::lock_guard lock(mutex_);
    if (completed_) return;
    completed_ = true;
    exception_ = std::move(exception);
    ended_ = Clock::now();
  }
  cv_.notify_all();
}

}  // namespace gradus::distributed
