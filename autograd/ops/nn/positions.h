// What tells attention where in a sequence an element stands.
#pragma once

#include "tensor/tensor.h"

namespace gradus {

/// Turns pairs of elements of x [..., T, D] by angles that grow with the position, so that products
/// of queries and keys depend on how far apart they are: pair i of row t by (offset + t) base^(-2 i
/// / dim). `dim`, even and by default D, is how many elements of a row are turned; the rest stays.
/// Pairs are neighbours, 2i and 2i + 1, where interleaved (as in RoFormer), else i and i + dim / 2
/// (as in GPT-NeoX and LLaMA). offset is the number of positions before x, as in generation; it may
/// be negative. Throws Error unless x is floating point with 2 dims or more, dim is even and
/// between 2 and D, and base is positive and finite. Su et al., RoFormer: Enhanced Transformer with
/// Rotary Position Embedding, 2021.
Tensor rotary_embedding(const Tensor& x, int64_t offset = 0, double base = 10000,
                        bool interleaved = true, std::optional<int64_t> dim = std::nullopt);

/// [length, dim] with sin((offset + t) base^(-2 i / dim)) in column 2i of row t, and the cosine in
/// column 2i + 1, of a floating type. Throws Error for a negative length, a dim below 1, a base
/// that is not positive and finite, and other types. Vaswani et al., Attention Is All You Need,
/// 2017.
Tensor sinusoidal_positions(int64_t length, int64_t dim, int64_t offset = 0, double base = 10000,
                            std::optional<ScalarType> dtype = std::nullopt);

/// The slope of each head's bias, [heads]: for a power of two 2^(-8 h / heads) for h from 1 to
/// heads; for others those of the power of two below, and then of the next one every second. Of a
/// floating type, others throw Error, as does less than 1 head. Press et al., Train Short, Test
/// Long: Attention with Linear Biases Enables Input Length Extrapolation, 2022.
Tensor alibi_slopes(int64_t heads, std::optional<ScalarType> dtype = std::nullopt);

/// What to add to attention's scores, [heads, queries, keys]: -slope |i - j| for query i and key j,
/// see alibi_slopes(). The queries are the last of the keys' positions, as in generation. With
/// is_causal keys behind the query get -inf. As attn_mask of scaled_dot_product_attention() it must
/// be of query's type. Throws Error for less than 1 head, negative sizes, more queries than keys
/// and types that are not floating.
Tensor alibi_bias(int64_t heads, int64_t queries, int64_t keys, bool is_causal = false,
                  std::optional<ScalarType> dtype = std::nullopt);

}  // namespace gradus
