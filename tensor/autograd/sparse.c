/* sparse.c: gradients of a table of which few rows were read, as the positions of the rows and their gradients.
**
** Such a gradient exists in one place alone: beside the dense one of a leaf, where embedding with sparse = true puts
** it. Whoever asks for the gradient as a tensor (tensor_grad) gets it dense, so that all code that knows nothing of
** rows stays right; what knows them asks tensor_sparse_grad.
*/
#include "node.h"

void sparse_free(SparseGrad *s) {
  if (s == NULL) return;
  tensor_release(s->places);
  tensor_release(s->values);
  memory_free(s, sizeof *s);
}

Status sparse_set(Autograd *meta, Tensor *places, Tensor *values) {
  SparseGrad *s = memory_zalloc(sizeof *s);
  if (s == NULL) return ERROR_MEMORY;
  s->places = tensor_retain(places);
  s->values = tensor_retain(values);
  sparse_free(meta->sparse);
  meta->sparse = s;
  return OK;
}

Status sparse_make_dense(Tensor *t) {
  Autograd *meta = t->autograd;
  OWNED Tensor *zeros = NULL, *dense = NULL;
  SparseGrad *s = meta->sparse;
  TRY(op_new_zeros(s->values, ints_of(t->ndim, t->shape), DTYPE_NONE, &zeros));
  TRY(op_index_add(zeros, 0, s->places, s->values, scalar_int(1), &dense));
  meta->sparse = NULL;
  sparse_free(s);
  meta->grad = owned_give(&dense);
  return OK;
}

bool tensor_sparse_grad(const Tensor *t, Tensor **places, Tensor **values) {
  if (t->autograd == NULL || t->autograd->sparse == NULL) return false;
  *places = t->autograd->sparse->places;
  *values = t->autograd->sparse->values;
  return true;
}
