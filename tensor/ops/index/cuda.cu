/* index/cuda.cu: elements at positions that tensors hold, triangles, sorted lines, of elements T. */
#include "ops/index/cuda.h"

/* ---- updates of memory that other threads may update at the same time ------------------------------------ */

struct PlacesAdd {
  DEVICE T join(T a, T b) const { return (T)(a + b); }
};
struct PlacesMultiply {
  DEVICE T join(T a, T b) const { return (T)(a * b); }
};

#ifdef HECATE_EMULATED
template <class Join> static inline void places_update(T *p, T v, const Join &join) { *p = join.join(*p, v); }
static inline void places_most(unsigned long long *p, unsigned long long v) { *p = v > *p ? v : *p; }
#else
/* The aligned word around an element, of 4 or 8 bytes, is exchanged when nobody else has changed it. */
template <class Join> static DEVICE void places_update(T *p, T v, const Join &join) {
  if (sizeof(T) == 8) {
    unsigned long long *word = (unsigned long long *)p, seen = *word, before;
    do {
      before = seen;
      union { unsigned long long bits; T value; } next = {0};
      next.bits = before;
      next.value = join.join(next.value, v);
      seen = atomicCAS(word, before, next.bits);
    } while (seen != before);
    return;
  }
  const unsigned within = (unsigned)((uint64_t)p & 3) / sizeof(T);
  unsigned *word = (unsigned *)((uint64_t)p & ~(uint64_t)3), seen = *word, before;
  do {
    before = seen;
    union { unsigned bits; T value[4 / (sizeof(T) > 4 ? 4 : sizeof(T))]; } next = {0};
    next.bits = before;
    next.value[within] = join.join(next.value[within], v);
    seen = atomicCAS(word, before, next.bits);
  } while (seen != before);
}
static DEVICE void places_most(unsigned long long *p, unsigned long long v) { atomicMax(p, v); }
#endif

/* ---- places ---------------------------------------------------------------------------------------------- */

/* The place of element e in 'big', or -1 where a position is out of range, which is noted. *value: where its value
** lies. */
static DEVICE int64_t places_find(const Places &p, int64_t e, int64_t *value) {
  int64_t place = 0, index_at[INDEX_TENSORS];
  *value = 0;
  for (int k = 0; k < p.n; k++) index_at[k] = 0;
  for (int d = 0; d < p.ndim; d++) {
    const int64_t at = d + 1 < p.ndim ? e % p.shape[d] : e;
    e /= p.shape[d];
    place += at * p.big_stride[d];
    *value += at * p.value_stride[d];
    for (int k = 0; k < p.n; k++) index_at[k] += at * p.index_stride[k][d];
  }
  for (int k = 0; k < p.n; k++) {
    int64_t i = p.index[k][index_at[k]];
    if (p.from_end && i < 0 && i != INT64_MIN) i += p.size[k];
    if (i < 0 || i >= p.size[k]) {
      FAULT(FAULT_POSITION);
      return -1;
    }
    place += i * p.step[k];
  }
  return place;
}

static DEVICE T places_value(const Places &p, int64_t at) {
  return p.value != 0 ? ((const T *)p.value)[at] : *(const T *)p.number;
}

KERNEL(places_read)(PARAMETER Places p) {
  for (int64_t e = THREAD; e < p.numel; e += THREADS) {
    int64_t at;
    const int64_t place = places_find(p, e, &at);
    if (place >= 0) ((T *)p.value)[e] = ((const T *)p.big)[place];
  }
}
ENTRY(places_read)

KERNEL(places_own)(PARAMETER Places p) {
  for (int64_t e = THREAD; e < p.numel; e += THREADS) {
    int64_t at;
    const int64_t place = places_find(p, e, &at);
    if (place >= 0) places_most(&p.owner[place], (unsigned long long)e + 1);
  }
}
ENTRY(places_own)

/* Of equal places the last element stays: its thread alone writes there. */
KERNEL(places_write)(PARAMETER Places p) {
  for (int64_t e = THREAD; e < p.numel; e += THREADS) {
    int64_t at;
    const int64_t place = places_find(p, e, &at);
    if (place >= 0 && (p.owner == 0 || p.owner[place] == (unsigned long long)e + 1))
      ((T *)p.big)[place] = places_value(p, at);
  }
}
ENTRY(places_write)

KERNEL(places_add)(PARAMETER Places p) {
  const T factor = *(const T *)p.factor;
  for (int64_t e = THREAD; e < p.numel; e += THREADS) {
    int64_t at;
    const int64_t place = places_find(p, e, &at);
    if (place >= 0) places_update((T *)p.big + place, (T)(factor * places_value(p, at)), PlacesAdd());
  }
}
ENTRY(places_add)

KERNEL(places_multiply)(PARAMETER Places p) {
  for (int64_t e = THREAD; e < p.numel; e += THREADS) {
    int64_t at;
    const int64_t place = places_find(p, e, &at);
    if (place >= 0) places_update((T *)p.big + place, places_value(p, at), PlacesMultiply());
  }
}
ENTRY(places_multiply)

/* ---- triangles ------------------------------------------------------------------------------------------- */

