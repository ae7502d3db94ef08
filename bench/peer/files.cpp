// What a training program does beside computing: saving, loading, printing, and counting of values.
#include <sstream>

#include "bench/peer/peer.h"

namespace peer {

using List = std::vector<Tensor>;

void files(Cases& cases) {
  const auto network = [] {
    return torch::nn::Sequential(torch::nn::Linear(1024, 2048), torch::nn::ReLU(),
                                 torch::nn::Linear(2048, 1024));
  };
  cases.push_back({"files", "load a model of 16 MB", [=] {
                     auto model = network();
                     std::ostringstream out;
                     torch::save(model, out);
                     return Body{[model, bytes = out.str()]() mutable {
                       std::istringstream in(bytes);
                       torch::load(model, in);
                       return model->parameters()[0];
                     }};
                   }});
  cases.push_back({"files", "save a model of 16 MB", [=] {
                     return Body{[model = network()] {
                       std::ostringstream out;
                       torch::save(model, out);
                       return model->parameters()[0];
                     }};
                   }});
  for (const int64_t n : {10, 100})
    add(
        cases, "files", "print " + std::to_string(n) + "x10",
        [=] {
          return List{torch::randn({n, 10})};
        },
        [](const List& x) {
          std::ostringstream out;
          out << x[0];
          return x[0];
        },
        Passes::forward);
  for (const bool sorted : {false, true})
    add(
        cases, "files", std::string("unique of 100,000") + (sorted ? ", sorted" : ""),
        [] { return List{torch::randint(0, 1000, {100000}, torch::kLong)}; },
        [=](const List& x) { return std::get<0>(torch::_unique2(x[0], sorted)).sum(); },
        Passes::forward);
}

}  // namespace peer
