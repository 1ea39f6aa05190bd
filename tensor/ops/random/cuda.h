/* random/cuda.h: what the kernels that draw are told. C and the compilers of kernels read it. */
#ifndef HECATE_RANDOM_CUDA_H
#define HECATE_RANDOM_CUDA_H

enum { DRAW_T, DRAW_FLOAT16, DRAW_BFLOAT16 }; /* T, or numbers of 16 bits that are made from float32 */

typedef struct {
  void *out;
  int64_t numel;
  uint64_t seed, offset; /* the place in the stream of the first word */
  double a, b;           /* from, to; mean, std; p */
  int64_t low;
  uint64_t range; /* of integers; 0: all 64 bits */
  int64_t first;  /* the first integer from 'low' on that the type holds */
  int32_t digits; /* of a type that does not hold all of them; 0: it does */
  int32_t kind;   /* what elements are */
  float least;    /* of uniform numbers of 16 bits: the first one of the type within the bounds */
} Draw;

#endif
