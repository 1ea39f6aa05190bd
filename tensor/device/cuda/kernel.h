/* kernel.h: what the kernels of CUDA share. One text for three compilers: nvcc ahead of time, NVRTC when the program
** runs, and g++, for which emulator/threads.h makes loops of the threads. Before it are defined T, T_IS_FLOAT and the
** like, LOWEST and HIGHEST, ACC (the accumulator), NAME(x) (x_float32) and, by the generator, the numbers of dtypes.
*/
#ifdef HECATE_EMULATED
#include "emulator/threads.h"
#else
#ifdef __CUDACC_RTC__
typedef signed char int8_t;
typedef short int16_t;
typedef int int32_t;
typedef long long int64_t;
typedef unsigned char uint8_t;
typedef unsigned short uint16_t;
typedef unsigned int uint32_t;
typedef unsigned long long uint64_t;
#define INT8_MIN (-128)
#define INT8_MAX 127
#define UINT8_MAX 255
#define INT16_MIN (-32768)
#define INT16_MAX 32767
#define INT32_MIN (-2147483647 - 1)
#define INT32_MAX 2147483647
#define INT64_MIN (-9223372036854775807LL - 1)
#define INT64_MAX 9223372036854775807LL
#else
#include <stdint.h>
#endif
#ifndef INFINITY
#define INFINITY __int_as_float(0x7f800000)
#endif
#ifndef NAN
#define NAN __int_as_float(0x7fffffff)
#endif
#define KERNEL(name) extern "C" __global__ void NAME(name)
#define ENTRY(name) /* the emulator notes it here */
#define ENTRY_TOGETHER(name) /* of a kernel with barriers */
#define SLOW __device__ __noinline__
#define DEVICE __device__ __forceinline__
#define SHARED(type, name, n) __shared__ type name[n]
#define BARRIER() __syncthreads()
#define PARAMETER const __grid_constant__
#endif

#define SCALAR_FUNCTION static DEVICE
#define LONG_FUNCTION static SLOW
#define HALF_FUNCTION static DEVICE
#define CUT_FUNCTION static DEVICE

/* The host gives kernels a word of its memory, where they note bits of fault.h. */
#ifdef HECATE_EMULATED
#define FAULT(bit) (*emulated_fault |= (bit))
#else
extern "C" {
__device__ unsigned *NAME(fault_word); /* NULL until the module is loaded */
}
static __device__ __noinline__ void fault_note(unsigned bit) {
  if (NAME(fault_word) != 0) atomicOr(NAME(fault_word), bit);
}
#define FAULT(bit) fault_note(bit)
#endif

#include "device/scalar_math.h"
#include "core/half.h"
#include "device/cut.h"
#include "device/cuda/walk.h"

/* The processor has instructions for what half.h does in many. */
#ifdef HECATE_EMULATED
#define quick_load_float16 load_float16
#define quick_store_float16 store_float16
#define quick_store_bfloat16 store_bfloat16
#else
static DEVICE float quick_load_float16(uint16_t h) {
  float f;
  asm("cvt.f32.f16 %0, %1;" : "=f"(f) : "h"(h));
  return f;
}
static DEVICE uint16_t quick_store_float16(float f) {
  uint16_t h;
  asm("cvt.rn.f16.f32 %0, %1;" : "=h"(h) : "f"(f));
  return h;
}
static DEVICE uint16_t quick_store_bfloat16(float f) {
  uint16_t h;
  asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(h) : "f"(f));
  return h;
}
#endif

struct Float16 { uint16_t bits; };
struct BFloat16 { uint16_t bits; };

/* Numbers among the attributes, as dtype.h has them; complex ones do not come here. */
typedef struct {
  int kind; /* 2: a float, else an integer */
  union {
    int64_t i;
    double f;
    struct { double re, im; } c;
  } as;
} Scalar;
typedef struct {
  bool given;
  Scalar value;
} OptionalScalar;

static DEVICE double scalar_to_double(const Scalar &s) { return s.kind == 2 ? s.as.f : (double)s.as.i; }
static DEVICE int64_t scalar_to_int(const Scalar &s) { return s.kind == 2 ? cut_to_int64(s.as.f) : s.as.i; }
#ifdef T_IS_FLOAT
#define SCALAR(x) ((T)scalar_to_double(x))
#elif defined(T_IS_BOOL)
#define SCALAR(x) (scalar_to_double(x) != 0)
#else
#define SCALAR(x) ((T)scalar_to_int(x))
#endif

/* ---- from one type of element to another, as the casts of the CPU ------------------------------------------- */

