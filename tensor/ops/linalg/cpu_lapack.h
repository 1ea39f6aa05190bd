/* cpu_lapack.h: how a Fortran routine of LAPACK is called. OpenBLAS carries LAPACK; there is no header of it, so each
** routine is declared where it is used (lapack_routines.h), by the letter of its type: s, d, c and z.
*/
#ifndef HECATE_CPU_LAPACK_H
#define HECATE_CPU_LAPACK_H

#include "device/cpu/kernel.h"

/* The work space of one call: all parts in one block of memory, which is released at the end. */
typedef struct {
  char *block;
  size_t bytes, used;
} LapackRoom;

static inline size_t lapack_room_part(size_t bytes) { return (bytes + 63) / 64 * 64; }

static inline Status lapack_room_open(LapackRoom *room, size_t bytes) {
  *room = (LapackRoom){memory_zalloc(bytes + 64), bytes + 64, 0};
  return room->block != NULL ? OK : ERROR_MEMORY;
}

static inline void *lapack_room_take(LapackRoom *room, size_t bytes) {
  void *at = room->block + room->used;
  room->used += lapack_room_part(bytes);
  return at;
}

static inline void lapack_room_close(LapackRoom *room) { memory_free(room->block, room->bytes); }

/* The number of matrices in the last two dimensions, and their sizes. */
static inline int64_t lapack_batch(const Tensor *t) {
  int64_t n = 1;
  for (int d = 0; d < t->ndim - 2; d++) n *= t->shape[d];
  return n;
}
static inline int lapack_rows(const Tensor *t) { return (int)t->shape[t->ndim - 2]; }
static inline int lapack_columns(const Tensor *t) { return (int)t->shape[t->ndim - 1]; }
/* LAPACK wants leading dimensions of at least 1. */
static inline int lapack_leading(int n) { return n > 1 ? n : 1; }
static inline int lapack_least(int a, int b) { return a < b ? a : b; }

/* Whether LAPACK may follow the pivots of a symmetric factor: rows from 1 to n, and negative ones in pairs. */
static inline bool lapack_pivots_hold(const int *pivots, int n) {
  for (int i = 0; i < n; i++) {
    const bool pair = pivots[i] < 0;
    for (int k = 0; k <= pair; k++) {
      const int64_t row = i + k == n ? 0 : pair ? -(int64_t)pivots[i + k] : pivots[i];
      if (row < 1 || row > n) {
        kernel_fault("'pivots' (argument 2): expected rows from 1 to %d, negative ones in pairs, got %d", n, pivots[i]);
        return false;
      }
    }
    i += pair;
  }
  return true;
}

#endif
