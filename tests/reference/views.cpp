// Writes views.inc and indexing.inc, what libtorch gives for the shared cases: build with libtorch
// 2.13 and -I at the project, run with the folder to write to.
#include <torch/torch.h>

#include <fstream>

#include "tests/reference/index_cases.h"
#include "tests/reference/view_cases.h"

namespace {
template <class... F>
void write(const std::string& path, F... cases) {
  std::ofstream out(path);
  out << "R\"cases(";
  CaseWriter w(out);
  (cases(w), ...);
  out << ")cases\"\n";
}
}  // namespace

int main(int, char** argv) {
  const std::string folder = argv[1];
  write(folder + "/views.inc", window_cases, write_cases);
  write(folder + "/indexing.inc", index_cases, scatter_cases, refusal_cases);
}
