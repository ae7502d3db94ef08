#include "tensor/io/ivalue.h"

#include <doctest/doctest.h>

#include "gradus.h"
#include "tests/support.h"

using namespace gradus;

TEST_CASE("a dict of anything keeps the order of its keys, of several kinds") {
  impl::GenericDict dict;
  dict.insert("weight", ones({2}));
  dict.insert(7, "seven");
  dict.insert(0.5, IValue());
  const IValue v(dict);
  CHECK(v.isGenericDict());
  CHECK(v.tagKind() == "GenericDict");
  const auto back = v.toGenericDict();
  CHECK(back.is(dict));  // no copy
  REQUIRE(back.size() == 3);
  CHECK(back.begin()->key().toStringRef() == "weight");
  CHECK(back.at("weight").toTensor().equal(ones({2})));
  CHECK(back.at(7).toStringRef() == "seven");
  CHECK(back.at(7.0).toStringRef() == "seven");  // equal numbers are one key, as in Python
  CHECK(back.at(0.5).isNone());
  CHECK_THROWS_AS(back.at("bias"), IndexError);
  CHECK(message([&] { back.at("bias"); }) == "Dict: there is no key bias");
  CHECK(message([&] { back.at(8); }) == "Dict: there is no key 8");
  CHECK_THROWS_WITH(dict.insert(ones({1}), 1),
                    "ivalue: kinds differ, Double wanted and Tensor held");
  CHECK_THROWS_WITH(IValue(1).toGenericDict(),
                    "ivalue: kinds differ, GenericDict wanted and Int held");
}

TEST_CASE("a dict or list of one kind becomes one of anything, and back") {
  Dict<std::string, int64_t> counts;
  counts.insert("a", 1);
  counts.insert("b", 2);
  const IValue v(counts);
  CHECK(v.toGenericDict().at("b").toInt() == 2);
  CHECK(v.to<Dict<std::string, int64_t>>().at("a") == 1);
  CHECK_THROWS_AS((v.to<Dict<int64_t, int64_t>>()), Error);

  const IValue words(List<std::string>({"x", "y"}));
  CHECK(words.tagKind() == "GenericList");
  CHECK(words.isList());
  CHECK(words.to<std::vector<std::string>>() == std::vector<std::string>{"x", "y"});
  CHECK(words.to<List<std::string>>().get(1) == "y");
  CHECK_THROWS_WITH(words.toIntVector(), "ivalue: kinds differ, Int wanted and String held");
}

TEST_CASE("a list of anything is a list of numbers or tensors where its elements are") {
  impl::GenericList list;
  list.push_back(1);
  list.push_back(2);
  const IValue v(list);
  CHECK(v.toIntVector() == std::vector<int64_t>{1, 2});
  CHECK(v.toDoubleVector() == std::vector<double>{1, 2});
  list.push_back(0.5);
  CHECK_THROWS_AS(v.toIntVector(), Error);  // the same list
  CHECK(v.toDoubleVector() == std::vector<double>{1, 2, 0.5});
  CHECK(IValue(impl::GenericList()).toTensorVector().empty());

  CHECK(IValue(std::vector<int64_t>{3}).toList().get(0).toInt() == 3);
  CHECK(IValue(std::vector<Tensor>{ones({1})}).toList().get(0).isTensor());
  CHECK(IValue(std::tuple(1, "a")).toList().get(1).toStringRef() == "a");
  CHECK_THROWS_WITH(IValue(1).toList(), "ivalue: kinds differ, GenericList wanted and Int held");
}

TEST_CASE("an archive refuses what it cannot hold, by name") {
  serialize::OutputArchive archive;
  CHECK_THROWS_WITH(archive.write("x", IValue(impl::GenericDict())),
                    "write: x is a GenericDict, which no archive holds; write its elements");
  CHECK_THROWS_WITH(archive.write("x", IValue(impl::GenericList())),
                    "write: x is a GenericList, which no archive holds; write its elements");
}

TEST_CASE("copies of a list or dict have one address, and other lists have others") {
  const impl::GenericList list, other;
  CHECK(list.id() == IValue(list).toList().id());
  CHECK(list.id() != other.id());
  CHECK(list.copy().id() != list.id());
  const impl::GenericDict dict;
  CHECK(dict.id() == IValue(dict).toGenericDict().id());
  CHECK(dict.copy().id() != dict.id());
}

