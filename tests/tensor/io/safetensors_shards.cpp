// Models in several files, with an index.
#include <doctest/doctest.h>

#include <filesystem>

#include "autograd/autograd.h"
#include "tensor/io/safetensors_file.h"
#include "tests/tensor/io/arrays.h"
#include "tests/tensor/io/damage.h"

using namespace gradus;
using namespace std::string_literals;
using test::message;
using test::overwrite;
namespace fs = std::filesystem;

namespace {

NamedTensors some_tensors() {
  return {{"b", arange(4, kFloat)}, {"a", arange(3)}, {"large", ones({50})}, {"c", zeros({2})}};
}
std::vector<std::string> files_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& f : fs::directory_iterator(folder)) names.push_back(f.path().filename());
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

TEST_CASE("a model is cut into files of a size, and read through their index") {
  const TemporaryDirectory temporary;
  const std::string folder = temporary / "new/folder";
  const NamedTensors all = some_tensors();
  const std::string index = save_shards(all, folder, 40, {{"format", "pt"}});
  CHECK(index == folder + "/model.safetensors.index.json");
  CHECK(files_in(folder) == std::vector<std::string>{"model-00001-of-00003.safetensors",
                                                     "model-00002-of-00003.safetensors",
                                                     "model-00003-of-00003.safetensors",
                                                     "model.safetensors.index.json"});
  CHECK(test::content_of(index) == R"({
  "metadata": {
    "format": "pt",
    "total_size": 248
  },
  "weight_map": {
    "a": "model-00001-of-00003.safetensors",
    "b": "model-00001-of-00003.safetensors",
    "c": "model-00003-of-00003.safetensors",
    "large": "model-00002-of-00003.safetensors"
  }
}
)");
  const safe_open model(index);
  CHECK(model.keys() == std::vector<std::string>{"a", "b", "c", "large"});
  CHECK(model.offset_keys() == std::vector<std::string>{"a", "b", "large", "c"});
  CHECK(model.metadata() ==
        std::map<std::string, std::string>{{"format", "pt"}, {"total_size", "248"}});
  CHECK(model.contains("c"));
  CHECK_FALSE(model.contains("d"));
  for (const auto& [name, t] : all) CHECK(model.get_tensor(name).equal(t));
  CHECK(model.get_slice("large").get_shape() == std::vector<int64_t>{50});
  CHECK(load_file(index).size() == 4);
  CHECK(message([&] { model.get_tensor("d"); }) ==
        "safe_open: " + index + ": there is no tensor d");
  // A shard is a file like others.
  CHECK(safe_open(folder + "/model-00002-of-00003.safetensors").metadata() ==
        std::map<std::string, std::string>{{"format", "pt"}});
  // One file needs no index.
  const std::string one = save_shards(all, temporary / "one", 1000);
  CHECK(one == temporary / "one/model.safetensors");
  CHECK(load_file(one).size() == 4);
  CHECK(save_shards({}, temporary / "none", 1) == temporary / "none/model.safetensors");
}

TEST_CASE(
    "a save in shards that is refused leaves all as it was, and one that fails no files of its "
    "own") {
  const TemporaryDirectory folder;
  const std::string index = save_shards(some_tensors(), folder.path, 40);
  const std::vector<std::string> before = files_in(folder.path);
  const std::string bytes = test::content_of(index);
  CHECK(message([&] {
          save_shards({{"a", ones({1})}, {"a", ones({1})}}, folder.path, 1);
        }) == "save_shards: the name a was given twice");
  CHECK(message([&] { save_shards({}, folder.path, 0); }) ==
        "save_shards: a size of 0 bytes, less than 1");
  // The index cannot be written: a folder stands there.
  fs::remove(index);
  fs::create_directories(index + "/in the way");
  NamedTensors others = some_tensors();
  others[0].second = zeros({4});
  CHECK(message([&] { save_shards(others, folder.path, 40); }) != "nothing was thrown");
  fs::remove_all(index);
  overwrite(index, bytes);
  CHECK(files_in(folder.path) == before);
  const std::string file = folder / "file";
  overwrite(file, "");
  CHECK(message([&] {
          save_shards({}, file, 1);
        }).starts_with("save_shards: cannot make the folder " + file + ": "));
}

