// What results are like: element type, shape, strides, whether they share the input's memory; and
// which class of error is thrown where.
#include <torch/torch.h>

#include <iostream>

namespace F = torch::nn::functional;
using torch::Tensor;
using torch::indexing::Slice;

static std::string klass(const c10::Error& e) {
  if (dynamic_cast<const c10::IndexError*>(&e)) return "IndexError";
  if (dynamic_cast<const c10::ValueError*>(&e)) return "ValueError";
  if (dynamic_cast<const c10::TypeError*>(&e)) return "TypeError";
  if (dynamic_cast<const c10::NotImplementedError*>(&e)) return "NotImplementedError";
  return "Error";
}

static void show(const Tensor& t) {
  std::cout << " " << t.dtype() << " " << t.sizes() << " " << t.strides() << " |";
  const auto flat = t.detach().to(torch::kDouble).contiguous().view(-1);
  for (int64_t i = 0; i < std::min<int64_t>(flat.numel(), 12); ++i)
    std::cout << " " << flat[i].item<double>();
}
static void show(const std::vector<Tensor>& list) {
  for (const auto& t : list) show(t);
}
template <class... T>
static void show(const std::tuple<T...>& t) {
  std::apply([](const auto&... each) { (show(each), ...); }, t);
}

template <class Make>
static void line(const char* text, const Make& make) {
  std::cout << text << " =";
  try {
    show(make());
  } catch (const c10::Error& e) {
    std::cout << " " << klass(e);
  }
  std::cout << "\n";
}
#define SHOW(...) line(#__VA_ARGS__, [&] { return __VA_ARGS__; })

// Whether f's result can be written without a change of x.
template <class F>
static void apart(const char* text, const Tensor& x, const F& f) {
  const Tensor before = x.clone();
  f(x).fill_(7);
  std::cout << text << (x.equal(before) ? " is a copy" : " is a view") << "\n";
  x.copy_(before);
}
#define APART(x, ...) apart(#__VA_ARGS__, x, [](const Tensor& a) { return __VA_ARGS__; })

static const auto b = torch::tensor({true, false, true, false});
static const auto i = torch::tensor({1, 2, 3});
static const auto by = i.to(torch::kByte);
static const auto x = torch::arange(6.).view({2, 3});
static const auto xt = x.t();
static const auto ones = torch::ones({1, 2});
static const auto zero = torch::tensor({0});
static const auto zeros = torch::zeros({1, 2}, torch::kLong);

static void numbers_beside_integers() {
  SHOW(torch::hardtanh(torch::tensor({-3, 2, 3}), -1.5, 2.5));
  SHOW(torch::hardtanh(by, 1.5, 2.5));
  SHOW(torch::hardtanh(by, -1, 2));
  SHOW(torch::hardtanh(b, 0, 1));
  SHOW(torch::relu6(i));
  SHOW(torch::threshold(i, 1.5, 7.5));
  SHOW(torch::threshold(b, 0.5, 3));
  SHOW(torch::addcmul(i, i, i, 2.0));
  SHOW(torch::addcmul(i, i, i, 2.5));
  SHOW(torch::addcmul(i, x[0], i, 2));
  SHOW(torch::addcmul(b, b, b, 1));
  SHOW(i.clone().addcmul_(i, i, 2.5));
  SHOW(torch::addcdiv(i, i, i, 2));
  SHOW(torch::addcdiv(x[0], x[1], i));
  SHOW(b.pow(true));
  SHOW(b.pow(false));
  SHOW(b.pow(2));
  SHOW(torch::pow(b, b));
  SHOW(torch::where(by, i, i + 5));
  SHOW(torch::where(torch::tensor({0, 1}).to(torch::kByte), 1.5, 2));
  SHOW(torch::where(i, i, i));
  SHOW(torch::max(x, x + 1));
  SHOW(torch::min(x, i));
  for (const auto& t : {torch::randint(5, {2}, torch::TensorOptions()), torch::randint(5, {2}),
                        torch::randint(1, 5, {2}, torch::device(torch::kCPU)),
                        torch::randperm(3, torch::TensorOptions())})
    std::cout << t.dtype() << " ";
  std::cout << "\n";
}

