/* polyphase_body.h: a line at another rate; of numbers of type T. */

/* Σ w x of n terms, in 8 lanes. */
static inline T NAME(polyphase_product)(int64_t n, const T *restrict w, const T *restrict x) {
  T lanes[8] = {0}, rest = 0;
  int64_t k = 0;
  for (; k + 8 <= n; k += 8)
    for (int i = 0; i < 8; i++) lanes[i] += w[k + i] * x[k + i];
  for (; k < n; k++) rest += w[k] * x[k];
  return (((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) + ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]))) + rest;
}

/* Where the taps of result 'at' begin: at number 'first' of the line, of which those from 'from' to 'to' are inside. */
static inline void NAME(polyphase_place)(const Polyphase *p, int64_t length, int64_t frame, int64_t phase,
                                         int64_t *first, int64_t *from, int64_t *to) {
  *first = frame * p->stride + phase * p->stride / p->phases - p->taps / 2 + 1;
  *from = *first < 0 ? -*first : 0;
  *to = *first + p->taps > length ? length - *first : p->taps;
  if (*from > p->taps) *from = p->taps;
  if (*to < *from) *to = *from;
}

/* Frames from 'begin' to 'end', a result of each phase. */
static void NAME(polyphase_frames)(const Polyphase *p, int64_t begin, int64_t end, const void *in, const void *weight,
                                   void *out) {
  const T *x = in;
  T *y = out;
  for (int64_t frame = begin; frame < end; frame++) {
    int64_t at = frame * p->phases;
    for (int64_t phase = 0; phase < p->phases && at < p->out_length; phase++, at++) {
      int64_t first, from, to;
      NAME(polyphase_place)(p, p->in_length, frame, phase, &first, &from, &to);
      y[at] = NAME(polyphase_product)(to - from, (const T *)weight + phase * p->taps + from, x + first + from);
    }
  }
}

static void NAME(polyphase_adjoint_line)(const Polyphase *p, const void *in, const void *weight, void *out) {
  const T *g = in;
  T *restrict y = out;
  for (int64_t t = 0; t < p->out_length; t++) y[t] = 0;
  for (int64_t frame = 0, at = 0; at < p->in_length; frame++) {
    if (frame % 4096 == 0 && interrupt_requested()) return;
    for (int64_t phase = 0; phase < p->phases && at < p->in_length; phase++, at++) {
      int64_t first, from, to;
      NAME(polyphase_place)(p, p->out_length, frame, phase, &first, &from, &to);
      const T *restrict w = (const T *)weight + phase * p->taps;
      for (int64_t k = from; k < to; k++) y[first + k] += w[k] * g[at];
    }
  }
}
