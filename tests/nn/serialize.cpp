// Modules, optimisers and lists of tensors through files.
#include "tensor/io/serialize.h"

#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

#include "autograd/factories.h"
#include "autograd/ops/random/random.h"
#include "nn/nn.h"
#include "optim/optim.h"
#include "tests/support.h"
#include "tests/temporary_directory.h"

using namespace gradus;

namespace {

struct NetImpl : nn::Module {
  NetImpl(int64_t inputs, int64_t outputs)
      : body(register_module("body", nn::Sequential(nn::Linear(inputs, 4), nn::BatchNorm1d(4),
                                                    nn::ReLU(), nn::Dropout(0.5)))),
        head(register_module("head", nn::Linear(4, outputs))),
        scale(register_parameter("scale", rand({outputs}, kDouble))),
        seen(register_buffer("seen", zeros({2}, kInt))) {}
  Tensor forward(const Tensor& x) {
    seen.add_(1);
    return head(body->forward(x)) * scale.to(kFloat);
  }
  nn::Sequential body;
  nn::Linear head;
  Tensor scale, seen;
};
GRADUS_MODULE(Net);

std::vector<Tensor> state(const nn::Module& m) {
  std::vector<Tensor> all = m.parameters();
  for (const Tensor& b : m.buffers()) all.push_back(b);
  return all;
}
std::vector<Tensor> copies(const std::vector<Tensor>& tensors) {
  std::vector<Tensor> out;
  for (const Tensor& t : tensors) out.push_back(t.detach().clone());
  return out;
}
bool same(const std::vector<Tensor>& a, const std::vector<Tensor>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Tensor& x, const Tensor& y) {
    return x.dtype() == y.dtype() && x.equal(y);
  });
}