TEST_CASE("what is nested a million deep is let go of without an end of the stack") {
  IValue v;
  for (int i = 0; i <= 1'000'000; ++i) {
    if (i % 3 == 0) {
      v = impl::GenericList{v};
    } else if (i % 3 == 1) {
      v = ivalue::Tuple::create({v});
    } else {
      impl::GenericDict dict;
      dict.insert(1, v);
      v = dict;
    }
  }
  IValue kept = v.toTupleRef().elements()[0];
  v = {};
  CHECK(kept.isList());  // what somebody else has stays
  CHECK(kept.toList().get(0).isGenericDict());
}

TEST_CASE("an integer that does not fit is refused both ways") {
  CHECK(message([] { IValue(-1).to<uint64_t>(); }) == "ivalue: -1 does not fit");
  CHECK(message([] { IValue(INT64_MIN).to<uint64_t>(); }) ==
        "ivalue: -9223372036854775808 does not fit");
  CHECK(message([] { IValue(-1).to<uint8_t>(); }) == "ivalue: -1 does not fit");
  CHECK(message([] { IValue(256).to<uint8_t>(); }) == "ivalue: 256 does not fit");
  CHECK(message([] { IValue(128).to<int8_t>(); }) == "ivalue: 128 does not fit");
  CHECK(message([] { IValue(uint64_t(1) << 63); }) == "ivalue: 9223372036854775808 does not fit");
  CHECK(IValue(INT64_MAX).to<uint64_t>() == uint64_t(INT64_MAX));
  CHECK(IValue(UINT32_MAX).toInt() == int64_t(UINT32_MAX));
  CHECK(IValue(-128).to<int8_t>() == -128);
}

TEST_CASE("an element of a list can be assigned by its place, also a bool") {
  List<std::string> words({"a", "b"});
  words[0] = "c";
  CHECK(words.get(0) == "c");
  words[1] = words[0];
  swap(words[0], words[1]);
  CHECK(words.vec() == std::vector<std::string>{"c", "c"});
  CHECK_THROWS_AS(words[2], std::out_of_range);
  List<bool> bits({true, false});
  bits[1] = true;
  bits.set(0, false);
  CHECK(bits.copy().vec() == std::vector<bool>{false, true});
  CHECK(bits.extract(1));
  CHECK_FALSE(bool(bits[1]));
  CHECK(IValue(bits).to<List<bool>>() == bits);
  List<int64_t> numbers({1, 2});
  numbers[0] = 5;
  CHECK(bool(numbers[0] == 5));
}

TEST_CASE("a List of integers, doubles or tensors is shared with its value, others are copied") {
  const List<int64_t> ints({1});
  const List<double> doubles({0.5});
  const List<Tensor> tensors({ones({2})});
  const IValue v(ints);
  CHECK(v.tagKind() == "IntList");
  ints.push_back(2);
  CHECK(v.toIntVector() == std::vector<int64_t>{1, 2});
  IValue(v).to<List<int64_t>>().push_back(3);
  CHECK(ints.size() == 3);
  CHECK(v.toIntList().is(ints));
  CHECK(IValue(doubles).toDoubleList().is(doubles));
  CHECK(IValue(tensors).toTensorList().is(tensors));
  // Of other kinds they are made.
  CHECK(v.toDoubleList().vec() == std::vector<double>{1, 2, 3});
  CHECK(IValue(impl::GenericList{4, 5}).toIntList().vec() == std::vector<int64_t>{4, 5});
  CHECK(IValue(List<double>()).toIntList().empty());
  const List<std::string> words({"a"});
  const IValue copied(words);
  words.push_back("b");
  CHECK(copied.toList().size() == 1);
  // A dict is no list, also an empty one.
  CHECK(message([] { IValue(impl::GenericDict()).toIntVector(); }) ==
        "ivalue: kinds differ, IntList wanted and GenericDict held");
}

TEST_CASE("a dict loses an entry by its place") {
  Dict<std::string, int64_t> dict, other;
  for (const char* const key : {"a", "b", "c"}) dict.insert(key, 1);
  dict.erase(dict.find("b"));
  CHECK(dict.size() == 2);
  CHECK_FALSE(dict.contains("b"));
  dict.insert("b", 2);
  CHECK(dict.at("b") == 2);
  for (const char* const key : {"c", "b", "a"}) other.insert(key, dict.at(key));
  CHECK((dict == other));
  other.insert_or_assign("a", 5);
  CHECK((dict != other));
}
