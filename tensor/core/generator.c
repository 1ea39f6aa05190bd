/* generator.c: sources of random numbers. A generator is a place in the stream of its seed (philox.h); every draw takes
** whole groups of 4 words from there on.
*/
#include <time.h>
#include <unistd.h>

#include "internal.h"
#include "philox.h"

static Generator default_generator = {.refs = 1};

Generator *generator_default(void) {
  static bool seeded;
  if (!seeded) generator_seed(&default_generator, generator_seed_from_system());
  seeded = true;
  return &default_generator;
}

Status generator_new(uint64_t seed, Generator **out) {
  *out = memory_zalloc(sizeof(Generator));
  if (*out == NULL) return ERROR_MEMORY;
  atomic_init(&(*out)->refs, 1);
  (*out)->seed = seed;
  return OK;
}

void generator_retain(Generator *g) {
  if (g != NULL && g != &default_generator) atomic_fetch_add_explicit(&g->refs, 1, memory_order_relaxed);
}

void generator_release(Generator *g) {
  if (g == NULL || g == &default_generator) return;
  if (atomic_fetch_sub_explicit(&g->refs, 1, memory_order_acq_rel) == 1) memory_free(g, sizeof *g);
}

void generator_seed(Generator *g, uint64_t seed) {
  g->seed = seed;
  g->offset = 0;
}

uint64_t generator_seed_from_system(void) {
  uint64_t seed = 0;
  if (getentropy(&seed, sizeof seed) == 0) return seed;
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return (uint64_t)now.tv_sec * 1000000007u ^ (uint64_t)now.tv_nsec ^ (uint64_t)getpid() << 32;
}

uint64_t generator_next(Generator *g) {
  uint32_t words[PHILOX_WORDS];
  philox_words(g->seed, g->offset, words);
  g->offset += 4;
  return (uint64_t)words[1] << 32 | words[0];
}
