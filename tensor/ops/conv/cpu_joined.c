/* conv/cpu_joined.c: convolution of small planes. The product of one sample would have a few columns, for which BLAS
** packs the whole weight: 512 × 4608 for 16 columns in the last layers of a ResNet. So the columns of several samples
** stand side by side, and the results are copied to and from their places.
*/
#include "cpu_plan.h"

#define JOINED_COLUMNS 512        /* of a product, about */
#define JOINED_BYTES (8 << 20)    /* of its columns, at most */
#define JOINED_PLANE 256          /* larger planes are products of their own */

/* The shape alone decides, so that any number of threads gives the same sums. */
int64_t KERNEL(joined_samples)(const Plan *p) {
  const int64_t fourth = (p->w.batch + 3) / 4, bytes = p->k * p->p * p->size;
  if (p->p == 0 || p->p >= JOINED_PLANE || bytes == 0 || !dtype_is_float(p->dtype)) return 1;
  int64_t n = JOINED_COLUMNS / p->p;
  if (n > JOINED_BYTES / bytes) n = JOINED_BYTES / bytes;
  if (n > fourth) n = fourth;
  return n < 1 ? 1 : n;
}

/* The columns, and behind them the results or gradients (F × samples · P). */
size_t KERNEL(joined_bytes)(const Plan *p) { return (size_t)((p->k + p->f) * p->samples * p->p * p->size); }

/* Samples [n, n + samples) of group g, and their matrices in scratch memory. */
typedef struct {
  int64_t n, g, samples, width; /* width: columns of the matrices */
  char *columns, *results;
} Joined;

static Joined joined_of(const Plan *p, int64_t n, int64_t end, int64_t g, char *scratch) {
  const int64_t samples = end - n < p->samples ? end - n : p->samples, width = samples * p->p;
  return (Joined){n, g, samples, width, scratch, scratch + p->k * width * p->size};
}
/* Where the planes of sample i of the joined ones begin in a tensor with 'channels' planes of 'plane' elements for each
** group. */
static char *joined_planes(const Plan *p, const Joined *j, const Tensor *t, int64_t i, int64_t channels,
                           int64_t plane) {
  return (char *)tensor_data(t) + ((j->n + i) * p->w.groups + j->g) * channels * plane * p->size;
}

static void joined_make_columns(const Plan *p, const Joined *j, const Tensor *in) {
  for (int64_t i = 0; i < j->samples; i++)
    KERNEL(conv_make_columns)(p, joined_planes(p, j, in, i, p->c, p->w.in[0] * p->w.in[1]), 0, p->w.out[0], j->width,
                              j->columns + i * p->p * p->size);
}
/* Copies results between the samples of a tensor and their matrix. */
static void joined_copy(const Plan *p, const Joined *j, const Tensor *t, bool to_matrix) {
  const size_t bytes = (size_t)(p->p * p->size);
  for (int64_t i = 0; i < j->samples; i++) {
    char *planes = joined_planes(p, j, t, i, p->f, p->p);
    for (int64_t f = 0; f < p->f; f++) {
      char *row = j->results + (f * j->width + i * p->p) * p->size, *plane = planes + f * p->p * p->size;
      memcpy(to_matrix ? row : plane, to_matrix ? plane : row, bytes);
    }
  }
}

static int64_t joined_tasks(const Plan *p) {
  return (p->w.batch + p->samples - 1) / p->samples * p->w.groups;
}
static Joined joined_task(const Plan *p, int64_t task, char *scratch) {
  return joined_of(p, task / p->w.groups * p->samples, p->w.batch, task % p->w.groups, scratch);
}
static Matrix joined_filter(const Plan *p, const Joined *j, const Tensor *weight) {
  return (Matrix){(const char *)tensor_data(weight) + j->g * p->f * p->k * p->size, p->f, p->k, p->k, 1};
}

static Status joined_forward_task(const void *plan, Call *c, int64_t task, void *scratch) {
  const Plan *p = plan;
  const Joined j = joined_task(p, task, scratch);
  const Tensor *bias = c->n_in > 2 ? c->in[2] : NULL;
  joined_make_columns(p, &j, c->in[0]);
  for (int64_t f = 0; bias != NULL && f < p->f; f++)
    KERNEL(conv_fill)(p, j.results + f * j.width * p->size, j.width,
                      (const char *)tensor_data(bias) + (j.g * p->f + f) * p->size);
  const Matrix columns = {j.columns, p->k, j.width, j.width, 1};
  TRY(KERNEL(gemm)(p->dtype, joined_filter(p, &j, c->in[1]), columns, 1, bias != NULL, j.results, j.width));
  joined_copy(p, &j, c->out[0], false);
  return OK;
}

static Status joined_input_task(const void *plan, Call *c, int64_t task, void *scratch) {
  const Plan *p = plan;
  const Joined j = joined_task(p, task, scratch);
  const int64_t plane = p->w.in[0] * p->w.in[1];
  joined_copy(p, &j, c->in[0], true);
  const Matrix grads = {j.results, p->f, j.width, j.width, 1};
  TRY(KERNEL(gemm)(p->dtype, matrix_t(joined_filter(p, &j, c->in[1])), grads, 1, 0, j.columns, j.width));
  for (int64_t i = 0; i < j.samples; i++) {
    char *in = joined_planes(p, &j, c->out[0], i, p->c, plane);
    memset(in, 0, (size_t)(p->c * plane * p->size));
    KERNEL(conv_add_columns)(p, j.columns + i * p->p * p->size, 0, p->w.out[0], j.width, in);
  }
  return OK;
}

Status KERNEL(joined_forward)(const Plan *p, Call *c, bool threads) {
  return KERNEL(run_tasks)(p, c, joined_tasks(p), KERNEL(joined_bytes)(p), threads, joined_forward_task);
}
Status KERNEL(joined_input)(const Plan *p, Call *c, bool threads) {
  return KERNEL(run_tasks)(p, c, joined_tasks(p), KERNEL(joined_bytes)(p), threads, joined_input_task);
}

Status KERNEL(joined_weight)(const Plan *p, Call *c, int64_t g, int64_t first, int64_t last, char *scratch, char *sum) {
  for (int64_t n = first; n < last && !interrupt_requested(); n += p->samples) {
    const Joined j = joined_of(p, n, last, g, scratch);
    joined_make_columns(p, &j, c->in[0]);
    joined_copy(p, &j, c->in[1], true);
    const Matrix grads = {j.results, p->f, j.width, j.width, 1}, columns = {j.columns, p->k, j.width, j.width, 1};
    TRY(KERNEL(gemm)(p->dtype, grads, matrix_t(columns), 1, 1, sum, p->k));
  }
  return OK;
}
