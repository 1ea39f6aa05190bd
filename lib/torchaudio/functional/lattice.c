/* lattice.c: the module "torchaudio.functional.lattice": paths through time and targets. Everything comes contiguous,
** on the host, with positions from 1; lengths are checked here.
**
**   rnnt(logits, targets, logit_lengths, target_lengths, blank, clamp, fused) → costs, gradient
**   align(log_probs, targets, input_lengths, target_lengths, blank) → paths, scores
*/
#include <math.h>
#include <string.h>

#include "vm.h"

/* A float64 tensor of 'ndim' dimensions. */
static const Tensor *numbers_check(lua_State *L, int argument, int ndim, const char *name) {
  const Tensor *t = tensor_check(L, argument, name, "input");
  if (t->ndim != ndim || t->dtype != DTYPE_FLOAT64 || !tensor_is_contiguous(t) || !device_is_host(tensor_device(t)))
    error_argument(L, name, "input", argument, "contiguous float64 numbers", argument);
  return t;
}

/* An int64 tensor of n (× m) elements. */
static const int64_t *integers_check(lua_State *L, int argument, int64_t n, int64_t m, const char *name) {
  const Tensor *t = tensor_check(L, argument, name, "lengths");
  if (t->dtype != DTYPE_INT64 || t->numel != n * m || !tensor_is_contiguous(t) || !device_is_host(tensor_device(t)))
    error_argument(L, name, "lengths", argument, "int64 numbers", argument);
  return tensor_data(t);
}

static Tensor *push_new(lua_State *L, int ndim, const int64_t *shape, DType dtype) {
  TensorBox *box = tensor_box(L);
  error_check(L, tensor_empty_cpu(ndim, shape, dtype, &box->tensor));
  tensor_account(L, box);
  memset(tensor_data(box->tensor), 0, (size_t)box->tensor->numel * tensor_itemsize(box->tensor));
  return box->tensor;
}

/* Memory that the stack of Lua keeps. */
static void *room_push(lua_State *L, int64_t n, size_t size) { return lua_newuserdatauv(L, (size_t)n * size + 1, 0); }

/* Raises unless each length is from 'least' to 'most'. */
static void lengths_check(lua_State *L, const int64_t *lengths, int64_t n, int64_t least, int64_t most,
                          const char *name, const char *parameter) {
  for (int64_t i = 0; i < n; i++)
    if (lengths[i] < least || lengths[i] > most)
      error_raise(L, "%s: '%s': length %I is not from %I to %I", name, parameter, (LUAI_UACINT)lengths[i],
                  (LUAI_UACINT)least, (LUAI_UACINT)most);
}

static void classes_check(lua_State *L, const int64_t *targets, int64_t count, int64_t classes, const char *name) {
  for (int64_t i = 0; i < count; i++)
    if (targets[i] < 1 || targets[i] > classes)
      error_raise(L, "%s: 'targets': class %I is not from 1 to %I", name, (LUAI_UACINT)targets[i],
                  (LUAI_UACINT)classes);
}

static inline double log_add(double a, double b) {
  const double most = fmax(a, b);
  return most == -INFINITY ? most : most + log1p(exp(fmin(a, b) - most));
}

/* ---- transducers (Graves 2012) -------------------------------------------------------------------- */

/* One sequence: 'steps' times and 'states' = its target and what follows it. Node (t, u) is at t * width + u. */
typedef struct {
  int64_t steps, states, width, classes, blank;
  const int64_t *target;
  const double *logits;
  double *blanks, *emits, *sums, *alpha, *beta; /* log probabilities of a blank and of the next class, of each node */
  bool fused;
} Transducer;

/* Of all nodes: what their logits are normalised by, and the two probabilities that matter. */
static void transducer_prepare(const Transducer *r) {
  for (int64_t t = 0; t < r->steps; t++)
    for (int64_t u = 0; u < r->states; u++) {
      const int64_t at = t * r->width + u;
      const double *x = r->logits + at * r->classes;
      double most = -INFINITY, sum = 0;
      for (int64_t c = 0; r->fused && c < r->classes; c++) most = fmax(most, x[c]);
      for (int64_t c = 0; r->fused && c < r->classes; c++) sum += exp(x[c] - most);
      r->sums[at] = r->fused ? most + log(sum) : 0;
      r->blanks[at] = x[r->blank] - r->sums[at];
      r->emits[at] = u + 1 < r->states ? x[r->target[u] - 1] - r->sums[at] : -INFINITY;
    }
}

