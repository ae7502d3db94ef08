#include <torch/script.h>

#include <net.h>

static_assert(__cplusplus > 202002L, "the newer standard is left");

int main() {
  Net net;
  return net.forward(torch::zeros({3, 2})).equal(net.fc->bias.expand({3, 1})) ? 0 : 1;
}
