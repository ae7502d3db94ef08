// Archives as dicts, and back: what the state_dict() of optimisers, schedulers, samplers and
// loaders is made of.
#pragma once

#include "tensor/io/dict.h"
#include "tensor/io/serialize.h"

namespace gradus::serialize {

/// What was written to an archive, dicts in it for nested archives: `state.3.exp_avg` is in the
/// dict "3" of the dict "state". Shares the tensors.
impl::GenericDict to_dict(const OutputArchive& archive);
/// An archive that holds copies of what to_dict() gave. Throws Error for a key that is no string,
/// and for what no archive holds.
InputArchive to_archive(const impl::GenericDict& dict);

}  // namespace gradus::serialize
