#include "autograd/stacktrace.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <vector>

using gradus::autograd::capture_stack;
using gradus::autograd::user_frame;

// After a call: keeps it from becoming a jump, which would leave its line in no stack.
#define NOT_A_TAIL_CALL asm volatile("")

namespace gradus::stand_in {  // code between the user's and capture_stack, as the library's
                              // operations are

__attribute__((noinline)) std::string operation() {
  std::string frame = user_frame(capture_stack());
  NOT_A_TAIL_CALL;
  return frame;
}

inline __attribute__((always_inline)) std::string inline_operation() {
  return std::invoke([] { return operation(); });
}

template <class F>
__attribute__((noinline)) std::string through(const F& f) {
  std::string frame = f();
  NOT_A_TAIL_CALL;
  return frame;
}

}  // namespace gradus::stand_in

namespace user {

struct Model {
  __attribute__((noinline)) std::string forward() const;
};

// Each notes the line of its call.
int line = 0;

std::string Model::forward() const {
  line = __LINE__ + 1;
  std::string frame = gradus::stand_in::operation();
  NOT_A_TAIL_CALL;
  return frame;
}

__attribute__((noinline)) std::string calls_inline() {
  line = __LINE__ + 1;
  std::string frame = gradus::stand_in::inline_operation();
  NOT_A_TAIL_CALL;
  return frame;
}

inline __attribute__((always_inline)) std::string inlined_user() {
  line = __LINE__ + 1;
  std::string frame = gradus::stand_in::inline_operation();
  NOT_A_TAIL_CALL;
  return frame;
}

__attribute__((noinline)) std::string inside_template() {
  std::string frame = gradus::stand_in::through([] {
    line = __LINE__ + 1;
    std::string inner = gradus::stand_in::operation();
    NOT_A_TAIL_CALL;
    return inner;
  });
  NOT_A_TAIL_CALL;
  return frame;
}

__attribute__((noinline)) std::string inside_algorithm() {
  std::vector<int> numbers{1, 2};
  std::string frame;
  std::sort(numbers.begin(), numbers.end(), [&](int a, int b) {
    line = __LINE__ + 1;
    frame = gradus::stand_in::operation();
    return a < b;
  });
  NOT_A_TAIL_CALL;
  return frame;
}

__attribute__((noinline)) std::string through_function(const std::function<std::string()>& f) {
  line = __LINE__ + 1;
  std::string frame = f();
  NOT_A_TAIL_CALL;
  return frame;
}

}  // namespace user

#ifdef WITH_DEBUG_INFO
static void check_place(const std::string& frame, const char* function) {
  CAPTURE(frame);
  const std::string place = "tests/autograd/stacktrace.cpp:" + std::to_string(user::line) + " (";
  CHECK(frame.find(place) != std::string::npos);
  CHECK(frame.find(function) != std::string::npos);
}

TEST_CASE("user_frame: file, line and function of the innermost code outside the library") {
  check_place(user::Model{}.forward(), "user::Model::forward)");
  check_place(user::calls_inline(), "user::calls_inline)");
  check_place(user::inlined_user(), "user::inlined_user)");
  check_place(user::inside_template(), "user::inside_template");
  check_place(user::inside_algorithm(), "user::inside_algorithm");
  check_place(user::through_function(gradus::stand_in::operation), "user::through_function)");
}
#else
TEST_CASE("user_frame: the function's name where there is no debug information") {
  CHECK(user::Model{}.forward() == "user::Model::forward() const");
  CHECK(user::calls_inline() == "user::calls_inline()");
  CHECK(user::through_function(gradus::stand_in::operation).starts_with("user::through_function("));
}
#endif

TEST_CASE("user_frame: nothing to say about an empty stack") {
  CHECK(user_frame(gradus::autograd::StackTrace{}).empty());
}

TEST_CASE("capture_stack: a deep stack is cut, not overrun") {
  const std::function<int(int)> deep = [&](int n) {
    return n == 0 ? capture_stack().depth : deep(n - 1) + 0 * n;
  };
  CHECK(deep(500) == gradus::autograd::StackTrace::max_depth);
  CHECK(capture_stack().depth > 1);
}
