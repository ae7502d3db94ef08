#include "nn/generation/beam_search.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "autograd/factories.h"
#include "autograd/modes.h"
#include "autograd/ops/pointwise/pointwise.h"
#include "autograd/ops/view/join.h"
#include "nn/generation/prompt.h"
#include "tensor/base/checked.h"
#include "tensor/base/fail.h"

namespace gradus::nn::generation {
namespace {

constexpr double inf = std::numeric_limits<double>::infinity();

// A sequence of the step before with one more token.
struct Continuation {
  int64_t row, token;
  double log_p;
};

// The sequences of one prompt.
class Search {
 public:
  Search(const BeamSearchOptions& options) : options_(options) {}

  bool is_over() const { return over_; }
  const std::vector<Continuation>& running() const { return running_; }
  std::vector<BeamHypothesis> take_ended() { return std::move(ended_); }

  // The best continuations, in falling order, after `length` tokens were added.
  void advance(const std::vector<Continuation>& best, const Tensor& tokens, int64_t length) {
    const auto beams = size_t(options_.num_beams());
    running_.clear();
    if (!over_)
      for (size_t i = 0; i < best.size() && best[i].log_p > -inf; ++i) {
        const bool ends =
            length == options_.max_new_tokens() || best[i].token == options_.end_token();
        if (!ends && running_.size() < beams) running_.push_back(best[i]);
        if (ends && i < beams) add(best[i], tokens, length);
      }
    const double highest = running_.empty() ? -inf : score(running_[0].log_p, length);
    over_ =
        over_ || running_.empty() ||
        (ended_.size() == beams && (options_.early_stopping() || highest <= ended_.back().score));
    // Rows that nothing goes on from keep the number of rows.
    running_.resize(beams, {best[0].row, 0, -inf});
  }

 private:
  double score(double log_p, int64_t length) const {
    return log_p / std::pow(double(length), options_.length_penalty());
  }
  void add(const Continuation& c, const Tensor& tokens, int64_t length) {
    const double s = score(c.log_p, length);
    const auto at = std::upper_bound(ended_.begin(), ended_.end(), s,
                                     [](double a, const BeamHypothesis& b) { return a > b.score; });
    if (at - ended_.begin() == options_.num_beams()) return;
    ended_.insert(at, {cat({tokens[c.row], full({1}, c.token, kLong)}), s});
    if (int64_t(ended_.size()) > options_.num_beams()) ended_.pop_back();
  }

  const BeamSearchOptions& options_;
  std::vector<Continuation> running_;  // the best first
  std::vector<BeamHypothesis> ended_;  // the best first
  bool over_ = false;
};

// The 2 num_beams best continuations of each prompt, of `log_p` [rows, V].
std::vector<std::vector<Continuation>> best_continuations(const Tensor& log_p, int64_t prompts,
                                                          int64_t num_beams) {
  const int64_t all = log_p.size(1), rows = log_p.size(0) / prompts;
  const Tensor flat = log_p.reshape({prompts, -1});
  const auto [values, places] =
      flat.topk(std::min(checked_mul("beam_search", num_beams, 2), flat.size(1)));
  const auto value = values.accessor<double, 2>();
  const auto place = places.accessor<int64_t, 2>();
  std::vector<std::vector<Continuation>> best(static_cast<size_t>(prompts));
  for (int64_t i = 0; i < prompts; ++i)
    for (int64_t k = 0; k < value.size(1); ++k) {
      if (std::isnan(value[i][k])) fail("beam_search: the model's logits have nan");
      best[size_t(i)].push_back({i * rows + place[i][k] / all, place[i][k] % all, value[i][k]});
    }
  return best;
}

}  // namespace

std::vector<std::vector<BeamHypothesis>> beam_search(const BeamModel& model, const Tensor& prompt,
                                                     const BeamSearchOptions& options) {
  const NoGradGuard no_grad;
  check_prompt("beam_search", prompt, options.max_new_tokens());
  const int64_t beams = options.num_beams(), prompts = prompt.size(0);
  if (beams < 1) fail_value("beam_search: num_beams {} is not positive", beams);
  if (!std::isfinite(options.length_penalty()))
    fail_value("beam_search: length_penalty {} is not finite", options.length_penalty());
  const int64_t followed = checked_mul("beam_search", beams, prompts);

  std::vector<Search> searches(static_cast<size_t>(prompts), Search(options));
  Tensor tokens = prompt, rows = arange(prompts, kLong), log_p = zeros({prompts}, kDouble);
  for (int64_t length = 1; length <= options.max_new_tokens(); ++length) {
    const Tensor logits = last_logits("beam_search", model(tokens, rows), tokens.size(0));
    const auto best =
        best_continuations(logits.to(kDouble).log_softmax(-1) + log_p.unsqueeze(1), prompts, beams);
    rows = empty({followed}, kLong);
    log_p = empty({followed}, kDouble);
    const Tensor next = empty({followed}, kLong);
    auto row_of = rows.accessor<int64_t, 1>(), token_of = next.accessor<int64_t, 1>();
    auto log_p_of = log_p.accessor<double, 1>();
    bool all_over = true;
    for (int64_t i = 0; i < prompts; ++i) {
      Search& search = searches[size_t(i)];
      search.advance(best[size_t(i)], tokens, length);
      all_over = all_over && search.is_over();
      for (int64_t k = 0; k < beams; ++k) {
        const Continuation& c = search.running()[size_t(k)];
        row_of[i * beams + k] = c.row;
        token_of[i * beams + k] = c.token;
        log_p_of[i * beams + k] = c.log_p;
      }
    }
    if (all_over) break;
    tokens = cat({tokens.index_select(0, rows), next.unsqueeze(1)}, 1);
  }
  std::vector<std::vector<BeamHypothesis>> found;
  for (Search& search : searches) found.push_back(search.take_ended());
  if (options.max_new_tokens() == 0)
    for (int64_t i = 0; i < prompts; ++i) found[size_t(i)].push_back({prompt[i], 0});
  return found;
}

}  // namespace gradus::nn::generation
