/* layers.c: linear layers, activations, dropout and shapes. */
#include <math.h>

#include "module.h"

#define LAYER(var, title, type, option_list, ...)                                       \
  static const Layer var = {                                                            \
      .base = MODULE_BASE("nn." title, type, &module_class.base.class, init_methods, NULL), \
      .options = option_list, .n_inputs = 1, .n_outputs = 1, __VA_ARGS__}

static const luaL_Reg init_methods[] = {{"__init", module_init}, {NULL, NULL}};

static const char *truth(bool on) { return on ? "true" : "false"; }

static void add_format(luaL_Buffer *b, const char *format, ...) {
  va_list args;
  va_start(args, format);
  lua_pushvfstring(b->L, format, args);
  va_end(args);
  luaL_addvalue(b);
}

/* ---- Linear: y = x Wᵀ + b -------------------------------------------------------------- */

typedef struct {
  Module module;
  int64_t in_features, out_features;
  bool bias;
  DType dtype;
} Linear;

/** nn.Linear: y = x Wᵀ + b. `weight` (out_features × in_features) and `bias` (out_features) start
** uniform in ±1/√in_features.
** Shape: (…, in_features) → (…, out_features).
** Example: nn.Linear(3, 2)(torch.ones(4, 3)).shape */
static const Option linear_options[] = {
    {"in_features", OPTION_INT, offsetof(Linear, in_features), true, 0, NULL},
    {"out_features", OPTION_INT, offsetof(Linear, out_features), true, 0, NULL},
    {"bias", OPTION_BOOL, offsetof(Linear, bias), false, 1, NULL},
    {"device", OPTION_VALUE, 0, false, 0, NULL},
    {"dtype", OPTION_DTYPE, offsetof(Linear, dtype), false, 0, NULL},
    {NULL}};

static void linear_setup(lua_State *L) {
  Linear *m = lua_touserdata(L, 1);
  if (m->in_features < 0 || m->out_features < 0)
    luaL_error(L, "nn.Linear: sizes cannot be negative: in_features = %I, out_features = %I",
               (lua_Integer)m->in_features, (lua_Integer)m->out_features);
  DType dtype = m->dtype == DTYPE_NONE ? dtype_default() : m->dtype;
  int64_t shape[] = {m->out_features, m->in_features};
  double bound = m->in_features > 0 ? 1 / sqrt((double)m->in_features) : 0;
  Tensor *weight = module_new_parameter(L, 1, "weight", 2, shape, dtype);
  error_check(L, fill_uniform(weight, -bound, bound));
  if (m->bias) {
    Tensor *bias = module_new_parameter(L, 1, "bias", 1, shape, dtype);
    error_check(L, fill_uniform(bias, -bound, bound));
  } else {
    lua_pushnil(L);
    module_store(L, 1, "bias", SLOT_PARAMETER);
  }
}

/* The tensor of a parameter, NULL when it is registered as nil or was replaced. */
static Tensor *part(const Module *m, const char *name) {
  const Slot *slot = module_find(m, name);
  return slot != NULL ? slot->tensor : NULL;
}

static Status linear_forward(Module *self, Tensor *const *in, Tensor **out) {
  Tensor *weight = part(self, "weight");
  if (weight == NULL) return fail(ERROR_ARGUMENT, "nn.Linear: it has no parameter 'weight'");
  return op_linear(in[0], weight, part(self, "bias"), out);
}

static void linear_describe(luaL_Buffer *b, const Module *self) {
  const Linear *m = (const Linear *)self;
  add_format(b, "in_features=%I, out_features=%I, bias=%s", (lua_Integer)m->in_features,
             (lua_Integer)m->out_features, truth(part(self, "bias") != NULL));
}

LAYER(linear, "Linear", Linear, linear_options, .setup = linear_setup,
      .forward = linear_forward, .describe = linear_describe);

/* ---- activations ---------------------------------------------------------------------------- */

typedef struct {
  Module module;
  bool inplace;
} Activation;

