// Pooling as layers; see autograd/ops/image/pool.h.
#pragma once

#include "nn/any_value.h"
#include "nn/layers/stateless.h"
#include "nn/options/pool.h"

namespace gradus::nn {

#define GRADUS_POOL(Name, D)                                                   \
  class Name##D##dImpl : public Stateless<Name##D##dImpl, Name##D##dOptions> { \
   public:                                                                     \
    Name##D##dImpl(ExpandingArray<D> kernel_size);                             \
    explicit Name##D##dImpl(const Name##D##dOptions& options_);                \
    void pretty_print(std::ostream& out) const override;                       \
    GRADUS_POOL_FORWARD                                                        \
  };                                                                           \
  using Name##D##d = ModuleHolder<Name##D##dImpl>;

#define GRADUS_POOL_FORWARD Tensor forward(const Tensor& input);
GRADUS_POOL(AvgPool, 1)
GRADUS_POOL(AvgPool, 2)
GRADUS_POOL(AvgPool, 3)
#undef GRADUS_POOL_FORWARD

#define GRADUS_POOL_FORWARD            \
  Tensor forward(const Tensor& input); \
  std::tuple<Tensor, Tensor> forward_with_indices(const Tensor& input);
GRADUS_POOL(MaxPool, 1)
GRADUS_POOL(MaxPool, 2)
GRADUS_POOL(MaxPool, 3)
#undef GRADUS_POOL_FORWARD

#define GRADUS_POOL_FORWARD                                                              \
  Tensor forward(const Tensor& input, const Tensor& indices,                             \
                 const std::optional<std::vector<int64_t>>& output_size = std::nullopt); \
                                                                                         \
 protected:                                                                              \
  bool _forward_has_default_args() override;                                             \
  unsigned int _forward_num_required_args() override;                                    \
  std::vector<AnyValue> _forward_populate_default_args(std::vector<AnyValue>&&) override;
GRADUS_POOL(MaxUnpool, 1)
GRADUS_POOL(MaxUnpool, 2)
GRADUS_POOL(MaxUnpool, 3)
#undef GRADUS_POOL_FORWARD
#undef GRADUS_POOL

// Draws its windows unless the options have them. One of output_size and output_ratio must be set.
#define GRADUS_POOL(D)                                                                \
  class FractionalMaxPool##D##dImpl : public Cloneable<FractionalMaxPool##D##dImpl> { \
   public:                                                                            \
    FractionalMaxPool##D##dImpl(ExpandingArray<D> kernel_size);                       \
    explicit FractionalMaxPool##D##dImpl(FractionalMaxPool##D##dOptions options_);    \
    void reset() override;                                                            \
    void pretty_print(std::ostream& out) const override;                              \
    Tensor forward(const Tensor& input);                                              \
    std::tuple<Tensor, Tensor> forward_with_indices(const Tensor& input);             \
    FractionalMaxPool##D##dOptions options;                                           \
    Tensor _random_samples;                                                           \
  };                                                                                  \
  using FractionalMaxPool##D##d = ModuleHolder<FractionalMaxPool##D##dImpl>;
GRADUS_POOL(2)
GRADUS_POOL(3)
#undef GRADUS_POOL

#define GRADUS_POOL(D)                                                               \
  class LPPool##D##dImpl : public Stateless<LPPool##D##dImpl, LPPool##D##dOptions> { \
   public:                                                                           \
    LPPool##D##dImpl(double norm_type, ExpandingArray<D> kernel_size);               \
    explicit LPPool##D##dImpl(const LPPool##D##dOptions& options_);                  \
    void pretty_print(std::ostream& out) const override;                             \
    Tensor forward(const Tensor& input);                                             \
  };                                                                                 \
  using LPPool##D##d = ModuleHolder<LPPool##D##dImpl>;
GRADUS_POOL(1)
GRADUS_POOL(2)
GRADUS_POOL(3)
#undef GRADUS_POOL

#define GRADUS_POOL(Name, D, Sizes, ...)                                       \
  class Name##D##dImpl : public Stateless<Name##D##dImpl, Name##D##dOptions> { \
   public:                                                                     \
    Name##D##dImpl(Sizes<D> output_size);                                      \
    explicit Name##D##dImpl(const Name##D##dOptions& options_);                \
    void pretty_print(std::ostream& out) const override;                       \
    Tensor forward(const Tensor& input);                                       \
    __VA_ARGS__                                                                \
  };                                                                           \
  using Name##D##d = ModuleHolder<Name##D##dImpl>;
GRADUS_POOL(AdaptiveAvgPool, 1, ExpandingArray)
GRADUS_POOL(AdaptiveAvgPool, 2, ExpandingArrayWithOptionalElem)
GRADUS_POOL(AdaptiveAvgPool, 3, ExpandingArrayWithOptionalElem)
#define GRADUS_INDICES std::tuple<Tensor, Tensor> forward_with_indices(const Tensor& input);
GRADUS_POOL(AdaptiveMaxPool, 1, ExpandingArray, GRADUS_INDICES)
GRADUS_POOL(AdaptiveMaxPool, 2, ExpandingArrayWithOptionalElem, GRADUS_INDICES)
GRADUS_POOL(AdaptiveMaxPool, 3, ExpandingArrayWithOptionalElem, GRADUS_INDICES)
#undef GRADUS_INDICES
#undef GRADUS_POOL

}  // namespace gradus::nn
