#include <gradus.h>
#include <monitor/monitor.h>

#include <sstream>

int main() {
  using namespace gradus;
  nn::Linear fc(2, 3);
  monitor::EarlyStopping stopping(monitor::EarlyStoppingOptions().patience(1));
  std::ostringstream table;
  table << monitor::summary(*fc, {ones({1, 2})});
  return stopping.step(1) || !stopping.step(1) || table.str().find("Linear") == std::string::npos;
}
