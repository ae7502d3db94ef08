// The most likely sequences, searched for along several at once.
#pragma once

#include <functional>
#include <vector>

#include "nn/generation/generate.h"

namespace gradus::nn::generation {

/// A language model for beam_search(): of tokens int64 [N, T], logits [N, T, V] or [N, V] as Model
/// gives them. Row i goes on from row beams[i] of the call before, int64 [N]; a model that keeps a
/// cache selects these rows of it. The first call has a row for each prompt, the others
/// `num_beams` rows for each.
using BeamModel = std::function<Tensor(const Tensor& tokens, const Tensor& beams)>;

/// How beam_search() searches.
struct BeamSearchOptions {
  BeamSearchOptions(int64_t num_beams, int64_t max_new_tokens)
      : num_beams_(num_beams), max_new_tokens_(max_new_tokens) {}
  /// How many sequences are followed for each prompt.
  GRADUS_ARG(int64_t, num_beams);
  /// How many tokens are added at most.
  GRADUS_ARG(int64_t, max_new_tokens);
  /// The token that ends a sequence.
  GRADUS_ARG(std::optional<int64_t>, end_token);
  /// A sequence scores log P / n^length_penalty, where n counts the tokens that were added. Above 0
  /// it favours long sequences.
  GRADUS_ARG(double, length_penalty) = 1;
  /// Ends when `num_beams` sequences have ended. Unless set, ends when also none of those that go
  /// on would score higher than the worst of these if it ended now.
  GRADUS_ARG(bool, early_stopping) = false;
};

/// A sequence that beam_search() found.
struct BeamHypothesis {
  /// The prompt and what was added, the end token too if it came, int64 [T + n].
  Tensor tokens;
  double score;
};

/// For each prompt of int64 [B, T] the sequences found, the best first, at most `num_beams`. Of
/// each step's 2 num_beams best continuations, those among the first num_beams that end are kept,
/// and the first num_beams that do not are followed. Log probabilities are added up in double.
/// With no tokens to add it finds the prompt, of score 0. Nothing is recorded. Throws Error for an
/// empty prompt, logits of another shape or nan, ValueError for an option that makes no sense.
std::vector<std::vector<BeamHypothesis>> beam_search(const BeamModel& model, const Tensor& prompt,
                                                     const BeamSearchOptions& options);

}  // namespace gradus::nn::generation
