// Pickles by hand: each opcode, and what is refused.
#include <doctest/doctest.h>

#include "tests/tensor/io/pickled.h"

using namespace gradus;
using namespace gradus::test;

TEST_CASE("pickle_load: each opcode") {
  const std::pair<std::string, std::string> pickles[] = {
      {"N.", "None"},
      {"\x88.", "True"},
      {"\x89.", "False"},
      {"I01\n.", "True"},
      {"I00\n.", "False"},
      {"I-12\n.", "-12"},
      {"L12345678901L\n.", "12345678901"},
      {"L7\n.", "7"},
      {"F0.25\n.", "0.25"},
      {"F-inf\n.", "-inf"},
      {"J\xfe\xff\xff\xff.", "-2"},
      {"K\xff.", "255"},
      {"M\x01\x80.", "32769"},
      {"\x8a\0."s, "0"},
      {"\x8a\1\xff.", "-1"},
      {"\x8a\2\0\x80."s, "-32768"},
      {"\x8a\x09\1\0\0\0\0\0\0\0\0."s, "1"},
      {"\x8b\2\0\0\0\1\1."s, "257"},
      {"G\x3f\xf0\0\0\0\0\0\0."s, "1.0"},
      {"X\2\0\0\0ab."s, "'ab'"},
      {"T\2\0\0\0ab."s, "'ab'"},
      {"U\2ab.", "'ab'"},
      {"\x8c\2ab.", "'ab'"},
      {"\x8d\2\0\0\0\0\0\0\0ab."s, "'ab'"},
      {"].", "#0[]"},
      {"(K\1K\2l.", "#0[1 2]"},
      {"]K\1a(K\2K\3e.", "#0[1 2 3]"},
      {").", "()"},
      {"(K\1t.", "(1)"},
      {"K\1\x85.", "(1)"},
      {"K\1K\2\x86.", "(1 2)"},
      {"K\1K\2K\3\x87.", "(1 2 3)"},
      {"}.", "#0{}"},
      {"(K\1K\2d.", "#0{1:2}"},
      {"}K\1K\2s(K\3NK\1K\4u.", "#0{1:4 3:None}"},
      {"K\1K\2"
       "0.",
       "1"},
      {"K\1(K\2K\3"
       "1.",
       "1"},
      {"K\1("
       "0.",
       "1"},
      {"K\1"
       "2\x86.",
       "(1 1)"},
      {"]q\0h\0\x86."s, "(#0[] =0)"},
      {"]p7\n0h\x07.", "#0[]"},
      {"]q\7g7\n\x86.", "(#0[] =0)"},
      {"]r\5\0\0\0j\5\0\0\0\x86."s, "(#0[] =0)"},
      {"(]\x94}\x94h\0h\1t."s, "(#0[] #1{} =0 =1)"},
      {"\x80\4\x95\1\0\0\0\0\0\0\0N."s, "None"},
      {"ccollections\nOrderedDict\n)R.", "#0{}"},
      {"\x8c\x0b"
       "collections\x8c\x0bOrderedDict\x93)R.",
       "#0{}"},
      {"ccollections\nOrderedDict\n)\x81.", "#0{}"},
      {"}}\x8c\1aK\1sb.", "#0{}"},
      {"ctorch\nint64\n.", "'torch.int64'"},
      {"ctorch\ndevice\n\x8c\3cpu\x85R.", "'cpu'"},
      {"ctorch\ndevice\n\x8c\4cudaK\3\x86R.", "'cuda:3'"},
      {"ctorch\nSize\nK\1K\2\x86\x85R.", "(1 2)"},
      {"ccollections\nCounter\n)R.", shown("}.")},
      {"ccollections\nCounter\n}(K\3K\2K\5K\1u\x85R.", shown("}(K\3K\2K\5K\1u.")},
      {"ctorch.jit._pickle\nbuild_intlist\n]K\1a\x85R.", "#0[1]"},
      {storage("FloatStorage", "0", 2) + ".",
       "#0float32[2/1]+0 of storage 0, 24 bytes, no grad: 0.0 1.0;"},
      {floats("K\1K\2K\2\x86K\2K\1\x86") + ".",
       "#0float32[2/2,2/1]+1 of storage 0, 24 bytes, no grad: 1.0 2.0 3.0 4.0;"},
      {floats("K\0)"s + ")") + ".", "#0float32[]+0 of storage 0, 24 bytes, no grad: 0.0;"},
      {"ctorch._utils\n_rebuild_tensor\n(" + storage("FloatStorage", "0", 6) +
           "K\5K\1\x85K\1\x85tR.",
       "#0float32[1/1]+5 of storage 0, 24 bytes, no grad: 5.0;"},
      {"ctorch._utils\n_rebuild_parameter\n" + floats("K\5K\1\x85K\1\x85") + "\x88}\x87R.",
       "#0float32[1/1]+5 of storage 0, 24 bytes, grad: 5.0;"},
      {tensor_on(storage("DoubleStorage", "", 0), "K\0K\0\x85K\1\x85"s) + ".",
       "#0float64[0/1]+0 of storage 0, 0 bytes, no grad: ;"},
  };
  for (const auto& each : pickles) {
    const auto& pickle = each.first;
    const auto& value = each.second;
    CAPTURE(pickle);
    CHECK(message([&] { unpickled(pickle); }) == "nothing was thrown");
    CHECK(shown(pickle) == value);
    CHECK(shown("\x80\2" + pickle) == value);
  }
}

