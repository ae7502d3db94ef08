// A value as text, the same as `Shown` of tests/reference/pickles.py makes: what is shared is named
// by its number.
#pragma once

#include <fmt/format.h>

#include <map>
#include <string>

#include "gradus.h"

namespace gradus::test {

class Shown {
 public:
  std::string operator()(const IValue& v) {
    if (v.isNone()) return "None";
    if (v.isTensor()) return tensor(v.toTensor());
    if (v.isScalar()) return number(v.toScalar());
    if (v.isString()) return "'" + v.toStringRef() + "'";
    std::string out;
    const auto add = [&](const std::string& text) { out += (out.empty() ? "" : " ") + text; };
    if (v.isTuple()) {
      for (const IValue& e : v.toTupleRef().elements()) add((*this)(e));
      return "(" + out + ")";
    }
    if (v.isGenericDict()) {
      const auto dict = v.toGenericDict();
      const auto [name, is_new] = numbered(dict.id());
      if (!is_new) return name;
      for (const auto& e : dict) {
        const std::string key = (*this)(e.key());
        add(key + ":" + (*this)(e.value()));
      }
      return name + "{" + out + "}";
    }
    const auto list = v.toList();
    // Of one kind it is made anew each time that it is asked for.
    const bool is_shared = list.is(v.toList());
    const auto [name, is_new] = is_shared ? numbered(list.id()) : numbered(nullptr);
    if (!is_new) return name;
    for (const IValue& e : list) add((*this)(e));
    return name + "[" + out + "]";
  }

 private:
  // Its name, and whether it was not shown before.
  std::pair<std::string, bool> numbered(const void* id) {
    const auto found = seen_.find(id);
    if (id && found != seen_.end()) return {fmt::format("={}", found->second), false};
    if (id) seen_[id] = count_;
    return {fmt::format("#{}", count_++), true};
  }
  static std::string number(const Scalar& v) {
    if (v.isBoolean()) return v.toBool() ? "True" : "False";
    if (!v.isFloatingPoint()) return std::to_string(v.toLong());
    std::string s = fmt::format("{}", v.toDouble());
    if (s.find_first_not_of("-0123456789") == s.npos) s += ".0";
    if (const size_t e = s.find("e-0"); e != s.npos) s.erase(e + 2, 1);
    return s;
  }
  std::string tensor(const Tensor& t) {
    const auto [name, is_new] = numbered(t.unsafeGetTensorImpl());
    if (!is_new) return name;
    const Storage s = t.storage();
    const size_t place =
        s.nbytes() == 0 ? empty_++ + storages_.size()
                        : storages_.try_emplace(s.data(), storages_.size() + empty_).first->second;
    std::string dims, elements;
    for (int64_t d = 0; d < t.dim(); ++d)
      dims += fmt::format("{}{}/{}", d == 0 ? "" : ",", t.size(d), t.stride(d));
    const Tensor flat = t.detach().flatten();
    for (int64_t i = 0; i < flat.numel(); ++i)
      elements += (i == 0 ? "" : " ") + number(flat[i].item());
    return fmt::format("{}{}[{}]+{} of storage {}, {} bytes, {}: {};", name,
                       std::string(dtype_name(t.scalar_type())), dims, t.storage_offset(), place,
                       s.nbytes(), t.requires_grad() ? "grad" : "no grad", elements);
  }

  std::map<const void*, size_t> seen_, storages_;
  size_t count_ = 0, empty_ = 0;
};

}  // namespace gradus::test
