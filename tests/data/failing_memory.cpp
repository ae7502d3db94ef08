// Every request for memory fails once: what is saved, loaded and iterated then throws Error, is as
// it was, and goes on afterwards. A program of its own, because it replaces operator new.
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <new>
#include <sstream>

#include "autograd/factories.h"
#include "autograd/ops/random/random.h"
#include "data/csv.h"
#include "data/data.h"
#include "data/distributed_sampler.h"
#include "nn/nn.h"
#include "optim/optim.h"
#include "tensor/io/list.h"
#include "tensor/io/npy.h"
#include "tensor/io/pickle.h"
#include "tensor/io/safetensors_file.h"
#include "tests/archive.h"
#include "tests/temporary_directory.h"

using namespace gradus;

namespace {

// The request that fails, counted from 1; 0: none.
std::atomic<long> failing{0}, requests{0};
std::atomic<int64_t> in_use{0}, most_in_use{0};

// The size stands in front of what is given, which the alignment of malloc leaves room for.
constexpr size_t front = alignof(std::max_align_t);

void* request(size_t bytes) {
  if (++requests == failing) return nullptr;
  char* p = static_cast<char*>(std::malloc(front + bytes));
  if (!p) return nullptr;
  *reinterpret_cast<size_t*>(p) = bytes;
  const int64_t now = in_use += int64_t(bytes);
  int64_t most = most_in_use;
  while (now > most && !most_in_use.compare_exchange_weak(most, now)) {
  }
  return p + front;
}
void give_back(void* p) {
  if (!p) return;
  char* whole = static_cast<char*>(p) - front;
  in_use -= int64_t(*reinterpret_cast<size_t*>(whole));
  std::free(whole);
}

}  // namespace

// All of them: what one of the sanitizer's own gives, ours cannot take back.
void* operator new(size_t bytes) {
  if (void* p = request(bytes)) return p;
  throw std::bad_alloc();
}
void* operator new[](size_t bytes) { return operator new(bytes); }
void* operator new(size_t bytes, const std::nothrow_t&) noexcept { return request(bytes); }
void* operator new[](size_t bytes, const std::nothrow_t&) noexcept { return request(bytes); }
void operator delete(void* p) noexcept { give_back(p); }
void operator delete[](void* p) noexcept { give_back(p); }
void operator delete(void* p, size_t) noexcept { give_back(p); }
void operator delete[](void* p, size_t) noexcept { give_back(p); }
void operator delete(void* p, const std::nothrow_t&) noexcept { give_back(p); }
void operator delete[](void* p, const std::nothrow_t&) noexcept { give_back(p); }

namespace {

// try_it() with its first, second, third ... request failing, until there is none left to fail;
// check() after each. The exceptions are counted.
template <class Try, class Check>
int for_each_request(Try try_it, Check check) {
  int thrown = 0;
  for (long k = 1;; ++k) {
    std::string other;
    bool threw = false;
    requests = 0;
    failing = k;
    try {
      try_it();
    } catch (const Error&) {
      threw = true;
    } catch (const data::WorkerException&) {
      threw = true;
    } catch (const std::exception& e) {
      failing = 0;
      other = e.what();
    }
    failing = 0;
    const bool reached = requests >= k;
    CAPTURE(k);
    REQUIRE(other == "");
    thrown += threw;
    check(threw);
    if (!reached) return thrown;
  }
}

nn::Sequential net() {
  return nn::Sequential(nn::Linear(3, 2), nn::BatchNorm1d(2), nn::Linear(2, 1));
}
bool same(const nn::Sequential& a, const nn::Sequential& b) {
  return saved_bytes(a) == saved_bytes(b);
}
size_t files_in(const std::filesystem::path& folder) {
  return size_t(std::distance(std::filesystem::directory_iterator(folder), {}));
}

}  // namespace

TEST_CASE("a save leaves the old file or the new one") {
  const TemporaryDirectory dir;
  const std::string path = dir / "net";
  manual_seed(1);
  const nn::Sequential a = net(), b = net();
  save(a, path);
  const int thrown = for_each_request([&] { save(b, path); },
                                      [&](bool threw) {
                                        nn::Sequential back = net();
                                        load(back, path);
                                        CHECK(same(back, threw ? a : b));
                                        CHECK(files_in(dir.path) == 1);
                                        save(a, path);
                                      });
  CHECK(thrown > 50);
}

TEST_CASE("a load leaves the module and the optimiser as they were") {
  const TemporaryDirectory dir;
  manual_seed(1);
  nn::Sequential a = net(), b = net();
  const std::string before = saved_bytes(b), path = dir / "net", state = dir / "adam";
  save(a, path);
  int thrown = for_each_request([&] { load(b, path); },
                                [&](bool threw) {
                                  CHECK((saved_bytes(b) == before) == threw);
                                  load_bytes(before, b);
                                });
  CHECK(thrown > 50);

  optim::Adam from(a->parameters(), 0.1), to(b->parameters(), 0.2);
  for (const Tensor& p : a->parameters()) p.mutable_grad() = ones_like(p);
  from.step();
  save(from, state);
  const std::string empty = saved_bytes(to);
  thrown = for_each_request([&] { load(to, state); },
                            [&](bool threw) {
                              CHECK((saved_bytes(to) == empty) == threw);
                              load_bytes(empty, to);
                            });
  CHECK(thrown > 50);
}

