// A network reads strings of handwritten digits, without being told where in the picture a digit
// stands: the loss sums over all ways to align them (Graves et al., Connectionist Temporal
// Classification, 2006).
//
//   digit_strings [DATA] [EPOCHS] [FILE]
//
// By default examples/data/digits.csv, 40 and digit_strings.pgm. The strings are made of single
// digits, set side by side with random gaps on a spotted paper; those for testing are made of
// digits that training never shows. FILE, a picture in the PGM format, gets some of them.
#include <gradus.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <map>
#include <string>

#include "examples/pictures.h"
#include "monitor/chart/picture_sheet.h"
#include "monitor/progress/progress.h"

using namespace gradus;
using data::datasets::Digits;
using Text = std::vector<int64_t>;

constexpr int64_t width = 64, most_digits = 6, blank = 10, classes = 11;

struct Strings {
  Tensor images;         // [N, 1, 8, width]
  Tensor text, lengths;  // [N, most_digits], padded, and [N]
};

int64_t draw(int64_t from, int64_t to) { return randint(from, to, {1}).item<int64_t>(); }

// 3 to 6 digits a picture, up to 3 pixels closer together or further apart than they were written.
Strings compose(const Digits& digits, int64_t count) {
  Strings s{zeros({count, 1, 8, width}), zeros({count, most_digits}, kLong), zeros({count}, kLong)};
  for (int64_t n = 0; n < count; ++n) {
    const int64_t length = draw(3, most_digits + 1);
    s.lengths[n] = length;
    int64_t left = draw(0, 5);
    for (int64_t i = 0; i < length; ++i) {
      const int64_t pick = draw(0, int64_t(*digits.size()));
      s.text[n][i] = digits.targets()[pick];
      const Tensor place = s.images[n].slice(2, left, left + 8);
      place.copy_(maximum(place, digits.images()[pick]));
      left += std::min(8 + draw(-3, 4), (width - 8 - left) / (most_digits - i));
    }
  }
  s.images.add_(randn({count, 1, 8, width}).abs(), 0.25).clamp_(0, 1);
  return s;
}

struct ReaderImpl : nn::Module {
  ReaderImpl() {
    const auto block = [](int64_t in, int64_t out, std::vector<int64_t> pool) {
      return nn::Sequential(nn::Conv2d(nn::Conv2dOptions(in, out, 3).padding(1).bias(false)),
                            nn::BatchNorm2d(out), nn::ReLU(),
                            nn::MaxPool2d(nn::MaxPool2dOptions({pool[0], pool[1]})));
    };
    first = register_module("first", block(1, 32, {2, 1}));     // [N, 32, 4, 64]
    second = register_module("second", block(32, 64, {2, 2}));  // [N, 64, 2, 32]
    across = register_module(
        "across", nn::GRU(nn::GRUOptions(128, 64).bidirectional(true).batch_first(true)));
    scores = register_module("scores", nn::Linear(128, classes));
  }
  // [N, 1, 8, width] to the logarithms of probabilities for each step across: [T, N, classes].
  Tensor forward(const Tensor& images) {
    const Tensor columns = second->forward(first->forward(images)).flatten(1, 2).transpose(1, 2);
    return scores(std::get<0>(across(columns))).log_softmax(2).transpose(0, 1);
  }
  nn::Sequential first{nullptr}, second{nullptr};
  nn::GRU across{nullptr};
  nn::Linear scores{nullptr};
};
GRADUS_MODULE(Reader);

// The likeliest class of each step, [T], once repetitions are merged and blanks left out.
Text read_greedily(const Tensor& log_probs) {
  Text text;
  int64_t before = blank;
  const Tensor best = log_probs.argmax(1);
  for (int64_t t = 0; t < best.size(0); ++t) {
    const auto c = best[t].item<int64_t>();
    if (c != before && c != blank) text.push_back(c);
    before = c;
  }
  return text;
}

double log_sum(double a, double b) {
  const double most = std::max(a, b);
  return std::isinf(most) ? most : most + std::log1p(std::exp(std::min(a, b) - most));
}

// The likeliest text, all its alignments taken together, by a search that keeps the `beams` best
// beginnings at each step (Hannun et al., First-Pass Large Vocabulary Continuous Speech Recognition
// using Bi-Directional Recurrent DNNs, 2014).
Text read_by_beams(const Tensor& log_probs, size_t beams) {
  constexpr double never = -std::numeric_limits<double>::infinity();
  // The logarithm of the probability of all alignments that end with a blank, and with a digit.
  struct Ends {
    double in_blank = never, in_digit = never;
    double all() const { return log_sum(in_blank, in_digit); }
  };
  std::vector<std::pair<Text, Ends>> kept{{{}, {0, never}}};
  const Tensor p = log_probs.contiguous();
  for (int64_t t = 0; t < p.size(0); ++t) {
    const float* step = p.data_ptr<float>() + t * classes;
    std::map<Text, Ends> next;
    const auto add = [](double& sum, double more) { sum = log_sum(sum, more); };
    for (const auto& [text, ends] : kept) {
      add(next[text].in_blank, ends.all() + step[blank]);
      if (!text.empty()) add(next[text].in_digit, ends.in_digit + step[text.back()]);
      for (int64_t c = 0; c < blank; ++c) {
        Text longer = text;
        longer.push_back(c);
        // After the same digit only a blank between them makes it another one.
        const bool again = !text.empty() && text.back() == c;
        add(next[longer].in_digit, (again ? ends.in_blank : ends.all()) + step[c]);
      }
    }
    kept.assign(next.begin(), next.end());
    const auto better = [](const auto& a, const auto& b) {
      return a.second.all() > b.second.all();
    };
    const size_t count = std::min(beams, kept.size());
    std::partial_sort(kept.begin(), kept.begin() + std::ptrdiff_t(count), kept.end(), better);
    kept.resize(count);
  }
  return kept.front().first;
}

