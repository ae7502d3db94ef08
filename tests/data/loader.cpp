#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>

#include "autograd/factories.h"
#include "autograd/ops/pointwise/copy.h"
#include "autograd/ops/pointwise/pointwise.h"
#include "autograd/ops/random/random.h"
#include "autograd/ops/reduce/reduce.h"
#include "data/chunk_dataset.h"
#include "data/data.h"
#include "data/shuttle.h"
#include "tests/archive.h"
#include "tests/support.h"

using namespace gradus;
using namespace gradus::data;

namespace {

// Example i is (i, 10 i).
struct Numbers : datasets::Dataset<Numbers> {
  explicit Numbers(size_t n) : n(n) {}
  Example<> get(size_t i) override {
    return {scalar_tensor(i, kLong), scalar_tensor(10 * i, kLong)};
  }
  std::optional<size_t> size() const override { return n; }
  size_t n;
};

template <class Loader>
std::vector<int64_t> order_of(Loader& loader) {
  std::vector<int64_t> out;
  for (const auto& batch : loader) {
    const Tensor x = [&] {
      if constexpr (requires { batch.data; })
        return batch.data;
      else
        return batch[0];
    }();
    for (int64_t i = 0; i < x.size(0); ++i) out.push_back(x[i].template item<int64_t>());
    out.push_back(-1);
  }
  return out;
}

auto stacked(size_t n) { return Numbers(n).map(transforms::Stack<>()); }

}  // namespace

TEST_CASE("the order of batches is that of Python's DataLoader") {
  struct Case {
    bool shuffle, drop_last, own_generator;
    std::vector<int64_t> order;
    float after, after_own;
  };
  const Case cases[] = {
#include "tests/reference/loader_order.inc"
  };
  for (const Case& c : cases) {
    CAPTURE(c.shuffle);
    CAPTURE(c.drop_last);
    CAPTURE(c.own_generator);
    manual_seed(0);
    std::optional<Generator> generator;
    if (c.own_generator) generator = gradus::detail::createCPUGenerator(3);
    auto loader =
        make_data_loader(TensorDataset({arange(10)}), 4, c.shuffle, c.drop_last, generator);
    std::vector<int64_t> order = order_of(*loader);
    for (const int64_t i : order_of(*loader)) order.push_back(i);
    CHECK(order == c.order);
    CHECK(rand({1}).item<float>() == c.after);
    CHECK(rand({1}, generator).item<float>() == c.after_own);
  }
}

TEST_CASE("the random sampler's order is libtorch's") {
  manual_seed(0);
  auto loader = make_data_loader<samplers::RandomSampler>(stacked(10), DataLoaderOptions(4));
  CHECK(order_of(*loader) == std::vector<int64_t>{3, 9, 4, 2, -1, 7, 8, 6, 0, -1, 5, 1, -1});
  CHECK(order_of(*loader) == std::vector<int64_t>{4, 0, 8, 5, -1, 9, 1, 6, 3, -1, 7, 2, -1});
}

TEST_CASE("batches are whole, partial or dropped") {
  const auto order = [](size_t n, size_t batch, bool drop) {
    auto loader = make_data_loader<samplers::SequentialSampler>(
        stacked(n), DataLoaderOptions(batch).drop_last(drop));
    const auto out = order_of(*loader);
    CHECK(size_t(std::count(out.begin(), out.end(), -1)) == loader->size());
    return out;
  };
  CHECK(order(5, 2, false) == std::vector<int64_t>{0, 1, -1, 2, 3, -1, 4, -1});
  CHECK(order(5, 2, true) == std::vector<int64_t>{0, 1, -1, 2, 3, -1});
  CHECK(order(4, 2, true) == order(4, 2, false));
  CHECK(order(2, 9, false) == std::vector<int64_t>{0, 1, -1});
  CHECK(order(2, 9, true).empty());
  CHECK(order(0, 3, false).empty());
  CHECK_THROWS_WITH(order(3, 0, false), "data loader: batch_size is 0");
}

TEST_CASE("examples are stacked with their targets") {
  auto loader = make_data_loader<samplers::SequentialSampler>(stacked(3), 2);
  auto it = loader->begin();
  CHECK(it->data.equal(tensor({0, 1})));
  CHECK(it->target.equal(tensor({0, 10})));
  ++it;
  CHECK(it->data.equal(tensor({2})));
  ++it;
  CHECK(bool(it == loader->end()));
  CHECK_THROWS_WITH(*it, "data loader: the iterator is past the end");
  auto bare = make_data_loader<samplers::SequentialSampler>(
      datasets::TensorDataset(arange(6).view({3, 2})).map(transforms::Stack<TensorExample>()), 3);
  CHECK(bare->begin()->data.equal(arange(6).view({3, 2})));
  CHECK_THROWS_WITH(transforms::Stack<TensorExample>().apply_batch({ones({2}), ones({3})}),
                    "stack: sizes differ, [2] and [3]");
}

