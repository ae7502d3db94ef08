// The network of char_transformer, and how it learns: nanoGPT's recipe.
#pragma once

#include <gradus.h>

#include <cmath>
#include <string>
#include <vector>

using namespace gradus;

struct NetworkSizes {
  int64_t layers = 4, heads = 4, width = 128, block = 64;
};

struct BlockImpl : nn::Module {
  BlockImpl(int64_t width, int64_t heads) : heads(heads) {
    const auto linear = [](int64_t in, int64_t out) {
      return nn::Linear(nn::LinearOptions(in, out).bias(false));
    };
    const auto norm = nn::LayerNormOptions({width}).bias(false);
    ln_1 = register_module("ln_1", nn::LayerNorm(norm));
    attn = register_module("attn", linear(width, 3 * width));
    attn_proj = register_module("attn_proj", linear(width, width));
    ln_2 = register_module("ln_2", nn::LayerNorm(norm));
    fc = register_module("fc", linear(width, 4 * width));
    fc_proj = register_module("fc_proj", linear(4 * width, width));
  }
  // [B, T, width] to the same; each place sees itself and those before.
  Tensor forward(const Tensor& x) {
    const int64_t b = x.size(0), t = x.size(1), width = x.size(2);
    const Tensor qkv = attn(ln_1(x)).view({b, t, 3, heads, width / heads}).permute({2, 0, 3, 1, 4});
    const Tensor seen =
        scaled_dot_product_attention(qkv[0], qkv[1], qkv[2], {}, 0.0, /*is_causal=*/true);
    const Tensor y = x + attn_proj(seen.transpose(1, 2).reshape({b, t, width}));
    return y + fc_proj(gelu(fc(ln_2(y))));
  }
  int64_t heads;
  nn::LayerNorm ln_1{nullptr}, ln_2{nullptr};
  nn::Linear attn{nullptr}, attn_proj{nullptr}, fc{nullptr}, fc_proj{nullptr};
};
GRADUS_MODULE(Block);

struct NetImpl : nn::Module {
  NetImpl(int64_t characters, const NetworkSizes& s) {
    wte = register_module("wte", nn::Embedding(characters, s.width));
    wpe = register_module("wpe", nn::Embedding(s.block, s.width));
    blocks = register_module("blocks", nn::ModuleList());
    for (int64_t i = 0; i < s.layers; ++i) blocks->push_back(Block(s.width, s.heads));
    ln_f = register_module("ln_f", nn::LayerNorm(nn::LayerNormOptions({s.width}).bias(false)));
    // All of deviation 0.02, and less where a residual branch ends.
    const NoGradGuard no_grad;
    for (const auto& p : named_parameters())
      if (p.value().dim() == 2) {
        const bool ends = p.key().find("_proj") != std::string::npos;
        p.value().normal_(0, ends ? 0.02 / std::sqrt(2. * double(s.layers)) : 0.02);
      }
  }
  // Characters [B, T] to scores of the next ones [B, T, characters].
  Tensor forward(const Tensor& tokens) {
    Tensor x = wte(tokens) + wpe(arange(tokens.size(1), kLong));
    for (const auto& block : *blocks) x = block->as<Block>()->forward(x);
    return nn::functional::linear(ln_f(x), wte->weight);
  }
  nn::Embedding wte{nullptr}, wpe{nullptr};
  nn::ModuleList blocks;
  nn::LayerNorm ln_f{nullptr};
};
GRADUS_MODULE(Net);

// Weight decay for what is multiplied only.
inline std::vector<optim::OptimizerParamGroup> parameter_groups(Net& net) {
  std::vector<Tensor> decayed, others;
  for (const Tensor& p : net->parameters()) (p.dim() == 2 ? decayed : others).push_back(p);
  const auto group = [](const std::vector<Tensor>& p, double decay) {
    return optim::OptimizerParamGroup(
        p, std::make_unique<optim::AdamWOptions>(
               optim::AdamWOptions(1e-3).betas({0.9, 0.99}).weight_decay(decay)));
  };
  return {group(decayed, 0.1), group(others, 0)};
}

// Rises in 100 steps, then falls along a cosine to a tenth.
inline double rate(int64_t step, int64_t steps) {
  constexpr int64_t warm_up = 100;
  constexpr double most = 1e-3, least = 1e-4;
  if (step < warm_up) return most * double(step + 1) / (warm_up + 1);
  const double part = double(step - warm_up) / double(std::max<int64_t>(steps - warm_up, 1));
  return least + (most - least) * 0.5 * (1 + std::cos(M_PI * part));
}
