#include <algorithm>
#include <atomic>
#include <cmath>
#include <iterator>
#include <limits>
#include <ostream>

#include "tensor/base/array_ref.h"
#include "tensor/base/fail.h"
#include "tensor/base/half.h"
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
                           {"undefined", "Undefined", "nullptr (uninitialized)"},
                           {"int8", "Char", "signed char"},
                           {"int16", "Short", "short int"},
                           {"uint16", "UInt16", "short unsigned int"},
                           {"uint32", "UInt32", "unsigned int"},
                           {"uint64", "UInt64", "long unsigned int"},
                           {"float16", "Half", "c10::Half"},
                           {"bfloat16", "BFloat16", "c10::BFloat16"},
                           {"complex32", "ComplexHalf", "c10::complex<c10::Half>"},
                           {"complex64", "ComplexFloat", "c10::complex<float>"},
                           {"complex128", "ComplexDouble", "c10::complex<double>"},
                           {"qint8", "QInt8", "c10::qint8"},
                           {"quint8", "QUInt8", "c10::quint8"},
                           {"qint32", "QInt32", "c10::qint32"},
                           {"quint4x2", "QUInt4x2", "c10::quint4x2"},
                           {"quint2x4", "QUInt2x4", "c10::quint2x4"},
                           {"bits1x8", "Bits1x8", "c10::bits1x8"},
                           {"bits2x4", "Bits2x4", "c10::bits2x4"},
                           {"bits4x2", "Bits4x2", "c10::bits4x2"},
                           {"bits8", "Bits8", "c10::bits8"},
                           {"bits16", "Bits16", "c10::bits16"},
                           {"float8_e5m2", "Float8_e5m2", "c10::Float8_e5m2"},
                           {"float8_e4m3fn", "Float8_e4m3fn", "c10::Float8_e4m3fn"},
                           {"float8_e5m2fnuz", "Float8_e5m2fnuz", "c10::Float8_e5m2fnuz"},
                           {"float8_e4m3fnuz", "Float8_e4m3fnuz", "c10::Float8_e4m3fnuz"},
                           {"float8_e8m0fnu", "Float8_e8m0fnu", "c10::Float8_e8m0fnu"},
                           {"float4_e2m1fn_x2", "Float4_e2m1fn_x2", "c10::Float4_e2m1fn_x2"},
                           {"uint1", "UInt1", "c10::dummy_uint1_7_t<1>"},
                           {"uint2", "UInt2", "c10::dummy_uint1_7_t<2>"},
                           {"uint3", "UInt3", "c10::dummy_uint1_7_t<3>"},
                           {"uint4", "UInt4", "c10::dummy_uint1_7_t<4>"},
                           {"uint5", "UInt5", "c10::dummy_uint1_7_t<5>"},
                           {"uint6", "UInt6", "c10::dummy_uint1_7_t<6>"},
                           {"uint7", "UInt7", "c10::dummy_uint1_7_t<7>"},
                           {"int1", "Int1", "c10::dummy_int1_7_t<1>"},
                           {"int2", "Int2", "c10::dummy_int1_7_t<2>"},
                           {"int3", "Int3", "c10::dummy_int1_7_t<3>"},
                           {"int4", "Int4", "c10::dummy_int1_7_t<4>"},
                           {"int5", "Int5", "c10::dummy_int1_7_t<5>"},
                           {"int6", "Int6", "c10::dummy_int1_7_t<6>"},
                           {"int7", "Int7", "c10::dummy_int1_7_t<7>"},
                           {"no type", "UNKNOWN_SCALAR", "nullptr (uninitialized)"}};
static_assert(std::size(names) == size_t(ScalarType::NumOptions) + 1);

// Floating, and one that PyTorch promotes.
bool is_real(ScalarType t) { return is_floating(t) || t == kHalf || t == kBFloat16; }
// Of an element type that PyTorch promotes, in the order of bits; the type without a sign comes
// first.
int rank_of(ScalarType t) {
  switch (t) {
    case kBool:
      return 0;
    case kByte:
      return 1;
    case kChar:
      return 2;
    case kShort:
      return 3;
    case kInt:
      return 4;
    case kLong:
      return 5;
    default:
      return 6;
  }
}
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

std::ostream& operator<<(std::ostream& out, Half v) { return out << float(v); }
std::ostream& operator<<(std::ostream& out, BFloat16 v) { return out << float(v); }

