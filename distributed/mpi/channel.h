// A group's operations on their way, and what is said when they stick.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "distributed/group/work.h"
#include "distributed/mpi/control.h"
#include "distributed/mpi/task.h"

namespace gradus::distributed::mpi {

using Clock = std::chrono::steady_clock;

class Channel;

// Whether the communication thread goes on. MPI may keep it for good: Open MPI 4.1 may wait for its
// own lock where a connection breaks over TCP with something on its way.
struct Pulse {
  std::atomic<uint64_t> turns{0};     // that the thread has made
  std::atomic<bool> given_up{false};  // an operation was, for which MPI kept the thread
};
// For how many looks in a row, a second apart, the thread has made no turn. A process that was
// stopped made no looks either.
class Stillness {
 public:
  int look(const Pulse& pulse) {
    const uint64_t now = pulse.turns;
    return looks_ = std::exchange(turns_, now) == now ? looks_ + 1 : 0;
  }

 private:
  uint64_t turns_ = 0;
  int looks_ = 0;
};

// A Work whose operation the communication thread runs.
class ChannelWork final : public Work {
 public:
  ChannelWork(std::weak_ptr<Channel> channel, int rank, const Operation& op);
  bool wait(std::chrono::milliseconds timeout) override;
  using Work::finish;
  void set_source(int rank) { source_ = rank; }
  void set_sequence(uint64_t n) { sequence_ = n; }
  // When it must have ended. It only comes nearer.
  Clock::time_point deadline() const {
    return Clock::time_point(Clock::duration(deadline_.load()));
  }
  void end_before(Clock::time_point t, std::chrono::milliseconds timeout);
  // How long it was to take, for people: `0.5 s`.
  std::string patience() const;
  // Fails it, and all that is called later, while MPI keeps the thread that would do so.
  void give_up();

  std::shared_ptr<Channel> made;  // by new_group, on a rank that belongs to it

 private:
  bool is_overdue() const;
  const std::weak_ptr<Channel> channel_;
  const std::string text_;
  const std::chrono::milliseconds timeout_;
  std::atomic<Clock::rep> deadline_{Clock::time_point::max().time_since_epoch().count()};
  std::atomic<int64_t> patience_{0};
};

// Everything but call(), called(), traffic(), leave(), unfinished(), place(), pulse() and give_up()
// is the communication thread's.
class Channel : public std::enable_shared_from_this<Channel> {
 public:
  // What a channel needs of others.
  struct Surroundings {
    std::function<void(int world_rank, const Notice&)> send;
    std::function<void()> wake;
    Pulse* pulse = nullptr;
    // An operation of that number on a channel makes another one: on the root channel of these
    // ranks of the world, null where this one is not among them; on others of the same ranks.
    std::function<std::shared_ptr<Channel>(Channel& on, int number, const std::vector<int>& ranks)>
        make;
  };

  Channel(int id, Link link, const Surroundings& around);
  ~Channel();

  int id() const { return id_; }
  const Link& link() const { return link_; }

  // Starts an operation. Throws why the group is broken, if it is.
  intrusive_ptr<ChannelWork> call(Operation op);
  uint64_t called() const;
  Traffic traffic() const;
  // No operation will follow here: the others hear of it.
  void leave(int status);
  // Why an operation was given up that MPI has not ended; empty where there is none.
  std::string unfinished() const;
  // `rank 1 is at operation 17, allreduce ...`
  std::string place(int rank, uint64_t sequence, const std::string& what) const;
  const Pulse& pulse() const { return *around_.pulse; }
  // All that is called from now on fails for this reason.
  void give_up(const std::string& reason);

  // Goes on with what can. True if something has moved.
  bool advance();
  // Whether something is on its way.
  bool busy();
  // Looks whether something takes too long.
  void check_deadlines();
  void handle(const Notice& notice, int world_rank);
  // Whether the group was left here, with nothing on its way, and those beside it.
  bool is_over();
  // Gives back what MPI keeps for it, when it is over on all its ranks, which all call it.
  void free();
  // A channel of the same ranks that stays as long as this one.
  void put_beside(std::shared_ptr<Channel> other) {
    other->first_ = this;
    beside_.push_back(std::move(other));
  }
  const std::vector<std::shared_ptr<Channel>>& beside() const { return beside_; }
  // All operations fail, now and later. The others hear of it if they are told, and of the
  // operation that could not be done, where it is one of all ranks.
  void break_off(const std::string& reason, bool tell, uint64_t sequence = 0);

 private:
  struct Entry;
  struct Enquiry;
  using Entries = std::list<std::unique_ptr<Entry>>;

  void take();
  bool advance(Entry& entry);
  void begin(Entry& entry);
  void make(Entry& entry);
  bool compared(Entry& entry);
  void ended(Entry& entry);
  void tell_all(const Notice& notice);
  void break_when_due();
  int group_rank(int world_rank) const;
  void ask(Entry& entry);
  void judge();
  Entry* head();
  const Entry* current();
  const Entry* current_beside();
  std::string gone(const Entry& entry, int rank) const;

  const int id_;
  Link link_;
  const Surroundings& around_;
  int number_ = 0;  // of the next message

  mutable std::mutex mutex_;  // guards what follows, up to the next comment
  std::deque<std::unique_ptr<Entry>> calls_;
  uint64_t called_ = 0;
  Traffic traffic_;
  std::string reason_, unfinished_, given_up_;
  bool leaving_ = false;

  // The communication thread's.
  Entries collectives_;  // one after the other
  Entries points_;       // all at once
  std::unique_ptr<Enquiry> enquiry_;
  std::vector<std::shared_ptr<Channel>> beside_;
  Channel* first_ = nullptr;      // the one that this one is beside
  std::map<int, Notice> left_;    // by rank
  std::optional<Notice> broken_;  // what another rank said, while operations before that one go on
  bool told_left_ = false;
  int status_ = 0;
};

}  // namespace gradus::distributed::mpi
