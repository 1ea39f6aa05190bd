/* resample_bytes.c: planes of bytes resized: along the rows first, then along the columns, as PyTorch does: what is
** between is rounded to bytes.
*/
#include <string.h>

#include "core/clones.h"
#include "torch/nn/functional/resample.h"

enum {
  LANES = 16,   /* weights of a window are padded to a multiple */
  COLUMNS = 32, /* that are summed together, in registers */
  ROWS = 4,     /* that are resized together: each weight is read once for all */
};

static inline uint8_t resample_byte(int sum, int bits) {
  sum = (sum + (1 << bits >> 1)) >> bits;
  return (uint8_t)(sum < 0 ? 0 : sum > 255 ? 255 : sum);
}

/* Rows of 16-bit elements, 'stride' apart, become rows of x->count bytes; 'stride' leaves room for padded windows. */
CLONES static void resample_across(const int16_t *rows, int64_t stride, const Windows *x, const int16_t *weights,
                                   int64_t padded, uint8_t *out) {
  const int64_t groups = padded / LANES;
  for (int64_t i = 0; i < x->count; i++) {
    const int16_t *w = weights + i * padded, *a = rows + x->first[i], *b = a + stride, *c = b + stride, *d = c + stride;
    int sums[ROWS] = {0};
    for (int64_t k = 0; k < groups * LANES; k++) {
      sums[0] += a[k] * w[k];
      sums[1] += b[k] * w[k];
      sums[2] += c[k] * w[k];
      sums[3] += d[k] * w[k];
    }
    for (int r = 0; r < ROWS; r++) out[r * x->count + i] = resample_byte(sums[r], x->bits);
  }
}

CLONES static void resample_widen(const uint8_t *row, int64_t n, int16_t *out) {
  for (int64_t i = 0; i < n; i++) out[i] = row[i];
}

/* How many of the weights count: those behind are 0. */
static int64_t resample_trimmed(const double *weights, int64_t width) {
  while (width > 1 && weights[width - 1] == 0) width--;
  return width;
}

/* One row of the result of the rows between. */
CLONES static void resample_down(const uint8_t *between, int64_t n, const Windows *y, int64_t i, uint8_t *out) {
  const uint8_t *rows = between + y->first[i] * n;
  const double *weights = y->weights + i * y->width;
  const int64_t width = resample_trimmed(weights, y->width);
  int64_t j = resample_has_vectors() ? resample_vectors_down(rows, n, weights, width, y->bits, out) : 0;
  for (; j + COLUMNS <= n; j += COLUMNS) {
    int sums[COLUMNS] = {0};
    for (int64_t k = 0; k < width; k++) {
      const uint8_t *row = rows + k * n + j;
      const int w = (int)weights[k];
      for (int l = 0; l < COLUMNS; l++) sums[l] += row[l] * w;
    }
    for (int l = 0; l < COLUMNS; l++) out[j + l] = resample_byte(sums[l], y->bits);
  }
  for (; j < n; j++) {
    int sum = 0;
    for (int64_t k = 0; k < width; k++) sum += rows[k * n + j] * (int)weights[k];
    out[j] = resample_byte(sum, y->bits);
  }
}

/* Scratch memory of all planes: what lies where. */
typedef struct {
  int64_t padded, stride; /* of the weights of a window, of a row of 16-bit elements */
  size_t bytes;
  void *memory;
  int16_t *weights, *rows;
  ResampleBlock *blocks; /* NULL: the windows of a row do not fit into them */
  uint8_t *between, *spare;
} Scratch;

static Status resample_scratch(Scratch *s, const Windows *y, const Windows *x) {
  s->padded = (x->width + LANES - 1) / LANES * LANES;
  s->stride = (x->from + s->padded + LANES - 1) / LANES * LANES;
  const size_t weights = (size_t)(x->count * s->padded) * sizeof(int16_t);
  const size_t rows = (size_t)(ROWS * s->stride) * sizeof(int16_t), between = (size_t)(x->count * y->from);
  const size_t blocks = resample_has_vectors() ? (size_t)resample_block_count(x) * sizeof(ResampleBlock) : 0;
  s->bytes = blocks + weights + rows + between + (size_t)(x->count * ROWS);
  if ((s->memory = memory_zalloc(s->bytes)) == NULL) return ERROR_MEMORY;
  s->blocks = blocks > 0 && resample_fill_blocks(x, s->memory) ? s->memory : NULL;
  s->weights = (int16_t *)((char *)s->memory + blocks);
  s->rows = (int16_t *)((char *)s->weights + weights);
  s->between = (uint8_t *)s->rows + rows;
  s->spare = s->between + between;
  for (int64_t i = 0; i < x->count; i++)
    for (int64_t k = 0; k < x->width; k++) s->weights[i * s->padded + k] = (int16_t)x->weights[i * x->width + k];
  return OK;
}

/* Rows 'begin' to 'end' of a plane become rows between. */
static void resample_rows(const uint8_t *in, const Windows *x, const Scratch *s, int64_t begin, int64_t end) {
  for (int64_t row = begin; s->blocks != NULL && row < end; row++)
    resample_blocks_across(in + row * x->from, x, s->blocks, s->between + row * x->count);
  for (int64_t row = begin; s->blocks == NULL && row < end; row += ROWS) {
    const int64_t some = end - row < ROWS ? end - row : ROWS;
    for (int64_t r = 0; r < some; r++) resample_widen(in + (row + r) * x->from, x->from, s->rows + r * s->stride);
    uint8_t *to = some == ROWS ? s->between + row * x->count : s->spare;
    resample_across(s->rows, s->stride, x, s->weights, s->padded, to);
    if (to == s->spare) memcpy(s->between + row * x->count, to, (size_t)(some * x->count));
  }
}

static void resample_plane(const uint8_t *in, uint8_t *out, const Windows *y, const Windows *x, const Scratch *s) {
  int64_t begin = y->from, end = 0; /* the rows that are looked at */
  for (int64_t i = 0; i < y->count; i++) {
    if (y->first[i] < begin) begin = y->first[i];
    if (y->first[i] + y->width > end) end = y->first[i] + y->width;
  }
  resample_rows(in, x, s, begin, end);
  for (int64_t i = 0; i < y->count; i++)
    resample_down(s->between, x->count, y, i, out + i * x->count);
}

Status resample_uint8(const void *in, void *out, int64_t planes, const Windows *y, const Windows *x) {
  Scratch s;
  Status status = resample_scratch(&s, y, x);
  if (status != OK) return status;
  for (int64_t p = 0; p < planes && status == OK; p++) {
    resample_plane((const uint8_t *)in + p * y->from * x->from, (uint8_t *)out + p * y->count * x->count, y, x, &s);
    if (interrupt_requested()) status = fail(ERROR_INTERRUPT, "interrupted");
  }
  memory_free(s.memory, s.bytes);
  return status;
}
