#include "distributed/batch_slice.h"

#include "tensor/base/fail.h"

namespace gradus::distributed {

std::pair<size_t, size_t> slice_of_batch(size_t batch, size_t rank, size_t size) {
  if (rank >= size) fail("BatchSlice: rank {} of {} ranks", rank, size);
  const auto begin = [&](size_t r) { return batch / size * r + std::min(r, batch % size); };
  return {begin(rank), begin(rank + 1)};
}

}  // namespace gradus::distributed
