// What is whose, in the tests of data-parallel training over ranks.
#pragma once

#include "gradus.h"
#include "tests/distributed/world.h"

// All ranks, as a group that a model takes.
inline gradus::intrusive_ptr<gradus::distributed::ProcessGroup> everyone() {
  return gradus::intrusive_ptr<gradus::distributed::ProcessGroup>::reclaim_copy(&world());
}

// A rank's rows of the whole job's, and this one's.
inline gradus::Tensor rows_of(const gradus::Tensor& x, int64_t rank) {
  return x.narrow(0, rank * x.size(0) / size(), x.size(0) / size());
}
inline gradus::Tensor own(const gradus::Tensor& x) { return rows_of(x, rank()); }

// Everyone's tensor, one behind the other.
inline gradus::Tensor from_all(const gradus::Tensor& t) {
  gradus::Tensor mine = t.detach().contiguous().view({-1}),
                 all = gradus::empty({size() * t.numel()}, t.options());
  world()._allgather_base(all, mine)->wait();
  return all.view({size(), t.numel()});
}
inline bool same_everywhere(const gradus::Tensor& t) {
  const gradus::Tensor all = from_all(t);
  return gradus::equal(all, all.select(0, 0).expand_as(all));
}
