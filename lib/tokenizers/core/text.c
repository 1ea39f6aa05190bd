/* text.c: see text.h. */
#include "tokenizers/core/text.h"

#include <stdlib.h>
#include <string.h>

void aligned_clear(AlignedText *t) { t->bytes.n = t->origin.n = 0; }

void aligned_free(AlignedText *t) {
  free(t->bytes.v);
  free(t->origin.v);
  *t = (AlignedText){0};
}

void aligned_set(Failure *f, AlignedText *t, const char *bytes, size_t n) {
  aligned_clear(t);
  RESERVE(f, &t->bytes, n + 1);
  RESERVE(f, &t->origin, n + 1);
  memcpy(t->bytes.v, bytes, n);
  for (size_t i = 0; i < n;) {
    const uint32_t size = unicode_size(bytes[i]);
    for (uint32_t k = 0; k < size && i + k < n; k++) t->origin.v[i + k] = (Span){(uint32_t)i, (uint32_t)i + size};
    i += size;
  }
  t->bytes.n = t->origin.n = n;
}

View aligned_view(const AlignedText *t, size_t start, size_t end, uint32_t origin) {
  return (View){t->bytes.v + start, t->origin.v + start, end - start, origin};
}

void aligned_copy(Failure *f, View view, AlignedText *out) {
  if (view.n == 0) return;
  RESERVE(f, &out->bytes, view.n);
  RESERVE(f, &out->origin, view.n);
  memcpy(out->bytes.v + out->bytes.n, view.bytes, view.n);
  memcpy(out->origin.v + out->origin.n, view.origin, view.n * sizeof(Span));
  out->bytes.n += view.n;
  out->origin.n += view.n;
}

void aligned_put(Failure *f, AlignedText *out, uint32_t c, Span origin) {
  RESERVE(f, &out->bytes, 4);
  RESERVE(f, &out->origin, 4);
  const unsigned size = unicode_put(out->bytes.v + out->bytes.n, c);
  for (unsigned k = 0; k < size; k++) out->origin.v[out->origin.n + k] = origin;
  out->bytes.n += size;
  out->origin.n += size;
}

void aligned_write(Failure *f, AlignedText *out, const char *bytes, size_t n, Span origin) {
  RESERVE(f, &out->bytes, n);
  RESERVE(f, &out->origin, n);
  if (n > 0) memcpy(out->bytes.v + out->bytes.n, bytes, n);
  for (size_t k = 0; k < n; k++) out->origin.v[out->origin.n + k] = origin;
  out->bytes.n += n;
  out->origin.n += n;
}

/* The place after 'n' characters from 'at' on, at most the end. */
static size_t pass_characters(View view, size_t at, size_t n) {
  for (; n > 0 && at < view.n; n--) at += unicode_size(view.bytes[at]);
  return at;
}

void aligned_change(Failure *f, View view, const Changes *changes, size_t skipped, AlignedText *out) {
  size_t at = pass_characters(view, 0, skipped);
  for (size_t i = 0; i < changes->n; i++) {
    const Change change = changes->v[i];
    Span origin = {view.start, view.start};
    if (change.change > 0) {
      if (at > 0) origin = view.origin[at - 1];
    } else {
      if (view.n > 0) origin = view.origin[at < view.n ? at : view.n - 1];
      at = pass_characters(view, at, 1 + (size_t)-change.change);
    }
    aligned_put(f, out, change.c, origin);
  }
}
