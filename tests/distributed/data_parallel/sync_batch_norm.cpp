#include "distributed/data_parallel/sync_batch_norm.h"

#include <doctest/doctest.h>

#include <sstream>

#include "distributed/distributed.h"
#include "gradus.h"
#include "tests/support.h"

using namespace gradus;
using namespace gradus::distributed;

TEST_CASE("sync batch norm: alone it is batch norm") {
  const intrusive_ptr<ProcessGroup> group = make_intrusive<ProcessGroupMPI>();
  manual_seed(0);
  nn::BatchNorm2d plain(3);
  nn::BatchNorm2d sync = nn::deepcopy(plain);
  convert_sync_batchnorm(sync, group);
  CHECK(is_sync_batchnorm(*sync));
  CHECK_FALSE(is_sync_batchnorm(*plain));
  std::ostringstream printed;
  printed << sync;
  CHECK(printed.str() ==
        "torch::nn::SyncBatchNorm(3, eps=1e-05, momentum=0.1, affine=true, "
        "track_running_stats=true)");
  const Tensor x = randn({4, 3, 5, 2}).requires_grad_(), z = x.detach().clone().requires_grad_();
  const Tensor weights = randn({4, 3, 5, 2});
  (plain(x) * weights).sum().backward();
  (sync(z) * weights).sum().backward();
  CHECK(allclose(x.grad(), z.grad(), 1e-5, 1e-6));
  CHECK(allclose(plain->weight.grad(), sync->weight.grad(), 1e-5, 1e-6));
  CHECK(allclose(plain->running_mean, sync->running_mean, 1e-5, 1e-7));
  CHECK(allclose(plain->running_var, sync->running_var, 1e-5, 1e-7));
  sync->eval();
  plain->eval();
  CHECK(allclose(plain(x), sync(x), 1e-5, 1e-6));
}

TEST_CASE("sync batch norm: both orders of gradient, and what it refuses") {
  const intrusive_ptr<ProcessGroup> group = make_intrusive<ProcessGroupMPI>();
  manual_seed(0);
  const auto f = [&](const std::vector<Tensor>& v) -> std::vector<Tensor> {
    return {sync_batch_norm(v[0], {}, {}, v[1], v[2], 0.1, 1e-5, group)};
  };
  const std::vector<Tensor> inputs = {randn({4, 2}, kDouble).requires_grad_(),
                                      randn({2}, kDouble).requires_grad_(),
                                      randn({2}, kDouble).requires_grad_()};
  CHECK(autograd::gradcheck(f, inputs));
  CHECK(autograd::gradgradcheck(f, inputs));
  CHECK(message([&] { sync_batch_norm(zeros({3}), {}, {}, {}, {}, 0.1, 1e-5, group); }) ==
        "sync_batch_norm: the input needs 2 dims or more, got shape [3]");
  CHECK(message([&] {
          sync_batch_norm(zeros({1, 3}), {}, {}, {}, {}, 0.1, 1e-5, group);
        }) == "sync_batch_norm: expected more than 1 value per channel over all ranks, got 1");
  CHECK(message([&] { differentiable_all_reduce(zeros({1}, kLong), group); }) ==
        "differentiable_all_reduce: the tensor must be of a floating type, got int64");
}
