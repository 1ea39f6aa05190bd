/* test_onednn.c: oneDNN computes convolutions of float32 where it is installed, but not in the deterministic mode, and
** a plan that was made once serves all calls of its shape.
*/
#include <dlfcn.h>
#include <stdlib.h>

#include "call/deterministic.h"
#include "check.h"

/* Of tensor/device/cpu/onednn.c; not there in builds without oneDNN. */
extern int64_t onednn_plans_taken __attribute__((weak));

static bool onednn_is_used(void) {
#if defined(__x86_64__)
  const char *asked = getenv("HECATE_CPU");
  __builtin_cpu_init();
  return &onednn_plans_taken != NULL && __builtin_cpu_supports("avx2") &&
         (asked == NULL || strcmp(asked, "base") != 0) && dlopen("libdnnl.so.2", RTLD_NOW | RTLD_LOCAL) != NULL;
#else
  return false;
#endif
}

static int64_t plans_taken(void) { return &onednn_plans_taken != NULL ? onednn_plans_taken : 0; }

static Tensor *numbers(int ndim, const int64_t *shape) {
  Tensor *t = NULL;
  CHECK_OK(tensor_empty_cpu(ndim, shape, DTYPE_FLOAT32, &t));
  float *x = tensor_data(t);
  for (int64_t i = 0; i < t->numel; i++) x[i] = (float)(i % 7 - 3);
  return t;
}

static Tensor *convolve(Tensor *x, Tensor *w) {
  const Ints one = {1, {1}};
  Tensor *out = NULL;
  CHECK_OK(op_conv2d(x, w, NULL, one, one, one, 1, &out));
  return out;
}

int main(void) {
  Tensor *x = numbers(4, (int64_t[]){2, 32, 12, 12}), *w = numbers(4, (int64_t[]){32, 32, 3, 3});
  Tensor *small = numbers(4, (int64_t[]){1, 17, 3, 3}), *few = numbers(4, (int64_t[]){2, 17, 3, 3});
  const int64_t none = plans_taken();
  tensor_release(convolve(small, few)); /* too little work */
  CHECK(plans_taken() == none);
  Tensor *fast = convolve(x, w);
  if (onednn_is_used()) CHECK(plans_taken() == none + 1);
  const int64_t one = plans_taken();
  deterministic_set(true);
  Tensor *plain = convolve(x, w);
  deterministic_set(false);
  CHECK(plans_taken() == one);
  const float *a = tensor_data(fast), *b = tensor_data(plain);
  for (int64_t i = 0; i < plain->numel; i++) CHECK(a[i] == b[i]); /* small whole numbers have no rounding */
  Tensor *all[] = {x, w, small, few, fast, plain};
  for (int i = 0; i < 6; i++) tensor_release(all[i]);
  return check_result();
}
