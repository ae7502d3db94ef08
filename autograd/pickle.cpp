// Values in files of torch.save: what is read is made to require grad here.
#include "tensor/io/pickle.h"

#include "tensor/base/rethrow.h"
#include "tensor/io/torch_archive.h"

namespace gradus {

static IValue finished(const pickle::Made& made) {
  for (const Tensor& t : made.requiring_grad) t.requires_grad_();
  return made.value;
}

void torch_save(const IValue& value, const std::string& filename) try {
  replace_file("torch_save", filename, [&](const WriteBytes& write) {
    torch_archive::write(value, "torch_save: " + filename, write);
  });
} catch (...) {
  detail::rethrow_as_error("torch_save");
}

IValue torch_load(const std::string& filename) try {
  return finished(torch_archive::read("torch_load", filename));
} catch (...) {
  detail::rethrow_as_error("torch_load");
}

std::vector<char> pickle_save(const IValue& value) try {
  std::vector<char> out;
  torch_archive::write(value, "pickle_save", [&](const void* data, size_t bytes) {
    const char* from = static_cast<const char*>(data);
    out.insert(out.end(), from, from + bytes);
  });
  return out;
} catch (...) {
  detail::rethrow_as_error("pickle_save");
}

IValue pickle_load(const std::vector<char>& data) try {
  return finished(torch_archive::read("pickle_load", data));
} catch (...) {
  detail::rethrow_as_error("pickle_load");
}

}  // namespace gradus
