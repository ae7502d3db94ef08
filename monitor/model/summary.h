// A model as a table: its layers, the sizes of their results, their parameters and what they cost.
#pragma once

#include <initializer_list>
#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

#include "nn/any.h"
#include "tensor/base/arg.h"

namespace gradus::monitor {

/// A column of the table.
enum class SummaryColumn {
  input_size,
  output_size,
  num_params,
  params_percent,
  mult_adds,
  trainable
};

/// The options of summary().
struct SummaryOptions {
  /// How deep the table goes. Layers at this depth stand for all below them.
  GRADUS_ARG(int64_t, depth) = 3;
  /// The columns behind the layers' names.
  GRADUS_ARG(std::vector<SummaryColumn>, columns) = {
      SummaryColumn::output_size, SummaryColumn::num_params, SummaryColumn::mult_adds};
  /// Whether layers have their names too, and not their classes only.
  GRADUS_ARG(bool, names) = true;
  /// Whether the model is in training when it is called, and not in eval mode.
  GRADUS_ARG(bool, train) = false;
  /// The type of inputs that are given by their sizes.
  GRADUS_ARG(ScalarType, dtype) = kFloat;
};

/// A row: one call of a module, or a module that was not called.
struct LayerSummary {
  /// The path of the module, empty for the whole.
  std::string path;
  /// The last name of the path.
  std::string name;
  /// The class.
  std::string kind;
  /// How deep it is; the whole is at 0.
  int64_t depth = 0;
  /// Whether it has no modules of its own.
  bool is_leaf = true;
  /// Whether a call was seen; only then its sizes and costs are known.
  bool called = false;
  /// Whether an earlier row has the same module.
  bool recursive = false;
  /// The sizes of the first tensor that it was given.
  std::vector<int64_t> input_size;
  /// The sizes of its result, or of the first tensor in it where it is a tuple, list, map or
  /// OrderedDict of tensors. Empty where there is none.
  std::vector<int64_t> output_size;
  /// The elements of its parameters, with those of the modules in it, each tensor once.
  int64_t num_params = 0;
  /// Those that get gradients.
  int64_t trainable_params = 0;
  /// Those that no module in it has.
  int64_t own_params = 0;
  /// The multiply-adds of this module itself.
  int64_t mult_adds = 0;
  /// The bytes of its result.
  int64_t output_bytes = 0;
};

/// What summary() gives: print it, or ask it.
class ModelSummary {
 public:
  /// The rows, in the order of the calls.
  const std::vector<LayerSummary>& layers() const { return layers_; }
  /// The elements of all parameters, a tensor that several modules share counted once.
  int64_t total_params() const { return total_params_; }
  /// Those that get gradients.
  int64_t trainable_params() const { return trainable_params_; }
  /// The multiply-adds of a forward pass; see summary().
  int64_t total_mult_adds() const { return total_mult_adds_; }
  /// The bytes of the inputs.
  int64_t input_bytes() const { return input_bytes_; }
  /// The bytes of a forward and backward pass, as torchinfo estimates them: twice the results of
  /// the layers that have parameters.
  int64_t forward_backward_bytes() const { return forward_backward_bytes_; }
  /// The bytes of the parameters.
  int64_t param_bytes() const { return param_bytes_; }
  /// The three together.
  int64_t total_bytes() const { return input_bytes_ + forward_backward_bytes_ + param_bytes_; }
  /// The table and the totals.
  std::string str() const;

