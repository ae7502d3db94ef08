// Nodes, hooks, saved variables and forward mode in libtorch's words; autograd_nodes.txt is what
// this program prints with libtorch 2.13.
#if __has_include(<torch/csrc/autograd/functions/utils.h>)
#include <torch/csrc/autograd/functions/utils.h>
#endif
#include <torch/torch.h>

#include <iostream>

using namespace torch::autograd;
using torch::Tensor;

void show(const char* what, const Tensor& t) {
  std::cout << what << ":";
  if (!t.defined()) std::cout << " undefined";
  const Tensor flat = t.defined() ? t.detach().flatten().to(torch::kDouble) : torch::empty({0});
  for (int64_t i = 0; i < flat.numel(); ++i) std::cout << " " << flat[i].item<double>();
  std::cout << "\n";
}
template <class F>
void show_throws(const char* what, F f) {
  try {
    f();
    std::cout << what << ": no error\n";
  } catch (const std::exception&) {
    std::cout << what << ": error\n";
  }
}

struct CubeBackward : public Node {
  variable_list apply(variable_list&& grads) override {
    std::cout << "computes " << task_should_compute_output(0) << task_should_compute_output(1)
              << "\n";
    const Tensor x = x_.unpack(), y = y_.unpack(getptr());
    return {should_compute_output(0) ? grads[0] * 3 * y / x : Tensor(), grads[0].sum()};
  }
  void release_variables() override {
    x_.reset_data();
    y_.reset_data();
  }
  SavedVariable x_, y_;
};

Tensor cube(const Tensor& x, const Tensor& shift) {
  auto node = c10::make_intrusive<CubeBackward>();
  node->set_next_edges(collect_next_edges(x, shift));
  node->x_ = SavedVariable(x, false);
  Tensor y;
  {
    torch::NoGradGuard no_grad;
    y = x * x * x + shift;
  }
  set_history(y, node);
  node->y_ = SavedVariable(y, true);
  return y;
}

struct Scale : public FunctionPreHook {
  explicit Scale(double by) : by_(by) {}
  variable_list operator()(const variable_list& grads) override {
    variable_list out;
    for (const auto& g : grads) out.push_back(g.defined() ? g * by_ : g);
    return out;
  }
  double by_;
};
struct Log : public FunctionPostHook {
  variable_list operator()(const variable_list& outputs, const variable_list& inputs) override {
    std::cout << "hook sees " << outputs.size() << " and " << inputs.size() << "\n";
    return outputs;
  }
};
struct Halves : public SavedVariableHooks {
  void call_pack_hook(const Tensor& t) override {
    std::cout << "pack " << t.requires_grad() << "\n";
    kept = t * 0.5;
  }
  Tensor call_unpack_hook() override {
    std::cout << "unpack\n";
    return kept * 2;
  }
  Tensor kept;
};

struct Quotient : public Function<Quotient> {
  static variable_list forward(AutogradContext* ctx, Tensor a, Tensor b, double unused) {
    ctx->save_for_backward({a, b});
    ctx->set_materialize_grads(false);
    Tensor rest = a.remainder(b);
    ctx->mark_non_differentiable({rest});
    return {a / b, rest, a * unused};
  }
  static variable_list backward(AutogradContext* ctx, variable_list dy) {
    std::cout << "needs " << ctx->needs_input_grad(0) << ctx->needs_input_grad(1) << " got "
              << dy[0].defined() << dy[1].defined() << dy[2].defined() << "\n";
    const auto saved = ctx->get_saved_variables();
    return {dy[0] / saved[1], -dy[0] * saved[0] / saved[1] / saved[1], Tensor()};
  }
};

int main() {
  const auto options = torch::TensorOptions().dtype(torch::kDouble).requires_grad(true);
  Tensor x = torch::tensor({1.0, 2.0, -3.0}, options), s = torch::tensor(0.0, options);
  {
    Tensor y = cube(x * 1, s);
    show("cube", y);
    std::cout << y.grad_fn()->num_inputs() << y.grad_fn()->num_outputs() << y.output_nr() << "\n";
    c10::intrusive_ptr<Node> fn = y.grad_fn();
    std::cout << fn->name() << " from " << fn->next_edge(0).function->name() << ", "
              << fn->next_edges().size() << "\n";
    auto dx = grad({y.sum()}, {x}, {}, true, true);
    show("dx", dx[0]);
    show("d2x", grad({dx[0].sum()}, {x}, {}, true)[0]);
    y.sum().backward();
    show("x.grad", x.grad());
    show("s.grad", s.grad());
    show_throws("again", [&] { y.sum().backward(); });
  }
  {
    x.mutable_grad().reset();
    Tensor y = x * x, z = (y * 3).sum();
    y.grad_fn()->add_pre_hook(std::make_unique<Scale>(10));
    y.grad_fn()->add_tensor_pre_hook(std::make_unique<Scale>(0.5));
    const uintptr_t key = z.grad_fn()->add_post_hook(std::make_unique<Log>());
    show("through hooks", grad({z}, {x}, {}, true)[0]);
    show("before them", grad({z}, {y}, {}, true)[0]);
    std::cout << z.grad_fn()->del_post_hook(key) << z.grad_fn()->del_post_hook(key) << "\n";
    auto sink = impl::grad_accumulator(x);
    sink->add_post_hook(std::make_unique<Log>());
    z.backward();
    show("x.grad", x.grad());
    std::cout << (impl::gradient_edge(x).function == sink) << impl::gradient_edge(y).is_valid()
              << Edge().is_valid() << "\n";
  }
  {
    Tensor h = x * 2;
    SavedVariable saved(h, false);
    saved.register_hooks(std::make_unique<Halves>());
    Tensor back = saved.unpack();
    show("unpacked", back);
    std::cout << (back.grad_fn() == h.grad_fn()) << "\n";
    SavedVariable written(h, false);
    h.add_(1);
    show_throws("written", [&] { written.unpack(); });
    show("none", SavedVariable(Tensor(), false).unpack());
  }
  {
    Tensor b = torch::tensor({4.0, 5.0, 2.0}, torch::kDouble);
    auto out = Quotient::apply(x, b, 2.0);
    std::cout << out[0].requires_grad() << out[1].requires_grad() << out[2].requires_grad() << "\n";
    show("quotient", grad({out[0].sum()}, {x}, {}, true)[0]);
  }
  {
    const uint64_t level = forward_ad::enter_dual_level();
    const Tensor v = torch::tensor({1.0, 0.5, -1.0}, torch::kDouble);
    Tensor dual = torch::_make_dual(x.detach(), v, int64_t(level));
    show("tangent", dual._fw_grad(level));
    auto [primal, tangent] = torch::_unpack_dual((dual.exp() * dual).sum(), int64_t(level));
    show("primal", primal);
    show("tangent", tangent);
    show("matmul", (dual.view({3, 1}).matmul(dual.view({1, 3})))._fw_grad(level));
    show("no tangent", (x.detach() * 2)._fw_grad(level));
    forward_ad::exit_dual_level(level);
    show("after", dual._fw_grad(level));
  }
  return 0;
}
