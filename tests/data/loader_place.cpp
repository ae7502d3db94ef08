// A loader that goes on where another one stood.
#include <doctest/doctest.h>

#include "autograd/factories.h"
#include "autograd/ops/random/random.h"
#include "data/data.h"
#include "data/distributed_sampler.h"
#include "tensor/io/dict.h"
#include "tests/support.h"

using namespace gradus;
using namespace gradus::data;

namespace {

// Example i is i and a random number of its batch.
struct Noisy : datasets::Dataset<Noisy> {
  explicit Noisy(size_t n) : n(n) {}
  Example<> get(size_t i) override {
    return {scalar_tensor(i, kLong), scalar_tensor(random_unit(), kDouble)};
  }
  std::optional<size_t> size() const override { return n; }
  size_t n;
};

using Values = std::vector<double>;
void take(Values& out, const Example<>& batch) {
  for (int64_t i = 0; i < batch.data.size(0); ++i) {
    out.push_back(double(batch.data[i].item<int64_t>()));
    out.push_back(batch.target[i].item<double>());
  }
  out.push_back(-1);
}

// Two epochs undisturbed, and the same with a break after `stop` batches of the first one, where
// another loader and another generator go on.
template <class Make>
void check_goes_on(Make make) {
  for (const int stop : {1, 3, 4}) {
    CAPTURE(stop);
    manual_seed(3);
    Values whole, parts;
    auto loader = make();
    for (int epoch = 0; epoch < 2; ++epoch)
      for (const auto& batch : *loader) take(whole, batch);

    manual_seed(3);
    auto first = make();
    int count = 0;
    impl::GenericDict place;
    Tensor draws;
    for (const auto& batch : *first) {
      take(parts, batch);
      if (++count < stop) continue;
      place = first->state_dict();
      draws = get_rng_state();
      break;
    }
    manual_seed(99);
    auto second = make();
    set_rng_state(draws);
    second->load_state_dict(place);
    for (int epoch = 0; epoch < 2; ++epoch)
      for (const auto& batch : *second) take(parts, batch);
    CHECK(parts == whole);
  }
}

}  // namespace

TEST_CASE("a loader goes on in the middle of an epoch, with any sampler and workers") {
  for (const size_t workers : {0, 2}) {
    CAPTURE(workers);
    const auto options = DataLoaderOptions(3).workers(workers);
    const auto dataset = [] { return Noisy(10).map(transforms::Stack<>()); };
    check_goes_on([&] { return make_data_loader(dataset(), options); });
    check_goes_on(
        [&] { return make_data_loader<samplers::SequentialSampler>(dataset(), options); });
    check_goes_on(
        [&] { return make_data_loader(dataset(), samplers::EpochSampler(10, true), options); });
    check_goes_on([&] {
      return make_data_loader(
          dataset(), samplers::EpochSampler(10, true, gradus::detail::createCPUGenerator(5)),
          options);
    });
  }
}

TEST_CASE("a loader between epochs goes on with the next one") {
  manual_seed(3);
  const auto make = [] {
    return make_data_loader(Noisy(6).map(transforms::Stack<>()), DataLoaderOptions(2));
  };
  auto first = make();
  Values whole, parts;
  for (const auto& batch : *first) take(parts, batch);
  const impl::GenericDict place = first->state_dict();
  const Tensor draws = get_rng_state();
  for (const auto& batch : *first) take(whole, batch);
  auto second = make();
  second->load_state_dict(place);
  set_rng_state(draws);
  parts.clear();
  for (const auto& batch : *second) take(parts, batch);
  CHECK(parts == whole);
}

