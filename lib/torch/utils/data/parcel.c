/* parcel.c: see parcel.h.
**
** A message is a head, and a body of at most INLINE_LIMIT bytes. A longer body lies in the file of the message, and so
** do the elements of large tensors, each from the start of a page on. The body: one value after the other, a letter
** and what it says.
*/
#include "parcel.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
  INLINE_LIMIT = 32768, /* a socket takes several such messages */
  SMALL_TENSOR = 4096,  /* bytes that travel in the body: mapping a page costs more */
  DEPTH_LIMIT = 100,
};

typedef struct {
  uint64_t size;    /* bytes of the body */
  uint64_t in_file; /* where it begins in the file, or NOT_IN_FILE */
} ParcelHead;
#define NOT_IN_FILE UINT64_MAX

struct Parcel {
  Object object;
  char *body;
  size_t size, capacity;
  size_t at; /* of a reader */
  int fd;    /* the file, or -1 */
  size_t file_size;
  ParcelHead head;
};

static void parcel_finalize(lua_State *L, void *self) {
  (void)L;
  Parcel *m = self;
  free(m->body);
  m->body = NULL;
  if (m->fd >= 0) close(m->fd);
  m->fd = -1;
}
static const Class parcel_class = {"torch.utils.data.parcel", NULL, parcel_finalize, NULL, NULL};

static Parcel *parcel_new(lua_State *L) {
  Parcel *m = object_new(L, &parcel_class, sizeof *m, 0);
  m->fd = -1;
  return m;
}

/* ---- writing --------------------------------------------------------------------------------------------- */

static void parcel_add(lua_State *L, Parcel *m, const void *bytes, size_t n) {
  if (m->size + n > m->capacity) {
    const size_t capacity = (m->size + n) * 3 / 2 + 256;
    char *body = realloc(m->body, capacity);
    if (body == NULL) error_raise(L, "DataLoader: no memory for a message of %I bytes", (LUAI_UACINT)(m->size + n));
    m->body = body;
    m->capacity = capacity;
  }
  memcpy(m->body + m->size, bytes, n);
  m->size += n;
}

static void parcel_add_letter(lua_State *L, Parcel *m, char letter) { parcel_add(L, m, &letter, 1); }

static void parcel_add_word(lua_State *L, Parcel *m, int64_t word) { parcel_add(L, m, &word, sizeof word); }

/* Puts bytes behind what the file holds, from the start of a page on; returns where. */
static uint64_t parcel_add_to_file(lua_State *L, Parcel *m, const char *bytes, size_t n) {
  if (m->fd < 0) m->fd = memfd_create("hecate-batch", MFD_CLOEXEC);
  if (m->fd < 0) error_raise(L, "DataLoader: no shared memory for a batch: %s", strerror(errno));
  const size_t page = (size_t)sysconf(_SC_PAGESIZE), start = (m->file_size + page - 1) / page * page;
  for (size_t done = 0; done < n;) {
    const ssize_t some = pwrite(m->fd, bytes + done, n - done, (off_t)(start + done));
    if (some < 0 && errno == EINTR) continue;
    if (some <= 0) error_raise(L, "DataLoader: no shared memory for a batch of %I bytes: %s", (LUAI_UACINT)n,
                               strerror(errno));
    done += (size_t)some;
  }
  m->file_size = start + n;
  return start;
}

/* x DTYPE NDIM SHAPE BYTES, or X DTYPE NDIM SHAPE PLACE. */
static void parcel_add_tensor(lua_State *L, Parcel *m, Tensor *t) {
  if (tensor_requires_grad(t))
    error_raise(L, "DataLoader: a worker cannot send a tensor that requires a gradient: send x:detach()");
  TensorBox *host = tensor_box(L), *dense = tensor_box(L);
  error_check(L, tensor_on_host("DataLoader", t, &host->tensor));
  error_check(L, op_contiguous(host->tensor, &dense->tensor));
  const size_t bytes = (size_t)t->numel * tensor_itemsize(t);
  const bool small = bytes <= SMALL_TENSOR;
  parcel_add_letter(L, m, small ? 'x' : 'X');
  parcel_add_word(L, m, t->dtype);
  parcel_add_word(L, m, t->ndim);
  parcel_add(L, m, t->shape, (size_t)t->ndim * sizeof t->shape[0]);
  if (small) parcel_add(L, m, tensor_data(dense->tensor), bytes);
  else parcel_add_word(L, m, (int64_t)parcel_add_to_file(L, m, tensor_data(dense->tensor), bytes));
  tensor_release(dense->tensor);
  dense->tensor = NULL;
  lua_pop(L, 2);
}

