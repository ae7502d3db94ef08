// A world of one rank.
#pragma once

#include "distributed/group/operation.h"
#include "distributed/group/work.h"

namespace gradus::distributed {

// What the operation comes to where there is one rank: what goes out comes in. It is complete.
intrusive_ptr<Work> run_alone(const Operation& op, uint64_t sequence);

}  // namespace gradus::distributed
