// Where a loader stands in its epoch.
#pragma once

#include <cstdint>

#include "tensor/io/archive_dict.h"

namespace gradus::data::detail {

struct LoaderPlace {
  uint64_t epoch, given, seed;  // the epoch's number, how many of its batches were given
  bool running;                 // whether the epoch is not over
};
impl::GenericDict loader_dict(const LoaderPlace& place, const serialize::OutputArchive& order);
// Throws Error when it is no such dict.
LoaderPlace loader_place(const impl::GenericDict& dict, serialize::InputArchive& order);
[[noreturn]] void fail_place(uint64_t given, uint64_t found);
[[noreturn]] void fail_no_place();
void check_no_workers(size_t workers);

// A stateful dataset's place, also below transforms.
template <class Dataset>
void save_place(const Dataset& dataset, serialize::OutputArchive& archive) {
  if constexpr (requires { dataset.save(archive); })
    dataset.save(archive);
  else if constexpr (requires { dataset.dataset(); })
    save_place(dataset.dataset(), archive);
  else if constexpr (requires { *dataset; })
    save_place(*dataset, archive);
  else
    fail_no_place();
}
template <class Dataset>
void load_place(Dataset& dataset, serialize::InputArchive& archive) {
  if constexpr (requires { dataset.load(archive); })
    dataset.load(archive);
  else if constexpr (requires { dataset.dataset(); })
    load_place(const_cast<std::remove_cvref_t<decltype(dataset.dataset())>&>(dataset.dataset()),
               archive);
  else if constexpr (requires { *dataset; })
    load_place(*dataset, archive);
  else
    fail_no_place();
}

}  // namespace gradus::data::detail
