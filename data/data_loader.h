// Batches of a dataset in a sampler's order, made ahead of time by worker threads if asked for.
//
//   auto loader = make_data_loader(dataset.map(transforms::Stack<>()), 64);
//   for (auto& batch : *loader) ...
#pragma once

#include <deque>
#include <exception>

#include "data/batch_random.h"
#include "data/data_loader_options.h"
#include "data/dataset.h"
#include "data/loader_iterator.h"
#include "data/loader_place.h"
#include "data/samplers.h"
#include "data/workers.h"
#include "tensor/base/arg.h"
#include "tensor/base/owned.h"
#include "tensor/base/rethrow.h"

namespace gradus::data {

/// What all loaders share. make_data_loader() makes one.
template <class Dataset, class Batch, class BatchRequest>
class DataLoaderBase {
 public:
  /// What a batch is.
  using BatchType = Batch;
  /// What a batch is asked for with.
  using BatchRequestType = BatchRequest;

  DataLoaderBase(const DataLoaderBase&) = delete;
  DataLoaderBase& operator=(const DataLoaderBase&) = delete;
  virtual ~DataLoaderBase() = default;

  /// Starts an epoch; an earlier iterator then ends where it is. While workers make batches for an
  /// iterator that is not at its end, it throws Error, as libtorch's does.
  Iterator<Batch> begin() {
    if (!pending_.empty())
      gradus::detail::throw_error("data loader: begin() while another iterator is not at its end");
    const uint64_t generation = ++generation_;
    ++epoch_;
    running_ = true;
    try {
      Iterator<Batch> first([this, generation]() -> std::optional<Batch> {
        if (generation != generation_) return std::nullopt;
        std::optional<Batch> batch = next();
        running_ = batch.has_value();
        return batch;
      });
      if (!resumed_) start_order();
      reset();
      resumed_ = false;
      return first;
    } catch (...) {
      --epoch_;
      running_ = false;
      drop_pending();
      gradus::detail::rethrow_as_error("data loader");
    }
  }
  /// The end of every epoch.
  Iterator<Batch> end() { return {}; }
  /// Waits for the workers and ends them.
  void join() {
    workers_.reset();
    pending_.clear();
  }
  /// The options.
  const FullDataLoaderOptions& options() const noexcept { return options_; }

  /// Where the loader stands: after so many batches of an epoch, in which order, and with which
  /// seed for random transforms. Throws Error when the sampler or the dataset cannot tell, as a
  /// dataset that keeps its own place and is read by workers.
  impl::GenericDict state_dict() const {
    try {
      const bool running = running_ || resumed_;
      serialize::OutputArchive order;
      save_order(order, running);
      return detail::loader_dict({epoch_ + resumed_, given_, seed_, running}, order);
    } catch (...) {
      gradus::detail::rethrow_as_error("state_dict");
    }
  }
  /// Takes what state_dict() gave. The next begin() goes on with the batch after the last one that
  /// was given then, or with the next epoch; an earlier iterator ends where it is. Throws Error
  /// when it does not fit, and while workers make batches for an iterator.
  void load_state_dict(const impl::GenericDict& state_dict) {
    if (!pending_.empty())
      gradus::detail::throw_error(
          "data loader: load_state_dict() while an iterator is not at its end");
    detail::LoaderPlace place{};
    try {
      serialize::InputArchive order;
      place = detail::loader_place(state_dict, order);
      load_order(order, place.running ? std::optional(place.given) : std::nullopt);
    } catch (...) {
      gradus::detail::rethrow_as_error("load_state_dict");
    }
    ++generation_;
    epoch_ = place.epoch - place.running;  // begin() counts it again
    given_ = place.given;
    seed_ = place.seed;
    resumed_ = place.running;
    running_ = false;
  }

