// Lists, dicts and values of any kind: what is shared, what is refused, and what is equal. Left out
// is what IValue takes beyond libtorch's: an undefined tensor is None, and an integer a double; and
// that a dict of other types than IValue is copied.
#include <ATen/core/Dict.h>
#include <ATen/core/List.h>
#include <ATen/core/ivalue.h>
#include <torch/torch.h>

#include <iostream>

using c10::IValue;
using torch::Tensor;

namespace {

template <class T>
void line(const char* text, const T& value) {
  std::cout << text << " = " << value << "\n";
}
template <class F>
void attempt(const char* text, const F& f) {
  try {
    line(text, f());
  } catch (const std::exception&) {
    line(text, "an error");
  }
}
#define TRY(...) attempt(#__VA_ARGS__, [&] { return __VA_ARGS__; })

template <class T>
void print(const char* text, const c10::List<T>& list) {
  std::cout << text << ":";
  for (const T v : list) std::cout << " " << v;
  std::cout << " (" << list.size() << ")\n";
}

void elements() {
  c10::List<int64_t> list({1, 2, 3});
  const c10::List<int64_t> view = list;
  list[0] = 7;
  list[1] = list[2];
  print("assigned", view);
  swap(list[0], list[2]);
  print("swapped", view);
  const int64_t first = list[0];
  std::cout << first << int64_t(list[1]) << view[2] << (list[0] == 3) << (list[0] == list[1])
            << (list[0] == list[2]) << "\n";
  TRY(int64_t(list[3]));
  TRY(view[3]);
  TRY(list.get(3));
  TRY((list.set(3, 1), 0));
  TRY(list.extract(3));
  print("as before", view);
  c10::List<std::string> words({"a", "b"});
  words[0] = std::string("longer than any short string is");
  words[1] = words[0];
  line("word", std::string(words[1]));
  line("extracted", words.extract(0));
  line("left", words.size());
  c10::List<bool> flags({true, false});
  flags[1] = true;
  flags[0] = false;
  flags.push_back(flags[1]);
  print("flags", flags);
  swap(flags[0], flags[1]);
  print("flags", flags);
  c10::List<Tensor> tensors({torch::ones(2), torch::zeros(3)});
  const Tensor t = tensors.get(0);
  t.mul_(5);
  line("shared", tensors.get(0)[0].item<float>());
  tensors[1] = t;
  line("the same", tensors.get(1).is_same(t));
  c10::List<double> numbers(at::ArrayRef<double>({0.5, 1.5}));
  numbers[0] = 2 * double(numbers[1]);
  print("numbers", numbers);
}

void changes() {
  c10::List<int64_t> list;
  std::cout << list.empty() << list.size();
  list.reserve(10);
  list.push_back(1);
  list.emplace_back(2);
  list.append(list.copy());
  list.append(c10::List<int64_t>({9}));
  print("", list);
  list.insert(list.begin(), 0);
  list.insert(list.end(), 10);
  const auto at = list.insert(list.begin() + 2, 5);
  line("inserted", at - list.begin());
  print("inserted", list);
  list.erase(list.begin());
  const auto behind = list.erase(list.begin() + 1, list.begin() + 3);
  line("behind", behind - list.begin());
  print("erased", list);
  list.emplace(list.begin(), 4);
  list.pop_back();
  list.resize(7);
  print("resized", list);
  list.resize(8, 6);
  list.resize(3);
  list.resize(4, 8);
  print("resized", list);
  const c10::List<int64_t> other = list.copy(), same = list;
  std::cout << (other == list) << (other != list) << other.is(list) << same.is(list)
            << (same == list) << "\n";
  other.push_back(1);
  std::cout << (other == list) << (other != list) << list.vec().size() << "\n";
  list.clear();
  std::cout << same.empty() << other.size() << same.use_count() << "\n";
  c10::List<int64_t> moved = std::move(list);
  moved.push_back(3);
  std::cout << moved.size() << same.size() << "\n";
}

void places() {
  c10::List<int64_t> list({3, 1, 2});
  auto i = list.begin();
  const int64_t first = *i++;
  const int64_t second = *i;
  std::cout << first << second << (list.end() - list.begin()) << (i < list.end()) << int64_t(*--i)
            << int64_t(i[2]) << (i + 1 == list.end() - 2) << "\n";
  *i = 8;
  for (auto e = list.begin(); e != list.end(); ++e) *e = int64_t(*e) + 1;
  print("each", list);
  int64_t sum = 0;
  for (const int64_t v : list) sum += v;
  for (const auto& v : list) sum += v;
  line("sum", sum);
  std::vector<int64_t> copied(list.begin(), list.end());
  line("copied", copied.size());
}

void dicts() {
  c10::Dict<std::string, int64_t> dict;
  std::cout << dict.empty() << dict.insert("b", 1).second << dict.insert("a", 2).second
            << dict.insert("b", 3).second << dict.at("b") << dict.insert_or_assign("b", 4).second
            << dict.at("b") << dict.size() << dict.contains("c") << (dict.find("c") == dict.end())
            << dict.find("a")->value() << dict.find("a")->key() << "\n";
  TRY(dict.at("none"));
  dict.insert("c", 5);
  dict.find("a")->setValue(9);
  for (const auto& entry : dict) std::cout << entry.key() << entry.value() << " ";
  const c10::Dict<std::string, int64_t> same = dict, other = dict.copy();
  std::cout << same.is(dict) << other.is(dict) << same.size() << "\n";
  dict.erase(dict.begin());
  std::cout << dict.erase("z") << dict.erase("c") << same.size() << other.size() << "\n";
  for (const auto& entry : other) std::cout << entry.key() << entry.value() << " ";
  dict.reserve(10);
  dict.clear();
  std::cout << same.empty() << other.size() << "\n";
  c10::Dict<int64_t, Tensor> tensors;
  tensors.insert(3, torch::ones(2));
  tensors.at(3).mul_(4);
  line("shared", tensors.at(3)[1].item<float>());
  c10::Dict<std::string, int64_t> a, b;
  a.insert("x", 1);
  a.insert("y", 2);
  b.insert("y", 2);
  std::cout << (a == b) << (a != b);
  b.insert("x", 1);
  std::cout << (a == b) << (a != b);
  b.insert_or_assign("x", 3);
  std::cout << (a == b) << "\n";
}

void say(const char* text, const IValue& v) {
  std::cout << text << ": " << (v.isList() ? "a list" : v.tagKind()) << " " << v.isNone()
            << v.isTensor() << v.isBool() << v.isInt() << v.isDouble() << v.isScalar()
            << v.isString() << v.isIntList() << v.isDoubleList() << v.isTensorList() << v.isList()
            << v.isGenericDict() << v.isTuple() << "\n";
}

void values() {
  say("none", IValue());
  say("tensor", IValue(torch::ones(1)));
  say("true", true);
  say("int", 3);
  say("int64", int64_t(3));
  say("float", 2.5f);
  say("double", 2.5);
  say("text", "text");
  say("string", std::string("text"));
  say("ints", std::vector<int64_t>{1});
  say("doubles", std::vector<double>{1});
  say("tensors", std::vector<Tensor>{torch::ones(1)});
  say("list of ints", c10::List<int64_t>({1}));
  say("list of doubles", c10::List<double>({1}));
  say("list of tensors", c10::List<Tensor>({torch::ones(1)}));
  say("list of strings", c10::List<std::string>({"a"}));
  say("no ints", c10::List<int64_t>());
  c10::Dict<std::string, int64_t> dict;
  dict.insert("a", 1);
  say("dict", dict);
  say("tuple", std::tuple<int64_t, double>(1, 2.5));
  say("made tuple", c10::ivalue::Tuple::create({IValue(1), IValue("a")}));
  say("some", std::optional<int64_t>(1));
  say("nothing", std::optional<int64_t>());
  say("scalar", at::Scalar(2));
}

void conversions() {
  TRY(IValue(3).toInt());
  TRY(IValue(3.5).toDouble());
  TRY(IValue(3.5).toInt());
  TRY(IValue(true).toBool());
  TRY(IValue(true).toInt());
  TRY(IValue(1).toBool());
  TRY(IValue("a").toStringRef());
  TRY(IValue(1).toStringRef());
  TRY(IValue(1).toTensor().defined());
  TRY(IValue(2.5).toScalar());
  TRY(IValue(2).to<int64_t>());
  TRY(IValue("a").to<std::string>());
  TRY(IValue(std::vector<int64_t>{1, 2}).toIntVector().size());
  TRY(IValue(std::vector<double>{1, 2}).toIntVector().size());
  TRY(IValue(c10::List<int64_t>({1, 2})).toIntVector().back());
  TRY(IValue(c10::List<double>({1, 2.5})).toDoubleVector().back());
  TRY(IValue(c10::List<int64_t>({1, 2})).toList().size());
  TRY(int64_t(IValue(c10::List<int64_t>({1, 2})).toList().get(1).toInt()));
  TRY(IValue(c10::List<int64_t>({1, 2})).to<c10::List<int64_t>>().get(1));
  TRY(IValue(c10::List<int64_t>({1, 2})).to<std::vector<int64_t>>().size());
  TRY(IValue(c10::List<std::string>({"a", "b"})).to<std::vector<std::string>>().back());
  TRY(IValue(3).toList().size());
  TRY(IValue(std::tuple<int64_t, double>(1, 2.5)).toTupleRef().elements()[1].toDouble());
  TRY(IValue(std::tuple<int64_t, double>(1, 2.5)).toTuple()->elements().size());
  TRY(IValue(3).toTuple()->elements().size());
  TRY(IValue(3).toGenericDict().size());
  TRY(IValue(3).toOptional<int64_t>().has_value());
  TRY(IValue().toOptional<int64_t>().has_value());
  // What is held is shared.
  c10::List<int64_t> ints({1});
  const IValue held(ints);
  ints.push_back(2);
  line("of the list", held.toIntVector().size());
  held.to<c10::List<int64_t>>().push_back(3);
  line("of the value", ints.size());
  c10::Dict<std::string, int64_t> dict;
  dict.insert("a", 1);
  const IValue kept(dict);
  line("of the dict", kept.toGenericDict().size());
  line("found", kept.toGenericDict().at("a").toInt());
  line("ints of the value", held.toIntList().is(ints));
  const c10::List<double> doubles({0.5});
  line("doubles of the value", IValue(doubles).toDoubleList().is(doubles));
  const c10::List<Tensor> tensors({torch::ones(1)});
  line("tensors of the value", IValue(tensors).toTensorList().is(tensors));
  const Tensor x = torch::ones(1);
  line("same tensor", IValue(x).toTensor().is_same(x));
}

}  // namespace

int main() {
  elements();
  changes();
  places();
  dicts();
  values();
  conversions();
}
