// Calls of SummaryWriter, of which tests/reference/events.py makes the same in Python.
#pragma once

#include <cmath>

#include "autograd/factories.h"
#include "monitor/events/summary_writer.h"

inline void write_events(gradus::monitor::SummaryWriter& w) {
  using namespace gradus;
  const Tensor eighths = arange(24, kFloat) / 8;  // whose sums are exact
  w.add_scalar("loss", 0.75, 1);
  w.add_scalar("loss", 0.1, 2, 1234.5);
  w.add_scalar("zero", 0.0);
  w.add_scalar("old", eighths.select(0, 3), -5);
  w.add_scalar("infinite", INFINITY, 7);
  w.add_scalar("new", 0.1, 3, {}, true);
  w.add_scalar("double", 0.1, 4, {}, true, true);
  w.add_scalars("both/kinds", {{"train", 1.5}, {"test", 2.5}}, 3);
  w.add_scalars("both/kinds", {{"train", 0.5}, {"test", 0.25}}, 4);
  w.add_histogram("tensorflow", eighths - 1, 5);
  w.add_histogram("zeros", zeros({4}), 5);
  w.add_histogram("integers", arange(-10, 30, kLong), 5);
  w.add_histogram("joined", eighths, 5, "tensorflow", {}, 20);
  for (const char* rule : {"auto", "fd", "doane", "scott", "rice", "sturges", "sqrt"})
    w.add_histogram(std::string("by ") + rule, eighths.square(), 6, rule);
  w.add_histogram("one value", full({5}, 2.5), 6, "auto");
  w.add_histogram("ten bins", eighths, 6, 10);
  w.add_histogram("edges", eighths, 7, std::vector<double>{-1, 0, 0.5, 0.5, 1, 2.875, 7});
  w.add_histogram_raw("raw", -1, 2, 5, 3.5, 7.25, {0, 1, 2}, {2, 2, 1}, 8);
  w.add_text("note", "**bold** caf\xc3\xa9", 9);
  w.add_text("empty", "");
  w.add_tensor("halves", eighths.view({2, 3, 4}), 10);
  w.add_tensor("doubles", tensor({0.1, -0.0, 0.0}, kDouble), 10);
  w.add_tensor("longs", tensor({int64_t(-1), int64_t(300)}, kLong), 10);
  w.add_tensor("bytes", tensor({1, 255}, kByte), 10);
  w.add_tensor("bools", tensor({1, 0}, kBool), 10);
  w.add_audio("sound", (eighths - 1.5) / 1.25, 11, 8000);
  const Tensor labels = arange(40, kLong) % 3 == 0;
  const Tensor predictions = arange(40, kFloat) * 7 % 40 / 39;
  w.add_pr_curve("curve", labels, predictions, 12, 11);
  w.add_pr_curve("weighted", labels, predictions, 12, 500, arange(40, kFloat) / 4);
  const Tensor counts = arange(5, kFloat);
  w.add_pr_curve_raw("raw curve", counts, counts + 1, counts + 2, counts + 3, counts / 4,
                     counts / 8, 12, 5);
  w.add_custom_scalars(
      {{"losses", {{"both", "Multiline", {"loss", "zero"}}, {"band", "Margin", {"a", "b", "c"}}}},
       {"rest", {{"one", "Multiline", {"new"}}}}});
  w.add_custom_scalars_multilinechart({"loss", "zero"});
  w.add_custom_scalars_marginchart({"a", "b", "c"}, "category", "title");
  const Tensor corners = eighths.view({1, 8, 3});
  w.add_mesh("mesh", corners, (corners * 50).to(kInt), corners.to(kInt), "{\"cls\": 1}", 13);
  w.add_mesh("points", corners);
  w.add_hparams({{"lr", 0.1},
                 {"layers", 3},
                 {"optimizer", "adam"},
                 {"nesterov", true},
                 {"none", IValue()},
                 {"decay", tensor({0.25})}},
                {{"hparam/loss", 0.5}, {"hparam/accuracy", 0.875}},
                {{"lr", {0.1, 0.2}}, {"optimizer", {"adam", "sgd"}}}, "try", 14);

  w.add_image("grey", eighths.view({1, 4, 6}) / 3, 15);
  w.add_image("bytes of colours", (eighths * 80).to(kByte).view({4, 2, 3}), 15, {}, "HWC");
  w.add_image("plane", eighths.view({4, 6}) - 1, 15, {}, "HW");
  w.add_image("turned", eighths.view({4, 6}) / 3, 15, {}, "WH");
  w.add_image("transparent", eighths.view({4, 2, 3}) / 3, 15);
  w.add_image("grey and alpha", eighths.view({2, 4, 3}) / 3, 15);
  w.add_images("grid", arange(11 * 3 * 2 * 2, kFloat).view({11, 3, 2, 2}) / 132, 16);
  w.add_images("grey grid", arange(12, kFloat).view({3, 2, 2, 1}) / 11, 16, {}, "NHWC");

  w.add_embedding(eighths.view({6, 4}));
  w.add_embedding(eighths.view({3, 8}) / 7, monitor::EmbeddingOptions()
                                                .metadata({"a", "b", "c\xc3\xa9"})
                                                .label_img(eighths.view({3, 1, 2, 4}) / 3)
                                                .global_step(17)
                                                .tag("with/labels"));
  w.add_embedding(arange(4, kLong).view({2, 2}), monitor::EmbeddingOptions()
                                                     .metadata_columns({{"x", "1"}, {"y", "2"}})
                                                     .metadata_header({"name", "number"})
                                                     .global_step(18)
                                                     .tag("a \"quoted\" %tag"));
}
