// Files of Python's torch.save, and files for torch.load: see tests/reference/pickles.py.
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "gradus.h"
#include "tests/table.h"
#include "tests/temporary_directory.h"
#include "tests/tensor/io/damage.h"
#include "tests/tensor/io/shown.h"

using namespace gradus;
using test::message;
using test::Shown;

namespace {

std::vector<char> from_base64(const std::string& text) {
  const std::string digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::vector<char> bytes;
  uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    if (c == '=') break;
    const size_t digit = digits.find(c);
    REQUIRE(digit != digits.npos);
    bits = bits << 6 | uint32_t(digit);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes.push_back(char(bits >> count & 0xff));
  }
  return bytes;
}

struct Case {
  std::string name;
  std::vector<char> file;
  std::string expected;
};
// `\\` and `\n` stand for a backslash and a new line.
std::string unescaped(const std::string& text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '\\';
    if (escape) ++i;
    out += escape && text[i] == 'n' ? '\n' : text[i];
  }
  return out;
}
std::vector<Case> cases() {
  std::vector<Case> all;
  std::ifstream in = test::open_reference("pickles.txt");
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("//")) continue;
    const size_t first = line.find('\t'), second = line.find('\t', first + 1);
    REQUIRE(second != line.npos);
    all.push_back({line.substr(0, first), from_base64(line.substr(first + 1, second - first - 1)),
                   unescaped(line.substr(second + 1))});
  }
  return all;
}

// network() of the script, whose layers draw their weights in this order.
nn::Sequential network() {
  nn::Sequential net;
  net->push_back(nn::Linear(nn::LinearOptions(2, 3).bias(false)));
  net->push_back(nn::BatchNorm1d(3));
  net->push_back(nn::Linear(3, 1));
  return net;
}

}  // namespace

TEST_CASE("torch_load: what Python's torch.save writes is read, or refused by name") {
  const std::vector<Case> all = cases();
  CHECK(all.size() > 45);
  const TemporaryDirectory folder;
  const std::string file = folder / "a.pt";
  for (const Case& c : all) {
    CAPTURE(c.name);
    std::ofstream(file, std::ios::binary).write(c.file.data(), std::streamsize(c.file.size()));
    const std::string error = "Error: ";
    if (c.expected.starts_with(error)) {
      const std::string why = c.expected.substr(error.size());
      CHECK(message([&] { pickle_load(c.file); }) == "pickle_load: " + why);
      CHECK(message([&] { torch_load(file); }) == "torch_load: " + file + ": " + why);
      continue;
    }
    const IValue value = pickle_load(c.file);
    CHECK(Shown()(value) == c.expected);
    CHECK(Shown()(torch_load(file)) == c.expected);
    CHECK(Shown()(pickle_load(pickle_save(value))) == c.expected);
  }
}

TEST_CASE("torch_load: a checkpoint of Python's is at hand by its names") {
  for (const Case& c : cases()) {
    if (c.name != "checkpoint") continue;
    const auto checkpoint = pickle_load(c.file).toGenericDict();
    CHECK(checkpoint.at("epoch").toInt() == 3);
    const auto weights = checkpoint.at("model_state_dict").toGenericDict();
    CHECK(weights.at("0.weight").toTensor().sizes() == IntArrayRef{3, 2});
    CHECK(weights.at("1.num_batches_tracked").toTensor().item<int64_t>() == 1);
    const auto optimizer = checkpoint.at("optimizer_state_dict").toGenericDict();
    const auto state = optimizer.at("state").toGenericDict().at(0).toGenericDict();
    CHECK(state.at("step").toTensor().item<float>() == 1);
    const auto group = optimizer.at("param_groups").toList().get(0).toGenericDict();
    CHECK(group.at("lr").toDouble() == 0.125);
    CHECK(group.at("betas").toTupleRef().elements()[1].toDouble() == 0.999);
    CHECK(group.at("params").toIntVector() == std::vector<int64_t>{0, 1, 2, 3, 4});
    CHECK(group.at("foreach").isNone());
  }
}

TEST_CASE("torch_load: a module and an optimiser take Python's checkpoint, and give it back") {
  for (const Case& c : cases()) {
    if (c.name != "checkpoint") continue;
    nn::Sequential net = network();
    optim::Adam optimizer(net->parameters(), optim::AdamOptions(0.5));
    const auto checkpoint = pickle_load(c.file).toGenericDict();
    net->load_state_dict(checkpoint.at("model_state_dict"));
    optimizer.load_state_dict(checkpoint.at("optimizer_state_dict").toGenericDict());

    Dict<std::string, IValue> saved;
    saved.insert("model_state_dict", net->state_dict());
    saved.insert("optimizer_state_dict", optimizer.state_dict());
    const auto again = pickle_load(pickle_save(saved)).toGenericDict();
    CHECK(Shown()(again.at("model_state_dict")) == Shown()(checkpoint.at("model_state_dict")));
    const auto state = [](const impl::GenericDict& all) {
      return Shown()(all.at("optimizer_state_dict").toGenericDict().at("state"));
    };
    CHECK(state(again) == state(checkpoint));
  }
}

