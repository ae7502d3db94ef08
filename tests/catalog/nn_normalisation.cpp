// Normalisation: over batches, instances, groups, layers and neighbouring channels.
#include "autograd/ops/nn/normalisation.h"
#include "autograd/ops/view/join.h"
#include "nn/nn.h"
#include "tests/catalog.h"

namespace catalog {

using namespace gradus;
namespace F = gradus::nn::functional;

namespace {

// Of rows and of short sequences.
void of_rows(Rows& rows) {
  const auto row = [&](const char* name, const char* python, std::vector<Input> inputs,
                       std::vector<Input> large, std::function<Tensor(const List&)> f) {
    rows.push_back(
        {name, python, std::move(inputs), [f](const List& x) -> List { return {f(x)}; }});
    rows.back().large = std::move(large);
  };
  const std::vector<Input> wide = {real({256, 128}), real({128}), real({128})};
  row("batch_norm", "F.batch_norm(a, None, None, b, c, True)", {real({6, 4}), real({4}), real({4})},
      wide, [](const List& x) { return batch_norm(x[0], x[1], x[2], {}, {}, true, 0, 1e-5); });
  row("batch_norm.plain", "F.batch_norm(a, None, None, None, None, True, eps=0.01)",
      {real({3, 4, 5})}, {real({64, 32, 50})},
      [](const List& x) { return batch_norm(x[0], {}, {}, {}, {}, true, 0, 0.01); });
  row("batch_norm.images", "F.batch_norm(a, None, None, b, c, True)",
      {real({3, 5, 4, 3}), real({5}), real({5})}, {real({16, 20, 9, 10}), real({20}), real({20})},
      [](const List& x) { return batch_norm(x[0], x[1], x[2], {}, {}, true, 0, 1e-5); });
  row("batch_norm.eval", "F.batch_norm(a, d, e, b, c, False)",
      {real({6, 4}), real({4}), real({4}), fixed({4}), fixed({4}, 0.5, 2)},
      {real({256, 128}), real({128}), real({128}), fixed({128}), fixed({128}, 0.5, 2)},
      [](const List& x) { return batch_norm(x[0], x[1], x[2], x[3], x[4], false, 0, 1e-5); });
  row("batch_norm.weight", "F.batch_norm(a, None, None, b, None, True)", {real({5, 3}), real({3})},
      {}, [](const List& x) { return batch_norm(x[0], x[1], {}, {}, {}, true, 0, 1e-5); });
  row("batch_norm.eval_plain", "F.batch_norm(a, b, c, None, None, False)",
      {real({6, 4}), fixed({4}), fixed({4}, 0.5, 2)}, {},
      [](const List& x) { return batch_norm(x[0], {}, {}, x[1], x[2], false, 0, 1e-5); });
  row("batch_norm.running",
      "torch.stack([(m := b.clone(), v := c.clone(), F.batch_norm(a, m, v, training=True, "
      "momentum=0.3))[0], v])",
      {fixed({6, 4}), fixed({4}), fixed({4}, 0.5, 2)}, {}, [](const List& x) {
        const Tensor mean = x[1].clone(), var = x[2].clone();
        batch_norm(x[0], {}, {}, mean, var, true, 0.3, 1e-5);
        return stack({mean, var});
      });
  rows.back().except = Row::no_gradient;
  row("layer_norm", "F.layer_norm(a, (4,), b, c)", {real({6, 4}), real({4}), real({4})}, wide,
      [](const List& x) { return layer_norm(x[0], {x[0].size(-1)}, x[1], x[2]); });
  row("layer_norm.two", "F.layer_norm(a, (4, 5), b, c)",
      {real({6, 4, 5}), real({4, 5}), real({4, 5})},
      {real({200, 10, 13}), real({10, 13}), real({10, 13})},
      [](const List& x) { return layer_norm(x[0], x[1].sizes(), x[1], x[2]); });
  row("layer_norm.plain", "F.layer_norm(a, (4, 5))", {real({3, 4, 5})}, {real({64, 32, 50})},
      [](const List& x) {
        return layer_norm(x[0], {x[0].size(1), x[0].size(2)});
      });
  row("group_norm", "F.group_norm(a, 2, b, c)", {real({3, 4, 5}), real({4}), real({4})},
      {real({32, 64, 50}), real({64}), real({64})},
      [](const List& x) { return group_norm(x[0], 2, x[1], x[2]); });
  row("group_norm.plain", "F.group_norm(a, 3)", {real({2, 12})}, {},
      [](const List& x) { return group_norm(x[0], 3); });
}

}  // namespace

Rows nn_normalisation_rows() {
  Rows rows;
  of_rows(rows);
  const auto row = [&](const char* name, const char* python, std::vector<Input> inputs,
                       std::function<Tensor(const List&)> f, std::vector<Input> large = {}) {
    rows.push_back({name, python, std::move(inputs),
                    [f = std::move(f)](const List& x) -> List { return {f(x)}; }});
    rows.back().large = std::move(large);
  };
  const auto batch = [](const List& x) {
    return batch_norm(x[0], x[1], x[2], {}, {}, true, 0, 1e-5);
  };
  row("batch_norm.2d", "F.batch_norm(a, None, None, b, c, True)",
      {real({2, 3, 2, 3}), real({3}), real({3})}, batch,
      {real({16, 32, 28, 28}), real({32}), real({32})});
  row("batch_norm.3d", "F.batch_norm(a, None, None, b, c, True)",
      {real({2, 2, 2, 1, 3}), real({2}), real({2})}, batch);
  row("batch_norm.2d_eval", "F.batch_norm(a, d, e, b, c, False)",
      {real({2, 3, 2, 3}), real({3}), real({3}), fixed({3}), fixed({3}, 0.5, 2)},
      [](const List& x) { return batch_norm(x[0], x[1], x[2], x[3], x[4], false, 0, 1e-5); },
      {real({16, 32, 28, 28}), real({32}), real({32}), fixed({32}), fixed({32}, 0.5, 2)});
  row("instance_norm", "F.instance_norm(a, None, None, b, c)",
      {real({2, 3, 2, 3}), real({3}), real({3})},
      [](const List& x) {
        return F::instance_norm(x[0], F::InstanceNormFuncOptions().weight(x[1]).bias(x[2]));
      },
      {real({8, 32, 28, 28}), real({32}), real({32})});
  row("instance_norm.plain", "F.instance_norm(a, eps=0.1)", {real({2, 3, 4})},
      [](const List& x) { return F::instance_norm(x[0], F::InstanceNormFuncOptions().eps(0.1)); });
  row("instance_norm.running",
      "torch.stack([(m := b.clone(), v := c.clone(), F.instance_norm(a, m, v, momentum=0.3))[0], "
      "v])",
      {fixed({2, 3, 4}), fixed({3}), fixed({3}, 0.5, 2)}, [](const List& x) {
        const Tensor mean = x[1].clone(), var = x[2].clone();
        instance_norm(x[0], {}, {}, mean, var, true, 0.3, 1e-5);
        return stack({mean, var});
      });
  rows.back().except = Row::no_gradient;
  row("instance_norm.eval", "F.instance_norm(a, b, c, use_input_stats=False)",
      {real({2, 3, 4}), fixed({3}), fixed({3}, 0.5, 2)}, [](const List& x) {
        return F::instance_norm(
            x[0], F::InstanceNormFuncOptions().running_mean(x[1]).running_var(x[2]).use_input_stats(
                      false));
      });
  row("group_norm.2d", "F.group_norm(a, 2, b, c)", {real({2, 4, 2, 3}), real({4}), real({4})},
      [](const List& x) { return group_norm(x[0], 2, x[1], x[2]); },
      {real({8, 32, 28, 28}), real({32}), real({32})});
  row("rms_norm", "F.rms_norm(a, (4,), b)", {real({3, 4}), real({4})},
      [](const List& x) { return rms_norm(x[0], {x[0].size(-1)}, x[1]); },
      {real({256, 512}), real({512})});
  row("rms_norm.eps", "F.rms_norm(a, (2, 3), eps=0.01)", {real({2, 2, 3})}, [](const List& x) {
    return rms_norm(x[0], {2, 3}, {}, 0.01);
  });
  row("local_response_norm", "F.local_response_norm(a, 3, 0.3, 0.6, 1.5)", {real({2, 5, 2, 2})},
      [](const List& x) {
        return F::local_response_norm(
            x[0], F::LocalResponseNormFuncOptions(3).alpha(0.3).beta(0.6).k(1.5));
      },
      {real({8, 32, 28, 28})});
  row("local_response_norm.even", "F.local_response_norm(a, 4, 0.3)", {real({2, 5, 3})},
      [](const List& x) { return local_response_norm(x[0], 4, 0.3); });
  row("local_response_norm.solid", "F.local_response_norm(a, 2, 0.3)", {real({1, 3, 2, 1, 2})},
      [](const List& x) { return local_response_norm(x[0], 2, 0.3); });
  row("CrossMapLRN2d", "torch.nn.CrossMapLRN2d(3, 0.3, 0.6, 2)(a)", {real({2, 5, 2, 2})},
      [](const List& x) {
        return nn::CrossMapLRN2d(nn::CrossMapLRN2dOptions(3).alpha(0.3).beta(0.6).k(2))(x[0]);
      });
  // PyTorch's gradient is not the derivative of what it computes; see tests/nn/images.cpp for ours.
  rows.back().except = Row::no_gradient;
  return rows;
}

}  // namespace catalog
