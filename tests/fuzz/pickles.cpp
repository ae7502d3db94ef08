// Bytes as the pickle in a file of torch.save. What is read is written, and that read again.
#include <gradus.h>

#include "tensor/io/zip.h"
#include "tests/fuzz/fuzz.h"

namespace {

using namespace gradus;
using namespace std::string_literals;

std::vector<char> archive(std::string_view pickle) {
  std::vector<char> out;
  ZipWriter zip("save", [&](const void* data, size_t n) {
    out.insert(out.end(), static_cast<const char*>(data), static_cast<const char*>(data) + n);
  });
  zip.store("a/data.pkl", {pickle});
  zip.store("a/data/0", {std::string(24, '\1')});
  zip.store("a/data/1", {});
  zip.finish();
  return out;
}

// Everything that a value can be asked for; the first of each container's elements.
void look_at(IValue v) {
  while (!v.isNone()) {
    if (v.isTensor()) {
      const Tensor t = v.toTensor();
      if (t.numel() > 0 && t.numel() < 1 << 16) t.to(kDouble).sum().item<double>();
      return;
    }
    if (!v.isList() && !v.isTuple() && !v.isGenericDict()) return;
    IValue next;
    if (v.isGenericDict()) {
      const auto dict = v.toGenericDict();
      for (const auto& e : dict) fuzz::require(dict.size() > 0 && !e.key().isNone(), "a key");
      if (!dict.empty()) next = dict.begin()->value();
    } else if (const auto list = v.toList(); !list.empty()) {
      next = list.get(0);
    }
    v = next;
  }
}

}  // namespace

void fuzz::run(std::string_view bytes) {
  const IValue value = pickle_load(archive(bytes));
  look_at(value);
  std::vector<char> once;
  try {
    once = pickle_save(value);
  } catch (const Error&) {
    return;  // numbers of two types on one storage, say
  }
  const std::vector<char> twice = pickle_save(pickle_load(once));
  require(pickle_save(pickle_load(twice)) == twice, "a file changes when it is written again");
}

std::vector<std::string> fuzz::seeds() {
  const auto storage = [](const std::string& type) {
    return "(X\7\0\0\0storageqactorch\n"s + type + "\nX\1\0\0\0"s + "0X\3\0\0\0cpuK\6tQq\2"s;
  };
  const std::string tensor = "ctorch._utils\n_rebuild_tensor_v2\nq\1("s + storage("FloatStorage") +
                             "K\1K\2K\2\x86K\2K\1\x86\x89"
                             "ccollections\nOrderedDict\n)RtR";
  return {
      "\x80\2}q\0(X\1\0\0\0wq\3"s + tensor +
          "K\1]q\4(K\2M\0\1J\xff\xff\xff\xff\x8a\1\1h\3h\4\x85"s + "0eNG\x3f\xe0\0\0\0\0\0\0u."s,
      "\x80\4\x95\x40\0\0\0\0\0\0\0\x8c\2ab\x94(\x88\x89N\x8f\x90t\x94h\0h\1\x86."s,
      "\x80\2ctorch._utils\n_rebuild_parameter\n"s + tensor + "\x88}\x87R.",
      "\x80\2ctorch.jit._pickle\nbuild_intlist\n](K\1K\2e\x85R.",
      "\x80\2ctorch\nSize\nK\1K\2\x86\x85Rctorch\nint64\nctorch\ndevice\nX\3\0\0\0cpu\x85R\x87."s,
      "\x80\2ccollections\nOrderedDict\n)R}X\1\0\0\0ms}b."s,
      "(I01\nI-12\nL7L\nF0.5\nlp0\n(g0\nd."};
}