KERNEL(triangle)(PARAMETER Triangles k) {
  for (int64_t e = THREAD; e < k.numel; e += THREADS) {
    const int64_t column = e % k.width, row = e / k.width % k.height;
    /* column - row lies between -height and width, so that it can be compared with any diagonal. */
    const bool keep = k.lower ? column - row <= k.diagonal : column - row >= k.diagonal;
    ((T *)k.out)[e] = keep ? ((const T *)k.x)[e] : (T)0;
  }
}
ENTRY(triangle)

/* ---- elements that are not 0 ----------------------------------------------------------------------------- */

/* One block: each thread counts a part, then writes behind the parts before it. */
KERNEL(nonzero)(PARAMETER Found f) {
  SHARED(int64_t, count, FOUND_THREADS);
  const T *x = (const T *)f.x;
  const int64_t part = (f.n + blockDim.x - 1) / blockDim.x, from = part * threadIdx.x;
  const int64_t to = from + part < f.n ? from + part : f.n;
  int64_t mine = 0, row = 0;
  for (int64_t i = from; i < to; i++) mine += x[i] != (T)0;
  count[threadIdx.x] = mine;
  BARRIER();
  for (unsigned t = 0; t < threadIdx.x; t++) row += count[t];
  for (int64_t i = from; i < to; i++) {
    if (!(x[i] != (T)0)) continue;
    int64_t rest = i;
    for (int d = f.ndim - 1; d >= 0; d--) {
      f.out[row * f.ndim + d] = rest % f.shape[d];
      rest /= f.shape[d];
    }
    row++;
  }
}
ENTRY_TOGETHER(nonzero)

#ifdef T_IS_INTEGER
/* 'out' is zero before. */
KERNEL(one_hot)(PARAMETER Found f) {
  for (int64_t i = THREAD; i < f.n; i += THREADS) {
    const int64_t at = (int64_t)((const T *)f.x)[i];
    if (at < 0 || at >= f.classes) FAULT(FAULT_POSITION);
    else f.out[i * f.classes + at] = 1;
  }
}
ENTRY(one_hot)
#endif

/* ---- sorting: bitonic (Batcher 1968), of lines that are filled up to a power of 2 ------------------------ */

/* Whether x belongs before y. Equal ones keep their order; NaN is the largest; what fills a line up stays behind. */
static DEVICE bool sort_before(const SortLines &s, T x, int64_t x_at, T y, int64_t y_at) {
  if (x_at >= s.n || y_at >= s.n) return x_at < y_at;
  const bool x_nan = x != x, y_nan = y != y;
  if (x_nan || y_nan) {
    if (x_nan && y_nan) return x_at < y_at;
    return x_nan == (s.descending != 0);
  }
  if (x < y) return s.descending == 0;
  if (y < x) return s.descending != 0;
  return x_at < y_at;
}

static DEVICE int64_t sort_first(const SortLines &s, int64_t line, int64_t n) {
  return line / s.inner * n * s.inner + line % s.inner;
}

KERNEL(sort_begin)(PARAMETER SortLines s) {
  for (int64_t e = THREAD; e < s.lines * s.room; e += THREADS) {
    const int64_t line = e / s.room, i = e % s.room;
    ((T *)s.keys)[e] = i < s.n ? ((const T *)s.x)[sort_first(s, line, s.n) + i * s.inner] : (T)0;
    s.places[e] = i;
  }
}
ENTRY(sort_begin)

/* One step: a thread for each pair that is compared. */
KERNEL(sort_step)(PARAMETER SortLines s) {
  for (int64_t e = THREAD; e < s.lines * s.room / 2; e += THREADS) {
    const int64_t line = e / (s.room / 2), pair = e % (s.room / 2);
    const int64_t low = pair / s.distance * 2 * s.distance + pair % s.distance, high = low + s.distance;
    T *key = (T *)s.keys + line * s.room;
    int64_t *place = s.places + line * s.room;
    const T a = key[low], b = key[high];
    const int64_t a_at = place[low], b_at = place[high];
    const bool upwards = (low & s.size) == 0;
    if (sort_before(s, a, a_at, b, b_at) == upwards) continue;
    key[low] = b, key[high] = a;
    place[low] = b_at, place[high] = a_at;
  }
}
ENTRY(sort_step)

/* The place among sorted keys, which end with those that are NaN, of the wanted one. */
static DEVICE int64_t sort_place(const SortLines &s, const T *keys) {
  if (s.wanted > 0) return s.wanted - 1;
  int64_t n = s.n;
  while (n > 0 && keys[n - 1] != keys[n - 1]) n--;
  if (s.wanted == 0) return n < s.n ? s.n - 1 : (n - 1) / 2;
  return n > 0 ? (n - 1) / 2 : 0;
}

KERNEL(sort_end)(PARAMETER SortLines s) {
  for (int64_t e = THREAD; e < s.lines * s.kept; e += THREADS) {
    const int64_t line = e / s.kept, i = e % s.kept, to = sort_first(s, line, s.kept) + i * s.inner;
    const T *keys = (const T *)s.keys + line * s.room;
    const int64_t from = s.one ? sort_place(s, keys) : i;
    ((T *)s.out)[to] = keys[from];
    s.index[to] = s.places[line * s.room + from];
  }
}
ENTRY(sort_end)
