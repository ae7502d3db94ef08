// What data-parallel training spends on exchanging gradients.
#pragma once

#include <cstdint>

namespace gradus::distributed {

/// What the reduction of gradients cost so far.
struct ReductionStatistics {
  int64_t passes = 0;     ///< backward passes whose gradients were reduced
  int64_t buckets = 0;    ///< buckets that were sent
  int64_t bytes = 0;      ///< their gradients
  double exchanging = 0;  ///< seconds during which buckets were under way
  double waiting = 0;     ///< seconds of these for which the backward pass had to wait at its end
  /// The share of the exchange that went on behind the backward pass, from 0 to 1.
  double hidden() const {
    return exchanging > waiting ? 1 - waiting / exchanging : exchanging == 0;
  }
};

}  // namespace gradus::distributed
