/* recurrent_body.h: what one step does with one sample, for element type T. Forward turns what was given to the gates
** into the gates as they are used. */

static inline T NAME(recurrent_sigmoid)(T x) { return 1 / (1 + exp(-x)); }

/* The first 'both' numbers are a + b, the others a. */
static void NAME(recurrent_bias)(int64_t n, int64_t both, const void *a, const void *b, void *out) {
  const T *first = a, *second = b;
  T *to = out;
  for (int64_t j = 0; j < n; j++) to[j] = j < both ? first[j] + second[j] : first[j];
}

/* The part of a row of gradients that comes from outside is added. */
static void NAME(recurrent_arrive)(int64_t n, const T *restrict g, T *restrict dh) {
  if (g == NULL) return;
  for (int64_t j = 0; j < n; j++) dh[j] += g[j];
}
static T *NAME(recurrent_row)(const void *data, int64_t at) { return data == NULL ? NULL : (T *)data + at; }

/* ---- LSTM: the gates are input, forget, new, output ---------------------------------- */

static void NAME(lstm_row)(int64_t n, T *restrict gates, const T *restrict bias, const T *restrict last,
                           T *restrict cells, T *restrict out) {
#pragma omp simd
  for (int64_t j = 0; j < n; j++) {
    const T input = NAME(recurrent_sigmoid)(gates[j] + bias[j]);
    const T forget = NAME(recurrent_sigmoid)(gates[n + j] + bias[n + j]);
    const T new = tanh(gates[2 * n + j] + bias[2 * n + j]);
    const T output = NAME(recurrent_sigmoid)(gates[3 * n + j] + bias[3 * n + j]);
    const T c = forget * last[j] + input * new;
    gates[j] = input, gates[n + j] = forget, gates[2 * n + j] = new, gates[3 * n + j] = output;
    cells[j] = c;
    out[j] = output * tanh(c);
  }
}
static void NAME(lstm_forward)(const RecurrentStep *s, int64_t row) {
  const int64_t n = s->size;
  NAME(lstm_row)(n, (T *)s->gates + row * 4 * n, s->bias, (const T *)s->last_cells + row * n,
                 (T *)s->cells + row * n, (T *)s->out + row * n);
}

static void NAME(lstm_row_backward)(int64_t n, const T *restrict gates, const T *restrict cells,
                                    const T *restrict last, const T *restrict dh, T *restrict dc, T *restrict to) {
#pragma omp simd
  for (int64_t j = 0; j < n; j++) {
    const T input = gates[j], forget = gates[n + j], new = gates[2 * n + j], output = gates[3 * n + j];
    const T shown = tanh(cells[j]), d = dc[j] + dh[j] * output * (1 - shown * shown);
    to[j] = d * new * input * (1 - input);
    to[n + j] = d * last[j] * forget * (1 - forget);
    to[2 * n + j] = d * input * (1 - new * new);
    to[3 * n + j] = dh[j] * shown * output * (1 - output);
    dc[j] = d * forget;
  }
}
static void NAME(lstm_backward)(const RecurrentStep *s, int64_t row) {
  const int64_t n = s->size;
  T *dh = (T *)s->dh + row * n, *dc = (T *)s->dc + row * n;
  NAME(recurrent_arrive)(n, NAME(recurrent_row)(s->g, row * n), dh);
  NAME(recurrent_arrive)(n, NAME(recurrent_row)(s->cell_g, row * n), dc);
  NAME(lstm_row_backward)(n, (const T *)s->kept_gates + row * 4 * n, (const T *)s->kept_cells + row * n,
                          (const T *)s->last_cells + row * n, dh, dc, (T *)s->dgates + row * 4 * n);
}

/* ---- GRU: the gates are reset, keep, new; cells hold what the state gives to the new state ----------- */