TEST_CASE("a loader loses no batch, whichever request fails") {
  struct Numbers : data::datasets::Dataset<Numbers> {
    data::Example<> get(size_t i) override { return {x[int64_t(i)], x[int64_t(i)]}; }
    std::optional<size_t> size() const override { return 6; }
    Tensor x = arange(6);
  };
  for (const size_t workers : {0, 2}) {
    CAPTURE(workers);
    std::vector<int64_t> seen;
    seen.reserve(10);
    bool begun = false;
    size_t of_the_dataset = 0;  // exceptions that stand for a batch
    const auto dataset = Numbers().map(data::transforms::Stack<>());
    const auto epoch = [&] {
      seen.clear();
      begun = false;
      of_the_dataset = 0;
      auto loader = data::make_data_loader<data::samplers::SequentialSampler>(
          dataset, data::DataLoaderOptions(2).workers(workers));
      auto it = loader->begin();
      begun = true;
      bool failed = false;
      for (bool more = true, advance = false; more;) {
        try {
          if (advance) ++it;
          advance = false;
          more = it != loader->end();
          if (more) seen.push_back((*it).data.data_ptr<int64_t>()[0]);
          advance = true;
        } catch (const data::WorkerException&) {
          failed = true;
          ++of_the_dataset;
        } catch (const std::exception&) {
          failed = true;
          of_the_dataset += workers == 0;  // or the sampler's, after which the batch comes
        }
      }
      if (failed) throw Error("within the epoch");
    };
    const int thrown = for_each_request(epoch, [&](bool) {
      if (!begun) return;
      const std::vector<int64_t> all = {0, 2, 4};
      CHECK(std::includes(all.begin(), all.end(), seen.begin(), seen.end()));
      CHECK(seen.size() + of_the_dataset >= 3);
      if (workers > 0) CHECK(seen.size() + of_the_dataset == 3);
    });
    CHECK(thrown > 10);
  }
}

TEST_CASE("a worker that cannot be started ends those that were") {
  for_each_request([] { data::detail::Workers workers(5); }, [](bool) {});
  const data::datasets::TensorDataset dataset(arange(4));
  for_each_request([&] { data::make_data_loader(dataset, data::DataLoaderOptions(1).workers(3)); },
                   [](bool) {});
}

TEST_CASE("memory that is out while datasets are read") {
  const TemporaryDirectory dir;
  std::ofstream(dir / "test_batch.bin") << std::string(3073, '\1');
  std::ofstream(dir / "idx") << std::string("\0\0\x08\1\0\0\0\2ab", 10);
  std::string row;
  for (int i = 0; i < 64; ++i) row += "3,";
  std::ofstream(dir / "digits.csv") << row << "3\n" << row << "4\n";
  using namespace data::datasets;
  const auto nothing = [](bool) {};
  const std::string root = dir.path.string(), idx = dir / "idx", digits = dir / "digits.csv";
  for_each_request([&] { CIFAR10(root, CIFAR10::kTest); }, nothing);
  for_each_request([&] { data::read_idx(idx); }, nothing);
  for_each_request([&] { Digits{digits}; }, nothing);
}

TEST_CASE("memory that is out while a table is read and written") {
  const TemporaryDirectory dir;
  std::string bytes = "a,b,c\n1,\"x \"\"\n\"\"\",1.5\n2,y,NA\n";
  const std::string path = dir / "x.csv", other = dir / "y.csv";
  std::ofstream(path) << bytes << "late,z,2\n";
  const data::Table table = data::read_csv(path);
  data::write_csv(table.head(1), other);
  const auto nothing = [](bool) {};
  CHECK(for_each_request([&] { data::read_csv(path); }, nothing) > 20);
  data::CSVReader reader(path, data::CSVOptions().chunksize(2));
  for_each_request(
      [&] {
        reader.reset();
        if (reader.next(1)->rows() != 1) throw Error("no row");
      },
      [&](bool threw) { CHECK((reader.rows_read() == 1) == !threw); });
  for_each_request([&] { data::write_csv(table, other); },
                   [&](bool threw) {
                     CHECK(data::read_csv(other).rows() == (threw ? 1 : 3));
                     data::write_csv(table.head(1), other);
                   });
  CHECK(files_in(dir.path) == 2);
}