namespace detail {
void throw_no_dtype(const char* op, ScalarType t) {
  if (!is_held(t) && t != ScalarType::Undefined)
    fail_not_implemented("{}: there are no tensors of element type {}", op, t);
  fail_not_implemented("{}: not implemented for {}", op, t);
}

ScalarType promote_named(ScalarType a, ScalarType b) {
  const auto either = [&](auto&& is) { return is(a) || is(b); };
  if (a == b) return a;
  if (either([](ScalarType t) { return t == ScalarType::Undefined; })) return ScalarType::Undefined;
  // PyTorch promotes the larger unsigned types to floating ones only, and those after complex128
  // not at all.
  const bool large = either([](ScalarType t) { return t >= kUInt16 && t <= kUInt64; });
  if (either([](ScalarType t) { return t > kComplexDouble; }) ||
      (large && !is_real(a) && !is_real(b)))
    fail("promote_types: there is no common type of {} and {}", a, b);
  if (isComplexType(a) || isComplexType(b)) {
    const auto parts = [](ScalarType t) {
      return t == kComplexHalf     ? kHalf
             : t == kComplexFloat  ? kFloat
             : t == kComplexDouble ? kDouble
                                   : t;
    };
    const ScalarType p = promote_types(parts(a), parts(b));
    return p == kHalf ? kComplexHalf : p == kDouble ? kComplexDouble : kComplexFloat;
  }
  if (isFloatingType(a) && isFloatingType(b)) {
    return a == kDouble || b == kDouble ? kDouble : kFloat;  // float32 also of float16 and bfloat16
  }
  if (isFloatingType(a)) return a;
  if (isFloatingType(b)) return b;
  if ((a == kByte && b == kChar) || (a == kChar && b == kByte)) return kShort;
  return rank_of(a) < rank_of(b) ? b : a;
}
}  // namespace detail

Scalar Scalar::operator-() const {
  if (type_ == kDouble) return Scalar(-value_.d);
  if (type_ == kBool) fail("scalar: a bool cannot be negated, use logical_not");
  return Scalar(int64_t(0 - uint64_t(value_.i)));
}
Scalar Scalar::log() const { return Scalar(std::log(toDouble())); }
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

namespace {
// In the order of DeviceType. PyTorch's text for PrivateUse1 is another than its name.
struct DeviceNames {
  std::string_view name, text;
};
constexpr DeviceNames devices[] = {
    {"CPU", "cpu"},       {"CUDA", "cuda"},     {"MKLDNN", "mkldnn"},
    {"OPENGL", "opengl"}, {"OPENCL", "opencl"}, {"IDEEP", "ideep"},
    {"HIP", "hip"},       {"FPGA", "fpga"},     {"MAIA", "maia"},
    {"XLA", "xla"},       {"VULKAN", "vulkan"}, {"METAL", "metal"},
    {"XPU", "xpu"},       {"MPS", "mps"},       {"META", "meta"},
    {"HPU", "hpu"},       {"VE", "ve"},         {"LAZY", "lazy"},
    {"IPU", "ipu"},       {"MTIA", "mtia"},     {"PRIVATEUSEONE", "privateuseone"}};
static_assert(std::size(devices) == size_t(DeviceType::COMPILE_TIME_MAX_DEVICE_TYPES));
constexpr std::string_view layouts[] = {"Strided",   "Sparse",    "SparseCsr", "Mkldnn",
                                        "SparseCsc", "SparseBsr", "SparseBsc", "Jagged"};
constexpr std::string_view formats[] = {"Contiguous", "Preserve", "ChannelsLast", "ChannelsLast3d"};

template <class Enum>
std::string_view name_of(Enum value, ArrayRef<std::string_view> list, const char* what) {
  if (size_t(value) >= list.size()) fail("{}: {} is none", what, int(value));
  return list[size_t(value)];
}
}  // namespace

std::string DeviceTypeName(DeviceType type, bool lower_case) {
  if (size_t(type) >= std::size(devices)) fail("device: {} is no kind of device", int(type));
  return std::string(lower_case ? devices[size_t(type)].text : devices[size_t(type)].name);
}
std::ostream& operator<<(std::ostream& out, DeviceType type) {
  return out << DeviceTypeName(type, true);
}
std::string_view toString(Layout layout) { return name_of(layout, layouts, "layout"); }
std::string_view toString(MemoryFormat format) { return name_of(format, formats, "memory format"); }
std::ostream& operator<<(std::ostream& out, Layout layout) { return out << toString(layout); }
std::ostream& operator<<(std::ostream& out, MemoryFormat format) { return out << toString(format); }

Device::Device(const std::string& text) : type_(kCPU), index_(-1) {
  const std::string name = text.substr(0, text.find(':'));
  const auto kind = std::find_if(std::begin(devices), std::end(devices),
                                 [&](const auto& d) { return d.text == name; });
  if (kind == std::end(devices)) fail("device: expected cpu, cuda, mps or another, got '{}'", text);
  type_ = DeviceType(kind - std::begin(devices));
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
  const std::string s = DeviceTypeName(type_, true);
  return has_index() ? s + ":" + std::to_string(index_) : s;
}
std::ostream& operator<<(std::ostream& out, const Device& d) { return out << d.str(); }

TensorOptions TensorOptions::pinned_memory(std::optional<bool> pinned) const {
  if (pinned.value_or(false)) fail("options: pinned memory needs another device than the cpu");
  return *this;
}

TensorOptions TensorOptions::merge_in(const TensorOptions& other) const {
  TensorOptions o = *this;
  if (other.dtype_) o.dtype_ = other.dtype_;
  if (other.device_) o.device_ = other.device_;
  if (other.requires_grad_) o.requires_grad_ = other.requires_grad_;
  if (other.layout_) o.layout_ = other.layout_;
  if (other.memory_format_) o.memory_format_ = other.memory_format_;
  return o;
}

}  // namespace gradus
