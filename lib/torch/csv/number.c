/* number.c: see number.h. Most numbers are a whole one of 64 bits times a power of ten: exact in a double where both
** are, and in the 64 bits of a long double nearly so; what lies too near to the middle of two doubles goes the long
** way, through strtod.
*/
#include "torch/csv/number.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static inline bool is_digit(char c) { return (unsigned char)(c - '0') < 10; }

const char *number_integer(const char *at, int64_t *out) {
  const bool minus = *at == '-';
  const char *begin = at += minus || *at == '+';
  int64_t value = 0;
  while (is_digit(*at) && at - begin < 18) value = value * 10 + (*at++ - '0');
  if (at == begin || is_digit(*at)) return NULL;
  *out = minus ? -value : value;
  return at;
}

static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
#if LDBL_MANT_DIG == 64
static const long double long_powers[] = {1e0L,  1e1L,  1e2L,  1e3L,  1e4L,  1e5L,  1e6L,  1e7L,  1e8L,  1e9L,
                                          1e10L, 1e11L, 1e12L, 1e13L, 1e14L, 1e15L, 1e16L, 1e17L, 1e18L, 1e19L,
                                          1e20L, 1e21L, 1e22L, 1e23L, 1e24L, 1e25L, 1e26L, 1e27L};

/* m times a power of ten in 64 bits, of which a double keeps 53: false where the rest is the middle or beside it. */
static bool scale_long(uint64_t m, int exponent, double *out) {
  if (exponent < -27 || exponent > 27) return false;
  const long double value = exponent < 0
    ? (long double)m / long_powers[-exponent] : (long double)m * long_powers[exponent];
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  const uint64_t rest = bits & 0x7ff;
  if (rest >= 0x3fe && rest <= 0x402) return false;
  *out = (double)value;
  return true;
}
#else
static bool scale_long(uint64_t m, int exponent, double *out) {
  (void)m, (void)exponent, (void)out;
  return false;
}
#endif

static bool scale(uint64_t m, int exponent, double *out) {
  if (m < (UINT64_C(1) << 53) && exponent >= -22 && exponent <= 22) {
    *out = exponent < 0 ? (double)m / powers[-exponent] : (double)m * powers[exponent];
    return true;
  }
  return scale_long(m, exponent, out);
}

/* Whether eight digits stand there, and their number: all eight bytes at once. */
static inline bool eight_digits(const char *at, uint64_t *m) {
  uint64_t v;
  memcpy(&v, at, sizeof v);
  if ((v & 0xf0f0f0f0f0f0f0f0) != 0x3030303030303030 ||
      ((v + 0x0606060606060606) & 0xf0f0f0f0f0f0f0f0) != 0x3030303030303030)
    return false;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  v -= 0x3030303030303030;
  v = v * 10 + (v >> 8); /* pairs, then fours, then all */
  v = ((v & 0x000000ff000000ff) * 0x000f424000000064 + ((v >> 16) & 0x000000ff000000ff) * 0x0000271000000001) >> 32;
  *m = *m * 100000000 + (uint32_t)v;
  return true;
#else
  return false;
#endif
}

const char *number_float(const char *at, char decimal, double *out) {
  const bool minus = *at == '-';
  const char *begin = at += minus || *at == '+';
  uint64_t m = 0;
  int exponent = 0, digits = 0;
  while (is_digit(*at) && at - begin < 20) m = m * 10 + (uint64_t)(*at++ - '0');
  digits = (int)(at - begin);
  if (*at == decimal) {
    const char *point = ++at;
    while (at - begin < 21 && eight_digits(at, &m)) at += 8;
    while (is_digit(*at) && at - begin < 21) m = m * 10 + (uint64_t)(*at++ - '0');
    exponent = -(int)(at - point);
    digits -= exponent;
  }
  if (digits == 0 || digits > 19 || is_digit(*at)) return NULL;
  if (*at == 'e' || *at == 'E') {
    int64_t more;
    if ((at = number_integer(at + 1, &more)) == NULL || more < -400 || more > 400) return NULL;
    exponent += (int)more;
  }
  double value;
  if (m == 0) value = 0;
  else if (!scale(m, exponent, &value)) return NULL;
  *out = minus ? -value : value;
  return at;
}

/* ---- the long way ------------------------------------------------------------------------- */

enum { LONGEST = 400 };

static bool word(const char *text, const char *a, const char *b) {
  return strcasecmp(text, a) == 0 || strcasecmp(text, b) == 0;
}

bool number_read(const char *text, size_t n, char decimal, double *out, bool *integer, int64_t *whole) {
  static locale_t c_locale;
  char copy[LONGEST + 1];
  while (n > 0 && (*text == ' ' || *text == '\t')) text++, n--;
  while (n > 0 && (text[n - 1] == ' ' || text[n - 1] == '\t')) n--;
  if (n == 0 || n > LONGEST || memchr(text, '\0', n) != NULL) return false;
  memcpy(copy, text, n);
  copy[n] = '\0';
  const char *end = number_integer(copy, whole);
  *integer = end == copy + n;
  if (*integer) {
    *out = (double)*whole;
    return true;
  }
  const char *body = copy + (*copy == '-' || *copy == '+');
  if (word(body, "inf", "infinity")) *out = *copy == '-' ? -INFINITY : INFINITY;
  else if (word(body, "nan", "nan")) *out = NAN;
  else {
    if (strspn(body, decimal == ',' ? "0123456789,eE+-" : "0123456789.eE+-") != strlen(body)) return false;
    for (char *c = copy; *c != '\0'; c++) *c = *c == decimal ? '.' : *c;
    if (__atomic_load_n(&c_locale, __ATOMIC_ACQUIRE) == NULL) /* made twice at worst, and kept */
      __atomic_store_n(&c_locale, newlocale(LC_ALL_MASK, "C", NULL), __ATOMIC_RELEASE);
    char *stop;
    *out = strtod_l(copy, &stop, c_locale);
    if (*stop != '\0' || stop == copy) return false;
    char *last;
    const long long value = strtoll(copy, &last, 10);
    *integer = *last == '\0' && value > INT64_MIN && value < INT64_MAX;
    *whole = value;
  }
  return true;
}
