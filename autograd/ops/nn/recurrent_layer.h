// One direction of one recurrent layer, recorded.
#pragma once

#include "tensor/nn/recurrent.h"

namespace gradus::autograd {

// The output y [rows, P], the states h [sequences, P] and c [sequences, H] (of an LSTM only).
struct RecurrentStates {
  Tensor y, h, c;
};
// The biases may be undefined. Only an LSTM with a projection has hr.
struct RecurrentParameters {
  Tensor ih, hh, bias_ih, bias_hh, hr;
};

// x [rows, in] from the states h and c of `from`. Throws where the parameters do not fit.
RecurrentStates recurrent_layer(const char* op, raw::Cell cell, const Tensor& x,
                                const RecurrentStates& from, const RecurrentParameters& parameters,
                                const raw::Steps& steps);

// The number of rows of each step, from an int64 tensor. Throws unless there are `rows` in all and
// the numbers do not grow.
Vector<int64_t> steps_of(const char* op, const Tensor& batch_sizes, int64_t rows);

}  // namespace gradus::autograd
