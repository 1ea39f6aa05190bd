/* test_dtypes.c: the element types from C: floats of 16 and 8 bits against their definition, casts between all
** pairs.
*/
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/half.h"
#include "check.h"
#include "core/internal.h"
#include "device/cpu/cpu.h"

/* ---- small floats by definition -------------------------------------------------------------- */

typedef struct {
  DType dtype;
  int exponent, mantissa, bias; /* bits of the two, and what is subtracted from the exponent */
  bool infinity;                /* the largest exponent is for infinity and NaN */
} Format;

static const Format formats[] = {{DTYPE_FLOAT16, 5, 10, 15, true},
                                 {DTYPE_BFLOAT16, 8, 7, 127, true},
                                 {DTYPE_FLOAT8_E4M3FN, 4, 3, 7, false},
                                 {DTYPE_FLOAT8_E5M2, 5, 2, 15, true}};

/* The number that these bits are, without the sign. */
static double value_of(const Format *f, uint32_t bits) {
  uint32_t mantissa = bits & ((1u << f->mantissa) - 1), exponent = bits >> f->mantissa;
  uint32_t last = (1u << f->exponent) - 1;
  if (f->infinity && exponent == last) return mantissa != 0 ? NAN : INFINITY;
  if (!f->infinity && exponent == last && mantissa == (1u << f->mantissa) - 1) return NAN;
  if (exponent == 0) return ldexp(mantissa, 1 - f->bias - f->mantissa);
  return ldexp((1u << f->mantissa) + mantissa, (int)exponent - f->bias - f->mantissa);
}

static uint32_t set_bits(DType dtype, double value) {
  uint16_t two = 0;
  uint8_t one = 0;
  if (dtype_size(dtype) == 2) element_set(dtype, &two, scalar_float(value));
  else element_set(dtype, &one, scalar_float(value));
  return dtype_size(dtype) == 2 ? two : one;
}

static double get_bits(DType dtype, uint32_t bits) {
  uint16_t two = (uint16_t)bits;
  uint8_t one = (uint8_t)bits;
  return scalar_to_double(element_get(dtype, dtype_size(dtype) == 2 ? (void *)&two : (void *)&one));
}

static bool same(double a, double b) { return a == b || (isnan(a) && isnan(b)); }

/* Every pattern is read as what it means, and what is read is written as the same pattern. */
static void test_patterns(const Format *f) {
  uint32_t count = 1u << (f->exponent + f->mantissa);
  int wrong = 0;
  for (uint32_t bits = 0; bits < count; bits++) {
    double value = value_of(f, bits);
    if (!same(get_bits(f->dtype, bits), value)) wrong++;
    if (!same(get_bits(f->dtype, bits | count), -value)) wrong++;
    if (!isnan(value) && set_bits(f->dtype, value) != bits) wrong++;
    if (!isnan(value) && set_bits(f->dtype, -value) != (bits | count)) wrong++;
  }
  CHECK(wrong == 0);
  CHECK(isnan(get_bits(f->dtype, set_bits(f->dtype, NAN))));
}

/* Between two neighbours the nearer one, in the middle the even one. */
static void test_rounding(const Format *f) {
  uint32_t count = 1u << (f->exponent + f->mantissa);
  int wrong = 0;
  for (uint32_t bits = 0; bits + 1 < count; bits++) {
    double low = value_of(f, bits), high = value_of(f, bits + 1), middle = (low + high) / 2;
    if (!isfinite(high)) break;
    if (set_bits(f->dtype, middle) != bits + (bits & 1)) wrong++;
    if (set_bits(f->dtype, (double)nextafterf((float)middle, 0)) != bits) wrong++;
    if (set_bits(f->dtype, (double)nextafterf((float)middle, INFINITY)) != bits + 1) wrong++;
  }
  CHECK(wrong == 0);
}

