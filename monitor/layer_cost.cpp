#include "monitor/layer_cost.h"

#include <tuple>

#include "nn/modules.h"
#include "nn/utils/rnn.h"
#include "tensor/base/checked.h"

namespace gradus::monitor::detail {
namespace {

constexpr const char* op = "summary";

// --- The first tensor of a value ----------------------------------------------------------------

const Tensor& first(const Tensor& t) { return t; }
Tensor first(const std::optional<Tensor>& t) { return t ? *t : Tensor(); }
Tensor first(const std::vector<Tensor>& list) { return list.empty() ? Tensor() : list[0]; }
Tensor first(const nn::ASMoutput& out) { return out.output; }
Tensor first(const nn::utils::rnn::PackedSequence& packed) { return packed.data(); }
template <class... T>
Tensor first(const std::tuple<T...>& list) {
  return first(std::get<0>(list));
}

template <class T>
bool take(nn::AnyValue& value, Tensor& out) {
  const T* held = value.try_get<T>();
  if (held) out = first(*held);
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

// How many rows of its last dim a tensor has.
int64_t rows(const Tensor& t) {
  if (t.dim() == 0) return 1;
  return t.size(-1) == 0 ? 0 : t.numel() / t.size(-1);
}

// Each channel of the result is one place less.
template <class Conv>
bool conv_cost(nn::Module& m, const Tensor& out, int64_t& cost) {
  if (!m.as<Conv>()) return false;
  const int64_t channels = m.as<Conv>()->options.out_channels();
  cost = Checked{op, out.numel() / channels} * elements(m);
  return true;
}
template <class Conv>
bool transposed_cost(nn::Module& m, const Tensor& in, const Tensor& out, int64_t& cost) {
  const auto* conv = m.as<Conv>();
  if (!conv) return false;
  cost = Checked{op, in.numel() / conv->options.in_channels()} * conv->weight.numel() +
         (conv->bias.defined() ? out.numel() : 0);
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
  const Checked queries{op, rows(query)}, keys{op, rows(key)};
  const int64_t bias = o.bias() ? e : 0;
  const Checked projected = queries * (2 * (Checked{op, e} * e + bias)) +
                            keys * (Checked{op, e} * o.kdim() + bias) +
                            keys * (Checked{op, e} * o.vdim() + bias);
  const Checked seen = keys + (int64_t(o.add_bias_kv()) + int64_t(o.add_zero_attn())) * batch;
  return batch == 0 ? projected : projected + queries * (seen / batch) * 2 * e;
}

}  // namespace

Tensor first_tensor(nn::AnyValue& v) {
  using std::tuple;
  using Two = tuple<Tensor, Tensor>;
  using Packed = nn::utils::rnn::PackedSequence;
  Tensor out;
  (void)(take<Tensor>(v, out) || take<Two>(v, out) || take<tuple<Tensor, Two>>(v, out) ||
         take<std::vector<Tensor>>(v, out) || take<std::optional<Tensor>>(v, out) ||
         take<tuple<Tensor, Tensor, Tensor>>(v, out) || take<nn::ASMoutput>(v, out) ||
         take<Packed>(v, out) || take<tuple<Packed, Tensor>>(v, out) ||
         take<tuple<Packed, Two>>(v, out));
  return out;
}
Tensor first_tensor(const nn::ModuleArguments& arguments) {
  for (nn::AnyValue v : arguments)
    if (Tensor t = first_tensor(v); t.defined()) return t;
  return {};
}

int64_t mult_adds(nn::Module& m, const nn::ModuleArguments& arguments, nn::AnyValue& result) {
  const Tensor in = first_tensor(arguments), out = first_tensor(result);
  if (!in.defined() || !out.defined()) return 0;
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
  if (const auto* attention = m.as<MultiheadAttentionImpl>())
    return attention_cost(*attention, arguments);
  if (is_any<BatchNorm1dImpl, BatchNorm2dImpl, BatchNorm3dImpl, SyncBatchNormImpl,
             InstanceNorm1dImpl, InstanceNorm2dImpl, InstanceNorm3dImpl, LayerNormImpl,
             GroupNormImpl, RMSNormImpl>(m))
    return Checked{op, out.numel()} * (elements(m) > 0 ? 2 : 1);
  if (is_any<PReLUImpl>(m)) return out.numel();
  if (const auto* bag = m.as<EmbeddingBagImpl>())
    return Checked{op, in.numel()} * bag->options.embedding_dim();
  return 0;
}

}  // namespace gradus::monitor::detail
