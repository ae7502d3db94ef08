// Element types, devices and layouts by their names, and what a tensor says of itself.
#include <ATen/TensorUtils.h>
#include <ATen/autocast_mode.h>
#include <c10/core/ScalarType.h>
#include <c10/util/BFloat16.h>
#include <c10/util/Half.h>
#include <c10/util/complex.h>
#include <torch/torch.h>

#include <cstring>
#include <iostream>

using torch::Tensor;

namespace {

template <class T>
void line(const char* text, const T& value) {
  std::cout << text << " = " << value << "\n";
}
#define SHOW(...) line(#__VA_ARGS__, __VA_ARGS__)
// 1 or 0, or the class of the error.
template <class F>
void attempt(const char* text, const F& f) {
  try {
    line(text, f());
  } catch (const std::exception&) {
    line(text, "an error");
  }
}
#define TRY(...) attempt(#__VA_ARGS__, [&] { return __VA_ARGS__; })

const at::ScalarType every[] = {at::kByte,
                                at::kChar,
                                at::kShort,
                                at::kInt,
                                at::kLong,
                                at::kHalf,
                                at::kFloat,
                                at::kDouble,
                                at::kComplexHalf,
                                at::kComplexFloat,
                                at::kComplexDouble,
                                at::kBool,
                                at::kQInt8,
                                at::kQUInt8,
                                at::kQInt32,
                                at::kBFloat16,
                                at::kQUInt4x2,
                                at::kQUInt2x4,
                                at::ScalarType::Bits1x8,
                                at::ScalarType::Bits16,
                                at::kFloat8_e5m2,
                                at::kFloat8_e4m3fn,
                                at::kFloat8_e5m2fnuz,
                                at::kFloat8_e4m3fnuz,
                                at::kUInt16,
                                at::kUInt32,
                                at::kUInt64};

void element_types() {
  for (const auto t : every) {
    std::cout << t << " " << toString(t) << " " << c10::scalarTypeToTypeMeta(t) << " "
              << c10::elementSize(t) << c10::isFloatingType(t) << c10::isIntegralType(t, false)
              << c10::isIntegralType(t, true) << c10::isComplexType(t) << c10::isQIntType(t)
              << c10::isBitsType(t) << c10::isReducedFloatingType(t) << c10::isFloat8Type(t) << " "
              << c10::toUnderlying(t) << " " << c10::toRealValueType(t) << " ";
    if (!c10::isQIntType(t) && !c10::isBitsType(t)) std::cout << c10::isSignedType(t);
    std::cout << "\n";
  }
  for (const auto a : every) {
    if (c10::isQIntType(a) || c10::isBitsType(a)) continue;
    std::cout << a << ":";
    for (const auto b : every) {
      std::cout << " " << c10::canCast(a, b);
      if (c10::isBitsType(b)) continue;
      try {
        std::cout << c10::promoteTypes(a, b);
      } catch (const c10::Error&) {
        std::cout << "no";
      }
    }
    std::cout << "\n";
  }
  SHOW(torch::kU8 == torch::kUInt8 && torch::kI8 == torch::kInt8 && torch::kI16 == torch::kInt16);
  SHOW(torch::kF16 == torch::kFloat16 && torch::kF32 == torch::kFloat &&
       torch::kF64 == at::kDouble);
  SHOW(torch::kI32 == torch::kInt && torch::kI64 == torch::kLong && torch::kU16 == torch::kUInt16);
  SHOW(c10::CppTypeToScalarType<at::Half>::value);
  SHOW(c10::CppTypeToScalarType<c10::complex<double>>::value);
  SHOW(c10::CppTypeToScalarType<int16_t>::value);
  SHOW(sizeof(c10::impl::ScalarTypeToCPPTypeT<at::kComplexFloat>));
  SHOW(caffe2::TypeMeta::Make<float>());
  SHOW(caffe2::TypeMeta::Make<c10::BFloat16>().name());
  SHOW(caffe2::TypeMeta::Make<int64_t>().itemsize());
  SHOW(torch::ones(2).dtype() == torch::kFloat);
  SHOW(torch::dtype<double>().dtype());
  SHOW(c10::get_default_complex_dtype());
  SHOW(c10::toComplexType(at::kBFloat16));
  SHOW(c10::overflows<uint8_t>(300));
  SHOW(c10::overflows<uint8_t>(-1));
  SHOW(c10::overflows<int8_t>(-129.0));
  TRY(c10::checked_convert<int32_t>(3.9, "int"));
  TRY(c10::checked_convert<int32_t>(3e9, "int"));
}

// Mixed into one number, in which each bit counts.
uint64_t mixed(uint64_t sum, uint64_t v) { return (sum ^ v) * 1099511628211ull + (sum >> 29); }

void numbers_of_16_bits() {
  uint64_t half = 1, brain = 1;
  for (uint32_t i = 0; i < 65536; ++i) {
    uint32_t bits;
    const float h = c10::Half(static_cast<unsigned short>(i), c10::Half::from_bits());
    std::memcpy(&bits, &h, 4);
    if (h == h) half = mixed(half, bits);
    const float b = c10::BFloat16(static_cast<unsigned short>(i), c10::BFloat16::from_bits());
    std::memcpy(&bits, &b, 4);
    if (b == b) brain = mixed(brain, bits);
  }
  std::cout << "to float: " << half << " " << brain << "\n";
  uint32_t state = 1;
  for (int i = 0; i < 200000; ++i) {
    state = state * 1664525 + 1013904223;
    uint32_t bits = state;
    if (i % 2) bits = (bits & 0x8fffffff) | 0x30000000;          // near 1
    if (i % 3 == 0) bits &= 0xffffe000 | (state >> 8 & 0x1000);  // halfway, or held
    float f;
    std::memcpy(&f, &bits, 4);
    if (f != f) continue;
    half = mixed(half, c10::Half(f).x);
    brain = mixed(brain, c10::BFloat16(f).x);
  }
  std::cout << "from float: " << half << " " << brain << "\n";
  for (const float f : {65504.f, 65519.f, 65520.f, 5.9e-8f, 2.9e-8f, 3e-8f, 6.1e-5f, -0.f, 1e30f})
    std::cout << c10::Half(f).x << " " << c10::BFloat16(f).x << " " << c10::Half(f) << "; ";
  c10::Half a = 1.5f, b = 0.1f;
  a += b;
  a = a * 3 - b / a;
  std::cout << "\n"
            << a << " " << a + 1 << " " << a * 2.5f << " " << a / 3.0 << " " << -a << " " << (a > b)
            << (a == 4) << " " << std::numeric_limits<c10::Half>::max() << " "
            << std::numeric_limits<c10::Half>::epsilon() << " "
            << std::numeric_limits<c10::Half>::min() << " "
            << std::numeric_limits<c10::Half>::lowest() << " "
            << std::numeric_limits<c10::Half>::denorm_min() << "\n";
  c10::BFloat16 c = 3.14159f;
  c *= c10::BFloat16(2.f);
  std::cout << c << " " << c / 3 << " " << c - 0.5 << " "
            << std::numeric_limits<c10::BFloat16>::max() << " "
            << std::numeric_limits<c10::BFloat16>::epsilon() << " "
            << std::numeric_limits<c10::BFloat16>::digits << "\n";
}

void complex_numbers() {
  using namespace c10::complex_literals;
  c10::complex<double> z(1.5, -2), w = 0.5_id;
  w += 2.0;
  std::cout << z << w << z + w << z - w << z * w << z / w << -z << 2.0 * z << z / 4.0 << 1.0 / z
            << (z == w) << (z != w) << std::abs(z) << " " << std::arg(z) << " " << std::norm(z)
            << std::conj(z) << std::exp(z) << std::sqrt(z) << std::pow(z, w) << "\n";
  c10::complex<float> f(1, 2);
  const c10::complex<double> wide = f;
  const std::complex<double> standard(wide);
  std::cout << wide << standard << c10::complex<float>(z).real() << " " << std::real(z) << "\n";
}

void devices() {
  for (const auto* text : {"cpu", "cuda", "cuda:1", "mps", "xpu:3", "meta", "hip:0", "xla",
                           "vulkan", "privateuseone"}) {
    torch::Device d(text);
    std::cout << d << " " << d.type() << " " << c10::DeviceTypeName(d.type()) << " "
              << int(d.index()) << d.has_index() << d.is_cpu() << d.is_cuda() << d.is_mps()
              << d.is_meta() << d.supports_as_strided() << "\n";
  }
  torch::Device d(torch::kCPU);
  d.set_index(0);
  std::cout << d << (d == torch::Device("cpu:0")) << torch::Device(torch::kMPS).str() << "\n";
  TRY(torch::Device("tpu"));
  TRY(torch::Device("cuda:x"));
  std::cout << torch::kStrided << torch::kSparse << torch::kSparseCsr << torch::kMkldnn << " "
            << torch::MemoryFormat::Contiguous << torch::MemoryFormat::ChannelsLast << "\n";
  // libtorch leaves the stream with true and false for bools.
  std::ostringstream out;
  out << torch::TensorOptions(torch::kHalf).device(torch::kCUDA, 1).layout(torch::kSparse)
      << torch::TensorOptions().memory_format(torch::MemoryFormat::ChannelsLast);
  std::cout << out.str() << "\n";
}

void of_a_tensor() {
  const Tensor x = torch::arange(24.).view({2, 3, 2, 2});
  std::cout << x.type() << " " << x.type().scalarType() << " " << x.toString() << " "
            << x.type().toString() << " " << int(x.get_device()) << x.is_mps() << x.is_quantized()
            << x.is_meta() << x.is_xpu() << x.is_nested() << x.is_distributed() << x.is_fake()
            << "\n";
  std::cout << x.storage().nbytes() << " " << *static_cast<const float*>(x.storage().data()) << " "
            << (x.storage().data_ptr().get() == x.data_ptr())
            << x[1].storage().is_alias_of(x.storage()) << x.has_storage()
            << x.is_non_overlapping_and_dense() << x[0].is_contiguous_or_false() << "\n";
  const auto format = [](const char* text, const Tensor& t) {
    std::cout << text << " " << t.suggest_memory_format() << t.suggest_memory_format(true) << "\n";
  };
  const auto cl = torch::MemoryFormat::ChannelsLast;
  format("contiguous", x);
  format("channels last", x.contiguous(cl));
  format("one channel", torch::ones({2, 1, 3, 3}).contiguous(cl));
  format("one pixel", torch::ones({2, 3, 1, 1}).contiguous(cl));
  format("one image", torch::ones({1, 3, 4, 4}).contiguous(cl));
  format("permuted", torch::ones({2, 4, 5, 3}).permute({0, 3, 1, 2}));
  format("a part", torch::ones({4, 6, 8, 8}).contiguous(cl).slice(2, 0, 4));
  format("none", torch::ones({0, 3, 4, 4}));
  format("3d", torch::ones({2, 3, 2, 2, 2}).contiguous(torch::MemoryFormat::ChannelsLast3d));
  format("matrix", torch::ones({2, 3}).t());

  const Tensor first = x[0];
  auto a = first.packed_accessor32<float, 3>();
  torch::PackedTensorAccessor64<float, 4> b = x.packed_accessor64<float, 4>();
  std::cout << a[1][1][0] << " " << b[1][2][0][1] << " " << a.size(0) << a.stride(0) << "\n";
  auto same = x.expect_contiguous();
  auto other = x[0].transpose(0, 1).is_contiguous() ? 0 : 1;
  std::cout << same->sizes() << (*same).is_same(x) << other << x.is_uniquely_owned()
            << x.weak_use_count() << "\n";
  std::cout << x.key_set().has(c10::DispatchKey::AutogradCPU)
            << x.key_set().has(c10::DispatchKey::ADInplaceOrView)
            << x.key_set().has(c10::DispatchKey::CPU) << x.key_set().has(c10::DispatchKey::CUDA)
            << "\n";
  std::cout << torch::is_floating_point(x) << torch::is_signed(x) << torch::is_inference(x)
            << torch::size(x, 1) << torch::stride(x, 0) << torch::is_nonzero(x.flatten()[3])
            << torch::is_same_size(x, x) << int(torch::get_device(x)) << torch::is_distributed(x)
            << "\n";
  std::cout << torch::_cast_Float(torch::tensor({1, 2})) << torch::_cast_Long(x[0][0]) << "\n";
  print(torch::ones(2));
  torch::print(torch::arange(12.).view({2, 6}), 20);
  at::print(std::cout, torch::arange(12.), 80);
  std::cout << "\n";

  Tensor part = torch::zeros({1});
  part.set_(x.storage(), 2, {2, 2}, {1, 3});
  std::cout << part << x.new_empty_strided({2, 3}, {1, 2}).strides() << "\n";
  TRY(part.set_(x.storage(), 0, {2}, {-1}).sizes());
  std::cout << torch::tensor(std::vector<int16_t>{1, -2}, torch::kFloat) << "\n";
  TRY(x.data_ptr<c10::Half>() == nullptr);
  TRY(x.to(torch::kMPS).sizes());
}

void arguments() {
  const Tensor x = torch::ones({2, 3}), y = torch::ones({2, 3}, torch::kLong);
  const at::TensorArg a(x, "x", 1), b(y, "y", 2);
  const auto passes = [](const char* text, const auto& f) {
    attempt(text, [&] {
      f();
      return true;
    });
  };
#define PASSES(...) passes(#__VA_ARGS__, [&] { __VA_ARGS__; })
  PASSES(at::checkDim("f", a, 2));
  PASSES(at::checkDim("f", a, 3));
  PASSES(at::checkDimRange("f", a, 1, 2));
  PASSES(at::checkSize("f", a, {2, 3}));
  PASSES(at::checkSize("f", a, 1, 2));
  PASSES(at::checkNumel("f", a, 6));
  PASSES(at::checkSameSize("f", a, b));
  PASSES(at::checkSameType("f", a, b));
  PASSES(at::checkAllSameNumel("f", {a, b}));
  PASSES(at::checkScalarType("f", a, at::kFloat));
  PASSES(at::checkScalarTypes("f", b, {at::kFloat, at::kInt}));
  PASSES(at::checkContiguous("f", a));
  PASSES(at::checkDefined("f", a));
  PASSES(at::autocast::set_autocast_enabled(at::kCPU, false));
  SHOW(at::autocast::is_autocast_enabled(at::kCPU));
  SHOW(at::autocast::get_autocast_dtype(at::kCPU));
}

}  // namespace

int main() {
  element_types();
  numbers_of_16_bits();
  complex_numbers();
  devices();
  of_a_tensor();
  arguments();
}
