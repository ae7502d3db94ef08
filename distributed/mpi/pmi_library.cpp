// The functions by whose names Open MPI asks: the PMI-1 of MPICH's, without what nobody calls.
// Open MPI finds them in a shared object that it loads itself.
#include "distributed/mpi/pmi_library.h"

#define GRADUS_PMI extern "C" __attribute__((visibility("default")))

// Set by who loads it before Open MPI does.
GRADUS_PMI const GradusPmi* gradus_pmi;
const GradusPmi* gradus_pmi = nullptr;

namespace {
constexpr int success = 0, failure = -1;

int give(int* to, int value) {
  *to = value;
  return success;
}
}  // namespace

GRADUS_PMI int PMI_Init(int* spawned) { return gradus_pmi ? give(spawned, 0) : failure; }
GRADUS_PMI int PMI_Initialized(int* yes) { return give(yes, gradus_pmi != nullptr); }
GRADUS_PMI int PMI_Finalize() { return success; }
// Open MPI ends the process next.
GRADUS_PMI int PMI_Abort(int, const char*) { return success; }

GRADUS_PMI int PMI_Get_rank(int* rank) { return give(rank, gradus_pmi->rank); }
GRADUS_PMI int PMI_Get_size(int* size) { return give(size, gradus_pmi->size); }
GRADUS_PMI int PMI_Get_universe_size(int* size) { return give(size, gradus_pmi->size); }
GRADUS_PMI int PMI_Get_appnum(int* number) { return give(number, 0); }
GRADUS_PMI int PMI_Get_clique_size(int* size) { return give(size, gradus_pmi->count_here); }
GRADUS_PMI int PMI_Get_clique_ranks(int* ranks, int count) {
  if (count < gradus_pmi->count_here) return failure;
  for (int i = 0; i < gradus_pmi->count_here; ++i) ranks[i] = gradus_pmi->here[i];
  return success;
}

GRADUS_PMI int PMI_KVS_Get_name_length_max(int* n) { return give(n, gradus_pmi->longest_name); }
GRADUS_PMI int PMI_KVS_Get_key_length_max(int* n) { return give(n, gradus_pmi->longest_key); }
GRADUS_PMI int PMI_KVS_Get_value_length_max(int* n) { return give(n, gradus_pmi->longest_value); }
GRADUS_PMI int PMI_KVS_Get_my_name(char* to, int size) {
  const char* from = gradus_pmi->name;
  for (; size > 0; --size)
    if (!(*to++ = *from++)) return success;
  return failure;
}
GRADUS_PMI int PMI_KVS_Put(const char*, const char* key, const char* value) {
  return gradus_pmi->put(key, value);
}
GRADUS_PMI int PMI_KVS_Commit(const char*) { return success; }
GRADUS_PMI int PMI_Barrier() { return gradus_pmi->barrier(); }
GRADUS_PMI int PMI_KVS_Get(const char*, const char* key, char* value, int size) {
  return gradus_pmi->get(key, value, size);
}
