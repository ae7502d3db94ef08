// Networks that the tests of data-parallel training share.
#pragma once

#include <cstring>

#include "gradus.h"

// With batch norm and dropout: [n, 6] in, [n, 3] out.
inline gradus::nn::Sequential test_network() {
  using namespace gradus::nn;
  // One after the other: arguments are drawn in an order of the compiler's.
  const Linear first(6, 16), second(16, 8), third(8, 3);
  return Sequential(first, BatchNorm1d(16), ReLU(), Dropout(0.25), second, Tanh(), third);
}

// FNV-1a over the bits of all parameters and buffers.
inline uint64_t weight_hash(const gradus::nn::Module& m) {
  uint64_t h = 0xcbf29ce484222325;
  const auto add = [&](const gradus::Tensor& t) {
    const gradus::Tensor dense = t.detach().contiguous();
    const auto* p = static_cast<const unsigned char*>(dense.data_ptr());
    for (size_t i = 0; i < size_t(dense.numel()) * dense.element_size(); ++i)
      h = (h ^ p[i]) * 0x100000001b3;
  };
  for (const gradus::Tensor& t : m.parameters()) add(t);
  for (const gradus::Tensor& t : m.buffers()) add(t);
  return h;
}