TEST_CASE("memory that is out while arrays, pickles and files of tensors are read and written") {
  const TemporaryDirectory dir;
  const auto nothing = [](bool) {};
  const NamedTensors tensors = {{"a", arange(6).view({2, 3})}, {"b", ones({2}, kBool)}};
  const std::string npz = dir / "x.npz", npy = dir / "x.npy", file = dir / "x.safetensors",
                    pt = dir / "x.pt", shards = dir / "model";
  impl::GenericDict dict;
  dict.insert("list", IValue(impl::GenericList{1, 2.5, "text", std::tuple(true, Tensor())}));
  dict.insert("ints", IValue(List<int64_t>({1, 2})));
  dict.insert("x", tensors[0].second);
  const IValue saved = dict;
  const std::vector<indexing::TensorIndex> second = {1};
  const std::string index = save_shards(tensors, shards, 48);
  save_npz(tensors, npz);
  save_npy(tensors[0].second, npy);
  save_file(tensors, file, {{"key", "value"}});
  torch_save(dict, pt);
  const std::vector<char> pickle = pickle_save(dict);

  CHECK(for_each_request([&] { load_npz(npz); }, nothing) > 10);
  for_each_request([&] { NpzFile(npz).keys(); }, nothing);
  for_each_request([&] { NpzFile(npz).contains("a"); }, nothing);
  for_each_request([&] { load_npy(npy); }, nothing);
  CHECK(for_each_request([&] { load_file(file); }, nothing) > 10);
  for_each_request([&] { load_file(index, safe_open::Backend::pread); }, nothing);
  for_each_request([&] { safe_open(file).metadata(); }, nothing);
  for_each_request([&] { safe_open(file).keys(); }, nothing);
  for_each_request([&] { safe_open(index).offset_keys(); }, nothing);
  for_each_request([&] { safe_open(file).contains("a"); }, nothing);
  for_each_request([&] { safe_open(file).get_slice("a").index(second); }, nothing);
  for_each_request([&] { safe_open(file).get_slice("a", kDouble).get_dtype(); }, nothing);
  CHECK(for_each_request([&] { torch_load(pt); }, nothing) > 20);
  for_each_request([&] { pickle_load(pickle); }, nothing);

  const auto whole = [&](bool) {
    CHECK(load_npz(npz).size() == 2);
    CHECK(load_npy(npy).numel() == 6);
    CHECK(load_file(file).size() == 2);
    CHECK(load_file(index).size() == 2);
    CHECK(torch_load(pt).toGenericDict().size() == 3);
    CHECK(files_in(dir.path) == 5);
    CHECK(files_in(shards) == 3);
  };
  for_each_request([&] { save_npz(tensors, npz, true); }, whole);
  for_each_request([&] { save_npy(tensors[0].second, npy); }, whole);
  for_each_request([&] { save_file(tensors, file); }, whole);
  for_each_request([&] { save_shards(tensors, shards, 48); }, whole);
  for_each_request([&] { torch_save(saved, pt); }, whole);

  const std::string a = "a", b = "b", c = "c";
  serialize::InputArchive archive;
  archive.load_from(file);
  for_each_request([&] { archive.keys(); }, nothing);
  Tensor read = zeros({2, 3}, kLong);
  for_each_request([&] { archive.read(a, read); }, nothing);
  IValue value;
  for_each_request([&] { archive.read(b, value); }, nothing);
  serialize::InputArchive part;
  for_each_request([&] { archive.read(c, part); }, nothing);
  data::samplers::RandomSampler sampler(4);
  const auto state = sampler.state_dict();
  for_each_request([&] { sampler.state_dict(); }, nothing);
  for_each_request([&] { sampler.load_state_dict(state); }, nothing);
  for_each_request([&] { data::samplers::DistributedRandomSampler(9, 2); }, nothing);
  const auto loader =
      data::make_data_loader(data::datasets::TensorDataset(arange(6)), 2, /*shuffle=*/true);
  const auto place = loader->state_dict();
  for_each_request([&] { loader->state_dict(); }, nothing);
  for_each_request([&] { loader->load_state_dict(place); }, nothing);
}

TEST_CASE("the limit of tensors' memory is an error as well") {
  const TemporaryDirectory dir;
  nn::Sequential a = net(), b = net();
  save(a, dir / "net");
  const std::string before = saved_bytes(b);
  bool all = false;
  for (int64_t more = 0; !all; more += 16) {
    set_memory_limit(memory_stats().active + more + 1);
    all = true;
    try {
      load(b, dir / "net");
    } catch (const Error& e) {
      all = false;
    }
    set_memory_limit(0);
    if (!all) CHECK(saved_bytes(b) == before);
  }
  CHECK(same(a, b));
}

TEST_CASE("a header takes a bounded multiple of its size") {
  std::string header = R"({"__metadata__":{)";
  for (int i = 0; i < 60000; ++i) header += (i ? ",\"" : "\"") + std::to_string(i) + R"(":"1")";
  header += "}";
  for (int i = 0; i < 20000; ++i)
    header += ",\"t" + std::to_string(i) + R"(":{"dtype":"U8","shape":[0],"data_offsets":[0,0]})";
  header += "}";
  const uint64_t length = header.size();
  const std::string bytes = std::string(reinterpret_cast<const char*>(&length), 8) + header;
  const int64_t before = in_use;
  most_in_use = before;
  serialize::InputArchive in;
  in.load_from(bytes.data(), bytes.size());
  CHECK(in.keys().size() == 80000);
  CHECK(most_in_use - before < 12 * int64_t(length));
}
