/* exif.c: the module "torchvision.io.exif": how a camera was held.
**
**   orientation(bytes) → 1 to 8, as the EXIF data of a JPEG, PNG, WebP or TIFF file say; 1 where they say nothing, or
**     are damaged: then the picture is shown as it is stored.
**
** EXIF data are a small TIFF: "II" or "MM" for the order of bytes, 42, and the offset of a list of entries of 12 bytes.
*/
#include "codec.h"

typedef struct {
  const uint8_t *bytes;
  size_t n;
  bool big; /* the higher byte first */
} Span;

static uint32_t span_number(const Span *s, size_t at, int bytes) {
  uint32_t number = 0;
  for (int i = 0; i < bytes; i++) number = number << 8 | s->bytes[at + (size_t)(s->big ? i : bytes - 1 - i)];
  return number;
}

static bool span_begins(const Span *s, size_t at, const char *text, size_t n) {
  return at + n <= s->n && memcmp(s->bytes + at, text, n) == 0;
}

/* ---- the data ---------------------------------------------------------------------------------------- */

static int exif_orientation_of(Span s) {
  enum { ORIENTATION = 0x112, ENTRY = 12 };
  if (s.n < 8 || (!span_begins(&s, 0, "II", 2) && !span_begins(&s, 0, "MM", 2))) return 1;
  s.big = s.bytes[0] == 'M';
  const size_t list = span_number(&s, 4, 4);
  if (span_number(&s, 2, 2) != 42 || list + 2 > s.n) return 1;
  const uint32_t entries = span_number(&s, list, 2);
  for (uint32_t i = 0; i < entries && list + 2 + (i + 1) * ENTRY <= s.n; i++) {
    const size_t at = list + 2 + i * ENTRY;
    if (span_number(&s, at, 2) != ORIENTATION) continue;
    const uint32_t value = span_number(&s, at + 8, 2);
    return value >= 1 && value <= 8 ? (int)value : 1;
  }
  return 1;
}

/* ---- where the data lie in a file ---------------------------------------------------------------------- */

/* In the part APP1 of a JPEG. */
static int exif_in_jpeg(const Span *s) {
  size_t at = 2;
  while (at + 4 <= s->n && s->bytes[at] == 0xff) {
    const int marker = s->bytes[at + 1];
    if (marker == 0xff) {
      at++;
      continue;
    }
    const size_t length = span_number(s, at + 2, 2);
    if (marker == 0xda || length < 2 || at + 2 + length > s->n) return 1;
    if (marker == 0xe1 && length >= 8 && span_begins(s, at + 4, "Exif\0\0", 6))
      return exif_orientation_of((Span){s->bytes + at + 10, length - 8, false});
    at += 2 + length;
  }
  return 1;
}

/* In the chunk 'name' of a PNG or of a WebP, whose chunks have their name before or behind their length. */
static int exif_in_chunks(const Span *s, size_t first, const char *name) {
  const bool png = s->big;
  for (size_t at = first; at + 8 <= s->n;) {
    const size_t length = span_number(s, at + (png ? 0 : 4), 4), data = at + 8;
    if (length > s->n - data) return 1;
    if (span_begins(s, at + (png ? 4 : 0), name, 4)) {
      const size_t skip = span_begins(s, data, "Exif\0\0", 6) ? 6 : 0;
      return length >= skip ? exif_orientation_of((Span){s->bytes + data + skip, length - skip, false}) : 1;
    }
    at = data + length + (png ? 4 : length % 2);
  }
  return 1;
}

static int exif_orientation(lua_State *L) {
  size_t n;
  const uint8_t *bytes = codec_bytes(L, &n);
  const Span s = {bytes, n, true};
  int found = 1;
  if (span_begins(&s, 0, "\xff\xd8\xff", 3)) found = exif_in_jpeg(&s);
  else if (span_begins(&s, 0, "\x89PNG", 4)) found = exif_in_chunks(&s, 8, "eXIf");
  else if (span_begins(&s, 0, "RIFF", 4)) found = exif_in_chunks(&(Span){bytes, n, false}, 12, "EXIF");
  else found = exif_orientation_of(s);
  lua_pushinteger(L, found);
  return 1;
}

int luaopen_torchvision_io_exif(lua_State *L) {
  lua_pushcfunction(L, exif_orientation);
  return 1;
}
