/* resample.h: which neighbours make each element of a resized edge, and the kernels that sum them. */
#ifndef HECATE_RESAMPLE_H
#define HECATE_RESAMPLE_H

#include "tensor.h"

typedef enum { RESAMPLE_LINEAR, RESAMPLE_CUBIC, RESAMPLE_LANCZOS } ResampleKind;

typedef struct {
  ResampleKind kind;
  bool antialias, align; /* align: the corners of both are the same points */
  DType dtype;
} Resample;

/* Element i of the result is the sum of weights[i * width + k] times element first[i] + k, for k < width. All of these
** elements exist. */
typedef struct {
  int64_t from, count; /* elements before and after */
  int64_t width;
  int64_t *first;
  double *weights;
  int bits; /* of bytes: the weights are integers, in units of 2^-bits */
} Windows;

/* Resizes 'planes' planes of y->from × x->from elements. */
typedef Status (*ResampleFn)(const void *in, void *out, int64_t planes, const Windows *y, const Windows *x);

Status resample_uint8(const void *in, void *out, int64_t planes, const Windows *y, const Windows *x);
Status resample_float32(const void *in, void *out, int64_t planes, const Windows *y, const Windows *x);
Status resample_float64(const void *in, void *out, int64_t planes, const Windows *y, const Windows *x);

/* ---- bytes on processors with AVX2 (resample_vectors.c) ---------------------------------------------------- */

enum { RESAMPLE_BLOCK = 8, RESAMPLE_HALF = 4, RESAMPLE_PAIRS = 6, RESAMPLE_READ = 16 };

/* Which element each of eight sums takes next, as two bytes of 16 bits, and the weights of both. */
typedef struct {
  uint8_t places[4 * RESAMPLE_BLOCK];
  int16_t weights[2 * RESAMPLE_BLOCK];
} ResamplePair;

/* Eight neighbours in a row of the result, for the instructions that move bytes within a vector and add products of
** pairs. Each half of them is made of 16 elements. */
typedef struct {
  int64_t from[2], to; /* the first elements that are read, the first one that is made */
  ResamplePair pairs[RESAMPLE_PAIRS];
} ResampleBlock;

static inline int64_t resample_block_count(const Windows *x) {
  return (x->count + RESAMPLE_BLOCK - 1) / RESAMPLE_BLOCK;
}

bool resample_has_vectors(void);

/* Fills the blocks of a row; false: the windows are too wide for them, or the row is too short. */
bool resample_fill_blocks(const Windows *x, ResampleBlock *blocks);

/* One row of bytes becomes a row of x->count bytes. */
void resample_blocks_across(const uint8_t *row, const Windows *x, const ResampleBlock *blocks, uint8_t *out);

/* Sums the first 'width' rows of n bytes with the weights; returns how many columns are done. */
int64_t resample_vectors_down(const uint8_t *rows, int64_t n, const double *weights, int64_t width, int bits,
                              uint8_t *out);

#endif
