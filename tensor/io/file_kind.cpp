#include "tensor/io/file_kind.h"

#include <algorithm>
#include <cstring>

namespace gradus {
namespace {

using namespace std::string_view_literals;

constexpr const char* to_unpack = "unpack it first";
constexpr const char* from_pytorch =
    "in Python, safetensors.torch.save_file(torch.load(old), new) writes its state dict anew";

struct Kind {
  size_t at;
  std::string_view bytes;
  const char* name;
  const char* advice = "";
};

constexpr Kind kinds[] = {
    {0, "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19"sv,
     "a PyTorch file of before 1.6 (torch.save)", from_pytorch},
    {0, "\x80\x02"sv, "a Python pickle", from_pytorch},
    {0, "\x80\x03"sv, "a Python pickle", from_pytorch},
    {0, "\x80\x04"sv, "a Python pickle", from_pytorch},
    {0, "\x80\x05"sv, "a Python pickle", from_pytorch},
    {0, "\x93NUMPY"sv, "a NumPy array (.npy)", "load_npy of tensor/io/npy.h reads it"},
    {0, "\x89HDF\r\n\x1a\n"sv, "an HDF5 file, as Keras writes",
     "in Python, read its arrays with h5py and write them with safetensors.numpy.save_file"},
    {0, "GGUF"sv, "a GGUF file, as llama.cpp reads"},
    {4, "TFL3"sv, "a TensorFlow Lite model"},
    {0, "PAR1"sv, "a Parquet table"},
    {0, "\x1f\x8b"sv, "a gzip file", to_unpack},
    {0, "BZh"sv, "a bzip2 file", to_unpack},
    {0,
     "\xfd"
     "7zXZ"sv,
     "an xz file", to_unpack},
    {0, "\x28\xb5\x2f\xfd"sv, "a Zstandard file", to_unpack},
    {0, "7z\xbc\xaf\x27\x1c"sv, "a 7-Zip archive", to_unpack},
    {257, "ustar"sv, "a tar archive", to_unpack},
    {0, "\x89PNG\r\n\x1a\n"sv, "a PNG picture"},
    {0, "\xff\xd8\xff"sv, "a JPEG picture"},
    {0, "GIF8"sv, "a GIF picture"},
    {0, "P5\n"sv, "a PGM picture"},
    {0, "P6\n"sv, "a PPM picture"},
    {0, "%PDF"sv, "a PDF document"},
    {0,
     "\x7f"
     "ELF"sv,
     "a program or a library"},
    {0, "version https://git-lfs"sv, "a pointer of Git LFS", "fetch the file with `git lfs pull`"},
};

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// By the name of its first member.
Kind kind_of_zip(std::string_view first) {
  uint16_t length = 0;
  if (first.size() > 30) std::memcpy(&length, first.data() + 26, sizeof length);
  const std::string_view member =
      first.substr(std::min<size_t>(30, first.size())).substr(0, length);
  if (member.ends_with(".npy"))
    return {0, {}, "an archive of NumPy arrays (.npz)", "load_npz of tensor/io/npy.h reads it"};
  for (const auto part : {"/data"sv, "/version"sv, "/byteorder"sv, "/code/"sv, "constants.pkl"sv})
    if (has(member, part))
      return {0,
              {},
              "a PyTorch file (torch.save, in Python or libtorch)",
              "torch_load reads it, unless it is TorchScript's"};
  return {0, {}, "a zip archive", to_unpack};
}

// A web page, often an error's, that was saved under the file's name.
bool is_html(std::string_view first) {
  std::string start(first.substr(0, 64));
  std::transform(start.begin(), start.end(), start.begin(),
                 [](unsigned char c) { return char(c >= 'A' && c <= 'Z' ? c + 32 : c); });
  return start.starts_with("<!doctype html") || start.starts_with("<html");
}

// A protocol buffer that begins with a small version, and then the producer, the graph or the
// operators' version.
bool is_onnx(std::string_view first) {
  return first.size() > 3 && first[0] == 8 && first[1] >= 1 && first[1] <= 32 &&
         has("\x12\x1a\x22\x3a\x42"sv, first.substr(2, 1));
}

// Element types and the number of sizes, after two zeros.
bool is_idx(std::string_view first) {
  return first.size() > 4 && first[0] == 0 && first[1] == 0 && first[2] >= 8 && first[2] <= 14 &&
         first[3] >= 1 && first[3] <= 4;
}

bool is_safetensors(std::string_view first) {
  uint64_t length = 0;
  if (first.size() < 9 || first[8] != '{') return false;
  std::memcpy(&length, first.data(), sizeof length);
  return length <= 100'000'000;
}

Kind find(std::string_view first, bool for_model) {
  for (const Kind& k : kinds)
    if (first.size() > k.at && first.substr(k.at).starts_with(k.bytes)) return k;
  if (first.starts_with("PK\3\4")) return kind_of_zip(first);
  if (is_html(first)) return {0, {}, "a web page"};
  if (!for_model && is_safetensors(first)) return {0, {}, "a safetensors file"};
  if (is_idx(first)) return {0, {}, "an IDX file, as MNIST's", "data::read_idx reads it"};
  if (is_onnx(first))
    return {0,
            {},
            "an ONNX model",
            "in Python, read its initializers with onnx.numpy_helper.to_array and write them with "
            "safetensors.numpy.save_file"};
  if (first.starts_with('{')) return {0, {}, "JSON text"};
  return {};
}

}  // namespace

std::string file_kind(std::string_view first, bool for_model) {
  const Kind kind = find(first, for_model);
  if (!kind.name) return {};
  std::string text = kind.name;
  if (for_model && *kind.advice) text += std::string(": ") + kind.advice;
  return text;
}

}  // namespace gradus
