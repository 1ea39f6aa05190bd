/* embedding.c: rows of a table that are scaled where they are. */
#include "core/internal.h"

Status composite_embedding_renorm(Call *c) {
  const EmbeddingRenormAttrs *a = c->attrs;
  Tensor *weight = c->in[0], *index = c->in[1];
  OWNED Tensor *rows = NULL, *norms = NULL, *most = NULL, *over = NULL, *tiny = NULL, *sum = NULL, *factor = NULL;
  OWNED Tensor *scaled = NULL, *kept = NULL;
  TRY(op_index_select(weight, 0, index, &rows));
  TRY(op_norm(rows, scalar_float(a->norm_type), (Ints){1, {1}}, true, &norms));
  TRY(tensor_wrap_number(scalar_float(scalar_to_double(a->max_norm)), &most));
  TRY(op_gt(norms, most, &over));
  TRY(tensor_wrap_number(scalar_float(1e-7), &tiny));
  TRY(op_add(norms, tiny, scalar_int(1), &sum));
  TRY(op_div(most, sum, &factor));
  TRY(op_mul(rows, factor, &scaled));
  TRY(op_where(over, scaled, rows, &kept));
  IndexPutAttrs attrs = {.dims = {1, {0}}, .accumulate = false};
  TRY(op_call_in_place(OP_INDEX_PUT, (Tensor *[]){weight, kept, index}, 3, &attrs));
  c->out[0] = tensor_retain(weight);
  return OK;
}