static void test_ends(void) {
  CHECK(get_bits(DTYPE_FLOAT16, set_bits(DTYPE_FLOAT16, 65519)) == 65504);
  CHECK(isinf(get_bits(DTYPE_FLOAT16, set_bits(DTYPE_FLOAT16, 65520))));
  CHECK(get_bits(DTYPE_FLOAT8_E4M3FN, set_bits(DTYPE_FLOAT8_E4M3FN, 470)) == 448);
  CHECK(get_bits(DTYPE_FLOAT8_E4M3FN, set_bits(DTYPE_FLOAT8_E4M3FN, -INFINITY)) == -448);
  CHECK(get_bits(DTYPE_FLOAT8_E5M2, set_bits(DTYPE_FLOAT8_E5M2, 61439)) == 57344);
  CHECK(isinf(get_bits(DTYPE_FLOAT8_E5M2, set_bits(DTYPE_FLOAT8_E5M2, 61440))));
}

/* The kinds without infinity and -0: 0x80 is NaN, and so is what is too large. */
static void test_fnuz(DType dtype, int mantissa, int bias, double most) {
  int wrong = 0;
  for (uint32_t bits = 0; bits < 0x80; bits++) {
    const uint32_t rest = bits & ((1u << mantissa) - 1), exponent = bits >> mantissa;
    const uint32_t whole = exponent == 0 ? rest : rest + (1u << mantissa);
    const double value = ldexp(whole, (exponent == 0 ? 1 : (int)exponent) - bias - mantissa);
    const double next = get_bits(dtype, bits == 0x7f ? bits : bits + 1), middle = (value + next) / 2;
    if (get_bits(dtype, bits) != value || set_bits(dtype, value) != bits) wrong++;
    if (bits > 0 && (get_bits(dtype, bits | 0x80) != -value || set_bits(dtype, -value) != (bits | 0x80))) wrong++;
    if (bits < 0x7f && set_bits(dtype, middle) != bits + (bits & 1)) wrong++;
    if (bits < 0x7f && set_bits(dtype, (double)nextafterf((float)middle, 0)) != bits) wrong++;
  }
  CHECK(wrong == 0);
  CHECK(get_bits(dtype, 0x7f) == most && set_bits(dtype, -0.0) == 0 && set_bits(dtype, -1e-30) == 0);
  CHECK(isnan(get_bits(dtype, 0x80)) && set_bits(dtype, NAN) == 0x80 && set_bits(dtype, -INFINITY) == 0x80);
  CHECK(set_bits(dtype, most * 1.01) == 0x7f && set_bits(dtype, -most * 1.2) == 0x80);
}

static void test_e8m0fnu(void) {
  const DType dtype = DTYPE_FLOAT8_E8M0FNU;
  int wrong = 0;
  for (uint32_t bits = 0; bits < 0xff; bits++) {
    const double value = ldexp(1, (int)bits - 127);
    if (get_bits(dtype, bits) != value || set_bits(dtype, -value) != bits) wrong++;
    if (bits > 0 && set_bits(dtype, value * 1.5) != bits + 1) wrong++;
    if (bits > 0 && set_bits(dtype, value * 1.25) != bits) wrong++;
  }
  CHECK(wrong == 0);
  CHECK(set_bits(dtype, 0) == 0 && set_bits(dtype, 0x1.8p-127) == 1);
  CHECK(isnan(get_bits(dtype, 0xff)) && set_bits(dtype, NAN) == 0xff && set_bits(dtype, INFINITY) == 0xff);
}

/* ---- casts --------------------------------------------------------------------------------------- */

