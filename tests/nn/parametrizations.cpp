#include "nn/utils/parametrizations.h"

#include <sstream>

#include "autograd/ops/view/join.h"
#include "nn/utils/parametrize.h"
#include "tensor/io/serialize.h"
#include "tensor/random/generator_impl.h"
#include "tests/nn/tools.h"

using namespace gradus;
namespace parametrize = gradus::nn::utils::parametrize;
namespace parametrizations = gradus::nn::utils::parametrizations;
using gradus::test::check_row;
using gradus::test::filled;
using gradus::test::step;
using gradus::test::wave;
using gradus::test::operator+;

namespace {

struct SymmetricImpl : nn::Module {
  Tensor forward(const Tensor& x) { return x.triu() + x.triu(1).transpose(0, 1); }
  Tensor right_inverse(const Tensor& y) { return y.triu(); }
};
GRADUS_MODULE(Symmetric);

struct TwiceImpl : nn::Cloneable<TwiceImpl> {
  void reset() override {}
  Tensor forward(const Tensor& x) { return 2 * x; }
};
GRADUS_MODULE(Twice);

struct WideImpl : nn::Module {
  Tensor forward(const Tensor& x) { return cat({x, x}); }
};
GRADUS_MODULE(Wide);

// Does not say where it keeps its tensor.
struct SilentImpl : nn::Module {
  SilentImpl() { scale = register_parameter("scale", ones({2})); }
  Tensor forward(const Tensor& x) { return x * scale; }
  Tensor scale;
};
GRADUS_MODULE(Silent);
struct SpokenImpl : SilentImpl {
 protected:
  Tensor* member(std::string_view name) override { return pick(name, {{"scale", &scale}}); }
};
GRADUS_MODULE(Spoken);

using Names = std::vector<std::string>;

template <class M>
void check_spectral(const char* name, M layer, const Tensor& x, bool old) {
  const std::string row = std::string(old ? "old_" : "") + "spectral_norm_" + name;
  manual_seed(5);
  if (old)
    nn::utils::spectral_norm(layer, "weight", 2);
  else
    parametrizations::spectral_norm(layer, "weight", 2);
  check_row(row, step(layer, x) + layer->buffers());
  check_row(row + "_again", step(layer, x) + layer->buffers());
  layer->eval();
  check_row(row + "_eval", step(layer, x) + layer->buffers());
  if (old)
    nn::utils::remove_spectral_norm(layer);
  else
    parametrize::remove_parametrizations(layer, "weight");
  check_row(row + "_removed", {layer->weight});
  CHECK(layer->weight.is_leaf());
}

}  // namespace

TEST_CASE("a weight of length and direction is PyTorch's, with its gradients") {
  const std::pair<const char*, std::optional<int64_t>> dims[] = {
      {"0", 0}, {"1", 1}, {"None", std::nullopt}};
  for (const auto& [name, dim] : dims) {
    nn::Linear now = parametrizations::weight_norm(filled(nn::Linear(3, 4)), "weight", dim);
    check_row(std::string("weight_norm_") + name, step(now, wave({2, 3}, 2)));
    CHECK(now->named_parameters().keys() ==
          Names{"bias", "parametrizations.weight.original0", "parametrizations.weight.original1"});
    nn::Linear old = nn::utils::weight_norm(filled(nn::Linear(3, 4)), "weight", dim);
    check_row(std::string("old_weight_norm_") + name, step(old, wave({2, 3}, 2)));
    CHECK(old->named_parameters().keys() == Names{"bias", "weight_g", "weight_v"});
    CHECK(nn::gradcheck(now, {wave({2, 3}, 2)}));
    CHECK(nn::gradgradcheck(old, {wave({2, 3}, 2)}));
  }
  nn::Conv2d conv = filled(nn::Conv2d(2, 3, 2));
  const Tensor before = conv->weight.clone();
  nn::utils::remove_weight_norm(nn::utils::weight_norm(conv));
  CHECK(conv->weight.allclose(before));
  CHECK(conv->named_parameters().keys() == Names{"bias", "weight"});
  check_row("removed_weight_norm", step(conv, wave({1, 2, 3, 3}, 2)));
}