static void strides() {
  const auto v = torch::arange(8.).view({4, 1, 2}).permute({2, 1, 0});
  SHOW(xt.masked_fill(xt > 2, 0));
  SHOW(xt.masked_scatter(xt > 2, torch::ones({6})));
  SHOW(xt.tril());
  SHOW(xt.triu());
  SHOW(xt.index_add(0, zero, ones));
  SHOW(xt.index_copy(0, zero, ones));
  SHOW(xt.index_fill(0, zero, 2));
  SHOW(xt.index_reduce(0, zero, ones, "prod"));
  SHOW(xt.scatter(0, zeros, 1));
  SHOW(xt.scatter(0, zeros, ones));
  SHOW(xt.scatter_add(0, zeros, ones));
  SHOW(xt.scatter_reduce(0, zeros, ones, "sum"));
  SHOW(xt.index_put({zero}, torch::ones({2})));
  SHOW(xt.put(zero, torch::ones({1})));
  SHOW(xt.renorm(2, 0, 1));
  SHOW(torch::pow(2, xt));
  SHOW(xt.pow(2));
  SHOW(xt + torch::ones({2}));
  SHOW(torch::ones({3, 1}) + v);
  SHOW(torch::ones({2, 3, 1}) * v);
  SHOW(xt.nonzero());
  SHOW(torch::where(xt));
  SHOW(torch::zeros({2, 2}).nonzero());
  SHOW(torch::tensor(1.0).nonzero());
}

static void memory() {
  APART(torch::ones({1, 1, 2, 2}), torch::pixel_shuffle(a, 1));
  APART(torch::ones({1, 4, 1, 1}), torch::pixel_shuffle(a, 2));
  APART(torch::ones({1, 1, 2, 2}), torch::pixel_unshuffle(a, 2));
  APART(torch::ones({1, 4, 2, 2}), torch::channel_shuffle(a, 4));
  APART(torch::ones({1, 4, 2, 2}), torch::channel_shuffle(a, 1));
  APART(torch::ones({3}), torch::diff(a, 0));
  APART(torch::ones({2, 1}), torch::einsum("ij->i", {a}));
  APART(torch::ones({2, 1}), torch::einsum("ij->ji", {a}));
  APART(torch::ones({2, 2}), torch::einsum("ii->i", {a}));
  APART(torch::ones({2, 2}), a.reshape({4}));
  APART(torch::ones({1, 2, 2}), torch::sum(a, 0));
  APART(torch::ones({2, 2}), a.repeat({1, 1}));
  APART(torch::ones({2, 2}), a.flip({0}));
  APART(torch::ones({2}), torch::cat({a}));
  APART(torch::ones({2}), torch::atleast_2d(a));
  APART(torch::ones({2, 2}), a.diag());
  APART(torch::ones({2, 2}), F::dropout(a, F::DropoutFuncOptions().training(false)));
}

