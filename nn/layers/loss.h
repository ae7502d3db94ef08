// Losses as layers; see autograd/ops/nn/loss.h for what each computes.
#pragma once

#include "nn/layers/stateless.h"
#include "nn/options/loss.h"

namespace gradus::nn {

// The same values by a handle of its own, whose conversion leaves the giver's as it is.
inline Tensor own_handle(const Tensor& t) { return t.defined() ? t.detach() : t; }

// A loss whose weight is a buffer: it moves and is saved with the module that the loss is part of.
template <class Derived, class Options>
class WeightedLoss : public Stateless<Derived, Options> {
 public:
  explicit WeightedLoss(const Options& options_ = {}) : Stateless<Derived, Options>(options_) {
    WeightedLoss::reset();
  }
  void reset() override {
    weight = this->register_buffer("weight", own_handle(this->options.weight()));
  }
  Tensor weight;

 protected:
  // The options, with the buffer for what it was made from.
  Options current() const { return Options(this->options).weight(weight); }
};

class L1LossImpl : public Stateless<L1LossImpl, L1LossOptions> {
 public:
  using Stateless::Stateless;
  void pretty_print(std::ostream& out) const override;
  Tensor forward(const Tensor& input, const Tensor& target);
};
using L1Loss = ModuleHolder<L1LossImpl>;

class MSELossImpl : public Stateless<MSELossImpl, MSELossOptions> {
 public:
  using Stateless::Stateless;
  void pretty_print(std::ostream& out) const override;
  Tensor forward(const Tensor& input, const Tensor& target);
};
using MSELoss = ModuleHolder<MSELossImpl>;

class SmoothL1LossImpl : public Stateless<SmoothL1LossImpl, SmoothL1LossOptions> {
 public:
  using Stateless::Stateless;
  void pretty_print(std::ostream& out) const override;
  Tensor forward(const Tensor& input, const Tensor& target);
};
using SmoothL1Loss = ModuleHolder<SmoothL1LossImpl>;

class HuberLossImpl : public Stateless<HuberLossImpl, HuberLossOptions> {
 public:
  using Stateless::Stateless;
  void pretty_print(std::ostream& out) const override;
  Tensor forward(const Tensor& input, const Tensor& target);
};
using HuberLoss = ModuleHolder<HuberLossImpl>;

class KLDivLossImpl : public Stateless<KLDivLossImpl, KLDivLossOptions> {
 public:
  using Stateless::Stateless;
  void pretty_print(std::ostream& out) const override;
  Tensor forward(const Tensor& input, const Tensor& target);
};
using KLDivLoss = ModuleHolder<KLDivLossImpl>;

class BCELossImpl : public WeightedLoss<BCELossImpl, BCELossOptions> {
 public:
  using WeightedLoss::WeightedLoss;
  void pretty_print(std::ostream& out) const override;
  Tensor forward(const Tensor& input, const Tensor& target);
};
using BCELoss = ModuleHolder<BCELossImpl>;

class BCEWithLogitsLossImpl : public WeightedLoss<BCEWithLogitsLossImpl, BCEWithLogitsLossOptions> {
 public:
  explicit BCEWithLogitsLossImpl(const BCEWithLogitsLossOptions& options_ = {});
  void reset() override;
  void pretty_print(std::ostream& out) const override;
  Tensor forward(const Tensor& input, const Tensor& target);
  Tensor pos_weight;
};
using BCEWithLogitsLoss = ModuleHolder<BCEWithLogitsLossImpl>;

class NLLLossImpl : public WeightedLoss<NLLLossImpl, NLLLossOptions> {
 public:
  using WeightedLoss::WeightedLoss;
  void pretty_print(std::ostream& out) const override;
  Tensor forward(const Tensor& input, const Tensor& target);
};
using NLLLoss = ModuleHolder<NLLLossImpl>;

class CrossEntropyLossImpl : public WeightedLoss<CrossEntropyLossImpl, CrossEntropyLossOptions> {
 public:
  using WeightedLoss::WeightedLoss;
  void pretty_print(std::ostream& out) const override;
  Tensor forward(const Tensor& input, const Tensor& target);
};
using CrossEntropyLoss = ModuleHolder<CrossEntropyLossImpl>;

class HingeEmbeddingLossImpl : public Stateless<HingeEmbeddingLossImpl, HingeEmbeddingLossOptions> {
 public:
  using Stateless::Stateless;
  void pretty_print(std::ostream& out) const override;
  Tensor forward(const Tensor& input, const Tensor& target);
};
using HingeEmbeddingLoss = ModuleHolder<HingeEmbeddingLossImpl>;

class SoftMarginLossImpl : public Stateless<SoftMarginLossImpl, SoftMarginLossOptions> {
 public:
  using Stateless::Stateless;
  void pretty_print(std::ostream& out) const override;
  Tensor forward(const Tensor& input, const Tensor& target);
};
using SoftMarginLoss = ModuleHolder<SoftMarginLossImpl>;

class MultiMarginLossImpl : public WeightedLoss<MultiMarginLossImpl, MultiMarginLossOptions> {
 public:
  using WeightedLoss::WeightedLoss;
  void pretty_print(std::ostream& out) const override;
  Tensor forward(const Tensor& input, const Tensor& target);
};
using MultiMarginLoss = ModuleHolder<MultiMarginLossImpl>;

class MultiLabelMarginLossImpl
    : public Stateless<MultiLabelMarginLossImpl, MultiLabelMarginLossOptions> {
 public:
  using Stateless::Stateless;
  void pretty_print(std::ostream& out) const override;
  Tensor forward(const Tensor& input, const Tensor& target);
};
using MultiLabelMarginLoss = ModuleHolder<MultiLabelMarginLossImpl>;

class MultiLabelSoftMarginLossImpl
    : public WeightedLoss<MultiLabelSoftMarginLossImpl, MultiLabelSoftMarginLossOptions> {
 public:
  using WeightedLoss::WeightedLoss;
  void pretty_print(std::ostream& out) const override;
  Tensor forward(const Tensor& input, const Tensor& target);
};
using MultiLabelSoftMarginLoss = ModuleHolder<MultiLabelSoftMarginLossImpl>;

class PoissonNLLLossImpl : public Stateless<PoissonNLLLossImpl, PoissonNLLLossOptions> {
 public:
  using Stateless::Stateless;
  void pretty_print(std::ostream& out) const override;
  Tensor forward(const Tensor& input, const Tensor& target);
};
using PoissonNLLLoss = ModuleHolder<PoissonNLLLossImpl>;

class MarginRankingLossImpl : public Stateless<MarginRankingLossImpl, MarginRankingLossOptions> {
 public:
  using Stateless::Stateless;
  void pretty_print(std::ostream& out) const override;
  Tensor forward(const Tensor& input1, const Tensor& input2, const Tensor& target);
};
using MarginRankingLoss = ModuleHolder<MarginRankingLossImpl>;

class CosineEmbeddingLossImpl
    : public Stateless<CosineEmbeddingLossImpl, CosineEmbeddingLossOptions> {
 public:
  using Stateless::Stateless;
  void pretty_print(std::ostream& out) const override;
  Tensor forward(const Tensor& input1, const Tensor& input2, const Tensor& target);
};
using CosineEmbeddingLoss = ModuleHolder<CosineEmbeddingLossImpl>;

class TripletMarginLossImpl : public Stateless<TripletMarginLossImpl, TripletMarginLossOptions> {
 public:
  using Stateless::Stateless;
  void pretty_print(std::ostream& out) const override;
  Tensor forward(const Tensor& anchor, const Tensor& positive, const Tensor& negative);
};
using TripletMarginLoss = ModuleHolder<TripletMarginLossImpl>;

class TripletMarginWithDistanceLossImpl
    : public Stateless<TripletMarginWithDistanceLossImpl, TripletMarginWithDistanceLossOptions> {
 public:
  using Stateless::Stateless;
  void pretty_print(std::ostream& out) const override;
  Tensor forward(const Tensor& anchor, const Tensor& positive, const Tensor& negative);
};
using TripletMarginWithDistanceLoss = ModuleHolder<TripletMarginWithDistanceLossImpl>;

class GaussianNLLLossImpl : public Stateless<GaussianNLLLossImpl, GaussianNLLLossOptions> {
 public:
  using Stateless::Stateless;
  void pretty_print(std::ostream& out) const override;
  Tensor forward(const Tensor& input, const Tensor& target, const Tensor& var);
};
using GaussianNLLLoss = ModuleHolder<GaussianNLLLossImpl>;

}  // namespace gradus::nn
