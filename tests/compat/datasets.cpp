// Datasets that are read in chunks, samplers for several processes, and the parts of a program's
// own loader.
#include <torch/torch.h>

#include <iostream>
#include <thread>

namespace data = torch::data;
using data::samplers::RandomSampler;
using data::samplers::SequentialSampler;

namespace {

// Chunk i has i + 3 examples, 10 i and on.
struct Reader : data::datasets::ChunkDataReader<int> {
  using BatchType = std::vector<int>;
  std::vector<int> read_chunk(size_t i) override {
    if (int(i) == fails) throw std::runtime_error("this chunk is broken");
    std::vector<int> chunk;
    for (size_t k = 0; k < i + 3; ++k) chunk.push_back(int(10 * i + k));
    return chunk;
  }
  size_t chunk_count() override { return 5; }
  void reset() override {}
  int fails = -1;
};

template <class Dataset>
void all_of(Dataset& dataset, size_t batch) {
  while (auto examples = dataset.get_batch(batch)) {
    for (const int e : *examples) std::cout << e << " ";
    std::cout << "| ";
  }
  std::cout << "\n";
}

void chunks() {
  torch::manual_seed(5);
  using Random = data::datasets::ChunkDataset<Reader>;
  using InOrder = data::datasets::ChunkDataset<Reader, SequentialSampler, SequentialSampler>;
  InOrder in_order(Reader(), SequentialSampler(0), SequentialSampler(0),
                   data::datasets::ChunkDatasetOptions(1, 4, 8));
  for (int epoch = 0; epoch < 2; ++epoch) {
    in_order.reset();
    all_of(in_order, 4);
  }
  Random random(Reader(), RandomSampler(0), RandomSampler(0),
                data::datasets::ChunkDatasetOptions(1, 3, 2048, 2));
  for (int epoch = 0; epoch < 2; ++epoch) {
    random.reset();
    all_of(random, 3);
  }
  InOrder doubled(Reader(), SequentialSampler(0), SequentialSampler(0),
                  data::datasets::ChunkDatasetOptions(1, 5), [](std::vector<int>& chunk) {
                    for (int& e : chunk) e *= 2;
                  });
  doubled.reset();
  all_of(doubled, 5);

  const auto shared = data::datasets::make_shared_dataset<InOrder>(
      Reader(), SequentialSampler(0), SequentialSampler(0),
      data::datasets::ChunkDatasetOptions(3, 4));
  for (const size_t workers : {0, 2}) {
    auto loader = data::make_data_loader(shared, data::DataLoaderOptions(4).workers(workers));
    int64_t count = 0, sum = 0;
    for (auto& batch : *loader)
      for (const int e : batch) ++count, sum += e;
    std::cout << count << " " << sum << "\n";
  }

  Reader broken;
  broken.fails = 1;
  InOrder failing(broken, SequentialSampler(0), SequentialSampler(0),
                  data::datasets::ChunkDatasetOptions(1, 3));
  failing.reset();
  for (int i = 0; i < 2; ++i) try {
      const auto batch = failing.get_batch(3);
      std::cout << (batch ? (*batch)[0] : -1) << " ";
    } catch (const data::WorkerException& e) {
      std::cout << (std::string(e.what()).find("this chunk is broken") != std::string::npos)
                << "! ";
    }
  std::cout << "\n";
  const auto refused = [](const auto& f) {
    try {
      f();
      std::cout << "passes ";
    } catch (const c10::Error&) {
      std::cout << "an error ";
    }
  };
  refused([] { data::datasets::ChunkDatasetOptions(0, 1); });
  refused([] { data::datasets::ChunkDatasetOptions(1, 0); });
  refused([] { data::datasets::ChunkDatasetOptions(1, 5, 4); });
  refused([] { data::datasets::ChunkDatasetOptions(1, 1, 1, 0); });
  refused([&] { failing.get_batch(2); });
  refused([] {
    InOrder fresh(Reader(), SequentialSampler(0), SequentialSampler(0),
                  data::datasets::ChunkDatasetOptions(1, 3));
    fresh.get_batch(3);
  });
  std::cout << "\n";
}

template <class Sampler>
void share(Sampler sampler, size_t batch) {
  while (const auto indices = sampler.next(batch)) {
    for (const size_t i : *indices) std::cout << i << " ";
    std::cout << "| ";
  }
  std::cout << sampler.index() << "; ";
}
void shares() {
  using data::samplers::DistributedRandomSampler;
  using data::samplers::DistributedSequentialSampler;
  for (const size_t size : {10, 2, 12})
    for (const bool twice : {true, false}) {
      for (size_t rank = 0; rank < 4; ++rank) {
        DistributedRandomSampler random(size, 4, rank, twice);
        random.set_epoch(size);
        random.reset();
        share(random, 2);
        share(DistributedSequentialSampler(size, 4, rank, twice), 2);
      }
      std::cout << "\n";
    }
  DistributedRandomSampler a(9), b(9);
  a.set_epoch(3);
  a.reset(7);
  a.next(4);
  std::stringstream stream;
  torch::serialize::OutputArchive out;
  a.save(out);
  out.save_to(stream);
  torch::serialize::InputArchive in;
  in.load_from(stream);
  b.reset(7);
  b.load(in);
  share(a, 2);
  share(b, 2);
  std::cout << b.epoch() << "\n";
}

// Neither can be copied, or assigned to.
struct Countdown : data::datasets::StatefulDataset<Countdown, std::vector<int>, size_t> {
  explicit Countdown(int from) : from(from), left(std::make_unique<int>(from)) {}
  std::optional<std::vector<int>> get_batch(size_t size) override {
    const std::lock_guard<std::mutex> lock(*mutex);
    if (*left == 0) return std::nullopt;
    return std::vector<int>(size, (*left)--);
  }
  std::optional<size_t> size() const override { return std::nullopt; }
  void reset() override { *left = from; }
  void save(torch::serialize::OutputArchive&) const override {}
  void load(torch::serialize::InputArchive&) override {}
  const int from;
  std::unique_ptr<int> left;
  std::unique_ptr<std::mutex> mutex = std::make_unique<std::mutex>();
};
struct Multiples : data::Dataset<Multiples, int> {
  explicit Multiples(int of) : of(of) {}
  int get(size_t i) override { return of * int(i); }
  std::optional<size_t> size() const override { return 7; }
  const int of;
};
// A request that is no list of indices.
struct Range : data::samplers::CustomBatchRequest {
  Range(size_t begin, size_t end) : begin(begin), end(end) {}
  size_t size() const override { return end - begin; }
  size_t begin, end;
};
struct RangeSampler : data::samplers::Sampler<Range> {
  void reset(std::optional<size_t> = std::nullopt) override { at = 0; }
  std::optional<Range> next(size_t size) override {
    if (at >= 9) return std::nullopt;
    const size_t begin = at;
    at = std::min<size_t>(9, at + size);
    return Range(begin, at);
  }
  void save(torch::serialize::OutputArchive&) const override {}
  void load(torch::serialize::InputArchive&) override {}
  size_t at = 0;
};
struct Lengths : data::BatchDataset<Lengths, std::vector<size_t>, Range> {
  std::vector<size_t> get_batch(Range r) override { return {r.begin, r.size()}; }
  std::optional<size_t> size() const override { return 9; }
};

void loaders() {
  for (const size_t workers : {0, 3}) {
    auto countdown =
        data::make_data_loader(Countdown(5), data::DataLoaderOptions(2).workers(workers));
    int64_t sum = 0, count = 0;
    for (int epoch = 0; epoch < 2; ++epoch)
      for (auto& batch : *countdown) sum += batch[1], ++count;
    auto multiples = data::make_data_loader<SequentialSampler>(
        Multiples(3), data::DataLoaderOptions(3).workers(workers));
    std::cout << count << " " << sum << ":";
    for (auto& batch : *multiples) std::cout << " " << batch.back();
    auto ranges = data::make_data_loader(Lengths(), RangeSampler(),
                                         data::DataLoaderOptions(4).workers(workers));
    for (auto& batch : *ranges) std::cout << " " << batch[0] << "+" << batch[1];
    auto dropped = data::make_data_loader(
        Lengths(), RangeSampler(), data::DataLoaderOptions(4).workers(workers).drop_last(true));
    for (auto& batch : *dropped) std::cout << " " << batch[0] << "+" << batch[1];
    std::cout << "\n";
  }
}

struct Numbered {
  size_t sequence_number;
  char name;
};
void parts() {
  namespace sequencers = data::detail::sequencers;
  const std::vector<Numbered> come{{2, 'c'}, {0, 'a'}, {1, 'b'}, {3, 'd'}};
  for (const bool ordered : {false, true}) {
    std::unique_ptr<sequencers::Sequencer<Numbered>> sequencer;
    if (ordered)
      sequencer = std::make_unique<sequencers::OrderedSequencer<Numbered>>(3);
    else
      sequencer = std::make_unique<sequencers::NoSequencer<Numbered>>();
    size_t at = 0;
    const auto produce = [&]() -> std::optional<Numbered> {
      if (at == come.size()) return std::nullopt;
      return come[at++];
    };
    while (const auto next = sequencer->next(produce)) std::cout << next->name;
    std::cout << " ";
  }
  data::detail::Queue<int> queue;
  std::thread other([&] { queue.push(7); });
  std::cout << queue.pop();
  other.join();
  queue.push(1);
  queue.push(2);
  std::cout << queue.clear();
  try {
    queue.pop(std::chrono::milliseconds(5));
  } catch (const c10::Error&) {
    std::cout << " timeout ";
  }
  data::detail::DataShuttle<int, int> shuttle;
  for (int i = 0; i < 4; ++i) shuttle.push_job(i);
  shuttle.push_result(10 * shuttle.pop_job());
  shuttle.push_result(10 * shuttle.pop_job() + 1);
  std::cout << *shuttle.pop_result() << shuttle.in_flight_jobs();
  shuttle.drain();
  std::cout << shuttle.in_flight_jobs() << shuttle.pop_result().has_value() << "\n";
}

}  // namespace

int main() {
  chunks();
  shares();
  loaders();
  parts();
}
