#include "distributed/batch_slice.h"

#include <doctest/doctest.h>

#include "gradus.h"
#include "tests/support.h"

using namespace gradus;
using data::samplers::RandomSampler, data::samplers::SequentialSampler;
using distributed::BatchSlice, distributed::slice_of_batch;
using Indices = std::vector<size_t>;

namespace {

// What the ranks get of the next batch, one behind the other.
template <class Sampler>
Indices together(std::vector<Sampler>& ranks, size_t batch) {
  Indices all;
  for (Sampler& s : ranks)
    if (const auto part = s.next(batch)) all.insert(all.end(), part->begin(), part->end());
  return all;
}

}  // namespace

TEST_CASE("batch slice: ranks have their rows in order, at most one more than another") {
  using P = std::pair<size_t, size_t>;
  CHECK(slice_of_batch(64, 1, 4) == P(16, 32));
  // 10 rows as 3, 3, 2, 2
  CHECK(slice_of_batch(10, 0, 4) == P(0, 3));
  CHECK(slice_of_batch(10, 1, 4) == P(3, 6));
  CHECK(slice_of_batch(10, 3, 4) == P(8, 10));
  CHECK(slice_of_batch(10, 1, 2) == P(5, 10));
  CHECK(slice_of_batch(10, 2, 3) == P(7, 10));
  CHECK(slice_of_batch(4, 1, 2) == P(2, 4));
  CHECK(slice_of_batch(3, 3, 4) == P(3, 3));
  CHECK(message([] { slice_of_batch(3, 4, 4); }) == "BatchSlice: rank 4 of 4 ranks");
}

TEST_CASE("batch slice: the ranks' rows are the sampler's batch, for any number of ranks") {
  for (const size_t size : {1, 2, 4, 8}) {
    std::vector<BatchSlice<RandomSampler>> ranks;
    for (size_t r = 0; r < size; ++r) {
      manual_seed(5);
      ranks.emplace_back(RandomSampler(30), r, size);
    }
    manual_seed(5);
    RandomSampler whole(30);
    CHECK(ranks[0].size() == 30);
    for (int batch = 0; batch < 3; ++batch) {
      const Indices rows = together(ranks, 12), want = *whole.next(12);
      CHECK(rows == want);
      CHECK(ranks[0].is_partial() == (batch == 2));
    }
    CHECK_FALSE(ranks[0].next(12));
  }
}

TEST_CASE("batch slice: a run goes on with another number of ranks") {
  manual_seed(6);
  BatchSlice<RandomSampler> first(RandomSampler(40), 1, 2);
  first.next(8);
  first.next(8);
  const auto state = first.state_dict();
  const Indices rest = *first.next(8);
  std::vector<BatchSlice<RandomSampler>> ranks;
  for (size_t r = 0; r < 4; ++r) {
    ranks.emplace_back(RandomSampler(40), r, size_t(4));
    ranks.back().load_state_dict(state);
  }
  const Indices all = together(ranks, 8);
  CHECK(Indices(all.begin() + 4, all.end()) == rest);
}

TEST_CASE("batch slice: a loader counts, drops and resumes by the batches of all ranks") {
  auto dataset = data::datasets::TensorDataset(arange(22, kFloat));
  const auto loader = [&](size_t rank, size_t size, bool drop_last) {
    return data::make_data_loader(dataset.map(data::transforms::Stack<data::TensorExample>()),
                                  BatchSlice(SequentialSampler(22), rank, size),
                                  data::DataLoaderOptions(8).drop_last(drop_last));
  };
  const auto rows = [](auto& loader) {
    Indices found;
    for (auto& batch : *loader) found.push_back(size_t(batch.data.size(0)));
    return found;
  };
  auto dropped = loader(1, 2, true);
  CHECK(rows(dropped) == Indices{4, 4});
  auto all = loader(1, 2, false);
  CHECK(all->size() == 3);
  CHECK(rows(all) == Indices{4, 4, 3});
  auto it = all->begin();
  ++it;
  const auto state = all->state_dict();
  auto other = loader(0, 4, false);
  other->load_state_dict(state);
  auto next = other->begin();
  CHECK(values(next->data) == Values{16, 17});
}