TEST_CASE("torch_load: libtorch's lists of one kind are such lists") {
  for (const Case& c : cases()) {
    if (!c.name.starts_with("libtorch_")) continue;
    const IValue v = pickle_load(c.file);
    if (c.name == "libtorch_ints") CHECK(v.isIntList());
    if (c.name == "libtorch_doubles") CHECK(v.isDoubleList());
    if (c.name == "libtorch_tensors") CHECK(v.isTensorList());
    if (c.name == "libtorch_bools") CHECK(v.toList().get(0).toBool());
  }
}

namespace {

std::vector<std::pair<std::string, IValue>> written() {
  std::vector<std::pair<std::string, IValue>> all;
  const auto add = [&](const char* name, const IValue& v) { all.emplace_back(name, v); };
  const auto list = [](std::initializer_list<IValue> values) { return impl::GenericList(values); };
  const auto dict = [](std::initializer_list<std::pair<IValue, IValue>> items) {
    impl::GenericDict d;
    for (const auto& [key, value] : items) d.insert(key, value);
    return d;
  };
  const Tensor x = arange(6, kFloat).reshape({2, 3});

  add("none", {});
  add("plain", dict({{"true", true},
                     {"false", false},
                     {"ints", std::vector<int64_t>{0, 255, 256, 65535, 65536, -1, INT32_MIN,
                                                   INT64_C(1) << 31, INT64_MAX, INT64_MIN}},
                     {"floats", std::vector<double>{0, -0.0, 0.1, 1e300, -5e-324, INFINITY, NAN}},
                     {"", "empty key"},
                     {"text", "näm\u00e9 \U0001f600\n"},
                     {3, "three"},
                     {0.5, "half"},
                     {false, "no"}}));
  add("nested", list({impl::GenericList(), impl::GenericDict(), std::tuple<>(),
                      std::tuple(std::tuple(1), list({2, std::tuple(3, "x")})),
                      std::tuple(1, 2, 3, 4), std::vector<int64_t>(), std::vector<double>()}));
  impl::GenericDict dtypes;
  for (int i = 0; i < 6; ++i)
    dtypes.insert(std::string(dtype_name(ScalarType(i))), tensor({0, 1, 1}).to(ScalarType(i)));
  add("dtypes", dtypes);
  add("shapes", list({tensor(1.5), zeros({0}), zeros({2, 0, 3}), x.t(), x.select(1, 1),
                      x.slice(0, 1), x.expand({2, 2, 3}), x.slice(0, 2),
                      x.as_strided({2, 2}, {1, 1}, 1), ones({1, 1, 1, 1, 1, 1, 1, 1})}));
  add("tied", dict({{"a", x}, {"same", x}, {"view", x[1]}, {"other", x.clone()}}));
  add("tensors", std::vector<Tensor>{x, x[1], x});
  const Tensor p = ones({2}).requires_grad_();
  add("grad", list({p, p.detach(), p * 2, zeros({1}, kLong)}));
  const auto shared = list({1});
  const IValue tuple = std::tuple(shared, 2);
  add("shared",
      dict({{"a", shared}, {"b", list({shared, shared})}, {"c", tuple}, {"d", list({tuple})}}));
  impl::GenericList many;
  impl::GenericDict numbered;
  for (int i = 0; i < 2500; ++i) many.push_back(impl::GenericList{i});
  for (int i = 0; i < 1200; ++i) numbered.insert(i, std::to_string(i));
  add("many", dict({{"lists", many},
                    {"dict", numbered},
                    {"ints", std::vector<int64_t>(2000, 7)},
                    {"full", std::vector<int64_t>(1000, 7)}}));
  const auto state = dict({{"step", tensor(3.0)}, {"exp_avg", zeros({2, 3})}});
  const auto group = dict({{"lr", 0.1},
                           {"betas", std::tuple(0.9, 0.999)},
                           {"params", std::vector<int64_t>{0, 1}},
                           {"foreach", IValue()}});
  add("checkpoint", dict({{"epoch", 3},
                          {"model_state_dict", dict({{"0.weight", x}, {"0.bias", zeros({2})}})},
                          {"optimizer_state_dict", dict({{"state", dict({{0, state}})},
                                                         {"param_groups", list({group})}})}}));
  manual_seed(0);
  nn::Sequential net = network();
  optim::Adam optimizer(net->parameters(), optim::AdamOptions(0.125));
  net->forward(arange(8, kFloat).square().reshape({4, 2})).square().mean().backward();
  optimizer.step();
  Dict<std::string, IValue> trained;
  trained.insert("model_state_dict", net->state_dict());
  trained.insert("optimizer_state_dict", optimizer.state_dict());
  add("trained", trained);
  return all;
}

}  // namespace

TEST_CASE("torch_save: what Python reads") {
  const TemporaryDirectory temporary;
  const char* const given = std::getenv("GRADUS_PICKLES");
  const std::filesystem::path folder = given ? given : temporary.path;
  std::filesystem::create_directories(folder);
  for (const auto& [name, value] : written()) {
    CAPTURE(name);
    const std::string text = Shown()(value), file = (folder / (name + ".pt")).string();
    torch_save(value, file);
    std::ofstream(folder / (name + ".txt"), std::ios::binary) << text;
    CHECK(Shown()(torch_load(file)) == text);
    CHECK(Shown()(pickle_load(pickle_save(value))) == text);
    const std::vector<char> again = pickle_save(pickle_load(pickle_save(value)));
    CHECK(bool(pickle_save(pickle_load(again)) == again));
  }
}
