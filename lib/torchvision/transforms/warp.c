/* warp.c: the module "torchvision.transforms.warp": images read at the places of an affine map, a perspective, or a
** grid. The places of a row are computed once for all channels and all images of a batch. What lies outside is 0,
** or a fill that is mixed in at the edges.
*/
#include "torchvision/transforms/warp.h"

#include "call/mode.h"
#include "vm.h"

/* Reads the array of numbers at 'index' into 'out', at most 'most'; returns how many it has. */
static int warp_numbers(lua_State *L, int index, double *out, int most) {
  const int n = lua_istable(L, index) ? (int)lua_rawlen(L, index) : 0;
  for (int i = 0; i < n && i < most; i++) {
    lua_rawgeti(L, index, i + 1);
    out[i] = lua_tonumber(L, -1);
    lua_pop(L, 1);
  }
  return n;
}

/* What says where the places are: 6 or 8 numbers, or a tensor (1×h×w×2). */
static void warp_read_places(lua_State *L, int index, Warp *w, const Tensor *x) {
  const Tensor *grid = tensor_test(L, index);
  if (grid == NULL) {
    w->kind = warp_numbers(L, index, w->numbers, WARP_NUMBERS) == 8 ? WARP_PERSPECTIVE : WARP_AFFINE;
    return;
  }
  const DType wanted = x->dtype == DTYPE_FLOAT64 ? DTYPE_FLOAT64 : DTYPE_FLOAT32;
  if (grid->dtype != wanted || !tensor_is_contiguous(grid) || grid->numel != 2 * w->rows * w->columns)
    error_raise(L, "elastic: expected a grid (1×%I×%I×2)", (LUAI_UACINT)w->rows, (LUAI_UACINT)w->columns);
  w->kind = WARP_GRID;
  w->grid = tensor_data(grid);
}

static Status warp_run(const Tensor *x, const Tensor *out, const Warp *w) {
  const size_t row = (size_t)w->columns * sizeof(double);
  const size_t bytes = 2 * row;
  void *memory = memory_alloc(bytes > 0 ? bytes : 1);
  if (memory == NULL) return ERROR_MEMORY;
  switch (x->dtype) {
    case DTYPE_UINT8: warp_uint8(tensor_data(x), tensor_data(out), w, memory); break;
    case DTYPE_FLOAT32: warp_float32(tensor_data(x), tensor_data(out), w, memory); break;
    default: warp_float64(tensor_data(x), tensor_data(out), w, memory); break;
  }
  memory_free(memory, bytes > 0 ? bytes : 1);
  return interrupt_requested() ? fail(ERROR_INTERRUPT, "interrupted") : OK;
}

/* warp(x, out, places, bilinear, fill): fills out (n×C×h×w) with x (n×C×H×W) read at the places, which are
** the same for all n images. fill: nil, or a number for each channel. Both are contiguous, of one dtype (uint8,
** float32 or float64) and on the host. false: nothing was done, for a mode wants to see ops. */
static int warp(lua_State *L) {
  Tensor *x = tensor_check(L, 1, "warp", "x"), *out = tensor_check(L, 2, "warp", "out");
  if (x->ndim != 4 || out->ndim != 4 || x->dtype != out->dtype || !tensor_is_contiguous(x))
    return error_raise(L, "warp: expected two contiguous tensors (n×C×H×W)");
  if (call_modes & (MODE_TRACE | MODE_FUSED)) {
    lua_pushboolean(L, false);
    return 1;
  }
  Warp w = {.images = x->shape[0], .channels = x->shape[1], .height = x->shape[2], .width = x->shape[3],
            .rows = out->shape[2], .columns = out->shape[3], .bilinear = lua_toboolean(L, 4)};
  warp_read_places(L, 3, &w, x);
  if (lua_istable(L, 5)) {
    double *fill = lua_newuserdatauv(L, (size_t)(w.channels + 1) * sizeof *fill, 0);
    if (warp_numbers(L, 5, fill, (int)w.channels) != w.channels) return error_raise(L, "warp: a fill for each channel");
    w.fill = fill;
  }
  if (x->numel > 0 && out->numel > 0) error_check(L, warp_run(x, out, &w));
  lua_pushboolean(L, true);
  return 1;
}

int luaopen_torchvision_transforms_warp(lua_State *L) {
  lua_pushcfunction(L, warp);
  return 1;
}
