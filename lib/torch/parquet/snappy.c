/* snappy.c: unpacks blocks of Snappy: the length, then pieces, each bytes as they are or a copy of earlier ones. */
#include <string.h>

#include "torch/parquet/pages.h"

/* A number of n bytes, the lowest first. */
static bool read_number(Bytes *b, int n, size_t *out) {
  if (b->end - b->at < n) return false;
  *out = 0;
  for (int i = 0; i < n; i++) *out |= (size_t)*b->at++ << 8 * i;
  return true;
}

static bool read_size(Bytes *b, size_t *out) {
  *out = 0;
  for (int shift = 0; shift < 35 && b->at < b->end; shift += 7) {
    const uint8_t byte = *b->at++;
    *out |= (size_t)(byte & 127) << shift;
    if (byte < 128) return true;
  }
  return false;
}

/* Bytes as they are: their number - 1 is in the tag, or in 1 to 4 bytes behind it. */
static bool take_bytes(Bytes *in, int tag, Bytes *free, uint8_t **to) {
  size_t n = (size_t)tag >> 2;
  if (n >= 60 && !read_number(in, (int)n - 59, &n)) return false;
  n++;
  if ((size_t)(in->end - in->at) < n || (size_t)(free->end - *to) < n) return false;
  memcpy(*to, in->at, n);
  in->at += n;
  *to += n;
  return true;
}

/* A copy of n bytes that begin so many bytes back; it may reach into what it writes. */
static bool take_copy(Bytes *in, int tag, Bytes *free, uint8_t **to) {
  size_t n = ((size_t)tag >> 2) + 1, back;
  if ((tag & 3) == 1) {
    n = ((size_t)tag >> 2 & 7) + 4;
    if (!read_number(in, 1, &back)) return false;
    back |= ((size_t)tag >> 5) << 8;
  } else if (!read_number(in, (tag & 3) == 2 ? 2 : 4, &back)) {
    return false;
  }
  if (back == 0 || back > (size_t)(*to - free->at) || n > (size_t)(free->end - *to)) return false;
  if (back >= n) {
    memcpy(*to, *to - back, n);
    *to += n;
    return true;
  }
  for (; n > 0; n--, (*to)++) **to = *(*to - back);
  return true;
}

bool snappy_unpack(Bytes packed, uint8_t *to, size_t size) {
  size_t said;
  Bytes whole = {to, to + size};
  if (!read_size(&packed, &said) || said != size) return false;
  while (packed.at < packed.end) {
    const int tag = *packed.at++;
    if (!((tag & 3) == 0 ? take_bytes : take_copy)(&packed, tag, &whole, &to)) return false;
  }
  return to == whole.end;
}
