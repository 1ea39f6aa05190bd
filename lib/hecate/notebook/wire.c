/* wire.c: the channels of a kernel, for Lua: require "hecate.notebook.wire". Heartbeat,
** control and output belong to the relay (relay.c), requests and input to this thread.
*/
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "notebook.h"
#include "vm.h"

int luaopen_hecate_notebook_wire(lua_State *L);
int png_encode(lua_State *L);

typedef struct {
  Object object;
  void *context, *shell, *input, *inside; /* of libzmq; NULL when closed */
  Message message;                        /* what came last */
  Relay relay;
  char *key, *session; /* of malloc */
  size_t key_size;
  bool open;
} Wire;

static void close_socket(void **socket) {
  if (*socket != NULL) zmq.close(*socket);
  *socket = NULL;
}

/* What waits to be sent is given a second (ZMQ_LINGER). */
static void wire_close(Wire *w) {
  if (!w->open) return;
  w->open = false;
  relay_stop(&w->relay, w->inside);
  message_release(&w->message);
  close_socket(&w->relay.heartbeat);
  close_socket(&w->relay.control);
  close_socket(&w->relay.iopub);
  close_socket(&w->relay.inside);
  close_socket(&w->shell);
  close_socket(&w->input);
  close_socket(&w->inside);
  if (w->context != NULL) zmq.ctx_term(w->context);
  w->context = NULL;
  free(w->key);
  free(w->session);
}

static void wire_finalize(lua_State *L, void *self) {
  (void)L;
  wire_close(self);
}

static const Class wire_class;

static Wire *check_wire(lua_State *L, const char *function) {
  Wire *w = object_check(L, 1, &wire_class, function, "self");
  if (!w->open) error_raise(L, "%s: the wire is closed", function);
  return w;
}

/* Raises "REASON DETAIL", as a person is to read it: without a place in our files. */
static int raise_plainly(lua_State *L, const char *reason, const char *detail) {
  lua_pushfstring(L, "%s%s", reason, detail);
  return lua_error(L);
}

/* ---- opening ---------------------------------------------------------------------- */

/* NULL: errno of libzmq says why. */
static void *bind_socket(Wire *w, int type, const char *endpoint) {
  int linger = 1000, handover = 1, many = 10000;
  void *socket = zmq.socket(w->context, type);
  if (socket == NULL) return NULL;
  zmq.setsockopt(socket, ZMQ_LINGER, &linger, sizeof linger);
  if (type == ZMQ_ROUTER) zmq.setsockopt(socket, ZMQ_ROUTER_HANDOVER, &handover, sizeof handover);
  if (type == ZMQ_PUB) zmq.setsockopt(socket, ZMQ_SNDHWM, &many, sizeof many);
  if (zmq.bind(socket, endpoint) == 0) return socket;
  zmq.close(socket);
  return NULL;
}

/* The two ends of the way between the threads. */
static bool open_inside(Wire *w) {
  static const char endpoint[] = "inproc://relay";
  w->inside = bind_socket(w, ZMQ_PAIR, endpoint);
  w->relay.inside = zmq.socket(w->context, ZMQ_PAIR);
  return w->inside != NULL && w->relay.inside != NULL && zmq.connect(w->relay.inside, endpoint) == 0;
}

/* The string of the field 'name' of the table at 1; it stays on the stack. */
static const char *field(lua_State *L, const char *name, size_t *size) {
  if (lua_getfield(L, 1, name) != LUA_TSTRING) error_raise(L, "open: '%s': expected a string", name);
  return lua_tolstring(L, -1, size);
}

/* open{shell =, control =, iopub =, stdin =, hb = (endpoints), key =, session =} → wire.
** Raises when an endpoint cannot be bound. */
static int open_wire(lua_State *L) {
  static const char *const names[] = {"shell", "stdin", "control", "iopub", "hb"};
  static const int types[] = {ZMQ_ROUTER, ZMQ_ROUTER, ZMQ_ROUTER, ZMQ_PUB, ZMQ_ROUTER};
  char reason[256];
  luaL_checktype(L, 1, LUA_TTABLE);
  if (!libraries_open(reason, sizeof reason)) return raise_plainly(L, reason, "");
  size_t key_size;
  const char *key = field(L, "key", &key_size), *session = field(L, "session", NULL), *endpoints[5];
  for (int i = 0; i < 5; i++) endpoints[i] = field(L, names[i], NULL);
  Wire *w = object_new(L, &wire_class, sizeof *w, 0);
  Relay *r = &w->relay;
  void **sockets[] = {&w->shell, &w->input, &r->control, &r->iopub, &r->heartbeat};
  for (int i = 0; i < 2; i++) r->stream[i] = (Stream){.name = i == 0 ? "stdout" : "stderr", .fd = -1, .original = -1};
  w->open = true;
  w->key = malloc(key_size + 1);
  w->session = strdup(session);
  w->context = zmq.ctx_new();
  if (w->key == NULL || w->session == NULL || w->context == NULL) return error_raise(L, "not enough memory");
  memcpy(w->key, key, key_size + 1);
  w->key_size = r->key_size = key_size;
  r->key = w->key;
  r->session = w->session;
  for (int i = 0; i < 5; i++) {
    *sockets[i] = bind_socket(w, types[i], endpoints[i]);
    if (*sockets[i] != NULL) continue;
    lua_pushfstring(L, "cannot listen at %s: ", endpoints[i]);
    return raise_plainly(L, lua_tostring(L, -1), zmq.strerror(zmq.error()));
  }
  if (!open_inside(w)) return raise_plainly(L, "cannot open a socket: ", zmq.strerror(zmq.error()));
  return 1;
}