TEST_CASE("transforms are applied in order") {
  auto dataset = datasets::TensorDataset(arange(8, kFloat).view({2, 1, 2, 2}))
                     .map(transforms::TensorLambda<void>([](Tensor x) { return x * 2; }))
                     .map(transforms::Normalize<void>(4.0, 2.0))
                     .map(transforms::Lambda<TensorExample>(
                         [](TensorExample e) { return TensorExample(e.data + 1); }))
                     .map(transforms::Stack<TensorExample>());
  CHECK(*dataset.size() == 2);
  auto loader = make_data_loader<samplers::SequentialSampler>(std::move(dataset), 2);
  CHECK(loader->begin()->data.equal(arange(8, kFloat).view({2, 1, 2, 2}) - 1));
}

TEST_CASE("a dataset of tensors gives rows of each") {
  const Tensor x = arange(12).view({4, 3}), y = arange(4) * 100;
  auto loader = make_data_loader(TensorDataset({x, y}), 3, /*shuffle=*/false);
  size_t batches = 0;
  for (auto& [a, b] : *loader) {
    CHECK(b.equal(a.select(1, 0).div(3, "floor") * 100));
    ++batches;
  }
  CHECK(batches == 2);
  TensorDataset pair({x, y});
  CHECK(pair.get(2)[0].equal(x[2]));
  TensorDataset many(std::vector<Tensor>{x, y, x});
  CHECK(many.get_batch({3, 1}).size() == 3);
  CHECK_THROWS_WITH(TensorDataset({x, arange(3)}),
                    "tensor dataset: first sizes differ, [4, 3] and [3]");
  CHECK_THROWS_WITH(TensorDataset({scalar_tensor(1)}),
                    "tensor dataset: a tensor without dimensions has no rows");
}

TEST_CASE("workers give the same batches in the same order") {
  struct Slow : Numbers {
    using Numbers::Numbers;
    Example<> get(size_t i) override {
      std::this_thread::sleep_for(std::chrono::milliseconds(i % 3));
      return Numbers::get(i);
    }
  };
  for (const size_t workers : {0, 1, 3}) {
    manual_seed(5);
    auto loader =
        make_data_loader(datasets::make_shared_dataset<Slow>(20u).map(transforms::Stack<>()),
                         DataLoaderOptions(3).workers(workers));
    static std::vector<int64_t> first;
    auto order = order_of(*loader);
    for (const int64_t i : order_of(*loader)) order.push_back(i);
    if (workers == 0) first = order;
    CHECK(order == first);
    auto it = loader->begin();  // left in the middle
    ++it;
    if (workers == 0) {
      CHECK(order_of(*loader).size() == 27);
      ++it;
      CHECK(bool(it == loader->end()));
    } else {
      CHECK_THROWS_WITH(loader->begin(),
                        "data loader: begin() while another iterator is not at its end");
      while (it != loader->end()) ++it;
      CHECK(order_of(*loader).size() == 27);
    }
  }
}

TEST_CASE("what cannot be had in such numbers is an error, and nothing is left running") {
  // More threads than there are numbers for; more copies than a vector counts.
  const auto make = [](size_t workers) {
    return make_data_loader(stacked(3), DataLoaderOptions(1).workers(workers));
  };
  CHECK_THROWS_WITH(make(size_t(-1) / 2), doctest::Contains("data loader: it is more than"));
  CHECK_THROWS_WITH(make(size_t(1) << 58), doctest::Contains("data loader: "));
  // As many jobs as one likes: there are no more than batches.
  auto loader = make_data_loader<samplers::SequentialSampler>(
      stacked(5), DataLoaderOptions(2).workers(1).max_jobs(size_t(-1)));
  CHECK(order_of(*loader) == std::vector<int64_t>{0, 1, -1, 2, 3, -1, 4, -1});
  CHECK(make_data_loader(stacked(3), DataLoaderOptions(size_t(-1)))->size() == 1);
  CHECK(make_data_loader(stacked(3), DataLoaderOptions(size_t(-1)).drop_last(true))->size() == 0);
}

namespace {
struct Constant : datasets::Dataset<Constant> {
  explicit Constant(size_t n) : n(n) {}
  Example<> get(size_t i) override { return {scalar_tensor(i, kLong), scalar_tensor(n, kLong)}; }
  std::optional<size_t> size() const override { return n; }
  const size_t n;
};
}  // namespace

TEST_CASE("a dataset needs to be copied only, not assigned") {
  for (const size_t workers : {0, 2}) {
    auto loader = make_data_loader<samplers::SequentialSampler>(
        Constant(3).map(transforms::Stack<>()), DataLoaderOptions(2).workers(workers));
    CHECK(order_of(*loader) == std::vector<int64_t>{0, 1, -1, 2, -1});
  }
}