static void parcel_add_value(lua_State *L, Parcel *m, int index, int depth);

/* T N ITEMS, then pairs, then e. */
static void parcel_add_table(lua_State *L, Parcel *m, int index, int depth) {
  if (depth >= DEPTH_LIMIT)
    error_raise(L, "DataLoader: a worker cannot send tables in each other more than %d deep: is one inside itself?",
                DEPTH_LIMIT);
  luaL_checkstack(L, 8, "DataLoader: tables in each other");
  const lua_Integer n = (lua_Integer)lua_rawlen(L, index);
  parcel_add_letter(L, m, 'T');
  parcel_add_word(L, m, n);
  for (lua_Integer i = 1; i <= n; i++) {
    lua_rawgeti(L, index, i);
    parcel_add_value(L, m, lua_gettop(L), depth + 1);
    lua_pop(L, 1);
  }
  lua_pushnil(L);
  while (lua_next(L, index)) {
    const int value = lua_gettop(L);
    const lua_Integer at = lua_isinteger(L, value - 1) ? lua_tointeger(L, value - 1) : 0;
    if (at < 1 || at > n) {
      parcel_add_value(L, m, value - 1, depth + 1);
      parcel_add_value(L, m, value, depth + 1);
    }
    lua_pop(L, 1);
  }
  parcel_add_letter(L, m, 'e');
}

static void parcel_add_string(lua_State *L, Parcel *m, int index) {
  size_t n;
  const char *text = lua_tolstring(L, index, &n);
  parcel_add_letter(L, m, 's');
  parcel_add_word(L, m, (int64_t)n);
  parcel_add(L, m, text, n);
}

static void parcel_add_number(lua_State *L, Parcel *m, int index) {
  if (lua_isinteger(L, index)) {
    parcel_add_letter(L, m, 'i');
    parcel_add_word(L, m, lua_tointeger(L, index));
  } else {
    const double number = lua_tonumber(L, index);
    parcel_add_letter(L, m, 'd');
    parcel_add(L, m, &number, sizeof number);
  }
}

static void parcel_add_value(lua_State *L, Parcel *m, int index, int depth) {
  const int type = lua_type(L, index);
  Tensor *t = type == LUA_TUSERDATA ? tensor_test(L, index) : NULL;
  const bool plain = type == LUA_TTABLE && !luaL_getmetafield(L, index, "__index") &&
                     !luaL_getmetafield(L, index, "__name");
  char text[ERROR_TEXT];
  if (t != NULL) {
    if (tag_push(L, index)) {
      parcel_add_letter(L, m, 'g');
      parcel_add_value(L, m, lua_gettop(L), depth + 1);
      lua_pop(L, 1);
    }
    parcel_add_tensor(L, m, t);
  }
  else if (type == LUA_TNIL) parcel_add_letter(L, m, 'n');
  else if (type == LUA_TBOOLEAN) parcel_add_letter(L, m, lua_toboolean(L, index) ? 't' : 'f');
  else if (type == LUA_TNUMBER) parcel_add_number(L, m, index);
  else if (type == LUA_TSTRING) parcel_add_string(L, m, index);
  else if (plain) parcel_add_table(L, m, index, depth);
  else
    error_raise(L, "DataLoader: a worker cannot send %s: it sends tensors, numbers, strings, booleans and plain tables"
                   " of these (collate_fn can make them)", error_describe(L, index, text));
}

Parcel *parcel_encode(lua_State *L, int first) {
  const int last = lua_gettop(L);
  Parcel *m = parcel_new(L);
  for (int i = first; i <= last; i++) parcel_add_value(L, m, i, 0);
  m->head = (ParcelHead){m->size, NOT_IN_FILE};
  if (m->size > INLINE_LIMIT) m->head.in_file = parcel_add_to_file(L, m, m->body, m->size);
  return m;
}

ssize_t parcel_send(const Parcel *m, int fd, int flags) {
  struct iovec parts[2] = {{(void *)&m->head, sizeof m->head}, {m->body, m->size}};
  union {
    struct cmsghdr head;
    char bytes[CMSG_SPACE(sizeof(int))];
  } control;
  struct msghdr all = {.msg_iov = parts, .msg_iovlen = m->head.in_file == NOT_IN_FILE ? 2 : 1};
  if (m->fd >= 0) {
    memset(&control, 0, sizeof control);
    all.msg_control = control.bytes;
    all.msg_controllen = sizeof control.bytes;
    struct cmsghdr *c = CMSG_FIRSTHDR(&all);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(c), &m->fd, sizeof(int));
  }
  return sendmsg(fd, &all, flags);
}

