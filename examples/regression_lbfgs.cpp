// A curve through the carbon dioxide in the air at Mauna Loa, by least squares: an exponential rise
// and a yearly wave, whose seven numbers LBFGS finds in one call.
//
//   regression_lbfgs [DATA]
//
// By default examples/data/co2.csv: year, month and parts per million in each line.
#include <gradus.h>

#include <cmath>
#include <cstdio>
#include <fstream>
#include <numbers>
#include <string>

using namespace gradus;

// Years since 1980 and parts per million, [n] each, in float64: seven numbers of such different
// sizes leave float32 too few digits.
std::pair<Tensor, Tensor> read_series(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw Error("cannot read " + path);
  std::vector<double> years, levels;
  for (std::string line; std::getline(file, line);) {
    int year = 0, month = 0;
    double level = 0;
    if (std::sscanf(line.c_str(), "%d,%d,%lf", &year, &month, &level) != 3)
      throw Error(path + ": not a year, a month and a number: " + line);
    years.push_back(year + (month - 0.5) / 12 - 1980);
    levels.push_back(level);
  }
  if (years.size() < 24) throw Error(path + ": too few months");
  return {tensor(years, kDouble), tensor(levels, kDouble)};
}

int main(int argc, char** argv) try {
  const auto [t, level] = read_series(argc > 1 ? argv[1] : "examples/data/co2.csv");

  // level = base + rise e^(rate t) + a wave of one year and one of half a year. Without a first
  // guess of the size there would be nothing to improve.
  const auto unknown = [](std::vector<double> guess) {
    return tensor(guess, kDouble).requires_grad_();
  };
  const Tensor base = unknown({280}), rise = unknown({50}), rate = unknown({0.02});
  const Tensor cosines = unknown({0, 0}), sines = unknown({0, 0});
  const Tensor phase =
      t.unsqueeze(1) * tensor(std::vector<double>{1, 2}, kDouble) * 2 * std::numbers::pi;
  const auto trend = [&](const Tensor& at) { return base + rise * (rate * at).exp(); };
  const auto model = [&, &t = t] {
    return trend(t) + (phase.cos() * cosines + phase.sin() * sines).sum(1);
  };

  optim::LBFGS optimizer(
      {base, rise, rate, cosines, sines},
      optim::LBFGSOptions().max_iter(200).tolerance_grad(1e-6).line_search_fn("strong_wolfe"));
  int calls = 0;
  const auto closure = [&, &level = level] {
    optimizer.zero_grad();
    const Tensor loss = (model() - level).square().mean();
    loss.backward();
    ++calls;
    return loss;
  };
  const double before = std::sqrt(optimizer.step(closure).item<double>());

  const NoGradGuard no_grad;
  const double after = (model() - level).square().mean().sqrt().item<double>();
  std::printf("%ld months; the error falls from %.2f to %.2f ppm in %d evaluations\n",
              long(t.numel()), before, after, calls);
  std::printf("level = %.1f + %.1f e^(%.4f (year - 1980)), and a wave of %.2f and %.2f ppm\n",
              base.item<double>(), rise.item<double>(), rate.item<double>(),
              std::hypot(cosines[0].item<double>(), sines[0].item<double>()),
              std::hypot(cosines[1].item<double>(), sines[1].item<double>()));
  for (const double year : {1960., 1980., 2000.})
    std::printf("%4.0f: %.1f ppm, rising by %.2f a year\n", year,
                trend(tensor(year - 1980, kDouble)).item<double>(),
                (rate * rise * (rate * (year - 1980)).exp()).item<double>());
  return after < 1 ? 0 : 1;
} catch (const std::exception& e) {
  std::fprintf(stderr, "%s\n", e.what());
  return 2;
}
