// Losses as layers; see autograd/ops/loss.h for what each computes.
#pragma once

#include "nn/layers/stateless.h"
#include "nn/options/loss.h"

namespace gradus::nn {

class L1LossImpl : public Stateless<L1LossImpl, L1LossOptions> {
 public:
  using Stateless::Stateless;
  void pretty_print(std::ostream& out) const override;
  Tensor forward(const Tensor& input, const Tensor& target);
};
GRADUS_MODULE(L1Loss);

class MSELossImpl : public Stateless<MSELossImpl, MSELossOptions> {
 public:
  using Stateless::Stateless;
  void pretty_print(std::ostream& out) const override;
  Tensor forward(const Tensor& input, const Tensor& target);
};
GRADUS_MODULE(MSELoss);

class SmoothL1LossImpl : public Stateless<SmoothL1LossImpl, SmoothL1LossOptions> {
 public:
  using Stateless::Stateless;
  void pretty_print(std::ostream& out) const override;
  Tensor forward(const Tensor& input, const Tensor& target);
};
GRADUS_MODULE(SmoothL1Loss);

class HuberLossImpl : public Stateless<HuberLossImpl, HuberLossOptions> {
 public:
  using Stateless::Stateless;
  void pretty_print(std::ostream& out) const override;
  Tensor forward(const Tensor& input, const Tensor& target);
};
GRADUS_MODULE(HuberLoss);

class KLDivLossImpl : public Stateless<KLDivLossImpl, KLDivLossOptions> {
 public:
  using Stateless::Stateless;
  void pretty_print(std::ostream& out) const override;
  Tensor forward(const Tensor& input, const Tensor& target);
};
GRADUS_MODULE(KLDivLoss);

class BCELossImpl : public Stateless<BCELossImpl, BCELossOptions> {
 public:
  using Stateless::Stateless;
  void pretty_print(std::ostream& out) const override;
  Tensor forward(const Tensor& input, const Tensor& target);
};
GRADUS_MODULE(BCELoss);

class BCEWithLogitsLossImpl : public Stateless<BCEWithLogitsLossImpl, BCEWithLogitsLossOptions> {
 public:
  using Stateless::Stateless;
  void pretty_print(std::ostream& out) const override;
  Tensor forward(const Tensor& input, const Tensor& target);
};
GRADUS_MODULE(BCEWithLogitsLoss);

class NLLLossImpl : public Stateless<NLLLossImpl, NLLLossOptions> {
 public:
  using Stateless::Stateless;
  void pretty_print(std::ostream& out) const override;
  Tensor forward(const Tensor& input, const Tensor& target);
};
GRADUS_MODULE(NLLLoss);

class CrossEntropyLossImpl : public Stateless<CrossEntropyLossImpl, CrossEntropyLossOptions> {
 public:
  using Stateless::Stateless;
  void pretty_print(std::ostream& out) const override;
  Tensor forward(const Tensor& input, const Tensor& target);
};
GRADUS_MODULE(CrossEntropyLoss);

class HingeEmbeddingLossImpl : public Stateless<HingeEmbeddingLossImpl, HingeEmbeddingLossOptions> {
 public:
  using Stateless::Stateless;
  void pretty_print(std::ostream& out) const override;
  Tensor forward(const Tensor& input, const Tensor& target);
};
GRADUS_MODULE(HingeEmbeddingLoss);

class SoftMarginLossImpl : public Stateless<SoftMarginLossImpl, SoftMarginLossOptions> {
 public:
  using Stateless::Stateless;
  void pretty_print(std::ostream& out) const override;
  Tensor forward(const Tensor& input, const Tensor& target);
};
GRADUS_MODULE(SoftMarginLoss);

class MultiMarginLossImpl : public Stateless<MultiMarginLossImpl, MultiMarginLossOptions> {
 public:
  using Stateless::Stateless;
  void pretty_print(std::ostream& out) const override;
  Tensor forward(const Tensor& input, const Tensor& target);
};
GRADUS_MODULE(MultiMarginLoss);

class MultiLabelMarginLossImpl
    : public Stateless<MultiLabelMarginLossImpl, MultiLabelMarginLossOptions> {
 public:
  using Stateless::Stateless;
  void pretty_print(std::ostream& out) const override;
  Tensor forward(const Tensor& input, const Tensor& target);
};
GRADUS_MODULE(MultiLabelMarginLoss);

class MultiLabelSoftMarginLossImpl
    : public Stateless<MultiLabelSoftMarginLossImpl, MultiLabelSoftMarginLossOptions> {
 public:
  using Stateless::Stateless;
  void pretty_print(std::ostream& out) const override;
  Tensor forward(const Tensor& input, const Tensor& target);
};
GRADUS_MODULE(MultiLabelSoftMarginLoss);

class PoissonNLLLossImpl : public Stateless<PoissonNLLLossImpl, PoissonNLLLossOptions> {
 public:
  using Stateless::Stateless;
  void pretty_print(std::ostream& out) const override;
  Tensor forward(const Tensor& input, const Tensor& target);
};
GRADUS_MODULE(PoissonNLLLoss);

class MarginRankingLossImpl : public Stateless<MarginRankingLossImpl, MarginRankingLossOptions> {
 public:
  using Stateless::Stateless;
  void pretty_print(std::ostream& out) const override;
  Tensor forward(const Tensor& input1, const Tensor& input2, const Tensor& target);
};
GRADUS_MODULE(MarginRankingLoss);

class CosineEmbeddingLossImpl
    : public Stateless<CosineEmbeddingLossImpl, CosineEmbeddingLossOptions> {
 public:
  using Stateless::Stateless;
  void pretty_print(std::ostream& out) const override;
  Tensor forward(const Tensor& input1, const Tensor& input2, const Tensor& target);
};
GRADUS_MODULE(CosineEmbeddingLoss);

class TripletMarginLossImpl : public Stateless<TripletMarginLossImpl, TripletMarginLossOptions> {
 public:
  using Stateless::Stateless;
  void pretty_print(std::ostream& out) const override;
  Tensor forward(const Tensor& anchor, const Tensor& positive, const Tensor& negative);
};
GRADUS_MODULE(TripletMarginLoss);

class TripletMarginWithDistanceLossImpl
    : public Stateless<TripletMarginWithDistanceLossImpl, TripletMarginWithDistanceLossOptions> {
 public:
  using Stateless::Stateless;
  void pretty_print(std::ostream& out) const override;
  Tensor forward(const Tensor& anchor, const Tensor& positive, const Tensor& negative);
};
GRADUS_MODULE(TripletMarginWithDistanceLoss);

class GaussianNLLLossImpl : public Stateless<GaussianNLLLossImpl, GaussianNLLLossOptions> {
 public:
  using Stateless::Stateless;
  void pretty_print(std::ostream& out) const override;
  Tensor forward(const Tensor& input, const Tensor& target, const Tensor& var);
};
GRADUS_MODULE(GaussianNLLLoss);

}  // namespace gradus::nn