 protected:
  // Of a dataset that keeps its own place there is one; of others each worker has a copy.
  DataLoaderBase(const DataLoaderOptions& options, Dataset dataset) : options_(options) {
    const size_t count = Dataset::is_stateful || options_.workers == 0 ? 1 : options_.workers;
    datasets_.reserve(count);
    if constexpr (std::is_copy_constructible_v<Dataset>)
      while (datasets_.size() + 1 < count) datasets_.push_back(dataset);
    datasets_.push_back(std::move(dataset));
    if (options_.batch_size == 0) gradus::detail::throw_error("data loader: batch_size is 0");
    if (options_.max_jobs == 0) options_.max_jobs = 1;
    if (options_.workers > 0) workers_ = std::make_unique<detail::Workers>(options_.workers);
  }

  virtual std::optional<BatchRequest> get_batch_request() = 0;
  // Begins the order of an epoch.
  virtual void start_order() = 0;
  // Writes the order as the epoch began, or as it ended, and reads it; in an epoch, goes on to
  // where so many batches are given.
  virtual void save_order(serialize::OutputArchive& archive, bool running) const = 0;
  virtual void load_order(serialize::InputArchive& archive, std::optional<uint64_t> given) = 0;
  void reset() {
    if (!resumed_) {
      given_ = 0;
      seed_ = batch_seed();
    }
    number_ = given_;
    if (!workers_) return;
    try {
      for (size_t i = 0; i < options_.max_jobs && prefetch(); ++i) {
      }
    } catch (...) {
      // An order that was resumed cannot start again: what was asked for is kept, and the next
      // batch asks for more.
      if (!resumed_ || pending_.empty()) throw;
    }
  }

  FullDataLoaderOptions options_;
  std::vector<Dataset> datasets_;

 private:
  struct Job : detail::Workers::Job {
    std::optional<BatchRequest> request;
    uint64_t number = 0;
    bool submitted = false;
    std::optional<Batch> batch;
    std::exception_ptr error;
  };

  std::optional<Batch> get(Dataset& dataset, BatchRequest& request, uint64_t number) const {
    const BatchRandom random(seed_, epoch_, number);
    return dataset.get_batch(std::move(request));
  }
  void drop_pending() noexcept {
    for (const auto& job : pending_)
      if (job->submitted) workers_->wait(*job, std::nullopt);
    pending_.clear();
  }
  void submit(const std::shared_ptr<Job>& job) {
    workers_->submit(job);
    job->submitted = true;
  }
  // Asks the workers for the next batch, if there is one. After an exception, for want of memory or
  // the sampler's, it may be called again: no request is lost.
  bool prefetch() {
    if (!pending_.empty() && !pending_.back()->submitted) submit(pending_.back());
    const auto job = std::make_shared<Job>();
    job->run = [this, job = job.get()](size_t worker) {
      try {
        job->batch = get(datasets_[worker % datasets_.size()], *job->request, job->number);
      } catch (...) {
        job->error = std::current_exception();
      }
    };
    pending_.push_back(job);
    try {
      job->request = get_batch_request();
    } catch (...) {
      pending_.pop_back();
      throw;
    }
    if (!job->request) {
      pending_.pop_back();
      return false;
    }
    job->number = number_++;
    submit(job);
    return true;
  }
  // The oldest job when it is done, and the next one under way in its place.
  std::shared_ptr<Job> take() try {
    const auto job = pending_.front();
    if (!job->submitted) submit(job);
    workers_->wait(*job, options_.timeout);
    if (job->batch || job->error) prefetch();  // else the dataset has ended
    pending_.pop_front();
    return job;
  } catch (...) {
    gradus::detail::rethrow_as_error("data loader");
  }
  std::optional<Batch> next() {
    if (!workers_) {
      std::optional<BatchRequest> request = get_batch_request();
      if (!request) return std::nullopt;
      given_ = ++number_;  // also where the batch throws: its request is gone
      std::optional<Batch> batch = get(datasets_[0], *request, number_ - 1);
      given_ -= !batch.has_value();
      return batch;
    }
    while (!pending_.empty()) {
      const auto job = take();
      if (job->error || job->batch) given_ = job->number + 1;
      if (job->error) throw WorkerException(job->error);
      if (job->batch) return std::move(job->batch);
    }
    return std::nullopt;
  }

