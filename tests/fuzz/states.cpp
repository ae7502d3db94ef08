// What programs load beside their data: modules, optimisers, schedulers, samplers, generators. The
// bytes are edits to an archive that would fit. A load either fits, and the object can be used, or
// throws and leaves the object as it was.
#include <gradus.h>

#include <limits>
#include <sstream>

#include "tests/archive.h"
#include "tests/fuzz/fuzz.h"

namespace {

using namespace gradus;
using fuzz::Bytes;

constexpr int64_t integers[] = {0,
                                1,
                                -1,
                                2,
                                3,
                                5,
                                19,
                                20,
                                255,
                                1 << 20,
                                1ll << 32,
                                std::numeric_limits<int64_t>::max(),
                                std::numeric_limits<int64_t>::min()};
constexpr double reals[] = {0,
                            0.5,
                            -1,
                            1e-300,
                            1e300,
                            std::numeric_limits<double>::infinity(),
                            std::numeric_limits<double>::quiet_NaN()};
constexpr ScalarType types[] = {kBool, kByte, kInt, kLong, kFloat, kDouble};

Tensor any_tensor(Bytes& in) {
  std::vector<int64_t> sizes(in.below(4));
  for (int64_t& n : sizes) n = int64_t(in.below(8)) * (in.below(8) ? 1 : 5);
  const Tensor t = zeros(sizes, types[in.below(std::size(types))]);
  switch (in.below(4)) {
    case 0:
      return t;
    case 1:
      return t.fill_(double(in.take<int8_t>()));
    case 2:
      return t.fill_(t.dtype() == kLong ? Scalar(integers[in.below(std::size(integers))]) : 1);
    default:
      return t.is_floating_point() ? t.fill_(reals[in.below(std::size(reals))]) : t;
  }
}

IValue any_value(Bytes& in) {
  switch (in.below(8)) {
    case 0:
      return {};
    case 1:
      return in.below(2) == 0;
    case 2:
      return integers[in.below(std::size(integers))];
    case 3:
      return reals[in.below(std::size(reals))];
    case 4:
      return "text";
    case 5:
      return std::vector<int64_t>(in.below(4), integers[in.below(std::size(integers))]);
    case 6:
      return std::vector<double>(in.below(4), reals[in.below(std::size(reals))]);
    default:
      return any_tensor(in);
  }
}

// Some bytes of a tensor overwritten.
Tensor scratched(const Tensor& t, Bytes& in) {
  Tensor copy = t.contiguous().clone();
  auto* const data = static_cast<char*>(copy.data_ptr());
  for (size_t n = 1 + in.below(4); n > 0 && copy.nbytes() > 0; --n) {
    const size_t at = in.take<uint16_t>() % copy.nbytes();
    const std::string_view bytes = in.take(std::min<size_t>(1 + in.below(8), copy.nbytes() - at));
    std::memcpy(data + at, bytes.data(), bytes.size());
  }
  return copy;
}

std::string edited(const serialize::OutputArchive& archive, Bytes& in) {
  serialize::OutputArchive::Entries entries = archive.entries();
  for (size_t n = in.below(6); n > 0 && !entries.empty(); --n) {
    const size_t at = in.below(entries.size());
    switch (in.below(5)) {
      case 0:
        entries.erase(entries.begin() + int64_t(at));
        break;
      case 1:
        entries[at].second = entries[in.below(entries.size())].second;
        break;
      case 2:
        if (entries[at].second.isTensor() && entries[at].second.toTensor().defined())
          entries[at].second = scratched(entries[at].second.toTensor(), in);
        break;
      case 3:
        entries.emplace_back(entries[at].first + "." + std::to_string(in.below(3)), any_value(in));
        break;
      default:
        entries[at].second = any_value(in);
    }
  }
  serialize::OutputArchive out;
  for (const auto& [key, value] : entries) out.write(key, value);
  return bytes_of(out);
}

// `use` is called when the load fits.
template <class T, class Use>
void attack(Bytes& in, T& object, Use use) {
  serialize::OutputArchive archive;
  archive << object;
  const std::string before = bytes_of(archive);
  std::istringstream stream(edited(archive, in));
  try {
    load(object, stream);
  } catch (const Error&) {
    fuzz::require(saved_bytes(object) == before, "a load that throws changes nothing");
    return;
  }
  saved_bytes(object);
  use(object);
}

template <class Sampler>
void attack_sampler(Bytes& in, Sampler sampler, size_t size) {
  sampler.reset();
  sampler.next(in.below(6));
  attack(in, sampler, [&](Sampler& s) {
    for (int turn = 0; turn < 2; ++turn, s.reset())
      while (const auto batch = s.next(3))
        if constexpr (requires { batch->begin(); })
          for (const size_t i : *batch) fuzz::require(i < size, "an index of the dataset");
  });
}

struct Training {
  nn::Linear model{3, 2};
  void step(optim::Optimizer& optimizer) {
    optimizer.zero_grad();
    model->forward(ones({4, 3})).square().mean().backward();
    optimizer.step();
  }
};

template <class Optimizer, class Options>
void attack_optimizer(Bytes& in, Options options) {
  Training training;
  Optimizer optimizer(training.model->parameters(), options);
  if (in.below(2)) training.step(optimizer);
  attack(in, optimizer, [&](Optimizer& o) {
    for (int i = 0; i < 2; ++i) training.step(o);
  });
}

void attack_muon(Bytes& in) {
  Training training;
  optim::Muon optimizer({training.model->weight}, 0.1);
  if (in.below(2)) training.step(optimizer);
  attack(in, optimizer, [&](optim::Muon& o) {
    for (int i = 0; i < 2; ++i) training.step(o);
  });
}

void attack_lbfgs(Bytes& in) {
  Training training;
  optim::LBFGS optimizer(training.model->parameters(),
                         optim::LBFGSOptions().max_iter(3).line_search_fn("strong_wolfe"));
  const auto closure = [&] {
    optimizer.zero_grad();
    const Tensor loss = training.model->forward(ones({4, 3})).square().mean();
    loss.backward();
    return loss;
  };
  if (in.below(2)) optimizer.step(closure);
  attack(in, optimizer, [&](optim::LBFGS& o) {
    // As many iterations as the archive says would take as long as it says.
    static_cast<optim::LBFGSOptions&>(o.param_groups()[0].options()).max_iter(3).max_eval(5);
    for (int i = 0; i < 2; ++i) o.step(closure);
  });
}

template <class Make>
void attack_scheduler(Bytes& in, Make make) {
  Training training;
  optim::SGD optimizer(training.model->parameters(), optim::SGDOptions(0.1).momentum(0.9));
  auto scheduler = make(optimizer);
  const auto step = [&](auto& s) {
    training.step(optimizer);
    if constexpr (requires { s.step(0.5); })
      s.step(0.5);
    else
      s.step();
  };
  step(scheduler);
  attack(in, scheduler, [&](auto& s) {
    for (int i = 0; i < 5; ++i) step(s);
  });
}

void attack_module(Bytes& in) {
  nn::Sequential net(nn::Conv2d(nn::Conv2dOptions(1, 2, 3)), nn::BatchNorm2d(2), nn::Flatten(),
                     nn::Linear(8, 2));
  attack(in, net, [&](nn::Sequential& m) { m->forward(ones({2, 1, 4, 4})).sum().backward(); });
}

void attack_generator(Bytes& in) {
  Generator generator = detail::createCPUGenerator(in.below(2));
  const Tensor draws = empty({int64_t(in.below(200))}).normal_(0, 1, generator);
  const Tensor state = scratched(generator.get_state(), in);
  const Tensor before = generator.get_state();
  try {
    generator.set_state(state);
  } catch (const Error&) {
    fuzz::require(generator.get_state().equal(before), "a state that does not fit changes nothing");
    return;
  }
  empty({700}).uniform_(0, 1, generator);
  empty({700}).normal_(0, 1, generator);
  empty({5}, kDouble).normal_(0, 1, generator);
  randperm(700, generator);
}

using Attack = void (*)(Bytes&);
constexpr Attack attacks[] = {
    attack_module,
    attack_generator,
    [](Bytes& in) { attack_sampler(in, data::samplers::SequentialSampler(20), 20); },
    [](Bytes& in) { attack_sampler(in, data::samplers::RandomSampler(20), 20); },
    [](Bytes& in) { attack_sampler(in, data::samplers::RandomSampler(20, kInt), 20); },
    [](Bytes& in) { attack_sampler(in, data::samplers::EpochSampler(20, in.below(2) == 0), 20); },
    [](Bytes& in) {
      attack_sampler(in, data::samplers::EpochSampler(20, true, detail::createCPUGenerator(1)), 20);
    },
    [](Bytes& in) { attack_sampler(in, data::samplers::StreamSampler(20), 20); },
    [](Bytes& in) {
      attack_optimizer<optim::SGD>(in, optim::SGDOptions(0.1).momentum(0.9).nesterov(true));
    },
    [](Bytes& in) { attack_optimizer<optim::Adam>(in, optim::AdamOptions(0.1).amsgrad(true)); },
    [](Bytes& in) { attack_optimizer<optim::AdamW>(in, optim::AdamWOptions(0.1)); },
    [](Bytes& in) { attack_optimizer<optim::Adagrad>(in, optim::AdagradOptions(0.1)); },
    [](Bytes& in) {
      attack_optimizer<optim::RMSprop>(in, optim::RMSpropOptions(0.1).centered(true).momentum(0.5));
    },
    [](Bytes& in) { attack_optimizer<optim::NAdam>(in, optim::NAdamOptions(0.1)); },
    [](Bytes& in) { attack_optimizer<optim::Rprop>(in, optim::RpropOptions(0.1)); },
    [](Bytes& in) { attack_optimizer<optim::ASGD>(in, optim::ASGDOptions(0.1)); },
    [](Bytes& in) { attack_optimizer<optim::Adafactor>(in, optim::AdafactorOptions(0.1)); },
    attack_muon,
    attack_lbfgs,
    [](Bytes& in) { attack_scheduler(in, [](auto& o) { return optim::StepLR(o, 2); }); },
    [](Bytes& in) {
      attack_scheduler(in, [](auto& o) { return optim::swa_utils::SWALR(o, 0.01, 4); });
    },
    [](Bytes& in) {
      attack_scheduler(in, [](auto& o) { return optim::CosineAnnealingWarmRestarts(o, 2, 2); });
    },
    [](Bytes& in) { attack_scheduler(in, [](auto& o) { return optim::OneCycleLR(o, 0.1, 10); }); },
    [](Bytes& in) {
      attack_scheduler(in, [](auto& o) { return optim::ReduceLROnPlateauScheduler(o); });
    },
    [](Bytes& in) {
      attack_scheduler(in, [](auto& o) {
        return optim::SequentialLR(o,
                                   {std::make_shared<optim::ConstantLR>(o),
                                    std::make_shared<optim::ExponentialLR>(o, 0.9)},
                                   {2});
      });
    },
};

}  // namespace

void fuzz::run(std::string_view bytes) {
  manual_seed(0);
  Bytes in(bytes);
  attacks[in.below(std::size(attacks))](in);
}

std::vector<std::string> fuzz::seeds() {
  std::vector<std::string> all;
  for (size_t i = 0; i < std::size(attacks); ++i) {
    all.push_back({char(i), 0, 0});
    all.push_back({char(i), 1, 1, 0, 4, 7, 1, 3, 0, 4, 0});
    all.push_back({char(i), 2, 2, 1, 2, 1, 9, 0, 3, 1, 2, 3, 0, 4, 2, 11});
  }
  return all;
}
