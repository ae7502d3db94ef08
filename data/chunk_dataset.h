// A dataset that is read in chunks, as files are, by threads of its own.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <iterator>
#include <mutex>
#include <thread>

#include "data/dataset.h"
#include "data/samplers.h"
#include "data/workers.h"
#include "tensor/base/arg.h"

namespace gradus::data::datasets {

/// Reads chunks of examples: derive from it. With several preloaders its read_chunk() is called by
/// several threads at once.
template <class ExampleType_, class ChunkType_ = std::vector<ExampleType_>>
class ChunkDataReader {
 public:
  using ChunkType = ChunkType_;
  using ExampleType = ExampleType_;
  virtual ~ChunkDataReader() = default;
  /// The examples of a chunk.
  virtual ChunkType read_chunk(size_t chunk_index) = 0;
  /// How many chunks there are.
  virtual size_t chunk_count() = 0;
  /// Called at the start of each epoch.
  virtual void reset() = 0;
};

/// How a ChunkDataset works. Throws Error for a number that is 0, and for a cache that does not
/// hold a batch.
struct ChunkDatasetOptions {
  ChunkDatasetOptions(size_t preloader_count, size_t batch_size, size_t cache_size = 2048,
                      size_t cross_chunk_shuffle_count = 1)
      : preloader_count_(preloader_count),
        batch_size_(batch_size),
        cache_size_(cache_size),
        cross_chunk_shuffle_count_(cross_chunk_shuffle_count) {
    check();
  }
  /// Throws as the constructor does; for options that were set since.
  void check() const {
    if (preloader_count_ == 0) gradus::detail::throw_error("chunk dataset: preloader_count is 0");
    if (batch_size_ == 0) gradus::detail::throw_error("chunk dataset: batch_size is 0");
    if (cross_chunk_shuffle_count_ == 0)
      gradus::detail::throw_error("chunk dataset: cross_chunk_shuffle_count is 0");
    if (cache_size_ < batch_size_)
      gradus::detail::throw_error("chunk dataset: the cache of " + std::to_string(cache_size_) +
                                  " examples does not hold a batch of " +
                                  std::to_string(batch_size_));
  }
  /// Threads that read chunks.
  GRADUS_ARG(size_t, preloader_count);
  /// How many examples a batch has.
  GRADUS_ARG(size_t, batch_size);
  /// How many examples may wait before the threads stop reading.
  GRADUS_ARG(size_t, cache_size);
  /// How many chunks are shuffled together.
  GRADUS_ARG(size_t, cross_chunk_shuffle_count);
};

namespace detail {

// Batches on their way from the threads that read chunks.
template <class Batch, class ExampleSampler>
class ChunkBuffer {
 public:
  ChunkBuffer(const ChunkDatasetOptions& options, ExampleSampler& sampler)
      : batch_size_(options.batch_size()), most_(options.cache_size()), sampler_(sampler) {}

  // A whole batch, at the end what is left, then none. Throws what a thread threw.
  std::optional<Batch> take() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] {
      return ended_ || count_ >= batch_size_ || (!waiting_.empty() && waiting_.front().error);
    });
    if (waiting_.empty()) return std::nullopt;
    Entry entry = std::move(waiting_.front());
    waiting_.pop_front();
    count_ -= entry.batch.size();
    lock.unlock();
    changed_.notify_all();
    if (entry.error) throw WorkerException(entry.error);
    return std::move(entry.batch);
  }
  // Waits for room and cuts the chunk into batches in the sampler's order.
  void put(Batch chunk) {
    std::unique_lock lock(mutex_);
    if (!wait_for_room(lock)) return;
    size_t left = chunk.size();
    sampler_.reset(left);
    while (left > 0) {
      const bool open =
          !waiting_.empty() && !waiting_.back().error && waiting_.back().batch.size() < batch_size_;
      const size_t room = open ? batch_size_ - waiting_.back().batch.size() : batch_size_;
      const auto places = next_places(std::min(left, room), chunk.size());
      if (!open) waiting_.emplace_back();
      for (const size_t i : places) {
        waiting_.back().batch.push_back(std::move(chunk[i]));
        ++count_;
      }
      left -= places.size();
    }
    lock.unlock();
    changed_.notify_all();
  }
  void put(std::exception_ptr error) {
    std::unique_lock lock(mutex_);
    if (!wait_for_room(lock)) return;
    waiting_.emplace_back().error = std::move(error);
    lock.unlock();
    changed_.notify_all();
  }
  // No more will come.
  void end() {
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
    }
    changed_.notify_all();
  }

 private:
  struct Entry {
    Batch batch;
    std::exception_ptr error;
  };
  std::vector<size_t> next_places(size_t count, size_t examples) {
    auto places = sampler_.next(count);
    if (!places || places->size() != count)
      gradus::detail::throw_error("chunk dataset: the sampler gave too few examples");
    for (const size_t i : *places)
      if (i >= examples)
        gradus::detail::throw_index_error("chunk dataset: the sampler gave example " +
                                          std::to_string(i) + " of " + std::to_string(examples));
    return std::move(*places);
  }
  bool wait_for_room(std::unique_lock<std::mutex>& lock) {
    changed_.wait(lock, [&] { return ended_ || count_ < most_; });
    return !ended_;
  }

  const size_t batch_size_, most_;
  ExampleSampler& sampler_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Entry> waiting_;  // whole batches, but for the last one
  size_t count_ = 0;           // of examples in them
  bool ended_ = false;
};

}  // namespace detail