TEST_CASE("an index is no number from the end") {
  const Tensor x = arange(3);
  CHECK_THROWS_WITH(TensorDataset({x, x}).get(size_t(-1)),
                    "dataset: there is no example 18446744073709551615 in [3]");
  CHECK_THROWS_WITH(datasets::TensorDataset(x).get(3), "dataset: there is no example 3 in [3]");
}

TEST_CASE("an exception of a worker comes out of the loop") {
  struct Bad : Numbers {
    using Numbers::Numbers;
    Example<> get(size_t i) override {
      if (i == 4) throw std::runtime_error("number four");
      return Numbers::get(i);
    }
  };
  auto loader = make_data_loader<samplers::SequentialSampler>(
      datasets::make_shared_dataset<Bad>(8u).map(transforms::Stack<>()),
      DataLoaderOptions(2).workers(2));
  auto it = loader->begin();
  ++it;
  CHECK_THROWS_WITH(++it, "data loader: a worker threw an exception: number four");
  // It is the dataset's own, and the batches behind it come.
  const WorkerException text(std::make_exception_ptr("a text"));
  CHECK(std::string(text.what()) == "data loader: a worker threw an exception: a text");
  CHECK_THROWS_AS(std::rethrow_exception(text.original_exception), const char*);
  ++it;
  CHECK(it->data.equal(tensor({6, 7})));

  struct Stuck : Numbers {
    using Numbers::Numbers;
    Example<> get(size_t i) override {
      std::this_thread::sleep_for(std::chrono::milliseconds(300));
      return Numbers::get(i);
    }
  };
  auto stuck =
      make_data_loader(datasets::make_shared_dataset<Stuck>(2u),
                       DataLoaderOptions(1).workers(1).timeout(std::chrono::milliseconds(5)));
  CHECK_THROWS_WITH(*stuck->begin(), "data loader: no batch within 5 ms");
}

namespace {
struct Stream : datasets::StreamDataset<Stream, std::vector<int>> {
  std::vector<int> get_batch(size_t n) override { return std::vector<int>(n, next++); }
  std::optional<size_t> size() const override { return std::nullopt; }
  int next = 0;
};
struct Countdown : datasets::StatefulDataset<Countdown, int> {
  std::optional<int> get_batch(size_t n) override {
    left -= int(n);
    return left >= 0 ? std::optional(left) : std::nullopt;
  }
  std::optional<size_t> size() const override { return std::nullopt; }
  void reset() override { left = 10; }
  void save(serialize::OutputArchive& archive) const override { archive.write("left", left); }
  void load(serialize::InputArchive&) override {}
  int left = 0;
};
}  // namespace

TEST_CASE("streams and datasets with a state of their own") {
  auto stream = make_data_loader(Stream(), samplers::StreamSampler(5), DataLoaderOptions(2));
  std::vector<size_t> sizes;
  for (auto& batch : *stream) sizes.push_back(batch.size());
  CHECK(sizes == std::vector<size_t>{2, 2, 1});
  for (const size_t workers : {0, 1}) {
    auto stateful = make_data_loader(Countdown(), DataLoaderOptions(3).workers(workers));
    for (int epoch = 0; epoch < 2; ++epoch) {
      std::vector<int> seen;
      for (const int left : *stateful) seen.push_back(left);
      CHECK(seen == std::vector<int>{7, 4, 1});
    }
  }
}

TEST_CASE("a timeout beyond what clocks count is none") {
  constexpr auto longest = std::chrono::milliseconds::max();
  data::detail::Queue<int> queue;
  std::thread later([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    queue.push(3);
  });
  int got = 0;
  CHECK(message([&] { got = queue.pop(longest); }) == "nothing was thrown");
  later.join();
  CHECK(got == 3);
}

namespace {

struct NoChunks : data::datasets::ChunkDataReader<int> {
  using BatchType = std::vector<int>;
  BatchType read_chunk(size_t) override { return {1}; }
  size_t chunk_count() override { return 1; }
  void reset() override {}
};

}  // namespace

TEST_CASE("options of chunks that were set since they were checked") {
  const auto made = [](data::datasets::ChunkDatasetOptions o) {
    return message([&] {
      data::datasets::ChunkDataset<NoChunks>(NoChunks(), data::samplers::RandomSampler(0),
                                             data::samplers::RandomSampler(0), o);
    });
  };
  CHECK(made({1, 4, 8}) == "nothing was thrown");
  CHECK(made(data::datasets::ChunkDatasetOptions(1, 4, 8).preloader_count(0)) ==
        "chunk dataset: preloader_count is 0");
  CHECK(made(data::datasets::ChunkDatasetOptions(1, 4, 8).batch_size(9)) ==
        "chunk dataset: the cache of 8 examples does not hold a batch of 9");
}
