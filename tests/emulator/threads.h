/* threads.h: a GPU for tests: the kernels are compiled as C++, each thread of a block is a turn of a loop. A kernel
** with barriers runs its threads as coroutines, each until the next barrier. Included by device/cuda/kernel.h.
*/
#include <stdint.h>
#include <string.h>

#include <cmath>
#include <utility>

using std::atan2; using std::ceil; using std::copysign; using std::erf; using std::exp2; using std::exp;
using std::expm1; using std::fabs; using std::floor; using std::fma; using std::fmod; using std::log10;
using std::log1p;
using std::log2; using std::log; using std::pow; using std::rint; using std::sin; using std::cos; using std::tan;
using std::sqrt; using std::trunc; using std::asin; using std::acos; using std::atan; using std::sinh; using std::cosh;
using std::tanh; using std::acosh; using std::asinh; using std::atanh; using std::erfc; using std::hypot;
using std::frexp; using std::ldexp; using std::lgamma; using std::tgamma; using std::nextafter; using std::signbit;

struct EmulatedIndex {
  unsigned x, y, z;
};
/* The block and the thread that run now. */
extern EmulatedIndex emulated_grid, emulated_block_size, emulated_block, emulated_thread;
extern unsigned *emulated_fault;
void emulated_barrier(void);

typedef void (*EmulatedCall)(void **parameters);
/* A kernel by its name. */
struct EmulatedEntry {
  const char *name;
  EmulatedCall call;
  bool together; /* it has barriers */
  EmulatedEntry *next;
  EmulatedEntry(const char *name, EmulatedCall call, bool together);
};

template <auto kernel> struct EmulatedLauncher;
template <class... P, void (*kernel)(P...)> struct EmulatedLauncher<kernel> {
  template <size_t... i> static void spread(void **parameters, std::index_sequence<i...>) {
    kernel(*(std::remove_const_t<P> *)parameters[i]...);
  }
  static void call(void **parameters) { spread(parameters, std::index_sequence_for<P...>()); }
};

#define gridDim emulated_grid
#define blockDim emulated_block_size
#define blockIdx emulated_block
#define threadIdx emulated_thread
#define EMULATED_TEXT2(x) #x
#define EMULATED_TEXT(x) EMULATED_TEXT2(x)
#define EMULATED_ENTRY(name, together)                                                          \
  static EmulatedEntry NAME(entry_of_##name)(EMULATED_TEXT(NAME(name)), EmulatedLauncher<NAME(name)>::call, together);
#define KERNEL(name) static void NAME(name)
#define ENTRY(name) EMULATED_ENTRY(name, false)
#define ENTRY_TOGETHER(name) EMULATED_ENTRY(name, true)
#define SLOW inline
#define DEVICE inline
#define SHARED(type, name, n) static type name[n]
#define BARRIER() emulated_barrier()
#define PARAMETER const

static inline uint64_t __umul64hi(uint64_t a, uint64_t b) { return (uint64_t)((unsigned __int128)a * b >> 64); }
