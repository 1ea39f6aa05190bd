/* cpu_hash.c: the bits of the rows of a matrix, joined by exclusive or. */
#include "device/cpu/kernel.h"

Status KERNEL(native_hash_tensor)(Call *c) {
  const Tensor *in = c->in[0];
  const int64_t rows = in->shape[0], length = in->shape[1];
  const uint64_t *bits = tensor_data(in);
  uint64_t *out = tensor_data(c->out[0]);
  for (int64_t row = 0; row < rows; row++, bits += length) {
    uint64_t all = 0;
    for (int64_t i = 0; i < length; i++) all ^= bits[i];
    out[row] = all;
  }
  return OK;
}
