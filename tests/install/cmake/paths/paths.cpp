#include <ATen/ATen.h>

#include <c10/util/Exception.h>

int main() {
  TORCH_CHECK(at::ones({2, 2}).sum().item<double>() == 4, "sum");
}
