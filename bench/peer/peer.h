// Cases of the comparison with libtorch, in its words: each program is these sources and one of the
// two libraries.
#pragma once

#include <torch/torch.h>

#include <functional>
#include <string>
#include <vector>

namespace peer {

using torch::Tensor;

// What one repetition does, and the tensors that it is judged by besides the one that it gives:
// their gradients where they have one, else themselves.
struct Body {
  std::function<Tensor()> step;
  std::vector<Tensor> judged = {};
};

struct Case {
  std::string group, name;
  std::function<Body()> make;
  bool recorded = false;
  double flops = 0, bytes = 0;  // of one repetition, where the machine's limit is known
  double at_least = 0;          // wanted ratio, where it isn't the group's
};
using Cases = std::vector<Case>;

// Each adds its group.
void attention(Cases&);
void small_operations(Cases&);
void small_graphs(Cases&);
void networks(Cases&);
void deep_networks(Cases&);
void recurrent_layers(Cases&);
void dense(Cases&);
void awkward(Cases&);
void special_functions(Cases&);
void reductions(Cases&);
void movements(Cases&);
void fused(Cases&);
void matmuls(Cases&);
void linear_algebra(Cases&);
void image_networks(Cases&);
void convolutions(Cases&);
void pools(Cases&);
void image_norms(Cases&);
void optimiser_steps(Cases&);
void row_strides(Cases&);
void sequences(Cases&);
void files(Cases&);

// The machine's limits, in floating-point operations and bytes (read and written) per second.
double fma_peak(int threads);
double copy_bandwidth(int threads);

// Adds `f(inputs)` without recording, and where asked for as "name backward" with it: the step then
// clears the inputs' gradients, computes and runs back.
using Function = std::function<Tensor(const std::vector<Tensor>&)>;
using Inputs = std::function<std::vector<Tensor>()>;
enum class Passes { forward, both };
void add(Cases&, const std::string& group, const std::string& name, Inputs, Function,
         Passes = Passes::both, double bytes = 0, double flops = 0);

}  // namespace peer