static const Option inplace_options[] = {
    {"inplace", OPTION_BOOL, offsetof(Activation, inplace), false, 0, NULL}, {NULL}};
static const Option no_options[] = {{NULL}};

static void relu_describe(luaL_Buffer *b, const Module *self) {
  if (((const Activation *)self)->inplace) luaL_addstring(b, "inplace=true");
}
static Status tanh_forward(Module *self, Tensor *const *in, Tensor **out) {
  (void)self;
  return op_tanh(in[0], out);
}
static Status sigmoid_forward(Module *self, Tensor *const *in, Tensor **out) {
  (void)self;
  return op_sigmoid(in[0], out);
}
static Status identity_forward(Module *self, Tensor *const *in, Tensor **out) {
  (void)self;
  *out = tensor_retain(in[0]);
  return OK;
}

/* nn.Identity takes any arguments and ignores them. */
static int identity_init(lua_State *L) {
  module_check(L, 1, "__init");
  return 0;
}
static const luaL_Reg identity_methods[] = {{"__init", identity_init}, {NULL, NULL}};

/** nn.ReLU: max(0, x), element by element.
** Example: nn.ReLU()(torch.tensor({-1.0, 2.0})) */
/** nn.Tanh: The hyperbolic tangent, element by element.
** Example: nn.Tanh()(torch.zeros(2)) */
/** nn.Sigmoid: 1 / (1 + exp(-x)), element by element.
** Example: nn.Sigmoid()(torch.zeros(2)) */
/** nn.Identity(...: any): Returns its input; takes any arguments and ignores them.
** Example: nn.Identity()(torch.ones(2)) */
/** nn.SiLU: x sigmoid(x), element by element (Elfwing, Uchibe and Doya 2018).
** Example: nn.SiLU()(torch.ones(2)) */
/** nn.LeakyReLU: x where it is positive, else negative_slope x.
** Example: nn.LeakyReLU(0.1)(torch.tensor({-1.0, 2.0})) */
/** nn.ELU: x where it is positive, else alpha (exp(x) - 1) (Clevert, Unterthiner and Hochreiter 2016).
** Example: nn.ELU()(torch.tensor({-1.0, 2.0})) */
LAYER(tanh_layer, "Tanh", Module, no_options, .forward = tanh_forward);
LAYER(sigmoid, "Sigmoid", Module, no_options, .forward = sigmoid_forward);
static const Layer identity = {
    .base = MODULE_BASE("nn.Identity", Module, &module_class.base.class, identity_methods, NULL),
    .n_inputs = 1, .n_outputs = 1, .forward = identity_forward};

typedef struct {
  Module module;
  int approximate;
} Gelu;

static const char *const approximations[] = {"none", "tanh", NULL};
static const Option gelu_options[] = {{"approximate", OPTION_CHOICE,
                                       offsetof(Gelu, approximate), false, 0, approximations},
                                      {NULL}};

static Status gelu_forward(Module *self, Tensor *const *in, Tensor **out) {
  return op_gelu(in[0], ((Gelu *)self)->approximate, out);
}
static void gelu_describe(luaL_Buffer *b, const Module *self) {
  add_format(b, "approximate='%s'", approximations[((const Gelu *)self)->approximate]);
}

/** nn.GELU: x Φ(x), Φ the normal distribution, or with approximate = "tanh" 0.5 x (1 + tanh(√(2/π)
** (x + 0.044715 x³))) (Hendrycks and Gimpel 2016).
** Example: nn.GELU()(torch.ones(2)) */
LAYER(gelu, "GELU", Gelu, gelu_options, .forward = gelu_forward, .describe = gelu_describe);

typedef struct {
  Module module;
  double slope; /* of LeakyReLU; alpha of ELU */
  bool inplace;
} Sloped;

static const Option leaky_options[] = {
    {"negative_slope", OPTION_FLOAT, offsetof(Sloped, slope), false, 0.01, NULL},
    {"inplace", OPTION_BOOL, offsetof(Sloped, inplace), false, 0, NULL},
    {NULL}};
