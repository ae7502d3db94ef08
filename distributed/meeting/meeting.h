// Processes that were started one by one, as torchrun does it, find each other at one address, and
// exchange what an MPI asks of its launcher. They stay connected until they leave.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "distributed/meeting/frames.h"
#include "distributed/meeting/invitation.h"
#include "distributed/meeting/notices.h"
#include "distributed/meeting/sockets.h"

namespace gradus::distributed::meeting {

class Host;

class Meeting {
 public:
  // Comes, and waits for all others. Throws Error where one does not come within the timeout, ends,
  // or contradicts: on all that have come. With rank 0 others fail after it by a few seconds.
  // Notices are given of who has not come yet.
  Meeting(const Invitation& invitation, std::chrono::milliseconds timeout,
          const Notices& notices = Notices());
  Meeting(const Meeting&) = delete;
  // Leaves. Others can exchange nothing any more.
  ~Meeting();

  int rank() const { return invitation_.rank; }
  int size() const { return invitation_.size; }
  // Of the job: drawn by rank 0, the same on all, odd, of the bits of largest_number.
  uint32_t number() const { return number_; }
  // Of each rank: those with the same number can share memory. Numbers follow the order of ranks.
  const std::vector<uint32_t>& machines() const { return machines_; }

  // What each rank gives, in the order of ranks. All ranks call it. Throws Error where one has left
  // or ended, or does not call it within the timeout.
  std::vector<std::string> exchange(std::string_view own);
  // Calls `failed` on another thread when a rank ends, or after the timeout, unless stop_watch()
  // was called: MPI waits for the others without end.
  void watch(std::function<void(const std::string& why)> failed);
  void stop_watch();

 private:
  void call_on_host(Clock::time_point deadline, const Notices& notices);
  Socket find_host(Clock::time_point deadline, Notices notices) const;
  void say_hello(Clock::time_point deadline);
  void listen();
  bool receive();
  bool take(Header::Kind kind, const std::string& body);
  void fail_with(const std::string& why);
  void wait(std::unique_lock<std::mutex>& lock, Clock::time_point deadline);

  const Invitation invitation_;
  const std::chrono::milliseconds timeout_;
  uint32_t number_ = 0;
  std::vector<uint32_t> machines_;
  std::unique_ptr<Host> host_;  // rank 0's
  Socket socket_, wake_, waker_;
  bool open_ = true;
  std::string in_;

  std::mutex mutex_;  // guards what follows, up to the next comment
  std::condition_variable changed_;
  bool welcome_ = false, leaving_ = false;
  std::optional<std::vector<std::string>> pieces_;
  std::string broken_;
  std::function<void(const std::string&)> failed_;
  std::optional<Clock::time_point> due_;

  std::thread thread_;  // reads what comes
};

}  // namespace gradus::distributed::meeting