/* ---- reading --------------------------------------------------------------------------------------------- */

static int parcel_broken(lua_State *L) { return error_raise(L, "DataLoader: a damaged message of a worker"); }

/* The next n bytes of the body. */
static const char *parcel_take(lua_State *L, Parcel *m, uint64_t n) {
  if (n > m->size - m->at) parcel_broken(L);
  m->at += (size_t)n;
  return m->body + m->at - n;
}

static int64_t parcel_word(lua_State *L, Parcel *m) {
  int64_t word;
  memcpy(&word, parcel_take(L, m, sizeof word), sizeof word);
  return word;
}

static void parcel_unmap(Storage *s) { munmap(s->data, s->bytes); }

/* A storage of the n bytes of the file from 'start' on.. */
static Status parcel_map(Parcel *m, int64_t start, size_t n, Storage **out) {
  *out = NULL;
  if (m->fd < 0 || start < 0 || (uint64_t)start + n > m->file_size)
    return fail(ERROR_ARGUMENT, "DataLoader: a damaged message of a worker");
  void *data = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_SHARED, m->fd, (off_t)start);
  if (data == MAP_FAILED) return fail(ERROR_MEMORY, "DataLoader: no memory for a batch of %zu bytes", n);
  const Status status = storage_new(0, (Device){DEVICE_CPU, 0}, out);
  if (status != OK) {
    munmap(data, n);
    return status;
  }
  (*out)->data = data;
  (*out)->bytes = n;
  (*out)->release = parcel_unmap;
  return OK;
}

static Status parcel_tensor(Parcel *m, bool small, DType dtype, int ndim, const int64_t *shape, const char *bytes,
                             int64_t start, Tensor **out) {
  if (small) {
    TRY(tensor_empty_cpu(ndim, shape, dtype, out));
    memcpy(tensor_data(*out), bytes, (size_t)(*out)->numel * dtype_size(dtype));
    return OK;
  }
  int64_t stride[TENSOR_MAX_DIMS], numel = 1;
  for (int d = ndim - 1; d >= 0; d--) {
    stride[d] = numel;
    numel *= shape[d];
  }
  Storage *storage;
  TRY(parcel_map(m, start, (size_t)numel * dtype_size(dtype), &storage));
  const Status status = tensor_from_storage(storage, dtype, 0, ndim, shape, stride, out);
  storage_release(storage);
  return status;
}

static void parcel_push_tensor(lua_State *L, Parcel *m, bool small) {
  const int64_t dtype = parcel_word(L, m), ndim = parcel_word(L, m);
  if (dtype < 0 || dtype >= DTYPE_COUNT || ndim < 0 || ndim > TENSOR_MAX_DIMS) parcel_broken(L);
  int64_t shape[TENSOR_MAX_DIMS], numel = 1;
  memcpy(shape, parcel_take(L, m, (uint64_t)ndim * sizeof shape[0]), (size_t)ndim * sizeof shape[0]);
  for (int d = 0; d < ndim; d++) {
    if (shape[d] < 0 || __builtin_mul_overflow(numel, shape[d], &numel) || numel > INT64_MAX / 32) parcel_broken(L);
  }
  const char *bytes = small ? parcel_take(L, m, (uint64_t)numel * dtype_size((DType)dtype)) : NULL;
  const int64_t start = small ? 0 : parcel_word(L, m);
  TensorBox *box = tensor_box(L);
  error_check(L, parcel_tensor(m, small, (DType)dtype, (int)ndim, shape, bytes, start, &box->tensor));
  tensor_account(L, box);
}

static void parcel_push_value(lua_State *L, Parcel *m, int depth);

static void parcel_push_table(lua_State *L, Parcel *m, int depth) {
  const int64_t n = parcel_word(L, m);
  if (depth >= DEPTH_LIMIT || n < 0 || (uint64_t)n > m->size - m->at) parcel_broken(L);
  luaL_checkstack(L, 8, "DataLoader: tables in each other");
  lua_createtable(L, (int)(n < 1 << 24 ? n : 1 << 24), 0);
  for (int64_t i = 1; i <= n; i++) {
    parcel_push_value(L, m, depth + 1);
    lua_rawseti(L, -2, i);
  }
  while (m->at < m->size && m->body[m->at] != 'e') {
    parcel_push_value(L, m, depth + 1);
    if (lua_isnil(L, -1) || (lua_type(L, -1) == LUA_TNUMBER && lua_tonumber(L, -1) != lua_tonumber(L, -1)))
      parcel_broken(L);
    parcel_push_value(L, m, depth + 1);
    lua_rawset(L, -3);
  }
  parcel_take(L, m, 1);
}