TEST_CASE("a weight divided by its largest singular value is PyTorch's, by the same seed") {
  for (const bool old : {false, true}) {
    check_spectral("linear", filled(nn::Linear(3, 4)), wave({2, 3}, 2), old);
    check_spectral("conv", filled(nn::Conv2d(2, 3, 2)), wave({1, 2, 3, 3}, 2), old);
    check_spectral("transposed", filled(nn::ConvTranspose1d(2, 3, 2)), wave({1, 2, 4}, 2), old);
  }
  nn::Linear fc = filled(nn::Linear(3, 4));
  parametrizations::spectral_norm(fc, "bias");  // a vector
  fc->renew();
  CHECK(fc->bias.norm().item<double>() == doctest::Approx(1));
}

TEST_CASE("a graph of an earlier call stays right when the weight is computed anew") {
  nn::Linear fc = parametrizations::spectral_norm(filled(nn::Linear(3, 4)));
  const Tensor a = wave({2, 3}, 1), b = wave({2, 3}, 2);
  const Tensor first = fc->forward(a);
  const Tensor second = fc->forward(b);
  (first.sum() + second.sum()).backward();
  const Tensor together = fc->get_parameter("parametrizations.weight.original").grad();
  CHECK(together.defined());
  CHECK(together.isfinite().all().item<bool>());
}

TEST_CASE("a parametrised tensor follows its original") {
  nn::Linear fc = filled(nn::Linear(3, 3));
  const Tensor before = fc->weight;
  parametrize::register_parametrization(fc, "weight", Symmetric());
  CHECK(parametrize::is_parametrized(fc));
  CHECK(parametrize::is_parametrized(fc, "weight"));
  CHECK_FALSE(parametrize::is_parametrized(fc, "bias"));
  CHECK(fc->named_parameters().keys() == Names{"bias", "parametrizations.weight.original"});
  CHECK(fc->get_parameter("parametrizations.weight.original").is_same(before));
  CHECK(fc->weight.equal(fc->weight.transpose(0, 1)));
  CHECK_FALSE(fc->weight.is_leaf());
  CHECK(nn::gradcheck(fc, {wave({2, 3})}));
  {
    const NoGradGuard untaped;
    before.mul_(3);
  }
  fc->forward(wave({1, 3}));
  CHECK(fc->weight.equal(before.triu() + before.triu(1).transpose(0, 1)));

  parametrize::assign(*fc, "weight", eye(3, kDouble) * 5);
  CHECK(fc->weight.equal(eye(3, kDouble) * 5));
  parametrize::register_parametrization(fc, "weight", Twice());
  CHECK(fc->weight.equal(eye(3, kDouble) * 10));
  CHECK(parametrize::parametrizations_of(*fc, "weight")->size() == 2);
  CHECK_THROWS_WITH_AS(parametrize::assign(*fc, "weight", eye(3, kDouble)),
                       "right_inverse: Twice has none", Error);
  parametrize::remove_parametrizations(fc, "weight");
  CHECK(fc->weight.is_same(before));
  CHECK(fc->weight.is_leaf());
  CHECK(fc->weight.equal(eye(3, kDouble) * 10));
  CHECK(fc->named_parameters().keys() == Names{"bias", "weight"});
  CHECK(fc->children().empty());

  parametrize::register_parametrization(fc, "weight", Twice());
  parametrize::remove_parametrizations(fc, "weight", /*leave_parametrized=*/false);
  CHECK(fc->weight.equal(eye(3, kDouble) * 10));
}

TEST_CASE("whoever calls a parametrised module gets its tensor anew, once") {
  nn::Linear fc = parametrizations::spectral_norm(filled(nn::Linear(3, 4)));
  nn::Sequential net(fc);
  const auto u = [&] { return fc->named_buffers()["parametrizations.weight.0._u"].clone(); };
  const auto steps_of = [&](auto call) {
    nn::Linear other = nn::deepcopy(fc);
    call();
    int steps = 0;
    while (steps < 3 &&
           !other->named_buffers()["parametrizations.weight.0._u"].allclose(u(), 1e-14, 1e-14))
      other->renew(), ++steps;
    return steps;
  };
  const Tensor x = wave({2, 3});
  CHECK(steps_of([&] { fc->forward(x); }) == 1);
  CHECK(steps_of([&] { fc(x); }) == 1);
  CHECK(steps_of([&] { net->forward(x); }) == 1);
  CHECK(steps_of([&] { net(x); }) == 1);
  CHECK(steps_of([&] { nn::AnyModule(fc).forward(x); }) == 1);

  Spoken own;
  parametrize::register_parametrization(own, "scale", Twice());
  CHECK(own(ones({2})).equal(full({2}, 2.0)));
  {
    const NoGradGuard untaped;
    own->parameters()[0].fill_(3);
  }
  CHECK(own(ones({2})).equal(full({2}, 6.0)));
  CHECK(nn::Sequential(own)->forward(ones({2})).equal(full({2}, 6.0)));
}

