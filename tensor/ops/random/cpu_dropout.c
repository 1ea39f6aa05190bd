/* cpu_dropout.c: dropout, and bernoulli with a probability for each element. */
#include "cpu.h"

#define PIECE 16384 /* elements that a thread takes at a time */

#define BODY "ops/random/dropout_body.h"
#include "each_float.h"

typedef bool (*BernoulliFn)(int64_t n, const void *p, void *o);
typedef Status (*BernoulliFaultFn)(int64_t n, const void *p);
typedef void (*DropoutFn)(int64_t n, const void *x, const uint8_t *keep, double scale, void *o);
static const BernoulliFn bernoulli_compares[DTYPE_COUNT] = FLOAT_TABLE(bernoulli_compare);
static const BernoulliFaultFn bernoulli_faults[DTYPE_COUNT] = FLOAT_TABLE(bernoulli_fault);
static const DropoutFn dropout_pieces[DTYPE_COUNT] = FLOAT_TABLE(dropout_piece);

Status KERNEL(bernoulli)(Call *c) {
  const BernoulliAttrs *a = c->attrs;
  Tensor *out = c->out[0];
  TRY(KERNEL(random_uniform)(out, a->generator, 0, 1));
  const char *p = tensor_data(c->in[0]);
  char *o = tensor_data(out);
  const int64_t n = out->numel, size = (int64_t)tensor_itemsize(out);
  const BernoulliFn compare = bernoulli_compares[out->dtype];
  int wrong = 0;
#pragma omp parallel for reduction(| : wrong) if (worth_threads(n, 8))
  for (int64_t from = 0; from < n; from += PIECE)
    wrong |= !compare(n - from < PIECE ? n - from : PIECE, p + from * size, o + from * size);
  return wrong ? bernoulli_faults[out->dtype](n, p) : OK;
}

Status KERNEL(native_dropout)(Call *c) {
  const NativeDropoutAttrs *a = c->attrs;
  const Tensor *in = c->in[0];
  Tensor *mask = c->out[1];
  TRY(KERNEL(random_bernoulli)(mask, a->generator, 1 - a->p));
  const uint8_t *keep = tensor_data(mask);
  const char *x = tensor_data(in);
  char *o = tensor_data(c->out[0]);
  const int64_t n = in->numel, size = (int64_t)tensor_itemsize(in);
  const DropoutFn piece = dropout_pieces[in->dtype];
#pragma omp parallel for if (worth_threads(n, 12))
  for (int64_t from = 0; from < n; from += PIECE)
    piece(n - from < PIECE ? n - from : PIECE, x + from * size, keep + from, a->scale, o + from * size);
  return OK;
}
