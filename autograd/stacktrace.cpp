#include "autograd/stacktrace.h"

#include <cxxabi.h>
#include <dlfcn.h>
#include <unistd.h>
#include <unwind.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#if __has_include(<elfutils/libdwfl.h>)
#include <dwarf.h>
#include <elfutils/libdwfl.h>
#define GRADUS_HAS_LIBDW 1
#endif

namespace gradus::autograd {
namespace {

using FreedText = std::unique_ptr<char, decltype(&std::free)>;

std::string demangled(const char* symbol) {
  FreedText name(abi::__cxa_demangle(symbol, nullptr, nullptr, nullptr), &std::free);
  std::string text = name ? name.get() : symbol;
  for (const std::string_view tag = "[abi:cxx11]"; text.find(tag) != text.npos;)
    text.erase(text.find(tag), tag.size());
  return text;
}

// Whether a function belongs to Gradus or to the standard library, from its mangled name (the
// demangled one may start with a return type). What stands inside another function, such as a
// lambda, goes with that function.
bool internal(std::string_view symbol) {
  if (!symbol.starts_with("_Z")) return false;
  symbol.remove_prefix(2);
  while (symbol.starts_with('Z')) symbol.remove_prefix(1);
  if (symbol.starts_with('N')) symbol.remove_prefix(1);
  symbol.remove_prefix(std::min(symbol.find_first_not_of("rVKRO"), symbol.size()));
  for (std::string_view outer : {"6gradus", "S", "9__gnu_cxx"}) {
    if (symbol.starts_with(outer)) return true;
  }
  return false;
}

// Shared objects in which no user's code stands.
bool internal_library(std::string_view path) {
  path.remove_prefix(path.rfind('/') + 1);
  for (std::string_view name : {"libgradus.so", "libgomp.so", "libomp.so", "libiomp5.so", "libc.so",
                                "libstdc++.so", "libc++.so", "libgcc_s.so", "ld-linux"}) {
    if (path.starts_with(name)) return true;
  }
  return false;
}

#ifdef GRADUS_HAS_LIBDW
// clang-format off
#define GRADUS_LIBDW(X) \
  X(dwfl_begin) X(dwfl_end) X(dwfl_linux_proc_report) X(dwfl_report_end) \
  X(dwfl_linux_proc_find_elf) X(dwfl_standard_find_debuginfo) X(dwfl_addrmodule) \
  X(dwfl_module_addrname) X(dwfl_module_addrdie) X(dwfl_module_nextcu) X(dwarf_haspc) \
  X(dwarf_getsrc_die) X(dwarf_lineno) X(dwarf_linesrc) X(dwarf_child) X(dwarf_siblingof) \
  X(dwarf_getscopes_die) X(dwarf_tag) X(dwarf_attr) X(dwarf_formref_die) X(dwarf_formstring) \
  X(dwarf_formudata) X(dwarf_getsrcfiles) X(dwarf_filesrc) X(dwarf_diename)
// clang-format on

// elfutils' libdw, loaded when first needed: no program pays for it at start-up, or must have it.
struct Libdw {
  void* handle = dlopen("libdw.so.1", RTLD_LAZY | RTLD_LOCAL);
#define GRADUS_LOAD(f) \
  decltype(&::f) f = reinterpret_cast<decltype(&::f)>(handle ? dlsym(handle, #f) : nullptr);
#define GRADUS_LOADED(f) , f != nullptr
  GRADUS_LIBDW(GRADUS_LOAD)
  const bool complete = std::ranges::all_of(
      std::initializer_list<bool>{true GRADUS_LIBDW(GRADUS_LOADED)}, std::identity());
#undef GRADUS_LOAD
#undef GRADUS_LOADED

  Libdw() = default;
  Libdw(const Libdw&) = delete;
  Libdw& operator=(const Libdw&) = delete;
  ~Libdw() {
    if (handle) dlclose(handle);
  }
};

class DebugInfo {
 public:
  DebugInfo() {
    if (!dw_.complete) return;
    callbacks_.find_elf = dw_.dwfl_linux_proc_find_elf;
    callbacks_.find_debuginfo = dw_.dwfl_standard_find_debuginfo;
    session_ = dw_.dwfl_begin(&callbacks_);
    if (!session_) return;
    dw_.dwfl_linux_proc_report(session_, getpid());
    dw_.dwfl_report_end(session_, nullptr, nullptr);
  }
  ~DebugInfo() {
    if (session_) dw_.dwfl_end(session_);
  }
  DebugInfo(const DebugInfo&) = delete;
  DebugInfo& operator=(const DebugInfo&) = delete;

  // The innermost of the functions at pc (some are inlined into others) that is not internal, as
  // user_frame gives it.
  std::string user_function(std::uintptr_t pc) const {
    Dwfl_Module* module = session_ ? dw_.dwfl_addrmodule(session_, pc) : nullptr;
    if (!module) return {};
    const char* symbol = dw_.dwfl_module_addrname(module, pc);
    Dwarf_Addr bias = 0;
    Dwarf_Die* unit = unit_at(module, pc, &bias);
    Dwarf_Line* line = unit ? dw_.dwarf_getsrc_die(unit, pc - bias) : nullptr;
    if (!line) return symbol && !internal(symbol) ? demangled(symbol) : std::string();

    int number = 0;
    dw_.dwarf_lineno(line, &number);
    std::string place =
        place_name(*unit, dw_.dwarf_linesrc(line, nullptr, nullptr), std::uint64_t(number));
    std::vector<Dwarf_Die> functions;
    functions_at(*unit, pc - bias, functions);
    for (Dwarf_Die& function : functions) {
      const std::string name = qualified_name(function);
      if (!name.starts_with("gradus::") && !name.starts_with("std::"))
        return place + " (" + name + ")";
      place = call_place(*unit, function);
    }
    return {};
  }

 private:
  Dwarf_Die* unit_at(Dwfl_Module* module, Dwarf_Addr pc, Dwarf_Addr* bias) const {
    Dwarf_Die* unit = dw_.dwfl_module_addrdie(module, pc, bias);
    if (unit) return unit;
    // Clang writes no address table (.debug_aranges): look through all units.
    while ((unit = dw_.dwfl_module_nextcu(module, unit, bias)) &&
           dw_.dwarf_haspc(unit, pc - *bias) <= 0) {
    }
    return unit;
  }

  std::string place_name(Dwarf_Die& unit, const char* file, std::uint64_t line) const {
    if (!file) return "?";
    const char* directory = string(unit, DW_AT_comp_dir);
    const auto path = std::filesystem::path(directory ? directory : "") / file;
    return path.lexically_normal().string() + ":" + std::to_string(line);
  }

  // The functions at pc below die, innermost first: inlined ones, then the one that holds them.
  // (dwarf_getscopes does not look into namespaces, where Clang puts its functions.)
  void functions_at(Dwarf_Die& die, Dwarf_Addr pc, std::vector<Dwarf_Die>& functions) const {
    Dwarf_Die child;
    if (dw_.dwarf_child(&die, &child) != 0) return;
    do {
      switch (dw_.dwarf_tag(&child)) {
        case DW_TAG_namespace:
        case DW_TAG_class_type:
        case DW_TAG_structure_type:
          functions_at(child, pc, functions);
          break;
        case DW_TAG_subprogram:
        case DW_TAG_inlined_subroutine:
          if (dw_.dwarf_haspc(&child, pc) <= 0) break;
          functions_at(child, pc, functions);
          functions.push_back(child);
          break;
        case DW_TAG_lexical_block:
          if (dw_.dwarf_haspc(&child, pc) > 0) functions_at(child, pc, functions);
          break;
        default:
          break;
      }
    } while (functions.empty() && dw_.dwarf_siblingof(&child, &child) == 0);
  }

  const char* string(Dwarf_Die& die, unsigned name) const {
    Dwarf_Attribute attribute;
    return dw_.dwarf_attr(&die, name, &attribute) ? dw_.dwarf_formstring(&attribute) : nullptr;
  }

  std::optional<Dwarf_Word> number(Dwarf_Die& die, unsigned name) const {
    Dwarf_Attribute attribute;
    Dwarf_Word value = 0;
    if (!dw_.dwarf_attr(&die, name, &attribute) || dw_.dwarf_formudata(&attribute, &value) != 0)
      return std::nullopt;
    return value;
  }

  std::string call_place(Dwarf_Die& unit, Dwarf_Die& inlined) const {
    Dwarf_Files* files = nullptr;
    size_t count = 0;
    const auto index = number(inlined, DW_AT_call_file);
    if (!index || dw_.dwarf_getsrcfiles(&unit, &files, &count) != 0) return "?";
    return place_name(unit, dw_.dwarf_filesrc(files, *index, nullptr, nullptr),
                      number(inlined, DW_AT_call_line).value_or(0));
  }

  // The function's name with the namespaces, classes and functions around it.
  std::string qualified_name(Dwarf_Die die) const {
    Dwarf_Attribute attribute;
    while (dw_.dwarf_attr(&die, DW_AT_abstract_origin, &attribute) ||
           dw_.dwarf_attr(&die, DW_AT_specification, &attribute)) {
      if (!dw_.dwarf_formref_die(&attribute, &die)) break;
    }
    const char* name = dw_.dwarf_diename(&die);
    std::string own = name ? name : "(anonymous)";
    Dwarf_Die* scopes = nullptr;  // die itself and all that is around it
    const int count = dw_.dwarf_getscopes_die(&die, &scopes);
    const std::unique_ptr<Dwarf_Die, decltype(&std::free)> owner(count > 0 ? scopes : nullptr,
                                                                 &std::free);
    for (Dwarf_Die& outer : std::span(scopes, size_t(std::max(count, 0))).subspan(count > 0)) {
      switch (dw_.dwarf_tag(&outer)) {
        case DW_TAG_namespace:
        case DW_TAG_class_type:
        case DW_TAG_structure_type:
        case DW_TAG_union_type:
        case DW_TAG_subprogram:
          return qualified_name(outer) + "::" + own;
        default:
          break;
      }
    }
    return own;
  }

  Libdw dw_;
  Dwfl_Callbacks callbacks_{};
  Dwfl* session_ = nullptr;
};
#else
struct DebugInfo {
  std::string user_function(std::uintptr_t) const { return {}; }
};
#endif

_Unwind_Reason_Code push_frame(_Unwind_Context* context, void* argument) {
  auto& trace = *static_cast<StackTrace*>(argument);
  int before = 0;
  auto pc = _Unwind_GetIPInfo(context, &before);
  if (pc == 0 || trace.depth == StackTrace::max_depth) return _URC_END_OF_STACK;
  if (!before) --pc;  // a return address may already belong to the next line
  trace.frames[size_t(trace.depth++)] = reinterpret_cast<void*>(pc);
  return _URC_NO_REASON;
}

}  // namespace

StackTrace capture_stack() {
  StackTrace trace;
  _Unwind_Backtrace(push_frame, &trace);
  return trace;
}

namespace {
// Calls f for each frame that is not Gradus's own and can be named, while f returns true.
template <class F>
void for_user_frames(const StackTrace& trace, F f) {
  const DebugInfo debug_info;
  for (int i = 0; i < trace.depth; ++i) {
    void* pc = trace.frames[size_t(i)];
    Dl_info symbol{};
    dladdr(pc, &symbol);
    if (symbol.dli_fname && internal_library(symbol.dli_fname)) continue;
    std::string frame = debug_info.user_function(reinterpret_cast<std::uintptr_t>(pc));
    if (frame.empty() && symbol.dli_sname && !internal(symbol.dli_sname))
      frame = demangled(symbol.dli_sname);
    if (!frame.empty() && !f(frame)) return;
  }
}
}  // namespace

std::string user_frame(const StackTrace& trace) {
  std::string first;
  for_user_frames(trace, [&](std::string& frame) {
    first = std::move(frame);
    return false;
  });
  return first;
}
std::string user_frames(const StackTrace& trace) {
  std::string lines;
  for_user_frames(trace, [&](const std::string& frame) {
    lines += "  " + frame + "\n";
    return true;
  });
  return lines;
}

}  // namespace gradus::autograd
