/* cpu_draw.h: numbers of laws that need an unknown number of uniform ones each. Every element has a stream of its own,
** so the numbers do not depend on how the elements are shared out among threads.
*/
#ifndef HECATE_RANDOM_CPU_DRAW_H
#define HECATE_RANDOM_CPU_DRAW_H

#include "core/philox.h"
#include "device/cpu/kernel.h"

#define DRAW_BLOCKS ((uint64_t)1 << 24) /* of the stream of one element; none needs a thousandth of them */
#define DRAW_PIECE 256                  /* elements of a thread's turn, as doubles on its stack */

typedef struct {
  uint64_t key, block; /* the stream; the block that is made next */
  uint32_t words[4];
  int left; /* words that were not taken yet */
} DrawStream;

/* A number of (0, 1). */
static inline double draw_unit(DrawStream *s) {
  if (s->left < 2) {
    philox_block(s->key, s->block++, s->words);
    s->left = 4;
  }
  s->left -= 2;
  const uint64_t bits = (uint64_t)s->words[s->left + 1] << 32 | s->words[s->left];
  return ((double)(int64_t)(bits >> 12) + 0.5) * 0x1p-52;
}

/* A number of the standard normal law (Box and Muller 1958). */
static inline double draw_normal(DrawStream *s) {
  const double radius = sqrt(-2 * log(draw_unit(s)));
  return radius * cos(6.283185307179586476925 * draw_unit(s));
}

/* Draws an element; its parameters are the elements of the inputs. */
typedef double (*DrawFn)(DrawStream *s, const double *parameters);

/* Draws every element of out, a contiguous tensor, with parameters from n contiguous inputs of the same shape, at most
** 2. An element costs about 'cost' cycles. g may be NULL: the default generator. */
Status KERNEL(draw_elements)(Tensor *out, Generator *g, DrawFn draw, Tensor *const *in, int n, int cost);

#endif
