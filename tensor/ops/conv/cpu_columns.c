/* conv/cpu_columns.c: what the ways of convolution do with numbers of each type: columns, biases, sums of parts. */
#include "cpu_plan.h"

#define BODY "ops/conv/columns_body.h"
#include "each_number.h"
#define BODY "ops/conv/columns_adjoint_body.h"
#include "each_float.h"

typedef void (*ToColumnsFn)(const Window *w, int64_t channels, const void *in, int64_t y0, int64_t y1, int64_t pitch,
                            void *columns);
typedef void (*ConvFillFn)(void *to, int64_t n, const void *value);
typedef void (*ConvAddFn)(const void *sums, int64_t n, int64_t parts, void *out);
static const ToColumnsFn conv_to_columns[DTYPE_COUNT] = NUMBER_TABLE(conv_to_columns);
static const ToColumnsFn conv_from_columns[DTYPE_COUNT] = FLOAT_TABLE(conv_from_columns);
static const ConvFillFn conv_fills[DTYPE_COUNT] = NUMBER_TABLE(conv_fill);
static const ConvAddFn conv_adds[DTYPE_COUNT] = FLOAT_TABLE(conv_add_parts);

void KERNEL(conv_make_columns)(const Plan *p, const void *in, int64_t y0, int64_t y1, int64_t pitch, void *columns) {
  conv_to_columns[p->dtype](&p->w, p->c, in, y0, y1, pitch, columns);
}
void KERNEL(conv_add_columns)(const Plan *p, const void *columns, int64_t y0, int64_t y1, int64_t pitch, void *in) {
  conv_from_columns[p->dtype](&p->w, p->c, columns, y0, y1, pitch, in);
}
void KERNEL(conv_fill)(const Plan *p, void *to, int64_t n, const void *value) { conv_fills[p->dtype](to, n, value); }
void KERNEL(conv_add_parts)(const Plan *p, const void *sums, int64_t n, int64_t parts, void *out) {
  conv_adds[p->dtype](sums, n, parts, out);
}
