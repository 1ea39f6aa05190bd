/* dtype.h: element types (dtypes), and numbers with their kind. A part of tensor.h; it knows no tensors.
*/
#ifndef HECATE_DTYPE_H
#define HECATE_DTYPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "status.h"

#pragma GCC visibility push(default) /* for plug-ins: see tensor.h */

#include "dtypes.h" /* generated from dtypes.lua: enum DType, lists and switches by set */
#define DTYPE_NONE ((DType)DTYPE_COUNT) /* "not given": the op decides */

/* What is known of an element type: its row in dtypes.lua. */
typedef struct {
  const char *name, *alias, *title; /* "float32", "float", "Float" */
  const char *safetensors, *numpy, *pickle; /* what files call it */
  uint8_t onnx;
  uint8_t category; /* Category */
  uint8_t compute;  /* DType that its elements are converted to for kernels; itself: it has kernels of its own */
  uint8_t real;     /* DType of the parts of a complex type, else the type itself */
  uint8_t size;     /* bytes of an element */
  uint8_t digits;   /* binary digits of the mantissa of floats, the hidden one counted; else 0 */
  double lowest, highest; /* finite numbers */
  double tiny;            /* the smallest positive number of full precision; 0 where all are */
} DTypeInfo;
extern const DTypeInfo dtype_table[];
extern const uint8_t dtype_sizes[], dtype_promotions[][DTYPE_COUNT];

const char *dtype_name(DType dtype); /* "float32" */
static inline size_t dtype_size(DType dtype) { return dtype_sizes[dtype]; } /* bytes of one element */
static inline Category dtype_category(DType d) { return (Category)dtype_table[d].category; }
static inline bool dtype_is_float(DType d) { return FLOAT_CATEGORY >> d & 1; }
static inline bool dtype_is_complex(DType d) { return COMPLEX_CATEGORY >> d & 1; }
/* Types that can have gradients. */
static inline bool dtype_has_gradient(DType d) { return (FLOAT_CATEGORY | COMPLEX_CATEGORY) >> d & 1; }
/* The type of the parts of a complex type; others as they are. */
static inline DType dtype_real(DType d) { return (DType)dtype_table[d].real; }
DType dtype_complex(DType d); /* whose parts are of this type: float64 gives complex128, others complex64 */
/* The type whose kernels work on elements of d, and whether that is another one. */
static inline DType dtype_compute(DType d) { return (DType)dtype_table[d].compute; }
static inline bool dtype_is_computed(DType d) { return COMPUTED_DTYPES_MASK >> d & 1; }
/* It is made, cast, copied, printed, loaded and saved, and nothing else. */
static inline bool dtype_is_stored(DType d) { return STORED_DTYPES_MASK >> d & 1; }
/* What an operation of two types gives; DTYPE_NONE: they have nothing in common, because one of them stands alone. */
static inline DType dtype_promote(DType a, DType b) { return (DType)dtype_promotions[a][b]; }
bool dtype_can_cast(DType from, DType to); /* never to a lower category */
bool dtype_from_name(const char *name, DType *dtype);
DType dtype_default(void); /* of new floating point tensors: float32 */
Status dtype_set_default(DType dtype);

/* A number with its kind, as it came from the language. */
typedef struct {
  enum { SCALAR_BOOL, SCALAR_INT, SCALAR_FLOAT, SCALAR_COMPLEX } kind;
  union {
    int64_t i; /* also of SCALAR_BOOL: 0 or 1 */
    double f;
    struct {
      double re, im;
    } c;
  } as;
} Scalar;

static inline Scalar scalar_int(int64_t i) {
  return (Scalar){SCALAR_INT, {.i = i}};
}
static inline Scalar scalar_float(double f) {
  return (Scalar){SCALAR_FLOAT, {.f = f}};
}
static inline Scalar scalar_bool(bool b) {
  return (Scalar){SCALAR_BOOL, {.i = b}};
}
static inline Scalar scalar_complex(double re, double im) {
  return (Scalar){SCALAR_COMPLEX, {.c = {re, im}}};
}
/* Of a complex number the real part. */
static inline double scalar_to_double(Scalar s) {
  return s.kind == SCALAR_FLOAT ? s.as.f : s.kind == SCALAR_COMPLEX ? s.as.c.re : (double)s.as.i;
}
static inline double scalar_imag(Scalar s) { return s.kind == SCALAR_COMPLEX ? s.as.c.im : 0; }
int64_t scalar_to_int(Scalar s); /* cut toward zero; INT64_MIN for what no int64 holds */
/* Whether 's' can be converted to dtype: integers from -255 to 255 to uint8 (negative ones wrap,
** as PyTorch's), others within the range; to floats what does not become infinite. */
bool scalar_fits(Scalar s, DType dtype);
/* Fails unless it does: "WHO: 'NAME' (argument N): 300 cannot be converted to uint8 without overflow". */
Status scalar_check(const char *who, const char *name, int argument, Scalar value, DType dtype);
Scalar scalar_add(Scalar a, Scalar b);
Scalar scalar_multiply(Scalar a, Scalar b);
DType scalar_dtype(Scalar s); /* bool, int64 or the default float type */

#pragma GCC visibility pop
#endif
