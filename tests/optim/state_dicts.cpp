// state_dict() of optimisers and schedulers.
#include <doctest/doctest.h>

#include <cmath>

#include "gradus.h"
#include "tests/support.h"

using namespace gradus;
using impl::GenericDict, impl::GenericList;

namespace {

std::vector<std::string> keys(const GenericDict& dict) {
  std::vector<std::string> out;
  for (const auto& e : dict) out.push_back(e.key().toStringRef());
  return out;
}
using Names = std::vector<std::string>;

struct Fit {
  Tensor w = arange(6, kDouble).view({2, 3}).div(10).requires_grad_(),
         b = zeros({2}, kDouble).requires_grad_();
  int64_t at = 0;
  Tensor loss() {
    const Tensor x = arange(12, kDouble).view({4, 3}).add(double(at)).sin();
    return (x.mm(w.t()) + b - 1).square().sum();
  }
  void step(optim::Optimizer& o) {
    o.step([&] {
      o.zero_grad();
      Tensor l = loss();
      l.backward();
      return l;
    });
    ++at;
  }
};

// After some steps the state goes to another optimiser; from there both must take the same steps.
template <class O, class Options>
void check_goes_on(const Options& options) {
  CAPTURE(typeid(O).name());
  Fit a, b;
  O first({a.w, a.b}, options), second({b.w, b.b}, Options(0.5));
  for (int i = 0; i < 5; ++i) a.step(first);
  {
    NoGradGuard no_grad;
    b.w.copy_(a.w);
    b.b.copy_(a.b);
  }
  b.at = a.at;
  second.load_state_dict(first.state_dict());
  for (int i = 0; i < 5; ++i) {
    a.step(first);
    b.step(second);
  }
  CHECK(a.w.equal(b.w));
  CHECK(a.b.equal(b.b));
}

}  // namespace

TEST_CASE("an optimiser's state dict has Python's layout") {
  Fit fit;
  optim::Adam adam({optim::OptimizerParamGroup({fit.w}),
                    optim::OptimizerParamGroup({fit.b}, std::make_unique<optim::AdamOptions>(0.5))},
                   optim::AdamOptions(0.1).betas({0.8, 0.9}));
  CHECK(adam.state_dict().at("state").toGenericDict().empty());
  fit.step(adam);
  fit.step(adam);
  const GenericDict dict = adam.state_dict();
  CHECK(keys(dict) == Names{"state", "param_groups"});
  const auto states = dict.at("state").toGenericDict();
  REQUIRE(states.size() == 2);
  const auto state = states.at(1).toGenericDict();
  CHECK(keys(state) == Names{"step", "exp_avg", "exp_avg_sq"});
  CHECK(bool(state.at("step").toTensor().scalar_type() == kFloat));
  CHECK(state.at("step").toTensor().dim() == 0);
  CHECK(state.at("step").toTensor().item<float>() == 2);
  CHECK(state.at("exp_avg").toTensor().sizes() == fit.b.sizes());
  const GenericList groups = dict.at("param_groups").toList();
  REQUIRE(groups.size() == 2);
  const auto group = groups.get(1).toGenericDict();
  CHECK(keys(group) == Names{"lr", "betas", "eps", "weight_decay", "decoupled_weight_decay",
                             "amsgrad", "maximize", "params"});
  CHECK(group.at("lr").toDouble() == 0.5);
  CHECK(group.at("betas").isTuple());
  CHECK(group.at("params").toIntVector() == std::vector<int64_t>{1});
}

TEST_CASE("every optimiser goes on from a state dict as if nothing had been") {
  using namespace optim;
  check_goes_on<SGD>(SGDOptions(0.05).momentum(0.9).nesterov(true));
  check_goes_on<SGD>(SGDOptions(0.05));
  check_goes_on<Adam>(AdamOptions(0.1).amsgrad(true));
  check_goes_on<AdamW>(AdamWOptions(0.1));
  check_goes_on<RMSprop>(RMSpropOptions(0.01).centered(true).momentum(0.5));
  check_goes_on<Adagrad>(AdagradOptions(0.1).lr_decay(0.1));
  check_goes_on<Adadelta>(AdadeltaOptions(1.0));
  check_goes_on<Adamax>(AdamaxOptions(0.1));
  check_goes_on<NAdam>(NAdamOptions(0.1));
  check_goes_on<RAdam>(RAdamOptions(0.1));
  check_goes_on<Rprop>(RpropOptions(0.1));
  check_goes_on<ASGD>(ASGDOptions(0.1).t0(2).lambd(0.3));
  check_goes_on<Adafactor>(AdafactorOptions(0.1).eps1(1e-20));
  check_goes_on<Adafactor>(AdafactorOptions(0.1));
  check_goes_on<Lion>(LionOptions(0.01));
  check_goes_on<LBFGS>(LBFGSOptions(0.5).max_iter(3).history_size(4));
}

