// The communication thread, which makes every call of MPI between start and end.
#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "distributed/mpi/channel.h"

namespace gradus::distributed::mpi {

class Engine {
 public:
  // Makes its own communicators of MPI_COMM_WORLD's, and starts the thread. All ranks together.
  Engine();
  Engine(const Engine&) = delete;

  int rank() const { return world_.rank; }
  int size() const { return world_.size; }
  // A group of these ranks, or of all where none is listed; null where this one is not among them.
  // All ranks call it in the same order.
  std::shared_ptr<Channel> new_group(std::vector<int> ranks);
  // How many groups have communicators of MPI.
  int groups() const { return groups_; }
  // How long operations that say nothing, and the end, may take.
  void set_timeout(std::chrono::milliseconds timeout) { timeout_ms_ = timeout.count(); }

  // Ends all operations, waits for the other processes to do so, and ends the thread. Empty when
  // all did it, so that MPI can be finalised; else why not. With a status that is not 0 it waits
  // for nobody.
  std::string leave(int status);

 private:
  void run();
  bool turn();
  bool may_end();
  void handle(const Notice& notice, int rank);
  std::shared_ptr<Channel> make(Channel& on, int number, const std::vector<int>& ranks);
  std::shared_ptr<Channel> make_group(int id, const std::vector<int>& ranks);
  std::shared_ptr<Channel> make_beside(Channel& other);
  std::shared_ptr<Channel> add(int id, Link link);
  void free_groups();

  Link world_;  // its collective communicator is the root channel's
  MPI_Comm control_comm_ = MPI_COMM_NULL;
  Channel::Surroundings around_;
  std::unique_ptr<Control> control_;
  std::atomic<int64_t> timeout_ms_;
  std::atomic<int> groups_{0};
  Pulse pulse_;

  std::mutex mutex_;  // guards what follows, up to the next comment
  std::condition_variable wake_, gone_;
  bool awake_ = false, leaving_ = false, ended_ = false;
  int status_ = 0;
  std::string why_;

  // The thread's.
  std::map<int, std::shared_ptr<Channel>> channels_;  // 0 is the root, by which groups are made
  std::vector<int> made_;  // groups of any ranks that have not been freed: the same on all ranks
  int next_beside_ = 1 << 30;
  std::map<int, Notice> gone_ranks_;
  std::vector<Clock::time_point> heard_;
  Clock::time_point left_at_, asked_at_;
  bool told_ = false;
  std::string broken_;

  std::thread thread_;
};

}  // namespace gradus::distributed::mpi
