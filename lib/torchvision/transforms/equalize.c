/* equalize.c: the module "torchvision.transforms.equalize": bytes replaced so that all are about equally frequent. */
#include <string.h>

#include "call/mode.h"
#include "vm.h"

enum { BYTES = 256 };

/* By which byte each byte is replaced, as Pillow does it: the bytes below it, all but those of the greatest value, are
** divided into 255 equal steps. False: there are too few of them, and all bytes stay. */
static bool equalize_shares(const uint8_t *plane, int64_t n, uint8_t *shares) {
  int64_t counts[BYTES] = {0};
  for (int64_t i = 0; i < n; i++) counts[plane[i]]++;
  int last = BYTES - 1;
  while (last > 0 && counts[last] == 0) last--;
  const int64_t step = (n - counts[last]) / (BYTES - 1);
  if (step == 0) return false;
  int64_t sum = step / 2;
  for (int i = 0; i < BYTES; i++) {
    const int64_t share = sum / step;
    shares[i] = (uint8_t)(i == 0 ? 0 : share < BYTES ? share : BYTES - 1);
    sum += counts[i];
  }
  return true;
}

static void equalize_plane(const uint8_t *in, uint8_t *out, int64_t n) {
  uint8_t shares[BYTES];
  if (!equalize_shares(in, n, shares)) {
    memcpy(out, in, (size_t)n);
    return;
  }
  for (int64_t i = 0; i < n; i++) out[i] = shares[in[i]];
}

/* equalize(x, out): fills out with x (…×H×W) equalized. Both are contiguous, of uint8, of one shape, on the host.
** false: nothing was done, for a mode wants to see ops. */
static int equalize(lua_State *L) {
  const Tensor *x = tensor_check(L, 1, "equalize", "x"), *out = tensor_check(L, 2, "equalize", "out");
  if (x->ndim < 2 || x->dtype != DTYPE_UINT8 || out->dtype != DTYPE_UINT8 || x->numel != out->numel ||
      !tensor_is_contiguous(x) || !tensor_is_contiguous(out))
    return error_raise(L, "equalize: expected two contiguous tensors of uint8 of one shape");
  const bool unseen = (call_modes & (MODE_TRACE | MODE_FUSED)) == 0;
  const int64_t plane = x->shape[x->ndim - 2] * x->shape[x->ndim - 1];
  const uint8_t *from = tensor_data(x);
  uint8_t *to = tensor_data(out);
  for (int64_t i = 0; unseen && i < x->numel; i += plane) {
    equalize_plane(from + i, to + i, plane);
    if (interrupt_requested()) error_check(L, fail(ERROR_INTERRUPT, "interrupted"));
  }
  lua_pushboolean(L, unseen);
  return 1;
}

int luaopen_torchvision_transforms_equalize(lua_State *L) {
  lua_pushcfunction(L, equalize);
  return 1;
}
