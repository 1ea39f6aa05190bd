/* utils.c: nn.utils: gradient clipping, parameters as one vector. */
#include <math.h>

#include "device/device.h"
#include "module.h"

typedef struct {
  double max_norm, norm_type;
  bool error_if_nonfinite;
} Clip;

/* Makes argument 1 an array of tensors, also from one tensor; returns its length. */
static lua_Integer check_tensors(lua_State *L, const char *who) {
  if (tensor_test(L, 1) != NULL) {
    lua_createtable(L, 1, 0);
    lua_pushvalue(L, 1);
    lua_rawseti(L, -2, 1);
    lua_replace(L, 1);
  }
  if (!lua_istable(L, 1))
    error_argument(L, who, "parameters", 1, "a tensor or an array of tensors", 1);
  lua_Integer n = (lua_Integer)lua_rawlen(L, 1);
  for (lua_Integer i = 1; i <= n; i++) {
    lua_rawgeti(L, 1, i);
    char got[ERROR_TEXT];
    if (tensor_test(L, -1) == NULL)
      error_raise(L, "%s: 'parameters' (argument 1): entry %I: expected a tensor, got %s", who,
                  i, error_describe(L, -1, got));
    lua_pop(L, 1);
  }
  return n;
}

/* The tensor of entry i of the array at 1; the array keeps it alive. */
static Tensor *entry(lua_State *L, lua_Integer i) {
  lua_rawgeti(L, 1, i);
  Tensor *t = tensor_test(L, -1);
  lua_pop(L, 1);
  return t;
}

/* Σ |g|ᵖ of one gradient (max |g| for p = ∞). */
static Status gradient_power_sum(Tensor *grad, double p, double *sum) {
  Tensor *flat;
  if (!dtype_has_gradient((DType)grad->dtype))
    return fail(ERROR_ARGUMENT, "clip_grad_norm_: a gradient is no float tensor");
  if (dtype_is_complex((DType)grad->dtype)) TRY(op_abs(grad, &flat));
  else if (dtype_is_computed((DType)grad->dtype)) TRY(op_cast(grad, dtype_compute((DType)grad->dtype), &flat));
  else if (tensor_is_contiguous(grad)) flat = tensor_retain(grad); /* most are; a call would cost more than the sum */
  else TRY(op_contiguous(grad, &flat));
  Status status = device_of(flat)->power_sum(flat, p, sum);
  tensor_release(flat);
  return status;
}

static Status total_norm(lua_State *L, lua_Integer n, double p, double *norm, DType *dtype) {
  double total = 0;
  *dtype = DTYPE_NONE;
  for (lua_Integer i = 1; i <= n; i++) {
    double sum = 0;
    Tensor *grad = tensor_grad(entry(L, i));
    if (grad == NULL) continue;
    TRY(gradient_power_sum(grad, p, &sum));
    if (isinf(p)) total = sum > total || isnan(sum) ? sum : total;
    else total += sum;
    const DType real = dtype_real((DType)grad->dtype);
    *dtype = *dtype == DTYPE_NONE ? real : dtype_promote(*dtype, real);
  }
  if (*dtype == DTYPE_NONE) *dtype = dtype_default();
  *norm = isinf(p) ? total : p == 2 ? sqrt(total) : pow(total, 1 / p);
  return OK;
}

static Status scale_gradients(lua_State *L, lua_Integer n, double by) {
  Tensor *factor;
  TRY(tensor_wrap_number(scalar_float(by), &factor));
  Status status = OK;
  for (lua_Integer i = 1; i <= n && status == OK; i++) {
    Tensor *pair[] = {tensor_grad(entry(L, i)), factor};
    if (pair[0] != NULL) status = op_call_in_place(OP_MUL, pair, 2, NULL);
  }
  tensor_release(factor);
  return status;
}

/** nn.utils.clip_grad_norm_(parameters: Tensor|Tensor[], max_norm: float, norm_type: float = 2,
** error_if_nonfinite: bool = false) -> Tensor: Scales the gradients so that their joint norm is at
** most max_norm; returns what it was, before. norm_type may be math.huge.
** Example: nn.utils.clip_grad_norm_(nn.Linear(2, 1):parameters(), 1.0) */
static int clip_grad_norm_(lua_State *L) {
  static const Option options[] = {
      {"parameters", OPTION_VALUE, 0, true, 0, NULL},
      {"max_norm", OPTION_FLOAT, offsetof(Clip, max_norm), true, 0, NULL},
      {"norm_type", OPTION_FLOAT, offsetof(Clip, norm_type), false, 2, NULL},
      {"error_if_nonfinite", OPTION_BOOL, offsetof(Clip, error_if_nonfinite), false, 0, NULL},
      {NULL}};
  Clip clip;
  double norm = 0;
  DType dtype;
  options_read(L, 1, "clip_grad_norm_", options, &clip);
  lua_Integer n = check_tensors(L, "clip_grad_norm_");
  error_check(L, total_norm(L, n, clip.norm_type, &norm, &dtype));
  if (clip.error_if_nonfinite && !isfinite(norm))
    return error_raise(L, "clip_grad_norm_: the norm of the gradients is %f", shown(norm));
  TensorBox *box = tensor_box(L);
  Device device = {DEVICE_CPU, 0};
  for (lua_Integer i = n; i >= 1; i--)
    if (tensor_grad(entry(L, i)) != NULL) device = tensor_device(tensor_grad(entry(L, i)));
  error_check(L, tensor_empty("clip_grad_norm_", 0, NULL, dtype, device, &box->tensor));
  FillAttrs value = {scalar_float(norm)};
  error_check(L, op_call_in_place(OP_FILL, &box->tensor, 1, &value));
  double by = clip.max_norm / (norm + 1e-6);
  if (by < 1 || isnan(by)) {
    bool grad = grad_set_enabled(false);
    Status status = scale_gradients(L, n, by);
    grad_set_enabled(grad);
    error_check(L, status);
  }
  tensor_account(L, box);
  return 1;
}

/** nn.utils.clip_grad_value_(parameters: Tensor|Tensor[], clip_value: float): Brings every element
** of the gradients into [-clip_value, clip_value].
** Example: nn.utils.clip_grad_value_(nn.Linear(2, 1):parameters(), 0.5) */
static int clip_grad_value_(lua_State *L) {
  static const Option options[] = {{"parameters", OPTION_VALUE, 0, true, 0, NULL},
                                   {"clip_value", OPTION_FLOAT, 0, true, 0, NULL},
                                   {NULL}};
  double value;
  options_read(L, 1, "clip_grad_value_", options, &value);
  lua_Integer n = check_tensors(L, "clip_grad_value_");
  ClampAttrs limits = {{true, scalar_float(-value)}, {true, scalar_float(value)}};
  bool grad = grad_set_enabled(false);
  Status status = OK;
  for (lua_Integer i = 1; i <= n && status == OK; i++) {
    Tensor *g = tensor_grad(entry(L, i));
    if (g != NULL) status = op_call_in_place(OP_CLAMP, &g, 1, &limits);
  }
  grad_set_enabled(grad);
  error_check(L, status);
  return 0;
}

/** torch.nn.utils: What is done to the gradients of parameters. */
void nn_open_utils(lua_State *L) {
  static const luaL_Reg functions[] = {{"clip_grad_norm_", clip_grad_norm_},
                                       {"clip_grad_value_", clip_grad_value_},
                                       {NULL, NULL}};
  luaL_newlib(L, functions);
  lua_setfield(L, -2, "utils");
}
