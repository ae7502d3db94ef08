// Optimisers and schedulers as libtorch has them, and some of a program's own.
#include <torch/torch.h>

#include <cstdio>
#include <iostream>

using namespace torch::optim;
struct MySched : LRScheduler {
  MySched(Optimizer& o) : LRScheduler(o) {}

 protected:
  std::vector<double> get_lrs() override {
    auto lrs = get_current_lrs();
    if (step_count_ % 2 == 1)
      for (auto& l : lrs) l *= 0.7;
    return lrs;
  }
};
struct MyOptions : OptimizerCloneableOptions<MyOptions> {
  MyOptions(double lr = 0.1) : lr_(lr) {}
  TORCH_ARG(double, lr) = 0.1;
  TORCH_ARG(double, weight_decay) = 0;

 public:
  void serialize(torch::serialize::InputArchive& archive) override {
    _TORCH_OPTIM_DESERIALIZE_TORCH_ARG(double, lr);
    _TORCH_OPTIM_DESERIALIZE_TORCH_ARG(double, weight_decay);
  }
  void serialize(torch::serialize::OutputArchive& archive) const override {
    _TORCH_OPTIM_SERIALIZE_TORCH_ARG(lr);
    _TORCH_OPTIM_SERIALIZE_TORCH_ARG(weight_decay);
  }
  friend bool operator==(const MyOptions& a, const MyOptions& b) { return a.lr() == b.lr(); }
  double get_lr() const override { return lr(); }
  void set_lr(const double v) override { lr(v); }
};
struct MyParamState : OptimizerCloneableParamState<MyParamState> {
  TORCH_ARG(int64_t, step) = 0;
  TORCH_ARG(torch::Tensor, m);

 public:
  void serialize(torch::serialize::InputArchive& archive) override {
    _TORCH_OPTIM_DESERIALIZE_TORCH_ARG(int64_t, step);
    _TORCH_OPTIM_DESERIALIZE_TORCH_ARG(torch::Tensor, m);
  }
  void serialize(torch::serialize::OutputArchive& archive) const override {
    _TORCH_OPTIM_SERIALIZE_TORCH_ARG(step);
    _TORCH_OPTIM_SERIALIZE_TORCH_ARG(m);
  }
};
class My : public Optimizer {
 public:
  explicit My(std::vector<OptimizerParamGroup> groups, MyOptions defaults = {})
      : Optimizer(std::move(groups), std::make_unique<MyOptions>(defaults)) {}
  explicit My(std::vector<torch::Tensor> params, MyOptions defaults = {})
      : My({OptimizerParamGroup(std::move(params))}, defaults) {}
  torch::Tensor step(LossClosure closure = nullptr) override {
    torch::NoGradGuard no_grad;
    torch::Tensor loss = {};
    if (closure != nullptr) {
      at::AutoGradMode enable_grad(true);
      loss = closure();
    }
    for (auto& group : param_groups_) {
      auto& options = static_cast<MyOptions&>(group.options());
      for (auto& p : group.params()) {
        if (!p.grad().defined()) continue;
        auto it = state_.find(p.unsafeGetTensorImpl());
        if (it == state_.end()) {
          auto s = std::make_unique<MyParamState>();
          s->step(0);
          s->m(torch::zeros_like(p));
          state_[p.unsafeGetTensorImpl()] = std::move(s);
        }
        auto& state = static_cast<MyParamState&>(*state_[p.unsafeGetTensorImpl()]);
        state.step(state.step() + 1);
        auto m = state.m();
        m.mul_(0.9).add_(p.grad());
        p.data().add_(m, -1 * options.lr());
      }
    }
    return loss;
  }
  void save(torch::serialize::OutputArchive& archive) const override { serialize(*this, archive); }
  void load(torch::serialize::InputArchive& archive) override { serialize(*this, archive); }

 private:
  template <typename Self, typename Archive>
  static void serialize(Self& self, Archive& archive) {
    _TORCH_OPTIM_SERIALIZE_WITH_TEMPLATE_ARG(My);
  }
};