/* From the beginning to each node, and from each node to the end; returns the logarithm of the probability. */
static double transducer_walk(const Transducer *r) {
  const int64_t w = r->width;
  for (int64_t t = 0; t < r->steps; t++)
    for (int64_t u = 0; u < r->states; u++) {
      const int64_t at = t * w + u;
      const double by_blank = t > 0 ? r->alpha[at - w] + r->blanks[at - w] : -INFINITY;
      const double by_class = u > 0 ? r->alpha[at - 1] + r->emits[at - 1] : -INFINITY;
      r->alpha[at] = at == 0 ? 0 : log_add(by_blank, by_class);
    }
  for (int64_t t = r->steps - 1; t >= 0; t--)
    for (int64_t u = r->states - 1; u >= 0; u--) {
      const int64_t at = t * w + u;
      const bool last = t == r->steps - 1 && u == r->states - 1;
      const double by_blank = last ? r->blanks[at] : t + 1 < r->steps ? r->blanks[at] + r->beta[at + w] : -INFINITY;
      const double by_class = u + 1 < r->states ? r->emits[at] + r->beta[at + 1] : -INFINITY;
      r->beta[at] = log_add(by_blank, by_class);
    }
  return r->beta[0];
}

/* The gradient of the cost, -total, to the logits. */
static void transducer_gradient(const Transducer *r, double total, double clamp, double *gradient) {
  const int64_t w = r->width;
  for (int64_t t = 0; t < r->steps; t++)
    for (int64_t u = 0; u < r->states; u++) {
      const int64_t at = t * w + u;
      const double *x = r->logits + at * r->classes, from = r->alpha[at] - total;
      double *g = gradient + at * r->classes;
      const bool last = t == r->steps - 1 && u == r->states - 1;
      for (int64_t c = 0; r->fused && c < r->classes; c++) g[c] = exp(from + x[c] - r->sums[at] + r->beta[at]);
      if (last) g[r->blank] -= exp(from + r->blanks[at]);
      else if (t + 1 < r->steps) g[r->blank] -= exp(from + r->blanks[at] + r->beta[at + w]);
      if (u + 1 < r->states) g[r->target[u] - 1] -= exp(from + r->emits[at] + r->beta[at + 1]);
      for (int64_t c = 0; clamp > 0 && c < r->classes; c++) g[c] = fmin(fmax(g[c], -clamp), clamp);
    }
}

static int lattice_rnnt(lua_State *L) {
  const char *name = "rnnt_loss";
  const Tensor *x = numbers_check(L, 1, 4, name);
  const int64_t batch = x->shape[0], steps = x->shape[1], states = x->shape[2], classes = x->shape[3];
  const int64_t *targets = integers_check(L, 2, batch, states - 1, name);
  const int64_t *lengths = integers_check(L, 3, batch, 1, name), *sizes = integers_check(L, 4, batch, 1, name);
  const int64_t blank = luaL_checkinteger(L, 5), nodes = steps * states;
  const double clamp = luaL_checknumber(L, 6);
  if (blank < 1 || blank > classes) return error_argument(L, name, "blank", 5, "one of the classes", 5);
  lengths_check(L, lengths, batch, 1, steps, name, "logit_lengths");
  lengths_check(L, sizes, batch, 0, states - 1, name, "target_lengths");
  for (int64_t n = 0; n < batch; n++) classes_check(L, targets + n * (states - 1), sizes[n], classes, name);
  double *room = room_push(L, 5 * nodes, sizeof *room);
  Tensor *costs = push_new(L, 1, &batch, DTYPE_FLOAT64), *gradient = push_new(L, 4, x->shape, DTYPE_FLOAT64);
  for (int64_t n = 0; n < batch; n++) {
    const Transducer r = {lengths[n], sizes[n] + 1, states, classes, blank - 1, targets + n * (states - 1),
                          (const double *)tensor_data(x) + n * nodes * classes, room, room + nodes, room + 2 * nodes,
                          room + 3 * nodes, room + 4 * nodes, lua_toboolean(L, 7)};
    transducer_prepare(&r);
    const double total = transducer_walk(&r);
    ((double *)tensor_data(costs))[n] = -total;
    transducer_gradient(&r, total, clamp, (double *)tensor_data(gradient) + n * nodes * classes);
  }
  return 2;
}

/* ---- the best path ------------------------------------------------------------------------------------ */