TEST_CASE("pickle_load: what is no plain container is refused by its name") {
  const std::pair<std::string, std::string> pickles[] = {
      {"cos\nsystem\n.", "the file names os.system, which is no plain container"},
      {"cos\nsystem\n\x8c\x04true\x85R.", "the file names os.system, which is no plain container"},
      {"cos\nsystem\n0N.", "the file names os.system, which is no plain container"},
      {"\x8c\x02os\x8c\x06system\x93.", "the file names os.system, which is no plain container"},
      {"c__builtin__\neval\n.", "the file names __builtin__.eval, which is no plain container"},
      {"ctorch\nload\n.", "the file names torch.load, which is no plain container"},
      {"ctorch\nUndefinedStorage\n.",
       "the file names torch.UndefinedStorage, which is no plain container"},
      {"c" + std::string(200, 'm') + "\nf\n.",
       "the file names " + std::string(100, 'm') + ".f, which is no plain container"},
      {"(ios\nsystem\n.", "opcode 0x69 at byte 1 is none of plain containers'"},
      {"\x82\1.", "opcode 0x82 at byte 0 is none of plain containers'"},
      {"Pos\n.", "opcode 0x50 at byte 0 is none of plain containers'"},
      {"\x97.", "opcode 0x97 at byte 0 is none of plain containers'"},
      {"ctorch\nTensor\n)R.", "the pickle calls a class that is only named in such files"},
      {"ctorch\nFloatStorage\n)R.", "the pickle calls a class that is only named in such files"},
      {"ctorch\nfloat32\n)R.", "the pickle has an element type where a function is due"},
      {"ctorch\nTensor\n.", "there is a class or a function, which no value holds here"},
      {"ccollections\nOrderedDict\n]\x85R.", "a call with 1 arguments, which takes 0"},
      {"ccollections\nOrderedDict\n]R.", "the pickle has a list where a tuple of arguments is due"},
      {"]}b.", "the pickle has a list where a dict with attributes is due"},
      {"}]b.", "the pickle has a list where a dict of attributes is due"},
      {"\x8f(K\1\x90.", "there is a set, which no value holds here"},
      {"(K\1\x91.", "there is a frozenset, which no value holds here"},
      {"C\1a.", "there is bytes, which no value holds here"},
      {"B\1\0\0\0a."s, "there is bytes, which no value holds here"},
      {"\x8a\x09\0\0\0\0\0\0\0\x80\0."s,
       "there is an integer beyond int64, which no value holds here"},
      {"\x8a\x09\0\0\0\0\0\0\0\0\xff."s,
       "there is an integer beyond int64, which no value holds here"},
      {"I9223372036854775808\n.", "there is an integer beyond int64, which no value holds here"},
      {"\x8c\1\xff.", "a string that is no UTF-8"},
      {"}\x8c\1a]\x8c\1\xff"
       "as.",
       "a.0: a string that is no UTF-8"},
      {"}NK\1s.", "a key is None, not a bool, a number or a string"},
      {"}\x8c\1a})K\1ss.", "a: a key is a tuple, not a bool, a number or a string"},
  };
  for (const auto& each : pickles) {
    const auto& pickle = each.first;
    const auto& error = each.second;
    CAPTURE(pickle);
    CHECK(why(pickle) == error);
  }
  CHECK(shown("C\1a0N.") == "None");  // what is dropped is no matter
}

