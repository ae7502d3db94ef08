// Ranks in messages.
#pragma once

#include <string>
#include <vector>

namespace gradus::distributed {

// `rank 3`, `ranks 0, 2 and 3`, and where more than one is past the `most`, `ranks 0, 2 and 5
// more`.
inline std::string list_of_ranks(const std::vector<int>& ranks, size_t most = size_t(-1)) {
  std::string text = ranks.size() == 1 ? "rank " : "ranks ";
  for (size_t i = 0; i < ranks.size(); ++i) {
    if (i == most && ranks.size() - i > 1)
      return text + " and " + std::to_string(ranks.size() - i) + " more";
    text += (i == 0 ? "" : i + 1 == ranks.size() ? " and " : ", ") + std::to_string(ranks[i]);
  }
  return text;
}

}  // namespace gradus::distributed
