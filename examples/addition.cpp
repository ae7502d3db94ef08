// A small transformer learns to add, from nothing but sums that are written out: "347+85=432". It
// reads and writes digit by digit, and has never seen most of the sums that it is asked for.
//
//   addition [DIGITS] [EPOCHS]
//
// Numbers of up to 3 digits, and 80 epochs of 100 batches, unless given.
#include <gradus.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "monitor/progress/progress.h"

using namespace gradus;

// What is written: the digits, and these.
constexpr int64_t plus = 10, equals = 11, words = 12;
constexpr int64_t width = 64, heads = 4, layers = 2;

// Two numbers and their sum, [N] each, as words [N, 3 digits + 3]. All are padded with zeros, and
// the sum is written from the last digit on, as one finds it by hand.
Tensor written(const Tensor& a, const Tensor& b, int64_t digits) {
  std::vector<Tensor> columns;
  const auto write = [&](const Tensor& x, int64_t count, bool backwards) {
    std::vector<Tensor> own;
    Tensor rest = x;
    for (int64_t i = 0; i < count; ++i) {
      own.push_back(rest.remainder(10));
      rest = rest.floor_divide(10);
    }
    if (!backwards) std::reverse(own.begin(), own.end());
    columns.insert(columns.end(), own.begin(), own.end());
  };
  write(a, digits, false);
  columns.push_back(full_like(a, plus));
  write(b, digits, false);
  columns.push_back(full_like(a, equals));
  write(a + b, digits + 1, true);
  return stack(columns, 1);
}

struct BlockImpl : nn::Module {
  BlockImpl() {
    const nn::LayerNormOptions norm({width});
    norm1 = register_module("norm1", nn::LayerNorm(norm));
    qkv = register_module("qkv", nn::Linear(width, 3 * width));
    out = register_module("out", nn::Linear(width, width));
    norm2 = register_module("norm2", nn::LayerNorm(norm));
    wide = register_module("wide", nn::Linear(width, 4 * width));
    narrow = register_module("narrow", nn::Linear(4 * width, width));
  }
  // x [N, T, width] stands behind what is in the cache, if there is one.
  Tensor forward(const Tensor& x, nn::KeyValueCache* cache) {
    const auto parts =
        qkv(norm1(x)).unflatten(-1, {3, heads, width / heads}).permute({2, 0, 3, 1, 4});
    const int64_t offset = cache ? cache->length() : 0;
    const Tensor q = rotary(parts[0], offset), k = rotary(parts[1], offset), v = parts[2];
    const Tensor seen =
        cache ? cache->attend(q, k, v) : scaled_dot_product_attention(q, k, v, {}, 0, true);
    const Tensor y = x + out(seen.transpose(1, 2).flatten(2));
    return y + narrow(gelu(wide(norm2(y))));
  }
  nn::RotaryEmbedding rotary;
  nn::LayerNorm norm1{nullptr}, norm2{nullptr};
  nn::Linear qkv{nullptr}, out{nullptr}, wide{nullptr}, narrow{nullptr};
};
GRADUS_MODULE(Block);

struct AdderImpl : nn::Module {
  AdderImpl() {
    table = register_module("table", nn::Embedding(words, width));
    for (int64_t i = 0; i < layers; ++i) blocks->push_back(Block());
    register_module("blocks", blocks);
    norm = register_module("norm", nn::LayerNorm(nn::LayerNormOptions({width})));
    scores = register_module("scores", nn::Linear(width, words));
  }
  // Words [N, T] to scores for what follows each, [N, T, words].
  Tensor forward(const Tensor& x, std::vector<nn::KeyValueCache>* caches = nullptr) {
    Tensor y = table(x);
    for (size_t i = 0; i < blocks->size(); ++i)
      y = blocks->at<BlockImpl>(i).forward(y, caches ? &(*caches)[i] : nullptr);
    return scores(norm(y));
  }
  nn::Embedding table{nullptr};
  nn::ModuleList blocks;
  nn::LayerNorm norm{nullptr};
  nn::Linear scores{nullptr};
};
GRADUS_MODULE(Adder);

