/* convolution.c: Conv2d, MaxPool2d, AvgPool2d: (N, C, H, W) or (C, H, W). */
#include <math.h>
#include <string.h>

#include "module.h"

static const luaL_Reg init_methods[] = {{"__init", module_init}, {NULL, NULL}};

static Ints pair_ints(const int64_t *pair) { return ints_of(2, pair); }

static void add_text(luaL_Buffer *b, const char *before, int64_t value) {
  lua_pushfstring(b->L, "%s%I", before, (lua_Integer)value);
  luaL_addvalue(b);
}

/* "3", or "(3, 2)" when they differ or 'tuple' asks for it. */
static void add_pair(luaL_Buffer *b, const char *before, const int64_t *pair, bool tuple) {
  luaL_addstring(b, before);
  if (!tuple && pair[0] == pair[1]) {
    add_text(b, "", pair[0]);
    return;
  }
  add_text(b, "(", pair[0]);
  add_text(b, ", ", pair[1]);
  luaL_addchar(b, ')');
}

static void check_least(lua_State *L, const char *who, const char *name, const int64_t *pair,
                        int64_t least) {
  if (pair[0] < least || pair[1] < least)
    luaL_error(L, "%s: '%s': expected %s, got %I and %I", who, name,
               least > 0 ? "positive sizes" : "no negative sizes", (lua_Integer)pair[0],
               (lua_Integer)pair[1]);
}

/* ---- Conv2d ------------------------------------------------------------------------------ */

typedef struct {
  Module module;
  int64_t in_channels, out_channels, kernel_size[2], stride[2], dilation[2], groups;
  int64_t padding[2]; /* before the plane */
  bool extra[2];      /* "same" with an odd sum: one more behind it */
  bool same, bias;
  int padding_mode;
  DType dtype;
} Conv2d;

enum { CONV_PADDING = 5 + 1 }; /* where setup finds the value of 'padding' */

enum { MODE_ZEROS, MODE_REFLECT, MODE_REPLICATE, MODE_CIRCULAR };
static const char *const padding_modes[] = {"zeros", "reflect", "replicate", "circular", NULL};
/** nn.Conv2d: Cross-correlation of images with out_channels filters. `weight` (out_channels ×
** in_channels/groups × kH × kW) and `bias` start uniform in ±1/√(in_channels/groups · kH · kW).
** groups must divide both numbers of channels.
** Shape: (N, in_channels, H, W) → (N, out_channels, (H + 2 padding - dilation (kernel_size - 1) -
** 1) // stride + 1, …); also without N.
** - `padding` (pair|string, 0): zeros on both sides, or "same" (stride 1) or "valid"
** - `padding_mode`: what stands around the image
** - `device` (device): where the parameters are
** Example: nn.Conv2d(1, 4, 3, {padding = 1})(torch.zeros(2, 1, 8, 8)).shape */
static const Option conv_options[] = {
    {"in_channels", OPTION_INT, offsetof(Conv2d, in_channels), true, 0, NULL},
    {"out_channels", OPTION_INT, offsetof(Conv2d, out_channels), true, 0, NULL},
    {"kernel_size", OPTION_PAIR, offsetof(Conv2d, kernel_size), true, 0, NULL},
    {"stride", OPTION_PAIR, offsetof(Conv2d, stride), false, 1, NULL},
    {"padding", OPTION_VALUE, 0, false, 0, NULL},
    {"dilation", OPTION_PAIR, offsetof(Conv2d, dilation), false, 1, NULL},
    {"groups", OPTION_INT, offsetof(Conv2d, groups), false, 1, NULL},
    {"bias", OPTION_BOOL, offsetof(Conv2d, bias), false, 1, NULL},
    {"padding_mode", OPTION_CHOICE, offsetof(Conv2d, padding_mode), false, 0, padding_modes},
    {"device", OPTION_VALUE, 0, false, 0, NULL},
    {"dtype", OPTION_DTYPE, offsetof(Conv2d, dtype), false, 0, NULL},
    {NULL}};

