/* normalize.c: steps that make a new text: those of normalizers, and of pre-tokenizers that change texts. */
#include <string.h>

#include "tokenizers/core/work.h"

static void lowercase(Work *w, View in, AlignedText *out) {
  for (size_t i = 0; i < in.n;) {
    unsigned size;
    const uint32_t c = unicode_at(in.bytes + i, &size);
    if (c == 0x130) {
      aligned_put(&w->failure, out, 'i', in.origin[i]);
      aligned_put(&w->failure, out, 0x307, in.origin[i]);
    } else aligned_put(&w->failure, out, unicode_lower(c), in.origin[i]);
    i += size;
  }
}

static void strip(Work *w, const Step *s, View in, AlignedText *out) {
  size_t start = 0, end = in.n;
  unsigned size;
  while (s->left && start < end && (unicode_properties(unicode_at(in.bytes + start, &size)) & CHAR_SPACE))
    start += size;
  while (s->right && end > start) {
    size_t last = end - 1;
    while (!unicode_is_start(in.bytes[last])) last--;
    if (!(unicode_properties(unicode_at(in.bytes + last, &size)) & CHAR_SPACE)) break;
    end = last;
  }
  aligned_copy(&w->failure, (View){in.bytes + start, in.origin + start, end - start, in.start}, out);
}

static void remove_characters(Work *w, unsigned mask, View in, AlignedText *out) {
  for (size_t i = 0; i < in.n;) {
    unsigned size;
    const uint32_t c = unicode_at(in.bytes + i, &size);
    if (!(unicode_properties(c) & mask)) aligned_write(&w->failure, out, in.bytes + i, size, in.origin[i]);
    i += size;
  }
}

static void replace(Work *w, const Step *s, View in, AlignedText *out) {
  w->segments.n = 0;
  pattern_segments(&w->failure, &w->matcher, s->pattern, in.bytes, in.n, &w->segments);
  for (size_t i = 0; i < w->segments.n; i++) {
    const Segment part = w->segments.v[i];
    if (part.matched) {
      const Span origin = part.to > 0 ? in.origin[part.to - 1] : (Span){in.start, in.start};
      aligned_write(&w->failure, out, s->content, s->size, origin);
    } else aligned_copy(&w->failure, (View){in.bytes + part.from, in.origin + part.from, part.to - part.from, 0}, out);
  }
}

/* PREPEND puts its content in front of every text, PREFIX where the text does not begin with it. */
static void prepend(Work *w, const Step *s, View in, AlignedText *out) {
  const bool has_it = in.n >= s->size && memcmp(in.bytes, s->content, s->size) == 0;
  const bool wanted = s->kind == STEP_PREPEND || (!has_it && (!s->first || in.start == 0));
  if (in.n > 0 && wanted) aligned_write(&w->failure, out, s->content, s->size, in.origin[0]);
  aligned_copy(&w->failure, in, out);
}

/* Of BertNormalizer: without control characters, and with plain spaces. */
static void clean(Work *w, View in, AlignedText *out) {
  for (size_t i = 0; i < in.n;) {
    unsigned size;
    const uint32_t c = unicode_at(in.bytes + i, &size);
    const unsigned properties = unicode_properties(c);
    const bool is_line = c == '\t' || c == '\n' || c == '\r';
    if (c != 0 && c != 0xFFFD && (is_line || !(properties & CHAR_CONTROL))) {
      if (is_line || (properties & CHAR_SPACE)) aligned_put(&w->failure, out, ' ', in.origin[i]);
      else aligned_write(&w->failure, out, in.bytes + i, size, in.origin[i]);
    }
    i += size;
  }
}

/* The blocks of ideographs that BERT puts spaces around. */
static bool is_chinese(uint32_t c) {
  return c >= 0x3400 && ((c >= 0x4E00 && c <= 0x9FFF) || c <= 0x4DBF || (c >= 0xF900 && c <= 0xFAFF) ||
    (c >= 0x20000 && c <= 0x2A6DF) || (c >= 0x2A700 && c <= 0x2B73F) || (c >= 0x2B740 && c <= 0x2B81F) ||
    (c >= 0x2B920 && c <= 0x2CEAF) || (c >= 0x2F800 && c <= 0x2FA1F));
}