TEST_CASE("a loader that has not begun has a place, also with a generator of its own") {
  const auto make = [](uint64_t seed) {
    return make_data_loader(
        Noisy(6).map(transforms::Stack<>()),
        samplers::EpochSampler(6, true, gradus::detail::createCPUGenerator(seed)),
        DataLoaderOptions(2));
  };
  Values whole, parts;
  auto first = make(1), second = make(2);
  second->load_state_dict(first->state_dict());
  for (auto* loader : {&first, &second})
    for (int epoch = 0; epoch < 2; ++epoch) {
      manual_seed(3);
      for (const auto& batch : **loader) take(loader == &first ? whole : parts, batch);
    }
  CHECK(parts == whole);
  auto third = make(3);
  third->load_state_dict(first->state_dict());
  for (auto* loader : {&first, &third}) {
    manual_seed(3);
    Values& out = loader == &first ? whole : parts;
    out.clear();
    for (const auto& batch : **loader) take(out, batch);
  }
  CHECK(parts == whole);
}

TEST_CASE("a place that does not fit is refused, and the loader stays where it was") {
  auto loader = make_data_loader<samplers::SequentialSampler>(Noisy(6).map(transforms::Stack<>()),
                                                              DataLoaderOptions(2));
  for (const auto& batch : *loader) {
    (void)batch;
    break;
  }
  const impl::GenericDict place = loader->state_dict();
  const auto fails = [&](const char* key, const IValue& value, const char* message) {
    impl::GenericDict other = place.copy();
    other.insert_or_assign(key, value);
    CHECK_THROWS_WITH_AS(loader->load_state_dict(other), message, Error);
    CHECK(loader->state_dict().at("batch").toInt() == 1);
  };
  fails("batch", 7, "load: the loader is after 7 batches, and the sampler has 3");
  fails("batch", -1, "load: the loader's batch is -1, less than 0");
  fails("epoch", 0, "load: the loader is in an epoch, which has number 0");
  impl::GenericDict sampler;
  sampler.insert("index", 50);
  fails("sampler", sampler, "load: the sampler's index is 50, not in 0 .. 6");
  impl::GenericDict none;
  CHECK_THROWS_AS(loader->load_state_dict(none), Error);
}

namespace {
struct Counter : datasets::StatefulDataset<Counter, std::vector<int64_t>> {
  std::optional<std::vector<int64_t>> get_batch(size_t n) override {
    if (at >= 10) return std::nullopt;
    std::vector<int64_t> out;
    while (out.size() < n) out.push_back(at++);
    return out;
  }
  std::optional<size_t> size() const override { return std::nullopt; }
  void reset() override {
    if (!loaded) at = 0;
    loaded = false;
  }
  void save(serialize::OutputArchive& archive) const override { archive.write("at", at); }
  void load(serialize::InputArchive& archive) override {
    IValue v;
    archive.read("at", v);
    at = v.toInt();
    loaded = true;
  }
  int64_t at = 0;
  bool loaded = false;
};
}  // namespace

TEST_CASE("a dataset that keeps its own place goes on, if no workers run ahead of it") {
  auto first = make_data_loader(Counter(), DataLoaderOptions(4));
  for (const auto& batch : *first) {
    CHECK(batch == std::vector<int64_t>{0, 1, 2, 3});
    break;
  }
  auto second = make_data_loader(Counter(), DataLoaderOptions(4));
  second->load_state_dict(first->state_dict());
  std::vector<int64_t> rest;
  for (const auto& batch : *second) rest.insert(rest.end(), batch.begin(), batch.end());
  CHECK(rest == std::vector<int64_t>{4, 5, 6, 7, 8, 9, 10, 11});

  auto ahead = make_data_loader(Counter(), DataLoaderOptions(4).workers(1));
  auto it = ahead->begin();
  CHECK(it->size() == 4);
  CHECK_THROWS_WITH(
      ahead->state_dict(),
      "data loader: state_dict: 1 workers read a dataset that keeps its own place, 0 wanted");
}