TEST_CASE("under a CachedGuard a tensor is computed once") {
  nn::Linear fc = parametrizations::spectral_norm(filled(nn::Linear(3, 4)));
  const auto u = [&] { return fc->named_buffers()["parametrizations.weight.0._u"].clone(); };
  const Tensor x = wave({2, 3}), start = u();
  Tensor first, weight;
  {
    const parametrize::CachedGuard cached;
    fc->forward(x);
    first = u(), weight = fc->weight;
    CHECK_FALSE(first.equal(start));
    {
      const parametrize::CachedGuard nested;
      fc(x);
    }
    const Tensor loss = nn::Sequential(fc)->forward(x).sum();
    CHECK(u().equal(first));
    CHECK(fc->weight.is_same(weight));
    loss.backward();
    const Tensor given = wave({4, 3}, 3);
    const Tensor other = nn::functional_call(fc, {{"parametrizations.weight.original", given}}, x);
    CHECK_FALSE(other.allclose(fc->forward(x)));
  }
  const Tensor before = u();
  fc->forward(x);
  CHECK_FALSE(u().equal(before));
}

TEST_CASE("all layers with parameters can be parametrised") {
  const auto check = [](auto layer, const auto& forward) {
    for (const auto& p : layer->named_parameters(false)) {
      auto copy = nn::deepcopy(layer);
      const Tensor before = forward(copy);
      parametrize::register_parametrization(copy, p.key(), Twice());
      INFO(p.key());
      const Tensor y = forward(copy);
      CHECK_FALSE(y.equal(before));
      y.sum().backward();
      CHECK(copy->get_parameter("parametrizations." + p.key() + ".original").grad().defined());
      parametrize::remove_parametrizations(copy, p.key(), false);
      CHECK(forward(copy).equal(before));
    }
  };
  const auto on = [](const Tensor& x) { return [x](auto& m) { return m->forward(x); }; };
  check(nn::Linear(3, 4), on(ones({2, 3})));
  check(nn::Bilinear(3, 2, 4), [](auto& m) { return m->forward(ones({2, 3}), ones({2, 2})); });
  check(nn::Conv2d(2, 3, 2), on(ones({1, 2, 3, 3})));
  check(nn::ConvTranspose1d(2, 3, 2), on(ones({1, 2, 3})));
  check(nn::Embedding(4, 3), on(tensor({1, 2})));
  check(nn::EmbeddingBag(4, 3), on(tensor({{1, 2}})));
  check(nn::PReLU(), on(full({2}, -1.0)));
  const auto biased = [](auto m) {
    const NoGradGuard untaped;
    for (const Tensor& p : m->parameters()) p.fill_(0.3);
    return m;
  };
  check(biased(nn::BatchNorm1d(3)), on(wave({4, 3}).to(kFloat)));
  check(biased(nn::InstanceNorm1d(nn::InstanceNorm1dOptions(3).affine(true))),
        on(wave({2, 3, 4}).to(kFloat)));
  check(biased(nn::LayerNorm(nn::LayerNormOptions({4}))), on(wave({2, 4}).to(kFloat)));
  check(biased(nn::GroupNorm(2, 4)), on(wave({2, 4}).to(kFloat)));
  check(biased(nn::RMSNorm(nn::RMSNormOptions({4}))), on(wave({2, 4}).to(kFloat)));
  check(nn::LearnedPositions(4, 3), on(ones({1, 2, 3})));
  check(nn::LSTM(nn::LSTMOptions(2, 3).num_layers(2).bidirectional(true)), [](auto& m) {
    return std::get<0>(m->forward(ones({2, 1, 2})));
  });
  check(nn::GRUCell(2, 3), [](auto& m) { return m->forward(ones({1, 2}), ones({1, 3})); });
  check(biased(nn::MultiheadAttention(4, 2)), [](auto& m) {
    const Tensor x = wave({3, 1, 4}).to(kFloat);
    return std::get<0>(m->forward(x, x, x));
  });
  nn::MultiheadAttention attention = biased(nn::MultiheadAttention(4, 2));
  const Tensor x = wave({3, 1, 4}).to(kFloat);
  const Tensor before = std::get<0>(attention->forward(x, x, x));
  parametrize::register_parametrization(attention->out_proj, "weight", Twice());
  CHECK_FALSE(std::get<0>(attention->forward(x, x, x)).equal(before));
}

