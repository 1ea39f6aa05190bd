/* normalization.c: BatchNorm1d and BatchNorm2d (Ioffe and Szegedy 2015). */
#include <math.h>
#include <stdatomic.h>

#include "module.h"

static const luaL_Reg init_methods[] = {{"__init", module_init}, {NULL, NULL}};

typedef struct {
  Module module;
  int64_t num_features;
  double eps;
  double momentum; /* NAN: the plain mean of all batches */
  bool affine, track_running_stats;
  DType dtype;
} BatchNorm;

static const Option options[] = {
    {"num_features", OPTION_INT, offsetof(BatchNorm, num_features), true, 0, NULL},
    {"eps", OPTION_FLOAT, offsetof(BatchNorm, eps), false, 1e-5, NULL},
    {"momentum", OPTION_FLOAT, offsetof(BatchNorm, momentum), false, 0.1, NULL},
    {"affine", OPTION_BOOL, offsetof(BatchNorm, affine), false, 1, NULL},
    {"track_running_stats", OPTION_BOOL, offsetof(BatchNorm, track_running_stats), false, 1,
     NULL},
    {"device", OPTION_VALUE, 0, false, 0, NULL},
    {"dtype", OPTION_DTYPE, offsetof(BatchNorm, dtype), false, 0, NULL},
    {NULL}};

static void store_nil(lua_State *L, const char *name, SlotKind kind) {
  lua_pushnil(L);
  module_store(L, 1, name, kind);
}

static void setup(lua_State *L) {
  BatchNorm *m = lua_touserdata(L, 1);
  DType dtype = m->dtype == DTYPE_NONE ? dtype_default() : m->dtype;
  const int64_t *shape = &m->num_features;
  if (m->affine) {
    Tensor *weight = module_new_parameter(L, 1, "weight", 1, shape, dtype);
    error_check(L, fill_constant(weight, scalar_int(1)));
    Tensor *bias = module_new_parameter(L, 1, "bias", 1, shape, dtype);
    error_check(L, fill_constant(bias, scalar_int(0)));
  } else {
    store_nil(L, "weight", SLOT_PARAMETER);
    store_nil(L, "bias", SLOT_PARAMETER);
  }
  if (m->track_running_stats) {
    Tensor *mean = module_new_buffer(L, 1, "running_mean", 1, shape, dtype);
    error_check(L, fill_constant(mean, scalar_int(0)));
    Tensor *var = module_new_buffer(L, 1, "running_var", 1, shape, dtype);
    error_check(L, fill_constant(var, scalar_int(1)));
    Tensor *count = module_new_buffer(L, 1, "num_batches_tracked", 0, NULL, DTYPE_INT64);
    error_check(L, fill_constant(count, scalar_int(0)));
  } else {
    store_nil(L, "running_mean", SLOT_BUFFER);
    store_nil(L, "running_var", SLOT_BUFFER);
    store_nil(L, "num_batches_tracked", SLOT_BUFFER);
  }
}

static Tensor *part(const Module *m, const char *name) {
  const Slot *slot = module_find(m, name);
  return slot != NULL ? slot->tensor : NULL;
}

/* Counts the batch; returns the share of it in the running statistics. */
static double count_batch(BatchNorm *m) {
  Tensor *count = part(&m->module, "num_batches_tracked");
  double momentum = isnan(m->momentum) ? 0 : m->momentum;
  if (count == NULL || count->dtype != DTYPE_INT64 || count->numel != 1) return momentum;
  int64_t batches = ++*(int64_t *)tensor_data(count);
  atomic_fetch_add(&count->storage->version, 1);
  return isnan(m->momentum) ? 1 / (double)batches : momentum;
}

static Status forward(BatchNorm *m, Tensor *in, Tensor **out) {
  Tensor *mean = part(&m->module, "running_mean"), *var = part(&m->module, "running_var");
  bool training = !m->module.evaluating;
  bool batch = training || mean == NULL || var == NULL;
  double momentum = isnan(m->momentum) ? 0 : m->momentum;
  if (training && m->track_running_stats) momentum = count_batch(m);
  bool running = !training || m->track_running_stats;
  return op_batch_norm(in, running ? mean : NULL, running ? var : NULL,
                       part(&m->module, "weight"), part(&m->module, "bias"), batch, momentum,
                       m->eps, out);
}

static Status check_dims(const char *who, const Tensor *in, int least, int most) {
  char text[SHAPE_TEXT];
  if (in->ndim >= least && in->ndim <= most) return OK;
  return fail(ERROR_ARGUMENT, "%s: 'input' (argument 1): expected %s dimensions, got %s", who,
              least == most ? "4" : "2 or 3", tensor_text(text, in));
}

static Status forward1d(Module *self, Tensor *const *in, Tensor **out) {
  TRY(check_dims("nn.BatchNorm1d", in[0], 2, 3));
  return forward((BatchNorm *)self, in[0], out);
}
static Status forward2d(Module *self, Tensor *const *in, Tensor **out) {
  TRY(check_dims("nn.BatchNorm2d", in[0], 4, 4));
  return forward((BatchNorm *)self, in[0], out);
}

static void describe(luaL_Buffer *b, const Module *self) {
  const BatchNorm *m = (const BatchNorm *)self;
  lua_pushfstring(b->L, "%I, eps=", (lua_Integer)m->num_features);
  luaL_addvalue(b);
  options_add_number(b, m->eps);
  luaL_addstring(b, ", momentum=");
  if (isnan(m->momentum)) luaL_addstring(b, "nil");
  else options_add_number(b, m->momentum);
  luaL_addstring(b, m->affine ? ", affine=true" : ", affine=false");
  luaL_addstring(b, m->track_running_stats ? ", track_running_stats=true"
                                           : ", track_running_stats=false");
}

/** nn.BatchNorm1d: (x - mean) / √(variance + eps) · weight + bias of each channel (Ioffe and
** Szegedy 2015): in training the batch's mean and variance, in evaluation the running ones. One
** value a channel in training raises.
** Shape: (N, C) or (N, C, L), the same out.
** - `num_features`: C
** - `momentum`: the share of the batch in the running statistics; false: their plain mean
** - `affine`: whether there are `weight` and `bias`
** - `track_running_stats`: whether there are `running_mean` and `running_var`
** - `device` (device): where the parameters are
** Example: nn.BatchNorm1d(3)(torch.randn(4, 3)).shape */
/** nn.BatchNorm2d: nn.BatchNorm1d for images.
** Shape: (N, C, H, W), the same out.
** - `num_features`: C
** - `momentum`: the share of the batch in the running statistics; false: their plain mean
** - `affine`: whether there are `weight` and `bias`
** - `track_running_stats`: whether there are `running_mean` and `running_var`
** - `device` (device): where the parameters are
** Example: nn.BatchNorm2d(3)(torch.randn(2, 3, 4, 4)).shape */
#define BATCH_NORM(title, function)                                                        \
  {                                                                                        \
    .base = MODULE_BASE(title, BatchNorm, &module_class.base.class, init_methods, NULL),   \
    .options = options, .setup = setup, .n_inputs = 1, .n_outputs = 1, .forward = function, \
    .describe = describe                                                                   \
  }
static const Layer batch_norm1d = BATCH_NORM("nn.BatchNorm1d", forward1d);
static const Layer batch_norm2d = BATCH_NORM("nn.BatchNorm2d", forward2d);

void nn_open_normalization(lua_State *L) {
  nn_add_class(L, &batch_norm1d);
  nn_add_class(L, &batch_norm2d);
}
