/* autocast_function.c: functions of lib/ that autocast casts as it casts ops: what the column 'amp' is to a row, the
** table here is to them. Their inputs are cast, and autocast is off while they run. AMP_APART: only that.
*/
#include "autocast_function.h"

#include <string.h>

#include "call/autocast.h"
#include "call.h"
#include "coroutine.h"

enum { AMP_APART = AMP_BANNED + 1 };
typedef struct {
  const char *module; /* the name by which the function is required */
  uint8_t cpu, cuda;
} FunctionAmp;

/* Of the functions of lib/ on PyTorch's lists those that are not made of one op with its own entry. */
static const FunctionAmp function_amps[] = {
  {"torch.addbmm", AMP_HALF, AMP_HALF},
  {"torch.addmv", AMP_APART, AMP_HALF},
  {"torch.addr", AMP_WIDEST, AMP_HALF},
  {"torch.baddbmm", AMP_HALF, AMP_HALF},
  {"torch.cdist", AMP_FLOAT, AMP_FLOAT},
  {"torch.cholesky_inverse", AMP_FLOAT, AMP_NONE},
  {"torch.cholesky_solve", AMP_FLOAT, AMP_NONE},
  {"torch.conv_tbc", AMP_HALF, AMP_HALF},
  {"torch.cross", AMP_NONE, AMP_WIDEST},
  {"torch.dist", AMP_NONE, AMP_FLOAT},
  {"torch.fft.fft", AMP_FLOAT, AMP_NONE},
  {"torch.fft.fft2", AMP_FLOAT, AMP_NONE},
  {"torch.fft.fftn", AMP_FLOAT, AMP_NONE},
  {"torch.fft.hfft", AMP_FLOAT, AMP_NONE},
  {"torch.fft.ifft", AMP_FLOAT, AMP_NONE},
  {"torch.fft.ifft2", AMP_FLOAT, AMP_NONE},
  {"torch.fft.ifftn", AMP_FLOAT, AMP_NONE},
  {"torch.fft.ihfft", AMP_FLOAT, AMP_NONE},
  {"torch.fft.irfft", AMP_FLOAT, AMP_NONE},
  {"torch.fft.irfft2", AMP_FLOAT, AMP_NONE},
  {"torch.fft.irfftn", AMP_FLOAT, AMP_NONE},
  {"torch.fft.rfft", AMP_FLOAT, AMP_NONE},
  {"torch.fft.rfft2", AMP_FLOAT, AMP_NONE},
  {"torch.fft.rfftn", AMP_FLOAT, AMP_NONE},
  {"torch.frobenius_norm", AMP_NONE, AMP_FLOAT},
  {"torch.geqrf", AMP_FLOAT, AMP_NONE},
  {"torch.index_copy", AMP_WIDEST, AMP_NONE},
  {"torch.index_put", AMP_NONE, AMP_WIDEST},
  {"torch.inverse", AMP_FLOAT, AMP_NONE},
  {"torch.linalg.cholesky", AMP_FLOAT, AMP_NONE},
  {"torch.linalg.cholesky_ex", AMP_FLOAT, AMP_NONE},
  {"torch.linalg.cond", AMP_FLOAT, AMP_NONE},
  {"torch.linalg.eig", AMP_FLOAT, AMP_NONE},
  {"torch.linalg.eigh", AMP_FLOAT, AMP_NONE},
  {"torch.linalg.eigvals", AMP_FLOAT, AMP_NONE},
  {"torch.linalg.eigvalsh", AMP_FLOAT, AMP_NONE},
  {"torch.linalg.householder_product", AMP_FLOAT, AMP_NONE},
  {"torch.linalg.inv", AMP_FLOAT, AMP_NONE},
  {"torch.linalg.inv_ex", AMP_FLOAT, AMP_NONE},
  {"torch.linalg.lstsq", AMP_FLOAT, AMP_NONE},
  {"torch.linalg.matrix_norm", AMP_NONE, AMP_FLOAT},
  {"torch.linalg.matrix_rank", AMP_FLOAT, AMP_NONE},
  {"torch.linalg.matrix_sqrth", AMP_FLOAT, AMP_FLOAT},
  {"torch.linalg.qr", AMP_FLOAT, AMP_NONE},
  {"torch.linalg.solve", AMP_FLOAT, AMP_NONE},
  {"torch.linalg.svd", AMP_FLOAT, AMP_NONE},
  {"torch.linalg.svdvals", AMP_FLOAT, AMP_NONE},
  {"torch.linalg.tensorinv", AMP_FLOAT, AMP_NONE},
  {"torch.linalg.tensorsolve", AMP_FLOAT, AMP_NONE},
  {"torch.linalg.vecdot", AMP_HALF, AMP_HALF},
  {"torch.linalg.vector_norm", AMP_NONE, AMP_FLOAT},
  {"torch.lu", AMP_FLOAT, AMP_NONE},
  {"torch.lu_solve", AMP_FLOAT, AMP_NONE},
  {"torch.nanquantile", AMP_FLOAT, AMP_NONE},
  {"torch.native_layer_norm", AMP_NONE, AMP_FLOAT},
  {"torch.nn.functional.adaptive_avg_pool3d", AMP_FLOAT, AMP_NONE},
  {"torch.nn.functional.adaptive_max_pool3d", AMP_FLOAT, AMP_NONE},
  {"torch.nn.functional.avg_pool3d", AMP_FLOAT, AMP_NONE},
  {"torch.nn.functional.bilinear", AMP_APART, AMP_WIDEST},
  {"torch.nn.functional.conv1d", AMP_HALF, AMP_HALF},
  {"torch.nn.functional.conv3d", AMP_HALF, AMP_HALF},
  {"torch.nn.functional.conv_transpose1d", AMP_HALF, AMP_HALF},
  {"torch.nn.functional.conv_transpose2d", AMP_HALF, AMP_HALF},
  {"torch.nn.functional.conv_transpose3d", AMP_HALF, AMP_HALF},
  {"torch.nn.functional.fractional_max_pool2d", AMP_FLOAT, AMP_NONE},
  {"torch.nn.functional.fractional_max_pool3d", AMP_FLOAT, AMP_NONE},
  {"torch.nn.functional.group_norm", AMP_NONE, AMP_FLOAT},
  {"torch.nn.functional.local_response_norm", AMP_FLOAT, AMP_NONE}, /* PyTorch makes it of avg_pool3d */
  {"torch.nn.functional.max_pool3d", AMP_FLOAT, AMP_NONE},
  {"torch.nn.functional.max_unpool1d", AMP_FLOAT, AMP_NONE},
  {"torch.nn.functional.max_unpool2d", AMP_FLOAT, AMP_NONE},
  {"torch.nn.functional.max_unpool3d", AMP_FLOAT, AMP_NONE},
  {"torch.nn.functional.pdist", AMP_NONE, AMP_FLOAT},
  {"torch.nn.functional.rms_norm", AMP_NONE, AMP_FLOAT},
  {"torch.nn.functional.scaled_dot_product_attention", AMP_HALF, AMP_HALF},
  {"torch.nuclear_norm", AMP_NONE, AMP_FLOAT},
  {"torch.ormqr", AMP_FLOAT, AMP_NONE},
  {"torch.pinverse", AMP_FLOAT, AMP_NONE},
  {"torch.quantile", AMP_FLOAT, AMP_NONE},
  {"torch.renorm", AMP_NONE, AMP_FLOAT},
  {"torch.stft", AMP_FLOAT, AMP_NONE},
  {"torch.svd", AMP_FLOAT, AMP_NONE},
  {"torch.triangular_solve", AMP_FLOAT, AMP_NONE},
};

