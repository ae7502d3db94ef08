#include "tensor/io/archive_dict.h"

#include "tensor/base/fail.h"
#include "tensor/io/list.h"
#include "tensor/raw.h"

namespace gradus::serialize {
namespace {

// Lists of anything are lists of one kind in archives.
IValue plain(const std::string& name, const IValue& value) {
  if (value.isTensor()) return raw::clone(value.toTensor());
  if (value.tagKind() != "GenericList" && !value.isTuple()) return value;
  const impl::GenericList list = value.toList();
  bool tensors = !list.empty(), integers = true, numbers = true;
  for (const IValue& e : list) {
    tensors = tensors && e.isTensor();
    integers = integers && e.isInt();
    numbers = numbers && (e.isInt() || e.isDouble());
  }
  if (integers) return IValue(list).toIntVector();
  if (numbers) return IValue(list).toDoubleVector();
  if (!tensors) fail("load_state_dict: {} is a list of several kinds", name);
  std::vector<Tensor> copies;
  for (const IValue& e : list) copies.push_back(raw::clone(e.toTensor()));
  return copies;
}

void write_all(OutputArchive& out, const std::string& prefix, const impl::GenericDict& dict) {
  for (const auto& entry : dict) {
    if (!entry.key().isString())
      fail("load_state_dict: a key in '{}' is {}, String wanted", prefix, entry.key().tagKind());
    const std::string name = prefix + entry.key().toStringRef();
    if (entry.value().isGenericDict())
      write_all(out, name + '.', entry.value().toGenericDict());
    else
      out.write(name, plain(name, entry.value()));
  }
}

}  // namespace

impl::GenericDict to_dict(const OutputArchive& archive) {
  impl::GenericDict out;
  for (const auto& [name, value] : archive.entries()) {
    impl::GenericDict at = out;
    size_t begin = 0;
    for (size_t dot; (dot = name.find('.', begin)) != name.npos; begin = dot + 1) {
      const auto entry = at.insert(name.substr(begin, dot - begin), impl::GenericDict()).first;
      at = entry->value().toGenericDict();
    }
    at.insert(name.substr(begin), value);
  }
  return out;
}

InputArchive to_archive(const impl::GenericDict& dict) {
  OutputArchive written;
  write_all(written, "", dict);
  InputArchive out;
  out.load_from(written);
  return out;
}

}  // namespace gradus::serialize
