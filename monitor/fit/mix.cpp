#include "monitor/fit/mix.h"

#include <cmath>
#include <limits>

#include "autograd/factories.h"
#include "autograd/ops/random/random.h"
#include "tensor/base/fail.h"
#include "tensor/io/list.h"
#include "tensor/random/generator_impl.h"

namespace gradus::monitor {

struct Mixed::State {
  std::vector<std::shared_ptr<detail::Batches>> parts;
  std::vector<double> weights;
  std::vector<bool> open;  // whether the loader may have more in this epoch
  size_t turn = 0;         // whose batch is next, without weights
  Generator draws;         // with weights
  uint64_t epoch = 0;
  bool running = false, resumed = false;

  void start() {
    running = true;
    if (!resumed) {
      if (!weights.empty())
        draws = gradus::detail::createCPUGenerator(
            uint64_t(randint(std::numeric_limits<int64_t>::max(), {1}, kLong).item<int64_t>()));
      turn = 0;
      open.assign(parts.size(), true);
    }
    resumed = false;
    for (size_t i = 0; i < parts.size(); ++i)
      if (open[i]) parts[i]->start();
  }
  std::optional<size_t> choose() {
    if (weights.empty()) {
      for (size_t i = 0; i < parts.size(); ++i)
        if (const size_t part = (turn + i) % parts.size(); open[part]) return part;
      return std::nullopt;
    }
    double sum = 0;
    size_t last = parts.size();
    for (size_t i = 0; i < parts.size(); ++i)
      if (open[i]) {
        sum += weights[i];
        last = i;
      }
    if (last == parts.size()) return std::nullopt;
    double u = rand({1}, draws, kDouble).item<double>() * sum;
    for (size_t i = 0; i < last; ++i)
      if (open[i]) {
        if (u < weights[i]) return i;
        u -= weights[i];
      }
    return last;
  }
  std::optional<data::Example<>> next() {
    data::Example<> batch;
    while (const std::optional<size_t> part = choose()) {
      if (parts[*part]->next(batch)) {
        turn = *part + 1;
        return batch;
      }
      open[*part] = false;
    }
    running = false;
    return std::nullopt;
  }
};

Mixed::Mixed(std::initializer_list<MixPart> loaders, std::vector<double> weights)
    : state_(std::make_shared<State>()) {
  if (loaders.size() == 0) fail("mix: there is no loader");
  if (!weights.empty() && weights.size() != loaders.size())
    fail("mix: {} weights for {} loaders", weights.size(), loaders.size());
  for (const double w : weights)
    if (!(w > 0) || !std::isfinite(w)) fail("mix: a weight is {}, above 0 wanted", w);
  for (const MixPart& part : loaders) state_->parts.push_back(part.batches);
  state_->weights = std::move(weights);
  state_->open.assign(loaders.size(), true);
}

data::Iterator<data::Example<>> Mixed::begin() {
  state_->start();
  return data::Iterator<data::Example<>>(
      [state = state_, epoch = ++state_->epoch]() -> std::optional<data::Example<>> {
        if (epoch != state->epoch) return std::nullopt;
        return state->next();
      });
}

size_t Mixed::size() const {
  size_t sum = 0;
  for (size_t i = 0; i < state_->parts.size(); ++i) {
    const std::optional<int64_t> size = state_->parts[i]->size();
    if (!size) fail("mix: loader {} does not know its size", i);
    sum += size_t(*size);
  }
  return sum;
}

impl::GenericDict Mixed::state_dict() const {
  impl::GenericDict out;
  impl::GenericList parts, open;
  for (size_t i = 0; i < state_->parts.size(); ++i) {
    parts.push_back(state_->parts[i]->state_dict());
    open.push_back(bool(state_->open[i]));
  }
  out.insert("running", state_->running);
  out.insert("turn", int64_t(state_->turn));
  out.insert("draws", state_->draws.defined() ? IValue(state_->draws.get_state()) : IValue());
  out.insert("open", open);
  out.insert("parts", parts);
  return out;
}

void Mixed::load_state_dict(const impl::GenericDict& state) {
  const impl::GenericList parts = state.at("parts").toList(), open = state.at("open").toList();
  const size_t n = state_->parts.size();
  if (parts.size() != n || open.size() != n)
    fail("mix: it has {} loaders, {} were saved", n, parts.size());
  const bool running = state.at("running").toBool();
  const int64_t turn = state.at("turn").toInt();
  if (turn < 0 || turn > int64_t(n)) fail("mix: the turn is {} of {} loaders", turn, n);
  const IValue draws = state.at("draws");
  Generator generator;
  if (!draws.isNone()) {
    generator = gradus::detail::createCPUGenerator();
    generator.set_state(draws.toTensor());
  }
  if (running && state_->weights.empty() != draws.isNone())
    fail("mix: it has {} weights, the one that was saved had {}",
         state_->weights.empty() ? "no" : "some", draws.isNone() ? "none" : "some");
  std::vector<bool> still;
  for (const IValue& o : open) still.push_back(o.toBool());
  std::vector<impl::GenericDict> places;
  for (const IValue& part : parts) places.push_back(part.toGenericDict());
  for (size_t i = 0; i < n; ++i) state_->parts[i]->load_state_dict(places[i]);
  state_->open = still;
  state_->turn = size_t(turn);
  state_->draws = generator;
  state_->running = false;
  state_->resumed = running;
}

Mixed mix(std::initializer_list<MixPart> loaders, std::vector<double> weights) {
  return Mixed(loaders, std::move(weights));
}

}  // namespace gradus::monitor
