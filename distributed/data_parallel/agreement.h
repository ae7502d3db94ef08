// What ranks must have alike, compared before anything is exchanged that depends on it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "distributed/group/process_group.h"

namespace gradus::distributed {

// Whether all ranks give the same number, by one exchange of 16 bytes.
bool alike(uint64_t number, ProcessGroup& group, const std::string& purpose);

// Throws Error on all ranks, with the first line that differs and both sides, unless all give the
// same. What agrees costs one exchange of 16 bytes.
void agree(const char* who, const std::vector<std::string>& lines, ProcessGroup& group);

// Every rank's tensor, by rank; all of the same sizes.
std::vector<Tensor> gathered(Tensor mine, ProcessGroup& group);

// Rank `root`'s tensors become those of all.
void broadcast_all(const std::vector<Tensor>& tensors, int root, ProcessGroup& group);

// Rank root's tensors and key become those of all, in one message. Tensors that are alike are not
// written to.
void broadcast_state(const std::vector<Tensor>& tensors, uint64_t& key, int root,
                     ProcessGroup& group, const std::string& purpose = {});

}  // namespace gradus::distributed
