// What nodes are called, as in PyTorch.
#include "autograd/record.h"

namespace gradus::autograd {
namespace {

// An operation, or one of its forms: after a dot as it is recorded, after a colon by its operands
// (t a tensor, n a number); and its node. All others are named by the rule below.
constexpr std::string_view names = R"(
add:tn AddBackward1
add:tnn AddBackward1
batch_norm NativeBatchNormBackward0
clamp:tn ClampBackward1
clamp:tnn ClampBackward1
clamp_max:tt ClampMaxBackward1
clamp_min:tt ClampMinBackward1
conv1d ConvolutionBackward0
conv2d ConvolutionBackward0
conv3d ConvolutionBackward0
conv_transpose1d ConvolutionBackward0
conv_transpose2d ConvolutionBackward0
conv_transpose3d ConvolutionBackward0
copy CopyBackwards
cross_entropy_loss NllLossBackward0
div.mode:tn DivBackward3
div.mode:tt DivBackward2
div:tn DivBackward1
eq:tt EqBackward1
fill FillBackward2
fmod:tt FmodBackward1
ge:tt GeBackward1
group_norm NativeGroupNormBackward0
gt:tt GtBackward1
layer_norm NativeLayerNormBackward0
le:tt LeBackward1
lerp:ttt LerpBackward1
lt:tt LtBackward1
masked_fill.value MaskedFillBackward1
max.all MaxBackward1
max_pool2d MaxPool2DWithIndicesBackward0
max_pool3d MaxPool3DWithIndicesBackward0
mean.dim MeanBackward1
median.dim MedianBackward1
min.all MinBackward1
mul:tn MulBackward1
nanmedian.dim NanmedianBackward1
ne:tt NeBackward1
norm.dim NormBackward1
pow:nt PowBackward2
pow:tt PowBackward1
prelu PreluKernelBackward0
prod.dim ProdBackward1
remainder:tt RemainderBackward1
round.decimals RoundBackward1
rsub:nt RsubBackward1
rsub:ntn RsubBackward1
scaled_dot_product_attention ScaledDotProductFlashAttentionForCpuBackward0
scatter.value ScatterBackward1
selu EluBackward0
softsign DivBackward0
squeeze.dim SqueezeBackward1
squeeze.dims SqueezeBackward2
sub:tn SubBackward1
sub:tnn SubBackward1
sum.dim SumBackward1
xlogy:nt XlogyBackward1
xlogy:tn XlogyBackward2
)";

std::string_view listed(std::string_view form) {
  const size_t at = names.find('\n' + std::string(form) + ' ');
  if (at == std::string_view::npos) return {};
  const size_t from = at + form.size() + 2;
  return names.substr(from, names.find('\n', from) - from);
}

}  // namespace

std::string Node::name_for(std::string_view operands) const {
  std::string op = op_;
  if (op.ends_with('_')) op.pop_back();  // in place
  std::string_view known;
  if (!operands.empty()) known = listed(op + ':' + std::string(operands));
  if (known.empty()) known = listed(op);
  if (!known.empty()) return std::string(known);
  // A letter becomes a capital where the character before it is no letter.
  std::string out;
  bool upper = true;
  for (const char c : op) {
    const bool letter = c >= 'a' && c <= 'z';
    if (c != '_') out += upper && letter ? char(c - 'a' + 'A') : c;
    upper = !letter;
  }
  return out + "Backward0";
}

std::string Node::name() const { return is_own() ? own_name() : name_for({}); }

}  // namespace gradus::autograd
