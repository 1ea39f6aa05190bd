/* init.c: nn.init: parameters' first values, written in place without a gradient. The
** bounds are those of Glorot and Bengio 2010 (xavier) and He et al. 2015 (kaiming).
*/
#include <math.h>
#include <string.h>

#include "module.h"

static Status init_run(OpId op, Tensor *t, const void *attrs) {
  bool grad = grad_set_enabled(false);
  Status status = op_call_in_place(op, &t, 1, attrs);
  grad_set_enabled(grad);
  return status;
}

Status init_uniform(Tensor *t, double from, double to) {
  return init_run(OP_UNIFORM, t, &(UniformAttrs){from, to, NULL});
}
Status init_normal(Tensor *t, double mean, double std) {
  return init_run(OP_NORMAL, t, &(NormalAttrs){mean, std, NULL});
}
Status init_constant(Tensor *t, Scalar value) {
  return init_run(OP_FILL, t, &(FillAttrs){value});
}

/* ---- arguments --------------------------------------------------------------------------- */

static const char *const modes[] = {"fan_in", "fan_out", NULL};
static const char *const nonlinearities[] = {"leaky_relu", "relu", "tanh", "sigmoid", "linear",
                                             "conv2d", "selu", NULL};

typedef struct {
  double a, b;
  int mode, nonlinearity;
} Arguments;

#define TENSOR_OPTION {"tensor", OPTION_TENSOR, 0, true, 0, NULL}
#define NUMBER_OPTION(name, field, initial) \
  {name, OPTION_FLOAT, offsetof(Arguments, field), false, initial, NULL}

static Tensor *read_arguments(lua_State *L, const char *who, const Option *options,
                              Arguments *arguments) {
  options_read(L, 1, who, options, arguments);
  return tensor_check(L, 1, who, "tensor");
}

static int init_finish(lua_State *L, Status status) {
  error_check(L, status);
  lua_settop(L, 1);
  return 1;
}

/* ---- plain ones ------------------------------------------------------------------------------ */

/** nn.init.uniform_(tensor: Tensor, a: float = 0, b: float = 1) -> Tensor: Fills with numbers
** spread evenly over [a, b). As all of nn.init: in place, without a gradient; returns the tensor.
** Example: nn.init.uniform_(torch.empty(3)) */
static int uniform_(lua_State *L) {
  static const Option options[] = {TENSOR_OPTION, NUMBER_OPTION("a", a, 0),
                                   NUMBER_OPTION("b", b, 1), {NULL}};
  Arguments at;
  Tensor *t = read_arguments(L, "nn.init.uniform_", options, &at);
  return init_finish(L, init_uniform(t, at.a, at.b));
}

/** nn.init.normal_(tensor: Tensor, mean: float = 0, std: float = 1) -> Tensor: Fills from the
** normal distribution.
** Example: nn.init.normal_(torch.empty(3)) */
static int normal_(lua_State *L) {
  static const Option options[] = {TENSOR_OPTION, NUMBER_OPTION("mean", a, 0),
                                   NUMBER_OPTION("std", b, 1), {NULL}};
  Arguments at;
  Tensor *t = read_arguments(L, "nn.init.normal_", options, &at);
  return init_finish(L, init_normal(t, at.a, at.b));
}

/** nn.init.constant_(tensor: Tensor, val: float) -> Tensor: Fills with val.
** Example: nn.init.constant_(torch.empty(3), 0.3) */
static int constant_(lua_State *L) {
  static const Option options[] = {
      TENSOR_OPTION, {"val", OPTION_FLOAT, offsetof(Arguments, a), true, 0, NULL}, {NULL}};
  Arguments at;
  Tensor *t = read_arguments(L, "nn.init.constant_", options, &at);
  return init_finish(L, init_constant(t, scalar_float(at.a)));
}

/** nn.init.zeros_(tensor: Tensor) -> Tensor: Fills with 0.
** Example: nn.init.zeros_(torch.empty(3)) */
/** nn.init.ones_(tensor: Tensor) -> Tensor: Fills with 1.
** Example: nn.init.ones_(torch.empty(3)) */
static int zeros_(lua_State *L) {
  return init_finish(L, init_constant(tensor_check(L, 1, "nn.init.zeros_", "tensor"), scalar_int(0)));
}
static int ones_(lua_State *L) {
  return init_finish(L, init_constant(tensor_check(L, 1, "nn.init.ones_", "tensor"), scalar_int(1)));
}

/* ---- scaled by the fans ----------------------------------------------------------------------- */

/* How many inputs and outputs a weight of shape (out, in, …) connects. */
static void fans(lua_State *L, const char *who, const Tensor *t, double *in, double *out) {
  char text[SHAPE_TEXT];
  if (t->ndim < 2)
    error_raise(L, "%s: 'tensor' (argument 1): expected at least 2 dimensions, got %s", who,
                shape_text(text, t->ndim, t->shape));
  double field = 1;
  for (int i = 2; i < t->ndim; i++) field *= (double)t->shape[i];
  *in = field * (double)t->shape[1];
  *out = field * (double)t->shape[0];
}

static double gain_of(int nonlinearity, double slope) {
  const char *name = nonlinearities[nonlinearity];
  if (strcmp(name, "leaky_relu") == 0) return sqrt(2 / (1 + slope * slope));
  if (strcmp(name, "relu") == 0) return sqrt(2);
  if (strcmp(name, "tanh") == 0) return 5.0 / 3;
  if (strcmp(name, "selu") == 0) return 3.0 / 4;
  return 1;
}

