#include "nn/gradcheck.h"

#include <doctest/doctest.h>

#include "autograd/function.h"
#include "autograd/ops/random/random.h"
#include "nn/nn.h"
#include "tensor/random/generator_impl.h"
#include "tests/support.h"

using namespace gradus;

namespace {

struct TwiceSin : autograd::Function<TwiceSin> {
  static Tensor forward(autograd::AutogradContext* ctx, Tensor x) {
    ctx->save_for_backward({x});
    return x.sin();
  }
  // Wrong by a factor of two.
  static autograd::variable_list backward(autograd::AutogradContext* ctx,
                                          autograd::variable_list dy) {
    return {dy[0] * ctx->get_saved_variables()[0].cos() * 2};
  }
};

struct Net : nn::Module {
  explicit Net(bool wrong) : wrong(wrong) { fc = register_module("fc", nn::Linear(3, 2)); }
  Tensor forward(const Tensor& x, const Tensor& y) {
    const Tensor h = fc->forward(x) + y;
    return wrong ? TwiceSin::apply(h) : h.sin();
  }
  nn::Linear fc{nullptr};
  bool wrong;
};

}  // namespace

TEST_CASE("a module is checked in one line") {
  manual_seed(1);
  nn::Sequential net(nn::Linear(3, 4), nn::BatchNorm1d(4), nn::GELU(), nn::Dropout(0.5),
                     nn::Linear(4, 2));
  const Tensor before = net->parameters()[0].clone(), mean = net->buffers()[0].clone();
  CHECK(nn::gradcheck(net, {randn({5, 3})}));
  CHECK(nn::gradgradcheck(net, {randn({5, 3})}));
  CHECK((net->parameters()[0].dtype() == kFloat));
  CHECK(net->parameters()[0].equal(before));
  CHECK(net->buffers()[0].equal(mean));
}

TEST_CASE("a module with a wrong gradient is found out") {
  auto good = std::make_shared<Net>(false), bad = std::make_shared<Net>(true);
  CHECK(nn::gradcheck(good, {randn({2, 3}), randn({2, 2})}));
  CHECK(message([&] {
          nn::gradcheck(bad, {randn({2, 3}), randn({2, 2})});
        }).find("the gradient of output 0 by input 0 is wrong") != std::string::npos);
  CHECK((good->parameters()[0].dtype() == kFloat));
  CHECK(message([&] {
          nn::gradcheck(good, {randn({2, 3})});
        }) == "gradcheck: the function does not take 1 tensors");
}