TEST_CASE("shards are opened when they are needed, and must have what the index says") {
  const TemporaryDirectory folder;
  const std::string index = save_shards(some_tensors(), folder.path, 40);
  const std::string second = folder / "model-00002-of-00003.safetensors",
                    third = folder / "model-00003-of-00003.safetensors";
  fs::remove(third);
  const safe_open model(index);
  CHECK(model.get_tensor("large").equal(ones({50})));
  CHECK(message([&] { model.get_tensor("c"); }) ==
        "safe_open: cannot open " + third + ": No such file or directory");
  fs::copy_file(second, third);
  CHECK(message([&] { model.get_tensor("c"); }) ==
        "safe_open: " + third + ": there is no tensor c, which " + index + " says is there");
  save_file({{"c", zeros({2})}, {"more", zeros({2})}}, third);
  CHECK(model.get_tensor("c").equal(zeros({2})));
  CHECK_FALSE(model.contains("more"));
  CHECK(load_file(index).size() == 4);
}

TEST_CASE("an index names files of its folder alone") {
  const TemporaryDirectory folder;
  const std::string index = folder / "model.safetensors.index.json",
                    begin = "safe_open: " + index + ": ";
  const auto why = [&](const std::string& text) {
    overwrite(index, text);
    const std::string m = message([&] { safe_open{index}; });
    return m.starts_with(begin) ? m.substr(begin.size()) : m;
  };
  for (const char* name : {"../x.safetensors", "/etc/passwd", "a/b", "..", ".", "", "a\\u0000b"}) {
    CAPTURE(name);
    CHECK(why(R"({"weight_map":{"w":")"s + name + "\"}}")
              .ends_with(" is no name of a file beside the index"));
  }
  CHECK(
      why(R"({"weight_map":{"w":"..x"},"more":[{"a":[1]},null],"metadata":{"n":-1.5,"l":[1],"t":true}})") ==
      "nothing was thrown");
  CHECK(safe_open(index).metadata() ==
        std::map<std::string, std::string>{{"n", "-1.5"}, {"t", "true"}});
  CHECK(why("") == "the index is no JSON at byte 1");
  CHECK(why("[]") == "the index is no JSON at byte 1");
  CHECK(why("{}") == "the index has no weight_map");
  CHECK(why(R"({"weight_map":{"w":"a","w":"b"}})") == "the index has w twice");
  CHECK(why(R"({"weight_map":{},"weight_map":{}})") == "the index has weight_map twice");
  CHECK(why(R"({"weight_map":1})") == "the index has a value where none belongs, at weight_map");
  CHECK(why(R"({"weight_map":[]})") == "the index has an array where none belongs, at weight_map");
  CHECK(why(R"({"weight_map":{"w":1}})") ==
        "the index has a value where none belongs, at weight_map");
  CHECK(why(R"({"weight_map":{"w":{}}})") ==
        "the index has an object where none belongs, at weight_map");
  CHECK(why("{\"weight_map\":{\"\xff\":\"a\"}}").starts_with("the index is no JSON at byte "));
  CHECK(why("{\"metadata\":" + std::string(100000, '['))
            .starts_with("the index is no JSON at byte "));
}

TEST_CASE("every cut and every changed bit of an index is found, or harms nothing") {
  const TemporaryDirectory folder;
  const std::string index = save_shards({{"a", ones({2})}, {"b", ones({2})}}, folder.path, 8),
                    bytes = test::content_of(index);
  test::damage(
      bytes,
      [&](const std::string& damaged) {
        overwrite(index, damaged);
        load_file(index);
      },
      /*cuts_throw=*/false);  // the last byte is the line's end
}
