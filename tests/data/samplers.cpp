// Samplers through archives, also through archives that lie.
#include "data/distributed_sampler.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>

#include "autograd/factories.h"
#include "data/samplers.h"
#include "tensor/random/generator_impl.h"
#include "tests/archive.h"
#include "tests/support.h"

using namespace gradus;
namespace samplers = data::samplers;

namespace {

template <class From, class To>
void load_from(const From& from, To& to) {
  serialize::OutputArchive out;
  from.save(out);
  const std::string bytes = bytes_of(out);
  serialize::InputArchive in;
  in.load_from(bytes.data(), bytes.size());
  to.load(in);
}

template <class Sampler>
std::vector<size_t> rest_of(Sampler& sampler, size_t batch) {
  std::vector<size_t> all;
  while (const auto more = sampler.next(batch)) all.insert(all.end(), more->begin(), more->end());
  return all;
}

struct Written {
  explicit Written(std::vector<int64_t> order, int64_t index = 0) {
    out.write("order", tensor(order));
    out.write("indices", tensor(order));
    out.write("index", index);
  }
  template <class Sampler>
  void into(Sampler& sampler) {
    load_bytes(bytes_of(out), sampler);
  }
  serialize::OutputArchive out;
};

}  // namespace

TEST_CASE("samplers go on from where they were saved") {
  const auto check = [&](auto a, auto b) {
    a.reset();
    b.reset();
    a.next(4);
    load_from(a, b);
    CHECK(a.next(4) == b.next(4));
    CHECK(a.next(4) == b.next(4));
    CHECK(!b.next(4));
  };
  check(samplers::SequentialSampler(10), samplers::SequentialSampler(10));
  check(samplers::RandomSampler(10), samplers::RandomSampler(10));
  check(samplers::RandomSampler(10, kInt), samplers::RandomSampler(10, kInt));
  check(samplers::EpochSampler(10, true), samplers::EpochSampler(10, true));
  check(samplers::EpochSampler(10), samplers::EpochSampler(10));
  samplers::RandomSampler large(10), small(3);
  CHECK_THROWS_AS(load_from(large, small), Error);
  CHECK(small.next(9)->size() == 3);
}

TEST_CASE("an archive's order must be an order of the sampler's examples") {
  samplers::EpochSampler epoch(5, true);
  epoch.reset();
  const std::vector<size_t> first = *epoch.next(2);
  const auto why = [&](Written w, auto& sampler) -> std::string {
    try {
      w.into(sampler);
    } catch (const Error& e) {
      return e.what();
    }
    return "";
  };
  // Shorter than the dataset, the sampler would read behind it.
  CHECK(why(Written({0, 1, 2}), epoch) ==
        "load: numbers of examples differ, 3 in the archive and 5 of the sampler");
  CHECK(why(Written({0, 1, 2, 3, 4, 0}), epoch) ==
        "load: numbers of examples differ, 6 in the archive and 5 of the sampler");
  CHECK(why(Written({0, 1, 2, 3, 5}), epoch) == "load: the sampler's order has 5 of 5 examples");
  CHECK(why(Written({0, 1, 2, 3, -1}), epoch) ==
        "load: the sampler's order has 18446744073709551615 of 5 examples");
  CHECK(why(Written({4, 3, 2, 1, 0}, 6), epoch) == "load: the sampler's index is 6, not in 0 .. 5");
  CHECK(why(Written({4, 3, 2, 1, 0}, -1), epoch) ==
        "load: the sampler's index is -1, not in 0 .. 5");
  // And is where it was.
  CHECK(rest_of(epoch, 2).size() == 3);

  samplers::RandomSampler random(5);
  CHECK(why(Written({0, 1, 2}, 4), random) == "load: the sampler's index is 4, not in 0 .. 3");
  CHECK(why(Written({0, 5}), random) == "load: the sampler's order has 5 of 5 examples");
  CHECK(rest_of(random, 2).size() == 5);
  samplers::StreamSampler stream(5);
  CHECK(why(Written({0}, 6), stream) == "load: the sampler's index is 6, not in 0 .. 5");
}