// The words after the question [N, T], the likeliest each time: [N, count].
Tensor answer(Adder& net, const Tensor& question, int64_t count) {
  const NoGradGuard no_grad;
  std::vector<nn::KeyValueCache> caches;
  for (int64_t i = 0; i < layers; ++i)
    caches.emplace_back(
        nn::KeyValueCacheOptions(question.size(0), heads, question.size(1) + count, width / heads));
  std::vector<Tensor> said;
  Tensor next = question;
  for (int64_t i = 0; i < count; ++i) {
    next = net->forward(next, &caches).select(1, -1).argmax(-1, /*keepdim=*/true);
    said.push_back(next);
  }
  return cat(said, 1);
}

int64_t number(const Tensor& digits_backwards) {
  int64_t n = 0;
  for (int64_t i = digits_backwards.size(0); i-- > 0;)
    n = 10 * n + digits_backwards[i].item<int64_t>();
  return n;
}

int main(int argc, char** argv) try {
  const int64_t digits = argc > 1 ? std::clamp(std::atoi(argv[1]), 1, 6) : 3;
  const int epochs = argc > 2 ? std::max(1, std::atoi(argv[2])) : 80;
  manual_seed(0);

  int64_t most = 1;
  for (int64_t i = 0; i < digits; ++i) most *= 10;
  const auto draw = [&](int64_t count) { return randint(0, most, {count}); };
  // Sums for the end: pairs whose number leaves a remainder of 0 are in no training batch.
  const auto is_held_out = [&](const Tensor& a, const Tensor& b) {
    return (a * most + b).remainder(7).eq(0);
  };

  Adder net;
  optim::AdamW optimizer(net->parameters(), optim::AdamWOptions(3e-3).betas({0.9, 0.98}));
  const int64_t asked = 2 * digits + 2, answered = digits + 1, batches = 100, batch = 256;
  optim::OneCycleLR schedule(optimizer, 3e-3, epochs * batches);
  monitor::Progress bar(epochs, "epochs");
  for (int epoch = 1; epoch <= epochs; ++epoch) {
    double loss_sum = 0;
    for (int64_t i = 0; i < batches; ++i) {
      const Tensor a = draw(batch), b = draw(batch);
      const Tensor kept = is_held_out(a, b).logical_not().nonzero().flatten();
      const Tensor text = written(a.index_select(0, kept), b.index_select(0, kept), digits);
      // What follows the question is to be foretold, each word from those before.
      const Tensor y = net->forward(text.slice(1, 0, -1)).slice(1, asked - 1);
      const Tensor loss =
          nn::functional::cross_entropy(y.flatten(0, 1), text.slice(1, asked).flatten());
      optimizer.zero_grad();
      loss.backward();
      nn::utils::clip_grad_norm_(net->parameters(), 1);
      optimizer.step();
      schedule.step();
      loss_sum += loss.item<double>();
    }
    bar.update({{"loss", loss_sum / double(batches)}});
  }
  bar.close();

  Tensor a = draw(20000), b = draw(20000);
  const Tensor rows = is_held_out(a, b).nonzero().flatten();
  a = a.index_select(0, rows), b = b.index_select(0, rows);
  const Tensor text = written(a, b, digits);
  const Tensor said = answer(net, text.slice(1, 0, asked), answered);
  const Tensor right = said.eq(text.slice(1, asked)).all(1);
  for (int64_t i = 0; i < std::min<int64_t>(8, a.size(0)); ++i)
    std::printf("%6lld + %6lld = %7lld %s\n", static_cast<long long>(a[i].item<int64_t>()),
                static_cast<long long>(b[i].item<int64_t>()),
                static_cast<long long>(number(said[i])), right[i].item<bool>() ? "" : "(wrong)");
  const double exact = right.to(kDouble).mean().item<double>();
  std::printf("\n%.2f%% of %lld sums that it never saw are right in every digit\n", 100 * exact,
              static_cast<long long>(a.size(0)));
  return exact > (epochs >= 80 ? 0.95 : 0.2) ? 0 : 1;
} catch (const Error& e) {
  std::fprintf(stderr, "addition: %s\n", e.what());
  return 2;
}
