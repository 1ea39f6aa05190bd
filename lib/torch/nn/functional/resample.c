/* resample.c: the module "torch.nn.functional.resample": images resized without gradients, one edge after the
** other. Each element of the result is a weighted sum of neighbours; the neighbours and their weights are the same
** for every row, so they are computed once. The sums of bytes are those of PyTorch and Pillow: weights are integers
** of 16 bits.
*/
#include <math.h>
#include <string.h>

#include "call/mode.h"
#include "torch/nn/functional/resample.h"
#include "vm.h"

/* ---- windows ----------------------------------------------------------------------------------------------- */

static int64_t resample_inside(int64_t i, int64_t n) { return i < 0 ? 0 : i >= n ? n - 1 : i; }

/* Keys' cubic function of the distance x (1981). */
static double resample_cubic(double x, double a) {
  x = fabs(x);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? ((x - 5) * x + 8) * x * a - 4 * a : 0;
}

/* Lanczos's windowed sinc of three lobes (1988). */
static double resample_lanczos(double x) {
  const double a = acos(-1) * fabs(x);
  if (a == 0) return 1;
  return fabs(x) < 3 ? 3 * sin(a) * sin(a / 3) / (a * a) : 0;
}

/* How many elements to each side count where nothing becomes smaller. */
static int resample_reach(ResampleKind kind) { return kind == RESAMPLE_LINEAR ? 1 : kind == RESAMPLE_CUBIC ? 2 : 3; }

/* The weight of an element at a distance, where the window may grow. */
static double resample_weight(ResampleKind kind, double x) {
  switch (kind) {
    case RESAMPLE_CUBIC: return resample_cubic(x, -0.5);
    case RESAMPLE_LANCZOS: return resample_lanczos(x);
    case RESAMPLE_LINEAR: break;
  }
  return fabs(x) < 1 ? 1 - fabs(x) : 0;
}

/* Gives a neighbour its weight; those beyond the edge count as the one at the edge. */
static void resample_add(const Windows *w, int64_t i, int64_t at, double weight) {
  w->weights[i * w->width + resample_inside(at, w->from) - w->first[i]] += weight;
}

/* The neighbours where elements are read between: 2, or 4 of a cubic. */
static void resample_narrow(const Windows *w, int64_t i, double step, bool align, bool cubic) {
  double at = align ? (double)i * step : ((double)i + 0.5) * step - 0.5;
  if (!cubic && at < 0) at = 0;
  const int64_t low = (int64_t)floor(at), begin = cubic ? low - 1 : low, count = cubic ? 4 : 2;
  w->first[i] = resample_inside(begin, w->from);
  for (int64_t k = 0; k < count; k++) {
    const double distance = at - (double)(begin + k);
    const double linear = k == 0 ? 1 - distance : at - (double)begin;
    resample_add(w, i, begin + k, cubic ? resample_cubic(distance, -0.75) : linear);
  }
}

/* Where the result is smaller the window grows, so that each element counts, as in Pillow. */
static void resample_wide(const Windows *w, int64_t i, double step, ResampleKind kind) {
  const double stretch = step > 1 ? step : 1, centre = step * ((double)i + 0.5), reach = resample_reach(kind) * stretch;
  int64_t begin = (int64_t)floor(centre - reach + 0.5), end = (int64_t)floor(centre + reach + 0.5);
  if (begin < 0) begin = 0;
  if (end > w->from) end = w->from;
  if (end - begin > w->width) end = begin + w->width;
  double sum = 0;
  w->first[i] = begin;
  for (int64_t k = begin; k < end; k++) {
    const double weight = resample_weight(kind, ((double)k - centre + 0.5) / stretch);
    w->weights[i * w->width + k - begin] = weight;
    sum += weight;
  }
  for (int64_t k = 0; k < end - begin && sum != 0; k++) w->weights[i * w->width + k] /= sum;
}

/* Moves windows so that all of their width lies inside, with weights of 0 for what comes in. */
static void resample_fit(const Windows *w) {
  for (int64_t i = 0; i < w->count; i++) {
    const int64_t over = w->first[i] + w->width - w->from;
    if (over <= 0) continue;
    double *weights = w->weights + i * w->width;
    memmove(weights + over, weights, (size_t)(w->width - over) * sizeof *weights);
    memset(weights, 0, (size_t)over * sizeof *weights);
    w->first[i] -= over;
  }
}