TEST_CASE("a sampler that has ended an epoch goes on in another as if it had not") {
  // `a` runs on; `b`, which has ended an epoch of its own, takes its place in the middle.
  const auto generator = [] { return gradus::detail::createCPUGenerator(3); };
  Generator ga = generator(), gb = generator();
  samplers::EpochSampler a(7, true, ga), b(7, true, gb);
  b.reset();
  rest_of(b, 3);
  a.reset();
  a.next(3);
  load_from(a, b);
  gb.set_state(ga.get_state());
  for (int epoch = 0; epoch < 3; ++epoch) {
    CHECK(rest_of(a, 3) == rest_of(b, 3));
    a.reset();
    b.reset();
  }
  // Saved at the end of an epoch, the end's permutation is not drawn again.
  rest_of(a, 3);
  samplers::EpochSampler c(7, true, gb);
  load_from(a, c);
  gb.set_state(ga.get_state());
  CHECK(!c.next(3));
  a.reset();
  c.reset();
  CHECK(rest_of(a, 3) == rest_of(c, 3));
}

TEST_CASE("a reset that fails leaves the sampler as it was") {
  samplers::EpochSampler epoch(5, true);
  epoch.reset();
  CHECK_THROWS_AS(epoch.reset(size_t(1) << 61), Error);
  CHECK(rest_of(epoch, 100).size() == 5);
  samplers::RandomSampler random(5);
  CHECK_THROWS_AS(random.reset(size_t(1) << 61), Error);
  CHECK(rest_of(random, 100).size() == 5);
}

TEST_CASE("the shares of several processes hold every example") {
  for (const size_t size : {0, 1, 7, 12})
    for (const size_t replicas : {1, 3, 5}) {
      std::vector<size_t> random, in_order;
      for (size_t rank = 0; rank < replicas; ++rank) {
        samplers::DistributedRandomSampler a(size, replicas, rank);
        samplers::DistributedSequentialSampler b(size, replicas, rank);
        for (const size_t i : rest_of(a, 2)) random.push_back(i);
        for (const size_t i : rest_of(b, 2)) in_order.push_back(i);
      }
      CHECK(random.size() == (size + replicas - 1) / replicas * replicas);
      CHECK(random.size() == in_order.size());
      for (size_t i = 0; i < size; ++i) {
        CHECK(std::count(random.begin(), random.end(), i) > 0);
        CHECK(in_order[i] == i);
      }
    }
}

TEST_CASE("a share goes on from where it was saved") {
  samplers::DistributedRandomSampler a(9, 2, 1), b(9, 2, 1);
  a.set_epoch(4);
  a.reset();
  a.next(2);
  load_from(a, b);
  CHECK(b.epoch() == 4);
  CHECK(rest_of(a, 2) == rest_of(b, 2));
  samplers::DistributedSequentialSampler c(9, 2, 1), d(9, 2, 1);
  c.next(2);
  load_from(c, d);
  CHECK(rest_of(d, 2) == std::vector<size_t>{7, 8, 0});

  serialize::OutputArchive out;
  out.write("sample_index_", int64_t(99));
  out.write("epoch_", int64_t(7));
  CHECK_THROWS_AS(load_bytes(bytes_of(out), b), Error);
  CHECK_THROWS_AS(load_bytes(bytes_of(out), d), Error);
  CHECK(b.epoch() == 4);
  CHECK_THROWS_AS(samplers::DistributedRandomSampler(9, 2, 2), Error);
  CHECK_THROWS_AS(samplers::DistributedSequentialSampler(9, 0, 0), Error);
}

TEST_CASE("a distributed sampler gives examples that are there, also to many replicas") {
  using samplers::DistributedRandomSampler;
  std::vector<size_t> seen(2);
  for (size_t rank = 0; rank < 8; ++rank) {
    DistributedRandomSampler sampler(2, 8, rank);
    const auto batch = sampler.next(5);
    REQUIRE(batch->size() == 1);
    REQUIRE(batch->at(0) < 2);
    ++seen[batch->at(0)];
    CHECK_FALSE(sampler.next(5));
  }
  CHECK(seen == std::vector<size_t>{4, 4});
  // What no memory holds is an Error, and changes nothing.
  DistributedRandomSampler sampler(3, 2, 1);
  const size_t most = std::numeric_limits<size_t>::max();
  CHECK(message([&] { sampler.reset(most); }) ==
        "sampler: 18446744073709551615 examples are too many for 2 replicas");
  CHECK_THROWS_AS(sampler.reset(most / 2 - 2), Error);
  CHECK(sampler.size() == 2);
  CHECK(sampler.next(5)->size() == 2);
}
