// A cart learns to balance the pole that stands on it: pushed left or right fifty times a second,
// it is told nothing but that the pole still stands.
//
//   cartpole [STEPS]
//
// At most 500000 steps of a cart, unless given; it ends where the mean of 100 consecutive episodes
// is 475 steps of the 500 that an episode has, which takes some seconds. An actor, which gives the
// odds of the two pushes, and a critic, which says how long the pole will stand, learn together by
// proximal policy optimisation (J. Schulman et al., 2017), with advantages by generalised
// estimation (J. Schulman et al., "High-Dimensional Continuous Control", 2016).
#include <gradus.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <numeric>
#include <random>

#include "monitor/progress/progress.h"

using namespace gradus;

constexpr int64_t carts = 16, horizon = 128, batch = carts * horizon;
constexpr int64_t longest = 500;  // steps of an episode
constexpr double discount = 0.99, blend = 0.95, most_change = 0.2;

// A pole on a cart (A. G. Barto, R. S. Sutton, C. W. Anderson, "Neuronlike Adaptive Elements That
// Can Solve Difficult Learning Control Problems", 1983), without friction. Metres, kilograms,
// seconds, radians.
struct Cart {
  static constexpr double gravity = 9.8, cart_mass = 1.0, pole_mass = 0.1, half_length = 0.5,
                          push = 10.0, tau = 0.02;
  static constexpr double farthest = 2.4, steepest = 12 * M_PI / 180;
  std::array<double, 4> state;  // place, speed, angle from upright, its speed
  int64_t steps = 0;

  void reset(std::mt19937& random) {
    std::uniform_real_distribution<double> near(-0.05, 0.05);
    for (double& s : state) s = near(random);
    steps = 0;
  }
  // One step of Euler's method.
  void move(bool right) {
    auto& [x, v, angle, spin] = state;
    constexpr double mass = cart_mass + pole_mass;
    const double force = right ? push : -push;
    const double pull = (force + pole_mass * half_length * spin * spin * std::sin(angle)) / mass;
    const double cosine = std::cos(angle);
    const double turn = (gravity * std::sin(angle) - cosine * pull) /
                        (half_length * (4.0 / 3 - pole_mass * cosine * cosine / mass));
    const double drive = pull - pole_mass * half_length * turn * cosine / mass;
    x += tau * v;
    v += tau * drive;
    angle += tau * spin;
    spin += tau * turn;
    ++steps;
  }
  bool fell() const { return std::abs(state[0]) > farthest || std::abs(state[2]) > steepest; }
};

struct ActorCriticImpl : nn::Module {
  ActorCriticImpl() {
    actor = register_module("actor", net(2));
    critic = register_module("critic", net(1));
  }
  static nn::Sequential net(int64_t outputs) {
    return nn::Sequential(nn::Linear(4, 64), nn::Tanh(), nn::Linear(64, 64), nn::Tanh(),
                          nn::Linear(64, outputs));
  }
  // For states [N, 4] the logarithms of the odds [N, 2], and the steps to come [N].
  std::pair<Tensor, Tensor> forward(const Tensor& states) {
    return {actor->forward(states).log_softmax(-1), critic->forward(states).squeeze(-1)};
  }
  nn::Sequential actor{nullptr}, critic{nullptr};
};
GRADUS_MODULE(ActorCritic);

// What the carts did, by [step, cart].
struct Rollout {
  Tensor states = empty({horizon, carts, 4}), actions = empty({horizon, carts}, kLong);
  Tensor odds = empty({horizon, carts}), values = empty({horizon + 1, carts});
  Tensor rewards = empty({horizon, carts}), goes_on = empty({horizon, carts});

  // How much better each action was than the critic thought, by the steps that came after.
  Tensor advantages() const {
    Tensor out = empty({horizon, carts}), next = zeros({carts});
    for (int64_t t = horizon; t-- > 0;) {
      const Tensor surprise = rewards[t] + discount * goes_on[t] * values[t + 1] - values[t];
      next = surprise + discount * blend * goes_on[t] * next;
      out[t].copy_(next);
    }
    return out;
  }
};

