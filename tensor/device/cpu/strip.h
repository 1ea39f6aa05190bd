/* strip.h: loops of elementwise kernels on the CPU. Included by the generated strips_DTYPE.c with T (the element
** type), T_IS_INTEGER and the like, LOWEST and HIGHEST defined; compiled once per processor level. p[0] is the
** output, p[1] and so on the inputs, s their strides in bytes. The contiguous loop is the one the compiler turns
** into vector code.
*/
#include "kernel.h"

#ifdef T_IS_COMPLEX
#include "strip_complex.h"
#else
#include "vector_math.h"
#define SCALAR_FUNCTION static inline
#define LONG_FUNCTION static __attribute__((noinline, unused))
#define FAULT(bit) kernel_fault_bit(bit)
#include "device/scalar_math.h"
#endif

/* A number among the attributes as an element. */
#ifdef T_IS_FLOAT
#define SCALAR(x) ((T)scalar_to_double(x))
#elif defined(T_IS_COMPLEX)
#define SCALAR(x) complex_of((REAL)scalar_to_double(x), (REAL)scalar_imag(x))
#elif defined(T_IS_BOOL)
#define SCALAR(x) (scalar_to_double(x) != 0)
#else
#define SCALAR(x) ((T)scalar_to_int(x))
#endif

/* The type in memory of an element that the loop computes with as A. They differ in the precise kernels alone, which
** compute in a T that is wider than their elements, STORED. */
#ifdef STORED
#define MEM(A) __typeof__(_Generic((A){0}, T: (STORED){0}, default: (A){0}))
#else
#define MEM(A) A
#endif

#define AT(type, i, k) (*(MEM(type) *)(p[k] + (i) * s[k]))
#define DENSE(k, type) (s[k] == (int64_t)sizeof(MEM(type)))

/* The loop of dense operands. The lines of the output are asked for a block ahead, for writing:
** what is not asked for is fetched when it is stored to, and on 1 M float32 add waits 8 % longer. */
#define BLOCK 256
static inline void fetch_block(const void *at, size_t bytes) {
  for (size_t i = 0; i < bytes; i += 64) __builtin_prefetch((const char *)at + i, 1);
}
#define LOOP(...)                                                 \
  for (int64_t from = 0, to = BLOCK; from < n; from = to, to += BLOCK) { \
    if (to < n && p[0] != p[1]) fetch_block(o + to, BLOCK * sizeof *o); \
    else to = n;                                                  \
    _Pragma("omp simd") for (int64_t i = from; i < to; i++) { __VA_ARGS__ } \
  }

/* Loops that load bool as such are not turned into vector code, those that load bytes are. */
#define IN_MEMORY(A) __typeof__(_Generic((MEM(A)){0}, bool: (uint8_t){0}, default: (MEM(A)){0}))

#define STRIP0(R, ...)                                            \
  for (int64_t i = 0; i < n; i++) AT(R, i, 0) = (R)(__VA_ARGS__);

#define STRIP1(R, A, ...)                                         \
  if (DENSE(0, R) && DENSE(1, A)) {                               \
    MEM(R) *o = (void *)p[0]; const IN_MEMORY(A) *pa = (const void *)p[1];              \
    LOOP(const A a = pa[i]; o[i] = (R)(__VA_ARGS__);) \
  } else if (DENSE(0, R) && s[1] == 0 && n > 0) {                 \
    MEM(R) *o = (void *)p[0]; const A a = *(const MEM(A) *)p[1]; const R r = (R)(__VA_ARGS__); \
    LOOP(o[i] = r;)                                               \
  } else                                                          \
    for (int64_t i = 0; i < n; i++) {                             \
      const A a = AT(A, i, 1); AT(R, i, 0) = (R)(__VA_ARGS__);    \
    }

