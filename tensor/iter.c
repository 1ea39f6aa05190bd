/* iter.c: several operands walked together, dimension by dimension.
**
** Invariant: dimensions are in the order of operand 0 (the output), outermost first,
** sizes of 1 left out, and two neighbours are one where every operand allows it. So
** contiguous operands of one shape become one dimension.
*/
#include "internal.h"

void iter_init(Iter *it, int n, Tensor *const *operands) {
  const Tensor *out = operands[0];
  it->n_operands = n;
  it->numel = out->numel;
  it->ndim = 0;
  int64_t size[ITER_MAX_OPERANDS];
  for (int k = 0; k < n; k++) {
    size[k] = (int64_t)tensor_itemsize(operands[k]);
    it->data[k] = tensor_data(operands[k]);
  }
  for (int d = 0; d < out->ndim; d++) {
    if (out->shape[d] == 1) continue;
    int64_t stride[ITER_MAX_OPERANDS];
    for (int k = 0; k < n; k++) { /* broadcasting: missing or 1 is stride 0 */
      const Tensor *t = operands[k];
      int e = d - (out->ndim - t->ndim);
      stride[k] = e < 0 || t->shape[e] == 1 ? 0 : t->stride[e] * size[k];
    }
    int last = it->ndim - 1;
    bool merge = last >= 0;
    for (int k = 0; merge && k < n; k++)
      merge = it->stride[k][last] == stride[k] * out->shape[d];
    if (!merge) last = it->ndim++;
    for (int k = 0; k < n; k++) it->stride[k][last] = stride[k];
    it->shape[last] = merge ? it->shape[last] * out->shape[d] : out->shape[d];
  }
  if (it->ndim == 0) {
    it->ndim = 1;
    it->shape[0] = it->numel;
    for (int k = 0; k < n; k++) it->stride[k][0] = size[k];
  }
}

int64_t iter_seek(const Iter *it, int64_t at, char **pointers) {
  for (int k = 0; k < it->n_operands; k++) pointers[k] = it->data[k];
  int last = it->ndim - 1;
  int64_t inner = 0;
  for (int d = last; d >= 0; d--) {
    int64_t i = d == 0 ? at : at % it->shape[d];
    at = d == 0 ? 0 : at / it->shape[d];
    if (d == last) inner = i;
    for (int k = 0; k < it->n_operands; k++) pointers[k] += i * it->stride[k][d];
  }
  return it->shape[last] - inner;
}
