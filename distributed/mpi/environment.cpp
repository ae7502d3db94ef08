#include "distributed/mpi/environment.h"

#include <mpi.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <mutex>

#include "distributed/meeting/invitation.h"
#include "distributed/mpi/cores.h"
#include "distributed/mpi/ranks_here.h"
#include "distributed/mpi/unlaunched.h"
#include "tensor/base/fail.h"
#include "tensor/base/parallel.h"

namespace gradus::distributed::mpi {

namespace {

// Of the first variable that is set.
int first_of(std::initializer_list<const char*> names) {
  for (const char* name : names)
    if (const auto n = meeting::number_in(name)) return *n;
  return -1;
}

[[noreturn]] void contradicts(const char* variable, int value, int launcher) {
  fail(
      "init_process_group: {} is {}, and MPI's launcher says {}; where one launcher has started "
      "the "
      "other, the variables of the outer one have to be unset",
      variable, value, launcher);
}

struct State {
  std::mutex mutex;
  Engine* engine = nullptr;
  pid_t pid = 0;
  bool looked = false, ours = false, ended = false;
};
// Never destroyed: the end of the program asks it.
State& state() {
  static State& s = *new State;
  return s;
}

// MPI's own end, or that of the process. Nothing is thrown: there is nobody to catch it.
void end(int status) {
  State& s = state();
  {
    const std::lock_guard lock(s.mutex);
    if (!s.engine || s.ended || s.pid != getpid()) return;
    s.ended = true;
  }
  const std::string why = s.engine->leave(status);
  if (why.empty()) {
    if (s.ours && before_part()) MPI_Finalize();
  } else if (status == 0) {
    std::fprintf(stderr, "gradus: MPI was not finalised: %s\n", why.c_str());
  }
  part();
}

#ifdef __GLIBC__
void at_exit(int status, void*) { end(status); }
#else
void at_exit() { end(0); }
#endif

// Called by MPI_Finalize, where the program makes that call.
int before_finalize(MPI_Comm, int, void*, void*) {
  end(0);
  return MPI_SUCCESS;
}

// Those of the processes on this machine, in the order of ranks; `which` becomes this one.
std::vector<Cores> cores_here(size_t& which) {
  Cores own = own_cores();
  which = 0;
  int started = 0;
  MPI_Initialized(&started);
  if (!started) return {own};
  const RanksHere here;
  std::vector<Cores> all(size_t(here.size), own);
  check(MPI_Allgather(&own, sizeof own, MPI_BYTE, all.data(), sizeof own, MPI_BYTE, here.all),
        "MPI_Allgather");
  which = size_t(here.rank);
  return all;
}

void limit_threads() {
  if (std::getenv("OMP_NUM_THREADS")) return;
  size_t which = 0;
  const std::vector<Cores> here = cores_here(which);
  const int fair = fair_threads(here, which, core_quota("/proc/self/cgroup", "/sys/fs/cgroup"));
  if (get_num_threads() > fair) set_num_threads(fair);
}

void start(State& s, const Launch& launch, std::chrono::milliseconds timeout) {
  int flag = 0, level = MPI_THREAD_SINGLE;
  check(MPI_Finalized(&flag), "MPI_Finalized");
  if (flag) fail("init_process_group: MPI was finalised");
  check(MPI_Initialized(&flag), "MPI_Initialized");
  if (flag) {
    if (!launch.by_mpi)
      fail(
          "init_process_group: the program has initialised MPI, which no launcher of MPI has "
          "started: start it as `mpirun -n {} PROGRAM`, or leave the start of MPI to this function",
          launch.size);
    check(MPI_Query_thread(&level), "MPI_Query_thread");
    if (level < MPI_THREAD_MULTIPLE)
      fail("init_process_group: the program has initialised MPI, and not with MPI_THREAD_MULTIPLE");
    int key = MPI_KEYVAL_INVALID;
    check(MPI_Comm_create_keyval(MPI_COMM_NULL_COPY_FN, before_finalize, &key, nullptr),
          "MPI_Comm_create_keyval");
    check(MPI_Comm_set_attr(MPI_COMM_SELF, key, nullptr), "MPI_Comm_set_attr");
  } else {
    if (!launch.by_mpi) meet(timeout);
    // Open MPI would yield the processor at every look of ours where there are more processes than
    // cores, each time for the time slices of all others. Our thread sleeps between its looks.
    setenv("OMPI_MCA_mpi_yield_when_idle", "0", 0);
    check(MPI_Init_thread(nullptr, nullptr, MPI_THREAD_SERIALIZED, &level), "MPI_Init_thread");
    s.ours = true;
    s.pid = getpid();
#ifdef __GLIBC__
    on_exit(at_exit, nullptr);
#else
    std::atexit(at_exit);
#endif
    if (level < MPI_THREAD_SERIALIZED)
      fail(
          "init_process_group: MPI gives thread level {}, and MPI_THREAD_SERIALIZED, {}, is needed",
          level, int(MPI_THREAD_SERIALIZED));
  }
  s.pid = getpid();
  int size = 1;
  check(MPI_Comm_size(MPI_COMM_WORLD, &size), "MPI_Comm_size");
  if (launch.size > 1 && size != launch.size)
    fail("init_process_group: {} processes were started, and MPI sees {}: {}", launch.size, size,
         launch.by_mpi ? "their launcher is another MPI's than the program was linked with"
                       : "it takes no notice of processes that it has not launched, start them by "
                         "mpirun");
  limit_threads();
  speak_to_all_here();
  if (size > 1) s.engine = new Engine;
  have_met();
}

}  // namespace

Launch launched() {
  Launch l;
  l.rank = first_of({"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK"});
  l.size = first_of({"OMPI_COMM_WORLD_SIZE", "PMI_SIZE"});
  l.local_rank = first_of({"OMPI_COMM_WORLD_LOCAL_RANK", "MPI_LOCALRANKID", "SLURM_LOCALID"});
  l.local_size = first_of({"OMPI_COMM_WORLD_LOCAL_SIZE", "MPI_LOCALNRANKS"});
  l.by_mpi = l.rank >= 0 || l.size >= 0;
  const int rank = first_of({"RANK"}), size = first_of({"WORLD_SIZE"});
  if (!l.by_mpi) {
    l.rank = rank;
    l.size = size;
    l.local_rank = first_of({"LOCAL_RANK"});
    l.local_size = first_of({"LOCAL_WORLD_SIZE"});
    return l;
  }
  if (rank >= 0 && l.rank >= 0 && rank != l.rank) contradicts("RANK", rank, l.rank);
  if (size >= 0 && l.size >= 0 && size != l.size) contradicts("WORLD_SIZE", size, l.size);
  return l;
}

Engine* engine(std::chrono::milliseconds timeout) {
  State& s = state();
  const std::lock_guard lock(s.mutex);
  if (s.ended) fail("init_process_group: it was ended, and MPI starts once in a process");
  if (s.engine && s.pid != getpid())
    fail("init_process_group: this process was forked from one that has started MPI");
  if (s.looked) return s.engine;
  const Launch launch = launched();
  // A job of one rank needs no MPI. What is impossible of others is told there.
  if (launch.size > 1 || launch.rank > 0 || (launch.by_mpi && launch.size != 1)) {
    try {
      start(s, launch, timeout);
    } catch (...) {
      part();
      throw;
    }
  } else {
    limit_threads();
  }
  s.looked = true;
  return s.engine;
}

Engine* running() {
  State& s = state();
  const std::lock_guard lock(s.mutex);
  return s.ended || s.pid != getpid() ? nullptr : s.engine;
}

void finish() { end(0); }

void abort() {
  if (running()) MPI_Abort(MPI_COMM_WORLD, 1);
  std::abort();
}

}  // namespace gradus::distributed::mpi
