#include "nn/state_dict.h"

#include "tests/nn/tools.h"

using namespace gradus;
using gradus::test::filled;

namespace {

struct NetImpl : nn::Module {
  NetImpl() {
    encoder = register_module(
        "encoder", nn::Sequential(nn::Linear(3, 4), nn::BatchNorm1d(4), nn::Linear(4, 3)));
    scale = register_parameter("scale", ones({3}));
    register_buffer("table", arange(3));
    register_buffer("scratch", ones({2}), /*persistent=*/false);
  }
  Tensor forward(Tensor x) { return encoder->forward(x) * scale; }
  nn::Sequential encoder{nullptr};
  Tensor scale;
};
GRADUS_MODULE(Net);

std::vector<std::string> names(const nn::StateDict& dict) { return dict.keys(); }
using Names = std::vector<std::string>;

std::string error_of(const std::function<void()>& f) {
  try {
    f();
  } catch (const Error& e) {
    return e.what();
  }
  return "nothing was thrown";
}

}  // namespace

TEST_CASE("a state dict has the names and the order of Python's") {
  Net net;
  CHECK(names(net->state_dict()) ==
        Names{"scale", "table", "encoder.0.weight", "encoder.0.bias", "encoder.1.weight",
              "encoder.1.bias", "encoder.1.running_mean", "encoder.1.running_var",
              "encoder.1.num_batches_tracked", "encoder.2.weight", "encoder.2.bias"});
  CHECK(names(nn::Linear(1, 1)->state_dict("fc.")) == Names{"fc.weight", "fc.bias"});
  nn::TransformerEncoder encoder(nn::TransformerEncoderOptions(
      nn::TransformerEncoderLayerOptions(4, 2).dim_feedforward(3), 2));
  CHECK(encoder->state_dict().contains("layers.1.norm1.bias"));
  CHECK(encoder->state_dict().contains("layers.0.self_attn.in_proj_weight"));
}

TEST_CASE("a state dict shares memory and has no history, unless the tensors themselves are kept") {
  nn::Linear fc(2, 2);
  const auto dict = fc->state_dict();
  CHECK_FALSE(dict["weight"].requires_grad());
  CHECK(dict["weight"].data_ptr() == fc->weight.data_ptr());
  CHECK(fc->state_dict("", /*keep_vars=*/true)["weight"].is_same(fc->weight));
}

TEST_CASE("loading copies the values, also of another floating type") {
  Net from, to;
  filled(from);
  {
    NoGradGuard no_grad;
    from->encoder->forward(gradus::test::wave({5, 3}));  // moves the running statistics
  }
  auto dict = from->state_dict();
  dict["scale"] = dict["scale"].to(kDouble);
  const void* place = to->scale.data_ptr();
  CHECK(to->load_state_dict(dict).empty());
  CHECK(to->scale.data_ptr() == place);
  CHECK(bool(to->scale.scalar_type() == kFloat));
  for (const auto& item : to->state_dict())
    CHECK(item->equal(from->state_dict()[item.key()].to(item->scalar_type())));
}

TEST_CASE("all differences are told at once, and then nothing is changed") {
  Net net;
  const Tensor scale = net->scale.detach().clone(),
               bias = net->state_dict()["encoder.0.bias"].clone();
  auto dict = Net()->state_dict();
  nn::StateDict other;
  for (const auto& item : dict) {
    if (item.key() == "encoder.0.weight")
      other.insert(item.key(), ones({4, 5}));
    else if (item.key() == "table")
      other.insert(item.key(), ones({3}));
    else if (item.key() != "encoder.2.bias")
      other.insert(item.key(), *item + 1);
  }
  other.insert("head.weight", ones({1}));
  const std::string always =
      "other sizes: encoder.0.weight: [4, 5] in the dict and [4, 3] in the module; "
      "other types: table: float32 in the dict and int64 in the module";
  CHECK(error_of([&] { net->load_state_dict(other); }) ==
        "load_state_dict: Net: missing: encoder.2.bias; unexpected: head.weight; " + always);
  CHECK(error_of([&] { net->load_state_dict(other, /*strict=*/false); }) ==
        "load_state_dict: Net: " + always);
  CHECK(net->scale.equal(scale));
  CHECK(net->state_dict()["encoder.0.bias"].equal(bias));
}