TEST_CASE("an iterator of before load_state_dict() takes no batches of the loader") {
  const auto make = [] { return make_data_loader(Noisy(8).map(transforms::Stack<>()), 2, false); };
  auto first = make();
  for (const auto& batch : *first) (void)batch;
  auto it = first->begin();
  *it, ++it;
  const impl::GenericDict place = first->state_dict();
  CHECK(place.at("epoch").toInt() == 2);

  auto second = make();
  auto old = second->begin();
  *old;
  second->load_state_dict(place);
  ++old;
  CHECK(old == second->end());
  CHECK((*second->begin()).data[0].item<int64_t>() == 4);
}

TEST_CASE("a place that was loaded can be saved before the epoch goes on") {
  auto first = make_data_loader(Noisy(8).map(transforms::Stack<>()), 2, true);
  auto it = first->begin();
  *it, ++it;
  const impl::GenericDict place = first->state_dict();
  auto second = make_data_loader(Noisy(8).map(transforms::Stack<>()), 2, true);
  second->load_state_dict(place);
  const impl::GenericDict again = second->state_dict();
  for (const char* key : {"epoch", "batch"}) CHECK(again.at(key).toInt() == place.at(key).toInt());
  CHECK(again.at("running").toBool());
  const auto order = [](const impl::GenericDict& of) {
    return values(of.at("sampler").toGenericDict().at("order").toTensor());
  };
  CHECK(order(again) == order(place));
}

TEST_CASE("a place that is refused does not change what is saved next") {
  auto loader = make_data_loader(Noisy(8).map(transforms::Stack<>()), 2, true);
  auto other = make_data_loader(Noisy(8).map(transforms::Stack<>()), 2, true);
  auto it = loader->begin(), other_it = other->begin();
  *it, *other_it;
  const impl::GenericDict bad = other->state_dict().copy();
  bad.insert_or_assign("batch", int64_t(1000));
  const auto order = [&] {
    return values(loader->state_dict().at("sampler").toGenericDict().at("order").toTensor());
  };
  const Values before = order();
  CHECK(before != values(other->state_dict().at("sampler").toGenericDict().at("order").toTensor()));
  CHECK_THROWS_WITH_AS(loader->load_state_dict(bad),
                       "load: the loader is after 1000 batches, and the sampler has 4", Error);
  CHECK(order() == before);
}

namespace {
// Example 2 cannot be read.
struct Broken : datasets::Dataset<Broken> {
  Example<> get(size_t i) override {
    if (i == 2) throw std::runtime_error("example 2");
    return {scalar_tensor(i, kLong), scalar_tensor(0, kLong)};
  }
  std::optional<size_t> size() const override { return 8; }
};
}  // namespace

TEST_CASE("a batch that throws counts as given: a loader goes on with the one behind it") {
  for (const size_t workers : {0, 2}) {
    CAPTURE(workers);
    const auto make = [&] {
      return make_data_loader<samplers::SequentialSampler>(Broken().map(transforms::Stack<>()),
                                                           DataLoaderOptions(2).workers(workers));
    };
    auto first = make();
    auto it = first->begin();
    *it;
    CHECK_THROWS_AS(++it, std::exception);
    CHECK(first->state_dict().at("batch").toInt() == 2);
    ++it;
    CHECK(it->data[0].item<int64_t>() == 4);
    const impl::GenericDict place = first->state_dict();
    CHECK(place.at("batch").toInt() == 3);
    auto second = make();
    second->load_state_dict(place);
    CHECK((*second->begin()).data[0].item<int64_t>() == 6);
  }
}

namespace {
// Throws once, at its reset or at a batch, when it is told to.
struct Moody : samplers::SequentialSampler {
  using SequentialSampler::SequentialSampler;
  void reset(std::optional<size_t> n = std::nullopt) override {
    if (std::exchange(*reset_throws, false)) throw std::runtime_error("reset");
    SequentialSampler::reset(n);
  }
  std::optional<std::vector<size_t>> next(size_t n) override {
    if (*next_throws > 0 && --*next_throws == 0) throw std::runtime_error("next");
    return SequentialSampler::next(n);
  }
  std::shared_ptr<bool> reset_throws = std::make_shared<bool>(false);
  std::shared_ptr<int> next_throws = std::make_shared<int>(0);
};
}  // namespace

