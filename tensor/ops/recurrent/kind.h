/* kind.h: the kinds of recurrent layers, in the order of the choices of their rows. */
#ifndef HECATE_RECURRENT_KIND_H
#define HECATE_RECURRENT_KIND_H

#include "core/internal.h"

typedef enum { RECURRENT_LSTM, RECURRENT_GRU, RECURRENT_TANH, RECURRENT_RELU } RecurrentKind;

/* Whether the state is the only gate. */
static inline bool recurrent_is_plain(RecurrentKind kind) { return kind >= RECURRENT_TANH; }
static inline int64_t recurrent_gates(RecurrentKind kind) {
  return kind == RECURRENT_LSTM ? 4 : kind == RECURRENT_GRU ? 3 : 1;
}

#endif
