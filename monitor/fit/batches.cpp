#include "monitor/fit/batches.h"

#include "autograd/factories.h"
#include "tensor/base/fail.h"
#include "tensor/random/generator_impl.h"

namespace gradus::monitor::detail {

void Batches::start() {
  if (!resumed_) {
    given_ = 0;
    order_ = get_rng_state();
    running_ = false;
    begin();
  } else if (state()) {
    begin();
  } else {
    skip();
  }
  resumed_ = false;
  running_ = true;
}

// To the place in an epoch of a range that cannot tell where it stands.
void Batches::skip() {
  const Tensor now = get_rng_state();
  set_rng_state(order_);
  try {
    begin();
    data::Example<> batch;
    for (int64_t i = 0; i < given_; ++i)
      if (!fetch(batch))
        fail("batches: they end after {}, {} were given before the run was stopped", i, given_);
  } catch (...) {
    set_rng_state(now);
    throw;
  }
  set_rng_state(now);
}

bool Batches::next(data::Example<>& batch) {
  if (!running_ || resumed_) return false;
  running_ = fetch(batch);
  given_ += running_;
  return running_;
}

impl::GenericDict Batches::state_dict() const {
  impl::GenericDict out;
  const std::optional<impl::GenericDict> own = state();
  out.insert("given", given_);
  out.insert("running", running_);
  out.insert("range", own ? IValue(*own) : IValue());
  if (!own && running_) out.insert("order", order_);
  return out;
}

void Batches::load_state_dict(const impl::GenericDict& state) {
  const int64_t given = state.at("given").toInt();
  const bool running = state.at("running").toBool();
  const IValue range = state.at("range");
  const bool has_place = this->state().has_value();
  if (given < 0) fail("batches: {} were given", given);
  if (has_place == range.isNone())
    fail("batches: the range {} where it stands, the one that was saved {}",
         has_place ? "can tell" : "cannot tell", has_place ? "could not" : "could");
  const Tensor order = !has_place && running ? state.at("order").toTensor().clone() : Tensor();
  if (has_place) load_state(range.toGenericDict());
  given_ = given;
  order_ = order;
  running_ = running;  // save() before start() gives the same
  resumed_ = running;
}

}  // namespace gradus::monitor::detail