TEST_CASE("an epoch that could not begin has the same random numbers when it begins") {
  for (const size_t workers : {0, 2}) {
    CAPTURE(workers);
    const auto make = [&](const Moody& sampler) {
      return make_data_loader(Noisy(10).map(transforms::Stack<>()), sampler,
                              DataLoaderOptions(3).workers(workers));
    };
    manual_seed(3);
    Values whole, parts;
    const Moody calm(10);
    auto first = make(calm);
    for (const auto& batch : *first) take(whole, batch);

    const Moody moody(10);
    auto second = make(moody);
    *moody.reset_throws = true;
    CHECK_THROWS_WITH(second->begin(), "reset");
    CHECK(second->state_dict().at("epoch").toInt() == 0);
    for (const auto& batch : *second) take(parts, batch);
    CHECK(parts == whole);
  }
}

TEST_CASE("a resumed epoch that could not begin loses no batch") {
  manual_seed(3);
  const Moody moody(10);
  const auto make = [&] {
    return make_data_loader(Noisy(10).map(transforms::Stack<>()), moody,
                            DataLoaderOptions(2).workers(1).max_jobs(2));
  };
  auto first = make();
  Values whole, parts;
  auto it = first->begin();
  *it;
  const impl::GenericDict place = first->state_dict();
  for (++it; it != first->end(); ++it) take(whole, *it);
  for (const int call : {1, 2}) {
    CAPTURE(call);
    auto second = make();
    second->load_state_dict(place);
    *moody.next_throws = call;
    parts.clear();
    if (call == 1) CHECK_THROWS_WITH(second->begin(), "next");
    for (const auto& batch : *second) take(parts, batch);
    CHECK(parts == whole);
  }
}

namespace {
// A Counter that refuses some places only when it goes to them.
struct Far : Counter {
  void reset() override {
    if (loaded && at > 100) throw std::runtime_error("too far");
    Counter::reset();
  }
};
}  // namespace

TEST_CASE("a dataset that cannot go to a place stays where it was") {
  auto loader = make_data_loader(Far(), DataLoaderOptions(4));
  auto it = loader->begin();
  CHECK(*it == std::vector<int64_t>{0, 1, 2, 3});
  impl::GenericDict at, bad = loader->state_dict().copy();
  at.insert("at", int64_t(200));
  bad.insert_or_assign("dataset", at);
  CHECK_THROWS_WITH(loader->load_state_dict(bad), "too far");
  ++it;
  CHECK(*it == std::vector<int64_t>{4, 5, 6, 7});
  CHECK((*loader->begin())[0] == 0);
}

TEST_CASE("a loader's size is that of its sampler's epoch") {
  const auto check = [](const auto& sampler, size_t batches, size_t whole) {
    for (const bool drop_last : {false, true}) {
      auto loader =
          make_data_loader(Noisy(100), sampler, DataLoaderOptions(10).drop_last(drop_last));
      size_t count = 0;
      for (const auto& batch : *loader) count += !batch.empty();
      CHECK(loader->size() == count);
      CHECK(count == (drop_last ? whole : batches));
    }
  };
  check(samplers::DistributedSequentialSampler(100, 4, 0), 3, 2);
  check(samplers::DistributedRandomSampler(100, 3, 1), 4, 3);
  check(samplers::SequentialSampler(45), 5, 4);
  check(samplers::RandomSampler(35), 4, 3);
  check(samplers::EpochSampler(20, true), 2, 2);
  // A sampler of a program's own without a size leaves it to the dataset.
  struct Own : samplers::Sampler<> {
    void reset(std::optional<size_t>) override {}
    std::optional<std::vector<size_t>> next(size_t) override { return std::nullopt; }
    void save(serialize::OutputArchive&) const override {}
    void load(serialize::InputArchive&) override {}
  };
  CHECK(make_data_loader(Noisy(100), Own(), DataLoaderOptions(10))->size() == 10);
}
