#include <ATen/ATen.h>

#include <c10/util/Exception.h>
#include <nn/module.h>

int main() { TORCH_CHECK(at::ones({2, 2}).sum().item<int>() == modules(), "sum"); }
