/* gather_body.h: lines of positions that move elements of the size of T; included by cpu_scatter.c. Position
** index[j] of a line addresses element index[j] · step + j · move behind its base. Where all positions of a line are
** good, the loop over them has no branch.
*/
static void NAME(gather_line)(const Lines *l, const int64_t *index, const void *in, void *out) {
  const int64_t length = l->length, step = l->step, move = l->stride[l->ndim - 1];
  const T *from = in;
  T *to = out;
  const bool good = positions_within(index, length, l->size);
  if (good && move == 0 && step == 1) {
#pragma GCC unroll 8
    for (int64_t j = 0; j < length; j++) to[j] = from[index[j]];
  } else if (good) {
#pragma GCC unroll 8
    for (int64_t j = 0; j < length; j++) to[j] = from[index[j] * step + j * move];
  } else {
    for (int64_t j = 0; j < length; j++) {
      const int64_t i = check_position(index[j], l->size, l->dim);
      if (i >= 0) to[j] = from[i * step + j * move];
    }
  }
}

/* Writes from[j], or where 'one' is true the one element at 'in', to each place. */
static void NAME(scatter_write)(const Lines *l, const int64_t *index, const void *in, bool one, void *out) {
  const int64_t length = l->length, step = l->step, move = l->stride[l->ndim - 1];
  const T *from = in, value = *from;
  T *to = out;
  if (!positions_within(index, length, l->size)) {
    for (int64_t j = 0; j < length; j++) {
      const int64_t i = check_position(index[j], l->size, l->dim);
      if (i >= 0) to[i * step + j * move] = one ? value : from[j];
    }
  } else if (one) {
#pragma GCC unroll 8
    for (int64_t j = 0; j < length; j++) to[index[j] * step + j * move] = value;
  } else {
#pragma GCC unroll 8
    for (int64_t j = 0; j < length; j++) to[index[j] * step + j * move] = from[j];
  }
}
