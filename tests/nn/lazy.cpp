#include "nn/layers/lazy.h"

#include <sstream>

#include "autograd/ops/random/random.h"
#include "optim/optim.h"
#include "tensor/io/serialize.h"
#include "tests/nn/tools.h"

using namespace gradus;
using gradus::test::check_row;
using gradus::test::wave;
using gradus::test::operator+;

namespace {
template <class Make>
void check(const char* name, IntArrayRef sizes, Make make) {
  manual_seed(7);
  auto layer = make();
  CHECK(layer->has_uninitialized_params());
  const Tensor y = layer(wave(sizes).to(kFloat));
  CHECK_FALSE(layer->has_uninitialized_params());
  check_row(name, std::vector{y} + layer->parameters() + layer->buffers() + std::vector{rand({1})},
            2e-6);
  const std::string printed = (std::ostringstream() << *layer).str();
  CHECK(printed.find("Lazy") == printed.npos);
}
template <class Holder, class... Args>
auto maker(Args... args) {
  return [=] { return Holder(args...); };
}
std::string print(const nn::Module& m) {
  std::ostringstream out;
  out << m;
  return out.str();
}
}  // namespace

TEST_CASE("lazy layers draw at the first input what PyTorch draws") {
  check("LazyLinear", {2, 4}, maker<nn::LazyLinear>(3));
  check("LazyConv1d", {2, 4, 5}, maker<nn::LazyConv1d>(3, 2));
  check("LazyConv2d", {4, 5, 5},
        maker<nn::LazyConv2d>(nn::Conv2dOptions(0, 4, 2).groups(2).bias(false)));
  check("LazyConv3d", {1, 2, 3, 3, 3}, maker<nn::LazyConv3d>(2, 2));
  check("LazyConvTranspose1d", {2, 4, 5}, maker<nn::LazyConvTranspose1d>(3, 2));
  check("LazyConvTranspose2d", {2, 4, 3, 3}, maker<nn::LazyConvTranspose2d>(3, 2));
  check("LazyConvTranspose3d", {1, 2, 2, 2, 2}, maker<nn::LazyConvTranspose3d>(2, 2));
  check("LazyBatchNorm1d", {4, 3}, maker<nn::LazyBatchNorm1d>());
  check("LazyBatchNorm2d", {2, 3, 2, 2}, maker<nn::LazyBatchNorm2d>());
  check("LazyBatchNorm3d", {2, 2, 2, 2, 2}, maker<nn::LazyBatchNorm3d>());
  check("LazyInstanceNorm1d", {2, 3, 4},
        maker<nn::LazyInstanceNorm1d>(nn::InstanceNorm1dOptions(0).affine(true)));
  check("LazyInstanceNorm2d", {1, 3, 2, 2}, maker<nn::LazyInstanceNorm2d>());
  check("LazyInstanceNorm3d", {2, 3, 2, 2, 2}, maker<nn::LazyInstanceNorm3d>());
  manual_seed(7);
  nn::LazyLinear layer(3);
  layer->to(kDouble);
  const Tensor y = layer(wave({2, 4}));
  check_row("LazyLinear_double", {y, layer->weight, layer->bias}, 2e-6);
}