static void set_padding(lua_State *L, Conv2d *m) {
  static const Option pair = {"padding", OPTION_PAIR, offsetof(Conv2d, padding), false, 0, NULL};
  const char *text = lua_type(L, CONV_PADDING) == LUA_TSTRING ? lua_tostring(L, CONV_PADDING) : "";
  m->same = strcmp(text, "same") == 0;
  m->padding[0] = m->padding[1] = 0;
  m->extra[0] = m->extra[1] = false;
  if (m->same) {
    if (m->stride[0] != 1 || m->stride[1] != 1)
      luaL_error(L, "nn.Conv2d: padding = 'same' needs stride 1");
    for (int i = 0; i < 2; i++) {
      int64_t total = m->dilation[i] * (m->kernel_size[i] - 1);
      m->padding[i] = total / 2;
      m->extra[i] = total % 2 != 0;
    }
  } else if (strcmp(text, "valid") != 0 && !lua_isnil(L, CONV_PADDING)) {
    option_set(L, "nn.Conv2d", &pair, CONV_PADDING - 1, CONV_PADDING, m);
    check_least(L, "nn.Conv2d", "padding", m->padding, 0);
  }
  if (*text != '\0') {
    lua_pushvalue(L, CONV_PADDING);
  } else {
    option_push(L, &pair, m);
  }
  class_fields(L, 1);
  lua_insert(L, -2);
  lua_setfield(L, -2, "padding");
  lua_pop(L, 1);
}

static void conv_setup(lua_State *L) {
  Conv2d *m = lua_touserdata(L, 1);
  check_least(L, "nn.Conv2d", "kernel_size", m->kernel_size, 1);
  check_least(L, "nn.Conv2d", "stride", m->stride, 1);
  check_least(L, "nn.Conv2d", "dilation", m->dilation, 1);
  if (m->groups < 1 || m->in_channels % m->groups != 0 || m->out_channels % m->groups != 0)
    luaL_error(L, "nn.Conv2d: groups = %I does not divide in_channels = %I and "
               "out_channels = %I", (lua_Integer)m->groups, (lua_Integer)m->in_channels,
               (lua_Integer)m->out_channels);
  set_padding(L, m);
  DType dtype = m->dtype == DTYPE_NONE ? dtype_default() : m->dtype;
  int64_t shape[] = {m->out_channels, m->in_channels / m->groups, m->kernel_size[0],
                     m->kernel_size[1]};
  double fan_in = (double)(shape[1] * shape[2] * shape[3]);
  double bound = fan_in > 0 ? 1 / sqrt(fan_in) : 0;
  Tensor *weight = module_new_parameter(L, 1, "weight", 4, shape, dtype);
  error_check(L, fill_uniform(weight, -bound, bound));
  if (m->bias) {
    Tensor *bias = module_new_parameter(L, 1, "bias", 1, shape, dtype);
    error_check(L, fill_uniform(bias, -bound, bound));
  } else {
    lua_pushnil(L);
    module_store(L, 1, "bias", SLOT_PARAMETER);
  }
}

/* Where element 'at' of a padded dimension of 'size' comes from. */
static int64_t padding_source(int mode, int64_t at, int64_t size) {
  if (at >= 0 && at < size) return at;
  if (mode == MODE_REPLICATE) return at < 0 ? 0 : size - 1;
  if (mode == MODE_CIRCULAR) return at < 0 ? at + size : at - size;
  return at < 0 ? -at : 2 * (size - 1) - at;
}

/* 'in' with dimension 'dim' (from the end: -2, -1) grown by copies of its elements. */
static Status pad_dimension(Tensor *in, int mode, int dim, int64_t before, int64_t after,
                            Tensor **out) {
  int64_t size = in->shape[in->ndim + dim], length = before + size + after;
  int64_t most = mode == MODE_REFLECT ? size - 1 : mode == MODE_CIRCULAR ? size : INT64_MAX;
  if (before > most || after > most || size == 0)
    return fail(ERROR_ARGUMENT, "nn.Conv2d: padding %lld is too large for a dimension of size "
                "%lld under padding_mode '%s'", (long long)(before > after ? before : after),
                (long long)size, padding_modes[mode]);
  Tensor *index;
  TRY(tensor_empty_cpu(1, &length, DTYPE_INT64, &index));
  int64_t *v = tensor_data(index);
  for (int64_t i = 0; i < length; i++) v[i] = padding_source(mode, i - before, size);
  Status status = op_index_select(in, dim, index, out);
  tensor_release(index);
  return status;
}