TEST_CASE("a state dict as Python writes it is taken, numbers in tensors and all") {
  Fit fit;
  optim::Adam adam({fit.w}, optim::AdamOptions(0.1));
  GenericDict state, states, group, dict;
  state.insert("step", tensor(7.0f));
  state.insert("exp_avg", ones({2, 3}));  // float32 for a float64 parameter
  state.insert("exp_avg_sq", ones({2, 3}));
  states.insert(0, state);
  group.insert("lr", tensor(0.25));
  group.insert("betas", ivalue::Tuple::create({0.5, 0.75}));
  for (const char* name : {"foreach", "fused", "capturable"}) group.insert(name, IValue());
  group.insert("weight_decay", 0);
  group.insert("params", IValue(std::vector<int64_t>{0}));
  GenericList groups;
  groups.push_back(group);
  dict.insert("state", states);
  dict.insert("param_groups", groups);
  adam.load_state_dict(dict);
  const auto& options = static_cast<const optim::AdamOptions&>(adam.param_groups()[0].options());
  CHECK(options.lr() == 0.25);
  CHECK(options.betas() == std::tuple(0.5, 0.75));
  CHECK(options.eps() == 1e-8);  // not in the dict
  const auto& loaded =
      static_cast<const optim::AdamParamState&>(*adam.state().at(fit.w.unsafeGetTensorImpl()));
  CHECK(loaded.step() == 7);
  CHECK(bool(loaded.exp_avg().scalar_type() == kDouble));
  state.at("exp_avg").toTensor().fill_(5);
  CHECK(loaded.exp_avg().equal(ones({2, 3}, kDouble)));  // a copy

  const auto fails = [&](const char* message) {
    CHECK_THROWS_WITH_AS(adam.load_state_dict(dict), message, Error);
    CHECK(options.lr() == 0.25);
  };
  group.insert_or_assign("lr", 9.0);
  group.insert("momentum", 0.9);
  fails("load_state_dict: group 0: the optimiser has no option momentum");
  group.erase("momentum");
  state.insert("momentum_buffer", ones({2, 3}));
  fails("load_state_dict: parameter 0: the optimiser's state has no momentum_buffer");
  state.erase("momentum_buffer");
  state.insert_or_assign("step", tensor(0.5f));
  fails("load_state_dict: step is 0.5, a count wanted");
  state.insert_or_assign("step", ones({2}));
  fails("load_state_dict: step has sizes [2], one number wanted");
  state.insert_or_assign("step", 3);
  state.insert_or_assign("exp_avg", ones({3, 2}));
  fails("load: exp_avg: sizes differ, [3, 2] in the archive and [2, 3] of the parameter");
  group.insert_or_assign("params", IValue(std::vector<int64_t>{0, 1}));
  fails(
      "load_state_dict: group 0: numbers of parameters differ, 2 in the dict and 1 of the "
      "optimiser");
  groups.push_back(group);
  fails("load_state_dict: numbers of groups differ, 2 in the dict and 1 of the optimiser");
}

TEST_CASE("AdamW stays AdamW, and Adafactor's eps is a pair") {
  Fit fit;
  optim::AdamW adamw({fit.w}, optim::AdamWOptions(0.1));
  optim::Adam adam({fit.w}, optim::AdamOptions(0.1));
  adamw.load_state_dict(adam.state_dict());
  CHECK(static_cast<const optim::AdamWOptions&>(adamw.param_groups()[0].options())
            .decoupled_weight_decay());

  optim::Adafactor adafactor({fit.w}, optim::AdafactorOptions(0.1));
  const auto group = adafactor.state_dict().at("param_groups").toList().get(0).toGenericDict();
  CHECK(group.at("eps").toList().get(0).isNone());
  CHECK(group.at("eps").toList().get(1).toDouble() == 1e-3);
}