int main(int argc, char** argv) {
  const int64_t most = argc > 1 ? std::atoll(argv[1]) : 500000;
  if (most < batch) {
    std::fprintf(stderr, "usage: cartpole [STEPS], at least %lld\n", (long long)batch);
    return 2;
  }
  manual_seed(1);
  std::mt19937 random(1);
  std::array<Cart, carts> all;
  for (Cart& c : all) c.reset(random);

  ActorCritic net;
  optim::Adam adam(net->parameters(), optim::AdamOptions(1e-3).eps(1e-5));
  Rollout seen;
  std::deque<double> episodes;  // the lengths of the last 100
  double mean = 0;
  int64_t ended = 0, steps = 0;
  const auto begin = std::chrono::steady_clock::now();

  const auto observe = [&] {
    Tensor states = empty({carts, 4});
    float* p = states.data_ptr<float>();
    for (const Cart& c : all) p = std::copy(c.state.begin(), c.state.end(), p);
    return states;
  };
  const auto end_episode = [&](Cart& c) {
    episodes.push_back(double(c.steps));
    if (episodes.size() > 100) episodes.pop_front();
    mean = std::accumulate(episodes.begin(), episodes.end(), 0.0) / double(episodes.size());
    ++ended;
    c.reset(random);
  };
  const auto play = [&] {
    const NoGradGuard no_grad;
    for (int64_t t = 0; t < horizon; ++t) {
      const Tensor states = observe();
      const auto [odds, values] = net->forward(states);
      const Tensor actions = odds.exp().multinomial(1);
      seen.states[t].copy_(states);
      seen.actions[t].copy_(actions.squeeze(1));
      seen.odds[t].copy_(odds.gather(1, actions).squeeze(1));
      seen.values[t].copy_(values);
      const int64_t* push = actions.data_ptr<int64_t>();
      for (int64_t i = 0; i < carts; ++i) {
        Cart& c = all[size_t(i)];
        c.move(push[i] == 1);
        double reward = 1;
        const bool fell = c.fell(), over = c.steps == longest;
        // The pole would stand on where only the time is over: the critic says how long.
        if (over && !fell) {
          const Tensor last = tensor(std::vector<double>(c.state.begin(), c.state.end()), kFloat);
          reward += discount * net->critic->forward(last).item<double>();
        }
        seen.rewards[t][i] = reward;
        seen.goes_on[t][i] = fell || over ? 0.0 : 1.0;
        if (fell || over) end_episode(c);
      }
    }
    seen.values[horizon].copy_(net->forward(observe()).second);
  };
  const auto learn = [&] {
    const Tensor advantages = seen.advantages().flatten();
    const Tensor returns = advantages + seen.values.slice(0, 0, horizon).flatten();
    const Tensor states = seen.states.flatten(0, 1), actions = seen.actions.flatten();
    const Tensor before = seen.odds.flatten();
    for (int epoch = 0; epoch < 6; ++epoch) {
      for (const Tensor& part : randperm(batch).chunk(8)) {
        const auto [odds, values] = net->forward(states.index_select(0, part));
        Tensor a = advantages.index_select(0, part);
        a = (a - a.mean()) / (a.std() + 1e-8);
        const Tensor chosen = odds.gather(1, actions.index_select(0, part).unsqueeze(1)).squeeze(1);
        // An action may become likelier by a fifth, or less likely; beyond that it earns nothing.
        const Tensor ratio = (chosen - before.index_select(0, part)).exp();
        const Tensor gain =
            minimum(ratio * a, ratio.clamp(1 - most_change, 1 + most_change) * a).mean();
        const Tensor surprise = nn::functional::mse_loss(values, returns.index_select(0, part));
        const Tensor entropy = -(odds.exp() * odds).sum(-1).mean();
        adam.zero_grad();
        (0.5 * surprise - gain - 0.01 * entropy).backward();
        nn::utils::clip_grad_norm_(net->parameters(), 0.5);
        adam.step();
      }
    }
  };

  monitor::Progress bar(most, "steps");
  while (steps + batch <= most && !(episodes.size() == 100 && mean >= 475)) {
    for (auto& group : adam.param_groups())
      group.options().set_lr(1e-3 * (1 - 0.9 * double(steps) / double(most)));
    play();
    learn();
    steps += batch;
    bar.update(batch, {{"episodes", ended}, {"the last ones stood", mean}});
  }
  bar.close();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  std::printf(
      "\n%s after %lld steps in %.1f s: the pole stood %.1f steps, the mean of %zu episodes\n",
      mean >= 475 ? "balanced" : "not balanced", (long long)steps, took.count(), mean,
      episodes.size());
  // At random it stands 22 steps. A short run shows that it learns; a whole one must balance.
  return mean >= (most < 200000 ? 60 : 475) ? 0 : 1;
}