TEST_CASE("without strict a part is loaded, and the rest is told") {
  Net net;
  nn::StateDict part;
  part.insert("scale", full({3}, 7.0));
  part.insert("extra", ones({1}));
  const auto found = net->load_state_dict(part, /*strict=*/false);
  CHECK(found.unexpected_keys == Names{"extra"});
  CHECK(found.missing_keys.size() == 10);
  CHECK(found.missing_keys.front() == "table");
  CHECK(net->scale.equal(full({3}, 7.0)));
}

TEST_CASE("with assign the module takes the memory and type of the dict") {
  nn::Linear fc(2, 1);
  const Tensor weight = fc->weight;
  nn::StateDict dict;
  dict.insert("weight", full({1, 2}, 3.0, kDouble));
  dict.insert("bias", full({1}, 4.0, kDouble));
  fc->load_state_dict(dict, true, /*assign=*/true);
  CHECK(fc->weight.data_ptr() == dict["weight"].data_ptr());
  CHECK(bool(fc->weight.scalar_type() == kDouble));
  CHECK(fc->weight.requires_grad());
  CHECK(weight.is_same(fc->weight));  // what an optimiser holds stays the parameter
}

TEST_CASE("tied weights are under both names, and loaded from either") {
  struct SharedImpl : nn::Module {
    SharedImpl() : fc(2, 2) {
      register_module("first", fc);
      register_module("second", fc);
    }
    nn::Linear fc;
  };
  SharedImpl shared;
  const auto dict = shared.state_dict();
  CHECK(names(dict) == Names{"first.weight", "first.bias", "second.weight", "second.bias"});
  CHECK(dict["first.weight"].data_ptr() == dict["second.weight"].data_ptr());
  nn::StateDict half;
  half.insert("second.weight", full({2, 2}, 5.0));
  half.insert("second.bias", full({2}, 6.0));
  CHECK(shared.load_state_dict(half, false).missing_keys == Names{"first.weight", "first.bias"});
  CHECK(shared.fc->weight.equal(full({2, 2}, 5.0)));
}

TEST_CASE("a lazy layer takes its sizes from the dict, and back if the load fails") {
  nn::LazyLinear lazy(2);
  auto dict = nn::Linear(3, 2)->state_dict();
  nn::StateDict wrong;
  wrong.insert("weight", dict["weight"]);
  CHECK_THROWS_AS(lazy->load_state_dict(wrong), Error);
  CHECK(lazy->has_uninitialized_params());
  lazy->load_state_dict(dict);
  CHECK_FALSE(lazy->has_uninitialized_params());
  CHECK(lazy->weight.equal(dict["weight"]));
}

TEST_CASE("hooks see and change what is saved and loaded") {
  Net net;
  Names calls;
  net->register_state_dict_pre_hook([&](nn::Module& m, const std::string& prefix, bool keep) {
    CHECK(&m == net.get());
    calls.push_back("pre '" + prefix + "'" + (keep ? " keep" : ""));
  });
  auto post = net->encoder[1]->register_state_dict_post_hook(
      [&](nn::Module&, nn::StateDict& dict, const std::string& prefix) {
        calls.push_back("post '" + prefix + "'");
        dict.erase(prefix + "num_batches_tracked");
      });
  CHECK_FALSE(net->state_dict("net.").contains("net.encoder.1.num_batches_tracked"));
  CHECK(calls == Names{"pre 'net.'", "post 'net.encoder.1.'"});
  const auto dict = net->state_dict();
  post.remove();
  CHECK(net->state_dict().size() == dict.size() + 1);

  nn::StateDict renamed;
  for (const auto& item : dict)
    renamed.insert(item.key() == "scale" ? "gain" : item.key(), item.value());
  Net other;
  const Tensor before = other->scale.detach().clone() + 1;
  other->scale.detach().add_(1);
  CHECK_THROWS_AS(other->load_state_dict(renamed), Error);
  auto old_name = other->register_load_state_dict_pre_hook(
      [](nn::Module&, nn::StateDict& d, const std::string& prefix) {
        if (Tensor* t = d.find(prefix + "gain")) {
          const Tensor kept = *t;
          d.erase(prefix + "gain");
          d.insert(prefix + "scale", kept);
        }
      });
  CHECK(error_of([&] { other->load_state_dict(renamed); }) ==
        "load_state_dict: Net: missing: encoder.1.num_batches_tracked");
  bool forgives = false;
  other->register_load_state_dict_post_hook([&](nn::Module& m, nn::IncompatibleKeys& keys) {
    CHECK(m.named_parameters()["scale"].equal(net->scale));  // it sees what was loaded
    if (forgives) keys.missing_keys.clear();
  });
  CHECK_THROWS_AS(other->load_state_dict(renamed), Error);
  CHECK(other->scale.equal(before));
  forgives = true;
  CHECK(other->load_state_dict(renamed).empty());
  CHECK(other->scale.equal(net->scale));
  CHECK(renamed.contains("gain"));  // the caller's dict stays
  CHECK_THROWS_WITH(net->register_state_dict_pre_hook({}),
                    "register_state_dict_pre_hook: the hook is empty");
}

