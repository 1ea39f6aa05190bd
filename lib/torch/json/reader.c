/* reader.c: the module "torch.json.reader": read(text, null) → the value of a JSON text (RFC 8259). It raises a table
** {offset =, what =}; null becomes the second argument, without which it is refused.
*/
#include <string.h>

#include "vm.h"

enum { MOST_DEPTH = 500 };

typedef struct {
  lua_State *L;
  const char *text, *end;
  bool has_null; /* argument 2 */
  int depth;
} Json;

typedef const char *Place; /* in the text */

_Noreturn static void json_wrong(const Json *j, Place at, const char *what) {
  lua_createtable(j->L, 0, 2);
  lua_pushinteger(j->L, at - j->text);
  lua_setfield(j->L, -2, "offset");
  lua_pushstring(j->L, what);
  lua_setfield(j->L, -2, "what");
  lua_error(j->L);
  __builtin_unreachable();
}

/* The character at a place, 0 behind the end; a zero byte is wrong wherever a character is looked at. */
static int json_at(const Json *j, Place at) { return at < j->end ? (unsigned char)*at : 0; }

static Place json_skip(const Json *j, Place at) {
  while (at < j->end && (*at == ' ' || *at == '\t' || *at == '\r' || *at == '\n')) at++;
  return at;
}

/* ---- strings ----------------------------------------------------------------------------------------- */

static const char json_escapes[] = "\"\\/bfnrt", json_meanings[] = "\"\\/\b\f\n\r\t";

/* Four hexadecimal digits; -1: there are none. */
static int json_hex(Place at, Place end) {
  int code = 0;
  if (end - at < 4) return -1;
  for (int i = 0; i < 4; i++) {
    const int c = at[i], low = c | 0x20;
    if (!(c >= '0' && c <= '9') && !(low >= 'a' && low <= 'f')) return -1;
    code = code << 4 | (c <= '9' ? c - '0' : low - 'a' + 10);
  }
  return code;
}

/* The code point of "\uXXXX" at 'at'; two of them are a surrogate pair. *next: the place behind. */
static uint32_t json_code(const Json *j, Place at, Place end, Place *next) {
  const int code = json_hex(at + 2, end);
  if (code < 0) json_wrong(j, at, "a bad escape in a string");
  *next = at + 6;
  if (code < 0xD800 || code > 0xDFFF) return (uint32_t)code;
  const int low = end - at >= 12 && at[6] == '\\' && at[7] == 'u' ? json_hex(at + 8, end) : -1;
  if (code > 0xDBFF || low < 0xDC00 || low > 0xDFFF) json_wrong(j, at, "half of a surrogate pair");
  *next = at + 12;
  return 0x10000 + (uint32_t)(code - 0xD800) * 1024 + (uint32_t)(low - 0xDC00);
}

static size_t json_put_code(char *to, uint32_t code) {
  const int n = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  static const unsigned char first[] = {0, 0, 0xC0, 0xE0, 0xF0};
  for (int i = n - 1; i > 0; i--, code >>= 6) to[i] = (char)(0x80 | (code & 0x3F));
  to[0] = (char)(first[n] | code);
  return (size_t)n;
}

/* Pushes what stands between two quotes, with escapes. It is no longer than its text. */
static void json_push_escaped(const Json *j, Place at, Place end) {
  luaL_Buffer buffer;
  char *start = luaL_buffinitsize(j->L, &buffer, (size_t)(end - at)), *to = start;
  while (at < end) {
    if (*at != '\\') {
      *to++ = *at++;
    } else if (at[1] == 'u') {
      to += json_put_code(to, json_code(j, at, end, &at));
    } else {
      *to++ = json_meanings[strchr(json_escapes, at[1]) - json_escapes];
      at += 2;
    }
  }
  luaL_pushresultsize(&buffer, (size_t)(to - start));
}

/* Pushes the string whose first quote stands at a place; gives the place behind it. */
static Place json_string(const Json *j, Place quote) {
  Place at = quote + 1;
  bool escaped = false;
  for (;; at++) {
    while (at < j->end && (unsigned char)*at >= ' ' && *at != '"' && *at != '\\') at++;
    if (at >= j->end) json_wrong(j, quote, "a string without end");
    if (*at == '"') break;
    if (*at != '\\') json_wrong(j, at, "a control character in a string");
    const int c = json_at(j, at + 1);
    if (c != 'u' && (c == 0 || strchr(json_escapes, c) == NULL)) json_wrong(j, at, "a bad escape in a string");
    escaped = true;
    at++;
  }
  if (escaped) json_push_escaped(j, quote + 1, at);
  else lua_pushlstring(j->L, quote + 1, (size_t)(at - quote - 1));
  return at + 1;
}

/* ---- numbers ------------------------------------------------------------------------------------------- */

static Place json_digits(const Json *j, Place at) {
  while (at < j->end && *at >= '0' && *at <= '9') at++;
  return at;
}

