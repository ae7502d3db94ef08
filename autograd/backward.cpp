// What users call to run the tape backwards.
#include <algorithm>

#include "autograd/autograd.h"
#include "autograd/forward_ad.h"
#include "autograd/ops/view/join.h"
#include "tensor/base/fail.h"
#include "tensor/raw.h"

namespace gradus::autograd {

namespace {
// The gradients for each row of the weights, as the rows of one tensor.
variable_list grad_of_batch(TensorList outputs, TensorList inputs, TensorList weights,
                            bool keep_graph, bool create_graph, bool allow_unused) {
  if (weights.size() != outputs.size())
    fail("grad: expected one batch of gradients for each of {} tensors, got {}", outputs.size(),
         weights.size());
  for (size_t i = 0; i < weights.size(); ++i) {
    if (!weights[i].defined()) fail("grad: batch {} of gradients is undefined", i);
    if (weights[i].dim() == 0 || weights[i].size(0) != weights[0].size(0))
      fail("grad: batches of gradients differ in size, {} and {}", weights[0].sizes(),
           weights[i].sizes());
  }
  const int64_t count = weights.empty() ? 0 : weights[0].size(0);
  std::vector<variable_list> rows(inputs.size());
  for (int64_t b = 0; b < count; ++b) {
    variable_list row;
    for (const Tensor& w : weights) row.push_back(w.select(0, b));
    variable_list dx = run_backward(outputs, row, keep_graph || b + 1 < count, create_graph, inputs,
                                    false, allow_unused, "grad");
    for (size_t i = 0; i < dx.size(); ++i) rows[i].push_back(std::move(dx[i]));
  }
  const AutoGradMode mode(create_graph);
  variable_list out(inputs.size());
  for (size_t i = 0; i < inputs.size(); ++i) {
    const auto defined = [](const Tensor& t) { return t.defined(); };
    if (count == 0) {
      Dims sizes = inputs[i].impl()->sizes;
      sizes.insert(0, 0);
      out[i] = raw::empty(sizes, inputs[i].dtype());
    } else if (std::any_of(rows[i].begin(), rows[i].end(), defined)) {
      for (Tensor& t : rows[i])
        if (!t.defined()) t = raw::zeros(inputs[i].sizes(), inputs[i].dtype());
      out[i] = stack(rows[i]);
    }
  }
  return out;
}
}  // namespace

void backward(TensorList tensors, TensorList grad_tensors, std::optional<bool> retain_graph,
              bool create_graph, TensorList inputs) {
  run_backward(tensors, grad_tensors, retain_graph.value_or(create_graph), create_graph, inputs,
               true, true, "backward");
}

variable_list grad(TensorList outputs, TensorList inputs, TensorList grad_outputs,
                   std::optional<bool> retain_graph, bool create_graph, bool allow_unused,
                   bool is_grads_batched, bool materialize_grads) {
  if (inputs.empty()) fail("grad: the list of inputs is empty");
  // Gradients inside of forward mode have tangents.
  if (detail::dual_level && GradMode::is_enabled()) create_graph = true;
  const bool keep = retain_graph.value_or(create_graph);
  allow_unused = allow_unused || materialize_grads;
  variable_list dx = is_grads_batched ? grad_of_batch(outputs, inputs, grad_outputs, keep,
                                                      create_graph, allow_unused)
                                      : run_backward(outputs, grad_outputs, keep, create_graph,
                                                     inputs, false, allow_unused, "grad");
  for (size_t i = 0; i < dx.size() && materialize_grads; ++i)
    if (!dx[i].defined())
      dx[i] = raw::zeros(inputs[i].sizes(), inputs[i].dtype()).set_requires_grad(create_graph);
  return dx;
}

}  // namespace gradus::autograd
