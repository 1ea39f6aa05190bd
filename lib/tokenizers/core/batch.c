/* batch.c: encoding one text, and many on threads. */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>

#include "tokenizers/core/bind.h"

static uint32_t padding_label(Work *w, const Tokenizer *t) {
  return label_add(w, t->padding.token, strlen(t->padding.token));
}

/* ---- one text -------------------------------------------------------------------------------------- */

typedef struct {
  Work *work;
  const Tokenizer *tokenizer;
  Input first, second;
  bool pair, special;
  EncodingBox *box;
} Call;

static void encode_guarded(Failure *f, void *data) {
  Call *c = data;
  Encoding *e = encode(c->work, c->tokenizer, &c->first, c->pair ? &c->second : NULL, c->special);
  const Padding *p = &c->tokenizer->padding;
  if (p->is_on) e = encoding_pad(c->work, p, e, padding_length(p, e->n), padding_label(c->work, c->tokenizer));
  fill_encoding(f, c->box, e, c->work->labels.v, c->work->labels.n);
}

static int core_encode(lua_State *L) {
  TokenizerBox *box = object_check(L, 1, &tokenizer_class, "encode", "tokenizer");
  Call c = {.work = &box->work[0], .tokenizer = &box->tokenizer, .special = lua_toboolean(L, 4),
    .pair = !lua_isnil(L, 3)};
  c.work->random = (uint64_t)luaL_optinteger(L, 5, 0);
  c.first = read_input(L, 2);
  if (c.pair) c.second = read_input(L, 3);
  c.box = push_encoding(L, 1);
  return guard(&c.work->failure, encode_guarded, &c) ? 1 : push_failure(L, &c.work->failure);
}

/* ---- many ------------------------------------------------------------------------------------------ */

typedef struct {
  Input first, second;
  bool pair;
  EncodingBox *box;
  uint32_t label; /* of the token of padding */
} Item;

typedef struct Batch Batch;
struct Batch {
  TokenizerBox *tokenizer;
  Item *items;
  size_t n;
  bool special;
  uint64_t seed;
  size_t length;              /* of padding */
  atomic_size_t next, failed; /* failed: the first item that did not go, or n */
  void (*body)(Failure *f, void *call);
};

typedef struct { Batch *batch; Work *work; size_t item; } Thread;

static void encode_item(Failure *f, void *data) {
  const Thread *c = data;
  Item *item = &c->batch->items[c->item];
  const Tokenizer *t = &c->batch->tokenizer->tokenizer;
  c->work->random = c->batch->seed + c->item;
  const Encoding *e = encode(c->work, t, &item->first, item->pair ? &item->second : NULL, c->batch->special);
  if (t->padding.is_on) item->label = padding_label(c->work, t);
  fill_encoding(f, item->box, e, c->work->labels.v, c->work->labels.n);
}

static void pad_item(Failure *f, void *data) {
  const Thread *c = data;
  const Item *item = &c->batch->items[c->item];
  const Encoding *e = item->box->encoding;
  if (e->n_parts == 0 && e->n >= c->batch->length) return;
  pool_reset(&c->work->pool);
  e = encoding_pad(c->work, &c->batch->tokenizer->tokenizer.padding, e, c->batch->length, item->label);
  fill_encoding(f, item->box, e, NULL, 0);
}

enum { GRAIN = 8 }; /* items that a thread takes at once */

static void *run_thread(void *data) {
  Thread *thread = data;
  Batch *b = thread->batch;
  for (;;) {
    const size_t first = atomic_fetch_add(&b->next, GRAIN);
    if (first >= b->n || atomic_load(&b->failed) < b->n) return NULL;
    for (size_t i = first; i < b->n && i < first + GRAIN; i++) {
      thread->item = i;
      if (guard(&thread->work->failure, b->body, thread)) continue;
      size_t before = atomic_load(&b->failed);
      while (i < before && !atomic_compare_exchange_weak(&b->failed, &before, i)) {}
      return NULL;
    }
  }
}