static const FunctionAmp *function_amp_of(const char *module) {
  for (size_t i = 0; i < sizeof function_amps / sizeof *function_amps; i++)
    if (strcmp(function_amps[i].module, module) == 0) return &function_amps[i];
  return NULL;
}

/* ---- the tensors among the arguments: they themselves, and those in tables -------------------------- */

/* Calls visit(tensor, data) for each. */
static void each_tensor(lua_State *L, void (*visit)(const Tensor *t, void *data), void *data) {
  const int top = lua_gettop(L);
  for (int i = 1; i <= top; i++) {
    const Tensor *t = tensor_test(L, i);
    if (t != NULL) visit(t, data);
    if (t != NULL || !lua_istable(L, i)) continue;
    for (lua_pushnil(L); lua_next(L, i); lua_pop(L, 1))
      if ((t = tensor_test(L, -1)) != NULL) visit(t, data);
  }
}

static void note_device(const Tensor *t, void *data) {
  DeviceType *type = data;
  if (*type == DEVICE_NONE) *type = autocast_device_of(t);
}

static void note_widest(const Tensor *t, void *data) {
  DType *widest = data;
  if (autocast_takes(t)) *widest = dtype_promote(*widest, (DType)t->dtype);
}

/* Pushes the value at 'index', a tensor as its cast. */
static void push_cast(lua_State *L, int index, DType goal, DType half) {
  Tensor *t = tensor_test(L, index);
  if (t == NULL || !autocast_takes(t) || t->dtype == goal) {
    lua_pushvalue(L, index);
    return;
  }
  TensorBox *box = tensor_box(L);
  error_check(L, autocast_input(t, goal, half, &box->tensor));
  tensor_account(L, box);
}

