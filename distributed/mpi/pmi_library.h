// What pmi_library.cpp, a shared object of its own within this library, asks of it.
#pragma once

extern "C" {
struct GradusPmi {
  int rank, size;
  int longest_name, longest_key, longest_value;
  const char* name;
  const int* here;  // the ranks on this machine
  int count_here;
  // 0 where they succeed.
  int (*put)(const char* key, const char* value);
  int (*barrier)(void);
  int (*get)(const char* key, char* value, int size);
};
}