/* The padding is made first, then nothing is left for the convolution to pad. */
static Status conv_padded(Conv2d *m, Tensor *in, Tensor *weight, Tensor *bias, Tensor **out) {
  static const int64_t none[2] = {0, 0};
  Tensor *high = NULL, *wide = NULL;
  int64_t *p = m->padding;
  Status status = pad_dimension(in, m->padding_mode, -2, p[0], p[0] + m->extra[0], &high);
  if (status == OK)
    status = pad_dimension(high, m->padding_mode, -1, p[1], p[1] + m->extra[1], &wide);
  if (status == OK)
    status = op_conv2d(wide, weight, bias, pair_ints(m->stride), pair_ints(none),
                       pair_ints(m->dilation), m->groups, out);
  tensor_release(high);
  tensor_release(wide);
  return status;
}

static Status conv_forward(Module *self, Tensor *const *in, Tensor **out) {
  Conv2d *m = (Conv2d *)self;
  const Slot *weight = module_find(self, "weight"), *bias = module_find(self, "bias");
  if (weight == NULL || weight->tensor == NULL)
    return fail(ERROR_ARGUMENT, "nn.Conv2d: it has no parameter 'weight'");
  Tensor *b = bias != NULL ? bias->tensor : NULL;
  if (m->padding_mode != MODE_ZEROS && in[0]->ndim >= 2)
    return conv_padded(m, in[0], weight->tensor, b, out);
  if (m->same)
    return op_conv2d_named(in[0], weight->tensor, b, pair_ints(m->stride), 0, pair_ints(m->dilation),
                           m->groups, out);
  return op_conv2d(in[0], weight->tensor, b, pair_ints(m->stride), pair_ints(m->padding),
                   pair_ints(m->dilation), m->groups, out);
}

static void conv_describe(luaL_Buffer *b, const Module *self) {
  const Conv2d *m = (const Conv2d *)self;
  const Slot *bias = module_find(self, "bias");
  add_text(b, "", m->in_channels);
  add_text(b, ", ", m->out_channels);
  add_pair(b, ", kernel_size=", m->kernel_size, true);
  add_pair(b, ", stride=", m->stride, true);
  if (m->same) luaL_addstring(b, ", padding=same");
  else if (m->padding[0] != 0 || m->padding[1] != 0) add_pair(b, ", padding=", m->padding, true);
  if (m->dilation[0] != 1 || m->dilation[1] != 1) add_pair(b, ", dilation=", m->dilation, true);
  if (m->groups != 1) add_text(b, ", groups=", m->groups);
  if (bias == NULL || bias->tensor == NULL) luaL_addstring(b, ", bias=false");
  if (m->padding_mode != MODE_ZEROS) {
    luaL_addstring(b, ", padding_mode=");
    luaL_addstring(b, padding_modes[m->padding_mode]);
  }
}

static const Layer conv2d = {
    .base = MODULE_BASE("nn.Conv2d", Conv2d, &module_class.base.class, init_methods, NULL),
    .options = conv_options, .setup = conv_setup, .n_inputs = 1, .n_outputs = 1,
    .forward = conv_forward, .describe = conv_describe};

/* ---- pooling --------------------------------------------------------------------------------- */

typedef struct {
  Module module;
  int64_t kernel_size[2], stride[2], padding[2], dilation[2], divisor_override;
  bool return_indices, ceil_mode, count_include_pad;
} Pool2d;

/** nn.MaxPool2d: The largest element of each window.
** Shape: (N, C, H, W) → (N, C, (H + 2 padding - dilation (kernel_size - 1) - 1) // stride + 1, …);
** also without N.
** - `stride`: kernel_size by default
** - `return_indices`: whether the positions in the image, from 1, come as a second result
** - `ceil_mode`: whether sizes are rounded up
** Example: nn.MaxPool2d(2)(torch.zeros(1, 1, 4, 4)).shape */
static const Option max_options[] = {
    {"kernel_size", OPTION_PAIR, offsetof(Pool2d, kernel_size), true, 0, NULL},
    {"stride", OPTION_PAIR, offsetof(Pool2d, stride), false, NAN, NULL},
    {"padding", OPTION_PAIR, offsetof(Pool2d, padding), false, 0, NULL},
    {"dilation", OPTION_PAIR, offsetof(Pool2d, dilation), false, 1, NULL},
    {"return_indices", OPTION_BOOL, offsetof(Pool2d, return_indices), false, 0, NULL},
    {"ceil_mode", OPTION_BOOL, offsetof(Pool2d, ceil_mode), false, 0, NULL},
    {NULL}};