/* One sequence; states are the classes of the target with a blank before, between and behind them. */
typedef struct {
  int64_t steps, states, classes, blank;
  const int64_t *target;
  const double *scores; /* (steps×classes) */
  uint8_t *back;        /* by how many states the best path to (t, state) came forward */
  double *best, *next;
} Alignment;

static inline int64_t alignment_class(const Alignment *a, int64_t state) {
  return state % 2 == 0 ? a->blank : a->target[state / 2] - 1;
}

/* The last state of the best path. */
static int64_t alignment_walk(Alignment *a) {
  for (int64_t s = 0; s < a->states; s++) a->best[s] = s < 2 ? a->scores[alignment_class(a, s)] : -INFINITY;
  for (int64_t t = 1; t < a->steps; t++) {
    for (int64_t s = 0; s < a->states; s++) {
      const bool skips = s % 2 == 1 && s >= 2 && a->target[s / 2] != a->target[s / 2 - 1];
      const double stay = a->best[s], one = s > 0 ? a->best[s - 1] : -INFINITY;
      const double two = skips ? a->best[s - 2] : -INFINITY;
      const uint8_t by = two > one && two > stay ? 2 : one > stay && one > two ? 1 : 0;
      a->back[t * a->states + s] = by;
      a->next[s] = (by == 2 ? two : by == 1 ? one : stay) + a->scores[t * a->classes + alignment_class(a, s)];
    }
    double *swap = a->best;
    a->best = a->next, a->next = swap;
  }
  return a->states > 1 && a->best[a->states - 2] >= a->best[a->states - 1] ? a->states - 2 : a->states - 1;
}

/* Raises where the target does not fit into the steps: equal neighbours need a blank between. */
static void alignment_fits(lua_State *L, int64_t steps, int64_t count, const int64_t *target) {
  int64_t need = count;
  for (int64_t i = 1; i < count; i++) need += target[i] == target[i - 1];
  if (steps < need)
    error_raise(L, "forced_align: 'targets': %I classes need %I steps, and there are %I", (LUAI_UACINT)count,
                (LUAI_UACINT)need, (LUAI_UACINT)steps);
}

static int lattice_align(lua_State *L) {
  const char *name = "forced_align";
  const Tensor *x = numbers_check(L, 1, 3, name), *y = tensor_check(L, 2, name, "targets");
  const int64_t batch = x->shape[0], steps = x->shape[1], classes = x->shape[2];
  const int64_t width = y->ndim == 2 ? y->shape[1] : 0, most = 2 * width + 1;
  const int64_t *targets = integers_check(L, 2, batch, width, name);
  const int64_t *lengths = integers_check(L, 3, batch, 1, name), *sizes = integers_check(L, 4, batch, 1, name);
  const int64_t blank = luaL_checkinteger(L, 5);
  if (blank < 1 || blank > classes) return error_argument(L, name, "blank", 5, "one of the classes", 5);
  lengths_check(L, lengths, batch, 1, steps, name, "input_lengths");
  lengths_check(L, sizes, batch, 0, width, name, "target_lengths");
  for (int64_t n = 0; n < batch; n++) {
    classes_check(L, targets + n * width, sizes[n], classes, name);
    alignment_fits(L, lengths[n], sizes[n], targets + n * width);
  }
  double *room = room_push(L, 2 * most, sizeof *room);
  uint8_t *back = room_push(L, steps * most, 1);
  Tensor *paths = push_new(L, 2, x->shape, DTYPE_INT64), *scores = push_new(L, 2, x->shape, DTYPE_FLOAT64);
  for (int64_t n = 0; n < batch; n++) {
    Alignment a = {lengths[n], 2 * sizes[n] + 1, classes, blank - 1, targets + n * width,
                   (const double *)tensor_data(x) + n * steps * classes, back, room, room + most};
    int64_t state = alignment_walk(&a), *path = (int64_t *)tensor_data(paths) + n * steps;
    double *score = (double *)tensor_data(scores) + n * steps;
    for (int64_t t = a.steps; t < steps; t++) path[t] = blank;
    for (int64_t t = a.steps - 1; t >= 0; t--) {
      const int64_t class = alignment_class(&a, state);
      path[t] = class + 1;
      score[t] = a.scores[t * classes + class];
      if (t > 0) state -= a.back[t * a.states + state];
    }
  }
  return 2;
}

int luaopen_torchaudio_functional_lattice(lua_State *L) {
  static const luaL_Reg functions[] = {{"rnnt", lattice_rnnt}, {"align", lattice_align}, {NULL, NULL}};
  luaL_newlib(L, functions);
  return 1;
}
