// Bytes as an archive. The mutator changes the header and the data each for itself and writes the
// header's right length before them, most of the time.
#include <algorithm>
#include <sstream>

#include "autograd/factories.h"
#include "tests/archive.h"
#include "tests/fuzz/fuzz.h"

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t most);

namespace {

using namespace gradus;

// Everything that an archive can be asked for.
void read_all(serialize::InputArchive& archive, int depth = 0) {
  for (const std::string& key : archive.keys()) {
    IValue value;
    Tensor tensor;
    serialize::InputArchive part;
    if (archive.try_read(key, value) && value.isTensor()) {
      const Tensor t = value.toTensor();
      if (t.numel() > 0) t.to(kDouble).sum();
    }
    archive.try_read(key, tensor);
    if (depth < 4 && archive.try_read(key, part)) read_all(part, depth + 1);
  }
}

// What was read is written, and that read again.
void write_back(serialize::InputArchive& archive) {
  serialize::OutputArchive out;
  for (const std::string& key : archive.keys()) {
    IValue value;
    if (archive.try_read(key, value)) out.write(key, value);
  }
  const std::string bytes = bytes_of(out);
  serialize::InputArchive again;
  again.load_from(bytes.data(), bytes.size());
  serialize::OutputArchive twice;
  for (const auto& [key, value] : out.entries()) {
    IValue back;
    fuzz::require(again.try_read(key, back), "a key that was written is not there");
    twice.write(key, back);
  }
  fuzz::require(bytes_of(twice) == bytes, "an archive changes when it is written again");
}

}  // namespace

void fuzz::run(std::string_view bytes) {
  serialize::InputArchive whole;
  bool readable = true;
  try {
    whole.load_from(bytes.data(), bytes.size());
  } catch (const Error&) {
    readable = false;
  }
  std::istringstream stream{std::string(bytes)};
  serialize::InputArchive part;
  if (readable) {
    part.load_from(stream);
    read_all(whole);
    write_back(whole);
  } else {
    part.load_from(stream);  // other bytes may follow here
  }
}

std::vector<std::string> fuzz::seeds() {
  std::vector<std::string> all;
  {
    serialize::OutputArchive a;
    a.write("weight", arange(6, kFloat).reshape({2, 3}));
    a.write("layer.bias", zeros({0}, kDouble));
    a.write("layer.mask", ones({3}, kBool));
    a.write("step", tensor(7));
    all.push_back(bytes_of(a));
  }
  {
    serialize::OutputArchive a;
    a.write("none", IValue());
    a.write("flag", true);
    a.write("count", int64_t(-3));
    a.write("rate", 0.5);
    a.write("name", std::string("a\"b\\\n"));
    a.write("sizes", std::vector<int64_t>{1, 2});
    a.write("betas", std::vector<double>{0.9, 1e-300});
    all.push_back(bytes_of(a));
  }
  all.push_back(bytes_of(*std::make_unique<serialize::OutputArchive>()));
  return all;
}

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t most, unsigned seed) {
  uint64_t length = 0;
  constexpr size_t before = sizeof length;
  if (size < before || most < 2 * before || seed % 16 == 0)
    return LLVMFuzzerMutate(data, size, most);
  std::memcpy(&length, data, before);
  length = std::min<uint64_t>(length, size - before);
  std::string header(reinterpret_cast<char*>(data) + before, length);
  std::string rest(reinterpret_cast<char*>(data) + before + length, size - before - length);
  const auto mutate = [&](std::string& text, size_t longest) {
    const size_t had = std::min(text.size(), longest);
    text.resize(longest);
    text.resize(LLVMFuzzerMutate(reinterpret_cast<uint8_t*>(text.data()), had, longest));
  };
  const size_t room = most - before;
  if (seed % 4 == 1)
    mutate(rest, room - std::min(room, header.size()));
  else
    mutate(header, room - std::min(room, rest.size()));
  length = header.size();
  const std::string all = header + rest;
  std::memcpy(data, &length, before);
  std::memcpy(data + before, all.data(), all.size());
  return before + all.size();
}
