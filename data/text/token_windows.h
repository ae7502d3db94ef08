// Windows on a long sequence of tokens, the examples of a language model.
#pragma once

#include <memory>

#include "data/dataset.h"
#include "data/text/tokens.h"

namespace gradus::data::datasets {

/// Example i has the tokens [i stride, i stride + length), and as target the token behind each of
/// them: int64 [length] both. A batch has int64 [B, length] of each, without Stack:
///
///   auto loader = data::make_data_loader(TokenWindows(text::TokenFile("train.tokens"), 64), 12,
///                                        /*shuffle=*/true);
///   for (auto& [inputs, targets] : *loader) ...
class TokenWindows : public BatchDataset<TokenWindows, Example<>> {
 public:
  /// Windows on a file. With the stride `length`, which it has unless given, an epoch has each
  /// token once, and never the last ones that fill no window. Throws Error for fewer than
  /// length + 1 tokens.
  TokenWindows(text::TokenFile tokens, int64_t length,
               std::optional<int64_t> stride = std::nullopt);
  /// Windows on a tensor of one dimension: uint8, int32 or int64. Throws Error for any other.
  TokenWindows(const Tensor& tokens, int64_t length, std::optional<int64_t> stride = std::nullopt);
  /// Example i. Throws IndexError past the end, and Error for a negative token.
  Example<> get(size_t i);
  /// The examples of these numbers.
  Example<> get_batch(ArrayRef<size_t> indices) override;
  /// How many windows there are.
  std::optional<size_t> size() const override { return size_t(count_); }

 private:
  struct Tokens;
  TokenWindows(std::shared_ptr<const Tokens> tokens, int64_t length, std::optional<int64_t> stride);
  void read_to(int64_t* to, int64_t begin, int64_t count) const;

  std::shared_ptr<const Tokens> tokens_;
  int64_t length_, stride_, count_;
};

}  // namespace gradus::data::datasets
