// Files of torch.save: what is not written, what is no such file, and damaged ones.
#include "tensor/io/pickle.h"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "tests/archive.h"
#include "tests/temporary_directory.h"
#include "tests/tensor/io/pickled.h"

using namespace gradus;
using namespace gradus::test;

TEST_CASE("pickle_save: what Python could not read is refused, by the way to it") {
  const auto saving = [](const IValue& v) { return message([&] { pickle_save(v); }); };
  impl::GenericDict model;
  model.insert("text", IValue(impl::GenericList{1, "\xff"}));
  CHECK(saving(model) == "pickle_save: text.1: a string that is no UTF-8");
  impl::GenericDict keys;
  keys.insert("\xff", 1);
  CHECK_THROWS_AS(pickle_save(keys), Error);
  const impl::GenericList list;
  list.push_back(impl::GenericList{std::tuple(1, list)});
  CHECK(saving(list) == "pickle_save: 0.0.1: a container that contains itself");
  list.clear();
  impl::GenericDict dict;
  dict.insert(3, dict);
  CHECK(saving(dict) == "pickle_save: 3: a container that contains itself");
  dict.clear();
  const Tensor x = zeros({4}, kInt);
  CHECK(saving(std::tuple(x, x.view(kFloat))) ==
        "pickle_save: 1: types differ on a storage that tensors share, int32 and float32");
}

TEST_CASE("torch_save: a failure leaves the old file") {
  const TemporaryDirectory folder;
  const std::string file = folder / "a.pt";
  torch_save(ones({2}), file);
  CHECK(message([&] { torch_save("\xff", file); }) ==
        "torch_save: " + file + ": a string that is no UTF-8");
  CHECK(torch_load(file).toTensor().equal(ones({2})));
  CHECK(message([&] { torch_load(folder / "none.pt"); }) ==
        "torch_load: cannot open " + (folder / "none.pt") + ": No such file or directory");
  CHECK(
      message([&] { torch_save(1, folder / "no/a.pt"); }).starts_with("torch_save: cannot open "));
}

TEST_CASE("torch_load: other files are told by their kind") {
  const TemporaryDirectory folder;
  const std::string file = folder / "a";
  const auto loading = [&](const std::string& bytes) {
    std::ofstream(file, std::ios::binary) << bytes;
    const std::string text = message([&] { torch_load(file); });
    const std::string start = "torch_load: " + file + ": ";
    return text.starts_with(start) ? text.substr(start.size()) : text;
  };
  CHECK(loading(saved_bytes(ones({2}))) ==
        "not a file of torch.save but a safetensors file: load() reads it");
  CHECK(loading("\x80\x04N.") ==
        "not a file of torch.save but a Python pickle: in Python, torch.save(torch.load(old), new) "
        "writes it anew");
  CHECK(loading("\x93NUMPY\1\0") == "not a file of torch.save but a NumPy array (.npy)");
  CHECK(loading("") == "not a file of torch.save");
  CHECK(loading("something else") == "not a file of torch.save");
  const auto zip = [&](const Entries& entries) {
    const std::vector<char> bytes = archive(entries);
    return loading({bytes.begin(), bytes.end()});
  };
  CHECK(zip({}) == "a zip archive of nothing");
  CHECK(zip({{"x.npy", "1"}}) == "a zip archive, but none of torch.save: no data.pkl");
  CHECK(zip({{"x/data.pkl", "N."}, {"x/constants.pkl", ")."}}) ==
        "a program of TorchScript (torch.jit.save, or libtorch's torch::save): in Python, "
        "torch.save(torch.jit.load(old).state_dict(), new) writes what it holds");
  CHECK(zip({{"x/data.pkl", "N."}, {"x/byteorder", "big"}}) ==
        "the file's byte order is big, not little");
  CHECK(zip({{"x/data.pkl", "N."}}) == "nothing was thrown");
  CHECK(zip({{"data.pkl", "N."}}) == "nothing was thrown");

  std::string packed;
  ZipWriter writer("save", [&](const void* data, size_t n) {
    packed.append(static_cast<const char*>(data), n);
  });
  writer.deflate("a/data.pkl", {"(" + std::string(100, 'N') + "t."});
  writer.finish();
  CHECK(loading(packed) == "a/data.pkl is packed, where torch.save packs nothing");
}

TEST_CASE("torch_load: a pipe without an archive is read once") {
  const TemporaryDirectory folder;
  const std::string file = folder / "pipe";
  REQUIRE(mkfifo(file.c_str(), 0600) == 0);
  std::thread writer([&] {
    const int fd = open(file.c_str(), O_WRONLY | O_CLOEXEC);
    if (fd < 0) return;
    [[maybe_unused]] const ssize_t n = write(fd, "something else", 14);
    close(fd);
  });
  const std::string text = message([&] { torch_load(file); });
  writer.join();
  CHECK(text.starts_with("torch_load: " + file + ": "));
}

TEST_CASE("load: a file of torch_save is told to be one") {
  Tensor t;
  const std::vector<char> bytes = pickle_save(ones({2}));
  serialize::InputArchive in;
  CHECK(message([&] { in.load_from(bytes.data(), bytes.size()); }) ==
        "load: not a safetensors file but a PyTorch file (torch.save, in Python or libtorch): "
        "torch_load reads it, unless it is TorchScript's");
}

TEST_CASE("pickle_load: of a damaged file comes Error or a value") {
  const Tensor x = arange(3, kFloat).requires_grad_();
  impl::GenericDict dict;
  dict.insert("w", x);
  dict.insert(2, IValue(impl::GenericList{true, 0.5, std::tuple("a", IValue()), x[1].detach()}));
  const std::vector<char> whole = pickle_save(dict);
  const std::string expected = Shown()(pickle_load(whole));
  test::damage({whole.begin(), whole.end()}, [&](const std::string& bytes) {
    // The checksums hold, where what changed is of no matter.
    CHECK(Shown()(pickle_load({bytes.begin(), bytes.end()})) == expected);
  });
  // The pickle within, whose checksum is right.
  const ZipReader zip("load", whole.data(), whole.size());
  const std::string pickle = zip.read(*zip.find("archive/data.pkl"));
  size_t values = 0;
  test::damage(pickle, [&](const std::string& changed) {
    const IValue v =
        pickle_load(archive({{"archive/data.pkl", changed},
                             {"archive/data/0", zip.read(*zip.find("archive/data/0"))}}));
    Shown()(v);
    pickle_save(v);
    ++values;
  });
  CHECK(values > 50);
}

TEST_CASE(
    "pickle_save: a List of integers, doubles or tensors that is held twice is one list again") {
  const auto both = [](const auto& list) {
    const IValue back = pickle_load(pickle_save(std::tuple(list, list)));
    const auto& elements = back.toTupleRef().elements();
    CHECK(elements[0].toList().size() == 2);
    return elements[0].toList().is(elements[1].toList());
  };
  CHECK(both(List<int64_t>({1, 2})));
  CHECK(both(List<double>({1, 2})));
  CHECK(both(List<Tensor>({ones({1}), Tensor()})));
  CHECK(both(impl::GenericList{1, "a"}));
}