TEST_CASE("pickle_load: a machine that is misled says where") {
  const std::pair<std::string, std::string> pickles[] = {
      {"", "the pickle ends early, 0 bytes before its end where 1 are due"},
      {"N", "the pickle ends early, 0 bytes before its end where 1 are due"},
      {".", "an opcode before byte 1 finds no value"},
      {"NN.", "the pickle ends with 2 values, not with one"},
      {"(N.", "the pickle ends with 1 values, not with one"},
      {"N(.", "an opcode before byte 3 finds no value"},
      {"N(a.", "an opcode before byte 3 finds no value"},
      {"]N(2.", "an opcode before byte 4 finds no value"},
      {"t.", "an opcode before byte 1 finds no mark"},
      {"h\0."s, "place 0 has no value to take"},
      {"Nr\xff\xff\xff\xff.", "place 4294967295 to keep a value in a pickle of 7"},
      {"Np-1\n.", "a place of 2 characters that is no number"},
      {"\x80\6N.", "pickle protocol 6, of which 1 to 5 are known"},
      {"\x95\2\0\0\0\0\0\0\0N"s, "a frame of 2 bytes where 1 are left"},
      {"\x8d\xff\xff\xff\xff\xff\xff\xff\xff"
       "ab.",
       "the pickle ends early, 3 bytes before its end where 18446744073709551615 are due"},
      {"Ione\n.", "a number of 3 characters that is none"},
      {"I\n.", "a number of 0 characters that is none"},
      {"F1.5x\n.", "a number of 4 characters that is none"},
      {"I1", "the pickle ends early, within a line"},
      {"K\1K\2"
       "a.",
       "the pickle has an integer where a list is due"},
      {")K\2"
       "a.",
       "the pickle has a tuple where a list is due"},
      {"]K\1K\2s.", "the pickle has a list where a dict is due"},
      {"}(K\1u.", "a dict's items are 1 keys and values"},
      {"K\1)R.", "the pickle has an integer where a function is due"},
      {"K\1K\2\x93.", "the pickle has an integer where a module is due"},
      {"ctorch.jit._pickle\nbuild_intlist\n]\x8c\1aa\x85R.", "0: a String in a list of integers"},
      {"ctorch.jit._pickle\nbuild_tensorlist\n]K\1a\x85R.", "0: a Int in a list of tensors"},
      {"]q\0h\0a."s, "0: a container that contains itself"},
      {"}q\0\x8c\1ah\0\x85s."s, "a.0: a container that contains itself"},
  };
  for (const auto& each : pickles) {
    const auto& pickle = each.first;
    const auto& error = each.second;
    CAPTURE(pickle);
    CHECK(why(pickle) == error);
  }
}