 private:
  friend class SummaryMaker;
  SummaryOptions options_;
  std::vector<LayerSummary> layers_;
  int64_t total_params_ = 0, trainable_params_ = 0, total_mult_adds_ = 0, input_bytes_ = 0,
          forward_backward_bytes_ = 0, param_bytes_ = 0;
  bool has_input_ = false;
};
/// Prints the table and the totals.
std::ostream& operator<<(std::ostream& out, const ModelSummary& summary);

namespace detail {

ModelSummary summarize(const nn::AnyModule& model, std::vector<nn::AnyValue> inputs,
                       const SummaryOptions& options);
// Throws Error for a null pointer.
ModelSummary summarize_without_input(nn::Module* model, const SummaryOptions& options);
// Random tensors of these sizes, which leave the default generator as it was.
std::vector<nn::AnyValue> make_inputs(const std::vector<std::vector<int64_t>>& sizes,
                                      const SummaryOptions& options);
inline std::vector<nn::AnyValue> as_values(const std::vector<Tensor>& tensors) {
  std::vector<nn::AnyValue> out;
  for (const Tensor& t : tensors) out.emplace_back(t);
  return out;
}

// A model, its holder or a pointer to it; a reference is not owned.
template <class M>
nn::AnyModule as_any_module(M& model) {
  if constexpr (gradus::detail::a_module<M>)
    return nn::AnyModule(std::shared_ptr<M>(std::shared_ptr<void>(), &model));
  else
    return nn::AnyModule(model);
}

}  // namespace detail

/// Calls a model with these inputs and tells what its layers make of them:
///
///   std::cout << monitor::summary(*model, {{1, 3, 224, 224}});
///
/// The model is a module, its holder or a shared_ptr, with a forward() that nn::AnyModule can call.
/// It is called once, recorded and without a backward pass, in eval mode unless the options say
/// train. Afterwards the mode of each module, all buffers, hooks and the default generator are as
/// before, also when forward() throws, which goes on to the caller. Lazy layers keep the sizes that
/// they find.
///
/// Calls are seen by hooks, where a module is called as a whole, `fc(x)` or by a Sequential. Past
/// them, by `fc->forward(x)`, the calls of Linear, convolutions, batch, layer and group
/// normalisation, Embedding, and recurrent layers and cells are found on the tape, if what they
/// have as last parameter gets gradients and the result depends on it; other modules then have a
/// row without sizes and costs. A module that is called again has a row for each call,
/// "(recursive)".
///
/// Multiply-adds are counted for
/// - Linear and Bilinear: each weight and bias once for each row of the result;
/// - convolutions: each weight and bias once for each place of the result, transposed ones each
///   weight for each place of the input;
/// - RNN, LSTM, GRU and their cells: each weight and bias once for each step of each sequence;
/// - MultiheadAttention: the projections as Linear, and queries times keys and weights times values
///   for all heads;
/// - batch, instance, layer, group and RMS normalisation: one for each element, two with weights;
/// - EmbeddingBag: one for each element that is added; PReLU: one for each element.
/// All others, Embedding among them, count none; nor do operations that forward() calls itself.
template <class M>
ModelSummary summary(M&& model, std::initializer_list<Tensor> inputs,
                     const SummaryOptions& options = {}) {
  return detail::summarize(detail::as_any_module(model), detail::as_values(inputs), options);
}
/// The same for inputs of these sizes, random ones from 0 to 1, or zeros of an integer type.
template <class M>
ModelSummary summary(M&& model, std::initializer_list<std::initializer_list<int64_t>> sizes,
                     const SummaryOptions& options = {}) {
  return detail::summarize(
      detail::as_any_module(model),
      detail::make_inputs(std::vector<std::vector<int64_t>>(sizes.begin(), sizes.end()), options),
      options);
}
/// The same for any arguments of forward().
template <class M>
ModelSummary summary(M&& model, std::vector<nn::AnyValue> inputs,
                     const SummaryOptions& options = {}) {
  return detail::summarize(detail::as_any_module(model), std::move(inputs), options);
}
/// The modules and their parameters, without a call: no sizes and no costs.
template <class M>
ModelSummary summary(M&& model, const SummaryOptions& options = {}) {
  if constexpr (gradus::detail::a_module<M>)
    return detail::summarize_without_input(&model, options);
  else
    return detail::summarize_without_input(model ? &*model : nullptr, options);
}

/// The elements of a module's parameters, a tensor that several modules share counted once; with
/// trainable_only of those that get gradients.
int64_t count_parameters(const nn::Module& module, bool trainable_only = false);

}  // namespace gradus::monitor