/* Runs a body for all items, on this thread and up to 'threads' - 1 others, which get no signals. */
static void run_all(Batch *b, void (*body)(Failure *f, void *call), size_t threads) {
  pthread_t ids[MAX_THREADS];
  Thread calls[MAX_THREADS];
  sigset_t all, before;
  b->body = body;
  atomic_store(&b->next, 0);
  if (threads > b->n / GRAIN + 1) threads = b->n / GRAIN + 1;
  if (threads > MAX_THREADS) threads = MAX_THREADS;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  size_t started = 1;
  for (; started < threads; started++) {
    calls[started] = (Thread){b, &b->tokenizer->work[started], 0};
    if (pthread_create(&ids[started], NULL, run_thread, &calls[started]) != 0) break;
  }
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  calls[0] = (Thread){b, &b->tokenizer->work[0], 0};
  run_thread(&calls[0]);
  for (size_t i = 1; i < started; i++) pthread_join(ids[i], NULL);
}

/* Pads all to the longest, on this thread where they are few. */
static void pad_all(Batch *b, size_t threads) {
  size_t longest = 0;
  for (size_t i = 0; i < b->n; i++)
    if (b->items[i].box->encoding->n > longest) longest = b->items[i].box->encoding->n;
  b->length = padding_length(&b->tokenizer->tokenizer.padding, longest);
  run_all(b, pad_item, threads);
}

static int push_batch_failure(lua_State *L, const Batch *b) {
  const size_t failed = atomic_load(&b->failed);
  const char *why = "not encoded";
  for (int i = 0; i < MAX_THREADS; i++)
    if (b->tokenizer->work[i].failure.message[0] != '\0') why = b->tokenizer->work[i].failure.message;
  lua_pushnil(L);
  lua_pushstring(L, why);
  lua_pushinteger(L, (lua_Integer)failed + 1);
  return 3;
}

/* The inputs of the batch and boxes for its results, which the table at 'results' holds; userdata of the inputs are
** kept by the table at 'kept'. */
static void read_items(lua_State *L, Batch *b, int results, int kept) {
  for (size_t i = 0; i < b->n; i++) {
    Item *item = &b->items[i];
    lua_rawgeti(L, 2, (lua_Integer)i + 1);
    item->first = read_input(L, lua_gettop(L));
    lua_rawseti(L, kept, 2 * (lua_Integer)i + 1);
    lua_pop(L, 1);
    item->pair = lua_istable(L, 3) && lua_rawgeti(L, 3, (lua_Integer)i + 1) != LUA_TNIL;
    if (item->pair) {
      item->second = read_input(L, lua_gettop(L));
      lua_rawseti(L, kept, 2 * (lua_Integer)i + 2);
    }
    lua_settop(L, kept);
    item->box = push_encoding(L, 1);
    lua_rawseti(L, results, (lua_Integer)i + 1);
  }
}

static int core_encode_batch(lua_State *L) {
  Batch b = {.tokenizer = object_check(L, 1, &tokenizer_class, "encode_batch", "tokenizer")};
  luaL_checktype(L, 2, LUA_TTABLE);
  b.n = (size_t)luaL_len(L, 2);
  b.special = lua_toboolean(L, 4);
  const lua_Integer threads = luaL_optinteger(L, 5, 1);
  b.seed = (uint64_t)luaL_optinteger(L, 6, 0);
  lua_settop(L, 6);
  luaL_checkstack(L, 12, "encode_batch");
  b.items = lua_newuserdatauv(L, (b.n + 1) * sizeof *b.items, 0);
  memset(b.items, 0, (b.n + 1) * sizeof *b.items);
  lua_createtable(L, (int)b.n, 0);
  lua_newtable(L);
  read_items(L, &b, 8, 9);
  for (int i = 0; i < MAX_THREADS; i++) b.tokenizer->work[i].failure.message[0] = '\0';
  atomic_store(&b.failed, b.n);
  run_all(&b, encode_item, threads < 1 ? 1 : (size_t)threads);
  if (atomic_load(&b.failed) < b.n) return push_batch_failure(L, &b);
  if (b.tokenizer->tokenizer.padding.is_on) pad_all(&b, threads < 1 ? 1 : (size_t)threads);
  if (atomic_load(&b.failed) < b.n) return push_batch_failure(L, &b);
  lua_settop(L, 8);
  return 1;
}

const luaL_Reg batch_functions[] = {{"encode", core_encode}, {"encode_batch", core_encode_batch}, {NULL, NULL}};