/* The largest power of two with which all weights fit into 16 bits; each becomes a multiple of its inverse. */
static void resample_quantise(Windows *w) {
  double most = 0;
  for (int64_t i = 0; i < w->count * w->width; i++) most = w->weights[i] > most ? w->weights[i] : most;
  w->bits = 0;
  while (w->bits < 22 && floor(0.5 + most * (double)(1 << (w->bits + 1))) < 32768) w->bits++;
  const double unit = (double)(1 << w->bits);
  for (int64_t i = 0; i < w->count * w->width; i++) {
    const double x = w->weights[i] * unit;
    w->weights[i] = x < 0 ? ceil(x - 0.5) : floor(x + 0.5);
  }
}

static size_t resample_bytes(const Windows *w) {
  return (size_t)w->count * (sizeof *w->first + (size_t)w->width * sizeof *w->weights);
}

static void resample_forget(Windows *w) {
  if (w->first != NULL) memory_free(w->first, resample_bytes(w));
  w->first = NULL;
}

/* The windows of 'count' elements that are made of 'from'; scale 0: by their ratio. */
static Status resample_windows(Windows *w, int64_t from, int64_t count, const Resample *how, double scale) {
  double step = scale != 0 ? 1 / scale : (double)from / (double)count;
  if (how->align) step = count > 1 ? (double)(from - 1) / (double)(count - 1) : 0;
  const double reach = resample_reach(how->kind) * (step > 1 ? step : 1);
  const bool cubic = how->kind == RESAMPLE_CUBIC;
  int64_t width = how->antialias ? (int64_t)ceil(reach) * 2 + 1 : cubic ? 4 : 2;
  *w = (Windows){.from = from, .count = count, .width = width < from ? width : from};
  if ((w->first = memory_zalloc(resample_bytes(w))) == NULL) return ERROR_MEMORY;
  w->weights = (double *)(w->first + count);
  for (int64_t i = 0; i < count; i++) {
    if (how->antialias) resample_wide(w, i, step, how->kind);
    else resample_narrow(w, i, step, how->align, cubic);
  }
  resample_fit(w);
  if (how->dtype == DTYPE_UINT8) resample_quantise(w);
  return OK;
}

/* ---- the module ---------------------------------------------------------------------------------------------- */

static const ResampleFn *resample_kernel(DType dtype) {
  static const ResampleFn bytes = resample_uint8, single = resample_float32, twice = resample_float64;
  return dtype == DTYPE_UINT8 ? &bytes : dtype == DTYPE_FLOAT32 ? &single : dtype == DTYPE_FLOAT64 ? &twice : NULL;
}

static Status resample_run(const Tensor *x, Tensor *out, const Resample *how, double scale_y, double scale_x) {
  const int64_t *from = x->shape + x->ndim - 2, *to = out->shape + out->ndim - 2;
  Windows y = {0}, across = {0};
  Status status = resample_windows(&across, from[1], to[1], how, scale_x);
  if (status == OK) status = resample_windows(&y, from[0], to[0], how, scale_y);
  const int64_t planes = from[0] * from[1] == 0 ? 0 : x->numel / (from[0] * from[1]);
  if (status == OK) status = (*resample_kernel((DType)x->dtype))(tensor_data(x), tensor_data(out), planes, &y, &across);
  resample_forget(&y);
  resample_forget(&across);
  return status;
}

/* resample(x, out, kind, antialias, align, scale_y, scale_x): fills out (…×h×w) with x (…×H×W) resized; kind:
** "linear", "cubic" or "lanczos"; a scale of 0 is the ratio of the sizes. Both are contiguous and lie on the host.
** false: nothing was done, the dtype is another one. */
static int resample_resize(lua_State *L) {
  Tensor *x = tensor_check(L, 1, "resample", "x"), *out = tensor_check(L, 2, "resample", "out");
  static const char *const kinds[] = {"linear", "cubic", "lanczos", NULL};
  const Resample how = {.kind = (ResampleKind)luaL_checkoption(L, 3, NULL, kinds), .antialias = lua_toboolean(L, 4),
                        .align = lua_toboolean(L, 5), .dtype = (DType)x->dtype};
  const bool unseen = (call_modes & (MODE_TRACE | MODE_FUSED)) == 0;
  const bool dense = tensor_is_contiguous(x) && tensor_is_contiguous(out);
  const bool fit = unseen && dense && x->ndim >= 2 && x->ndim == out->ndim;
  if (!fit || x->dtype != out->dtype || resample_kernel(how.dtype) == NULL || x->numel == 0) {
    lua_pushboolean(L, false);
    return 1;
  }
  error_check(L, resample_run(x, out, &how, luaL_checknumber(L, 6), luaL_checknumber(L, 7)));
  lua_pushboolean(L, true);
  return 1;
}

int luaopen_torch_nn_functional_resample(lua_State *L) {
  lua_pushcfunction(L, resample_resize);
  return 1;
}
