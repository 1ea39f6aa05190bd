/* dtype.c: element types, their promotion, and numbers with a kind. */
#include <float.h>
#include <math.h>
#include <stdio.h>

#include "half.h"
#include "internal.h"

const char *dtype_name(DType d) { return d < DTYPE_COUNT ? dtype_table[d].name : "none"; }

bool dtype_can_cast(DType from, DType to) {
  return dtype_category(to) >= dtype_category(from);
}

DType dtype_complex(DType d) { return dtype_promote(d, DTYPE_COMPLEX64); }

bool dtype_from_name(const char *name, DType *dtype) {
  for (int d = 0; d < DTYPE_COUNT; d++) {
    const char *alias = dtype_table[d].alias;
    if (strcmp(dtype_table[d].name, name) != 0 && (alias == NULL || strcmp(alias, name) != 0)) continue;
    *dtype = (DType)d;
    return true;
  }
  return false;
}

static DType default_dtype = DTYPE_FLOAT32;
DType dtype_default(void) { return default_dtype; }
Status dtype_set_default(DType d) {
  if (!dtype_is_float(d) || dtype_is_stored(d))
    return fail(ERROR_ARGUMENT,
                "set_default_dtype: 'd' (argument 1): expected a floating point dtype, got %s",
                dtype_name(d));
  default_dtype = d;
  return OK;
}

int64_t scalar_to_int(Scalar s) {
  if (s.kind == SCALAR_BOOL || s.kind == SCALAR_INT) return s.as.i;
  const double f = scalar_to_double(s);
  return f >= -0x1p63 && f < 0x1p63 ? (int64_t)f : INT64_MIN;
}

bool scalar_fits(Scalar s, DType d) {
  const DTypeInfo *info = &dtype_table[d];
  const double lowest = info->lowest, highest = info->highest;
  if (s.kind == SCALAR_COMPLEX) {
    const DType real = dtype_real(d);
    if (!dtype_is_complex(d)) return s.as.c.im == 0 && scalar_fits(scalar_float(s.as.c.re), d);
    return scalar_fits(scalar_float(s.as.c.re), real) && scalar_fits(scalar_float(s.as.c.im), real);
  }
  switch (dtype_category(d)) {
    case CATEGORY_BOOL: return true;
    case CATEGORY_INTEGER: /* (double)INT64_MAX is one too large, which the second bound sees */
      if (s.kind == SCALAR_FLOAT) return s.as.f >= lowest && s.as.f <= highest && s.as.f < highest + 1;
      return info->size == 8 || ((double)s.as.i >= (lowest == 0 ? -highest : lowest) && (double)s.as.i <= highest);
    case CATEGORY_FLOAT:
    case CATEGORY_COMPLEX: {
      const double value = scalar_to_double(s);
      return !isfinite(value) || fabs(value) <= highest;
    }
  }
  return true;
}

Status scalar_check(const char *who, const char *name, int argument, Scalar value, DType dtype) {
  if (scalar_fits(value, dtype)) return OK;
  char text[80];
  if (value.kind == SCALAR_COMPLEX)
    snprintf(text, sizeof text, "%.14g%+.14gj", shown(value.as.c.re), shown(value.as.c.im));
  else if (value.kind == SCALAR_FLOAT) snprintf(text, sizeof text, "%.14g", shown(value.as.f));
  else snprintf(text, sizeof text, "%lld", (long long)value.as.i);
  return fail(ERROR_ARGUMENT, "%s: '%s' (argument %d): %s cannot be converted to %s without overflow", who, name,
              argument, text, dtype_name(dtype));
}

Scalar scalar_add(Scalar a, Scalar b) {
  if (a.kind == SCALAR_COMPLEX || b.kind == SCALAR_COMPLEX)
    return scalar_complex(scalar_to_double(a) + scalar_to_double(b), scalar_imag(a) + scalar_imag(b));
  if (a.kind == SCALAR_FLOAT || b.kind == SCALAR_FLOAT)
    return scalar_float(scalar_to_double(a) + scalar_to_double(b));
  return scalar_int((int64_t)((uint64_t)a.as.i + (uint64_t)b.as.i));
}

Scalar scalar_multiply(Scalar a, Scalar b) {
  if (a.kind == SCALAR_COMPLEX || b.kind == SCALAR_COMPLEX) {
    const double p = scalar_to_double(a), q = scalar_imag(a), r = scalar_to_double(b), s = scalar_imag(b);
    return scalar_complex(p * r - q * s, p * s + q * r);
  }
  if (a.kind == SCALAR_FLOAT || b.kind == SCALAR_FLOAT)
    return scalar_float(scalar_to_double(a) * scalar_to_double(b));
  return scalar_int((int64_t)((uint64_t)a.as.i * (uint64_t)b.as.i));
}

DType scalar_dtype(Scalar s) {
  return s.kind == SCALAR_COMPLEX ? dtype_complex(dtype_default())
         : s.kind == SCALAR_FLOAT ? dtype_default()
         : s.kind == SCALAR_INT ? DTYPE_INT64
                                : DTYPE_BOOL;
}

#define CUT_FUNCTION static inline
#include "device/cut.h"
#include "dtype_lists.h"

#define GET_INTEGER(NAME, name, C) \
  case DTYPE_##NAME: return scalar_int((int64_t)*(const C *)data);
#define GET_SMALL(NAME, name, C) \
  case DTYPE_##NAME: return scalar_float(load_##name(*(const C *)data));

Scalar element_get(DType dtype, const void *data) {
  switch (dtype) {
    INTEGER_DTYPES_IN_MEMORY(GET_INTEGER)
    SMALL_FLOAT_DTYPES(GET_SMALL)
    case DTYPE_BOOL: return scalar_bool(*(const uint8_t *)data != 0);
    case DTYPE_FLOAT32: return scalar_float(*(const float *)data);
    case DTYPE_FLOAT64: return scalar_float(*(const double *)data);
    case DTYPE_COMPLEX64: return scalar_complex(((const float *)data)[0], ((const float *)data)[1]);
    case DTYPE_COMPLEX128: return scalar_complex(((const double *)data)[0], ((const double *)data)[1]);
  }
  return scalar_int(0);
}

/* What an integer does not hold becomes what a cast makes of it. */
#define SET_INTEGER(NAME, name, C) \
  case DTYPE_##NAME: *(C *)data = v.kind == SCALAR_FLOAT ? cut_to_##name(v.as.f) : (C)scalar_to_int(v); break;
#define SET_SMALL(NAME, name, C) \
  case DTYPE_##NAME: *(C *)data = store_##name((float)scalar_to_double(v)); break;

void element_set(DType dtype, void *data, Scalar v) {
  switch (dtype) {
    INTEGER_DTYPES_IN_MEMORY(SET_INTEGER)
    SMALL_FLOAT_DTYPES(SET_SMALL)
    case DTYPE_BOOL: *(bool *)data = scalar_to_double(v) != 0 || scalar_imag(v) != 0; break;
    case DTYPE_FLOAT32: *(float *)data = (float)scalar_to_double(v); break;
    case DTYPE_FLOAT64: *(double *)data = scalar_to_double(v); break;
    case DTYPE_COMPLEX64:
      ((float *)data)[0] = (float)scalar_to_double(v);
      ((float *)data)[1] = (float)scalar_imag(v);
      break;
    case DTYPE_COMPLEX128:
      ((double *)data)[0] = scalar_to_double(v);
      ((double *)data)[1] = scalar_imag(v);
      break;
  }
}