TEST_CASE("lazy layers print, learn and are copied before and after their first input") {
  nn::LazyLinear fc(3);
  CHECK(print(*fc) == "torch::nn::LazyLinear(in_features=0, out_features=3, bias=true)");
  CHECK(print(*nn::LazyConv2d(4, 3)) ==
        "torch::nn::LazyConv2d(0, 4, kernel_size=[3, 3], stride=[1, 1])");
  CHECK(fc->parameters().size() == 2);
  CHECK(fc->weight.sizes() == IntArrayRef({0}));
  nn::LazyLinear early = nn::deepcopy(fc);
  CHECK(early->has_uninitialized_params());

  nn::Sequential net(fc, nn::Tanh(), nn::LazyLinear(nn::LinearOptions(0, 2).bias(false)));
  optim::SGD optimizer(net->parameters(), 0.1);
  net->forward(ones({2, 5})).sum().backward();
  const Tensor before = fc->weight.clone();
  optimizer.step();
  CHECK(fc->weight.sizes() == IntArrayRef({3, 5}));
  CHECK_FALSE(fc->weight.equal(before));
  CHECK(print(*fc) == "torch::nn::Linear(in_features=5, out_features=3, bias=true)");
  CHECK(fc->options.in_features() == 5);
  CHECK_THROWS_AS(fc(ones({2, 4})), Error);
  nn::LazyLinear late = nn::deepcopy(fc);
  CHECK(late(ones({5})).equal(fc(ones({5}))));
  CHECK_FALSE(late->weight.is_same(fc->weight));
  CHECK(nn::gradcheck(late, {wave({2, 5})}));
  CHECK(early(ones({7})).sizes() == IntArrayRef({3}));
  nn::LazyConvTranspose2d transposed(nn::ConvTranspose2dOptions(0, 2, 3).stride(2));
  CHECK(nn::Sequential(transposed)->forward(ones({1, 3, 2, 2})).sizes() ==
        IntArrayRef({1, 2, 5, 5}));
}

TEST_CASE("lazy layers take the size of loaded parameters") {
  const auto saved = [](const nn::Module& m) {
    std::stringstream bytes;
    serialize::OutputArchive out;
    m.save(out);
    out.save_to(bytes);
    serialize::InputArchive in;
    in.load_from(bytes);
    return in;
  };
  const auto check_loading = [&](auto known, auto lazy, const Tensor& x) {
    auto archive = saved(*known);
    lazy->load(archive);
    CHECK_FALSE(lazy->has_uninitialized_params());
    known->eval(), lazy->eval();
    CHECK(lazy(x).equal(known(x)));
  };
  check_loading(nn::Linear(4, 3), nn::LazyLinear(3), ones({4}));
  check_loading(nn::Conv1d(nn::Conv1dOptions(4, 6, 2).groups(2)),
                nn::LazyConv1d(nn::Conv1dOptions(0, 6, 2).groups(2)), ones({4, 5}));
  check_loading(nn::ConvTranspose1d(4, 3, 2), nn::LazyConvTranspose1d(3, 2), ones({4, 5}));
  check_loading(nn::BatchNorm1d(4), nn::LazyBatchNorm1d(), ones({2, 4}));
  check_loading(nn::BatchNorm1d(nn::BatchNorm1dOptions(4).affine(false)),
                nn::LazyBatchNorm1d(nn::BatchNorm1dOptions(0).affine(false)), ones({2, 4}));
  nn::LazyLinear wrong(5);
  auto archive = saved(*nn::Linear(4, 3));
  CHECK_THROWS_AS(wrong->load(archive), Error);
  CHECK(wrong->has_uninitialized_params());
  CHECK(wrong(ones({2, 7})).sizes() == IntArrayRef({2, 5}));
}

TEST_CASE("inputs that tell no size are refused, and the layer stays lazy") {
  nn::LazyLinear fc(3);
  CHECK_THROWS_WITH_AS(fc(ones({})), "LazyLinear: the input has no dims", Error);
  nn::LazyConv2d conv(nn::Conv2dOptions(0, 4, 2).groups(2));
  CHECK_THROWS_WITH_AS(conv(ones({2, 2})),
                       "LazyConv2d: the input needs 3 or 4 dims, got shape [2, 2]", Error);
  CHECK_THROWS_AS(conv(ones({3, 4, 4})), Error);
  CHECK(conv->has_uninitialized_params());
  CHECK(conv->weight.sizes() == IntArrayRef({0}));
  CHECK(conv(ones({4, 4, 4})).sizes() == IntArrayRef({4, 3, 3}));
  CHECK_THROWS_AS(nn::LazyBatchNorm2d()(ones({2})), Error);
  CHECK_THROWS_AS(nn::LazyInstanceNorm1d()(ones({2})), Error);
}
