// Networks that the tests of data-parallel training share.
#pragma once

#include <cstring>

#include "gradus.h"

// With batch norm and dropout: [n, 6] in, [n, 3] out.
inline gradus::nn::Sequential test_network() {
  using namespace gradus::nn;
  return Sequential(Linear(6, 16), BatchNorm1d(16), ReLU(), Dropout(0.25), Linear(16, 8), Tanh(),
                    Linear(8, 3));
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
