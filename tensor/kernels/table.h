// The kernels of one instruction set, as data.
#pragma once

#include "tensor/kernels/formulas.h"
#include "tensor/kernels/image/conv.h"
#include "tensor/kernels/image/pool.h"
#include "tensor/kernels/image/winograd.h"
#include "tensor/kernels/linalg/distance.h"
#include "tensor/kernels/linalg/gemm.h"
#include "tensor/kernels/linalg/small.h"
#include "tensor/kernels/nn/attention.h"
#include "tensor/kernels/nn/ctc.h"
#include "tensor/kernels/nn/normalisation.h"
#include "tensor/kernels/nn/positions.h"
#include "tensor/kernels/nn/recurrent.h"
#include "tensor/kernels/nn/softmax.h"
#include "tensor/kernels/optim/optimizer.h"
#include "tensor/kernels/pointwise/copy.h"
#include "tensor/kernels/pointwise/row.h"
#include "tensor/kernels/random/random.h"
#include "tensor/kernels/reduce/reduce.h"

namespace gradus::kernels {

struct Table {
  const char* isa;
  const Row* rows[GRADUS_ISA::formula_count];
  const ConvTable* conv;
  const CopyTable* copy;
  const CtcKernels* ctc;
  const DistanceTable* distance;
  const GemmTable* gemm;
  const NormalisationTable* normalisation;
  const OptimizerTable* optimizer;
  const PoolTable* pool;
  const RandomTable* random;
  const RecurrentTable* recurrent;
  const SumTable* sum;
  const LogicTable* logic;
  const MinMaxTable* minmax;
  const PowerTable* power;
  const ScanTable* scan;
  const SoftmaxTable* softmax;
  const WinogradKernels* winograd;
  const AttentionTable* attention;
  const RotationTable* rotation;
  const ByFloating<LuKernels>* lu;
  const ByFloating<FactorKernels>* factor;
  const ByFloating<OrthogonalKernels>* orthogonal;
  const ByFloating<SpectralKernels>* spectral;
};

// An instruction set that the library has kernels for, on processors of this kind.
struct InstructionSet {
  const char* name;
  const Table* table;  // null if the processor lacks the set, or the library was built without it
};
// Best first, ended by one without a name: the processor's word, whatever the environment says.
const InstructionSet* instruction_sets();

// The tables that can run here, best first, ended by null. The environment variable GRADUS_MAX_ISA
// names the best that there may be: all is then as on a processor without the better ones. Throws
// Error if it names no instruction set.
const Table* const* available_tables();

// The first of them, or the one of the instruction set that the environment variable GRADUS_ISA
// names; throws Error if that is none of them.
const Table& table();

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
