#include "monitor/fit/fit_history.h"

#include <limits>

#include "tensor/io/dict.h"

namespace gradus::monitor {

std::optional<double> EpochRecord::value(std::string_view name) const {
  for (const auto& [known, value] : values)
    if (known == name) return value;
  return std::nullopt;
}

std::vector<double> FitHistory::values(std::string_view name) const {
  std::vector<double> out;
  for (const EpochRecord& record : epochs)
    out.push_back(record.value(name).value_or(std::numeric_limits<double>::quiet_NaN()));
  return out;
}

namespace detail {

IValue to_ivalue(const std::optional<EpochRecord>& record) {
  if (!record) return {};
  impl::GenericDict out, values;
  for (const auto& [name, value] : record->values) values.insert(name, value);
  out.insert("epoch", record->epoch);
  out.insert("step", record->step);
  out.insert("values", values);
  return out;
}

std::optional<EpochRecord> to_record(const IValue& value) {
  if (value.isNone()) return std::nullopt;
  const impl::GenericDict dict = value.toGenericDict();
  EpochRecord out{dict.at("epoch").toInt(), dict.at("step").toInt(), {}};
  for (const auto& e : dict.at("values").toGenericDict())
    out.values.emplace_back(e.key().toStringRef(), e.value().toDouble());
  return out;
}

}  // namespace detail
}  // namespace gradus::monitor
