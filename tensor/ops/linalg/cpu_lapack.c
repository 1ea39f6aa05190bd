/* linalg/cpu_lapack.c: factorisations by LAPACK, which OpenBLAS carries. The bodies are included once for each of the
** four types that LAPACK knows. A build without OpenBLAS has kernels that say what is missing.
*/
#include "cpu_lapack.h"

#include "device/cpu/blas.h"

#ifdef HECATE_WITH_OPENBLAS
#define LAPACK_DIVERGED "the algorithm did not converge for matrix %lld of the batch"
#define LAPACK_NOT_FINITE "expected finite numbers, but matrix %lld of the batch has infinities or NaN"

#define T float
#define R float
#define NAME(x) x##_float32
#define LAPACK(x) LAPACK_NAME(s, x)
#define LAPACK_NAME(letter, x) LAPACK_JOIN(letter, x)
#define LAPACK_JOIN(letter, x) letter##x##_
#define ORGQR orgqr
#define PART(x) (x)
#define COMPLEX 0
#include "lapack_body.h"
#include "lapack_values_body.h"
#undef T
#undef R
#undef NAME
#undef LAPACK

#define T double
#define R double
#define NAME(x) x##_float64
#define LAPACK(x) LAPACK_NAME(d, x)
#include "lapack_body.h"
#include "lapack_values_body.h"
#undef T
#undef R
#undef NAME
#undef LAPACK
#undef ORGQR
#undef PART
#undef COMPLEX

#define ORGQR ungqr
#define PART(x) __real__(x)
#define CONJ(x) (~(x))
#define COMPLEX 1
#define T float _Complex
#define R float
#define NAME(x) x##_complex64
#define LAPACK(x) LAPACK_NAME(c, x)
#include "lapack_body.h"
#include "lapack_values_body.h"
#undef T
#undef R
#undef NAME
#undef LAPACK

#define T double _Complex
#define R double
#define NAME(x) x##_complex128
#define LAPACK(x) LAPACK_NAME(z, x)
#include "lapack_body.h"
#include "lapack_values_body.h"

typedef Status (*LapackFn)(Call *c);
#define LAPACK_TABLE(name)                                                                       \
  {[DTYPE_FLOAT32] = name##_float32, [DTYPE_FLOAT64] = name##_float64, [DTYPE_COMPLEX64] = name##_complex64, \
   [DTYPE_COMPLEX128] = name##_complex128}
#define LAPACK_CALL(name)                                          \
  static const LapackFn of_dtype[DTYPE_COUNT] = LAPACK_TABLE(name); \
  const int threads = blas_steady_begin();                          \
  const Status status = of_dtype[c->in[0]->dtype](c);               \
  blas_steady_end(threads);                                         \
  TRY(status);                                                      \
  return interrupt_requested() ? fail(ERROR_INTERRUPT, "interrupted") : OK
#else
#define LAPACK_CALL(name)                                                                                      \
  return fail(ERROR_ARGUMENT, "%s: needs LAPACK: this Hecate was built without OpenBLAS", c->info->lua_name)
#endif

Status KERNEL(lapack_cholesky)(Call *c) { LAPACK_CALL(lapack_cholesky); }
Status KERNEL(lapack_lu)(Call *c) { LAPACK_CALL(lapack_lu); }
Status KERNEL(lapack_permutation)(Call *c) { LAPACK_CALL(lapack_permutation); }
Status KERNEL(lapack_solve)(Call *c) { LAPACK_CALL(lapack_solve); }
Status KERNEL(lapack_triangular)(Call *c) { LAPACK_CALL(lapack_triangular); }
Status KERNEL(lapack_geqrf)(Call *c) { LAPACK_CALL(lapack_geqrf); }
Status KERNEL(lapack_reflections)(Call *c) { LAPACK_CALL(lapack_reflections); }
Status KERNEL(lapack_eigh)(Call *c) { LAPACK_CALL(lapack_eigh); }
Status KERNEL(lapack_svd)(Call *c) { LAPACK_CALL(lapack_svd); }
Status KERNEL(lapack_eig)(Call *c) { LAPACK_CALL(lapack_eig); }
Status KERNEL(lapack_ldl)(Call *c) { LAPACK_CALL(lapack_ldl); }
Status KERNEL(lapack_ldl_solve)(Call *c) { LAPACK_CALL(lapack_ldl_solve); }
