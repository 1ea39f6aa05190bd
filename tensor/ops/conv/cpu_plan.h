/* cpu_plan.h: a convolution as products of matrices, as cpu.c and cpu_joined.c share it. */
#ifndef HECATE_CONV_PLAN_H
#define HECATE_CONV_PLAN_H

#include "cpu.h"
#include "device/cpu/gemm.h"

typedef struct {
  Window w;
  DType dtype;
  int64_t size;      /* of an element */
  int64_t c, f;      /* channels and features of a group */
  int64_t k, p;      /* rows and columns of the column matrix */
  int64_t rows;      /* output rows of a strip */
  int64_t strips;
  int64_t samples;   /* whose columns stand side by side in one product; 1: small planes alone are joined */
  bool direct;       /* the input is the column matrix */
} Plan;

/* cpu_columns.c: the columns of the output rows [y0, y1) of a sample and group, in rows 'pitch' elements apart; the
** adjoint, which adds columns to the image; n elements that are all 'value'; the sum of parts of n elements. */
void KERNEL(conv_make_columns)(const Plan *p, const void *in, int64_t y0, int64_t y1, int64_t pitch, void *columns);
void KERNEL(conv_add_columns)(const Plan *p, const void *columns, int64_t y0, int64_t y1, int64_t pitch, void *in);
void KERNEL(conv_fill)(const Plan *p, void *to, int64_t n, const void *value);
void KERNEL(conv_add_parts)(const Plan *p, const void *sums, int64_t n, int64_t parts, void *out);

/* cpu_joined.c: how many samples to join, the memory of one product of them, and the three ops. */
int64_t KERNEL(joined_samples)(const Plan *p);
size_t KERNEL(joined_bytes)(const Plan *p);
Status KERNEL(joined_forward)(const Plan *p, Call *c, bool threads);
Status KERNEL(joined_input)(const Plan *p, Call *c, bool threads);
/* Adds to 'sum' what samples [first, last) give to the weight of group g. */
Status KERNEL(joined_weight)(const Plan *p, Call *c, int64_t g, int64_t first, int64_t last, char *scratch, char *sum);

#endif