static void NAME(gru_row)(int64_t n, T *restrict gates, const T *restrict bias, const T *restrict state,
                          const T *restrict state_bias, const T *restrict last, T *restrict given, T *restrict out) {
#pragma omp simd
  for (int64_t j = 0; j < n; j++) {
    const T reset = NAME(recurrent_sigmoid)(gates[j] + bias[j] + state[j]);
    const T keep = NAME(recurrent_sigmoid)(gates[n + j] + bias[n + j] + state[n + j]);
    const T to_new = state[2 * n + j] + (state_bias != NULL ? state_bias[j] : 0);
    const T new = tanh(gates[2 * n + j] + bias[2 * n + j] + reset * to_new);
    gates[j] = reset, gates[n + j] = keep, gates[2 * n + j] = new;
    given[j] = to_new;
    out[j] = new + keep * (last[j] - new);
  }
}
static void NAME(gru_forward)(const RecurrentStep *s, int64_t row) {
  const int64_t n = s->size;
  NAME(gru_row)(n, (T *)s->gates + row * 3 * n, s->bias, (const T *)s->state + row * 3 * n,
                NAME(recurrent_row)(s->state_bias, 2 * n), (const T *)s->last + row * n, (T *)s->cells + row * n,
                (T *)s->out + row * n);
}

static void NAME(gru_row_backward)(int64_t n, const T *restrict gates, const T *restrict given,
                                   const T *restrict last, T *restrict dh, T *restrict to, T *restrict to_state) {
#pragma omp simd
  for (int64_t j = 0; j < n; j++) {
    const T reset = gates[j], keep = gates[n + j], new = gates[2 * n + j], d = dh[j];
    const T dnew = d * (1 - keep) * (1 - new * new);
    to[j] = to_state[j] = dnew * given[j] * reset * (1 - reset);
    to[n + j] = to_state[n + j] = d * (last[j] - new) * keep * (1 - keep);
    to[2 * n + j] = dnew;
    to_state[2 * n + j] = dnew * reset;
    dh[j] = d * keep;
  }
}
static void NAME(gru_backward)(const RecurrentStep *s, int64_t row) {
  const int64_t n = s->size;
  T *dh = (T *)s->dh + row * n;
  NAME(recurrent_arrive)(n, NAME(recurrent_row)(s->g, row * n), dh);
  NAME(gru_row_backward)(n, (const T *)s->kept_gates + row * 3 * n, (const T *)s->kept_cells + row * n,
                         (const T *)s->last + row * n, dh, (T *)s->dgates + row * 3 * n,
                         (T *)s->dstate + row * 3 * n);
}

/* ---- plain layers: the state is the only gate ------------------------------------------ */

static void NAME(tanh_forward)(const RecurrentStep *s, int64_t row) {
  const T *bias = s->bias;
  T *out = (T *)s->out + row * s->size;
#pragma omp simd
  for (int64_t j = 0; j < s->size; j++) out[j] = tanh(out[j] + bias[j]);
}
static void NAME(relu_forward)(const RecurrentStep *s, int64_t row) {
  const T *bias = s->bias;
  T *out = (T *)s->out + row * s->size;
#pragma omp simd
  for (int64_t j = 0; j < s->size; j++) out[j] = out[j] + bias[j] < 0 ? (T)0 : out[j] + bias[j];
}

static void NAME(tanh_backward)(const RecurrentStep *s, int64_t row) {
  const int64_t n = s->size;
  const T *out = (const T *)s->kept_out + row * n;
  T *dh = (T *)s->dh + row * n, *to = (T *)s->dgates + row * n;
  NAME(recurrent_arrive)(n, NAME(recurrent_row)(s->g, row * n), dh);
  for (int64_t j = 0; j < n; j++) to[j] = dh[j] * (1 - out[j] * out[j]);
}
static void NAME(relu_backward)(const RecurrentStep *s, int64_t row) {
  const int64_t n = s->size;
  const T *out = (const T *)s->kept_out + row * n;
  T *dh = (T *)s->dh + row * n, *to = (T *)s->dgates + row * n;
  NAME(recurrent_arrive)(n, NAME(recurrent_row)(s->g, row * n), dh);
  for (int64_t j = 0; j < n; j++) to[j] = out[j] > 0 ? dh[j] : (T)0;
}