TEST_CASE("copies of parametrised layers are apart") {
  nn::Linear fc = parametrizations::weight_norm(filled(nn::Linear(3, 4)));
  parametrize::register_parametrization(fc, "bias", Twice());
  nn::Linear copy = nn::deepcopy(fc);
  CHECK(copy->named_parameters().keys() == fc->named_parameters().keys());
  const Tensor x = wave({2, 3}), y = fc->forward(x);
  CHECK(copy->forward(x).equal(y));
  {
    const NoGradGuard untaped;
    for (const Tensor& p : copy->parameters()) p.mul_(2);
  }
  CHECK(fc->forward(x).equal(y));
  CHECK_FALSE(copy->forward(x).equal(y));
  nn::Linear old = nn::utils::weight_norm(filled(nn::Linear(3, 4)));
  nn::Linear old_copy = nn::deepcopy(old);
  CHECK(old_copy->named_parameters().keys() == Names{"bias", "weight_g", "weight_v"});
  old_copy->forward(x).sum().backward();
  CHECK(old_copy->parameters()[1].grad().defined());
  CHECK_FALSE(old->parameters()[1].grad().defined());
}

TEST_CASE("parametrisations that do not fit are refused, and change nothing") {
  nn::Linear fc(3, 4);
  const auto names = fc->named_parameters().keys();
  CHECK_THROWS_WITH_AS(parametrize::register_parametrization(fc, "weight", Wide()),
                       "register_parametrization: forward() gave the shape [8, 3] for [4, 3]; "
                       "unsafe allows it",
                       Error);
  CHECK_THROWS_WITH_AS(parametrize::register_parametrization(fc, "w", Twice()),
                       "register_parametrization: Linear has no parameter or buffer 'w'", Error);
  CHECK_THROWS_WITH_AS(parametrize::register_parametrization(Silent(), "scale", Twice()),
                       "register_parametrization: Silent does not say where it keeps 'scale'; it "
                       "must override Module::member()",
                       Error);
  CHECK_THROWS_WITH_AS(parametrize::remove_parametrizations(fc, "weight"),
                       "remove_parametrizations: 'weight' of Linear is not parametrised", Error);
  CHECK_THROWS_WITH_AS(nn::utils::remove_weight_norm(fc),
                       "remove_weight_norm: 'weight' of Linear has none", Error);
  CHECK_THROWS_WITH_AS(parametrizations::spectral_norm(fc, "weight", 0),
                       "spectral_norm: n_power_iterations is 0, less than 1", ValueError);
  CHECK_THROWS_WITH_AS(parametrizations::weight_norm(fc, "weight", 2),
                       "weight_norm: dim 2 is out of range for [4, 3]", IndexError);
  CHECK(fc->named_parameters().keys() == names);
  CHECK(fc->children().empty());
  nn::utils::weight_norm(fc);
  CHECK_THROWS_WITH_AS(nn::utils::spectral_norm(fc),
                       "spectral_norm: 'weight' of Linear is computed from other parameters "
                       "already",
                       Error);
  CHECK_THROWS_WITH_AS(parametrize::register_parametrization(fc, "weight", Twice()),
                       "register_parametrization: 'weight' is computed from other parameters "
                       "already",
                       Error);
  nn::Linear twofold = parametrizations::weight_norm(nn::Linear(3, 4));
  CHECK_THROWS_WITH_AS(parametrize::remove_parametrizations(twofold, "weight", false),
                       "remove_parametrizations: 'weight' has 2 originals, so it must be left "
                       "parametrised",
                       Error);
  parametrize::register_parametrization(fc, "bias", Wide(), /*unsafe=*/true);
  CHECK(fc->bias.size(0) == 8);
}

TEST_CASE("parametrised layers are saved and loaded, and converted") {
  nn::Linear from = parametrizations::weight_norm(nn::Linear(3, 4));
  nn::Linear to = parametrizations::weight_norm(nn::Linear(3, 4));
  serialize::OutputArchive out;
  from->save(out);
  std::stringstream bytes;
  out.save_to(bytes);
  serialize::InputArchive in;
  in.load_from(bytes);
  to->load(in);
  const Tensor x = ones({2, 3});
  CHECK(to->forward(x).equal(from->forward(x)));
  to->to(kDouble);
  CHECK((to->forward(x.to(kDouble)).dtype() == kDouble));
}
