// An operation of a channel, and the question what keeps it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "distributed/mpi/channel.h"

namespace gradus::distributed::mpi {

struct Channel::Entry {
  explicit Entry(Operation o) : op(std::move(o)), name(opTypeToString(op.kind)) {}

  Operation op;
  const std::string name;
  intrusive_ptr<ChannelWork> work;
  uint64_t sequence = 0;  // 0 for send and recv

  enum { waiting, comparing, differing, running } stage = waiting;
  std::unique_ptr<Task> task;
  Requests requests;
  // Why it failed, where the group can go on.
  std::string refused;
  // Whether all ranks call the same: the least of a hash and of its complement.
  uint64_t own[2] = {}, least[2] = {};
  // What each rank calls, where that differs.
  std::vector<Notice> calls;
  Notice call;
};

struct Channel::Enquiry {
  Entry* about;
  Clock::time_point started;
  std::set<int> asked;
  std::map<int, Notice> answers;
};

}  // namespace gradus::distributed::mpi
