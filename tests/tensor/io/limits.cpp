// What a writer refuses is what its reader would refuse, at the limit and beyond, and nothing is
// written then.

#include <filesystem>
#include <sstream>

#include "tensor/base/fail.h"
#include "tensor/io/archive_dict.h"
#include "tensor/io/list.h"
#include "tensor/io/npy.h"
#include "tensor/io/pickle.h"
#include "tensor/io/pickle_graph.h"
#include "tensor/io/safetensors_file.h"
#include "tests/archive.h"
#include "tests/support.h"
#include "tests/temporary_directory.h"

using namespace gradus;

namespace {

impl::GenericDict with_key(size_t bytes) {
  impl::GenericDict dict;
  dict.insert(std::string(bytes, 'k'), 1);
  return dict;
}
Tensor with_dims(int64_t dims) { return ones(std::vector<int64_t>(size_t(dims), 1)); }
// A bool that is none, as memory that was never written to may have.
Tensor no_bools() {
  const Tensor x = zeros({4}, kBool);
  static_cast<uint8_t*>(x.data_ptr())[2] = 7;
  return x;
}
serialize::OutputArchive with_name(const std::string& name) {
  serialize::OutputArchive out;
  out.write(name, 1);
  return out;
}
std::string repeated(const std::string& text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

}  // namespace

TEST_CASE("torch_save: a key is as long as torch_load takes it") {
  const auto same = [](const IValue& v) { return pickle_load(pickle_save(v)); };
  CHECK(same(with_key(16384)).toGenericDict().begin()->key().toStringRef().size() == 16384);
  CHECK(message([] { pickle_save(with_key(16385)); }) ==
        "pickle_save: " + std::string(100, 'k') + "...: a key of 16385 bytes, more than 16384");
  // Other texts are longer.
  CHECK(same(std::string(20000, 'x')).toStringRef().size() == 20000);

  const TemporaryDirectory dir;
  CHECK_THROWS_AS(torch_save(with_key(16385), dir / "x.pt"), Error);
  CHECK(std::filesystem::is_empty(dir.path));
}

TEST_CASE("torch_save: a tensor has as many dims as torch_load takes, and bools that are such") {
  CHECK(pickle_load(pickle_save(with_dims(64))).toTensor().dim() == 64);
  CHECK(message([] { pickle_save(std::tuple(1, with_dims(65))); }) ==
        "pickle_save: 1: 65 dims, more than 64");
  CHECK(message([] { pickle_save(no_bools().slice(0, 0, 2)); }) ==
        "pickle_save: element 2 is 7, no bool");
}

TEST_CASE("torch_save: a pickle is as long as torch_load takes it") {
  const std::string text(100, 'x');
  const size_t bytes = pickle::write_pickle(text, "save").bytes.size();
  const auto graph_of = [](const std::string& pickle, size_t most) {
    return pickle::read_graph(pickle, "load", most);
  };
  const std::string pickle = pickle::write_pickle(text, "save", bytes).bytes;
  CHECK(graph_of(pickle, bytes).nodes.size() == 1);
  CHECK(message([&] { graph_of(pickle, bytes - 1); }) ==
        fmt::format("load: a pickle of {} bytes, more than {}", bytes, bytes - 1));
  CHECK(message([&] { pickle::write_pickle(text, "save", bytes - 1); }) ==
        fmt::format("save: a pickle of {} bytes, more than {}", bytes, bytes - 1));
  CHECK(message([&] { pickle::write_pickle(text, "save", 99); }) ==
        "save: a string of 100 bytes, more than 99");
  // A long list stops where it is too long.
  impl::GenericList list;
  for (int i = 0; i < 1000; ++i) list.push_back(i);
  CHECK(message([&] { pickle::write_pickle(list, "save", 500); }) ==
        "save: 247: a pickle of 502 bytes, more than 500");
}

TEST_CASE("save_npz: what is refused writes nothing to a stream") {
  const auto written = [](const NamedTensors& tensors) {
    std::stringstream stream;
    const std::string why = message([&] { save_npz(tensors, stream); });
    CHECK(stream.str() == "");
    return why;
  };
  const Tensor x = ones({2});
  std::stringstream longest;
  save_npz({{"x", x}, {std::string(65531, 'a'), x}, {"", x}}, longest);
  CHECK(load_npz(longest)[1].first.size() == 65531);
  CHECK(written({{"x", x}, {std::string(65532, 'a'), x}}) ==
        "save_npz: a name of 65536 bytes, more than 65535");
  CHECK(written({{"x", x}, {std::string("a\0b", 3), x}}) ==
        "save_npz: the name of an entry has a NUL");
  CHECK(written({{"x", x}, {"\xff", x}}) == "save_npz: the name of an entry is not UTF-8");
  CHECK(written({{"x", x}, {"x", x}}) == "save_npz: the name x.npy was written twice");
  CHECK(written({{"x", x}, {"y", Tensor()}}) == "save_npz: y: an undefined tensor");
  CHECK(written({{"x", x}, {"y", with_dims(65)}}) ==
        "save_npz: y: 65 dims, more than the 64 that NumPy has");
  CHECK(written({{"x", x}, {"y", no_bools()}}) == "save_npz: y: element 2 is 7, no bool");
}

TEST_CASE("save_npy: dims and bools are those that load_npy takes") {
  std::stringstream stream;
  save_npy(with_dims(64), stream);
  CHECK(load_npy(stream).dim() == 64);
  std::stringstream nothing;
  CHECK(message([&] { save_npy(with_dims(65), nothing); }) ==
        "save_npy: 65 dims, more than the 64 that NumPy has");
  CHECK(message([&] { save_npy(no_bools(), nothing); }) == "save_npy: element 2 is 7, no bool");
  CHECK(nothing.str() == "");
  // Of a view only its own elements count.
  save_npy(no_bools().slice(0, 0, 2), nothing);
  CHECK(values(load_npy(nothing)) == Values{0, 0});
}

TEST_CASE("save and save_file: names, dims and bools are those that their readers take") {
  const TemporaryDirectory dir;
  const std::string path = dir / "x.safetensors";
  save_file({{"x", with_dims(64)}, {"", ones({1})}, {std::string("a\0b", 3), ones({1})}}, path);
  CHECK(load_file(path).size() == 3);
  std::filesystem::remove(path);
  const auto refused = [&](const Tensor& x) {
    const std::string why = message([&] { save_file({{"x", x}}, path); });
    CHECK(std::filesystem::is_empty(dir.path));
    std::stringstream stream;
    CHECK_THROWS_AS(save(x, stream), Error);
    CHECK(stream.str() == "");
    return why;
  };
  CHECK(refused(with_dims(65)) == "save_file: x has 65 dims, more than the 64 that are read again");
  CHECK(refused(no_bools()) == "save_file: x: element 2 is 7, no bool");

  // The header's length.
  const std::string half(50'000'000 - 40, 'x');
  serialize::OutputArchive full, beyond;
  full.write("a", half);
  full.write("b", half);
  CHECK(bytes_of(full).size() < 100'000'008);
  beyond.write("a", half);
  beyond.write("b", half + std::string(80, 'x'));
  std::stringstream stream;
  CHECK(message([&] {
          beyond.save_to(stream);
        }).ends_with(" bytes, more than the 100000000 that are read again"));
  CHECK(stream.str() == "");
}

TEST_CASE("save_shards: an index that could not be read again leaves nothing behind") {
  const TemporaryDirectory dir;
  // Each header has half of what is allowed, and the index all of it.
  const std::string half(50'000'000, 'x');
  NamedTensors tensors = {{"1" + half, ones({1})}, {"2" + half, ones({1})}};
  CHECK(message([&] {
          save_shards(tensors, dir / "model", 4);
        }).ends_with(" bytes, more than the 100000000 that are read again"));
  CHECK(std::filesystem::is_empty(dir.path));
}

TEST_CASE("state_dict(): a name is as deep and as long as load_state_dict() takes it") {
  const auto through = [](const std::string& name) {
    serialize::InputArchive in = serialize::to_archive(serialize::to_dict(with_name(name)));
    IValue v;
    in.read(name, v);
    return v.toInt();
  };
  const std::string deep = repeated("a.", 64) + "a", deeper = "a." + deep;
  CHECK(through(deep) == 1);
  CHECK(message([&] { serialize::to_dict(with_name(deeper)); }) ==
        "state_dict: " + deeper + " is nested more than 64 deep");
  const std::string name = "a." + std::string(1022, 'x');
  CHECK(through(name) == 1);
  CHECK(message([&] { serialize::to_dict(with_name(name + "x")); }) ==
        "state_dict: a name of 1025 bytes, more than 1024");
  CHECK(through(std::string(1025, 'x')) == 1);
}

TEST_CASE("to_archive: tensors are not copied, under however many names they are") {
  const Tensor x = ones({4});
  impl::GenericDict dict;
  dict.insert("a", x);
  dict.insert("tied", x);
  dict.insert("list", IValue(impl::GenericList{x, x}));
  serialize::InputArchive in = serialize::to_archive(dict);
  for (const char* const name : {"a", "tied", "list.0", "list.1"}) {
    Tensor read;
    in.read(name, read);
    CHECK(read.data_ptr() == x.data_ptr());
    CHECK_FALSE(read.is_same(x));
    Tensor defined = zeros({4});
    in.read(name, defined);
    CHECK(values(defined) == Values{1, 1, 1, 1});
    CHECK(defined.data_ptr() != x.data_ptr());
  }
}
