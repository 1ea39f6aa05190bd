/* lua_steps.c: patterns and steps as values of Lua. */
#include <stdlib.h>
#include <string.h>

#include "tokenizers/core/bind.h"

/* ---- patterns ------------------------------------------------------------------------------------ */

static void pattern_finalize(lua_State *L, void *self) {
  (void)L;
  PatternBox *box = self;
  pattern_free(box->pattern);
  box->pattern = NULL;
}
const Class pattern_class = {"tokenizers.pattern", NULL, pattern_finalize, NULL, NULL};

typedef struct { lua_State *L; PatternBox *box; Segments segments; Matcher matcher; } PatternCall;

static void make_pattern(Failure *f, void *data) {
  PatternCall *c = data;
  size_t n;
  const char *source = lua_tolstring(c->L, 1, &n);
  c->box->pattern = pattern_new(f, source, n, lua_toboolean(c->L, 2));
}

static int core_pattern(lua_State *L) {
  luaL_checkstring(L, 1);
  Failure f;
  PatternCall c = {.L = L, .box = object_new(L, &pattern_class, sizeof(PatternBox), 0)};
  return guard(&f, make_pattern, &c) ? 1 : push_failure(L, &f);
}

static void find_segments(Failure *f, void *data) {
  PatternCall *c = data;
  size_t n;
  const char *text = lua_tolstring(c->L, 2, &n);
  pattern_segments(f, &c->matcher, c->box->pattern, text, n, &c->segments);
}

