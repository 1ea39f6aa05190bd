/* losses.c: losses as modules: loss(input, target). Class targets count from 1. */
#include <math.h>

#include "module.h"

typedef struct {
  Module module;
  int64_t ignore_index; /* from 0 */
  double label_smoothing, beta; /* beta: also Huber's delta */
  bool log_target;
  int reduction;
} Loss;

static const luaL_Reg init_methods[] = {{"__init", module_init}, {NULL, NULL}};
static const char *const reductions[] = {"none", "mean", "sum", NULL}; /* as in the op table */

#define WEIGHT {"weight", OPTION_TENSOR, 0, false, 0, NULL}
#define IGNORE_INDEX \
  {"ignore_index", OPTION_DIM, offsetof(Loss, ignore_index), false, -100, NULL}
#define REDUCTION \
  {"reduction", OPTION_CHOICE, offsetof(Loss, reduction), false, 1, reductions}

static const char *const kl_reductions[] = {"none", "mean", "sum", "batchmean", NULL};
static const Option smooth_options[] = {
    REDUCTION, {"beta", OPTION_FLOAT, offsetof(Loss, beta), false, 1, NULL}, {NULL}};
static const Option huber_options[] = {
    REDUCTION, {"delta", OPTION_FLOAT, offsetof(Loss, beta), false, 1, NULL}, {NULL}};
static const Option kl_options[] = {
    {"reduction", OPTION_CHOICE, offsetof(Loss, reduction), false, 1, kl_reductions},
    {"log_target", OPTION_BOOL, offsetof(Loss, log_target), false, 0, NULL},
    {NULL}};
static const Option plain_options[] = {REDUCTION, {NULL}};
static const Option weight_options[] = {WEIGHT, REDUCTION, {NULL}};
static const Option logits_options[] = {
    WEIGHT, REDUCTION, {"pos_weight", OPTION_TENSOR, 0, false, 0, NULL}, {NULL}};
static const Option nll_options[] = {WEIGHT, IGNORE_INDEX, REDUCTION, {NULL}};
static const Option entropy_options[] = {
    WEIGHT,
    IGNORE_INDEX,
    REDUCTION,
    {"label_smoothing", OPTION_FLOAT, offsetof(Loss, label_smoothing), false, 0, NULL},
    {NULL}};

static void store_weight(lua_State *L, int index, const char *name) {
  if (lua_isboolean(L, index)) lua_pushnil(L);
  else lua_pushvalue(L, index);
  module_store(L, 1, name, SLOT_BUFFER);
}

static void weight_setup(lua_State *L) { store_weight(L, 2, "weight"); }
static void logits_setup(lua_State *L) {
  store_weight(L, 2, "weight");
  store_weight(L, 4, "pos_weight");
}

static Tensor *part(const Module *m, const char *name) {
  const Slot *slot = module_find(m, name);
  return slot != NULL ? slot->tensor : NULL;
}

/* Class labels brought down to count from 0; 0 becomes a value that kernels refuse as
** a position. Targets that are no integers pass as they are. */
static Status labels_from_one(Tensor *target, Tensor **out) {
  if (dtype_category((DType)target->dtype) != CATEGORY_INTEGER) {
    *out = tensor_retain(target);
    return OK;
  }
  TRY(tensor_empty_cpu(target->ndim, target->shape, DTYPE_INT64, out));
  Tensor *pair[] = {*out, target};
  Status status = op_call_in_place(OP_COPY, pair, 2, NULL);
  int64_t *v = tensor_data(*out);
  for (int64_t i = 0; status == OK && i < target->numel; i++)
    v[i] = v[i] > 0 ? v[i] - 1 : v[i] == 0 ? INT64_MIN : v[i];
  if (status == OK) return OK;
  tensor_release(*out);
  *out = NULL;
  return status;
}

static Status nll_forward(Module *self, Tensor *const *in, Tensor **out) {
  Loss *m = (Loss *)self;
  Tensor *labels, *total = NULL;
  TRY(labels_from_one(in[1], &labels));
  Status status = op_nll_loss(in[0], labels, part(self, "weight"), m->ignore_index,
                              m->reduction, out, &total);
  tensor_release(labels);
  tensor_release(total);
  return status;
}

static Status entropy_forward(Module *self, Tensor *const *in, Tensor **out) {
  Loss *m = (Loss *)self;
  Tensor *weight = part(self, "weight"), *labels;
  if (dtype_is_float((DType)in[1]->dtype))
    return op_cross_entropy_soft(in[0], in[1], weight, m->ignore_index, m->reduction,
                                 m->label_smoothing, out);
  TRY(labels_from_one(in[1], &labels));
  Status status = op_cross_entropy(in[0], labels, weight, m->ignore_index, m->reduction,
                                   m->label_smoothing, out);
  tensor_release(labels);
  return status;
}

