#include "monitor/model/layer_cost.h"

#include <map>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "nn/modules.h"
#include "nn/utils/rnn.h"
#include "tensor/base/checked.h"

namespace gradus::monitor::detail {
namespace {

constexpr const char* op = "summary";

// --- The tensors of a value ---------------------------------------------------------------------

using List = std::vector<Tensor>;
void collect(const Tensor& t, List& to) {
  if (t.defined()) to.push_back(t);
}
void collect(const std::optional<Tensor>& t, List& to) {
  if (t) collect(*t, to);
}
void collect(const List& list, List& to) {
  for (const Tensor& t : list) collect(t, to);
}
void collect(const nn::ASMoutput& out, List& to) { collect(out.output, to); }
void collect(const nn::utils::rnn::PackedSequence& packed, List& to) { collect(packed.data(), to); }
template <class Dict>
requires requires(const Dict& dict) { dict.begin()->second; }
void collect(const Dict& dict, List& to) {
  for (const auto& entry : dict) collect(entry.second, to);
}
void collect(const OrderedDict<std::string, Tensor>& dict, List& to) {
  for (const auto& entry : dict) collect(entry.value(), to);
}
void collect(const std::pair<Tensor, Tensor>& two, List& to) {
  collect(two.first, to);
  collect(two.second, to);
}
template <class... T>
void collect(const std::tuple<T...>& list, List& to) {
  std::apply([&](const auto&... each) { (collect(each, to), ...); }, list);
}

template <class T>
bool take(nn::AnyValue& value, List& to) {
  const T* held = value.try_get<T>();
  if (held) collect(*held, to);
  return held != nullptr;
}

// --- Costs --------------------------------------------------------------------------------------

// The module as one of these, and whether it is.
template <class... Layers>
bool is_any(nn::Module& m) {
  return (... || (m.as<Layers>() != nullptr));
}

int64_t elements(const nn::Module& m) {
  Checked out{op, 0};
  for (const Tensor& p : m.parameters(false))
    if (p.defined()) out = out + p.numel();
  return out;
}

int64_t numel(IntArrayRef sizes) {
  Checked out{op, 1};
  for (const int64_t size : sizes) out = out * size;
  return out;
}
// How many rows of its last dim a tensor has.
int64_t rows(IntArrayRef sizes) {
  return sizes.empty() ? 1 : numel({sizes.data(), sizes.size() - 1});
}

template <class Conv>
bool conv_cost(nn::Module& m, IntArrayRef out, int64_t& cost) {
  if (!m.as<Conv>()) return false;
  cost = Checked{op, numel(out) / m.as<Conv>()->options.out_channels()} * elements(m);
  return true;
}
template <class Conv>
bool transposed_cost(nn::Module& m, IntArrayRef in, IntArrayRef out, int64_t& cost) {
  const auto* conv = m.as<Conv>();
  if (!conv) return false;
  if (in.empty()) return true;
  cost = Checked{op, numel(in) / conv->options.in_channels()} * conv->weight.numel() +
         (conv->bias.defined() ? numel(out) : 0);
  return true;
}

// Of one key and value more for each kind that is added.
int64_t attention_cost(const nn::MultiheadAttentionImpl& m, const nn::ModuleArguments& arguments) {
  const auto argument = [&](size_t i) {
    nn::AnyValue value = arguments.at(i);
    return first_tensor(value);
  };
  const Tensor query = argument(0), key = argument(1);
  const auto& o = m.options;
  const int64_t e = o.embed_dim(),
                batch = query.dim() == 3 ? query.size(o.batch_first() ? 0 : 1) : 1;
  const Checked queries{op, rows(query.sizes())}, keys{op, rows(key.sizes())};
  const int64_t bias = o.bias() ? e : 0;
  const Checked projected = queries * (2 * (Checked{op, e} * e + bias)) +
                            keys * (Checked{op, e} * o.kdim() + bias) +
                            keys * (Checked{op, e} * o.vdim() + bias);
  const Checked seen = keys + (int64_t(o.add_bias_kv()) + int64_t(o.add_zero_attn())) * batch;
  return batch == 0 ? projected : projected + queries * (seen / batch) * 2 * e;
}

}  // namespace

std::vector<Tensor> tensors_in(nn::AnyValue& v) {
  using std::tuple;
  using Two = tuple<Tensor, Tensor>;
  using Packed = nn::utils::rnn::PackedSequence;
  List out;
  (void)(take<Tensor>(v, out) || take<Two>(v, out) || take<tuple<Tensor, Two>>(v, out) ||
         take<List>(v, out) || take<std::optional<Tensor>>(v, out) ||
         take<tuple<Tensor, Tensor, Tensor>>(v, out) || take<nn::ASMoutput>(v, out) ||
         take<Packed>(v, out) || take<tuple<Packed, Tensor>>(v, out) ||
         take<tuple<Packed, Two>>(v, out) || take<tuple<Tensor, Tensor, Tensor, Tensor>>(v, out) ||
         take<std::pair<Tensor, Tensor>>(v, out) || take<std::map<std::string, Tensor>>(v, out) ||
         take<std::unordered_map<std::string, Tensor>>(v, out) ||
         take<OrderedDict<std::string, Tensor>>(v, out));
  return out;
}
Tensor first_tensor(nn::AnyValue& value) {
  const List all = tensors_in(value);
  return all.empty() ? Tensor() : all[0];
}
Tensor first_tensor(const nn::ModuleArguments& arguments) {
  for (nn::AnyValue v : arguments)
    if (Tensor t = first_tensor(v); t.defined()) return t;
  return {};
}

int64_t mult_adds(nn::Module& m, const nn::ModuleArguments& arguments, nn::AnyValue& result) {
  if (const auto* attention = m.as<nn::MultiheadAttentionImpl>())
    return attention_cost(*attention, arguments);
  const Tensor in = first_tensor(arguments), out = first_tensor(result);
  return in.defined() && out.defined() ? mult_adds(m, in.sizes(), out.sizes()) : 0;
}

int64_t mult_adds(nn::Module& m, IntArrayRef in, IntArrayRef out) {
  using namespace nn;
  int64_t cost = 0;
  if (conv_cost<Conv1dImpl>(m, out, cost) || conv_cost<Conv2dImpl>(m, out, cost) ||
      conv_cost<Conv3dImpl>(m, out, cost) ||
      transposed_cost<ConvTranspose1dImpl>(m, in, out, cost) ||
      transposed_cost<ConvTranspose2dImpl>(m, in, out, cost) ||
      transposed_cost<ConvTranspose3dImpl>(m, in, out, cost))
    return cost;
  if (is_any<LinearImpl, BilinearImpl, RNNImpl, LSTMImpl, GRUImpl, RNNCellImpl, LSTMCellImpl,
             GRUCellImpl>(m))
    return Checked{op, rows(out)} * elements(m);
  if (is_any<BatchNorm1dImpl, BatchNorm2dImpl, BatchNorm3dImpl, SyncBatchNormImpl,
             InstanceNorm1dImpl, InstanceNorm2dImpl, InstanceNorm3dImpl, LayerNormImpl,
             GroupNormImpl, RMSNormImpl>(m))
    return Checked{op, numel(out)} * (elements(m) > 0 ? 2 : 1);
  if (is_any<PReLUImpl>(m)) return numel(out);
  if (const auto* bag = m.as<EmbeddingBagImpl>(); bag && !in.empty())
    return Checked{op, numel(in)} * bag->options.embedding_dim();
  return 0;
}

}  // namespace gradus::monitor::detail