  // Of this epoch: its number, how many batches were given, those that threw among them, and how
  // many are made or under way.
  uint64_t epoch_ = 0, given_ = 0, number_ = 0, seed_ = 0;
  uint64_t generation_ = 0;                         // of the iterator that may take batches
  bool running_ = false, resumed_ = false;          // in an epoch; at the place that was loaded
  std::deque<std::shared_ptr<Job>> pending_;        // only the last may not be submitted yet
  gradus::detail::Owned<detail::Workers> workers_;  // the last member: its end waits for their jobs
};

/// Batches of a dataset in a sampler's order.
template <class Dataset, class Sampler>
class StatelessDataLoader final : public DataLoaderBase<Dataset, typename Dataset::BatchType,
                                                        typename Sampler::BatchRequestType> {
 public:
  using Base =
      DataLoaderBase<Dataset, typename Dataset::BatchType, typename Sampler::BatchRequestType>;
  StatelessDataLoader(Dataset dataset, Sampler sampler, const DataLoaderOptions& options)
      : Base(options, std::move(dataset)), sampler_(std::move(sampler)) {}
  /// Whole and partial batches of an epoch: of as many examples as the sampler's size(), if it has
  /// one, else the dataset's. Throws Error where neither has a size.
  size_t size() const {
    std::optional<size_t> n;
    if constexpr (requires { n = sampler_.size(); }) n = sampler_.size();
    if (!n) n = this->datasets_[0].size();
    if (!n) gradus::detail::throw_error("data loader: the dataset has no size");
    const size_t b = this->options_.batch_size;
    return *n / b + (*n % b != 0 && !this->options_.drop_last);
  }

 private:
  void start_order() override {
    sampler_.reset(std::nullopt);
    start_ = {};
    start_error_ = nullptr;
    try {
      sampler_.save(start_);
    } catch (...) {
      start_error_ = std::current_exception();  // for state_dict(), which few ask
    }
  }
  void save_order(serialize::OutputArchive& archive, bool running) const override {
    if (running && start_error_) std::rethrow_exception(start_error_);
    serialize::OutputArchive now;
    if (!running) sampler_.save(now);
    archive.write("sampler", running ? start_ : now);
  }
  void load_order(serialize::InputArchive& archive, std::optional<uint64_t> given) override {
    serialize::OutputArchive before;
    sampler_.save(before);
    try {
      serialize::InputArchive order;
      archive.read("sampler", order);
      sampler_.load(order);
      serialize::OutputArchive start;
      sampler_.save(start);
      for (uint64_t i = 0; i < given.value_or(0); ++i)
        if (!get_batch_request()) detail::fail_place(*given, i);
      start_ = std::move(start);
      start_error_ = nullptr;
    } catch (...) {
      serialize::InputArchive order;
      order.load_from(before);
      sampler_.load(order);
      throw;
    }
  }
  std::optional<typename Sampler::BatchRequestType> get_batch_request() override {
    auto request = sampler_.next(this->options_.batch_size);
    if (!request || !this->options_.drop_last) return request;
    bool partial = request->size() < this->options_.batch_size;
    // A sampler that takes a share of each batch knows of the whole.
    if constexpr (requires { sampler_.is_partial(); }) partial = sampler_.is_partial();
    if (partial) return std::nullopt;
    return request;
  }
  Sampler sampler_;
  serialize::OutputArchive start_;  // the sampler as the epoch began: it runs ahead of the batches
  std::exception_ptr start_error_;
};

/// Batches of a dataset that keeps its own place. With several workers its get_batch() is called by
/// several threads at once.
template <class Dataset>
class StatefulDataLoader final
    : public DataLoaderBase<Dataset, typename Dataset::BatchType::value_type, size_t> {
 public:
  using Base = DataLoaderBase<Dataset, typename Dataset::BatchType::value_type, size_t>;
  StatefulDataLoader(Dataset dataset, const DataLoaderOptions& options)
      : Base(options, std::move(dataset)) {}

 private:
  void start_order() override { this->datasets_[0].reset(); }
  void save_order(serialize::OutputArchive& archive, bool running) const override {
    if (!running) return;
    detail::check_no_workers(this->options_.workers);
    serialize::OutputArchive dataset;
    detail::save_place(this->datasets_[0], dataset);
    archive.write("dataset", dataset);
  }
  void load_order(serialize::InputArchive& archive, std::optional<uint64_t> given) override {
    if (!given) return;
    detail::check_no_workers(this->options_.workers);
    serialize::InputArchive place;
    archive.read("dataset", place);
    serialize::OutputArchive before;
    detail::save_place(this->datasets_[0], before);
    const auto go_to = [this](serialize::InputArchive& to) {
      detail::load_place(this->datasets_[0], to);
      this->datasets_[0].reset();
    };
    try {
      go_to(place);
    } catch (...) {
      serialize::InputArchive back;
      back.load_from(before);
      go_to(back);
      throw;
    }
  }
  std::optional<size_t> get_batch_request() override { return this->options_.batch_size; }
};

/// Batches of a dataset in this sampler's order. Throws Error when batch_size is 0.
template <class Dataset, class Sampler>
requires(!Dataset::is_stateful && requires { typename Sampler::BatchRequestType; })
    std::unique_ptr<StatelessDataLoader<Dataset, Sampler>> make_data_loader(
        Dataset dataset, Sampler sampler, DataLoaderOptions options) {
  try {
    return std::make_unique<StatelessDataLoader<Dataset, Sampler>>(std::move(dataset),
                                                                   std::move(sampler), options);
  } catch (...) {
    gradus::detail::rethrow_as_error("data loader");
  }
}

/// Batches of a dataset in the order of a sampler of this type, by default a random one:
/// `make_data_loader<samplers::SequentialSampler>(dataset, 64)`. Throws Error for a dataset without
/// a size, and when batch_size is 0.
template <class Sampler = samplers::RandomSampler, class Dataset>
requires(!Dataset::is_stateful && std::is_constructible_v<Sampler, size_t>)
    std::unique_ptr<StatelessDataLoader<Dataset, Sampler>> make_data_loader(
        Dataset dataset, DataLoaderOptions options = {}) {
  const std::optional<size_t> size = dataset.size();
  if (!size)
    gradus::detail::throw_error("make_data_loader: the dataset has no size to sample from");
  return make_data_loader(std::move(dataset), Sampler(*size), options);
}

/// Batches of a dataset that keeps its own place, which all workers share. Throws Error when
/// batch_size is 0.
template <class Dataset>
requires(Dataset::is_stateful) std::unique_ptr<StatefulDataLoader<Dataset>> make_data_loader(
    Dataset dataset, DataLoaderOptions options = {}) {
  try {
    return std::make_unique<StatefulDataLoader<Dataset>>(std::move(dataset), options);
  } catch (...) {
    gradus::detail::rethrow_as_error("data loader");
  }
}

/// Batches as Python's DataLoader(dataset, batch_size, shuffle, generator=, drop_last=) makes them:
/// with the same seed in the same order. Throws Error for a dataset without a size, and when
/// batch_size is 0.
template <class Dataset>
requires(!Dataset::is_stateful)
    std::unique_ptr<StatelessDataLoader<Dataset, samplers::EpochSampler>> make_data_loader(
        Dataset dataset, size_t batch_size, bool shuffle, bool drop_last = false,
        std::optional<Generator> generator = std::nullopt) {
  const std::optional<size_t> size = dataset.size();
  if (!size)
    gradus::detail::throw_error("make_data_loader: the dataset has no size to sample from");
  samplers::EpochSampler sampler(*size, shuffle, std::move(generator));
  return make_data_loader(std::move(dataset), std::move(sampler),
                          DataLoaderOptions(batch_size).drop_last(drop_last));
}

}  // namespace gradus::data
