#include "autograd/ops/random/random.h"
#include "nn/utils/parametrizations.h"
#include "nn/utils/parametrize.h"
#include "tensor/random/generator_impl.h"
#include "tests/nn/tools.h"

using namespace gradus;
namespace parametrize = gradus::nn::utils::parametrize;
using gradus::nn::utils::parametrizations::orthogonal;
using gradus::test::check_row;
using gradus::test::filled;
using gradus::test::step;
using gradus::test::wave;

namespace {

// How far the matrices are from orthogonal ones.
double distance(const Tensor& w) {
  const Tensor q = w.size(-2) < w.size(-1) ? w.mT() : w, product = q.mT().matmul(q);
  return (product - eye(product.size(-1), product.options().requires_grad(false)))
      .abs()
      .max()
      .item<double>();
}

}  // namespace

TEST_CASE("orthogonal weights are PyTorch's, by each map, from each shape") {
  for (const auto& [rows, columns] : {std::pair<int64_t, int64_t>(3, 3), {4, 2}, {2, 4}})
    for (const char* map : {"matrix_exp", "cayley", "householder"})
      for (const bool from_base : {true, false}) {
        nn::Linear fc = filled(nn::Linear(columns, rows));
        manual_seed(9);
        orthogonal(fc, "weight", map, from_base);
        const std::string name = std::string("orthogonal_") + map + "_" + std::to_string(rows) +
                                 "x" + std::to_string(columns) +
                                 (from_base ? "_from_base" : "_plain");
        check_row(name, {fc->weight});
        const bool reflects = std::string(map) == "householder";
        {
          const NoGradGuard untaped;
          const Tensor original = fc->get_parameter("parametrizations.weight.original");
          const Tensor change = 0.3 * wave(original.sizes(), 4);
          original.add_(change.tril(reflects ? -1 : 0));
          if (reflects && rows == 2) original.add_(change.triu(1));
        }
        std::vector<Tensor> moved = step(fc, wave({2, columns}, 2));
        moved.insert(moved.begin(), fc->weight);
        check_row(name + "_moved", moved);
        INFO(name);
        CHECK(distance(fc->weight) < 1e-12);
        if (reflects) {  // the signs are whole numbers, with steps between them
          const NoGradGuard untaped;
          fc->get_parameter("parametrizations.weight.original").diagonal().fill_(-1.5);
        }
        CHECK(nn::gradcheck(fc, {wave({2, columns}, 2)}));
        CHECK(nn::gradgradcheck(fc, {wave({2, columns}, 2)}));
      }
}

TEST_CASE("orthogonal weights stay so while they learn, in batches and in float") {
  manual_seed(2);
  for (const char* map : {"matrix_exp", "cayley", "householder"}) {
    nn::Conv2d conv = orthogonal(nn::Conv2d(2, 3, 4), "weight", map);  // matrices of 4 by 4
    CHECK(distance(conv->weight) < 1e-5);
    const Tensor original = conv->get_parameter("parametrizations.weight.original");
    {
      const NoGradGuard untaped;
      original.add_(randn(original.sizes()) * 3);
      if (std::string(map) == "householder") original.diagonal(0, -2, -1).fill_(1);
    }
    conv->renew();
    CHECK(distance(conv->weight) < 1e-4);
    nn::Conv2d copy = nn::deepcopy(conv);
    CHECK(copy(ones({1, 2, 5, 5})).equal(conv(ones({1, 2, 5, 5}))));
    const Tensor before = conv->weight;
    parametrize::assign(*copy, "weight", nn::init::orthogonal_(empty({4, 4})).expand({3, 2, 4, 4}));
    CHECK(copy->weight.select(0, 0).allclose(copy->weight.select(0, 1), 1e-4, 1e-5));
    conv->renew();
    CHECK(conv->weight.equal(before));
    parametrize::remove_parametrizations(conv, "weight");
    CHECK(conv->weight.allclose(before));
  }
  nn::Linear held = orthogonal(nn::Linear(6, 6));
  const Tensor start = nn::init::orthogonal_(empty({6, 6}));
  parametrize::assign(*held, "weight", start);
  CHECK(held->weight.allclose(start, 1e-4, 1e-5));
  nn::Linear plain = orthogonal(nn::Linear(6, 6), "weight", "householder", false);
  parametrize::assign(*plain, "weight", start);
  CHECK(plain->weight.allclose(start, 1e-4, 1e-5));
}

TEST_CASE("orthogonal refuses vectors, other maps and values of other shapes") {
  nn::Linear fc(3, 2);
  CHECK_THROWS_WITH_AS(orthogonal(fc, "bias"),
                       "orthogonal: the tensor has 1 dims, it needs 2 or more", ValueError);
  CHECK_THROWS_WITH_AS(orthogonal(fc, "weight", "qr"),
                       "orthogonal: the map is 'qr', not 'matrix_exp', 'cayley' or 'householder'",
                       ValueError);
  CHECK(fc->children().empty());
  orthogonal(fc);
  CHECK_THROWS_WITH_AS(parametrize::assign(*fc, "weight", ones({3, 3})),
                       "orthogonal: the value has shape [3, 3], expected [2, 3]", Error);
  nn::Linear plain = orthogonal(nn::Linear(3, 3), "weight", "cayley", false);
  CHECK_THROWS_AS(parametrize::assign(*plain, "weight", ones({3, 3})), Error);
}
