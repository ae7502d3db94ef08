#include <algorithm>
#include <map>
#include <set>

#include "monitor/events/summaries.h"
#include "tensor/base/fail.h"

// The messages of TensorBoard's plugin `hparams`: HParamsPluginData, with the experiment in field
// 2, a session's start in 3 and its end in 4.
namespace gradus::monitor::detail {
namespace {

constexpr const char* op = "add_hparams";
enum HParamType : int64_t { of_strings = 1, of_numbers = 3 };

Message hparams_summary(const char* tag, unsigned field, const Message& content) {
  const Message metadata = plugin_message("hparams", Message().message(field, content));
  return Message().message(1, Message().text(1, tag).message(9, metadata));
}

bool is_number(const IValue& v) { return v.isScalar(); }

// protobuf's Value: a number is field 2, a string field 3.
Message value_message(const std::string& name, const IValue& v) {
  if (v.isString()) return Message().always_text(3, v.toStringRef());
  if (v.isTensor()) {
    const Tensor t = v.toTensor();
    if (t.numel() != 1)
      fail("{}: {} is a tensor of sizes {}, one element wanted", op, name, t.sizes());
    return Message().always_real(2, t.item<double>());
  }
  if (v.isBool()) return Message().always_real(2, v.toBool() ? 1 : 0);
  if (!is_number(v))
    fail("{}: {} is {}, not a number, bool, string, tensor or None", op, name, v.tagKind());
  return Message().always_real(2, v.toDouble());
}

const std::vector<IValue>* domain_of(const std::string& name, const HParamDomains& domains) {
  const auto found =
      std::find_if(domains.begin(), domains.end(), [&](const auto& d) { return d.first == name; });
  return found == domains.end() ? nullptr : &found->second;
}

template <class Dict>
void check_names(const Dict& dict) {
  std::set<std::string> names;
  for (const auto& entry : dict)
    if (!names.insert(entry.first).second) fail("{}: {} is given twice", op, entry.first);
}

}  // namespace

std::vector<Message> hparams_summaries(const HParamDict& hparams, const ScalarDict& metrics,
                                       const HParamDomains& domains) {
  check_names(hparams);
  check_names(metrics);
  check_names(domains);
  for (const auto& [name, values] : domains) {
    const auto of = std::find_if(hparams.begin(), hparams.end(),
                                 [&n = name](const auto& h) { return h.first == n; });
    if (of == hparams.end()) fail("{}: {} has a domain and no value", op, name);
    for (const IValue& v : values)
      if (v.tagKind() != of->second.tagKind())
        fail("{}: {} is {}, and its domain has {}", op, name, of->second.tagKind(), v.tagKind());
  }

  Message experiment;
  std::map<std::string, Message> values;  // a map is written in the order of its keys
  for (const auto& [name, value] : hparams) {
    if (value.isNone()) continue;
    values[name] = value_message(name, value);
    Message info;
    info.text(1, name).number(4, value.isString() ? of_strings : of_numbers);
    // A tensor's domain is not written, as in Python.
    if (const auto* domain = domain_of(name, domains); domain && !value.isTensor()) {
      Message list;
      for (const IValue& v : *domain) list.message(1, value_message(name, v));
      info.message(5, list);
    }
    experiment.message(4, info);
  }
  for (const auto& metric : metrics)
    experiment.message(5, Message().message(1, Message().text(2, metric.first)));

  Message start;
  for (const auto& [name, value] : values)
    start.message(1, Message().always_text(1, name).message(2, value));
  constexpr int64_t success = 1;
  return {hparams_summary("_hparams_/experiment", 2, experiment),
          hparams_summary("_hparams_/session_start_info", 3, start),
          hparams_summary("_hparams_/session_end_info", 4, Message().number(1, success))};
}

}  // namespace gradus::monitor::detail
