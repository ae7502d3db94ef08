// A random program: inputs, steps, and the gradients of what they give.
#pragma once

#include "tests/diff/operations.h"

namespace diff {

class Program {
 public:
  // Adds 1 to 3 inputs.
  void begin(Choices&);
  // Calls an operation; what it gives can be the argument of later ones.
  void step(Choices&);
  // The gradients of a weighted sum of all that is there with respect to all leaves, and those of a
  // weighted sum of these; undefined where there are none.
  void differentiate(int order);
  // All tensors that arguments are taken from.
  const List& live() const { return live_; }

  std::string text;  // of the last call, which may have thrown
  List results;      // what it gave

 private:
  List live_, leaves_, gradients_;
};

}  // namespace diff
