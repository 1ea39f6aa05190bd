/* ctc/cpu.c: the loss and its gradient, by the forward and backward variables of Graves et al. 2006. The states of a
** target are its classes with a blank before, between and behind them. Everything is a logarithm, in double.
*/
#include "device/cpu/kernel.h"

/* One sequence of a batch: element (t, class) of its log probabilities is at t * step + class. */
typedef struct {
  int64_t steps, states, step, classes, blank;
  const int64_t *target;
} CtcSequence;

/* The whole batch as the kernels get it. */
typedef struct {
  int64_t steps, batch, classes, blank;
  const int64_t *targets, *lengths, *target_lengths;
  int64_t width; /* of a row of targets, -1: all targets lie in one row */
  int64_t n_targets;
} CtcBatch;

static inline int64_t ctc_class(const CtcSequence *s, int64_t state) {
  return state % 2 == 0 ? s->blank : s->target[state / 2];
}
/* A blank may be passed over between different classes. */
static inline bool ctc_may_skip(const CtcSequence *s, int64_t state) {
  return state % 2 == 1 && state >= 2 && s->target[state / 2] != s->target[state / 2 - 1];
}

static inline double ctc_log_sum(double a, double b, double c) {
  const double most = fmax(a, fmax(b, c));
  return most == -INFINITY ? most : most + log(exp(a - most) + exp(b - most) + exp(c - most));
}

/* Sequence number i, or false: lengths or classes are wrong, a fault is noted. 'start' is where its target begins. */
static bool ctc_sequence(const CtcBatch *b, int64_t i, int64_t start, CtcSequence *s) {
  const int64_t length = b->lengths[i], n = b->target_lengths[i];
  const int64_t room = b->width >= 0 ? b->width : b->n_targets - start;
  if (length < 0) kernel_fault("'input_lengths' (argument 3): a length is below 0");
  else if (length > b->steps)
    kernel_fault("'input_lengths' (argument 3): %lld is not from 0 to %lld steps", (long long)length,
                 (long long)b->steps);
  else if (n < 0) kernel_fault("'target_lengths' (argument 4): a length is below 0");
  else if (n > room)
    kernel_fault("'target_lengths' (argument 4): %lld is not from 0 to %lld classes", (long long)n, (long long)room);
  if (length < 0 || length > b->steps || n < 0 || n > room) return false;
  *s = (CtcSequence){length, 2 * n + 1, b->batch * b->classes, b->classes, b->blank, b->targets + start};
  for (int64_t k = 0; k < n; k++) {
    if (s->target[k] >= 0 && s->target[k] < b->classes) continue;
    if (s->target[k] == POSITION_ZERO) kernel_fault("'targets' (argument 2): 0 is not a class; classes count from 1");
    else
      kernel_fault("'targets' (argument 2): class %lld is not among the %lld classes",
                   (long long)(s->target[k] < 0 ? s->target[k] : s->target[k] + 1), (long long)b->classes);
    return false;
  }
  return true;
}

static int64_t ctc_next_start(const CtcBatch *b, int64_t i, int64_t start) {
  if (b->width >= 0) return start + b->width;
  const int64_t n = b->target_lengths[i];
  return n > 0 && n <= b->n_targets - start ? start + n : start;
}

/* How much room the variables of the longest sequence take. */
static size_t ctc_bytes(const CtcBatch *b) {
  int64_t most = 0;
  for (int64_t i = 0; i < b->batch; i++) {
    const int64_t n = b->target_lengths[i];
    if (n > most && n <= b->n_targets) most = n;
  }
  return sizeof(double) * (size_t)(2 * most + 1) * (size_t)(b->steps + 2);
}

#define BODY "ops/ctc/ctc_body.h"
#include "each_float.h"

typedef void (*CtcFn)(const CtcBatch *b, const void *x, double *room, void *out);
typedef void (*CtcBackwardFn)(const CtcBatch *b, const void *g, const void *x, const void *losses, double *room,
                              void *out);
static const CtcFn ctc_losses[DTYPE_COUNT] = FLOAT_TABLE(ctc_loss);
static const CtcBackwardFn ctc_gradients[DTYPE_COUNT] = FLOAT_TABLE(ctc_gradient);

static CtcBatch ctc_batch(const Tensor *x, const Tensor *targets, const Tensor *lengths, const Tensor *target_lengths,
                          int64_t blank) {
  return (CtcBatch){x->shape[0], x->shape[1], x->shape[2], blank, tensor_data(targets), tensor_data(lengths),
                    tensor_data(target_lengths), targets->ndim == 2 ? targets->shape[1] : -1, targets->numel};
}

Status KERNEL(native_ctc_loss)(Call *c) {
  const NativeCtcLossAttrs *a = c->attrs;
  const CtcBatch b = ctc_batch(c->in[0], c->in[1], c->in[2], c->in[3], a->blank);
  const size_t bytes = ctc_bytes(&b);
  double *room = memory_alloc(bytes);
  if (room == NULL) return ERROR_MEMORY;
  ctc_losses[c->in[0]->dtype](&b, tensor_data(c->in[0]), room, tensor_data(c->out[0]));
  memory_free(room, bytes);
  return OK;
}

Status KERNEL(ctc_loss_backward)(Call *c) {
  const CtcLossBackwardAttrs *a = c->attrs;
  const CtcBatch b = ctc_batch(c->in[1], c->in[2], c->in[3], c->in[4], a->blank);
  const size_t bytes = ctc_bytes(&b);
  double *room = memory_alloc(bytes);
  if (room == NULL) return ERROR_MEMORY;
  ctc_gradients[c->in[1]->dtype](&b, tensor_data(c->in[0]), tensor_data(c->in[1]), tensor_data(c->in[5]), room,
                                 tensor_data(c->out[0]));
  memory_free(room, bytes);
  return OK;
}
