// The handle of an operation among ranks that goes on while the program does.
#pragma once

#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <vector>

#include "distributed/group/types.h"
#include "tensor/base/intrusive_ptr.h"

namespace gradus::distributed {

/// An operation that was started. Its tensors are kept alive, and must not be touched, until it is
/// complete. To drop the handle does not stop the operation.
class Work : public intrusive_ptr_target {
 public:
  explicit Work(int rank = -1, OpType op = OpType::UNKNOWN, const char* profilingTitle = nullptr,
                const std::optional<std::vector<Tensor>>& inputs = std::nullopt);
  ~Work() override;

  /// Whether it has ended, well or not. Does not wait.
  virtual bool isCompleted();
  /// Whether it has ended well.
  virtual bool isSuccess() const;
  /// Why it has not ended well; null while it goes on, and when it has.
  virtual std::exception_ptr exception() const;
  /// From which rank the tensor came. Throws Error unless it is a recv or recvAnysource that has
  /// ended well.
  virtual int sourceRank() const;
  /// The tensors that were written. Throws Error before it is complete.
  virtual std::vector<Tensor> result();
  /// Nothing on a CPU.
  virtual void synchronize();
  /// Waits until it has ended; true when it ended well, else throws why. A timeout shortens the
  /// operation's own: when it passes, the ranks ask each other what they are at, and the group's
  /// operations fail with the answer, a few seconds later at most.
  virtual bool wait(std::chrono::milliseconds timeout = kNoTimeout);
  /// Throws Error: one operation cannot be stopped, only the group, by ProcessGroup::abort().
  virtual void abort();
  /// Throws Error: there are no futures here, wait() and isCompleted() say the same.
  [[noreturn]] void getFuture();
  /// Milliseconds from the call to the end. Throws Error before it is complete.
  virtual float getDuration() const;
  /// Counts the group's collective operations from 1; 0 for send and recv.
  virtual uint64_t getSequencenumber() const;
  /// Which operation it is.
  OpType retrieveOpType() const { return op_; }

 protected:
  using Clock = std::chrono::steady_clock;
  // Ends it, and wakes those that wait. The first end counts.
  void finish(std::exception_ptr exception = nullptr);

  mutable std::mutex mutex_;
  std::condition_variable cv_;
  bool completed_ = false;
  std::exception_ptr exception_;
  const int rank_;
  const OpType op_;
  const Clock::time_point started_ = Clock::now();
  Clock::time_point ended_;
  uint64_t sequence_ = 0;
  int source_ = -1;
  std::vector<Tensor> outputs_;
};

}  // namespace gradus::distributed
