// Several loaders as one.
#pragma once

#include <initializer_list>
#include <memory>
#include <vector>

#include "data/data_loader.h"
#include "monitor/fit/batches.h"

namespace gradus::monitor {

/// A loader of a mix: the address of a data loader, or of any range of batches of two tensors.
struct MixPart {
  template <class Range>
  MixPart(Range* range) : batches(std::make_shared<detail::RangeBatches<Range>>(*range)) {}
  std::shared_ptr<detail::Batches> batches;
};

/// The batches of several loaders, each of them once in an epoch; mix() makes it. Copies share
/// their place. It is a range like a loader, for one loop at a time.
class Mixed {
 public:
  Mixed(std::initializer_list<MixPart> loaders, std::vector<double> weights);

  /// Starts an epoch of every loader, or goes on in the one that load_state_dict() found; an
  /// earlier iterator then ends where it is.
  data::Iterator<data::Example<>> begin();
  /// The end of every epoch.
  data::Iterator<data::Example<>> end() { return {}; }
  /// How many batches all loaders have together. Throws Error when one does not know.
  size_t size() const;
  /// What load_state_dict() goes on from: where each loader stands, and what is drawn next.
  impl::GenericDict state_dict() const;
  /// Takes what state_dict() of a mix of as many loaders gave. Throws Error when it does not fit.
  void load_state_dict(const impl::GenericDict& state);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// One loader of several, for epochs that mix them:
///
///   for (auto& [x, y] : monitor::mix({&*real, &*synthetic}, {3, 1})) ...
///
/// Each batch comes from one loader. Without weights they take turns; with weights each batch's
/// loader is drawn in their proportion, from a stream that each epoch seeds from the default
/// generator. A loader that has given all of its batches is left out, and the epoch ends with the
/// last one's last batch. The loaders must outlive the mix. Throws Error without loaders, and
/// unless there is one weight above 0 for each.
Mixed mix(std::initializer_list<MixPart> loaders, std::vector<double> weights = {});

}  // namespace gradus::monitor
