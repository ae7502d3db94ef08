// usage: faults CASE: a job in which rank 1 does something wrong. What each rank is told is a line
// `rank 0: ...`; faults_test.py knows what it must be.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <fstream>
#include <map>
#include <string>
#include <thread>

#include "autograd/factories.h"
#include "distributed/distributed.h"
#include "tensor/base/parallel.h"

using namespace gradus;
using distributed::ProcessGroupMPI;
using Tensors = std::vector<Tensor>;
using std::chrono::milliseconds;

// MPI's own function, where it does not return.
std::atomic<bool> kept{false};
extern "C" int PMPI_Test(void* request, int* done, void* status);
extern "C" int MPI_Test(void* request, int* done, void* status) {
  while (kept) pause();
  return PMPI_Test(request, done, status);
}

namespace {

intrusive_ptr<ProcessGroupMPI> world;  // of static storage: it is destroyed after main

bool faulty() { return world->getRank() == 1; }

void say(const std::string& text) {
  const std::string line = "rank " + std::to_string(world->getRank()) + ": " + text + "\n";
  if (write(STDOUT_FILENO, line.data(), line.size()) < 0) std::abort();
}

template <class F>
void told(F f) {
  try {
    f();
    say("done");
  } catch (const Error& e) {
    say(e.what());
  }
}

intrusive_ptr<distributed::Work> sum(const Tensor& x) {
  Tensors one{x};
  return world->allreduce(one);
}
void small_sum() { sum(ones({10, 3}))->wait(); }

// The processes of all ranks.
std::vector<pid_t> processes() {
  Tensors x{full({1}, double(getpid()), kLong)};
  std::vector<Tensors> all{{}};
  for (int r = 0; r < world->getSize(); ++r) all[0].push_back(zeros({1}, kLong));
  world->allgather(all, x)->wait();
  std::vector<pid_t> pids;
  for (const Tensor& t : all[0]) pids.push_back(pid_t(t.item<int64_t>()));
  return pids;
}

void sleep_for(int ms) { std::this_thread::sleep_for(milliseconds(ms)); }

const std::map<std::string, int (*)()> cases{
    {"killed",
     [] {
       if (faulty()) raise(SIGKILL);
       told(small_sum);
       // The group stays broken.
       told(small_sum);
       return 0;
     }},
    {"killed_in_transfer",
     [] {
       const Tensor x = ones({1 << 20});
       if (faulty()) std::thread([] { sleep_for(300), raise(SIGKILL); }).detach();
       told([&] {
         for (;;) sum(x)->wait();
       });
       return 0;
     }},
    {"killed_in_exchange",
     [] {
       const Tensor x = ones({1 << 20});
       if (faulty()) std::thread([] { sleep_for(300), raise(SIGKILL); }).detach();
       told([&] {
         for (;;) world->tree_allreduce(x)->wait();
       });
       return 0;
     }},
    {"kept",
     [] {
       kept = faulty();
       const auto work = sum(ones({10, 3}));
       told([&] { sum(ones({10, 3}))->wait(); });
       told([&] { work->wait(); });
       told(small_sum);
       return 0;
     }},
    {"stopped",
     [] {
       const pid_t stopped = processes()[1];
       if (faulty()) raise(SIGSTOP);
       told(small_sum);
       sleep_for(500);
       kill(stopped, SIGKILL);
       return 0;
     }},
    {"slow",
     [] {
       if (faulty()) sleep_for(3000);
       told(small_sum);
       return 0;
     }},
    {"beside",
     [] {
       const auto other = world->beside();
       if (faulty()) sleep_for(500);
       told([&] {
         Tensors x{ones({5})};
         faulty() ? void(other->allreduce(x)->wait()) : small_sum();
       });
       return 0;
     }},
    {"impatient",
     [] {
       world->setTimeout(std::chrono::minutes(30));
       if (faulty()) sleep_for(2000);
       told([] { sum(ones({10, 3}))->wait(milliseconds(500)); });
       return 0;
     }},
    {"returned",
     [] {
       if (!faulty()) told(small_sum);
       return 0;
     }},
    {"exited",
     [] {
       if (faulty()) std::exit(3);
       told(small_sum);
       return 0;
     }},
    {"thrown",
     [] {
       if (faulty()) throw Error("rank 1 has had enough");
       small_sum();
       return 0;
     }},
    {"sends_nothing",
     [] {
       if (world->getRank() == 0) {
         Tensors x{ones({5})};
         told([&] { world->recv(x, 1, 7)->wait(); });
       } else {
         sleep_for(2000);
       }
       return 0;
     }},
    {"sends_more",
     [] {
       Tensors x, y;
       for (int r = 0; r < world->getSize(); ++r) {
         x.push_back(ones({faulty() ? 3 : 2}));
         y.push_back(zeros({2}));
       }
       told([&] { world->alltoall(y, x)->wait(); });
       return 0;
     }},
    {"leaves_group",
     [] {
       auto group = ProcessGroupMPI::createProcessGroupMPI();
       group->barrier()->wait();
       if (faulty()) group.reset();
       told([&] {
         if (group) group->barrier()->wait();
       });
       return 0;
     }},
    {"ends_late",
     [] {
       if (faulty()) sleep_for(1500);
       world->setTimeout(std::chrono::minutes(1));
       say("done");
       return 0;
     }},
    {"waits_for_nothing",
     [] {
       world->setTimeout(std::chrono::minutes(1));
       for (int i = 0; i < 20; ++i) sum(ones({100'000}));
       say("done");
       return 0;
     }},
    {"killed_at_end",
     [] {
       if (faulty()) raise(SIGKILL);
       say("done");
       return 0;
     }},
    {"forks",
     [] {
       std::fflush(nullptr);
       const pid_t child = fork();
       if (child == 0) {
         told(small_sum);
         std::exit(0);
       }
       int status = 0;
       waitpid(child, &status, 0);
       told(small_sum);
       return WEXITSTATUS(status);
     }},
    {"destroys",
     [] {
       distributed::init_process_group();
       const Tensor x = ones({3});
       distributed::all_reduce(x);
       distributed::destroy_process_group();
       told(small_sum);
       told([] { distributed::init_process_group(); });
       return 0;
     }},
    {"hides_memory",
     [] {
       // Files that nobody would remove after a process that is killed.
       std::ifstream maps("/proc/self/maps");
       for (std::string line; std::getline(maps, line);)
         if (line.find("/dev/shm/") != std::string::npos && !line.ends_with("(deleted)")) say(line);
       small_sum();
       say("done");
       return 0;
     }},
    {"threads",
     [] {
       say(std::to_string(get_num_threads()) + " threads");
       return 0;
     }},
};

}  // namespace

int main(int, char** argv) {
  try {
    world = ProcessGroupMPI::createProcessGroupMPI();
  } catch (const Error& e) {
    std::printf("%s\n", e.what());
    return 4;
  }
  world->setTimeout(milliseconds(60'000));
  world->barrier()->wait();
  world->setTimeout(milliseconds(1000));
  return cases.at(argv[1])();
}
