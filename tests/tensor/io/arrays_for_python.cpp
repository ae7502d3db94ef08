// Files that `tests/reference/arrays.py --check` reads with NumPy and safetensors; without it, that
// they are read here.
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>

#include "autograd/autograd.h"
#include "autograd/factories.h"
#include "tensor/indexing.h"
#include "tensor/io/npy.h"
#include "tensor/io/safetensors_file.h"
#include "tests/temporary_directory.h"

using namespace gradus;

namespace {

NamedTensors tensors_for_python() {
  const auto count = [](ScalarType t, std::vector<int64_t> sizes) {
    int64_t n = 1;
    for (const int64_t s : sizes) n *= s;
    const Tensor x = arange(n);
    return (t == kBool ? x % 2 : x * 3).to(t).reshape(sizes);
  };
  NamedTensors all;
  for (const ScalarType t : {kBool, kByte, kInt, kLong, kFloat, kDouble})
    all.emplace_back(std::string(dtype_name(t)), count(t, {2, 3}));
  all.emplace_back("none", count(kFloat, {0, 3}));
  all.emplace_back("dim0", full({}, 2.5));
  all.emplace_back("columns", count(kFloat, {3, 2}).t());
  all.emplace_back("part", count(kDouble, {4, 4}).slice(1, 1, 3));
  return all;
}

}  // namespace

TEST_CASE("files for NumPy and safetensors") {
  namespace fs = std::filesystem;
  const TemporaryDirectory temporary;
  const char* named = std::getenv("GRADUS_ARRAYS");
  const fs::path folder = named ? fs::path(named) : temporary.path;
  const NamedTensors all = tensors_for_python();
  const auto check = [&](const NamedTensors& found) {
    REQUIRE(found.size() == all.size());
    for (const auto& want : all)
      for (const auto& have : found)
        if (have.first == want.first) {
          CAPTURE(want.first);
          CHECK(have.second.dtype() == want.second.dtype());
          CHECK(have.second.equal(want.second));
        }
  };
  NamedTensors single;
  for (const auto& [name, tensor] : all) {
    const std::string path = folder / (name + ".npy");
    save_npy(tensor, path);
    single.emplace_back(name, load_npy(path));
  }
  check(single);
  save_npz(all, folder / "stored.npz");
  check(load_npz(folder / "stored.npz"));
  save_npz(all, folder / "compressed.npz", /*compressed=*/true);
  check(load_npz(folder / "compressed.npz"));
  save_file(all, folder / "all.safetensors", {{"format", "pt"}, {"\xc3\xa9", "\"quoted\""}});
  check(load_file(folder / "all.safetensors"));
  fs::create_directory(folder / "shards");
  const std::string index = save_shards(all, folder / "shards", 64);
  check(load_file(index));
}
