#include "monitor/named_values.h"

#include "tensor/tensor.h"

namespace gradus::monitor {

NamedValue::NamedValue(std::string_view name, const Tensor& value)
    : name(name), value(value.item<double>()) {}

}  // namespace gradus::monitor
