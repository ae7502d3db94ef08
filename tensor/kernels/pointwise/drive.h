// Brings rows of any stride to a core, which knows whole batches only.
#pragma once

#include <cstdint>

#include "tensor/kernels/isa.h"

namespace gradus::kernels::GRADUS_ISA {

// Of the vectors that copies are made by.
#ifdef __AVX2__
inline constexpr int vector_bytes = 32;
#else
inline constexpr int vector_bytes = 16;
#endif

inline constexpr int max_operands = 8;  // the output is one of them

// Computes `rows` rows of `batches` batches. p[0] is the output, p[1..] are the
// operands, each dense along a row or (inc 0) one repeated batch; inc[k] is what p[k] advances by
// per batch, row_inc[k] per row, in bytes. Loads a batch of every operand before it stores one.
using Core = void (*)(int64_t batches, int64_t rows, char* const* p, const int64_t* inc,
                      const int64_t* row_inc);

struct CoreShape {
  bool many_rows;          // the core takes more than one at a call
  int operands;            // with the output, which is operand 0
  int lanes;               // elements per batch
  int size[max_operands];  // bytes per element
};

// Strided operands are gathered and the tail is padded into one more batch, so a core needs
// neither.
void drive(Core core, const CoreShape& shape, int64_t n, int64_t rows, char* const* p,
           const int64_t* step, const int64_t* row_step);

// Copies n elements of 1, 4 or 8 bytes; the steps are bytes, a dense pair goes as one block.
void move(int size, int64_t n, char* to, int64_t to_step, const char* from, int64_t from_step);

}  // namespace gradus::kernels::GRADUS_ISA
