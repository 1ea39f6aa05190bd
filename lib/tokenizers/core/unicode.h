/* unicode.h: code points in UTF-8, and their properties by utf8proc. */
#ifndef TOKENIZERS_UNICODE_H
#define TOKENIZERS_UNICODE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
  CHAR_SPACE = 1,       /* White_Space */
  CHAR_PUNCTUATION = 2, /* categories P, and the signs of ASCII */
  CHAR_WORD = 4,        /* \w of regular expressions: Alphabetic, M, Nd, Pc, Join_Control */
  CHAR_NUMBER = 8,      /* categories N */
  CHAR_NONSPACING = 16, /* category Mn */
  CHAR_MARK = 32,       /* categories M */
  CHAR_CONTROL = 64,    /* categories C without what is not assigned */
  CHAR_LETTER = 128,    /* categories L */
  CHAR_PLAIN = 256,     /* takes no part in normal forms, though utf8proc says otherwise */
};

/* Pages of 256 code points, filled at first use. */
extern uint16_t *_Atomic unicode_pages[0x1100];
unsigned unicode_fill(uint32_t c);
/* The properties of a character as the package of Python has them, where these are those of utf8proc. */
unsigned legacy_properties(uint32_t c, unsigned properties);

/* The properties of a code point: a sum of the above. */
static inline unsigned unicode_properties(uint32_t c) {
  const uint16_t *page = atomic_load_explicit(&unicode_pages[c >> 8], memory_order_acquire);
  return page != NULL ? page[c & 255] : unicode_fill(c);
}

/* The code point at 'at' of valid UTF-8, and how many bytes it has. */
static inline uint32_t unicode_at(const char *at, unsigned *size) {
  const uint8_t *p = (const uint8_t *)at;
  if (p[0] < 0x80) return *size = 1, p[0];
  if (p[0] < 0xE0) return *size = 2, (p[0] & 31u) << 6 | (p[1] & 63u);
  if (p[0] < 0xF0) return *size = 3, (p[0] & 15u) << 12 | (p[1] & 63u) << 6 | (p[2] & 63u);
  return *size = 4, (p[0] & 7u) << 18 | (p[1] & 63u) << 12 | (p[2] & 63u) << 6 | (p[3] & 63u);
}

/* The bytes of the character that begins with this one. */
static inline unsigned unicode_size(char first) {
  const uint8_t b = (uint8_t)first;
  return b < 0x80 ? 1 : b < 0xE0 ? 2 : b < 0xF0 ? 3 : 4;
}

static inline bool unicode_is_start(char byte) { return ((uint8_t)byte & 0xC0) != 0x80; }

/* Writes a code point; how many bytes it has. */
static inline unsigned unicode_put(char *to, uint32_t c) {
  if (c < 0x80) return to[0] = (char)c, 1;
  if (c < 0x800) return to[0] = (char)(0xC0 | c >> 6), to[1] = (char)(0x80 | (c & 63)), 2;
  if (c < 0x10000) {
    to[0] = (char)(0xE0 | c >> 12), to[1] = (char)(0x80 | (c >> 6 & 63)), to[2] = (char)(0x80 | (c & 63));
    return 3;
  }
  to[0] = (char)(0xF0 | c >> 18), to[1] = (char)(0x80 | (c >> 12 & 63));
  to[2] = (char)(0x80 | (c >> 6 & 63)), to[3] = (char)(0x80 | (c & 63));
  return 4;
}

/* The first byte that is not valid UTF-8, or n. */
size_t unicode_valid(const char *bytes, size_t n);
bool unicode_is_ascii(const char *bytes, size_t n);
size_t unicode_count(const char *bytes, size_t n); /* code points */

/* The small letter; U+0130 is the only one that becomes two, which the caller looks after. */
uint32_t unicode_lower(uint32_t c);

/* A script by a number of its own; 0: none, as with characters that are not assigned. */
unsigned unicode_script(uint32_t c);

#endif