static Status mse_forward(Module *self, Tensor *const *in, Tensor **out) {
  return op_mse_loss(in[0], in[1], ((Loss *)self)->reduction, out);
}
static Status l1_forward(Module *self, Tensor *const *in, Tensor **out) {
  return op_l1_loss(in[0], in[1], ((Loss *)self)->reduction, out);
}
static Status smooth_forward(Module *self, Tensor *const *in, Tensor **out) {
  SmoothL1LossAttrs a = {.beta = ((Loss *)self)->beta, .reduction = ((Loss *)self)->reduction};
  return op_call(OP_SMOOTH_L1_LOSS, in, 2, &a, out);
}
static Status huber_forward(Module *self, Tensor *const *in, Tensor **out) {
  HuberLossAttrs a = {.delta = ((Loss *)self)->beta, .reduction = ((Loss *)self)->reduction};
  return op_call(OP_HUBER_LOSS, in, 2, &a, out);
}
static Status kl_forward(Module *self, Tensor *const *in, Tensor **out) {
  return op_kl_div(in[0], in[1], ((Loss *)self)->reduction, ((Loss *)self)->log_target, out);
}
static Status bce_forward(Module *self, Tensor *const *in, Tensor **out) {
  return op_binary_cross_entropy(in[0], in[1], part(self, "weight"),
                                 ((Loss *)self)->reduction, out);
}
static Status logits_forward(Module *self, Tensor *const *in, Tensor **out) {
  return op_binary_cross_entropy_with_logits(in[0], in[1], part(self, "weight"),
                                             part(self, "pos_weight"),
                                             ((Loss *)self)->reduction, out);
}

/** nn.SmoothL1Loss: 0.5 d² / beta where |d| = |input - target| < beta, else |d| - 0.5 beta
** (Girshick 2015).
** - `reduction`: what becomes of the losses of the elements
** - `beta`: where the square ends; 0 makes it nn.L1Loss
** Example: nn.SmoothL1Loss()(torch.ones(3), torch.zeros(3)) */
/** nn.HuberLoss: 0.5 d² where |d| = |input - target| <= delta, else delta (|d| - 0.5 delta)
** (Huber 1964).
** - `reduction`: what becomes of the losses of the elements
** - `delta`: where the square ends, above 0
** Example: nn.HuberLoss()(torch.ones(3), torch.zeros(3)) */
/** nn.KLDivLoss: target (log target - input), the divergence of Kullback and Leibler where input are
** log probabilities and target probabilities.
** - `reduction`: what becomes of the losses of the elements; "batchmean" divides their sum by the
**   length of the first dimension
** - `log_target`: the target are log probabilities too
** Example: nn.KLDivLoss()(torch.zeros(2, 2), torch.ones(2, 2)) */
#define LOSS(title, option_list, function, setup_function)                             \
  {                                                                                    \
    .base = MODULE_BASE("nn." title, Loss, &module_class.base.class, init_methods, NULL), \
    .options = option_list, .setup = setup_function, .n_inputs = 2, .n_outputs = 1,    \
    .forward = function                                                                \
  }
/** nn.CrossEntropyLoss: The negative log probability of the target class under softmax(input).
** Shape: input (N, C), (C) or (N, C, d…); target classes from 1, (N), () or (N, d…), or
** probabilities in the shape of input.
** - `weight`: of each class, (C)
** - `ignore_index`: targets of this value count for nothing
** - `reduction`: what becomes of the losses of the batch
** - `label_smoothing`: the share of the uniform distribution in the target
** Example: nn.CrossEntropyLoss()(torch.zeros(2, 3), torch.tensor({1, 3})) */
/** nn.NLLLoss: -input[target]: the negative log likelihood, for inputs that are log probabilities,
** as of nn.LogSoftmax.
** Shape: input (N, C), (C) or (N, C, d…); target classes from 1, (N), () or (N, d…).
** - `weight`: of each class, (C)
** - `ignore_index`: targets of this value count for nothing
** - `reduction`: what becomes of the losses of the batch
** Example: nn.NLLLoss()(torch.zeros(2, 3), torch.tensor({1, 3})) */
/** nn.MSELoss: (input - target)², of tensors of one shape.
** - `reduction`: what becomes of the losses of the elements
** Example: nn.MSELoss()(torch.ones(3), torch.zeros(3)) */
/** nn.L1Loss: |input - target|, of tensors of one shape.
** - `reduction`: what becomes of the losses of the elements
** Example: nn.L1Loss()(torch.ones(3), torch.zeros(3)) */
/** nn.BCELoss: -(t log x + (1 - t) log(1 - x)) for probabilities x in [0, 1]; logarithms are at
** least -100.
** - `weight`: of each element, broadcast
** - `reduction`: what becomes of the losses of the elements
** Example: nn.BCELoss()(torch.tensor({0.5}), torch.tensor({1.0})) */
/** nn.BCEWithLogitsLoss: nn.BCELoss of sigmoid(input), computed without overflow.
** - `weight`: of each element, broadcast
** - `pos_weight`: of the positive targets, broadcast
** - `reduction`: what becomes of the losses of the elements
** Example: nn.BCEWithLogitsLoss()(torch.zeros(1), torch.ones(1)) */
static const Layer losses[] = {
    LOSS("CrossEntropyLoss", entropy_options, entropy_forward, weight_setup),
    LOSS("NLLLoss", nll_options, nll_forward, weight_setup),
    LOSS("MSELoss", plain_options, mse_forward, NULL),
    LOSS("L1Loss", plain_options, l1_forward, NULL),
    LOSS("SmoothL1Loss", smooth_options, smooth_forward, NULL),
    LOSS("HuberLoss", huber_options, huber_forward, NULL),
    LOSS("KLDivLoss", kl_options, kl_forward, NULL),
    LOSS("BCELoss", weight_options, bce_forward, weight_setup),
    LOSS("BCEWithLogitsLoss", logits_options, logits_forward, logits_setup)};

void nn_open_losses(lua_State *L) {
  for (size_t i = 0; i < sizeof losses / sizeof *losses; i++) nn_add_class(L, &losses[i]);
}
