#include "autograd/factories.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "autograd/modes.h"
#include "tensor/base/checked.h"
#include "tensor/base/fail.h"
#include "tensor/base/half.h"
#include "tensor/pointwise/sequence.h"
#include "tensor/raw.h"
#include "tensor/shape.h"

namespace gradus {

namespace {

void check_options(const char* op, const TensorOptions& o) {
  if (!o.device().is_cpu()) fail("{}: only the cpu holds tensors, got {}", op, o.device().str());
  if (o.layout() != kStrided)
    fail("{}: tensors are strided, got the layout {}", op, toString(o.layout()));
  if (o.has_dtype()) check_held(op, o.dtype());
}

Tensor finish(Tensor t, const TensorOptions& o) {
  t.impl()->inference = InferenceMode::is_enabled();
  if (o.requires_grad()) t.requires_grad_(true);
  return t;
}

ScalarType type_of_value(const Scalar& v, const TensorOptions& o) {
  if (o.has_dtype() || v.isFloatingPoint()) return o.dtype();
  return v.isBoolean() ? kBool : kLong;
}

// full() refuses what does not fit, as converting a number does in PyTorch: a negative integer
// wraps into uint8.
void check_fits(const char* op, const Scalar& v, ScalarType t) {
  if (is_floating(t) || t == kBool) return;
  const double d = v.toDouble();
  visit_integral(t, op, [&]<class T>(T) {
    constexpr auto high = double(std::numeric_limits<T>::max());
    const double low = std::is_unsigned_v<T> && v.isIntegral(true)
                           ? -high
                           : double(std::numeric_limits<T>::lowest());
    if (!(d >= low && d <= high)) fail("{}: {} does not fit {}", op, d, t);
  });
}

Tensor like(const char* op, const Tensor& self, const TensorOptions& o, MemoryFormatOpt format) {
  check_options(op, o);
  const ScalarType t = o.dtype_opt().value_or(self.dtype());
  if (format.value_or(MemoryFormat::Preserve) == MemoryFormat::Preserve)
    return raw::empty_like(self, t);
  if (*format != MemoryFormat::Contiguous) fail("{}: memory formats are Contiguous, Preserve", op);
  return raw::empty(self.sizes(), t);
}

}  // namespace

Tensor empty(IntArrayRef size, const TensorOptions& options, MemoryFormatOpt) {
  check_options("empty", options);
  return finish(raw::empty(size, options.dtype()), options);
}
Tensor empty_strided(IntArrayRef size, IntArrayRef stride, const TensorOptions& options) {
  check_options("empty_strided", options);
  return finish(raw::empty_strided(size, stride, options.dtype()), options);
}
Tensor zeros(IntArrayRef size, const TensorOptions& options) {
  check_options("zeros", options);
  return finish(raw::zeros(size, options.dtype()), options);
}
Tensor ones(IntArrayRef size, const TensorOptions& options) {
  check_options("ones", options);
  return finish(raw::full(size, 1, options.dtype()), options);
}
Tensor full(IntArrayRef size, const Scalar& fill_value, const TensorOptions& options) {
  check_options("full", options);
  const ScalarType t = type_of_value(fill_value, options);
  check_fits("full", fill_value, t);
  return finish(raw::full(size, fill_value, t), options);
}
Tensor scalar_tensor(const Scalar& s, const TensorOptions& options) {
  return full({}, s, options.dtype(options.dtype()));
}

Tensor empty_like(const Tensor& self, const TensorOptions& options, MemoryFormatOpt format) {
  return finish(like("empty_like", self, options, format), options);
}
Tensor zeros_like(const Tensor& self, const TensorOptions& options, MemoryFormatOpt format) {
  return full_like(self, 0, options, format);
}
Tensor ones_like(const Tensor& self, const TensorOptions& options, MemoryFormatOpt format) {
  return full_like(self, 1, options, format);
}
Tensor full_like(const Tensor& self, const Scalar& fill_value, const TensorOptions& options,
                 MemoryFormatOpt format) {
  Tensor t = like("full_like", self, options, format);
  check_fits("full_like", fill_value, t.dtype());
  raw::fill(t, fill_value);
  return finish(std::move(t), options);
}

Tensor Tensor::new_empty(IntArrayRef size, const TensorOptions& options) const {
  return empty(size, options.dtype(options.dtype_opt().value_or(dtype())));
}
Tensor Tensor::new_empty_strided(IntArrayRef size, IntArrayRef stride,
                                 const TensorOptions& options) const {
  return empty_strided(size, stride, options.dtype(options.dtype_opt().value_or(dtype())));
}
Tensor Tensor::new_zeros(IntArrayRef size, const TensorOptions& options) const {
  return zeros(size, options.dtype(options.dtype_opt().value_or(dtype())));
}
Tensor Tensor::new_ones(IntArrayRef size, const TensorOptions& options) const {
  return ones(size, options.dtype(options.dtype_opt().value_or(dtype())));
}
Tensor Tensor::new_full(IntArrayRef size, const Scalar& value, const TensorOptions& options) const {
  return full(size, value, options.dtype(options.dtype_opt().value_or(dtype())));
}

namespace {

void check_bounds(const char* op, double start, double end, double step) {
  if (!(std::isfinite(start) && std::isfinite(end)))
    fail("{}: the bounds must be finite, {} and {}", op, start, end);
  if (!(step > 0 || step < 0)) fail("{}: the step must not be 0", op);
  if (step > 0 ? start > end : start < end)
    fail("{}: a step of {} does not lead from {} to {}", op, step, start, end);
}

int64_t checked_count(const char* op, double n) {
  if (!(n >= 0 && n < 0x1p58)) fail("{}: {} elements are too many", op, n);
  return int64_t(n);
}

}  // namespace

Tensor arange(const Scalar& end, const TensorOptions& options) {
  return arange(Scalar(0), end, Scalar(1), options);
}
Tensor arange(const Scalar& start, const Scalar& end, const TensorOptions& options) {
  return arange(start, end, Scalar(1), options);
}
Tensor arange(const Scalar& start, const Scalar& end, const Scalar& step,
              const TensorOptions& options) {
  check_options("arange", options);
  const bool integers = start.isIntegral(true) && end.isIntegral(true) && step.isIntegral(true);
  const ScalarType t = options.has_dtype() || !integers ? options.dtype() : kLong;
  int64_t n;
  if (t == kLong) {
    check_bounds("arange", start.toDouble(), end.toDouble(), double(step.toLong()));
    const int64_t first = start.toLong(), last = end.toLong(), by = step.toLong();
    if (by > 0 ? first > last : first < last)
      fail("arange: a step of {} does not lead from {} to {}", by, first, last);
    // Without signs, for which the span may be too long.
    const auto distance = [&](int64_t from, int64_t to) { return uint64_t(to) - uint64_t(from); };
    const uint64_t span = by > 0 ? distance(first, last) : distance(last, first),
                   each = by > 0 ? distance(0, by) : distance(by, 0);
    const uint64_t count = span / each + (span % each != 0);
    if (count > uint64_t(1) << 58) fail("arange: {} elements are too many", count);
    n = int64_t(count);
  } else {
    const double first = start.toDouble(), last = end.toDouble(), by = step.toDouble();
    check_bounds("arange", first, last, by);
    n = checked_count("arange", std::ceil((last - first) / by));
  }
  return finish(raw::progression("arange", start, step, n, t), options);
}

Tensor range(const Scalar& start, const Scalar& end, const TensorOptions& options) {
  return range(start, end, Scalar(1), options);
}
Tensor range(const Scalar& start, const Scalar& end, const Scalar& step,
             const TensorOptions& options) {
  check_options("range", options);
  double first = start.toDouble(), last = end.toDouble(), by = step.toDouble();
  check_bounds("range", first, last, by);
  if (!is_floating(options.dtype())) {
    first = std::trunc(first), last = std::trunc(last), by = std::trunc(by);
    check_bounds("range", first, last, by);
  }
  const int64_t n = checked_count("range", std::floor((last - first) / by) + 1);
  return finish(raw::progression("range", start, step, n, options.dtype()), options);
}

Tensor linspace(const Scalar& start, const Scalar& end, int64_t steps,
                const TensorOptions& options) {
  check_options("linspace", options);
  return finish(raw::linspace(start, end, steps, options.dtype()), options);
}

Tensor logspace(const Scalar& start, const Scalar& end, int64_t steps, double base,
                const TensorOptions& options) {
  check_options("logspace", options);
  return finish(raw::logspace(start, end, steps, base, options.dtype()), options);
}

Tensor eye(int64_t n, const TensorOptions& options) { return eye(n, n, options); }
Tensor eye(int64_t n, int64_t m, const TensorOptions& options) {
  check_options("eye", options);
  if (n < 0 || m < 0) fail("eye: sizes must not be negative, got {} and {}", n, m);
  Tensor y = raw::zeros({n, m}, options.dtype());
  raw::fill(raw::window(y, {std::min(n, m)}, {m + 1}, 0), 1);
  return finish(std::move(y), options);
}

Tensor tril_indices(int64_t row, int64_t col, int64_t offset, const TensorOptions& options) {
  check_options("tril_indices", options);
  return finish(raw::tril_indices(row, col, offset, options.dtype_opt().value_or(kLong)), options);
}
Tensor triu_indices(int64_t row, int64_t col, int64_t offset, const TensorOptions& options) {
  check_options("triu_indices", options);
  return finish(raw::triu_indices(row, col, offset, options.dtype_opt().value_or(kLong)), options);
}

Tensor from_blob(void* data, IntArrayRef sizes, const TensorOptions& options) {
  return from_blob(data, sizes, Deleter(), options);
}
Tensor from_blob(void* data, IntArrayRef sizes, IntArrayRef strides, const TensorOptions& options) {
  return from_blob(data, sizes, strides, Deleter(), options);
}
Tensor from_blob(void* data, IntArrayRef sizes, Deleter deleter, const TensorOptions& options) {
  checked_numel(sizes, "from_blob");
  return from_blob(data, sizes, contiguous_strides(sizes), std::move(deleter), options);
}
Tensor from_blob(void* data, IntArrayRef sizes, IntArrayRef strides, Deleter deleter,
                 const TensorOptions& options) {
  check_options("from_blob", options);
  if (sizes.size() != strides.size())
    fail("from_blob: sizes {} and strides {} differ in length", sizes, strides);
  const bool none = checked_numel(sizes, "from_blob") == 0;
  for (const int64_t s : strides)
    if (s < 0) fail("from_blob: strides must not be negative, got {}", strides);
  const std::optional<int64_t> last = last_place(sizes, strides, 0);
  if (!last) fail("from_blob: sizes {} with strides {} are out of range", sizes, strides);
  const ScalarType t = options.dtype();
  const size_t bytes = size_t(none ? 0 : *last + 1) * item_size(t);
  auto storage = StorageImpl::wrap(data, bytes, std::move(deleter));
  return finish(Tensor(Ref<TensorImpl>(new TensorImpl(std::move(storage), sizes, strides, 0, t))),
                options);
}

namespace detail {

TensorData::TensorData(std::initializer_list<TensorData> list)
    : data_(list.begin()), size_(list.size()) {
  sizes_.push_back(int64_t(size_));
  if (size_ == 0) return;
  const TensorData& first = *list.begin();
  for (const TensorData& e : list) {
    if (!(e.sizes_ == first.sizes_))
      fail("tensor: sub-lists differ in shape, {} and {}", first.sizes_.ref(), e.sizes_.ref());
    if (e.type_ != first.type_)
      fail("tensor: elements differ in type, {} and {}", first.type_, e.type_);
  }
  type_ = first.type_;
  for (const int64_t s : first.sizes_) sizes_.push_back(s);
}

// The elements of an array of a type that no tensor has, number by number.
void TensorData::write_named(char*& to, ScalarType t) const {
  const auto each = [&]<class T>(T) {
    for (size_t i = 0; i < size_; ++i) {
      T v;
      std::memcpy(&v, static_cast<const char*>(data_) + i * sizeof v, sizeof v);
      TensorData number;
      number.kind_ = Kind::number;
      if constexpr (std::is_same_v<T, uint64_t>)  // of which a Scalar holds half as an integer
        number.number_ = v >> 63 ? Scalar(double(v)) : Scalar(v);
      else
        number.number_ = v;
      number.write(to, t);
    }
  };
  switch (stored_) {
    case kChar:
      return each(int8_t());
    case kShort:
      return each(int16_t());
    case kUInt16:
      return each(uint16_t());
    case kUInt32:
      return each(uint32_t());
    case kUInt64:
      return each(uint64_t());
    case kHalf:
      return each(Half());
    case kBFloat16:
      return each(BFloat16());
    default:
      throw_no_dtype("tensor", stored_);
  }
}

void TensorData::write(char*& to, ScalarType t) const {
  switch (kind_) {
    case Kind::list:
      for (size_t i = 0; i < size_; ++i) static_cast<const TensorData*>(data_)[i].write(to, t);
      break;
    case Kind::number:
      check_fits("tensor", number_, t);
      visit_all(t, "tensor", [&]<class T>(T) {
        const T v = number_.to<T>();
        std::memcpy(to, &v, sizeof v);
        to += sizeof v;
      });
      break;
    case Kind::array: {
      if (!is_held(stored_)) return write_named(to, t);
      const Tensor source = from_blob(const_cast<void*>(data_), {int64_t(size_)}, stored_);
      raw::copy(from_blob(to, {int64_t(size_)}, t), source);
      to += size_ * item_size(t);
    }
  }
}

Tensor TensorData::make(const TensorOptions& options) const {
  check_options("tensor", options);
  const bool typed = options.has_dtype() || type_ == kDouble;
  if (!typed) check_held("tensor", type_);
  const Tensor t = raw::empty(sizes_, typed ? options.dtype() : type_);
  auto* to = static_cast<char*>(t.data_ptr());
  write(to, t.dtype());
  return finish(t, options);
}

}  // namespace detail

}  // namespace gradus
