// The small languages: einsum's equations, and the names of devices.
#include <gradus.h>

#include "tests/fuzz/fuzz.h"

namespace {

using namespace gradus;

enum Language : uint8_t { equation, device_name, languages };

Tensor operand(fuzz::Bytes& in) {
  std::vector<int64_t> sizes(in.below(5));
  for (int64_t& n : sizes) n = int64_t(in.below(4));
  return ones(sizes, kDouble).requires_grad_();
}

}  // namespace

void fuzz::run(std::string_view input) {
  Bytes in(input);
  if (in.below(languages) == device_name) {
    const Device d{std::string(in.rest())};
    require(Device(d.str()) == d, "a device is what it prints as");
    return;
  }
  std::vector<Tensor> operands(in.below(4));
  for (Tensor& t : operands) t = operand(in);
  const Tensor y = einsum(in.rest(), operands);
  if (y.requires_grad()) autograd::grad({y.square().sum()}, operands, {}, true, true, true);
}

std::vector<std::string> fuzz::seeds() {
  const auto bytes = [](std::initializer_list<int> head, const char* text) {
    std::string s;
    for (const int b : head) s += char(b);
    return s + text;
  };
  return {bytes({equation, 2, 2, 2, 3, 2, 3, 1}, "ij,jk->ik"),
          bytes({equation, 1, 3, 2, 3, 3}, "...ii->...i"),
          bytes({equation, 3, 1, 2, 1, 2, 2, 2, 2}, "a, b, ab ->"),
          bytes({equation, 1, 2, 1, 3}, "Ab"),
          bytes({device_name}, "cpu"),
          bytes({device_name}, "cpu:0"),
          bytes({device_name}, "cuda:12")};
}