static const Option elu_options[] = {
    {"alpha", OPTION_FLOAT, offsetof(Sloped, slope), false, 1, NULL},
    {"inplace", OPTION_BOOL, offsetof(Sloped, inplace), false, 0, NULL},
    {NULL}};

/* The op, or its form in place. */
static Status run_op(OpId op, Tensor *const *in, const void *attrs, bool inplace, Tensor **out) {
  if (!inplace) return op_call(op, in, 1, attrs, out);
  TRY(op_call_in_place(op, in, 1, attrs));
  *out = tensor_retain(in[0]);
  return OK;
}
static Status relu_forward(Module *self, Tensor *const *in, Tensor **out) {
  return run_op(OP_RELU, in, NULL, ((Activation *)self)->inplace, out);
}
static Status silu_forward(Module *self, Tensor *const *in, Tensor **out) {
  return run_op(OP_SILU, in, NULL, ((Activation *)self)->inplace, out);
}
static Status leaky_forward(Module *self, Tensor *const *in, Tensor **out) {
  Sloped *m = (Sloped *)self;
  return run_op(OP_LEAKY_RELU, in, &(LeakyReluAttrs){m->slope}, m->inplace, out);
}
static Status elu_forward(Module *self, Tensor *const *in, Tensor **out) {
  Sloped *m = (Sloped *)self;
  return run_op(OP_ELU, in, &(EluAttrs){m->slope}, m->inplace, out);
}
static void sloped_describe(luaL_Buffer *b, const Module *self) {
  const Sloped *m = (const Sloped *)self;
  add_format(b, "%s=", module_layer(self)->options[0].name);
  options_add_number(b, m->slope);
  if (m->inplace) luaL_addstring(b, ", inplace=true");
}

LAYER(relu, "ReLU", Activation, inplace_options, .forward = relu_forward,
      .describe = relu_describe);
LAYER(silu, "SiLU", Activation, inplace_options, .forward = silu_forward, .describe = relu_describe);
LAYER(leaky_relu, "LeakyReLU", Sloped, leaky_options, .forward = leaky_forward, .describe = sloped_describe);
LAYER(elu, "ELU", Sloped, elu_options, .forward = elu_forward, .describe = sloped_describe);

/* ---- softmax ------------------------------------------------------------------------------------ */

typedef struct {
  Module module;
  int64_t dim;
} Softmax;

static const Option softmax_options[] = {
    {"dim", OPTION_DIM, offsetof(Softmax, dim), false, NAN, NULL}, {NULL}};

/* Without dim: 0 for 0, 1 or 3 dimensions, else 1 (counted from 0), as PyTorch has it. */
static int64_t softmax_dim(const Module *self, const Tensor *in) {
  int64_t dim = ((const Softmax *)self)->dim;
  if (dim != OPTION_NONE) return dim;
  return in->ndim == 0 || in->ndim == 1 || in->ndim == 3 ? 0 : 1;
}
static Status softmax_forward(Module *self, Tensor *const *in, Tensor **out) {
  return op_softmax(in[0], softmax_dim(self, in[0]), DTYPE_NONE, out);
}
static Status log_softmax_forward(Module *self, Tensor *const *in, Tensor **out) {
  return op_log_softmax(in[0], softmax_dim(self, in[0]), DTYPE_NONE, out);
}
static void softmax_describe(luaL_Buffer *b, const Module *self) {
  int64_t dim = ((const Softmax *)self)->dim;
  if (dim == OPTION_NONE) luaL_addstring(b, "dim=nil");
  else add_format(b, "dim=%I", (lua_Integer)(dim + (dim >= 0)));
}

