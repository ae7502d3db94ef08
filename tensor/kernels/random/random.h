// From raw 32-bit words to random numbers, with the roundings of PyTorch's AVX2 build.
#pragma once

#include <cstdint>

#include "tensor/kernels/isa.h"

namespace gradus::kernels {

struct RandomTable {
  // The next 624 words of MT19937, in place.
  void (*twist)(uint32_t* state);
  void (*temper)(const uint32_t* state, uint32_t* words, int64_t n);
  // [0, 1) on a grid of 2^-24 from one word each, of 2^-53 from two, mapped to [from, to).
  void (*uniform_float)(const uint32_t* words, float* out, int64_t n, float from, float to);
  void (*uniform_double)(const uint32_t* words, double* out, int64_t n, double from, double to);
  // 1 where u < p, else 0; a loop that is left to itself would guess a branch for each.
  void (*below)(const double* u, double p, uint8_t* out, int64_t n);
  // Box-Muller in place: in each block of 16 the uniforms i and i + 8 make the normals i and i + 8.
  void (*normal_float)(float* data, int64_t blocks, float mean, float std);
};

namespace GRADUS_ISA {
extern const RandomTable random_table;
}

}  // namespace gradus::kernels
