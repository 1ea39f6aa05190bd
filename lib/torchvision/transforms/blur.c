/* blur.c: the module "torchvision.transforms.blur": planes blurred by a row and a column of weights, beyond whose edges
** lies the mirror image. A row is blurred along itself once, and kept until no row of the result needs it.
*/
#include <string.h>

#include "core/clones.h"
#include "vm.h"

enum {
  BLOCK = 32,        /* sums that are added up together, in registers */
  MOST_WEIGHTS = 4096
};

/* One plane, and the weights: 'n' of them around the middle one. */
typedef struct {
  int64_t height, width;
  int nx, ny;
  const double *x, *y;
} Blur;

/* Where row or column i lies, in the mirror image where it is outside. */
static int64_t blur_mirrored(int64_t i, int64_t n) { return i < 0 ? -i : i >= n ? 2 * n - 2 - i : i; }

#define T uint8_t
#define A float
#define NAME(x) x##_uint8
#define FROM_SUM(x) ((uint8_t)(int)((x) + 0.5f))
#include "torchvision/transforms/blur_body.h"
#undef T
#undef A
#undef NAME
#undef FROM_SUM
#define T float
#define A float
#define NAME(x) x##_float32
#define FROM_SUM(x) (x)
#include "torchvision/transforms/blur_body.h"
#undef T
#undef A
#undef NAME
#define T double
#define A double
#define NAME(x) x##_float64
#include "torchvision/transforms/blur_body.h"

/* Reads the array of numbers at 'index' to 'out'; returns how many there are. */
static int blur_weights(lua_State *L, int index, double *out) {
  luaL_checktype(L, index, LUA_TTABLE);
  const int n = (int)lua_rawlen(L, index);
  if (n > MOST_WEIGHTS) return (int)error_raise(L, "gaussian_blur: at most %d weights along an edge", MOST_WEIGHTS);
  for (int i = 0; i < n; i++) {
    lua_rawgeti(L, index, i + 1);
    out[i] = lua_tonumber(L, -1);
    lua_pop(L, 1);
  }
  return n;
}

static Status blur_run(const Tensor *x, const Tensor *out, const Blur *b) {
  const int64_t plane = b->height * b->width;
  if (x->numel == 0) return OK;
  switch (x->dtype) {
    case DTYPE_UINT8: return blur_planes_uint8(tensor_data(x), tensor_data(out), x->numel / plane, b);
    case DTYPE_FLOAT32: return blur_planes_float32(tensor_data(x), tensor_data(out), x->numel / plane, b);
    default: return blur_planes_float64(tensor_data(x), tensor_data(out), x->numel / plane, b);
  }
}

/* blur(x, out, along, down): fills out with x (…×H×W) blurred by the weights 'along' rows and 'down' columns.
** Both are contiguous, of one shape and dtype (uint8, float32 or float64), on the host, and H and W are larger than
** half the numbers of weights. */
static int blur(lua_State *L) {
  Tensor *x = tensor_check(L, 1, "gaussian_blur", "x"), *out = tensor_check(L, 2, "gaussian_blur", "out");
  double *weights = lua_newuserdatauv(L, 2 * MOST_WEIGHTS * sizeof *weights, 0);
  Blur b = {.x = weights, .y = weights + MOST_WEIGHTS};
  b.nx = blur_weights(L, 3, weights);
  b.ny = blur_weights(L, 4, weights + MOST_WEIGHTS);
  if (x->ndim < 2 || x->dtype != out->dtype || x->numel != out->numel || !tensor_is_contiguous(x))
    return error_raise(L, "gaussian_blur: expected two contiguous tensors of one shape");
  b.height = x->shape[x->ndim - 2];
  b.width = x->shape[x->ndim - 1];
  error_check(L, blur_run(x, out, &b));
  return 0;
}

int luaopen_torchvision_transforms_blur(lua_State *L) {
  lua_pushcfunction(L, blur);
  return 1;
}