#define STRIP2(R, A, B, ...)                                      \
  if (DENSE(0, R) && DENSE(1, A) && DENSE(2, B)) {                \
    MEM(R) *o = (void *)p[0]; \
    const IN_MEMORY(A) *pa = (const void *)p[1]; const IN_MEMORY(B) *pb = (const void *)p[2]; \
    LOOP(const A a = pa[i]; const B b = pb[i]; o[i] = (R)(__VA_ARGS__);) \
  } else if (DENSE(0, R) && DENSE(1, A) && s[2] == 0) {           \
    MEM(R) *o = (void *)p[0]; const IN_MEMORY(A) *pa = (const void *)p[1]; const B b = *(const MEM(B) *)p[2]; \
    LOOP(const A a = pa[i]; o[i] = (R)(__VA_ARGS__);) \
  } else if (DENSE(0, R) && s[1] == 0 && DENSE(2, B)) {           \
    MEM(R) *o = (void *)p[0]; const A a = *(const MEM(A) *)p[1]; const IN_MEMORY(B) *pb = (const void *)p[2]; \
    LOOP(const B b = pb[i]; o[i] = (R)(__VA_ARGS__);) \
  } else                                                          \
    for (int64_t i = 0; i < n; i++) {                             \
      const A a = AT(A, i, 1); const B b = AT(B, i, 2);           \
      AT(R, i, 0) = (R)(__VA_ARGS__);                             \
    }

/* Before STRIP2: dense operands take the expression 'quick'. A block with an element where 'far' holds
** is done again by the one that is right for all. */
#define STRIP2_QUICK(R, A, B, quick, far, ...)                    \
  if (n > 0 && DENSE(0, R) && DENSE(1, A) && (DENSE(2, B) || s[2] == 0)) { \
    R *o = (R *)p[0], part[BLOCK]; const A *pa = (const A *)p[1]; const B *pb = (const B *)p[2]; B same[BLOCK]; \
    if (s[2] == 0) for (int64_t i = 0; i < BLOCK; i++) same[i] = *pb; \
    for (int64_t from = 0; from < n; from += BLOCK) {             \
      const int64_t m = n - from < BLOCK ? n - from : BLOCK;      \
      const A *ua = pa + from; const B *ub = s[2] == 0 ? same : pb + from; \
      int any = 0;                                                \
      _Pragma("omp simd reduction(|: any)") for (int64_t i = 0; i < m; i++) { \
        const A a = ua[i]; const B b = ub[i];                     \
        any |= (far); part[i] = (R)(quick);                       \
      }                                                           \
      for (int64_t i = 0; any && i < m; i++) {                    \
        const A a = ua[i]; const B b = ub[i]; part[i] = (R)(__VA_ARGS__); \
      }                                                           \
      memcpy(o + from, part, (size_t)m * sizeof(R));              \
    }                                                             \
    return;                                                       \
  }

#define STRIP3(R, A, B, C, ...)                                   \
  if (DENSE(0, R) && DENSE(1, A) && DENSE(2, B) && DENSE(3, C)) { \
    MEM(R) *o = (void *)p[0]; const IN_MEMORY(A) *pa = (const void *)p[1];              \
    const IN_MEMORY(B) *pb = (const void *)p[2]; const IN_MEMORY(C) *pc = (const void *)p[3]; \
    LOOP(const A a = pa[i]; const B b = pb[i]; const C c = pc[i]; o[i] = (R)(__VA_ARGS__);) \
  } else if (DENSE(0, R) && DENSE(1, A) && DENSE(2, B) && s[3] == 0) { \
    MEM(R) *o = (void *)p[0]; const IN_MEMORY(A) *pa = (const void *)p[1]; \
    const IN_MEMORY(B) *pb = (const void *)p[2]; const C c = *(const MEM(C) *)p[3]; \
    LOOP(const A a = pa[i]; const B b = pb[i]; o[i] = (R)(__VA_ARGS__);) \
  } else if (DENSE(0, R) && DENSE(1, A) && s[2] == 0 && DENSE(3, C)) { \
    MEM(R) *o = (void *)p[0]; const IN_MEMORY(A) *pa = (const void *)p[1]; \
    const B b = *(const MEM(B) *)p[2]; const IN_MEMORY(C) *pc = (const void *)p[3]; \
    LOOP(const A a = pa[i]; const C c = pc[i]; o[i] = (R)(__VA_ARGS__);) \
  } else                                                          \
    for (int64_t i = 0; i < n; i++) {                             \
      const A a = AT(A, i, 1); const B b = AT(B, i, 2); const C c = AT(C, i, 3); \
      AT(R, i, 0) = (R)(__VA_ARGS__);                             \
    }
