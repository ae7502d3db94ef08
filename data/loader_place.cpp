#include "data/loader_place.h"

#include "tensor/base/fail.h"

namespace gradus::data::detail {

impl::GenericDict loader_dict(const LoaderPlace& place, const serialize::OutputArchive& order) {
  impl::GenericDict out = serialize::to_dict(order);
  out.insert("epoch", int64_t(place.epoch));
  out.insert("batch", int64_t(place.given));
  out.insert("seed", int64_t(place.seed));
  out.insert("running", place.running);
  return out;
}

LoaderPlace loader_place(const impl::GenericDict& dict, serialize::InputArchive& order) {
  serialize::InputArchive all = serialize::to_archive(dict);
  const auto count = [&](const char* name) {
    IValue v;
    all.read(name, v);
    if (v.toInt() < 0) fail("load: the loader's {} is {}, less than 0", name, v.toInt());
    return uint64_t(v.toInt());
  };
  IValue seed, running;
  const uint64_t epoch = count("epoch"), given = count("batch");
  all.read("seed", seed);
  all.read("running", running);
  if (running.toBool() && epoch == 0) fail("load: the loader is in an epoch, which has number 0");
  order = std::move(all);
  return {epoch, given, uint64_t(seed.toInt()), running.toBool()};
}

void fail_place(uint64_t given, uint64_t found) {
  fail("load: the loader is after {} batches, and the sampler has {}", given, found);
}
void fail_no_place() { fail("data loader: state_dict: the dataset cannot tell where it is"); }
void check_no_workers(size_t workers) {
  if (workers > 0)
    fail("data loader: state_dict: {} workers read a dataset that keeps its own place, 0 wanted",
         workers);
}

}  // namespace gradus::data::detail