TEST_CASE("LBFGS's state has Python's lists and plain numbers") {
  Fit fit;
  optim::LBFGS lbfgs({fit.w, fit.b}, optim::LBFGSOptions(0.5).max_iter(3));
  fit.step(lbfgs);
  const auto dict = lbfgs.state_dict();
  const auto state = dict.at("state").toGenericDict().at(0).toGenericDict();
  CHECK(state.at("n_iter").toInt() == 2);
  CHECK(state.at("old_dirs").toList().size() == 1);
  CHECK(state.at("al").isNone());
  CHECK(dict.at("param_groups").toList().get(0).toGenericDict().at("max_eval").toInt() == 3);
  GenericList al;  // Python's room for intermediate numbers
  al.push_back(tensor(1.0));
  al.push_back(IValue());
  state.insert_or_assign("al", al);
  lbfgs.load_state_dict(dict);
}

TEST_CASE("a large count is exact") {
  Fit fit;
  optim::Adam adam({fit.w}, optim::AdamOptions(0.1));
  adam.step();
  fit.step(adam);
  auto& state = static_cast<optim::AdamParamState&>(*adam.state().at(fit.w.unsafeGetTensorImpl()));
  state.step((int64_t(1) << 24) + 1);
  const auto dict = adam.state_dict();
  CHECK(bool(
      dict.at("state").toGenericDict().at(0).toGenericDict().at("step").toTensor().scalar_type() ==
      kDouble));
  state.step(0);
  adam.load_state_dict(dict);
  CHECK(static_cast<optim::AdamParamState&>(*adam.state().at(fit.w.unsafeGetTensorImpl())).step() ==
        (int64_t(1) << 24) + 1);
}

TEST_CASE("schedulers go on from a state dict under Python's names") {
  Fit fit;
  const auto make = [&](optim::Optimizer& o) {
    std::vector<std::shared_ptr<optim::LRScheduler>> parts = {
        std::make_shared<optim::LinearLR>(o, 0.5, 1.0, 3),
        std::make_shared<optim::ExponentialLR>(o, 0.9)};
    return std::make_unique<optim::SequentialLR>(o, parts, std::vector<int64_t>{3});
  };
  optim::SGD a({fit.w}, optim::SGDOptions(1.0)), b({fit.w}, optim::SGDOptions(1.0));
  auto first = make(a), second = make(b);
  for (int i = 0; i < 2; ++i) first->step();
  const GenericDict dict = first->state_dict();
  CHECK(dict.contains("_step_count"));
  CHECK(dict.at("_last_lr").toDoubleVector() == first->get_last_lr());
  CHECK(dict.at("_schedulers").toList().size() == 2);
  second->load_state_dict(dict);
  b.load_state_dict(a.state_dict());
  for (int i = 0; i < 5; ++i) {
    first->step();
    second->step();
    CHECK(first->get_last_lr() == second->get_last_lr());
    CHECK(b.param_groups()[0].options().get_lr() == first->get_last_lr()[0]);
  }

  optim::ReduceLROnPlateauScheduler plateau(a), other(b);
  plateau.step(1.0);
  plateau.step(2.0);
  CHECK(plateau.state_dict().at("num_bad_epochs").toInt() == 1);
  other.load_state_dict(plateau.state_dict());
  CHECK(other.state_dict().at("best").toDouble() == 1.0);
  GenericDict wrong = plateau.state_dict();
  wrong.insert_or_assign("num_bad_epochs", -1);
  CHECK_THROWS_AS(other.load_state_dict(wrong), Error);
}