static void kinds() {
  const auto none = torch::empty({0}, torch::kLong);
  SHOW(torch::_unique2(i));
  SHOW(torch::_unique2(i, true, false, true));
  SHOW(torch::unique_consecutive(i, true));
  SHOW(torch::diff(x, 0, 1, torch::ones({2, 1})));
  SHOW(F::linear(x, torch::ones({4, 3}), torch::tensor(2.0f)));
  SHOW(F::linear(x, torch::ones({4, 3}), torch::ones({2, 4})));
  SHOW(F::linear(x, torch::ones({4, 3}), torch::ones({3})));
  SHOW(torch::tensor(1.0).mT());
  SHOW(torch::tensor(1.0).mH());
  SHOW(torch::tensor(1.0).adjoint());
  SHOW(torch::ones({3}).mT());
  SHOW(torch::triplet_margin_loss(x, x + 1, x + 3, -1.0));
  SHOW(torch::triplet_margin_loss(x, x + 1, x + 2, 0.0));
  SHOW(none.median());
  SHOW(none.to(torch::kInt).nanmedian());
  SHOW(none.to(torch::kByte).median());
  SHOW(none.to(torch::kDouble).median());
  SHOW(torch::binary_cross_entropy(torch::full({3, 1}, 0.5), torch::ones({3})));
  SHOW(torch::binary_cross_entropy(torch::full({1, 3, 1}, 0.5), torch::ones({3}), {},
                                   at::Reduction::None));
  SHOW(torch::binary_cross_entropy(torch::full({2, 3}, 0.5), torch::ones({3, 2})));
  SHOW(F::binary_cross_entropy(torch::full({3, 1}, 0.5), torch::ones({3})));
  SHOW(x.index({Slice({torch::indexing::None, 1})}));
}

static Tensor made(torch::nn::Module&&) { return torch::ones({}); }

static void errors() {
  SHOW(x[5]);
  SHOW(x.select(2, 0));
  SHOW(x.sum(5));
  SHOW(x.narrow(0, 5, 1));
  SHOW(x.narrow(0, 1, 5));
  SHOW(x.transpose(0, 5));
  SHOW(x.permute({0, 0}));
  SHOW(x.slice(0, 0, 1, 0));
  SHOW(x.index({Slice(0, 1, 0)}));
  SHOW(x.index({0, 0, 0}));
  SHOW(x.index({torch::tensor({5})}));
  SHOW(x.index({torch::tensor({1.5})}));
  SHOW(x.index_select(0, torch::tensor({5})));
  SHOW(x.index_select(0, torch::tensor({0.5})));
  SHOW(x.gather(0, torch::full({1, 3}, 5, torch::kLong)));
  SHOW(x.take(torch::tensor({50})));
  SHOW(x.unbind(5));
  SHOW(torch::empty({0}).max());
  SHOW(torch::empty({0}).argmax());
  SHOW(torch::empty({0, 2}).max(0));
  SHOW(torch::cat(std::vector<Tensor>{}));
  SHOW(torch::stack(std::vector<Tensor>{}));
  SHOW(F::embedding(torch::tensor({5}), x));
  SHOW(F::cross_entropy(x, torch::tensor({5, 0})));
  SHOW(F::cross_entropy(x, torch::tensor({0})));
  SHOW(x.matmul(x));
  SHOW(~x);
  SHOW(x & x);
  SHOW(b.floor());
  SHOW(b.abs());
  SHOW(b.median());
  SHOW(i.softmax(0));
  SHOW(i.mean());
  SHOW(b.mm(b));
  SHOW(b.neg());
  SHOW(b.clone().neg_());
  SHOW(b.relu());
  SHOW(b.clone().relu_());
  SHOW(b.topk(1));
  SHOW(b.argmax());
  SHOW(b.argmin(0));
  SHOW(torch::positive(b));
  SHOW(b - b);
  SHOW(b.kthvalue(1));
  SHOW(b.floor_divide(b));
  SHOW(b.remainder(b));
  SHOW(b.fmod(b));
  SHOW(torch::gcd(x, x));
  SHOW(made(torch::nn::HardtanhImpl(torch::nn::HardtanhOptions().min_val(2).max_val(2))));
  torch::nn::ParameterDict dict;
  dict->insert("a", x);
  const torch::OrderedDict<std::string, Tensor> other({{"b", x}});
  SHOW((dict->update(other), x));
  std::cout << dict->size() << "\n";
}

int main() {
  torch::manual_seed(0);
  numbers_beside_integers();
  strides();
  memory();
  kinds();
  errors();
}