/* wire:start(): captures descriptors 1 and 2 and starts the thread. */
static int wire_start(lua_State *L) {
  Wire *w = check_wire(L, "wire.start");
  if (!relay_capture(&w->relay) || !relay_start(&w->relay))
    return raise_plainly(L, "cannot start the kernel: ", strerror(errno));
  return 0;
}

/* ---- messages --------------------------------------------------------------------- */

/* Pushes the message as an array of its parts. */
static void push_parts(lua_State *L, const Message *m) {
  lua_createtable(L, m->count, 0);
  for (int i = 0; i < m->count; i++) {
    zmq_msg_t *part = (zmq_msg_t *)&m->part[i];
    lua_pushlstring(L, zmq.msg_data(part), zmq.msg_size(part));
    lua_rawseti(L, -2, i + 1);
  }
}

/* wire:receive(seconds) → "control" or "shell", parts, position of the delimiter (nil:
** malformed), whether it is signed as it should be. nil when none came or a signal did.
** Control goes first. */
static int wire_receive(lua_State *L) {
  Wire *w = check_wire(L, "wire.receive");
  long wait = (long)(luaL_checknumber(L, 2) * 1000);
  zmq_pollitem_t items[] = {{w->inside, 0, ZMQ_POLLIN, 0}, {w->shell, 0, ZMQ_POLLIN, 0}};
  if (zmq.poll(items, 2, wait) <= 0) return 0;
  bool control = items[0].revents != 0;
  Message *m = &w->message;
  if (!message_receive(m, control ? w->inside : w->shell)) return 0;
  int at = message_delimiter(m);
  lua_pushstring(L, control ? "control" : "shell");
  push_parts(L, m);
  if (at < 0) lua_pushnil(L);
  else lua_pushinteger(L, at + 1);
  lua_pushboolean(L, at >= 0 && message_is_signed(m, at, w->key, w->key_size));
  return 4;
}

/* wire:receive_input(seconds): the same of the channel stdin, without its name. */
static int wire_receive_input(lua_State *L) {
  Wire *w = check_wire(L, "wire.receive_input");
  zmq_pollitem_t item = {w->input, 0, ZMQ_POLLIN, 0};
  if (zmq.poll(&item, 1, (long)(luaL_checknumber(L, 2) * 1000)) <= 0) return 0;
  if (!message_receive(&w->message, w->input)) return 0;
  int at = message_delimiter(&w->message);
  push_parts(L, &w->message);
  if (at < 0) lua_pushnil(L);
  else lua_pushinteger(L, at + 1);
  lua_pushboolean(L, at >= 0 && message_is_signed(&w->message, at, w->key, w->key_size));
  return 3;
}

/* Sends one part; a signal does not end that. */
static void send_part(void *socket, const char *data, size_t size, bool more) {
  while (zmq.send(socket, data, size, more ? ZMQ_SNDMORE : 0) < 0 && zmq.error() == EINTR) continue;
}

/* The parts of one message, checked before the first is sent. */
static int check_parts(lua_State *L, int index) {
  luaL_checktype(L, index, LUA_TTABLE);
  int n = (int)lua_rawlen(L, index);
  for (int i = 1; i <= n; i++, lua_pop(L, 1))
    if (lua_rawgeti(L, index, i) != LUA_TSTRING) return error_raise(L, "wire.send: part %d is no string", i);
  return n;
}