int main() {
  torch::manual_seed(1);
  auto p = torch::linspace(-0.5, 0.7, 5, torch::kDouble).requires_grad_();
  auto q = torch::linspace(0.8, -0.2, 6, torch::kDouble).view({2, 3}).detach().requires_grad_();
  LBFGSOptions opt = LBFGSOptions(1)
                         .max_iter(7)
                         .max_eval(30)
                         .tolerance_grad(1e-9)
                         .tolerance_change(1e-12)
                         .history_size(5)
                         .line_search_fn("strong_wolfe");
  LBFGS lb(std::vector<torch::Tensor>{p, q}, opt);
  auto closure = [&]() -> torch::Tensor {
    lb.zero_grad();
    auto x = torch::cat({p, q.flatten()});
    auto a = x.slice(0, 1), b = x.slice(0, 0, -1);
    auto loss = ((a - b.pow(2)).pow(2) * 100 + (1 - b).pow(2)).sum();
    loss.backward();
    return loss;
  };
  for (int i = 0; i < 8; ++i) printf("%.9f\n", lb.step(closure).item<double>());
  auto& st = static_cast<LBFGSParamState&>(*lb.state().at(p.unsafeGetTensorImpl()));
  printf("%ld %ld %zu %zu %zu %d\n", long(st.func_evals()), long(st.n_iter()), st.old_dirs().size(),
         st.old_stps().size(), st.ro().size(), int(st.d().numel()));
  printf("max_eval %ld\n",
         long(static_cast<LBFGSOptions&>(lb.param_groups()[0].options()).max_eval().value()));
  torch::save(lb, "optimisers_lbfgs.pt");
  LBFGS lb2(std::vector<torch::Tensor>{p, q}, LBFGSOptions(0.1));
  torch::load(lb2, "optimisers_lbfgs.pt");
  auto& st2 = static_cast<LBFGSParamState&>(*lb2.state().at(p.unsafeGetTensorImpl()));
  printf("%d\n", int(st2.func_evals() == st.func_evals() && st2.n_iter() == st.n_iter() &&
                     st2.old_dirs().size() == st.old_dirs().size()));
  LBFGSParamState fresh;
  fresh.al(std::vector<torch::Tensor>{torch::ones({1})});
  fresh.old_dirs(std::deque<torch::Tensor>{torch::ones({2})});
  auto list = deque_to_list(fresh.old_dirs());
  auto back = list_to_deque(list);
  printf("%zu %zu\n", size_t(list.size()), back.size());
  {
    SGD o(std::vector<torch::Tensor>{p}, SGDOptions(0.5).momentum(0.9));
    StepLR s(o, 3, 0.5);
    for (int i = 0; i < 10; ++i) {
      s.step();
      printf("%g ", o.param_groups()[0].options().get_lr());
    }
    puts("");
    MySched m(o);
    for (int i = 0; i < 5; ++i) {
      m.step();
      printf("%g ", o.param_groups()[0].options().get_lr());
    }
    puts("");
    ReduceLROnPlateauScheduler r(o, ReduceLROnPlateauScheduler::SchedulerMode::min, 0.5, 2, 1e-4,
                                 ReduceLROnPlateauScheduler::ThresholdMode::rel, 1,
                                 std::vector<float>{}, 1e-8, false);
    for (int i = 0; i < 15; ++i) {
      r.step(i < 5 ? 1.0f / (1 + i) : 0.3f);
      printf("%g ", o.param_groups()[0].options().get_lr());
    }
    puts("");
    ReduceLROnPlateauScheduler r2(o, ReduceLROnPlateauScheduler::max);
    r2.step(1.0);
    std::unique_ptr<LRScheduler> up = std::make_unique<StepLR>(o, 2);
    up->step();
  }
  {
    My o({p}, MyOptions(0.01));
    o.zero_grad();
    closure();
    o.step();
    printf("%.6f\n", p.detach().sum().item<double>());
    torch::save(o, "optimisers_my.pt");
    My o2(std::vector<torch::Tensor>{p}, MyOptions(0.5));
    torch::load(o2, "optimisers_my.pt");
    printf("%g %ld\n", o2.param_groups()[0].options().get_lr(),
           long(static_cast<MyParamState&>(*o2.state().at(p.unsafeGetTensorImpl())).step()));
    std::stringstream ss;
    torch::serialize::OutputArchive oa;

    serialize(oa, "buf", std::vector<torch::Tensor>{torch::ones({2}), torch::zeros({3})});
    oa.save_to(ss);
    torch::serialize::InputArchive ia;
    ia.load_from(ss);
    std::vector<torch::Tensor> buf;
    serialize(ia, "buf", buf);
    printf("%zu\n", buf.size());
  }
  std::vector<std::unique_ptr<Optimizer>> all;
  all.push_back(std::make_unique<Adam>(
      std::vector<torch::Tensor>{p},
      AdamOptions(1e-3).betas(std::make_tuple(0.9, 0.99)).eps(1e-8).weight_decay(0).amsgrad(true)));
  all.push_back(std::make_unique<Adagrad>(
      std::vector<torch::Tensor>{p},
      AdagradOptions(1e-2).lr_decay(0).weight_decay(0).initial_accumulator_value(0).eps(1e-10)));
  all.push_back(std::make_unique<RMSprop>(std::vector<torch::Tensor>{p},
                                          RMSpropOptions(1e-2).alpha(0.9).centered(true)));
  for (auto& o : all) {
    p.mutable_grad() = torch::ones_like(p);
    o->step();
  }
  printf("%.6f\n", p.detach().sum().item<double>());
  std::remove("optimisers_lbfgs.pt");
  std::remove("optimisers_my.pt");
}