/* The strips of this processor level, dense and with strides, give what single elements give. */
static void test_cast(DType from, DType to) {
  enum { N = 300 };
  static _Alignas(64) char in[2 * N * ELEMENT_BYTES], out[2 * N * ELEMENT_BYTES], want[ELEMENT_BYTES];
  int64_t fs = (int64_t)dtype_size(from), ts = (int64_t)dtype_size(to);
  for (int step = 1; step <= 2; step++) {
    int wrong = 0;
    for (int i = 0; i < N; i++) element_set(from, in + step * i * fs, scalar_float(i < 100 ? i : i / 7.0));
    memset(out, 0x55, sizeof out);
    cpu_cast[from][to](N, out, step * ts, in, step * fs);
    for (int i = 0; i < N; i++) {
      element_set(to, want, element_get(from, in + step * i * fs));
      if (memcmp(want, out + step * i * ts, (size_t)ts) != 0) wrong++;
    }
    check_at(__FILE__, __LINE__, wrong == 0, dtype_name(from));
  }
}

static void test_table(void) {
  for (int d = 0; d < DTYPE_COUNT; d++) {
    const DTypeInfo *info = &dtype_table[d];
    DType found = DTYPE_NONE;
    CHECK(dtype_from_name(info->name, &found) && (int)found == d);
    CHECK(info->size == dtype_size((DType)d) && info->size <= ELEMENT_BYTES);
    CHECK(dtype_compute(dtype_compute((DType)d)) == dtype_compute((DType)d));
    CHECK(dtype_promote((DType)d, (DType)d) == (DType)d);
  }
}

/* A table by dtype has a function for every type: where a kernel has none, one that notes a fault. */
static int answer_float32(int x) { return x; }
static int answer_float64(int x) { return x + 1; }

static void test_missing(void) {
  static int (*const answers[DTYPE_COUNT])(int) = FLOAT_TABLE(answer);
  CHECK(answers[DTYPE_FLOAT32](1) == 1 && answers[DTYPE_FLOAT64](1) == 2 && !kernel_faulted());
  for (int d = 0; d < DTYPE_COUNT; d++) {
    if (d == DTYPE_FLOAT32 || d == DTYPE_FLOAT64) continue;
    answers[d](1);
    CHECK(kernel_faulted() && kernel_fault_take("softmax") == ERROR_ARGUMENT);
    CHECK(strcmp(status_message(), "softmax: its kernel has no function for tensors of this dtype") == 0);
  }
}

/* A float of 16 or 8 bits that no test above has tried would go unnoticed. */
static void test_all_are_tried(void) {
  uint32_t tried = 1u << DTYPE_FLOAT8_E4M3FNUZ | 1u << DTYPE_FLOAT8_E5M2FNUZ | 1u << DTYPE_FLOAT8_E8M0FNU;
  for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) tried |= 1u << formats[i].dtype;
  for (int d = 0; d < DTYPE_COUNT; d++)
    if (dtype_is_float((DType)d) && dtype_size((DType)d) <= 2)
      check_at(__FILE__, __LINE__, tried >> d & 1, dtype_name((DType)d));
}

/* What a type does not hold: one element and a strip agree. */
static void test_too_large(void) {
  static const double values[] = {1e10, -1e10, 1e20, INFINITY, NAN, -3.7};
  for (int d = 0; d < DTYPE_COUNT; d++) {
    if (dtype_category((DType)d) != CATEGORY_INTEGER) continue;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
      int64_t one = 0, strip = 0;
      element_set((DType)d, &one, scalar_float(values[i]));
      cpu_cast[DTYPE_FLOAT64][d](1, (char *)&strip, 8, (char *)&values[i], 8);
      check_at(__FILE__, __LINE__, one == strip, dtype_name((DType)d));
    }
  }
}

int main(void) {
  test_missing();
  test_all_are_tried();
  test_too_large();
  for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
    test_patterns(&formats[i]);
    test_rounding(&formats[i]);
  }
  test_ends();
  test_fnuz(DTYPE_FLOAT8_E4M3FNUZ, 3, 8, 240);
  test_fnuz(DTYPE_FLOAT8_E5M2FNUZ, 2, 16, 57344);
  test_e8m0fnu();
  test_table();
  for (int from = 0; from < DTYPE_COUNT; from++)
    for (int to = 0; to < DTYPE_COUNT; to++) test_cast((DType)from, (DType)to);
  return check_result();
}
