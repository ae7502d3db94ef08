// Marks for a profiler. None is there, and the marks do nothing.
#pragma once

#include <c10/macros/Macros.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace gradus {

enum class RecordScope : uint8_t {
  FUNCTION,
  BACKWARD_FUNCTION,
  TORCHSCRIPT_FUNCTION,
  USER_SCOPE,
  STATIC_RUNTIME_OP,
  LITE_INTERPRETER,
  NUM_SCOPES
};
/// What a callback keeps between the begin and the end of a function.
struct ObserverContext {
  virtual ~ObserverContext() = default;
};
using CallbackHandle = uint64_t;

/// A function under way.
struct RecordFunction {
  explicit RecordFunction(RecordScope scope = RecordScope::FUNCTION) : scope_(scope) {}
  template <class... Args>
  void before(const Args&...) {}
  void end() {}
  bool isActive() const { return false; }
  const char* name() const { return ""; }
  RecordScope scope() const { return scope_; }

 private:
  RecordScope scope_;
};
/// What a profiler is told of functions: it is told nothing.
class RecordFunctionCallback {
 public:
  using Start = std::function<std::unique_ptr<ObserverContext>(const RecordFunction&)>;
  using End = std::function<void(const RecordFunction&, ObserverContext*)>;
  explicit RecordFunctionCallback(Start = {}, End = {}) {}
  RecordFunctionCallback& needsInputs(bool) { return *this; }
  RecordFunctionCallback& needsOutputs(bool) { return *this; }
  RecordFunctionCallback& needsIds(bool) { return *this; }
  RecordFunctionCallback& samplingProb(double) { return *this; }
};
inline CallbackHandle addThreadLocalCallback(const RecordFunctionCallback&) { return 1; }
inline CallbackHandle addGlobalCallback(const RecordFunctionCallback&) { return 1; }
inline void removeCallback(CallbackHandle) {}
inline void clearCallbacks() {}
inline bool hasCallbacks() { return false; }
inline bool isRecordFunctionEnabled() { return false; }
inline void enableRecordFunction(bool = true) {}
struct RecordFunctionGuard {
  explicit RecordFunctionGuard(bool = true) {}
  ~RecordFunctionGuard() {}
};
struct DisableRecordFunctionGuard {
  DisableRecordFunctionGuard() {}
  ~DisableRecordFunctionGuard() {}
};

}  // namespace gradus

#define RECORD_FUNCTION(...) static_cast<void>(0)
#define RECORD_USER_SCOPE(...) static_cast<void>(0)
#define RECORD_TORCHSCRIPT_FUNCTION(...) static_cast<void>(0)
