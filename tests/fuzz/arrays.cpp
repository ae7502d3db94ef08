// Bytes as a zip archive, as NumPy's files and as a safetensors file. A byte in front says which;
// the contents of an archive may be packed here, so that its checksums are right.
#include <filesystem>
#include <sstream>

#include "autograd/autograd.h"
#include "autograd/factories.h"
#include "tensor/io/npy.h"
#include "tensor/io/safetensors_file.h"
#include "tensor/io/zip.h"
#include "tests/fuzz/fuzz.h"
#include "tests/temporary_directory.h"

namespace {

using namespace gradus;

enum Form : uint8_t { zip_file, npy_file, npz_file, packed_npy, tensors_file, index_file, forms };

void use(const Tensor& t) {
  if (t.numel() > 0) t.to(kDouble).sum();
}

// What can be read is written, and that read again.
template <class Save, class Load>
void write_back(const NamedTensors& all, Save save, Load load) {
  std::stringstream stream;
  save(all, stream);
  const NamedTensors again = load(stream);
  fuzz::require(again.size() == all.size(), "a tensor that was written is not there");
  for (size_t i = 0; i < all.size(); ++i)
    fuzz::require(again[i].first == all[i].first &&
                      again[i].second.sizes() == all[i].second.sizes() &&
                      again[i].second.dtype() == all[i].second.dtype(),
                  "a tensor changes when it is written again");
}

void read_zip(std::string_view bytes) {
  const ZipReader reader("zip", bytes.data(), bytes.size());
  std::string again;
  ZipWriter writer(
      "zip", [&](const void* data, size_t n) { again.append(static_cast<const char*>(data), n); });
  size_t at = 0;
  for (const ZipEntry& e : reader.entries()) {
    const std::string content = reader.read(e, uint64_t(1) << 24);
    fuzz::require(content.size() == e.size, "an entry has another size than it says");
    at++ % 2 ? writer.store(e.name, {content}) : writer.deflate(e.name, {content}, 1);
  }
  writer.finish();
  const ZipReader second("zip", again.data(), again.size());
  for (const ZipEntry& e : reader.entries())
    fuzz::require(second.read(*second.find(e.name)) == reader.read(e), "an entry changes");
}

void read_npz(const std::string& bytes, bool compressed) {
  std::istringstream stream(bytes);
  const NamedTensors all = load_npz(stream);
  for (const auto& [name, t] : all) use(t);
  write_back(
      all, [&](const auto& tensors, auto& to) { save_npz(tensors, to, compressed); },
      [](auto& from) { return load_npz(from); });
}

// The bytes of an array as an archive that has it.
std::string packed(std::string_view bytes) {
  std::string all;
  ZipWriter writer(
      "zip", [&](const void* data, size_t n) { all.append(static_cast<const char*>(data), n); });
  writer.deflate("x.npy", {bytes}, 1);
  writer.finish();
  return all;
}

void read_safetensors(const std::string& path) {
  for (const auto backend : {safe_open::Backend::mmap, safe_open::Backend::pread}) {
    const safe_open file(path, backend);
    file.metadata();
    for (const std::string& name : file.offset_keys()) {
      const SafeSlice slice = file.get_slice(name, kDouble);
      slice.get_dtype();
      try {
        use(file.get_tensor(name, kDouble));
        use(slice.index({indexing::Ellipsis, indexing::Slice(1, -1, 2)}));
        use(file.get_tensor(name));
      } catch (const Error&) {  // the next one may be readable
      }
    }
  }
}

// A file whose name says that it is an index.
class IndexFile {
 public:
  IndexFile() { std::filesystem::create_symlink(file_.path(), path()); }
  IndexFile(const IndexFile&) = delete;
  IndexFile& operator=(const IndexFile&) = delete;
  void replace(std::string_view bytes) const { file_.replace(bytes); }
  std::string path() const { return folder_ / "model.safetensors.index.json"; }

 private:
  TemporaryDirectory folder_;
  fuzz::File file_;
};

}  // namespace

void fuzz::run(std::string_view input) {
  static const File file;
  Bytes bytes(input);
  const auto form = Form(bytes.below(forms));
  const std::string rest(bytes.rest());
  switch (form) {
    case zip_file:
      return read_zip(rest);
    case npy_file: {
      std::istringstream stream(rest);
      const Tensor t = load_npy(stream);
      use(t);
      return write_back(
          {{"x", t}}, [](const auto& all, auto& to) { save_npy(all[0].second, to); },
          [](auto& from) {
            return NamedTensors{{"x", load_npy(from)}};
          });
    }
    case npz_file:
      return read_npz(rest, true);
    case packed_npy:
      return read_npz(packed(rest), false);
    case tensors_file:
      file.replace(rest);
      return read_safetensors(file.path());
    default: {
      static const IndexFile index;
      index.replace(rest);
      return read_safetensors(index.path());
    }
  }
}

std::vector<std::string> fuzz::seeds() {
  std::vector<std::string> all;
  const auto add = [&](Form form, const std::string& bytes) { all.push_back(char(form) + bytes); };
  const auto saved = [](const NamedTensors& tensors, bool compressed) {
    std::ostringstream out;
    save_npz(tensors, out, compressed);
    return out.str();
  };
  const NamedTensors some = {{"a", arange(6, kFloat).reshape({2, 3})}, {"b", ones({2}, kBool)}};
  for (const bool compressed : {false, true}) {
    add(zip_file, saved(some, compressed));
    add(npz_file, saved(some, compressed));
  }
  {
    std::string wide;
    ZipWriter writer(
        "zip", [&](const void* data, size_t n) { wide.append(static_cast<const char*>(data), n); },
        /*most_in_32_bits=*/4);
    writer.store("a", {"hello"}, 1);
    writer.deflate("b", {"hello hello hello"});
    writer.finish();
    add(zip_file, wide);
  }
  for (const ScalarType t : {kBool, kInt, kDouble})
    for (const Form form : {npy_file, packed_npy}) {
      std::ostringstream out;
      save_npy(arange(6).to(t).reshape({2, 3}).t(), out);
      add(form, out.str());
    }
  for (const char* descr : {"<f2", ">f2", "|i1", ">i2", "<u4", "<u8", ">f8"}) {
    std::string header =
        std::string("{'descr': '") + descr + "', 'fortran_order': False, 'shape': (1,), }\n";
    std::string bytes = std::string("\x93NUMPY\1\0", 8) + char(header.size()) + '\0' + header;
    add(npy_file, bytes + std::string(size_t(descr[2] - '0'), '\1'));
  }
  const std::string tensors =
      R"({"__metadata__":{"k":"v"},"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)"
      R"("y":{"dtype":"BF16","shape":[1,2],"data_offsets":[4,8]},)"
      R"("z":{"dtype":"F4","shape":[4],"data_offsets":[8,10]}})";
  add(tensors_file, std::string(1, char(tensors.size())) + std::string(7, '\0') + tensors +
                        std::string(10, '\1'));
  add(index_file, R"({"metadata":{"total_size":8},"weight_map":{"a":"x.safetensors"}})");
  return all;
}
