#include <algorithm>
#include <limits>
#include <mutex>
#include <utility>

#include "data/csv.h"
#include "tensor/base/fail.h"

namespace gradus::data::datasets {

struct CSVDataset::State {
  State(const std::string& filename, const CSVOptions& options, Make make)
      : reader(filename, options), make(std::move(make)) {}

  std::mutex mutex;
  CSVReader reader;
  Make make;
  int64_t loaded = 0;  // the rows that the next reset() leaves out
};

namespace {

// Reads only the columns that are asked for.
CSVOptions with_columns(CSVOptions options, const std::vector<std::string>& features,
                        const std::vector<std::string>& targets) {
  if (features.empty()) fail("CSVDataset: there are no features");
  options.usecols().clear();
  for (const auto* names : {&features, &targets})
    for (const std::string& name : *names) options.usecols().emplace_back(name);
  return options;
}

}  // namespace

CSVDataset::CSVDataset(const std::string& filename, std::vector<std::string> features,
                       std::vector<std::string> targets, CSVOptions options,
                       std::optional<ScalarType> dtype)
    : CSVDataset(
          filename,
          [features, targets, dtype](const Table& rows) {
            Example<> batch;
            batch.data = rows.to_tensor(features, dtype);
            if (targets.size() == 1)
              batch.target = rows.tensor(targets[0]);
            else if (targets.size() > 1)
              batch.target = rows.to_tensor(targets, dtype);
            return batch;
          },
          with_columns(std::move(options), features, targets)) {}

CSVDataset::CSVDataset(const std::string& filename, Make make, CSVOptions options)
    : state_(std::make_shared<State>(filename, options, std::move(make))) {}

CSVDataset::CSVDataset(const CSVDataset&) = default;
CSVDataset& CSVDataset::operator=(const CSVDataset&) = default;
CSVDataset::~CSVDataset() = default;

std::optional<Example<>> CSVDataset::get_batch(size_t batch_size) {
  std::optional<Table> rows;
  {
    const std::lock_guard lock(state_->mutex);
    constexpr size_t most = std::numeric_limits<int64_t>::max();
    rows = state_->reader.next(int64_t(std::min(batch_size, most)));
  }
  if (!rows) return std::nullopt;
  return state_->make(*rows);
}

void CSVDataset::reset() {
  const std::lock_guard lock(state_->mutex);
  CSVReader& reader = state_->reader;
  const int64_t loaded = std::exchange(state_->loaded, 0);  // also where it cannot be reached
  reader.reset();
  for (int64_t left = loaded; left > 0;) {
    const std::optional<Table> skipped = reader.next(std::min<int64_t>(left, 1 << 12));
    if (!skipped)
      fail("load: the dataset's index is {}, its file has {} rows", loaded, reader.rows_read());
    left -= skipped->rows();
  }
}

void CSVDataset::save(serialize::OutputArchive& archive) const {
  const std::lock_guard lock(state_->mutex);
  archive.write("index", state_->reader.rows_read());
}

void CSVDataset::load(serialize::InputArchive& archive) {
  IValue index;
  archive.read("index", index);
  if (index.toInt() < 0) fail("load: the dataset's index is {}, not 0 or more", index.toInt());
  const std::lock_guard lock(state_->mutex);
  state_->loaded = index.toInt();
}

}  // namespace gradus::data::datasets
