// The kernels of one instruction set, as data.
#pragma once

#include "tensor/kernels/conv.h"
#include "tensor/kernels/copy.h"
#include "tensor/kernels/formulas.h"
#include "tensor/kernels/gemm.h"
#include "tensor/kernels/norm.h"
#include "tensor/kernels/optimizer.h"
#include "tensor/kernels/pool.h"
#include "tensor/kernels/random.h"
#include "tensor/kernels/reduce.h"
#include "tensor/kernels/row.h"
#include "tensor/kernels/winograd.h"

namespace gradus::kernels {

struct Table {
  const char* isa;
  const Row* rows[GRADUS_ISA::formulas::size];
  const ConvTable* conv;
  const CopyTable* copy;
  const GemmTable* gemm;
  const NormTable* norm;
  const OptimizerTable* optimizer;
  const PoolTable* pool;
  const RandomTable* random;
  const ReduceTable* reduce;
  const ScanTable* scan;
  const SoftmaxTable* softmax;
  const WinogradKernels* winograd;
};

// The table of the best instruction set that this processor has, or of the one that the environment
// variable GRADUS_ISA names; throws std::runtime_error if it names none that can run here.
const Table& table();

// The tables that can run here, best first, ended by null.
const Table* const* available_tables();

// The kernel of a formula for one type, or null.
template <class F>
Loop value_loop(ScalarType type, const Table& t = table()) {
  return t.rows[GRADUS_ISA::index_of<F>]->value[static_cast<int>(type)];
}

// The kernel of the derivative by operand i, or null; the type is Float or Double.
template <class F>
Loop slope_loop(int i, ScalarType type, const Table& t = table()) {
  return t.rows[GRADUS_ISA::index_of<F>]->slope[i][type == ScalarType::Double];
}

}  // namespace gradus::kernels