/// The examples of chunks that `reader` reads, chunks in the order of one sampler and each one's
/// examples in the order of another. Threads of its own read ahead from reset() on, and `policy`
/// may change the examples of a chunk before they are shuffled. It is no copy of itself: hand it to
/// a loader by make_shared_dataset(). ChunkReader has, beside ChunkDataReader's functions, a
/// BatchType, the list of examples that a chunk is.
template <class ChunkReader, class ChunkSampler = samplers::RandomSampler,
          class ExampleSampler = samplers::RandomSampler>
class ChunkDataset final
    : public StatefulDataset<ChunkDataset<ChunkReader, ChunkSampler, ExampleSampler>,
                             typename ChunkReader::BatchType, size_t> {
 public:
  using UnwrappedBatchType = typename ChunkReader::BatchType;
  using BatchType = std::optional<UnwrappedBatchType>;
  using BatchRequestType = size_t;
  using ChunkSamplerType = ChunkSampler;
  using ExampleSamplerType = ExampleSampler;

  ChunkDataset(ChunkReader reader, ChunkSampler chunk_sampler, ExampleSampler example_sampler,
               ChunkDatasetOptions options,
               std::function<void(UnwrappedBatchType&)> policy = nullptr)
      : reader_(std::move(reader)),
        chunk_sampler_(std::move(chunk_sampler)),
        example_sampler_(std::move(example_sampler)),
        options_(options),
        policy_(std::move(policy)) {
    options_.check();
  }
  ~ChunkDataset() override { end(); }

  /// The next batch, or none at the end. Throws Error before the first reset() and for another size
  /// than the options', WorkerException for what a thread threw.
  BatchType get_batch(size_t batch_size) override {
    if (!buffer_) gradus::detail::throw_error("chunk dataset: get_batch() before reset()");
    if (batch_size != options_.batch_size())
      gradus::detail::throw_error("chunk dataset: batch sizes differ, " +
                                  std::to_string(batch_size) + " and the options' " +
                                  std::to_string(options_.batch_size()));
    return buffer_->take();
  }
  BatchType get_batch() { return get_batch(options_.batch_size()); }
  /// Starts an epoch from its beginning, or from where load() put it.
  void reset() override {
    end();
    if (!loaded_) {
      reader_.reset();
      chunk_sampler_.reset(reader_.chunk_count());
    }
    loaded_ = false;
    buffer_ = std::make_unique<Buffer>(options_, example_sampler_);
    stop_ = false;
    running_ = options_.preloader_count();
    try {
      while (threads_.size() < options_.preloader_count())
        threads_.emplace_back([this] { preload(); });
    } catch (...) {
      // Those that were not started would never say that they have ended.
      running_ -= options_.preloader_count() - threads_.size();
      end();
      buffer_.reset();
      throw;
    }
  }
  /// Unknown: chunks are as large as they turn out to be.
  std::optional<size_t> size() const override { return std::nullopt; }
  /// The sampler of chunks.
  ChunkSampler& chunk_sampler() { return chunk_sampler_; }
  /// Writes which chunks are yet to be read.
  void save(serialize::OutputArchive& archive) const override {
    const std::lock_guard lock(mutex_);
    chunk_sampler_.save(archive);
  }
  /// Reads what save() wrote; the next reset() goes on from there.
  void load(serialize::InputArchive& archive) override {
    const std::lock_guard lock(mutex_);
    chunk_sampler_.load(archive);
    loaded_ = true;
  }

 private:
  using Buffer = detail::ChunkBuffer<UnwrappedBatchType, ExampleSampler>;

  std::optional<std::vector<size_t>> next_chunks() {
    const std::lock_guard lock(mutex_);
    return chunk_sampler_.next(options_.cross_chunk_shuffle_count());
  }
  void preload() {
    while (!stop_) {
      std::optional<std::vector<size_t>> chunks;
      try {
        if (!(chunks = next_chunks())) break;
      } catch (...) {
        buffer_->put(std::current_exception());
        break;  // as the sampler would fail again
      }
      try {
        UnwrappedBatchType data = reader_.read_chunk(chunks->at(0));
        for (size_t i = 1; i < chunks->size(); ++i) {
          auto more = reader_.read_chunk((*chunks)[i]);
          std::move(more.begin(), more.end(), std::back_inserter(data));
        }
        if (policy_) policy_(data);
        if (!data.empty()) buffer_->put(std::move(data));
      } catch (...) {
        buffer_->put(std::current_exception());
      }
    }
    if (--running_ == 0) buffer_->end();
  }
  void end() {
    stop_ = true;
    if (buffer_) buffer_->end();
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

  ChunkReader reader_;
  ChunkSampler chunk_sampler_;
  ExampleSampler example_sampler_;
  const ChunkDatasetOptions options_;
  std::function<void(UnwrappedBatchType&)> policy_;
  std::unique_ptr<Buffer> buffer_;
  std::vector<std::thread> threads_;
  std::atomic<bool> stop_{false};
  std::atomic<size_t> running_{0};
  mutable std::mutex mutex_;  // of the chunks' sampler
  bool loaded_ = false;
};

}  // namespace gradus::data::datasets
