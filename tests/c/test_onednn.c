/* test_onednn.c: oneDNN computes convolutions of float32 where it is installed, but not in the deterministic mode, and
** products of matrices of a middle size.
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

static void test_product(void) {
  Tensor *a = numbers(2, (int64_t[]){140, 150}), *b = numbers(2, (int64_t[]){150, 160}), *product = NULL;
  Tensor *few = numbers(2, (int64_t[]){8, 8}), *little = NULL;
  const int64_t none = plans_taken();
  CHECK_OK(op_matmul(few, few, &little));
  CHECK(plans_taken() == none);
  CHECK_OK(op_matmul(a, b, &product));
  if (onednn_is_used()) CHECK(plans_taken() == none + 1);
  const float *x = tensor_data(a), *y = tensor_data(b), *z = tensor_data(product);
  for (int i = 0; i < 140; i++)
    for (int j = 0; j < 160; j++) {
      float sum = 0;
      for (int k = 0; k < 150; k++) sum += x[i * 150 + k] * y[k * 160 + j];
      if (z[i * 160 + j] != sum) CHECK(z[i * 160 + j] == sum);
    }
  Tensor *all[] = {a, b, product, few, little};
  for (int i = 0; i < 5; i++) tensor_release(all[i]);
}

int main(void) {
  test_product();
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
