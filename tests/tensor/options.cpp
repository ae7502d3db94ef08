// Devices by their names.
#include "tensor/options.h"

#include <doctest/doctest.h>

#include "tensor/base/error.h"

using namespace gradus;

TEST_CASE("kinds of devices, layouts and formats have names") {
  CHECK(Device("mps:1").str() == "mps:1");
  CHECK(Device("xpu").is_xpu());
  CHECK(DeviceTypeName(kMPS) == "MPS");
  CHECK(DeviceTypeName(kPrivateUse1, true) == "privateuseone");
  CHECK(toString(kSparseCsr) == "SparseCsr");
  CHECK(toString(MemoryFormat::ChannelsLast3d) == "ChannelsLast3d");
  CHECK_THROWS_AS(DeviceTypeName(DeviceType(77)), Error);
  CHECK_THROWS_AS(toString(Layout(77)), Error);
  CHECK_THROWS_AS(toString(MemoryFormat(-1)), Error);
  CHECK_THROWS_AS(Device("tpu"), Error);
  Device d(kCUDA);
  d.set_index(2);
  CHECK(d == Device("cuda:2"));
}

TEST_CASE("options come together") {
  const TensorOptions a = TensorOptions(kDouble).layout(kSparse);
  const auto b = TensorOptions(MemoryFormat::ChannelsLast).merge_in(a.requires_grad(true));
  CHECK((b.dtype() == kDouble));
  CHECK((b.layout() == kSparse));
  CHECK(b.requires_grad());
  CHECK((b.memory_format_opt() == MemoryFormat::ChannelsLast));
  CHECK(!a.memory_format_opt());
  CHECK(a.requires_grad_opt() == std::nullopt);
}

TEST_CASE("a device's index is a number that its type holds") {
  CHECK(Device("cuda:123").index() == 123);
  CHECK(Device("cuda:0").str() == "cuda:0");
  for (const char* text : {"cuda:128", "cuda:300", "cuda:01", "cuda:-1", "cuda:", "cuda:1x"})
    CHECK_THROWS_AS(Device{text}, Error);
}