TEST_CASE("pickle_load: tensors are held to their storages") {
  std::string many_ones;
  for (int i = 0; i < 65; ++i) many_ones += "K\1";
  const std::string six = storage("FloatStorage", "0", 6);
  const std::pair<std::string, std::string> pickles[] = {
      {floats("K\0K\7\x85K\1\x85"s),
       "sizes [7] with strides [1] from 0 do not fit a storage of 6 elements"},
      {floats("K\6K\1\x85K\1\x85"),
       "sizes [1] with strides [1] from 6 do not fit a storage of 6 elements"},
      {floats("J\xff\xff\xff\xffK\1\x85K\1\x85"),
       "sizes [1] with strides [1] from -1 do not fit a storage of 6 elements"},
      {floats("K\0K\2\x85\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f\x85"s),
       "sizes [2] with strides [9223372036854775807] from 0 do not fit a storage of 6 elements"},
      {floats("K\0J\xff\xff\xff\xff\x85K\1\x85"s),
       "a size or a stride of a tensor is no natural number"},
      {floats("K\0K\1\x85J\xff\xff\xff\xff\x85"s),
       "a size or a stride of a tensor is no natural number"},
      {floats("K\0K\1\x85)"s), "sizes [1] and strides [] differ in length"},
      {floats("K\0\x8c\1a\x85K\1\x85"s), "a size or a stride of a tensor is no natural number"},
      {floats("K\0("s + many_ones + "t)"), "65 dims, more than 64"},
      {floats("K\0\x8a\x08\0\0\0\0\0\0\0\x40\x8a\x08\0\0\0\0\0\0\0\x40\x86K\0K\0\x86"s),
       "sizes [4611686018427387904, 4611686018427387904] hold more than 2^58 elements"},
      {tensor_on(storage("FloatStorage", "0", 7), "K\0K\1\x85K\1\x85"s),
       "a storage of 7 elements of type float32 has 24 bytes in the file"},
      {tensor_on(storage("FloatStorage", "2", 7), "K\0K\1\x85K\1\x85"s), "there is no storage 2"},
      {tensor_on(storage("BoolStorage", "1", 3), "K\0K\1\x85K\1\x85"s), "element 2 is 2, no bool"},
      {tensor_on(storage("HalfStorage", "0", 6), "K\0K\1\x85K\1\x85"s),
       "element type float16, which no tensor has here"},
      {"(" + floats("K\0K\1\x85K\1\x85"s) +
           tensor_on(storage("IntStorage", "0", 6), "K\0K\1\x85K\1\x85"s) + "t",
       "1: types differ on storage 0, float32 and int32"},
      {"ctorch._utils\n_rebuild_parameter\n" +
           tensor_on(storage("IntStorage", "0", 6), "K\0K\1\x85K\1\x85"s) + "\x88}\x87R",
       "a tensor of type int32 is to require grad"},
      {"ctorch._utils\n_rebuild_tensor_v2\n(" + six + "K\0K\1\x85K\1\x85\x89}\x8c\3negK\1stR"s,
       "the pickle has a dict where an empty dict of hooks is due"},
      {"ctorch._utils\n_rebuild_tensor_v2\n(" + six + "K\0K\1\x85K\1\x85\x89}}\x8c\3neg\x88stR"s,
       "a tensor with the flag neg"},
      {"ctorch._utils\n_rebuild_tensor_v2\n(K\0K\0K\1\x85K\1\x85\x89}tR"s,
       "the pickle has an integer where a storage is due"},
      {"ctorch._utils\n_rebuild_tensor_v2\n(" + six + "tR", "a tensor of 1 arguments, not of 6"},
      {"K\1Q", "the pickle has an integer where what names a storage is due"},
      {")Q", "the pickle has a tuple where what names a storage is due"},
      {"(" + text("storage") + "ctorch\nfloat32\n" + text("0") + text("cpu") + "K\6tQ",
       "the pickle has an element type where a storage's class is due"},
      {"(" + text("storage") + "ctorch\nFloatStorage\n" + text("0") + text("cpu") +
           "J\xff\xff\xff\xfftQ",
       "a storage of -1 elements"},
  };
  for (const auto& each : pickles) {
    const auto& pickle = each.first;
    const auto& error = each.second;
    CAPTURE(pickle);
    CHECK(why(pickle + ".") == error);
  }
}

