#include "data/text/token_windows.h"

#include <algorithm>
#include <variant>

#include "tensor/base/fail.h"
#include "tensor/raw.h"

namespace gradus::data::datasets {
namespace {

Tensor checked(const Tensor& tokens) {
  if (!tokens.defined()) fail("token windows: the tensor is undefined");
  if (tokens.dim() != 1 ||
      (tokens.dtype() != kByte && tokens.dtype() != kInt && tokens.dtype() != kLong))
    fail("token windows: tokens are {} {}, not uint8, int32 or int64 [N]", tokens.dtype(),
         tokens.sizes());
  return raw::contiguous(tokens);
}

}  // namespace

struct TokenWindows::Tokens : std::variant<text::TokenFile, Tensor> {
  using variant::variant;
};

TokenWindows::TokenWindows(text::TokenFile tokens, int64_t length, std::optional<int64_t> stride)
    : TokenWindows(std::make_shared<const Tokens>(std::move(tokens)), length, stride) {}
TokenWindows::TokenWindows(const Tensor& tokens, int64_t length, std::optional<int64_t> stride)
    : TokenWindows(std::make_shared<const Tokens>(checked(tokens)), length, stride) {}

TokenWindows::TokenWindows(std::shared_ptr<const Tokens> tokens, int64_t length,
                           std::optional<int64_t> stride)
    : tokens_(std::move(tokens)), length_(length), stride_(stride.value_or(length)) {
  if (length_ < 1) fail_value("token windows: length {} is not positive", length_);
  if (stride_ < 1) fail_value("token windows: stride {} is not positive", stride_);
  const auto* file = std::get_if<text::TokenFile>(&*tokens_);
  const int64_t number = file ? file->size() : std::get<Tensor>(*tokens_).numel();
  if (number <= length_)
    fail("token windows: {} tokens are too few for windows of {} and the next token", number,
         length_);
  count_ = (number - 1 - length_) / stride_ + 1;
}

void TokenWindows::read_to(int64_t* to, int64_t begin, int64_t count) const {
  if (const auto* file = std::get_if<text::TokenFile>(&*tokens_)) {
    file->read_to(to, begin, count);
    return;
  }
  const Tensor& tokens = std::get<Tensor>(*tokens_);
  visit_integral(tokens.dtype(), "token windows",
                 [&]<class T>(T) { std::copy_n(tokens.data_ptr<T>() + begin, count, to); });
  const int64_t* const end = to + count;
  const int64_t* const wrong =
      std::find_if<const int64_t*>(to, end, [](int64_t token) { return token < 0; });
  if (wrong != end) fail("token windows: token {} is {}", begin + (wrong - to), *wrong);
}

Example<> TokenWindows::get(size_t i) {
  const Example<> one = get_batch(i);
  return {raw::part(one.data, 0, 0, -1), raw::part(one.target, 0, 0, -1)};
}

Example<> TokenWindows::get_batch(ArrayRef<size_t> indices) {
  const int64_t sizes[] = {int64_t(indices.size()), length_};
  const Tensor data = raw::empty(sizes, kLong), target = raw::empty(sizes, kLong);
  std::vector<int64_t> window(size_t(length_) + 1);
  for (size_t row = 0; row < indices.size(); ++row) {
    if (indices[row] >= size_t(count_))
      fail_index("token windows: there is no window {} of {}", indices[row], count_);
    read_to(window.data(), int64_t(indices[row]) * stride_, length_ + 1);
    const int64_t at = int64_t(row) * length_;
    std::copy_n(window.data(), length_, data.data_ptr<int64_t>() + at);
    std::copy_n(window.data() + 1, length_, target.data_ptr<int64_t>() + at);
  }
  return {data, target};
}

}  // namespace gradus::data::datasets