// The fewest digits to insert, delete or change that make one text of the other.
int64_t distance(const Text& a, const Text& b) {
  std::vector<int64_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = int64_t(j);
  for (size_t i = 1; i <= a.size(); ++i) {
    int64_t diagonal = row[0];
    row[0] = int64_t(i);
    for (size_t j = 1; j <= b.size(); ++j) {
      const int64_t change = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, change});
    }
  }
  return row[b.size()];
}

Text text_of(const Strings& s, int64_t n) {
  Text text;
  for (int64_t i = 0; i < s.lengths[n].item<int64_t>(); ++i)
    text.push_back(s.text[n][i].item<int64_t>());
  return text;
}

std::string shown(const Text& text) {
  std::string out;
  for (const int64_t c : text) out += char('0' + c);
  return out;
}

// Digits read wrong of those that there are.
template <class Read>
double error_rate(const Strings& strings, const Tensor& log_probs, Read read) {
  int64_t wrong = 0;
  for (int64_t n = 0; n < log_probs.size(1); ++n)
    wrong += distance(read(log_probs.select(1, n)), text_of(strings, n));
  return double(wrong) / strings.lengths.sum().item<double>();
}

int main(int argc, char** argv) try {
  const std::string path = argc > 1 ? argv[1] : "examples/data/digits.csv";
  const int epochs = argc > 2 ? std::max(1, std::atoi(argv[2])) : 40;
  const std::string file = argc > 3 ? argv[3] : "digit_strings.pgm";
  manual_seed(0);

  const Digits train_digits(path), test_digits(path, Digits::kTest);
  const Strings test = compose(test_digits, 300);
  Reader net;
  const int64_t batches = 25, batch = 64;
  optim::AdamW optimizer(net->parameters(), optim::AdamWOptions(3e-3));
  optim::OneCycleLR schedule(optimizer, 5e-3, epochs * batches);
  monitor::Progress bar(epochs, "epochs");
  for (int epoch = 1; epoch <= epochs; ++epoch) {
    double loss_sum = 0;
    for (int64_t i = 0; i < batches; ++i) {
      const Strings strings = compose(train_digits, batch);
      const Tensor log_probs = net(strings.images);
      const Tensor loss = nn::functional::ctc_loss(
          log_probs, strings.text, full({batch}, log_probs.size(0), kLong), strings.lengths,
          nn::functional::CTCLossFuncOptions().blank(blank));
      optimizer.zero_grad();
      loss.backward();
      nn::utils::clip_grad_norm_(net->parameters(), 1);
      optimizer.step();
      schedule.step();
      loss_sum += loss.item<double>();
    }
    const NoGradGuard no_grad;
    net->eval();
    bar.update({{"loss", loss_sum / double(batches)},
                {"wrong%", 100 * error_rate(test, net(test.images), read_greedily)}});
    net->train();
  }
  bar.close();

  const NoGradGuard no_grad;
  net->eval();
  const Tensor log_probs = net(test.images);
  const auto by_beams = [](const Tensor& p) { return read_by_beams(p, 10); };
  draw(test.images.slice(0, 0, 1));
  for (int64_t n = 0; n < 6; ++n)
    std::printf("%-6s is read as %-6s\n", shown(text_of(test, n)).c_str(),
                shown(by_beams(log_probs.select(1, n))).c_str());
  monitor::write_picture(
      file,
      monitor::picture_sheet(test.images.slice(0, 0, 30),
                             monitor::PictureSheetOptions().columns(3).zoom(4).pad_value(0.3)));
  const double greedy = error_rate(test, log_probs, read_greedily),
               beams = error_rate(test, log_probs, by_beams);
  std::printf(
      "\nof the digits in 300 strings that it never saw it reads %.2f%% wrong,\n"
      "and %.2f%% by the step's likeliest class alone; %s shows some\n",
      100 * beams, 100 * greedy, file.c_str());
  return beams < (epochs >= 40 ? 0.05 : 0.5) && beams <= greedy + 0.005 ? 0 : 1;
} catch (const Error& e) {
  std::fprintf(stderr, "digit_strings: %s\n", e.what());
  return 2;
}