/* A table is the caller's: a copy of it takes the casts. */
static void cast_argument(lua_State *L, int index, DType goal, DType half) {
  if (!lua_istable(L, index)) push_cast(L, index, goal, half);
  else {
    lua_newtable(L);
    for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) {
      lua_pushvalue(L, -2);
      push_cast(L, lua_gettop(L) - 1, goal, half);
      lua_rawset(L, -5);
    }
    if (lua_getmetatable(L, index)) lua_setmetatable(L, -2);
  }
  lua_replace(L, index);
}

static void cast_arguments(lua_State *L, int amp, DType half) {
  DType goal = amp == AMP_FLOAT ? DTYPE_FLOAT32 : half;
  if (amp == AMP_WIDEST) each_tensor(L, note_widest, &goal);
  const int top = lua_gettop(L);
  luaL_checkstack(L, 8, "casts");
  for (int i = 1; i <= top; i++) cast_argument(L, i, goal, half);
}

/* ---- the function around one ------------------------------------------------------------------------ */

/* Upvalues: 1 the function, 2 its FunctionAmp. */
static int function_call(lua_State *L) {
  const FunctionAmp *f = lua_touserdata(L, lua_upvalueindex(2));
  DeviceType type = DEVICE_NONE;
  if (mode_is_on(MODE_AUTOCAST)) each_tensor(L, note_device, &type);
  const int amp = type == DEVICE_NONE || !autocast_state.on[type] ? AMP_NONE : type == DEVICE_CUDA ? f->cuda : f->cpu;
  if (amp != AMP_NONE && amp != AMP_APART) cast_arguments(L, amp, (DType)autocast_state.dtype[type]);
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_insert(L, 1);
  if (amp == AMP_NONE) {
    lua_call(L, lua_gettop(L) - 1, LUA_MULTRET);
    return lua_gettop(L);
  }
  mode_enter(L, &mode_class, sizeof(ModeEntry), PART_AUTOCAST, true);
  autocast_set(type, false, (DType)autocast_state.dtype[type], autocast_state.caches);
  return mode_run(L, 1);
}

void autocast_wrap(lua_State *L, const char *module) {
  const FunctionAmp *f = lua_isfunction(L, -1) ? function_amp_of(module) : NULL;
  if (f == NULL) return;
  lua_pushlightuserdata(L, (void *)f);
  lua_pushcclosure(L, function_call, 2);
}

bool autocast_is_wrap(lua_State *L, int index) { return lua_tocfunction(L, index) == function_call; }

int autocast_functions(lua_State *L) {
  static const char *const names[] = {"none", "half", "float", "widest", "banned", "apart"};
  lua_newtable(L);
  for (size_t i = 0; i < sizeof function_amps / sizeof *function_amps; i++) {
    lua_createtable(L, 0, 2);
    lua_pushstring(L, names[function_amps[i].cpu]);
    lua_setfield(L, -2, "cpu");
    lua_pushstring(L, names[function_amps[i].cuda]);
    lua_setfield(L, -2, "cuda");
    lua_setfield(L, -2, function_amps[i].module);
  }
  return 1;
}