static void space_chinese(Work *w, View in, AlignedText *out) {
  for (size_t i = 0; i < in.n;) {
    unsigned size;
    const bool chinese = is_chinese(unicode_at(in.bytes + i, &size));
    if (chinese) aligned_put(&w->failure, out, ' ', in.origin[i]);
    aligned_write(&w->failure, out, in.bytes + i, size, in.origin[i]);
    if (chinese) aligned_put(&w->failure, out, ' ', in.origin[i]);
    i += size;
  }
}

static bool nmt_is_removed(uint32_t c) {
  return (c >= 1 && c <= 8) || c == 0x0B || (c >= 0x0E && c <= 0x1F) || c == 0x7F || c == 0x8F || c == 0x9F;
}
static bool nmt_is_space(uint32_t c) {
  return c == 9 || c == 0x0A || c == 0x0C || c == 0x0D || c == 0x1680 || (c >= 0x200B && c <= 0x200F) || c == 0x2028 ||
         c == 0x2029 || c == 0x2581 || c == 0xFEFF || c == 0xFFFD;
}

static void nmt(Work *w, View in, AlignedText *out) {
  for (size_t i = 0; i < in.n;) {
    unsigned size;
    const uint32_t c = unicode_at(in.bytes + i, &size);
    if (!nmt_is_removed(c)) aligned_put(&w->failure, out, nmt_is_space(c) ? ' ' : c, in.origin[i]);
    i += size;
  }
}

/* Printable bytes of Latin-1 stand for themselves, the others for the characters from U+0100 on, in order. */
static bool is_printable(unsigned b) { return (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || b >= 174; }

uint32_t byte_character(uint8_t byte) {
  if (is_printable(byte)) return byte;
  if (byte < 33) return 256u + byte;
  if (byte < 161) return 256u + 33 + (byte - 127u);
  return 256u + 33 + 34; /* 173 */
}

int character_byte(uint32_t c) {
  if (c < 256) return is_printable(c) ? (int)c : -1;
  if (c < 256 + 33) return (int)c - 256;
  if (c < 256 + 33 + 34) return (int)c - 256 - 33 + 127;
  return c == 256 + 33 + 34 ? 173 : -1;
}

/* Each byte as a character, which belongs to the place of the whole character that the byte is of. */
static void bytes(Work *w, View in, AlignedText *out) {
  Failure *f = &w->failure;
  RESERVE(f, &out->bytes, 2 * in.n);
  RESERVE(f, &out->origin, 2 * in.n);
  for (size_t i = 0; i < in.n; i++) {
    const uint32_t c = byte_character((uint8_t)in.bytes[i]);
    const size_t at = out->bytes.n;
    const unsigned size = unicode_put(out->bytes.v + at, c);
    out->origin.v[at] = in.origin[i];
    if (size > 1) out->origin.v[at + 1] = in.origin[i];
    out->bytes.n = out->origin.n = at + size;
  }
}

void step_apply(Work *w, const Step *s, View in, AlignedText *out) {
  switch (s->kind) {
    case STEP_NFC: case STEP_NFD: case STEP_NFKC: case STEP_NFKD: compose_apply(w, s->kind, in, out); break;
    case STEP_LOWERCASE: lowercase(w, in, out); break;
    case STEP_STRIP: strip(w, s, in, out); break;
    case STEP_REMOVE: remove_characters(w, s->mask, in, out); break;
    case STEP_REPLACE: replace(w, s, in, out); break;
    case STEP_PREPEND: case STEP_PREFIX: prepend(w, s, in, out); break;
    case STEP_CHARSMAP: charsmap_apply(w, s, in, out); break;
    case STEP_CLEAN: clean(w, in, out); break;
    case STEP_SPACE_CHINESE: space_chinese(w, in, out); break;
    case STEP_NMT: nmt(w, in, out); break;
    case STEP_BYTES: bytes(w, in, out); break;
    case STEP_SPLIT: case STEP_WORDS: case STEP_SCRIPTS: case STEP_FIXED: aligned_copy(&w->failure, in, out); break;
  }
}

void steps_apply(Work *w, const Steps *steps, View in, AlignedText *out) {
  if (steps == NULL || steps->n == 0) {
    aligned_copy(&w->failure, in, out);
    return;
  }
  for (size_t i = 0; i < steps->n; i++) {
    AlignedText *to = i + 1 == steps->n ? out : &w->scratch[i % 2];
    if (to != out) aligned_clear(to);
    step_apply(w, &steps->v[i], in, to);
    if (to != out) in = aligned_view(to, 0, to->bytes.n, in.start);
  }
}