/** nn.Softmax: exp(x) / Σ exp(x) along dim.
** - `dim`: the dimension that sums to 1
** Example: nn.Softmax(2)(torch.zeros(1, 4)) */
/** nn.LogSoftmax: x - log Σ exp(x) along dim.
** - `dim`: the dimension that is normalised
** Example: nn.LogSoftmax(2)(torch.zeros(1, 4)) */
LAYER(softmax, "Softmax", Softmax, softmax_options, .forward = softmax_forward,
      .describe = softmax_describe);
LAYER(log_softmax, "LogSoftmax", Softmax, softmax_options, .forward = log_softmax_forward,
      .describe = softmax_describe);

/* ---- Dropout --------------------------------------------------------------------------------------- */

typedef struct {
  Module module;
  double p;
  bool inplace;
} Dropout;

static const Option dropout_options[] = {
    {"p", OPTION_FLOAT, offsetof(Dropout, p), false, 0.5, NULL},
    {"inplace", OPTION_BOOL, offsetof(Dropout, inplace), false, 0, NULL},
    {NULL}};

static void dropout_setup(lua_State *L) {
  Dropout *m = lua_touserdata(L, 1);
  if (!(m->p >= 0 && m->p <= 1))
    luaL_error(L, "nn.Dropout: 'p' (argument 1): expected a probability from 0 to 1, got %f",
               m->p);
}
static Status dropout_forward(Module *self, Tensor *const *in, Tensor **out) {
  Dropout *m = (Dropout *)self;
  TRY(op_dropout(in[0], m->p, !self->evaluating, out));
  if (!m->inplace || self->evaluating) return OK;
  Tensor *pair[] = {in[0], *out};
  Status status = op_call_in_place(OP_COPY, pair, 2, NULL);
  tensor_release(*out);
  *out = status == OK ? tensor_retain(in[0]) : NULL;
  return status;
}
static void dropout_describe(luaL_Buffer *b, const Module *self) {
  const Dropout *m = (const Dropout *)self;
  luaL_addstring(b, "p=");
  options_add_number(b, m->p);
  add_format(b, ", inplace=%s", truth(m->inplace));
}

/** nn.Dropout: In training sets each element to 0 with probability p and divides the others by 1 -
** p; in evaluation the identity (Srivastava et al. 2014).
** Example: nn.Dropout(0.5):eval()(torch.ones(2)) */
LAYER(dropout, "Dropout", Dropout, dropout_options, .setup = dropout_setup,
      .forward = dropout_forward, .describe = dropout_describe);

/* ---- Flatten ------------------------------------------------------------------------------------------ */

typedef struct {
  Module module;
  int64_t start_dim, end_dim;
} Flatten;

static const Option flatten_options[] = {
    {"start_dim", OPTION_DIM, offsetof(Flatten, start_dim), false, 1, NULL},
    {"end_dim", OPTION_DIM, offsetof(Flatten, end_dim), false, -1, NULL},
    {NULL}};

static Status flatten_forward(Module *self, Tensor *const *in, Tensor **out) {
  Flatten *m = (Flatten *)self;
  return op_flatten(in[0], m->start_dim, m->end_dim, out);
}
static void flatten_describe(luaL_Buffer *b, const Module *self) {
  const Flatten *m = (const Flatten *)self;
  add_format(b, "start_dim=%I, end_dim=%I", (lua_Integer)(m->start_dim + (m->start_dim >= 0)),
             (lua_Integer)(m->end_dim + (m->end_dim >= 0)));
}

/** nn.Flatten: Dimensions start_dim to end_dim made one; by default all but the batch's.
** Example: nn.Flatten()(torch.zeros(2, 3, 4)).shape */
LAYER(flatten, "Flatten", Flatten, flatten_options, .forward = flatten_forward,
      .describe = flatten_describe);

void nn_open_layers(lua_State *L) {
  static const Layer *const all[] = {&linear,   &relu,    &tanh_layer,  &sigmoid, &identity,
                                     &gelu,     &silu,    &leaky_relu,  &elu,     &softmax,
                                     &log_softmax, &dropout, &flatten};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) nn_add_class(L, all[i]);
}