std::string content(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
void write(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

// A net that has seen data, so that its buffers are not as they were made.
Net used_net() {
  manual_seed(3);
  Net net(3, 2);
  for (int i = 0; i < 3; ++i) net(randn({5, 3}));
  return net;
}

}  // namespace

TEST_CASE("a module comes back from a file with parameters and buffers") {
  const TemporaryDirectory dir;
  const std::string path = dir / "net.safetensors";
  Net net = used_net();
  save(net, path);

  Net copy(3, 2);
  copy->head->weight.requires_grad_(false);
  copy->train();
  const std::vector<Tensor> before = state(*copy);
  CHECK_FALSE(same(state(*copy), state(*net)));
  load(copy, path);
  CHECK(same(state(*copy), state(*net)));
  CHECK(copy->seen.equal(tensor({3, 3}, kInt)));
  // The tensors are those that were there, and so are their flags and the mode.
  for (size_t i = 0; i < before.size(); ++i) CHECK(before[i].is_same(state(*copy)[i]));
  CHECK_FALSE(copy->head->weight.requires_grad());
  CHECK(copy->scale.requires_grad());
  CHECK(copy->is_training());
  net->eval();
  copy->eval();
  const Tensor x = randn({4, 3});
  CHECK(net(x).equal(copy(x)));

  // Into a module of another type of elements, which it keeps.
  Net wide(3, 2);
  wide->to(kDouble);
  load(wide, path);
  CHECK((wide->head->weight.dtype() == kDouble));
  CHECK(wide->head->weight.to(kFloat).equal(net->head->weight));
}

TEST_CASE("modules, optimisers and lists follow each other in one stream") {
  std::stringstream stream;
  Net net = used_net(), copy(3, 2);
  optim::SGD sgd(net->parameters(), optim::SGDOptions(0.1).momentum(0.9)),
      resumed(copy->parameters(), 0.5);
  net(randn({5, 3})).sum().backward();
  sgd.step();
  save(net, stream);
  save(sgd, stream);
  save(std::vector<Tensor>{ones({2}), tensor({7}), zeros({0, 3})}, stream);
  std::vector<Tensor> list;
  load(copy, stream);
  load(resumed, stream);
  load(list, stream);
  CHECK(same(list, {ones({2}), tensor({7}), zeros({0, 3})}));
  CHECK(resumed.param_groups()[0].options().get_lr() == 0.1);
  CHECK(resumed.state().size() == net->parameters().size());
  const Tensor x = randn({5, 3});
  for (Net n : {net, copy}) {
    manual_seed(8);
    n->zero_grad();
    n(x).sum().backward();
  }
  sgd.step();
  resumed.step();
  CHECK(same(state(*net), state(*copy)));
}

TEST_CASE("archives written by hand nest as modules do") {
  const TemporaryDirectory dir;
  const std::string path = dir / "by_hand";
  Net net = used_net(), copy(3, 2);
  serialize::OutputArchive out, nested;
  net->save(nested);
  out.write("net", nested);
  out.write("epoch", IValue(int64_t(12)));
  out.save_to(path);

  serialize::InputArchive in, part;
  in.load_from(path);
  CHECK(in.keys() == std::vector<std::string>{"net", "epoch"});
  in.read("net", part);
  copy->load(part);
  CHECK(same(state(*copy), state(*net)));
  IValue epoch;
  in.read("epoch", epoch);
  CHECK(epoch.toInt() == 12);
  Tensor absent;
  CHECK_FALSE(part.try_read("absent", absent));
  CHECK(message([&] { part.read("absent", absent); }) ==
        "load: the archive has no tensor net.absent");
}

TEST_CASE("what does not fit a module is refused and leaves it as it was") {
  const TemporaryDirectory dir;
  const std::string path = dir / "net";
  const auto refused = [&](auto module, const char* why) {
    const std::vector<Tensor> before = copies(state(*module));
    const std::string what = message([&] { load(module, path); });
    CHECK_MESSAGE(what.find(why) != std::string::npos, what);
    CHECK(same(state(*module), before));
  };
  save(used_net(), path);
  // The first tensors fit, a later one does not.
  refused(Net(3, 3), "sizes differ, ");
  refused(nn::Linear(3, 2), "the archive has no tensor ");
  refused(nn::Sequential(nn::Linear(3, 4)), "the archive has no tensor ");
  save(std::vector<Tensor>{ones({2})}, path);
  refused(Net(3, 2), "the archive has no tensor scale");
  CHECK(message([&] {
          Net none{nullptr};
          load(none, path);
        }) == "module holder: it is empty");
}

TEST_CASE("a damaged file is refused and leaves the module as it was") {
  const TemporaryDirectory dir;
  const std::string path = dir / "net";
  Net net = used_net();
  save(net, path);
  const std::string whole = content(path);
  REQUIRE(whole.size() > 500);
  Net target(3, 2);
  const std::vector<Tensor> before = copies(state(*target));
  for (size_t length = 0; length < whole.size(); length += 13) {
    write(path, whole.substr(0, length));
    CAPTURE(length);
    CHECK_THROWS_AS(load(target, path), Error);
    REQUIRE(same(state(*target), before));
  }
  const std::string hostile[] = {
      whole + "more",
      std::string(8, '\xff') + whole.substr(8),
      std::string(whole.size(), '\0'),
      "PK\x03\x04" + whole,  // as if from torch.save in Python
      whole.substr(8),
  };
  for (const std::string& bytes : hostile) {
    write(path, bytes);
    CHECK_THROWS_AS(load(target, path), Error);
    REQUIRE(same(state(*target), before));
  }
  // A name exchanged for one of its length.
  std::string renamed = whole;
  renamed.replace(renamed.find("scale"), 5, "Scale");
  write(path, renamed);
  CHECK_THROWS_AS(load(target, path), Error);
  REQUIRE(same(state(*target), before));

  write(path, whole);
  load(target, path);
  CHECK(same(state(*target), state(*net)));
}

TEST_CASE("a damaged file leaves an optimiser as it was") {
  const TemporaryDirectory dir;
  const std::string path = dir / "adam";
  Net net = used_net();
  optim::Adam adam(net->parameters(), 0.1), target(net->parameters(), 0.5);
  net(randn({5, 3})).sum().backward();
  adam.step();
  save(adam, path);
  const std::string whole = content(path);
  for (size_t length = 0; length < whole.size(); length += 29) {
    write(path, whole.substr(0, length));
    CHECK_THROWS_AS(load(target, path), Error);
    REQUIRE(target.state().empty());
    REQUIRE(target.param_groups()[0].options().get_lr() == 0.5);
  }
}
