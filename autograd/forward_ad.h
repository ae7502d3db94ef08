// Forward mode: tangents that go through operations with the values.
#pragma once

#include <tuple>

#include "autograd/autograd.h"

namespace gradus::autograd {

/// Forward mode, by the names of torch.autograd.forward_ad. Between enter_dual_level() and
/// exit_dual_level(), make_dual() gives a tensor a tangent v; what is computed from it has one too,
/// its Jacobian times v, which unpack_dual() gives.
///
/// Every operation is recorded with the formula that carries gradients back, which is linear in the
/// gradient; the transpose of that map carries tangents forward. So a tangent is made when it is
/// asked for, from the record: no operation has a second formula, user-written Functions have
/// tangents as soon as their backward is differentiable, and tangents have gradients of any order.
/// What follows from it: a dual tensor requires grad, the record lives as long as what was computed
/// from it, operations under NoGradGuard have no tangents, and inside of a level grad() is by
/// default as with create_graph. backward() is not.
namespace forward_ad {

/// Opens the level, of which there is one for all threads, and returns its number, 0. Throws Error
/// when it is open: forward mode inside of forward mode is for jvp().
uint64_t enter_dual_level();
/// Closes it, and lets go of its tangents. Throws Error when it is not open.
void exit_dual_level(std::optional<uint64_t> level = std::nullopt);

/// The level for as long as the guard lives.
class dual_level {
 public:
  dual_level() : level_(enter_dual_level()) {}
  dual_level(const dual_level&) = delete;
  dual_level& operator=(const dual_level&) = delete;
  ~dual_level();

 private:
  uint64_t level_;
};

/// A tensor without its tangent, and the tangent: undefined where there is none.
struct UnpackedDualTensor {
  Tensor primal, tangent;
};

/// A tensor on the memory of `tensor` with the tangent. Throws Error without a level, in no_grad
/// mode, where the sizes or the element types differ, and where these are not floating point.
Tensor make_dual(const Tensor& tensor, const Tensor& tangent,
                 std::optional<uint64_t> level = std::nullopt);
/// The tensor's value and its tangent. The tangent has a history where the value depends on leaves
/// of the program's own that require grad, or the tangents of make_dual() do. Without a level there
/// is no tangent.
UnpackedDualTensor unpack_dual(const Tensor& tensor, std::optional<uint64_t> level = std::nullopt);

}  // namespace forward_ad

namespace detail {
// Whether the level of forward mode is open.
[[gnu::visibility("default")]] inline constinit std::atomic<bool> dual_level{false};
}  // namespace detail

}  // namespace gradus::autograd

namespace gradus {

/// The same as autograd::forward_ad::make_dual().
Tensor _make_dual(const Tensor& primal, const Tensor& tangent, int64_t level);
/// The same as autograd::forward_ad::unpack_dual().
std::tuple<Tensor, Tensor> _unpack_dual(const Tensor& dual, int64_t level);

}  // namespace gradus
