#include "distributed/batch_slice.h"

#include "tensor/base/fail.h"

namespace gradus::distributed {

std::pair<size_t, size_t> slice_of_batch(size_t batch, size_t rank, size_t size, size_t shards) {
  if (rank >= size) fail("BatchSlice: rank {} of {} ranks", rank, size);
  if (shards == 0 || shards % size != 0) shards = size;
  const size_t own = shards / size;
  // Where a shard begins: all before it have batch / shards rows, the first ones one more.
  const auto begin = [&](size_t shard) {
    return batch / shards * shard + std::min(shard, batch % shards);
  };
  return {begin(rank * own), begin((rank + 1) * own)};
}

}  // namespace gradus::distributed
