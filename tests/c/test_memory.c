/* test_memory.c: the blocks that all memory comes from: counts, lists of free ones, failures on request. */
#include "check.h"

static void test_memory(void) {
  MemoryStats before, during, after;
  memory_trim();
  memory_stats(&before);
  CHECK(before.cached == 0);
  memory_reset_peak();
  char *block = memory_alloc(1000);
  CHECK(block != NULL && (uintptr_t)block % 64 == 0);
  memory_stats(&during);
  CHECK(during.blocks == before.blocks + 1);
  CHECK(during.bytes >= before.bytes + 1000 && during.bytes <= before.bytes + 1000 + 1000 / 8 + 64);
  CHECK(during.peak == during.bytes);
  memory_free(block, 1000);
  memory_stats(&after);
  CHECK(after.bytes == before.bytes && after.blocks == before.blocks);
#ifndef HECATE_SANITIZE /* there nothing is kept, so that use after free is seen */
  CHECK(after.cached == during.bytes - before.bytes);
#endif
  CHECK(after.peak == during.peak);
  memory_reset_peak();
  memory_stats(&after);
  CHECK(after.peak == after.bytes);

  char *again = memory_alloc(1000);
#ifndef HECATE_SANITIZE
  CHECK(again == block); /* from the list */
#endif
  again[999] = 7;
  again = memory_realloc(again, 1000, 5000);
  CHECK(again != NULL && again[999] == 7);
  memory_free(again, 5000);
  memory_free(NULL, 0);
  char *zeros = memory_zalloc(1000);
  bool zero = true;
  for (int i = 0; i < 1000; i++) zero = zero && zeros[i] == 0;
  CHECK(zero);
  memory_free(zeros, 1000);
  void *empty = memory_alloc(0);
  CHECK(empty != NULL);
  memory_free(empty, 0);
  for (size_t n = 1; n < (size_t)40 << 20; n = n * 3 / 2 + 1) {
    char *p = memory_alloc(n);
    memset(p, 1, n);
    memory_free(p, n);
  }
  CHECK(bytes_used() == before.bytes);

#ifndef HECATE_SANITIZE
  /* The lists hold what was in use at the recent peak, less when that is long ago; full, they make room for another
  ** size. */
  enum { MANY = 30, LARGE = 4 << 20, LIMIT = 96 << 20, LONG = 300 };
  memory_trim();
  char *many[MANY];
  for (int i = 0; i < MANY; i++) CHECK((many[i] = memory_alloc(LARGE)) != NULL);
  char *other = memory_alloc(LARGE / 2);
  for (int i = 0; i < MANY; i++) memory_free(many[i], LARGE);
  memory_stats(&during);
  CHECK(during.cached == (int64_t)MANY * LARGE);
  for (int i = 0; i < LONG; i++) memory_free(memory_alloc(LARGE), LARGE);
  memory_stats(&during);
  CHECK(during.cached <= LIMIT && during.cached > LIMIT - LARGE);
  memory_free(other, LARGE / 2);
  memory_stats(&after);
  CHECK(after.cached <= LIMIT && after.cached % LARGE == LARGE / 2);
#endif
  CHECK(memory_alloc((size_t)1 << 60) == NULL);
  memory_fail_at(2);
  block = memory_alloc(10);
  CHECK(block != NULL);
  CHECK(memory_alloc(10) == NULL);
  char *third = memory_alloc(10);
  CHECK(third != NULL);
  memory_fail_at(0);
  memory_free(block, 10);
  memory_free(third, 10);
  memory_trim();
  memory_stats(&after);
  CHECK(after.bytes == before.bytes && after.blocks == before.blocks && after.cached == 0);
}

int main(void) {
  test_memory();
  return check_result();
}
