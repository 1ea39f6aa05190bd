/* cpu/tensors.c: fills and copies of whole tensors. */
#include "cpu.h"

static void copy_strip(int64_t n, char *const *p, const int64_t *stride, const void *cast) {
  (*(const CastFn *)cast)(n, p[0], stride[0], p[1], stride[1]);
}

Status cpu_copy(Tensor *to, Tensor *from) {
  Iter it;
  Tensor *operands[] = {to, from};
  iter_init(&it, 2, operands);
  iter_run(&it, copy_strip, &cpu_cast[from->dtype][to->dtype], 3);
  return interrupt_requested() ? fail(ERROR_INTERRUPT, "interrupted") : OK;
}

/* Whether all bytes of the number are 0, which those of -0.0 are not. */
static bool all_bytes_zero(const char *element, size_t bytes) {
  bool zero = true;
  for (size_t i = 0; i < bytes; i++) zero = zero && element[i] == 0;
  return zero;
}

/* Fresh memory comes page by page from the system, which takes longer than to write it. */
static Status clear_bytes(char *data, size_t bytes) {
  enum { PIECE = 1 << 22 };
  for (size_t at = 0; at < bytes; at += PIECE) {
    if (interrupt_requested()) return fail(ERROR_INTERRUPT, "interrupted");
    memset(data + at, 0, bytes - at < PIECE ? bytes - at : PIECE);
  }
  return OK;
}

Status cpu_fill(Tensor *t, Scalar value) {
  _Alignas(16) char element[ELEMENT_BYTES];
  Iter it;
  Tensor *operands[] = {t, t};
  const size_t size = tensor_itemsize(t);
  element_set((DType)t->dtype, element, value);
  if (all_bytes_zero(element, size) && tensor_is_contiguous(t))
    return clear_bytes(tensor_data(t), (size_t)t->numel * size);
  iter_init(&it, 2, operands);
  it.data[1] = element; /* read again and again */
  memset(it.stride[1], 0, sizeof it.stride[1]);
  iter_run(&it, copy_strip, &cpu_cast[t->dtype][t->dtype], 3);
  return interrupt_requested() ? fail(ERROR_INTERRUPT, "interrupted") : OK;
}
