#include "tensor/io/torch_archive.h"

#include <fcntl.h>

#include <algorithm>

#include "tensor/base/fail.h"
#include "tensor/io/file_kind.h"
#include "tensor/io/zip.h"

namespace gradus::torch_archive {
namespace {

// The folder of all entries, which PyTorch names by the file and does not ask for.
const std::string folder = "archive/";

[[noreturn]] void fail_as(const std::string& where, std::string_view first) {
  const std::string kind = file_kind(first.substr(0, file_kind_bytes), false);
  const char* advice = "";
  if (first.starts_with('\x80'))
    advice = ": in Python, torch.save(torch.load(old), new) writes it anew";
  else if (kind.ends_with("safetensors file"))
    advice = ": load() reads it";
  if (kind.empty()) fail("{}: not a file of torch.save", where);
  fail("{}: not a file of torch.save but {}{}", where, kind, advice);
}

class Archive {
 public:
  Archive(std::string where, ZipReader zip) : where_(std::move(where)), zip_(std::move(zip)) {
    if (zip_.entries().empty()) fail("{}: a zip archive of nothing", where_);
    const std::string& first = zip_.entries()[0].name;
    folder_ = first.substr(0, first.find('/') + 1);
    if (find("constants.pkl"))
      fail(
          "{}: a program of TorchScript (torch.jit.save, or libtorch's torch::save): in Python, "
          "torch.save(torch.jit.load(old).state_dict(), new) writes what it holds",
          where_);
    if (!find("data.pkl")) fail("{}: a zip archive, but none of torch.save: no data.pkl", where_);
    if (const ZipEntry* order = find("byteorder")) {
      if (const std::string name = text(*order); name != "little")
        fail("{}: the file's byte order is {}, not little", where_, name.substr(0, 20));
    }
  }

  pickle::Made read() const {
    const std::string pickle = text(*find("data.pkl"));
    return pickle::make_value(pickle::read_graph(pickle, where_),
                              {where_, [&](std::string_view key) { return storage(key); }});
  }

 private:
  const ZipEntry* find(std::string_view name) const {
    return zip_.find(folder_ + std::string(name));
  }
  // A torch.save that computes no checksums writes 0 for them.
  static bool has_checksum(const ZipEntry& e) { return e.crc != 0; }
  // So that memory is bounded by the file's size.
  void check_stored(const ZipEntry& e) const {
    if (!e.is_stored()) fail("{}: {} is packed, where torch.save packs nothing", where_, e.name);
  }
  std::string text(const ZipEntry& e) const {
    check_stored(e);
    return zip_.read(e, UINT64_MAX, has_checksum(e));
  }
  Ref<StorageImpl> storage(std::string_view key) const {
    const ZipEntry* const e = find("data/" + std::string(key));
    if (!e) fail("{}: there is no storage {}", where_, key.substr(0, 100));
    check_stored(*e);
    Ref<StorageImpl> bytes = StorageImpl::make(e->size);
    zip_.open(*e, has_checksum(*e)).read_exactly(bytes->data(), bytes->nbytes());
    return bytes;
  }

  std::string where_, folder_;
  ZipReader zip_;
};

}  // namespace

void write(const IValue& value, const std::string& where, const WriteBytes& write) {
  const pickle::Pickled pickled = pickle::write_pickle(value, where);
  ZipWriter zip(where, write);
  zip.store(folder + "data.pkl", {pickled.bytes});
  zip.store(folder + ".format_version", {"1"});
  zip.store(folder + ".storage_alignment", {"64"});
  zip.store(folder + "byteorder", {"little"});
  for (size_t i = 0; i < pickled.storages.size(); ++i) {
    const StorageImpl& s = *pickled.storages[i];
    zip.store(fmt::format("{}data/{}", folder, i), {{s.data(), s.nbytes()}});
  }
  zip.store(folder + "version", {"3\n"});
  zip.finish();
}

pickle::Made read(const char* op, const std::string& filename) {
  const std::string where = fmt::format("{}: {}", op, filename);
  const auto open = [&]() -> ZipReader {
    try {
      return {op, filename};
    } catch (const Error&) {
      const File file(op, filename, O_RDONLY | O_NONBLOCK);  // a pipe is not waited for
      if (!file.size()) throw;
      std::string first(file_kind_bytes, '\0');
      first.resize(file.read(first.data(), first.size()));
      if (!first.starts_with("PK")) fail_as(where, first);
      throw;
    }
  };
  return Archive(where, open()).read();
}

pickle::Made read(const char* op, const std::vector<char>& data) {
  const std::string_view bytes(data.data(), data.size());
  if (!bytes.starts_with("PK")) fail_as(op, bytes);
  return Archive(op, ZipReader(op, data.data(), data.size())).read();
}

}  // namespace gradus::torch_archive
