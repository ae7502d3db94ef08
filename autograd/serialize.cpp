// Tensors in archives, each with the flag that it requires grad.
#include "tensor/io/serialize.h"

#include "tensor/base/fail.h"

namespace gradus {
namespace {

constexpr const char* grad_flag = ".requires_grad";

void write_tensor(serialize::OutputArchive& archive, const std::string& key, const Tensor& t) {
  archive.write(key, t);
  if (t.defined() && t.requires_grad()) archive.write(key + grad_flag, true);
}
bool try_read_tensor(serialize::InputArchive& archive, const std::string& key, Tensor& t) {
  if (!archive.try_read(key, t)) return false;
  IValue flag;
  if (t.defined() && archive.try_read(key + grad_flag, flag)) t.requires_grad_(flag.toBool());
  return true;
}

}  // namespace

serialize::OutputArchive& operator<<(serialize::OutputArchive& archive, const Tensor& t) {
  write_tensor(archive, "0", t);
  return archive;
}
serialize::InputArchive& operator>>(serialize::InputArchive& archive, Tensor& t) {
  Tensor loaded;
  if (!try_read_tensor(archive, "0", loaded)) fail("load: the archive has no tensor 0");
  if (t.defined() && loaded.defined())
    t.set_data(loaded);
  else
    t = std::move(loaded);
  return archive;
}

serialize::OutputArchive& operator<<(serialize::OutputArchive& archive,
                                     const std::vector<Tensor>& tensors) {
  for (size_t i = 0; i < tensors.size(); ++i) write_tensor(archive, std::to_string(i), tensors[i]);
  return archive;
}
serialize::InputArchive& operator>>(serialize::InputArchive& archive,
                                    std::vector<Tensor>& tensors) {
  std::vector<Tensor> loaded;
  Tensor t;
  for (size_t i = 0; try_read_tensor(archive, std::to_string(i), t); ++i)
    loaded.push_back(std::exchange(t, {}));
  tensors.insert(tensors.end(), loaded.begin(), loaded.end());
  return archive;
}

}  // namespace gradus