/** nn.AvgPool2d: The mean of each window.
** Shape: (N, C, H, W) → (N, C, (H + 2 padding - kernel_size) // stride + 1, …); also without N.
** - `stride`: kernel_size by default
** - `ceil_mode`: whether sizes are rounded up
** - `count_include_pad`: whether the zeros around the image count
** - `divisor_override`: what the sums are divided by instead
** Example: nn.AvgPool2d(2)(torch.zeros(1, 1, 4, 4)).shape */
static const Option avg_options[] = {
    {"kernel_size", OPTION_PAIR, offsetof(Pool2d, kernel_size), true, 0, NULL},
    {"stride", OPTION_PAIR, offsetof(Pool2d, stride), false, NAN, NULL},
    {"padding", OPTION_PAIR, offsetof(Pool2d, padding), false, 0, NULL},
    {"ceil_mode", OPTION_BOOL, offsetof(Pool2d, ceil_mode), false, 0, NULL},
    {"count_include_pad", OPTION_BOOL, offsetof(Pool2d, count_include_pad), false, 1, NULL},
    {"divisor_override", OPTION_INT, offsetof(Pool2d, divisor_override), false, NAN, NULL},
    {NULL}};

static void pool_setup(lua_State *L) {
  Pool2d *m = lua_touserdata(L, 1);
  const char *who = module_layer(&m->module)->base.class.name;
  check_least(L, who, "kernel_size", m->kernel_size, 1);
  if (m->stride[0] == OPTION_NONE) memcpy(m->stride, m->kernel_size, sizeof m->stride);
  check_least(L, who, "stride", m->stride, 1);
  check_least(L, who, "padding", m->padding, 0);
}

static Status max_forward(Module *self, Tensor *const *in, Tensor **out) {
  Pool2d *m = (Pool2d *)self;
  Tensor *indices = NULL;
  TRY(op_max_pool2d(in[0], pair_ints(m->kernel_size), pair_ints(m->stride),
                    pair_ints(m->padding), pair_ints(m->dilation), m->ceil_mode, false, &out[0],
                    &indices));
  Status status = OK;
  if (m->return_indices) { /* positions count from 1 outside */
    Tensor *one = NULL;
    status = tensor_wrap_number(scalar_int(1), &one);
    if (status == OK) status = op_add(indices, one, scalar_int(1), &out[1]);
    tensor_release(one);
  }
  tensor_release(indices);
  if (status != OK) {
    tensor_release(out[0]);
    out[0] = NULL;
  }
  return status;
}

static Status avg_forward(Module *self, Tensor *const *in, Tensor **out) {
  Pool2d *m = (Pool2d *)self;
  return op_avg_pool2d(in[0], pair_ints(m->kernel_size), pair_ints(m->stride),
                       pair_ints(m->padding), m->ceil_mode, m->count_include_pad,
                       m->divisor_override, out);
}

static void avg_describe(luaL_Buffer *b, const Module *self) {
  const Pool2d *m = (const Pool2d *)self;
  add_pair(b, "kernel_size=", m->kernel_size, false);
  add_pair(b, ", stride=", m->stride, false);
  add_pair(b, ", padding=", m->padding, false);
}

static void max_describe(luaL_Buffer *b, const Module *self) {
  const Pool2d *m = (const Pool2d *)self;
  avg_describe(b, self);
  add_pair(b, ", dilation=", m->dilation, false);
  luaL_addstring(b, m->ceil_mode ? ", ceil_mode=true" : ", ceil_mode=false");
}

static const Layer max_pool2d = {
    .base = MODULE_BASE("nn.MaxPool2d", Pool2d, &module_class.base.class, init_methods, NULL),
    .options = max_options, .setup = pool_setup, .n_inputs = 1, .n_outputs = 2,
    .forward = max_forward, .describe = max_describe};
static const Layer avg_pool2d = {
    .base = MODULE_BASE("nn.AvgPool2d", Pool2d, &module_class.base.class, init_methods, NULL),
    .options = avg_options, .setup = pool_setup, .n_inputs = 1, .n_outputs = 1,
    .forward = avg_forward, .describe = avg_describe};

void nn_open_convolution(lua_State *L) {
  nn_add_class(L, &conv2d);
  nn_add_class(L, &max_pool2d);
  nn_add_class(L, &avg_pool2d);
}
