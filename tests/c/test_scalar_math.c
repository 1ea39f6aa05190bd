/* test_scalar_math.c: device/scalar_math.h without the rest of the library, as a device's compiler reads it: the
** results at the edges, and faults as bits of the includer's own.
*/
#include <float.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <tgmath.h>

static unsigned faults;
static int checks, failures;

static void check(bool ok, const char *what) {
  checks++;
  if (ok) return;
  failures++;
  printf("failed: %s\n", what);
}
#define CHECK(condition) check(condition, #condition)

#define SCALAR_FUNCTION static inline __attribute__((unused))
#define FAULT(bit) (faults |= (bit))
#define T int32_t
#define T_IS_INTEGER 1
#define LOWEST INT32_MIN
#define HIGHEST INT32_MAX
#include "device/scalar_math.h"

static void divisions(void) {
  CHECK(floor_divide_of(7, -2) == -4 && floor_divide_of(-7, 2) == -4 && floor_divide_of(7, 2) == 3);
  CHECK(trunc_divide_of(7, -2) == -3 && remainder_of(7, -2) == -1 && fmod_of(7, -2) == 1);
  CHECK(remainder_of(LOWEST, -1) == 0 && fmod_of(LOWEST, -1) == 0); /* must not trap */
  CHECK(pow_of(-1, -3) == -1 && pow_of(2, -1) == 0 && pow_of(3, 4) == 81);
  CHECK(at_most(at_least(HIGHEST, 0), 5) == 5);
  CHECK(faults == 0);
  CHECK(floor_divide_of(1, 0) == 0 && faults == FAULT_DIVISION);
  faults = 0;
  CHECK(trunc_divide_of(1, 0) == 0 && faults == FAULT_DIVISION);
  faults = 0;
  CHECK(remainder_of(1, 0) == 0 && faults == FAULT_DIVISION);
  faults = 0;
  CHECK(fmod_of(1, 0) == 0 && faults == FAULT_DIVISION);
}

int main(void) {
  divisions();
  printf("%d passed, %d failed\n", checks - failures, failures);
  return failures > 0;
}