/** nn.init.calculate_gain(nonlinearity: leaky_relu|relu|tanh|sigmoid|linear|conv2d|selu, param:
** float = 0.01) -> float: The factor by which a nonlinearity shrinks the spread of its input, to
** be undone by the weights: 1, tanh 5/3, relu √2, leaky_relu √(2 / (1 + param²)), selu 3/4.
** Example: nn.init.calculate_gain("relu") */
static int calculate_gain(lua_State *L) {
  static const Option options[] = {
      {"nonlinearity", OPTION_CHOICE, offsetof(Arguments, nonlinearity), true, 0,
       nonlinearities},
      NUMBER_OPTION("param", a, 0.01),
      {NULL}};
  Arguments at;
  options_read(L, 1, "nn.init.calculate_gain", options, &at);
  lua_pushnumber(L, gain_of(at.nonlinearity, at.a));
  return 1;
}

static double xavier_std(lua_State *L, const char *who, Tensor **t) {
  static const Option options[] = {TENSOR_OPTION, NUMBER_OPTION("gain", a, 1), {NULL}};
  Arguments at;
  double in, out;
  *t = read_arguments(L, who, options, &at);
  fans(L, who, *t, &in, &out);
  return at.a * sqrt(2 / (in + out));
}

/** nn.init.xavier_uniform_(tensor: Tensor, gain: float = 1) -> Tensor: Fills evenly over ±gain √(6
** / (fan_in + fan_out)) (Glorot and Bengio 2010). At least 2 dimensions.
** Example: nn.init.xavier_uniform_(torch.empty(3, 4)) */
/** nn.init.xavier_normal_(tensor: Tensor, gain: float = 1) -> Tensor: Fills from the normal
** distribution with deviation gain √(2 / (fan_in + fan_out)) (Glorot and Bengio 2010). At least 2
** dimensions.
** Example: nn.init.xavier_normal_(torch.empty(3, 4)) */
static int xavier_uniform_(lua_State *L) {
  Tensor *t;
  double bound = sqrt(3) * xavier_std(L, "nn.init.xavier_uniform_", &t);
  return init_finish(L, init_uniform(t, -bound, bound));
}
static int xavier_normal_(lua_State *L) {
  Tensor *t;
  double std = xavier_std(L, "nn.init.xavier_normal_", &t);
  return init_finish(L, init_normal(t, 0, std));
}

static double kaiming_std(lua_State *L, const char *who, Tensor **t) {
  static const Option options[] = {
      TENSOR_OPTION,
      NUMBER_OPTION("a", a, 0),
      {"mode", OPTION_CHOICE, offsetof(Arguments, mode), false, 0, modes},
      {"nonlinearity", OPTION_CHOICE, offsetof(Arguments, nonlinearity), false, 0,
       nonlinearities},
      {NULL}};
  Arguments at;
  double in, out;
  *t = read_arguments(L, who, options, &at);
  fans(L, who, *t, &in, &out);
  return gain_of(at.nonlinearity, at.a) / sqrt(at.mode == 0 ? in : out);
}

/** nn.init.kaiming_uniform_(tensor: Tensor, a: float = 0, mode: fan_in|fan_out = fan_in,
** nonlinearity: leaky_relu|relu|tanh|sigmoid|linear|conv2d|selu = leaky_relu) -> Tensor: Fills
** evenly over ±gain √(3 / fan), the gain that of the nonlinearity with parameter a (He et al.
** 2015). At least 2 dimensions.
** Example: nn.init.kaiming_uniform_(torch.empty(3, 4)) */
/** nn.init.kaiming_normal_(tensor: Tensor, a: float = 0, mode: fan_in|fan_out = fan_in,
** nonlinearity: leaky_relu|relu|tanh|sigmoid|linear|conv2d|selu = leaky_relu) -> Tensor: Fills
** from the normal distribution with deviation gain / √fan (He et al. 2015). At least 2 dimensions.
** Example: nn.init.kaiming_normal_(torch.empty(3, 4), {mode = "fan_out"}) */
static int kaiming_uniform_(lua_State *L) {
  Tensor *t;
  double bound = sqrt(3) * kaiming_std(L, "nn.init.kaiming_uniform_", &t);
  return init_finish(L, init_uniform(t, -bound, bound));
}
static int kaiming_normal_(lua_State *L) {
  Tensor *t;
  double std = kaiming_std(L, "nn.init.kaiming_normal_", &t);
  return init_finish(L, init_normal(t, 0, std));
}

/** torch.nn.init: First values of parameters, written in place without a gradient. */
void nn_open_init(lua_State *L) {
  static const luaL_Reg functions[] = {{"uniform_", uniform_},
                                       {"normal_", normal_},
                                       {"constant_", constant_},
                                       {"zeros_", zeros_},
                                       {"ones_", ones_},
                                       {"calculate_gain", calculate_gain},
                                       {"xavier_uniform_", xavier_uniform_},
                                       {"xavier_normal_", xavier_normal_},
                                       {"kaiming_uniform_", kaiming_uniform_},
                                       {"kaiming_normal_", kaiming_normal_},
                                       {NULL, NULL}};
  luaL_newlib(L, functions);
  lua_setfield(L, -2, "init");
}
