// usage: run_isa SET PROGRAM [ARGS]
// Runs the program on the kernels of that instruction set; exits with 77, a test skipped, where the
// library finds that the set cannot run.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string_view>

#include "tensor/kernels/table.h"

using namespace gradus::kernels;

namespace {

bool known(std::string_view wanted) {
  for (const InstructionSet* set = instruction_sets(); set->name != nullptr; ++set)
    if (wanted == set->name) return true;
  return false;
}

bool runs_here(std::string_view wanted) {
  for (const Table* const* t = available_tables(); *t != nullptr; ++t)
    if (wanted == (*t)->isa) return true;
  return false;
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc < 3 || !known(argv[1])) {
    std::fprintf(stderr, "run_isa: expected an instruction set and a program\n");
    return 2;
  }
  if (!runs_here(argv[1])) return 77;
  setenv("GRADUS_ISA", argv[1], 1);
  execvp(argv[2], argv + 2);
  std::perror(argv[2]);
  return 2;
} catch (const std::exception& e) {
  std::fprintf(stderr, "run_isa: %s\n", e.what());
  return 2;
}