TEST_CASE("prefixes are taken away, and parts chosen by them") {
  nn::StateDict dict;
  dict.insert("module.fc.weight", ones({1}));
  dict.insert("module.fc.bias", ones({2}));
  dict.insert("step", ones({3}));
  CHECK(names(nn::with_prefix(dict, "module.fc.")) == Names{"weight", "bias"});
  nn::consume_prefix_in_state_dict_if_present(dict, "module.");
  CHECK(names(dict) == Names{"fc.weight", "fc.bias", "step"});

  // Of two of one name, the one that had the prefix stays, as in Python.
  for (const bool first : {false, true}) {
    nn::StateDict both;
    if (first) both.insert("module.a", zeros({1}));
    both.insert("a", ones({1}));
    if (!first) both.insert("module.a", zeros({1}));
    nn::consume_prefix_in_state_dict_if_present(both, "module.");
    REQUIRE(names(both) == Names{"a"});
    CHECK(both["a"].item<float>() == 0);
  }
}

TEST_CASE("a dict of an archive is a state dict when it has only tensors") {
  nn::Linear fc(2, 1), other(2, 1);
  const IValue value = fc->state_dict();
  CHECK(value.isGenericDict());
  other->load_state_dict(value);
  CHECK(other->weight.equal(fc->weight));

  impl::GenericDict nested, inner;
  inner.insert("weight", ones({1}));
  nested.insert("fc", inner);
  CHECK(names(nn::to_state_dict(nested)) == Names{"fc.weight"});
  inner.insert("epoch", 3);
  CHECK_THROWS_WITH(nn::to_state_dict(nested), "to_state_dict: fc.epoch is Int, Tensor wanted");
  impl::GenericDict numbered;
  numbered.insert(0, ones({1}));
  CHECK_THROWS_WITH(nn::to_state_dict(numbered),
                    "to_state_dict: a key in '' is Int, String wanted");
  CHECK_THROWS_WITH(nn::to_state_dict(3), "to_state_dict: the value is Int, GenericDict wanted");
}

TEST_CASE("a dict of a file that would be gone through without an end is refused") {
  nn::Linear fc(1, 1);
  impl::GenericDict shared;
  shared.insert("weight", ones({1}));
  for (int i = 0; i < 34; ++i) {
    impl::GenericDict both;
    both.insert("a", shared);
    both.insert("b", shared);
    shared = both;
  }
  CHECK(error_of([&] {
          fc->load_state_dict(IValue(shared));
        }).ends_with(".a.b is a dict that was met before"));
  const auto nested = [](int depth) {
    impl::GenericDict dict;
    dict.insert("w", ones({1}));
    for (int i = 0; i < depth; ++i) {
      impl::GenericDict outer;
      outer.insert("a", dict);
      dict = outer;
    }
    return IValue(dict);
  };
  CHECK(nn::to_state_dict(nested(64)).size() == 1);
  CHECK(
      error_of([&] { nn::to_state_dict(nested(65)); }).ends_with(".a is nested more than 64 deep"));
  CHECK(error_of([&] {
          nn::to_state_dict(nested(100000));
        }).ends_with(".a is nested more than 64 deep"));
  impl::GenericDict around;
  around.insert("x", around);
  CHECK(error_of([&] { nn::to_state_dict(around); }) ==
        "to_state_dict: x is a dict that was met before");
  around.clear();
  around.insert(std::string(16384, 'k'), ones({1}));
  CHECK(nn::to_state_dict(around).size() == 1);
  const auto below = [](size_t bytes) {
    impl::GenericDict outer, inner;
    inner.insert(std::string(bytes - 2, 'k'), ones({1}));
    outer.insert("x", inner);
    return IValue(outer);
  };
  CHECK(nn::to_state_dict(below(1024)).size() == 1);
  CHECK(error_of([&] { nn::to_state_dict(below(1025)); }) ==
        "to_state_dict: a name of 1025 bytes, more than 1024");
}