/* The place behind a number; NULL: there is none. *whole: it is an integer. */
static Place json_number_end(const Json *j, Place at, bool *whole) {
  const Place start = json_at(j, at) == '-' ? at + 1 : at;
  Place end = json_digits(j, start);
  if (end == start || (*start == '0' && end > start + 1)) return NULL;
  *whole = true;
  if (json_at(j, end) == '.') {
    const Place digits = end + 1;
    end = json_digits(j, digits);
    *whole = false;
    if (end == digits) return NULL;
  }
  if ((json_at(j, end) | 0x20) == 'e') {
    const int sign = json_at(j, end + 1);
    const Place digits = end + (sign == '+' || sign == '-' ? 2 : 1);
    end = json_digits(j, digits);
    *whole = false;
    if (end <= digits) return NULL;
  }
  return end;
}

static Place json_number(const Json *j, Place at) {
  enum { SHORT = 18, ROOM = 200 }; /* digits that fit into an integer; the longest text that Lua reads as a number */
  bool whole;
  const Place end = json_number_end(j, at, &whole);
  if (end == NULL) json_wrong(j, at, "expected a value");
  const size_t n = (size_t)(end - at);
  if (whole && n <= SHORT) {
    lua_Integer value = 0;
    for (Place p = at + (*at == '-'); p < end; p++) value = value * 10 + (*p - '0');
    lua_pushinteger(j->L, *at == '-' ? -value : value);
    return end;
  }
  char text[ROOM + 1];
  if (n <= ROOM) {
    memcpy(text, at, n);
    text[n] = '\0';
  }
  if (n > ROOM || lua_stringtonumber(j->L, text) == 0) json_wrong(j, at, "a number that is too long");
  return end;
}

/* ---- values ------------------------------------------------------------------------------------------- */

static Place json_value(Json *j, Place at);

/* Pushes an array; 'at' is behind its bracket. */
static Place json_array(Json *j, Place at) {
  lua_newtable(j->L);
  at = json_skip(j, at);
  if (json_at(j, at) == ']') return at + 1;
  for (lua_Integer i = 1;; i++) {
    at = json_skip(j, json_value(j, at));
    lua_rawseti(j->L, -2, i);
    const int c = json_at(j, at);
    if (c == ']') return at + 1;
    if (c != ',') json_wrong(j, at, "expected ',' or ']'");
    at = json_skip(j, at + 1);
  }
}

/* Raises where the table below the key on top of the stack has it already. */
static void json_check_key(const Json *j, Place at) {
  lua_pushvalue(j->L, -1);
  if (lua_rawget(j->L, -3) != LUA_TNIL)
    json_wrong(j, at, lua_pushfstring(j->L, "the key '%s' twice", lua_tostring(j->L, -2)));
  lua_pop(j->L, 1);
}

/* Pushes an object; 'at' is behind its bracket. */
static Place json_object(Json *j, Place at) {
  lua_newtable(j->L);
  at = json_skip(j, at);
  if (json_at(j, at) == '}') return at + 1;
  for (;;) {
    if (json_at(j, at) != '"') json_wrong(j, at, "expected a key");
    const Place key = at;
    at = json_skip(j, json_string(j, at));
    if (json_at(j, at) != ':') json_wrong(j, at, "expected ':'");
    json_check_key(j, key);
    at = json_skip(j, json_value(j, json_skip(j, at + 1)));
    lua_rawset(j->L, -3);
    const int c = json_at(j, at);
    if (c == '}') return at + 1;
    if (c != ',') json_wrong(j, at, "expected ',' or '}'");
    at = json_skip(j, at + 1);
  }
}

static Place json_nested(Json *j, Place at, Place (*read)(Json *, Place)) {
  luaL_checkstack(j->L, 8, "json");
  j->depth++;
  at = read(j, at + 1);
  j->depth--;
  return at;
}

static bool json_begins(const Json *j, Place at, const char *word) {
  const size_t n = strlen(word);
  return (size_t)(j->end - at) >= n && memcmp(at, word, n) == 0;
}

/* Pushes the value at a place; gives the place behind it. */
static Place json_value(Json *j, Place at) {
  if (j->depth > MOST_DEPTH) json_wrong(j, at, "nested too deep");
  if (interrupt_requested()) error_check(j->L, fail(ERROR_INTERRUPT, "interrupted"));
  switch (json_at(j, at)) {
    case '"': return json_string(j, at);
    case '{': return json_nested(j, at, json_object);
    case '[': return json_nested(j, at, json_array);
    case 't': case 'f': {
      const bool value = json_begins(j, at, "true");
      if (!value && !json_begins(j, at, "false")) break;
      lua_pushboolean(j->L, value);
      return at + (value ? 4 : 5);
    }
    case 'n':
      if (!j->has_null || !json_begins(j, at, "null")) break;
      lua_pushvalue(j->L, 2);
      return at + 4;
    default: return json_number(j, at);
  }
  json_wrong(j, at, "expected a value");
}

static int json_read(lua_State *L) {
  size_t n;
  const char *text = luaL_checklstring(L, 1, &n);
  lua_settop(L, 2);
  Json j = {.L = L, .text = text, .end = text + n, .has_null = !lua_isnil(L, 2)};
  const Place behind = json_skip(&j, json_value(&j, json_skip(&j, text)));
  if (behind < j.end) json_wrong(&j, behind, "more text after the value");
  return 1;
}

int luaopen_torch_json_reader(lua_State *L) {
  lua_pushcfunction(L, json_read);
  return 1;
}