static int core_segments(lua_State *L) {
  PatternCall c = {.L = L, .box = object_check(L, 1, &pattern_class, "segments", "pattern")};
  const char *text = luaL_checkstring(L, 2);
  Failure f;
  luaL_checkstack(L, 6, "segments");
  const bool done = guard(&f, find_segments, &c);
  matcher_free(&c.matcher);
  if (!done) {
    free(c.segments.v);
    return push_failure(L, &f);
  }
  /* The array may be lost where memory ends here: Lua raises, and the process has other worries then. */
  lua_createtable(L, (int)c.segments.n, 0);
  lua_createtable(L, (int)c.segments.n, 0);
  for (size_t i = 0; i < c.segments.n; i++) {
    const Segment s = c.segments.v[i];
    lua_pushlstring(L, text + s.from, s.to - s.from);
    lua_rawseti(L, -3, (lua_Integer)i + 1);
    lua_pushboolean(L, s.matched);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  free(c.segments.v);
  return 2;
}

/* ---- steps --------------------------------------------------------------------------------------- */

static void steps_finalize(lua_State *L, void *self) {
  (void)L;
  StepsBox *box = self;
  for (size_t i = 0; i < box->steps.n; i++) {
    pattern_free(box->steps.v[i].pattern);
    free(box->steps.v[i].content);
  }
  free(box->steps.v);
  box->steps = (Steps){0};
}
const Class steps_class = {"tokenizers.steps", NULL, steps_finalize, NULL, NULL};

static const char *const step_kinds[] = {"nfc", "nfd", "nfkc", "nfkd", "lowercase", "strip", "remove", "replace",
  "prepend", "prefix", "charsmap", "clean", "space_chinese", "nmt", "bytes", "split", "words", "scripts", "fixed",
  NULL};
static const char *const behaviors[] = {"isolated", "removed", "contiguous", "merged_with_previous", "merged_with_next",
  NULL};
static const char *const masks[] = {"none", "space", "punctuation", "number", "nonspacing", "mark", NULL};
static const unsigned mask_bits[] = {0, CHAR_SPACE, CHAR_PUNCTUATION, CHAR_NUMBER, CHAR_NONSPACING, CHAR_MARK};

/* A step from the table on top of the stack. */
static void read_step(lua_State *L, Failure *f, Step *s) {
  const int table = lua_gettop(L);
  s->kind = (StepKind)field_among(L, table, "kind", step_kinds);
  s->behavior = (Behavior)field_among(L, table, "behavior", behaviors);
  s->mask = mask_bits[field_among(L, table, "mask", masks)];
  s->invert = field_bool(L, table, "invert");
  s->left = field_bool(L, table, "left");
  s->right = field_bool(L, table, "right");
  s->first = field_bool(L, table, "first");
  s->length = field_count(L, table, "length");
  size_t n;
  lua_getfield(L, table, "content");
  s->content = copy_text(L, f, -1);
  if (s->content != NULL) lua_tolstring(L, -1, &s->size);
  lua_getfield(L, table, "pattern");
  const char *source = lua_tolstring(L, -1, &n);
  const bool literal = field_bool(L, table, "literal");
  if (source != NULL) s->pattern = pattern_new(f, source, n, literal);
  const char *why = s->kind == STEP_CHARSMAP ? charsmap_check(s->content, s->size) : NULL;
  if (why != NULL) give_up(f, "'precompiled_charsmap': expected %s", why);
  lua_pop(L, 2);
}

typedef struct { lua_State *L; StepsBox *box; Work *work; size_t n; } StepsCall;

static void make_steps(Failure *f, void *data) {
  StepsCall *c = data;
  c->box->steps.v = allocate(f, c->n, sizeof(Step));
  for (; c->box->steps.n < c->n;) {
    Step *s = &c->box->steps.v[c->box->steps.n++];
    lua_rawgeti(c->L, 1, (lua_Integer)c->box->steps.n);
    read_step(c->L, f, s);
    lua_pop(c->L, 1);
  }
}

static int core_steps(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  luaL_checkstack(L, 10, "steps");
  StepsCall c = {.L = L, .n = (size_t)luaL_len(L, 1)};
  c.box = object_new(L, &steps_class, sizeof(StepsBox), 0);
  Failure f;
  return guard(&f, make_steps, &c) ? 1 : push_failure(L, &f);
}

/* ---- what they do to a text ------------------------------------------------------------------------ */

static void work_finalize(lua_State *L, void *self) {
  (void)L;
  work_free((Work *)((char *)self + sizeof(Object)));
}
static const Class work_class = {"tokenizers.work", NULL, work_finalize, NULL, NULL};

/* Pushes a box that holds a Work. */
static Work *push_work(lua_State *L) {
  return (Work *)((char *)object_new(L, &work_class, sizeof(Object) + sizeof(Work), 0) + sizeof(Object));
}

static void apply_steps(Failure *f, void *data) {
  (void)f;
  StepsCall *c = data;
  size_t n;
  const char *text = lua_tolstring(c->L, 2, &n);
  aligned_set(&c->work->failure, &c->work->text, text, n);
  steps_apply(c->work, &c->box->steps, aligned_view(&c->work->text, 0, n, 0), &c->work->other);
}

static int core_apply(lua_State *L) {
  StepsCall c = {.L = L, .box = object_check(L, 1, &steps_class, "apply", "steps")};
  luaL_checkstring(L, 2);
  c.work = push_work(L);
  if (!guard(&c.work->failure, apply_steps, &c)) return push_failure(L, &c.work->failure);
  lua_pushlstring(L, c.work->other.bytes.v == NULL ? "" : c.work->other.bytes.v, c.work->other.bytes.n);
  return 1;
}

static void split_steps(Failure *f, void *data) {
  (void)f;
  StepsCall *c = data;
  Work *w = c->work;
  size_t n;
  const char *text = lua_tolstring(c->L, 2, &n);
  aligned_set(&w->failure, &w->text, text, n);
  if (n > 0) PUSH(&w->failure, &w->pieces, (Piece){0, (uint32_t)n, 0, -1});
  steps_split(w, &c->box->steps);
}

/* The bytes of the original that a piece stands for: none has the place where it would begin. */
static void push_piece(lua_State *L, const Work *w, const Piece *piece, size_t i) {
  lua_pushlstring(L, w->text.bytes.v + piece->start, piece->end - piece->start);
  lua_rawseti(L, -3, (lua_Integer)i + 1);
  const bool empty = piece->start == piece->end;
  lua_pushinteger(L, empty ? piece->origin : w->text.origin.v[piece->start].from);
  lua_rawseti(L, -2, 2 * (lua_Integer)i + 1);
  lua_pushinteger(L, empty ? piece->origin : w->text.origin.v[piece->end - 1].to);
  lua_rawseti(L, -2, 2 * (lua_Integer)i + 2);
}

/* Texts, and the bytes that they come from: first, last + 1, from 0. */
static int core_split(lua_State *L) {
  StepsCall c = {.L = L, .box = object_check(L, 1, &steps_class, "split", "steps")};
  luaL_checkstring(L, 2);
  c.work = push_work(L);
  if (!guard(&c.work->failure, split_steps, &c)) return push_failure(L, &c.work->failure);
  const Work *w = c.work;
  lua_createtable(L, (int)w->pieces.n, 0);
  lua_createtable(L, 2 * (int)w->pieces.n, 0);
  for (size_t i = 0; i < w->pieces.n; i++) push_piece(L, w, &w->pieces.v[i], i);
  return 2;
}

const luaL_Reg steps_functions[] = {{"pattern", core_pattern}, {"segments", core_segments}, {"steps", core_steps},
  {"apply", core_apply}, {"split", core_split}, {NULL, NULL}};
