/* unicode.c: see unicode.h. */
#include "tokenizers/core/unicode.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

uint16_t *_Atomic unicode_pages[0x1100];

static bool is_space(uint32_t c) {
  return (c >= 9 && c <= 13) || c == 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) ||
         c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

static bool is_ascii_sign(uint32_t c) {
  return (c >= 33 && c <= 47) || (c >= 58 && c <= 64) || (c >= 91 && c <= 96) || (c >= 123 && c <= 126);
}

/* What is Alphabetic without being a letter, a mark or a number of letters: letters in circles and squares. */
static bool is_framed_letter(uint32_t c) {
  return (c >= 0x24B6 && c <= 0x24E9) || (c >= 0x1F130 && c <= 0x1F149) || (c >= 0x1F150 && c <= 0x1F169) ||
         (c >= 0x1F170 && c <= 0x1F189);
}

static unsigned category_properties(utf8proc_category_t category) {
  switch (category) {
    case UTF8PROC_CATEGORY_LU: case UTF8PROC_CATEGORY_LL: case UTF8PROC_CATEGORY_LT: case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO: return CHAR_LETTER | CHAR_WORD;
    case UTF8PROC_CATEGORY_MN: return CHAR_NONSPACING | CHAR_MARK | CHAR_WORD;
    case UTF8PROC_CATEGORY_MC: case UTF8PROC_CATEGORY_ME: return CHAR_MARK | CHAR_WORD;
    case UTF8PROC_CATEGORY_ND: case UTF8PROC_CATEGORY_NL: return CHAR_NUMBER | CHAR_WORD;
    case UTF8PROC_CATEGORY_NO: return CHAR_NUMBER;
    case UTF8PROC_CATEGORY_PC: return CHAR_PUNCTUATION | CHAR_WORD;
    case UTF8PROC_CATEGORY_PD: case UTF8PROC_CATEGORY_PS: case UTF8PROC_CATEGORY_PE: case UTF8PROC_CATEGORY_PI:
    case UTF8PROC_CATEGORY_PF: case UTF8PROC_CATEGORY_PO: return CHAR_PUNCTUATION;
    case UTF8PROC_CATEGORY_CC: case UTF8PROC_CATEGORY_CF: case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CO: return CHAR_CONTROL;
    default: return 0;
  }
}

static unsigned compute_properties(uint32_t c) {
  unsigned properties = category_properties(utf8proc_category((utf8proc_int32_t)c));
  if (is_space(c)) properties |= CHAR_SPACE;
  if (is_ascii_sign(c)) properties |= CHAR_PUNCTUATION;
  if (is_framed_letter(c) || c == 0x200C || c == 0x200D) properties |= CHAR_WORD;
  return legacy_properties(c, properties);
}

/* Threads that fill the same page at the same time write the same; the first page stays. */
unsigned unicode_fill(uint32_t c) {
  uint16_t *page = malloc(256 * sizeof *page), *none = NULL;
  if (page == NULL) return compute_properties(c);
  for (uint32_t i = 0; i < 256; i++) page[i] = (uint16_t)compute_properties((c & ~255u) + i);
  const unsigned properties = page[c & 255];
  if (!atomic_compare_exchange_strong(&unicode_pages[c >> 8], &none, page)) free(page);
  return properties;
}

bool unicode_is_ascii(const char *bytes, size_t n) {
  size_t i = 0;
  for (; i + 8 <= n; i += 8) {
    uint64_t word;
    memcpy(&word, bytes + i, 8);
    if (word & 0x8080808080808080u) return false;
  }
  for (; i < n; i++) if ((uint8_t)bytes[i] >= 0x80) return false;
  return true;
}

size_t unicode_valid(const char *bytes, size_t n) {
  for (size_t i = 0; i < n;) {
    if (i + 8 <= n && unicode_is_ascii(bytes + i, 8)) {
      i += 8;
      continue;
    }
    utf8proc_int32_t c;
    const utf8proc_ssize_t size = utf8proc_iterate((const utf8proc_uint8_t *)bytes + i, (utf8proc_ssize_t)(n - i), &c);
    if (size < 1) return i;
    i += (size_t)size;
  }
  return n;
}

size_t unicode_count(const char *bytes, size_t n) {
  size_t count = 0;
  for (size_t i = 0; i < n; i++) count += unicode_is_start(bytes[i]);
  return count;
}

uint32_t unicode_lower(uint32_t c) {
  if (c < 0x80) return c - 'A' < 26u ? c + 32 : c;
  return (uint32_t)utf8proc_tolower((utf8proc_int32_t)c);
}