template <class To, class From> struct Cut {
  static DEVICE To of(From v) { return (To)v; }
};
template <class From> struct Cut<bool, From> {
  static DEVICE bool of(From v) { return v != 0; }
};
#define CUT_FLOATS(name, To)                                                                          \
  template <> struct Cut<To, float> { static DEVICE To of(float v) { return cut_to_##name(v); } };   \
  template <> struct Cut<To, double> { static DEVICE To of(double v) { return cut_to_##name(v); } };
INTEGER_DTYPES(CUT_FLOATS)

/* An element of any type that is no complex number. */
template <class To> static SLOW To load_any(const char *p, int dtype) {
  switch (dtype) {
#define CASE(number, Type) case number: return Cut<To, Type>::of(*(const Type *)p);
    PLAIN_DTYPES(CASE)
#undef CASE
#define CASE(number, name, Type) case number: return Cut<To, float>::of(load_##name(*(const Type *)p));
    SMALL_DTYPES(CASE)
#undef CASE
  }
  return To(0);
}
template <class From> static SLOW void store_any(char *p, int dtype, From v) {
  switch (dtype) {
#define CASE(number, Type) case number: *(Type *)p = Cut<Type, From>::of(v); break;
    PLAIN_DTYPES(CASE)
#undef CASE
#define CASE(number, name, Type) case number: *(Type *)p = store_##name((float)v); break;
    SMALL_DTYPES(CASE)
#undef CASE
  }
}

/* ---- walks over operands ------------------------------------------------------------------------------------- */

#define THREAD (blockIdx.x * blockDim.x + threadIdx.x)
#define THREADS (gridDim.x * blockDim.x)

static DEVICE uint32_t walk_divide(uint32_t n, const WalkSize &size) {
  return (uint32_t)((((uint64_t)n * size.magic >> 32) + n) >> size.shift);
}

/* Where element i of operands 0 to N - 1 lies, in bytes from their first. */
template <int N> static DEVICE void walk_places(const Walk &w, uint32_t i, int64_t *place) {
  for (int k = 0; k < N; k++) place[k] = 0;
#pragma unroll 1
  for (int d = 0; d < w.ndim; d++) {
    const uint32_t rest = d + 1 < w.ndim ? walk_divide(i, w.size[d]) : 0, at = i - rest * w.size[d].size;
    for (int k = 0; k < N; k++) place[k] += (int64_t)at * w.stride[k][d];
    i = rest;
  }
}
template <class A> static DEVICE A walk_load(const Walk &w, int k, int64_t place) {
  const char *p = w.data[k] != 0 ? w.data[k] + place : (const char *)w.number[k];
  return load_any<A>(p, w.dtype[k]);
}

/* Operands of any dtype, anywhere. */
template <class R, class Op> static DEVICE void walk_any0(const Walk &w, const Op &op) {
#pragma unroll 1
  for (uint32_t i = THREAD; i < w.numel; i += THREADS) {
    int64_t at[1];
    walk_places<1>(w, i, at);
    store_any<R>(w.data[0] + at[0], w.dtype[0], op());
  }
}
template <class R, class A, class Op> static DEVICE void walk_any1(const Walk &w, const Op &op) {
#pragma unroll 1
  for (uint32_t i = THREAD; i < w.numel; i += THREADS) {
    int64_t at[2];
    walk_places<2>(w, i, at);
    store_any<R>(w.data[0] + at[0], w.dtype[0], op(walk_load<A>(w, 1, at[1])));
  }
}
template <class R, class A, class B, class Op> static DEVICE void walk_any2(const Walk &w, const Op &op) {
#pragma unroll 1
  for (uint32_t i = THREAD; i < w.numel; i += THREADS) {
    int64_t at[3];
    walk_places<3>(w, i, at);
    const A a = walk_load<A>(w, 1, at[1]);
    const B b = walk_load<B>(w, 2, at[2]);
    store_any<R>(w.data[0] + at[0], w.dtype[0], op(a, b));
  }
}
template <class R, class A, class B, class C, class Op> static DEVICE void walk_any3(const Walk &w, const Op &op) {
#pragma unroll 1
  for (uint32_t i = THREAD; i < w.numel; i += THREADS) {
    int64_t at[4];
    walk_places<4>(w, i, at);
    const A a = walk_load<A>(w, 1, at[1]);
    const B b = walk_load<B>(w, 2, at[2]);
    const C c = walk_load<C>(w, 3, at[3]);
    store_any<R>(w.data[0] + at[0], w.dtype[0], op(a, b, c));
  }
}

/* Dense operands, four elements of a thread at once, or one that stands for all. What lies in memory is S; half
** numbers become float. A number that came with the call is of the type that is computed in. */
#define PACK 4
template <class S> struct alignas(sizeof(S) * PACK > 16 ? 16 : sizeof(S) * PACK) Pack { S v[PACK]; };
template <class S> struct Opened {
  typedef S type;
  static DEVICE S load(S v) { return v; }
  static DEVICE S store(S v) { return v; }
};
template <> struct Opened<Float16> {
  typedef float type;
  static DEVICE float load(Float16 v) { return quick_load_float16(v.bits); }
  static DEVICE Float16 store(float v) { const Float16 h = {quick_store_float16(v)}; return h; }
};
template <> struct Opened<BFloat16> {
  typedef float type;
  static DEVICE float load(BFloat16 v) { return load_bfloat16(v.bits); }
  static DEVICE BFloat16 store(float v) { const BFloat16 h = {quick_store_bfloat16(v)}; return h; }
};

/* Operand k, of type S in memory. */
template <class S> struct Dense {
  typedef typename Opened<S>::type Value;
  const S *data;
  bool one;
  Value value;
  DEVICE Dense(const Walk &w, int k) : data((const S *)w.data[k]), one(w.one[k] != 0), value(0) {
    if (data == 0) value = *(const Value *)w.number[k], one = true;
    else if (one) value = Opened<S>::load(*data);
  }
  DEVICE void pack(uint32_t i, Value *to) const {
    if (one) {
      for (int j = 0; j < PACK; j++) to[j] = value;
      return;
    }
    const Pack<S> p = ((const Pack<S> *)data)[i];
    for (int j = 0; j < PACK; j++) to[j] = Opened<S>::load(p.v[j]);
  }
  DEVICE Value at(uint32_t i) const { return one ? value : Opened<S>::load(data[i]); }
};

/* The whole packs, then the elements behind them. */
template <class R, class A, class Op> static DEVICE void walk_dense1(const Walk &w, const Op &op) {
  const uint32_t packs = w.numel / PACK;
  const Dense<A> a(w, 1);
  typename Dense<A>::Value va[PACK];
#pragma unroll 1
  for (uint32_t i = THREAD; i < packs; i += THREADS) {
    Pack<R> r;
    a.pack(i, va);
    for (int j = 0; j < PACK; j++) r.v[j] = Opened<R>::store(op(va[j]));
    ((Pack<R> *)w.data[0])[i] = r;
  }
#pragma unroll 1
  for (uint32_t i = packs * PACK + THREAD; i < w.numel; i += THREADS)
    ((R *)w.data[0])[i] = Opened<R>::store(op(a.at(i)));
}
template <class R, class A, class B, class Op> static DEVICE void walk_dense2(const Walk &w, const Op &op) {
  const uint32_t packs = w.numel / PACK;
  const Dense<A> a(w, 1);
  const Dense<B> b(w, 2);
  typename Dense<A>::Value va[PACK];
  typename Dense<B>::Value vb[PACK];
#pragma unroll 1
  for (uint32_t i = THREAD; i < packs; i += THREADS) {
    Pack<R> r;
    a.pack(i, va);
    b.pack(i, vb);
    for (int j = 0; j < PACK; j++) r.v[j] = Opened<R>::store(op(va[j], vb[j]));
    ((Pack<R> *)w.data[0])[i] = r;
  }
#pragma unroll 1
  for (uint32_t i = packs * PACK + THREAD; i < w.numel; i += THREADS)
    ((R *)w.data[0])[i] = Opened<R>::store(op(a.at(i), b.at(i)));
}
template <class R, class A, class B, class C, class Op> static DEVICE void walk_dense3(const Walk &w, const Op &op) {
  const uint32_t packs = w.numel / PACK;
  const Dense<A> a(w, 1);
  const Dense<B> b(w, 2);
  const Dense<C> c(w, 3);
  typename Dense<A>::Value va[PACK];
  typename Dense<B>::Value vb[PACK];
  typename Dense<C>::Value vc[PACK];
#pragma unroll 1
  for (uint32_t i = THREAD; i < packs; i += THREADS) {
    Pack<R> r;
    a.pack(i, va);
    b.pack(i, vb);
    c.pack(i, vc);
    for (int j = 0; j < PACK; j++) r.v[j] = Opened<R>::store(op(va[j], vb[j], vc[j]));
    ((Pack<R> *)w.data[0])[i] = r;
  }
#pragma unroll 1
  for (uint32_t i = packs * PACK + THREAD; i < w.numel; i += THREADS)
    ((R *)w.data[0])[i] = Opened<R>::store(op(a.at(i), b.at(i), c.at(i)));
}
