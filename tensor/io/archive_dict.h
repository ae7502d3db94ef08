// Archives as dicts, and back: what the state_dict() of optimisers, schedulers, samplers and
// loaders is made of.
#pragma once

#include <functional>
#include <string>

#include "tensor/io/dict.h"
#include "tensor/io/serialize.h"

namespace gradus::serialize {

/// What was written to an archive, dicts in it for nested archives: `state.3.exp_avg` is in the
/// dict "3" of the dict "state". Shares the tensors. Throws Error for what each_value() would
/// refuse.
impl::GenericDict to_dict(const OutputArchive& archive);
/// An archive of what to_dict() gave; its tensors are other ones, of the same elements. Throws
/// Error for a key that is no string, and for what no archive holds.
InputArchive to_archive(const impl::GenericDict& dict);

/// What the dict has under the name. Throws Error, with `op` and the name, when it has nothing.
IValue value_at(const char* op, const impl::GenericDict& dict, const char* name);
/// Throws Error, with `op` in front, for containers that are nested more than 64 deep, and for what
/// would be gone through many times: a dict that is met again, and a list that is met again, unless
/// it is short and holds no containers. To be called before a dict of a file is gone through.
void check_nesting(const char* op, const impl::GenericDict& dict);
/// Calls visit(name, value) for each value that is no dict; `a.b` is the name of what the dict "a"
/// has as "b". Throws Error as check_nesting(), for a key that is no string, and for a name of more
/// than 1,024 bytes that nested dicts make.
void each_value(const char* op, const impl::GenericDict& dict,
                const std::function<void(const std::string& name, const IValue& value)>& visit);

}  // namespace gradus::serialize