/* wire:send(channel, prefix, header, parent, metadata, content): signs and sends; 'prefix'
** is the array of what goes before the delimiter. */
static int wire_send(lua_State *L) {
  static const char *const channels[] = {"shell", "stdin", "control", "iopub", NULL};
  static const char *const commands[] = {NULL, NULL, RELAY_CONTROL, RELAY_IOPUB};
  Wire *w = check_wire(L, "wire.send");
  int channel = luaL_checkoption(L, 2, NULL, channels), prefix = check_parts(L, 3);
  void *socket = channel == 0 ? w->shell : channel == 1 ? w->input : w->inside;
  Part parts[4];
  char signature[HMAC_HEX];
  for (int i = 0; i < 4; i++) parts[i].data = luaL_checklstring(L, 4 + i, &parts[i].size);
  message_sign(parts, w->key, w->key_size, signature);
  if (commands[channel] != NULL) {
    fflush(stdout); /* what was printed before comes before */
    fflush(stderr);
    send_part(socket, commands[channel], strlen(commands[channel]), true);
  }
  for (int i = 1; i <= prefix; i++, lua_pop(L, 1)) {
    lua_rawgeti(L, 3, i);
    send_part(socket, lua_tostring(L, -1), lua_rawlen(L, -1), true);
  }
  send_part(socket, MESSAGE_DELIMITER, strlen(MESSAGE_DELIMITER), true);
  send_part(socket, signature, strlen(signature), true);
  for (int i = 0; i < 4; i++) send_part(socket, parts[i].data, parts[i].size, i < 3);
  if (commands[channel] != NULL) relay_wait(&w->relay);
  return 0;
}

/* wire:set_parent(header): the JSON of the header whose output the streams are. */
static int wire_set_parent(lua_State *L) {
  Wire *w = check_wire(L, "wire.set_parent");
  size_t size;
  const char *header = luaL_checklstring(L, 2, &size);
  fflush(stdout);
  fflush(stderr);
  send_part(w->inside, RELAY_PARENT, strlen(RELAY_PARENT), true);
  send_part(w->inside, header, size, false);
  relay_wait(&w->relay);
  return 0;
}

/* wire:prompt() → the line that was begun on standard output and is not yet published, which
** it then never is; "" without one. */
static int wire_prompt(lua_State *L) {
  Wire *w = check_wire(L, "wire.prompt");
  fflush(stdout);
  fflush(stderr);
  send_part(w->inside, RELAY_PROMPT, strlen(RELAY_PROMPT), false);
  relay_wait(&w->relay);
  lua_pushstring(L, w->relay.prompt);
  return 1;
}

static int wire_close_method(lua_State *L) {
  wire_close(object_check(L, 1, &wire_class, "wire.close", "self"));
  return 0;
}

/* ---- functions ---------------------------------------------------------------------- */

static int make_id(lua_State *L) {
  char id[RELAY_ID], reason[256];
  if (!libraries_open(reason, sizeof reason)) return raise_plainly(L, reason, "");
  relay_make_id(id);
  lua_pushstring(L, id);
  return 1;
}

static int make_date(lua_State *L) {
  char date[RELAY_DATE];
  relay_make_date(date);
  lua_pushstring(L, date);
  return 1;
}

/* base64(bytes) → text */
static int base64(lua_State *L) {
  size_t size;
  char reason[256];
  const char *bytes = luaL_checklstring(L, 1, &size);
  luaL_Buffer text;
  if (!libraries_open(reason, sizeof reason)) return raise_plainly(L, reason, "");
  size_t length = (size + 2) / 3 * 4;
  char *to = luaL_buffinitsize(L, &text, length + 1);
  sodium.bin2base64(to, length + 1, (const unsigned char *)bytes, size, 1); /* the usual alphabet, padded */
  luaL_pushresultsize(&text, length);
  return 1;
}

/* executable() → the path of the running program. */
static int executable(lua_State *L) {
  char path[4096];
  ssize_t n = readlink("/proc/self/exe", path, sizeof path);
  if (n < 0) return raise_plainly(L, "cannot find out the path of this program: ", strerror(errno));
  lua_pushlstring(L, path, (size_t)n);
  return 1;
}

static const luaL_Reg wire_methods[] = {
  {"start", wire_start}, {"receive", wire_receive},       {"receive_input", wire_receive_input},
  {"send", wire_send},   {"set_parent", wire_set_parent}, {"prompt", wire_prompt},
  {"close", wire_close_method}, {NULL, NULL}};

static const Class wire_class = {.name = "hecate.notebook.wire", .finalize = wire_finalize, .methods = wire_methods};

static const luaL_Reg functions[] = {
  {"open", open_wire}, {"id", make_id}, {"date", make_date}, {"base64", base64}, {"executable", executable},
  {"png", png_encode}, {NULL, NULL}};

int luaopen_hecate_notebook_wire(lua_State *L) {
  luaL_newlib(L, functions);
  return 1;
}
