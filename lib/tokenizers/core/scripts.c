/* scripts.c: the script of a character, by the tables of PCRE2. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tokenizers/core/unicode.h"

static const char *const script_names[] = {
  "Han", "Common", "Inherited", "Latin", "Greek", "Cyrillic", "Armenian", "Hebrew", "Arabic", "Syriac", "Thaana",
  "Devanagari", "Bengali", "Gurmukhi", "Gujarati", "Oriya", "Tamil", "Telugu", "Kannada", "Malayalam", "Sinhala",
  "Thai", "Lao", "Tibetan", "Myanmar", "Georgian", "Hangul", "Ethiopic", "Cherokee", "Canadian_Aboriginal", "Ogham",
  "Runic",
  "Khmer", "Mongolian", "Hiragana", "Katakana", "Bopomofo", "Yi", "Old_Italic", "Gothic", "Deseret", "Tagalog",
  "Hanunoo", "Buhid", "Tagbanwa", "Limbu", "Tai_Le", "Linear_B", "Ugaritic", "Shavian", "Osmanya", "Cypriot", "Braille",
  "Buginese", "Coptic", "New_Tai_Lue", "Glagolitic", "Tifinagh", "Syloti_Nagri", "Old_Persian", "Kharoshthi",
  "Balinese", "Cuneiform", "Phoenician", "Phags_Pa", "Nko", "Sundanese", "Lepcha", "Ol_Chiki", "Vai", "Saurashtra",
  "Kayah_Li", "Rejang", "Lycian", "Carian", "Lydian", "Cham", "Tai_Tham", "Tai_Viet", "Avestan", "Egyptian_Hieroglyphs",
  "Samaritan", "Lisu", "Bamum", "Javanese", "Meetei_Mayek", "Imperial_Aramaic", "Old_South_Arabian",
  "Inscriptional_Parthian", "Inscriptional_Pahlavi", "Old_Turkic", "Kaithi", "Batak", "Brahmi", "Mandaic", "Chakma",
  "Meroitic_Cursive", "Meroitic_Hieroglyphs", "Miao", "Sharada", "Sora_Sompeng", "Takri", "Caucasian_Albanian",
  "Bassa_Vah", "Duployan", "Elbasan", "Grantha", "Pahawh_Hmong", "Khojki", "Linear_A", "Mahajani", "Manichaean",
  "Mende_Kikakui", "Modi", "Mro", "Old_North_Arabian", "Nabataean", "Palmyrene", "Pau_Cin_Hau", "Old_Permic",
  "Psalter_Pahlavi", "Siddham", "Khudawadi", "Tirhuta", "Warang_Citi", "Ahom", "Anatolian_Hieroglyphs", "Hatran",
  "Multani", "Old_Hungarian", "SignWriting", "Adlam", "Bhaiksuki", "Marchen", "Newa", "Osage", "Tangut"};
enum { SCRIPTS = sizeof script_names / sizeof *script_names };

static uint8_t *_Atomic script_pages[0x1100];

/* A pattern with one group for each script. */
static pcre2_code *compile_scripts(void) {
  char source[SCRIPTS * 40];
  size_t n = 0;
  for (int i = 0; i < SCRIPTS; i++)
    n += (size_t)snprintf(source + n, sizeof source - n, "%s(\\p{sc:%s})", i > 0 ? "|" : "", script_names[i]);
  int reason;
  size_t place;
  return pcre2_compile((PCRE2_SPTR)source, n, PCRE2_UTF | PCRE2_ANCHORED, &reason, &place, NULL);
}

/* Kana count as Han, and so does the sign for a long vowel; a space has no script. */
static uint8_t script_of(const pcre2_code *code, pcre2_match_data *data, uint32_t c) {
  char text[4];
  if (c == ' ' || (c >= 0xD800 && c < 0xE000) || c > 0x10FFFF) return 0;
  if (c == 0x30FC) return 1;
  const int count = pcre2_match(code, (PCRE2_SPTR)text, unicode_put(text, c), 0, 0, data, NULL);
  if (count < 2) return 0;
  const char *name = script_names[count - 2];
  return strcmp(name, "Hiragana") == 0 || strcmp(name, "Katakana") == 0 ? 1 : (uint8_t)(count - 1);
}

/* Where memory ends all characters have the script of none. */
static uint8_t *fill_page(uint32_t first) {
  pcre2_code *code = compile_scripts();
  pcre2_match_data *data = code == NULL ? NULL : pcre2_match_data_create_from_pattern(code, NULL);
  uint8_t *page = data == NULL ? NULL : malloc(256);
  for (uint32_t i = 0; page != NULL && i < 256; i++) page[i] = script_of(code, data, first + i);
  pcre2_match_data_free(data);
  pcre2_code_free(code);
  return page;
}

unsigned unicode_script(uint32_t c) {
  uint8_t *page = atomic_load_explicit(&script_pages[c >> 8], memory_order_acquire);
  if (page == NULL) {
    uint8_t *none = NULL;
    page = fill_page(c & ~255u);
    if (page == NULL) return 0;
    if (!atomic_compare_exchange_strong(&script_pages[c >> 8], &none, page)) {
      free(page);
      page = none;
    }
  }
  return page[c & 255];
}