/* A tensor with its tag, which comes first. */
static void parcel_push_tagged(lua_State *L, Parcel *m, int depth) {
  parcel_push_value(L, m, depth + 1);
  const bool is_tag = lua_istable(L, -1);
  const char letter = *parcel_take(L, m, 1);
  if (!is_tag || (letter != 'x' && letter != 'X')) parcel_broken(L);
  parcel_push_tensor(L, m, letter == 'x');
  lua_insert(L, -2);
  tag_give(L, -2);
}

static void parcel_push_value(lua_State *L, Parcel *m, int depth) {
  const char letter = *parcel_take(L, m, 1);
  double number;
  int64_t n;
  switch (letter) {
    case 'n': lua_pushnil(L); break;
    case 't': lua_pushboolean(L, true); break;
    case 'f': lua_pushboolean(L, false); break;
    case 'i': lua_pushinteger(L, parcel_word(L, m)); break;
    case 'd':
      memcpy(&number, parcel_take(L, m, sizeof number), sizeof number);
      lua_pushnumber(L, number);
      break;
    case 's':
      n = parcel_word(L, m);
      lua_pushlstring(L, parcel_take(L, m, (uint64_t)n), (size_t)n);
      break;
    case 'T': parcel_push_table(L, m, depth); break;
    case 'g': parcel_push_tagged(L, m, depth); break;
    case 'x': parcel_push_tensor(L, m, true); break;
    case 'X': parcel_push_tensor(L, m, false); break;
    default: parcel_broken(L);
  }
}

/* The body in memory: behind the head in 'text', or in the file. */
static void parcel_body(lua_State *L, Parcel *m, const char *text, size_t n) {
  if (m->head.size > (m->head.in_file == NOT_IN_FILE ? n : m->file_size)) parcel_broken(L);
  m->size = (size_t)m->head.size;
  if ((m->body = malloc(m->size + 1)) == NULL) error_raise(L, "DataLoader: no memory for a message");
  if (m->head.in_file == NOT_IN_FILE) memcpy(m->body, text, m->size);
  else if (pread(m->fd, m->body, m->size, (off_t)m->head.in_file) != (ssize_t)m->size) parcel_broken(L);
}

/* One message as the socket gives it: its bytes behind the head (their number), -1: there is none and never will be. */
static ssize_t parcel_read(Parcel *m, int fd, char *text) {
  struct iovec parts[2] = {{&m->head, sizeof m->head}, {text, INLINE_LIMIT}};
  union {
    struct cmsghdr head;
    char bytes[CMSG_SPACE(sizeof(int))];
  } control;
  struct msghdr all = {.msg_iov = parts, .msg_iovlen = 2, .msg_control = control.bytes,
                       .msg_controllen = sizeof control.bytes};
  ssize_t n;
  do n = recvmsg(fd, &all, MSG_CMSG_CLOEXEC);
  while (n < 0 && errno == EINTR);
  const struct cmsghdr *c = n > 0 ? CMSG_FIRSTHDR(&all) : NULL;
  if (c != NULL && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS)
    memcpy(&m->fd, CMSG_DATA(c), sizeof(int));
  return n < (ssize_t)sizeof m->head ? -1 : n - (ssize_t)sizeof m->head;
}

int parcel_receive(lua_State *L, int fd) {
  Parcel *m = parcel_new(L);
  const int own = lua_gettop(L);
  char text[INLINE_LIMIT];
  const ssize_t n = parcel_read(m, fd, text);
  if (n < 0) {
    lua_pop(L, 1);
    return -1;
  }
  if (m->fd >= 0) {
    const off_t size = lseek(m->fd, 0, SEEK_END);
    m->file_size = size > 0 ? (size_t)size : 0;
  }
  parcel_body(L, m, text, (size_t)n);
  int values = 0;
  for (; m->at < m->size; values++) {
    luaL_checkstack(L, 8, "DataLoader: too many parts of a batch");
    parcel_push_value(L, m, 0);
  }
  parcel_finalize(L, m);
  lua_remove(L, own);
  return values;
}
