#include "tensor/io/safetensors_reader.h"

#include <fcntl.h>

#include <algorithm>
#include <cstring>
#include <numeric>

#include "tensor/base/fail.h"
#include "tensor/io/file_kind.h"
#include "tensor/io/runs.h"
#include "tensor/io/utf8.h"
#include "tensor/raw.h"
#include "tensor/shape.h"

namespace gradus::safetensors {

Reader::Reader(const char* op, const std::string& filename, bool maps)
    : where_(fmt::format("{}: {}", op, filename)), file_(op, filename, O_RDONLY) {
  const std::optional<uint64_t> size = file_.size();
  if (!size) fail("{}: not a regular file", where_);
  char first[file_kind_bytes];
  const std::string_view begin(first, file_.read_at(0, first, sizeof first));
  const auto fail_kind = [&] {
    if (const std::string kind = file_kind(begin, true); !kind.empty())
      fail("{}: not a safetensors file but {}", where_, kind);
  };
  uint64_t length = 0;
  if (begin.size() < sizeof length) {
    fail_kind();
    fail("{}: {} bytes are no safetensors file", where_, begin.size());
  }
  std::memcpy(&length, first, sizeof length);
  const uint64_t left = *size - std::min<uint64_t>(*size, sizeof length);
  if (length > longest_header || length > left) {
    fail_kind();
    fail("{}: a header of {} bytes in a file of {}", where_, length, *size);
  }
  std::string text(length, '\0');
  if (file_.read_at(sizeof length, text.data(), length) != length)
    fail("{}: the file ends within its header", where_);
  if (!text.starts_with('{')) fail_kind();
  header_ = parse_header(text, where_, /*any_dtype=*/true);
  if (const uint64_t data = left - length; data != header_.data_bytes())
    fail("{}: {} bytes of data in the header and {} in the file", where_, header_.data_bytes(),
         data);
  data_at_ = sizeof length + length;
  by_name_.resize(entries().size());
  std::iota(by_name_.begin(), by_name_.end(), 0);
  std::sort(by_name_.begin(), by_name_.end(),
            [&](uint32_t a, uint32_t b) { return entries()[a].name < entries()[b].name; });
  if (!maps) return;
  map_ = std::make_shared<const MappedFile>(where_, file_, *size);
  storages_.resize(entries().size());
}

std::vector<std::string> Reader::names() const {
  std::vector<std::string> all;
  for (const uint32_t i : by_name_) all.push_back(entries()[i].name);
  return all;
}

const Entry* Reader::find(std::string_view name) const {
  const auto it =
      std::lower_bound(by_name_.begin(), by_name_.end(), name,
                       [&](uint32_t i, std::string_view n) { return entries()[i].name < n; });
  return it == by_name_.end() || entries()[*it].name != name ? nullptr : &entries()[*it];
}

void Reader::check_type(const Entry& e, std::optional<ScalarType> as) const {
  if (as && !is_held(*as))
    fail("{}: {}: no tensor has elements of {}", where_, clipped(e.name), *as);
  if (is_held(e.dtype)) return;
  const ScalarType wide = widened(e.dtype);
  if (wide == ScalarType::Undefined)
    fail("{}: {}: elements of {}, which no tensor holds", where_, clipped(e.name),
         clipped(code_of(e)));
  if (!as)
    fail("{}: {}: elements of {}, which no tensor holds; get_tensor(name, {}) converts them",
         where_, clipped(e.name), clipped(code_of(e)),
         wide == kFloat ? "kFloat"
         : wide == kInt ? "kInt"
                        : "kLong");
}

void Reader::take(const Entry& e, uint64_t at, void* to, size_t bytes) const {
  if (bytes == 0) return;
  if (map_)
    std::memcpy(to, map_->data() + data_at_ + e.begin + at, bytes);
  else if (file_.read_at(data_at_ + e.begin + at, to, bytes) != bytes)
    fail("{}: {}: the file was cut after it was opened", where_, clipped(e.name));
}

// The file's own pages as a tensor.
std::optional<Tensor> Reader::mapped(const Entry& e) const {
  if (!map_ || e.begin == e.end) return std::nullopt;
  char* data = map_->data() + data_at_ + e.begin;
  if (reinterpret_cast<uintptr_t>(data) % item_size(e.dtype) != 0) return std::nullopt;
  const std::lock_guard lock(mutex_);
  Ref<StorageImpl>& storage = storages_[size_t(&e - entries().data())];
  if (!storage) {
    if (e.dtype == kBool) check_bools(where_of(e), data, e.end - e.begin);
    storage = StorageImpl::wrap(data, e.end - e.begin, [map = map_](void*) {});
  }
  const int64_t numel = int64_t((e.end - e.begin) / item_size(e.dtype));
  return Tensor(Ref<TensorImpl>(new TensorImpl(storage, e.shape, numel, e.dtype)));
}

Tensor Reader::tensor(const Entry& e, std::optional<ScalarType> as) const {
  check_type(e, as);
  checked_numel(e.shape, where_.c_str());
  std::optional<Tensor> t;
  if (is_held(e.dtype)) t = mapped(e);
  if (!t) {
    uint64_t at = 0;
    t = read_elements(where_of(e), {e.dtype, false}, e.shape, [&](void* to, size_t bytes) {
      take(e, at, to, bytes);
      at += bytes;
    });
  }
  return as && t->dtype() != *as ? raw::to_dtype(*t, *as) : *t;
}

Tensor Reader::part(const Entry& e, std::optional<ScalarType> as,
                    const std::vector<indexing::TensorIndex>& indices) const {
  check_type(e, as);
  checked_numel(e.shape, where_.c_str());
  Runs runs(where_of(e), e.shape, indices);
  const size_t size = item_size(e.dtype);
  const Tensor t =
      read_elements(where_of(e), {e.dtype, false}, runs.sizes(), [&](void* to, size_t bytes) {
        auto* here = static_cast<char*>(to);
        for (int64_t n = int64_t(bytes / size); n > 0;) {
          const Runs::Run run = runs.next(n);
          take(e, uint64_t(run.at) * size, here, size_t(run.count) * size);
          here += size_t(run.count) * size;
          n -= run.count;
        }
      });
  return as && t.dtype() != *as ? raw::to_dtype(t, *as) : t;
}

}  // namespace gradus::safetensors
