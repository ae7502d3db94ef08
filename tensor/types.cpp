#include <atomic>
#include <limits>
#include <ostream>

#include "tensor/base/array_ref.h"
#include "tensor/base/fail.h"
#include "tensor/options.h"
#include "tensor/scalar.h"

namespace gradus {

namespace {
std::atomic<ScalarType> default_dtype{kFloat};

struct Names {
  std::string_view python, libtorch, cpp;
};
constexpr Names names[] = {{"bool", "Bool", "bool"},
                           {"uint8", "Byte", "unsigned char"},
                           {"int32", "Int", "int"},
                           {"int64", "Long", "long int"},
                           {"float32", "Float", "float"},
                           {"float64", "Double", "double"},
                           {"undefined", "Undefined", "nullptr (uninitialized)"}};
}  // namespace

std::string_view dtype_name(ScalarType t) { return names[int(t)].python; }
std::string_view toString(ScalarType t) { return names[int(t)].libtorch; }
std::ostream& operator<<(std::ostream& out, ScalarType t) { return out << toString(t); }
std::string_view TypeMeta::name() const { return names[int(type_)].cpp; }
std::ostream& operator<<(std::ostream& out, TypeMeta t) { return out << t.name(); }

ScalarType get_default_dtype() { return default_dtype.load(std::memory_order_relaxed); }
void set_default_dtype(ScalarType t) {
  if (!is_floating(t))
    fail("set_default_dtype: only floating types can be the default, float32 or float64 and not {}",
         t);
  default_dtype.store(t, std::memory_order_relaxed);
}

namespace detail {
void throw_no_dtype(const char* op, ScalarType t) {
  fail_not_implemented("{}: not implemented for {}", op, t);
}
}  // namespace detail

Scalar Scalar::operator-() const {
  if (type_ == kDouble) return Scalar(-value_.d);
  if (type_ == kBool) fail("scalar: a bool cannot be negated, use logical_not");
  return Scalar(int64_t(0 - uint64_t(value_.i)));
}
bool Scalar::equal(const Scalar& other) const {
  if (type_ == kDouble || other.type_ == kDouble) return toDouble() == other.toDouble();
  return value_.i == other.value_.i;
}
void Scalar::throw_overflow(double v) { fail("scalar: {} does not fit an integer type", v); }
std::ostream& operator<<(std::ostream& out, const Scalar& s) {
  if (s.isBoolean()) return out << (s.toBool() ? "true" : "false");
  if (s.isFloatingPoint()) return out << s.toDouble();
  return out << s.toLong();
}

Device::Device(const std::string& text) : type_(kCPU), index_(-1) {
  std::string name = text.substr(0, text.find(':'));
  if (name == "cuda")
    type_ = kCUDA;
  else if (name != "cpu")
    fail("device: expected cpu or cuda, got '{}'", text);
  if (name.size() == text.size()) return;
  const std::string digits = text.substr(name.size() + 1);
  const bool leading_zero = digits.size() > 1 && digits[0] == '0';
  if (digits.empty() || digits.size() > 3 || leading_zero ||
      digits.find_first_not_of("0123456789") != std::string::npos ||
      std::stoi(digits) > std::numeric_limits<DeviceIndex>::max())
    fail("device: expected an index of 0 to {} after the colon, got '{}'",
         int(std::numeric_limits<DeviceIndex>::max()), text);
  index_ = DeviceIndex(std::stoi(digits));
}
std::string Device::str() const {
  std::string s = type_ == kCPU ? "cpu" : "cuda";
  return has_index() ? s + ":" + std::to_string(index_) : s;
}
std::ostream& operator<<(std::ostream& out, const Device& d) { return out << d.str(); }

TensorOptions TensorOptions::pinned_memory(std::optional<bool> pinned) const {
  if (pinned.value_or(false)) fail("options: pinned memory needs another device than the cpu");
  return *this;
}

}  // namespace gradus
