/* runs.c: the hybrid of runs and packed bits, see pages.h. A run begins with a number n in 7 bits a byte. Where n is
** even, the number that follows stands for n / 2 of them; else n / 2 groups of eight packed numbers follow, the lowest
** bits first.
*/
#include "torch/parquet/pages.h"

static bool read_length(Bytes *b, uint64_t *out) {
  *out = 0;
  for (int shift = 0; shift < 64 && b->at < b->end; shift += 7) {
    const uint8_t byte = *b->at++;
    *out |= (uint64_t)(byte & 127) << shift;
    if (byte < 128) return true;
  }
  return false;
}

static bool next_run(Runs *r) {
  uint64_t head;
  if (!read_length(&r->bytes, &head) || head >> 1 == 0 || head >> 1 > INT64_MAX / 16) return false;
  r->is_packed = head & 1;
  r->left = (int64_t)(head >> 1) * (r->is_packed ? 8 : 1);
  r->bit = 0;
  if (r->is_packed) return true;
  const int n = (r->width + 7) / 8;
  if (r->bytes.end - r->bytes.at < n) return false;
  r->value = 0;
  for (int i = 0; i < n; i++) r->value |= (uint32_t)*r->bytes.at++ << 8 * i;
  return true;
}

/* The next packed number; false: the bytes are at their end. */
static bool read_packed(Runs *r, uint32_t *out) {
  const int bytes = (r->bit + r->width + 7) / 8;
  if (r->bytes.end - r->bytes.at < bytes) return false;
  uint64_t bits = 0;
  for (int i = 0; i < bytes; i++) bits |= (uint64_t)r->bytes.at[i] << 8 * i;
  *out = (uint32_t)(bits >> r->bit & ((UINT64_C(1) << r->width) - 1));
  r->bit += r->width;
  r->bytes.at += r->bit / 8;
  r->bit %= 8;
  return true;
}

bool runs_read(Runs *r, uint32_t *to, int64_t n) {
  int64_t done = 0;
  while (done < n) {
    if (r->left == 0 && !next_run(r)) return false;
    int64_t take = r->left < n - done ? r->left : n - done;
    r->left -= take;
    for (; take > 0; take--, done++) {
      if (!r->is_packed) to[done] = r->value;
      else if (!read_packed(r, &to[done])) return false;
    }
  }
  return true;
}
