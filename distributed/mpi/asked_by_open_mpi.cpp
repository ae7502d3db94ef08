// Open MPI 4 without a launcher of its own. Its component for the launcher Flux loads a shared
// object by name and asks its functions, wherever that comes from: here it is pmi_library.cpp.
// Everything is told to Open MPI by environment variables.
#include <dlfcn.h>
#include <fcntl.h>
#include <mpi.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>

#include "distributed/mpi/pmi.h"
#include "distributed/mpi/pmi_library.h"
#include "distributed/mpi/unlaunched.h"
#include "tensor/base/fail.h"

extern const unsigned char pmi_library[];
extern const size_t pmi_library_size;

extern char** environ;

namespace gradus::distributed::mpi {

namespace {
namespace fs = std::filesystem;
using Variables = std::map<std::string, std::string>;

Pmi* asked = nullptr;
Variables before;  // of Open MPI's
fs::path shared;   // where this process's shared memory has its file

int put(const char* key, const char* value) { return asked->put(key, value) ? 0 : -1; }

int barrier() {
  try {
    asked->barrier();
  } catch (const std::exception& e) {
    give_up(e.what());  // Open MPI would say less, and end as well
  }
  return 0;
}

int get(const char* key, char* value, int size) {
  const auto found = asked->get(key);
  if (!found || int(found->size()) >= size) return -1;
  std::memcpy(value, found->c_str(), found->size() + 1);
  return 0;
}

Variables variables() {
  Variables all;
  for (char** v = environ; v && *v; ++v) {
    const std::string text = *v;
    const size_t end = text.find('=');
    if (end == std::string::npos) continue;
    for (const char* prefix : {"OMPI_", "FLUX_"})
      if (text.rfind(prefix, 0) == 0) all[text.substr(0, end)] = text.substr(end + 1);
  }
  return all;
}

// A file with the functions that Open MPI is to ask, which is gone when it is closed, loaded. It is
// empty where that is not allowed.
struct Loaded {
  int file;
  void* library = nullptr;
  std::string why;

  explicit Loaded(int opened) : file(opened) {
    bool written = file >= 0;
    for (size_t done = 0; written && done < pmi_library_size;) {
      const ssize_t n = write(file, pmi_library + done, pmi_library_size - done);
      written = n > 0;
      if (written) done += size_t(n);
    }
    if (!written)
      why = std::strerror(errno);
    else if (!(library = dlopen(name().c_str(), RTLD_NOW | RTLD_LOCAL)))
      why = dlerror();
    if (!library && file >= 0) close(file);
  }
  std::string name() const { return "/proc/self/fd/" + std::to_string(file); }
};

// Loads them. The name by which Open MPI finds them, for as long as the file is open, which it
// stays: no other file can have its name, by which the library is known.
std::string load_functions(Pmi& pmi) {
  Loaded loaded(memfd_create("gradus_pmi", MFD_CLOEXEC));
  for (const char* folder : {"/dev/shm", "/tmp", "."})
    if (!loaded.library) loaded = Loaded(open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0700));
  auto* const place = loaded.library
                          ? static_cast<const GradusPmi**>(dlsym(loaded.library, "gradus_pmi"))
                          : nullptr;
  if (!place)
    fail("init_process_group: cannot load a file of functions for Open MPI: {}", loaded.why);
  static GradusPmi table;
  table = {pmi.rank(),
           pmi.size(),
           Pmi::longest_name,
           Pmi::longest_key,
           Pmi::longest_value,
           Pmi::name,
           pmi.here().data(),
           int(pmi.here().size()),
           put,
           barrier,
           get};
  *place = &table;
  return loaded.name();
}

fs::path folder_of(const Pmi& pmi, int rank) {
  return fmt::format("/dev/shm/gradus.{:x}.{}", pmi.number(), rank);
}

}  // namespace

void check_that_mpi_asks() {
  const std::string version = mpi_version();
  if (version.rfind("Open MPI v4.", 0) != 0)
    fail(
        "init_process_group: no launcher of MPI has started this process, and {} needs one: start "
        "it by mpirun",
        version);
}

void let_mpi_ask(Pmi& pmi) {
  const std::string functions = load_functions(pmi);
  asked = &pmi;
  before = variables();
  setenv("FLUX_JOB_ID", std::to_string(pmi.number()).c_str(), 1);
  setenv("FLUX_PMI_LIBRARY_PATH", functions.c_str(), 1);
  setenv("OMPI_MCA_pmix", "flux", 1);
  // mpirun would remove these folders of a process that is killed. What needs one is not used here.
  setenv("OMPI_MCA_orte_create_session_dirs", "0", 1);
  const fs::path folder = folder_of(pmi, pmi.rank());
  if (!before.count("OMPI_MCA_btl_vader_backing_directory") && mkdir(folder.c_str(), 0700) == 0) {
    shared = folder;
    setenv("OMPI_MCA_btl_vader_backing_directory", folder.c_str(), 1);
  }
}

void mpi_has_asked() {
  for (const auto& [name, value] : variables())
    if (!before.count(name)) unsetenv(name.c_str());
  for (const auto& [name, value] : before) setenv(name.c_str(), value.c_str(), 1);
  if (shared.empty()) return;
  std::error_code ignored;
  fs::remove_all(shared, ignored);
}

// On a busy machine MPI_Finalize was seen not to come back, in one job of 25: as far as one can
// tell it joins a thread that has missed its end. Nobody misses the call: all have agreed to end,
// and there is no launcher.
bool mpi_ends() { return false; }

void leave_nothing() {
  std::error_code ignored;
  for (const int r : asked->here()) fs::remove_all(folder_of(*asked, r), ignored);
}

void end_asking() {}

}  // namespace gradus::distributed::mpi