TEST_CASE("a scheduler's dict of a file that would be gone through without an end is refused") {
  Fit fit;
  optim::SGD sgd({fit.w}, optim::SGDOptions(1.0));
  optim::StepLR scheduler(sgd, 1);
  const GenericDict whole = scheduler.state_dict();
  const auto within = [&](const GenericDict& part, int times) {
    GenericDict dict = whole.copy();
    GenericList parts;
    for (int i = 0; i < times; ++i) parts.push_back(part);
    dict.insert_or_assign("_schedulers", parts);
    return dict;
  };
  CHECK_THROWS_WITH(scheduler.load_state_dict(within(whole, 2)),
                    "load_state_dict: _schedulers.1 is a dict that was met before");
  GenericDict deep = whole;
  for (int i = 0; i < 100000; ++i) deep = within(deep, 1);
  CHECK_THROWS_WITH(scheduler.load_state_dict(deep),
                    doctest::Contains("is nested more than 64 deep"));

  // Python's schedulers share short lists of numbers.
  GenericList rates, many;
  rates.push_back(0.5);
  GenericDict both = whole.copy();
  both.insert_or_assign("base_lrs", rates);
  both.insert_or_assign("_last_lr", rates);
  scheduler.load_state_dict(both);
  CHECK(scheduler.get_last_lr() == std::vector<double>{0.5});
  for (int i = 0; i < 257; ++i) many.push_back(0.5);
  both.insert_or_assign("base_lrs", many);
  both.insert_or_assign("_last_lr", many);
  CHECK(message([&] {
          scheduler.load_state_dict(both);
        }).ends_with(" is a list that was met before"));
}

TEST_CASE("what a state dict lacks is named, and a count that is none refused") {
  Fit fit;
  optim::Adam adam({fit.w}, optim::AdamOptions(1.0));
  fit.loss().backward();
  adam.step();
  const GenericDict dict = adam.state_dict();
  for (const char* name : {"state", "param_groups"}) {
    GenericDict less = dict.copy();
    less.erase(name);
    CHECK_THROWS_WITH(adam.load_state_dict(less),
                      (std::string("load_state_dict: the dict has no ") + name).c_str());
  }
  for (const double count : {1e300, -1e300, double(NAN), 0.5}) {
    dict.at("state").toGenericDict().at(0).toGenericDict().insert_or_assign("step", count);
    CHECK_THROWS_WITH(adam.load_state_dict(dict), doctest::Contains(", a count wanted"));
  }
  dict.at("param_groups").toList().get(0).toGenericDict().erase("params");
  CHECK_THROWS_WITH(adam.load_state_dict(dict), "load_state_dict: the dict has no params");
}

TEST_CASE("hooks of an optimiser's state dict, in Python's order") {
  Fit fit;
  optim::SGD o({fit.w}, optim::SGDOptions(0.1).momentum(0.9));
  Names log;
  const auto group = [](const GenericDict& d) {
    return d.at("param_groups").toList().get(0).toGenericDict();
  };
  o.register_state_dict_pre_hook([&](optim::Optimizer&) { log.push_back("pre"); });
  o.register_state_dict_post_hook([&](optim::Optimizer&, GenericDict& d) {
    log.push_back("post");
    d.insert("extra", 7);
  });
  o.register_state_dict_post_hook(
      [&](optim::Optimizer&, GenericDict& d) {
        log.push_back("post first");
        d = d.copy();
        d.insert("new", 1);
      },
      /*prepend=*/true);
  const GenericDict d = o.state_dict();
  CHECK(keys(d) == Names{"state", "param_groups", "new", "extra"});
  CHECK(log == Names{"pre", "post first", "post"});
  log.clear();
  optim::RemovableHandle load =
      o.register_load_state_dict_pre_hook([&](optim::Optimizer& self, GenericDict& given) {
        CHECK(&self == &o);
        log.push_back("load pre");
        given.erase("extra");
        group(given).insert_or_assign("lr", 0.5);
      });
  o.register_load_state_dict_post_hook([&](optim::Optimizer& self) {
    log.push_back("load post");
    CHECK(self.param_groups()[0].options().get_lr() == 0.5);
  });
  o.load_state_dict(d);
  CHECK(log == Names{"load pre", "load post"});
  CHECK(d.contains("extra"));
  load.remove();
  log.clear();
  o.load_state_dict(d);
  CHECK(log == Names{"load post"});
  CHECK_THROWS_AS(o.load_state_dict(GenericDict()), Error);
  CHECK(log == Names{"load post"});
  CHECK_THROWS_AS(o.register_state_dict_post_hook(nullptr), Error);
}