TEST_CASE("pickle_load: a view of nothing may lie anywhere, and a step of one element be any") {
  const Tensor none = unpickled(floats("K\x20K\0\x85K\1\x85"s) + ".").toTensor();
  CHECK(none.sum().item<float>() == 0);
  const Tensor one =
      unpickled(floats("K\3K\1\x85\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f\x85") + ".").toTensor();
  CHECK(one.item<float>() == 3);
  CHECK(one.contiguous().equal(full({1}, 3.0)));
}

TEST_CASE("pickle_load: values nested a million deep are made, written and let go of") {
  const size_t deepest = 1'000'000, depth = 100'000;
  const auto levels = [](IValue v) {
    size_t n = 0;
    for (; v.isList() && !v.toList().empty(); ++n) v = IValue(v.toList().get(0));
    return n;
  };
  const std::string lists = std::string(deepest, ']') + std::string(deepest - 1, 'a') + ".";
  CHECK(levels(pickle_load(pickle_save(unpickled(lists)))) == deepest - 1);

  const std::string tuples = "N" + std::string(depth, '\x85') + ".";
  std::string dicts;
  for (size_t i = 0; i < depth; ++i) dicts += "}K\1";
  dicts += "N" + std::string(depth, 's') + ".";
  for (const std::string& pickle : {tuples, dicts}) {
    const std::vector<char> once = pickle_save(unpickled(pickle));
    CHECK(bool(pickle_save(pickle_load(once)) == once));
  }
  const std::string way = "... 0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0: ";
  CHECK(why(std::string(depth, ']') + "C\1x" + std::string(depth, 'a') + ".") ==
        way + "there is bytes, which no value holds here");
  CHECK(why("]q\0"s + std::string(depth, ']') + "h\0"s + std::string(depth + 1, 'a') + ".") ==
        way + "a container that contains itself");
}

TEST_CASE("pickle_load: what is named twice is made once") {
  // 2^60 elements, were each of them a copy.
  std::string pickle = "]";
  for (int i = 0; i < 60; ++i) pickle += "2\x86";
  const IValue v = unpickled(pickle + ".");
  CHECK(bool(pickle_load(pickle_save(v)).isTuple()));
  CHECK(pickle_save(v).size() < 2000);
}

TEST_CASE("pickle_load: what can be named many times is short") {
  const auto tuple = [](size_t n) {
    std::string out = "(";
    for (size_t i = 0; i < n; ++i) out += "K\1";
    return out + "t";
  };
  const auto string = [](size_t n) {
    std::string size(4, '\0');
    for (int i = 0; i < 4; ++i) size[size_t(i)] = char(n >> 8 * i);
    return "X" + size + std::string(n, 'k');
  };
  CHECK(why("ctorch\nSize\n" + tuple(64) + "\x85R.") == "nothing was thrown");
  CHECK(why("ctorch\nSize\n" + tuple(65) + "\x85R.") == "a size of 65 dims, more than 64");
  CHECK(why("ctorch\nSize\n" + tuple(17) + "R.") == "a call with 17 arguments, more than 16");
  CHECK(why("ctorch\ndevice\n" + string(101) + "\x85R.") ==
        "a device's name of 101 bytes, more than 100");
  CHECK(why("}" + string(16384) + "Ns.") == "nothing was thrown");
  CHECK(why("}" + string(16385) + "Ns.") == "a key of 16385 bytes, more than 16384");
  CHECK(why("(" + text("storage") + "ctorch\nFloatStorage\n" + string(1025) + text("cpu") +
            "K\1tQ.") == "a storage's key of 1025 bytes, more than 1024");
  std::string flags = "}(";
  for (char i = 0; i < 17; ++i) flags += text(std::string(1, char('a' + i))) + "\x89";
  CHECK(why("ctorch._utils\n_rebuild_tensor_v2\n(" + storage("FloatStorage", "0", 6) +
            "K\0K\1\x85K\1\x85\x89}"s + flags + "utR.") == "a tensor with 17 flags, more than 16");
}
