#include "tensor/io/archive_dict.h"

#include <algorithm>
#include <unordered_set>

#include "tensor/base/fail.h"
#include "tensor/io/list.h"
#include "tensor/raw.h"

namespace gradus::serialize {
namespace {

// Lists of anything are lists of one kind in archives.
IValue plain(const std::string& name, const IValue& value) {
  if (value.isTensor()) return raw::window(value.toTensor());
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
  for (const IValue& e : list)
    if (!tensors)
      fail("load_state_dict: {} is a list with {}, of numbers or of tensors wanted", name,
           e.tagKind());
  std::vector<Tensor> windows;
  for (const IValue& e : list) windows.push_back(raw::window(e.toTensor()));
  return windows;
}

constexpr int most_nested = 64;
constexpr size_t most_repeated = 256;  // elements of a list that several have
constexpr size_t longest_name = 1024;  // bytes of a name that several dicts make
constexpr size_t longest_key = 100;    // bytes of a key in an error

bool is_container(const IValue& v) {
  return v.isGenericDict() || v.isTuple() || v.tagKind() == "GenericList";
}

class Nesting {
 public:
  explicit Nesting(const char* op) : op_(op) {}

  void check(const impl::GenericDict& dict, const std::string& name, int depth) {
    check_depth(name, depth);
    if (dict.empty()) return;
    if (!seen_.insert(dict.id()).second) fail("{}: {} is a dict that was met before", op_, name);
    for (const auto& entry : dict)
      check_value(
          entry.value(), [&] { return joined(name, shown(entry.key())); }, depth + 1);
  }

 private:
  static std::string shown(const IValue& key) {
    if (!key.isString()) return key.isInt() ? std::to_string(key.toInt()) : key.tagKind();
    return key.toStringRef().substr(0, longest_key);
  }
  static std::string joined(const std::string& name, const std::string& step) {
    return name.empty() ? step : name + '.' + step;
  }
  void check_depth(const std::string& name, int depth) const {
    if (depth > most_nested)
      fail("{}: {} is nested more than {} deep", op_, name.substr(0, longest_name), most_nested);
  }
  template <class Name>
  void check_value(const IValue& v, Name name, int depth) {
    if (v.isGenericDict())
      check(v.toGenericDict(), name(), depth);
    else if (v.isTuple())
      check_elements(v.toTupleRef().elements(), &v.toTupleRef(), name(), depth);
    else if (v.tagKind() == "GenericList")
      check_elements(v.toList(), v.toList().id(), name(), depth);
  }
  template <class Elements>
  void check_elements(const Elements& elements, const void* id, const std::string& name,
                      int depth) {
    check_depth(name, depth);
    if (!seen_.insert(id).second) {
      bool is_long = elements.size() > most_repeated;
      for (auto e = elements.begin(); !is_long && e != elements.end(); ++e)
        is_long = is_container(*e);
      if (is_long) fail("{}: {} is a list that was met before", op_, name);
      return;
    }
    size_t i = 0;
    for (const IValue& e : elements) {
      check_value(
          e, [&] { return joined(name, std::to_string(i)); }, depth + 1);
      ++i;
    }
  }

  const char* op_;
  std::unordered_set<const void*> seen_;
};

using Visit = std::function<void(const std::string& name, const IValue& value)>;

void visit_all(const char* op, const std::string& prefix, const impl::GenericDict& dict,
               const Visit& visit) {
  for (const auto& entry : dict) {
    if (!entry.key().isString())
      fail("{}: a key in '{}' is {}, String wanted", op, prefix, entry.key().tagKind());
    const std::string& key = entry.key().toStringRef();
    // What one dict names it has in full; a prefix stands before each name below it.
    if (!prefix.empty() && prefix.size() + key.size() > longest_name)
      fail("{}: a name of {} bytes, more than {}", op, prefix.size() + key.size(), longest_name);
    if (entry.value().isGenericDict())
      visit_all(op, prefix + key + '.', entry.value().toGenericDict(), visit);
    else
      visit(prefix + key, entry.value());
  }
}

}  // namespace

impl::GenericDict to_dict(const OutputArchive& archive) {
  impl::GenericDict out;
  for (const auto& [name, value] : archive.entries()) {
    const auto dots = std::count(name.begin(), name.end(), '.');
    if (dots > 0 && name.size() > longest_name)
      fail("state_dict: a name of {} bytes, more than {}", name.size(), longest_name);
    if (dots > most_nested) fail("state_dict: {} is nested more than {} deep", name, most_nested);
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
  each_value("load_state_dict", dict, [&](const std::string& name, const IValue& value) {
    written.write(name, plain(name, value));
  });
  InputArchive out;
  out.load_from(written);
  return out;
}

IValue value_at(const char* op, const impl::GenericDict& dict, const char* name) {
  const auto entry = dict.find(name);
  if (entry == dict.end()) fail("{}: the dict has no {}", op, name);
  return entry->value();
}

void check_nesting(const char* op, const impl::GenericDict& dict) {
  Nesting(op).check(dict, "", 0);
}

void each_value(const char* op, const impl::GenericDict& dict, const Visit& visit) {
  check_nesting(op, dict);
  visit_all(op, "", dict, visit);
}

}  // namespace gradus::serialize
