/* cpu_multinomial.c: positions drawn by weight. */
#include <math.h>

#include "device/cpu/kernel.h"

/* One row by inversion: cumulative weights in 'sums', draws by binary search; without
** replacement the chosen weight goes to 0 and the sums are made anew. */
static Status multinomial_row(Generator *g, int64_t k, double *weight, double *sums, int64_t n, bool again,
                              int64_t *out) {
  for (int64_t s = 0; s < n; s++) {
    if (s == 0 || !again) {
      double sum = 0;
      for (int64_t i = 0; i < k; i++) {
        if (!(weight[i] >= 0 && weight[i] < INFINITY))
          return fail(ERROR_ARGUMENT, "multinomial: 'input' (argument 1): weight %g is negative or not finite",
                      shown((double)weight[i]));
        sums[i] = sum += weight[i];
      }
      if (!(sum > 0)) return fail(ERROR_ARGUMENT, "multinomial: 'input' (argument 1): too few weights above 0");
    }
    if (interrupt_requested()) return fail(ERROR_INTERRUPT, "interrupted");
    double u = (double)(int64_t)(generator_next(g) >> 11) * 0x1p-53 * sums[k - 1];
    int64_t low = 0, high = k - 1; /* the first i with sums[i] > u */
    while (low < high) {
      int64_t middle = (low + high) / 2;
      if (sums[middle] > u) high = middle;
      else low = middle + 1;
    }
    while (low > 0 && weight[low] == 0) low--;
    out[s] = low;
    if (!again) weight[low] = 0;
  }
  return OK;
}

Status KERNEL(multinomial)(Call *c) {
  const MultinomialAttrs *a = c->attrs;
  const Tensor *in = c->in[0];
  Generator *g = a->generator != NULL ? a->generator : generator_default();
  const int64_t k = in->shape[in->ndim - 1], rows = in->numel / k, size = (int64_t)tensor_itemsize(in);
  const size_t bytes = (size_t)k * 2 * sizeof(double);
  const char *from = tensor_data(in);
  int64_t *out = tensor_data(c->out[0]);
  double *weight = memory_alloc(bytes);
  if (weight == NULL) return ERROR_MEMORY;
  Status status = OK;
  for (int64_t r = 0; r < rows && status == OK; r++) {
    cpu_cast[in->dtype][DTYPE_FLOAT64](k, (char *)weight, sizeof *weight, from + r * k * size, size);
    status = multinomial_row(g, k, weight, weight + k, a->num_samples, a->replacement, out + r * a->num_samples);
  }
  memory_free(weight, bytes);
  return status;
}
