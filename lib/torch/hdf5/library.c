/* library.c: the module "torch.hdf5.library": files of HDF5 by libhdf5. torch.hdf5 leads through it:
**
**   file = open(path, "r" or "w")     close(file)
**   kind(file, name) → "group", "dataset", or nil      names(file, group) → array of the names in it
**   read(file, name, from, to) → tensor, string or array of strings, shape: of a dataset, or its rows from … to
**   write(file, name, value, level): a tensor, a string or an array of strings; level of gzip, 0: not packed
**   group(file, name)
**   attributes(file, name) → table        set_attribute(file, name, key, value)
*/
#include <stdio.h>
#include <string.h>

#include "torch/hdf5/types.h"

/* What is open, closed when its slot on the stack goes: also where an error passes. */
typedef struct {
  Object object;
  hid_t id; /* negative: none */
  herr_t (*close)(hid_t);
} Handle;

static void handle_close(lua_State *L, void *self) {
  (void)L;
  Handle *h = self;
  if (h->id >= 0) h->close(h->id);
  h->id = -1;
}
static const Class handle_class = {"torch.hdf5.handle", NULL, handle_close, NULL, NULL};

/* The words of the innermost error. Of a read or write that failed they are a list of all that is known, in lines; in
** it the reason alone is of use. */
static herr_t note_error(unsigned n, const H5E_error2_t *error, void *words) {
  static const char reason[] = "error message = '";
  if (n > 0 || error->desc == NULL) return 0;
  const char *known = strstr(error->desc, reason), *from = known != NULL ? known + sizeof reason - 1 : error->desc;
  snprintf(words, 200, "%.*s", (int)strcspn(from, known != NULL ? "'\n" : "\n"), from);
  return 0;
}

static int hdf5_fails(lua_State *L, const char *name) {
  char words[200] = "an error of libhdf5";
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, note_error, words);
  H5Eclear2(H5E_DEFAULT);
  return luaL_error(L, "%s: %s", name, words);
}

/* Pushes a handle for what a call of the library gave; raises where it failed. */
static hid_t push_handle(lua_State *L, hid_t id, herr_t (*close)(hid_t), const char *name) {
  if (id < 0) hdf5_fails(L, name);
  Handle *h = object_new(L, &handle_class, sizeof *h, 0);
  h->id = id;
  h->close = close;
  return id;
}

/* The same until the function returns: what is open in a file keeps it open, and locked, after H5Fclose. */
static hid_t hold(lua_State *L, hid_t id, herr_t (*close)(hid_t), const char *name) {
  push_handle(L, id, close, name);
  lua_toclose(L, -1);
  return id;
}

static hid_t check_file(lua_State *L) {
  Handle *h = object_check(L, 1, &handle_class, "hdf5", "file");
  if (h->id < 0) luaL_error(L, "the file is closed");
  return h->id;
}

static int hdf5_open(lua_State *L) {
  const char *path = luaL_checkstring(L, 1), *mode = luaL_checkstring(L, 2);
  const hid_t id = *mode == 'w' ? H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT)
                                : H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
  push_handle(L, id, H5Fclose, "the file");
  return 1;
}

static int hdf5_close(lua_State *L) {
  Handle *h = object_check(L, 1, &handle_class, "hdf5", "file");
  const bool flushed = h->id < 0 || H5Fflush(h->id, H5F_SCOPE_GLOBAL) >= 0;
  const bool closed = h->id < 0 || H5Fclose(h->id) >= 0; /* also what could not be written: its descriptor goes */
  h->id = -1;
  return flushed && closed ? 0 : hdf5_fails(L, "the file");
}

/* ---- what is there ---------------------------------------------------------------------------- */

static int hdf5_kind(lua_State *L) {
  const hid_t object = H5Oopen(check_file(L), luaL_checkstring(L, 2), H5P_DEFAULT);
  if (object < 0) {
    H5Eclear2(H5E_DEFAULT);
    return 0;
  }
  const H5I_type_t type = H5Iget_type(object);
  H5Oclose(object);
  lua_pushstring(L, type == H5I_GROUP ? "group" : type == H5I_DATASET ? "dataset" : "type");
  return 1;
}

static int hdf5_names(lua_State *L) {
  const char *name = luaL_checkstring(L, 2);
  const hid_t group = hold(L, H5Gopen2(check_file(L), name, H5P_DEFAULT), H5Gclose, name);
  H5G_info_t info;
  if (H5Gget_info(group, &info) < 0) return hdf5_fails(L, name);
  lua_newtable(L);
  for (hsize_t i = 0; i < info.nlinks; i++) {
    const ssize_t n = H5Lget_name_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, i, NULL, 0, H5P_DEFAULT);
    if (n < 0) return hdf5_fails(L, name);
    char *text = lua_newuserdatauv(L, (size_t)n + 1, 0);
    H5Lget_name_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, i, text, (size_t)n + 1, H5P_DEFAULT);
    lua_pushstring(L, text);
    lua_rawseti(L, -3, (lua_Integer)i + 1);
    lua_pop(L, 1);
  }
  return 1;
}

/* ---- reading ---------------------------------------------------------------------------------- */

/* The dimensions of a space; raises where a tensor cannot have so many. */
static Ints space_shape(lua_State *L, hid_t space, const char *name) {
  hsize_t sizes[H5S_MAX_RANK];
  Ints shape = {.n = H5Sget_simple_extent_ndims(space)};
  if (shape.n < 0 || H5Sget_simple_extent_type(space) == H5S_NULL) luaL_error(L, "%s: no elements (a null space)",
    name);
  if (shape.n > TENSOR_MAX_DIMS) luaL_error(L, "%s: %d dimensions; at most %d are possible", name, shape.n,
    TENSOR_MAX_DIMS);
  H5Sget_simple_extent_dims(space, sizes, NULL);
  for (int d = 0; d < shape.n; d++) shape.v[d] = (int64_t)sizes[d];
  return shape;
}

static void push_shape(lua_State *L, const Ints *shape) {
  lua_createtable(L, shape->n, 0);
  for (int d = 0; d < shape->n; d++) {
    lua_pushinteger(L, shape->v[d]);
    lua_rawseti(L, -2, d + 1);
  }
}

static int64_t count_of(const Ints *shape) {
  int64_t n = 1;
  for (int d = 0; d < shape->n; d++) n *= shape->v[d];
  return n;
}

static herr_t read_dataset(hid_t from, hid_t type, void *to) {
  return H5Dread(from, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, to);
}
static herr_t read_attribute(hid_t from, hid_t type, void *to) { return H5Aread(from, type, to); }

/* Chooses rows of the space of a file, and pushes the space of what is read. */
static hid_t choose_rows(lua_State *L, hid_t space, Ints *shape, const char *name) {
  const int64_t from = luaL_checkinteger(L, 3), to = luaL_checkinteger(L, 4);
  hsize_t start[TENSOR_MAX_DIMS] = {0}, count[TENSOR_MAX_DIMS];
  if (shape->n == 0 || from < 1 || to < from || to > shape->v[0])
    luaL_error(L, "%s: rows %I to %I of %I", name, (LUAI_UACINT)from, (LUAI_UACINT)to,
               (LUAI_UACINT)(shape->n > 0 ? shape->v[0] : 0));
  shape->v[0] = to - from + 1;
  start[0] = (hsize_t)from - 1;
  for (int d = 0; d < shape->n; d++) count[d] = (hsize_t)shape->v[d];
  if (H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, count, NULL) < 0) hdf5_fails(L, name);
  return hold(L, H5Screate_simple(shape->n, count, NULL), H5Sclose, name);
}

/* Booleans must be 0 or 1. */
static void check_booleans(lua_State *L, const Tensor *t, const char *name) {
  const unsigned char *v = tensor_data(t);
  for (int64_t i = 0; t->dtype == DTYPE_BOOL && i < t->numel; i++)
    if (v[i] > 1) luaL_error(L, "%s: byte %d is no boolean", name, (int)v[i]);
}

/* read(file, name, from, to) → value, shape */
static int hdf5_read(lua_State *L) {
  const char *name = luaL_checkstring(L, 2), *why;
  lua_settop(L, 4);
  const hid_t set = hold(L, H5Dopen2(check_file(L), name, H5P_DEFAULT), H5Dclose, name);
  const hid_t type = hold(L, H5Dget_type(set), H5Tclose, name), space = hold(L, H5Dget_space(set), H5Sclose, name);
  Ints shape = space_shape(L, space, name);
  if (H5Tget_class(type) == H5T_STRING) {
    if (!lua_isnil(L, 3)) return luaL_error(L, "%s: rows of texts cannot be chosen", name);
    if (!hdf5_push_texts(L, set, type, count_of(&shape), shape.n == 0, read_dataset)) return hdf5_fails(L, name);
    push_shape(L, &shape);
    return 2;
  }
  const DType dtype = hdf5_dtype(type, &why);
  if (dtype == DTYPE_NONE) return luaL_error(L, "%s: refused: %s", name, why);
  hid_t memory_space = H5S_ALL;
  if (!lua_isnil(L, 3)) memory_space = choose_rows(L, space, &shape, name);
  const hid_t memory = hold(L, hdf5_type(dtype), H5Tclose, name);
  TensorBox *box = tensor_box(L);
  error_check(L, tensor_empty_cpu(shape.n, shape.v, dtype, &box->tensor));
  tensor_account(L, box);
  if (box->tensor->numel > 0 && H5Dread(set, memory, memory_space, memory_space == H5S_ALL ? H5S_ALL : space,
    H5P_DEFAULT,
                                        tensor_data(box->tensor)) < 0)
    return hdf5_fails(L, name);
  check_booleans(L, box->tensor, name);
  push_shape(L, &shape);
  return 2;
}

/* Pushes the value of an attribute: a tensor or texts. */
static void push_attribute(lua_State *L, hid_t attribute, const char *name) {
  const char *why;
  const hid_t type = hold(L, H5Aget_type(attribute), H5Tclose, name);
  const hid_t space = hold(L, H5Aget_space(attribute), H5Sclose, name);
  if (H5Sget_simple_extent_type(space) == H5S_NULL) {
    lua_pushnil(L);
    return;
  }
  Ints shape = space_shape(L, space, name);
  if (H5Tget_class(type) == H5T_STRING) {
    if (!hdf5_push_texts(L, attribute, type, count_of(&shape), shape.n == 0, read_attribute)) hdf5_fails(L, name);
    return;
  }
  const DType dtype = hdf5_dtype(type, &why);
  if (dtype == DTYPE_NONE) { /* told by name, for files of others have such ones beside what is wanted */
    lua_pushfstring(L, "refused: %s", why);
    return;
  }
  const hid_t memory = hold(L, hdf5_type(dtype), H5Tclose, name);
  TensorBox *box = tensor_box(L);
  error_check(L, tensor_empty_cpu(shape.n, shape.v, dtype, &box->tensor));
  tensor_account(L, box);
  if (box->tensor->numel > 0 && H5Aread(attribute, memory, tensor_data(box->tensor)) < 0) hdf5_fails(L, name);
  check_booleans(L, box->tensor, name);
}

/* Attribute i of an object: its name and its value. A function of its own: what is held is closed when it returns. */
static int hdf5_attribute(lua_State *L) {
  const char *name = lua_tostring(L, 1);
  const hid_t object = (hid_t)lua_tointeger(L, 2);
  const hid_t attribute = hold(L, H5Aopen_by_idx(object, ".", H5_INDEX_NAME, H5_ITER_INC, (hsize_t)lua_tointeger(L, 3),
                                                 H5P_DEFAULT, H5P_DEFAULT), H5Aclose, name);
  const ssize_t length = H5Aget_name(attribute, 0, NULL);
  if (length < 0) return hdf5_fails(L, name);
  char *key = lua_newuserdatauv(L, (size_t)length + 1, 0);
  H5Aget_name(attribute, (size_t)length + 1, key);
  lua_pushstring(L, key);
  const int result = lua_gettop(L);
  push_attribute(L, attribute, name);
  lua_pushvalue(L, result);
  lua_insert(L, -2);
  return 2;
}

static int hdf5_attributes(lua_State *L) {
  const char *name = luaL_checkstring(L, 2);
  const hid_t object = hold(L, H5Oopen(check_file(L), name, H5P_DEFAULT), H5Oclose, name);
  const int n = H5Aget_num_attrs(object);
  lua_newtable(L);
  const int result = lua_gettop(L);
  for (int i = 0; i < n; i++) {
    lua_pushcfunction(L, hdf5_attribute);
    lua_pushvalue(L, 2);
    lua_pushinteger(L, (lua_Integer)object);
    lua_pushinteger(L, i);
    lua_call(L, 3, 2);
    lua_rawset(L, result);
  }
  return 1;
}

/* ---- writing ---------------------------------------------------------------------------------- */

enum { CHUNK_BYTES = 1 << 20 };

/* How a dataset is stored: packed ones in chunks of about a megabyte, halves of the longest dimension. */
static hid_t creation(lua_State *L, const Tensor *t, int64_t level, const char *name) {
  const hid_t list = hold(L, H5Pcreate(H5P_DATASET_CREATE), H5Pclose, name);
  if (level <= 0 || t->numel == 0 || t->ndim == 0) return list;
  hsize_t chunk[TENSOR_MAX_DIMS], bytes = (hsize_t)t->numel * tensor_itemsize(t);
  for (int d = 0; d < t->ndim; d++) chunk[d] = (hsize_t)t->shape[d];
  while (bytes > CHUNK_BYTES) {
    int longest = 0;
    for (int d = 1; d < t->ndim; d++) longest = chunk[d] > chunk[longest] ? d : longest;
    if (chunk[longest] == 1) break;
    bytes = bytes / chunk[longest] * ((chunk[longest] + 1) / 2);
    chunk[longest] = (chunk[longest] + 1) / 2;
  }
  if (H5Pset_chunk(list, t->ndim, chunk) < 0 || H5Pset_shuffle(list) < 0 || H5Pset_deflate(list, (unsigned)level) < 0)
    hdf5_fails(L, name);
  return list;
}

static hid_t tensor_space(lua_State *L, const Tensor *t, const char *name) {
  hsize_t sizes[TENSOR_MAX_DIMS];
  for (int d = 0; d < t->ndim; d++) sizes[d] = (hsize_t)t->shape[d];
  return hold(L, t->ndim == 0 ? H5Screate(H5S_SCALAR) : H5Screate_simple(t->ndim, sizes, NULL), H5Sclose, name);
}

static Tensor *check_value(lua_State *L, int index, const char *name) {
  Tensor *t = tensor_check(L, index, "hdf5", "value");
  if (!tensor_is_contiguous(t) || !device_is_host(tensor_device(t))) luaL_error(L, "%s: no contiguous tensor", name);
  return t;
}

/* The texts at 'index' as pointers, in a userdata on the stack; the space of them. */
static const char **check_texts(lua_State *L, int index, hid_t *space, const char *name) {
  const bool one = lua_type(L, index) == LUA_TSTRING;
  const hsize_t n = one ? 1 : lua_rawlen(L, index);
  *space = hold(L, one ? H5Screate(H5S_SCALAR) : H5Screate_simple(1, &n, NULL), H5Sclose, name);
  const char **texts = lua_newuserdatauv(L, (size_t)(n + 1) * sizeof *texts, 0);
  for (hsize_t i = 0; i < n; i++) {
    if (one) lua_pushvalue(L, index);
    else lua_rawgeti(L, index, (lua_Integer)i + 1);
    size_t length;
    texts[i] = luaL_checklstring(L, -1, &length); /* the table keeps it */
    if (strlen(texts[i]) != length) luaL_error(L, "%s: a text with a zero byte inside", name);
    lua_pop(L, 1);
  }
  return texts;
}

static hid_t parents(lua_State *L, const char *name) {
  const hid_t list = hold(L, H5Pcreate(H5P_LINK_CREATE), H5Pclose, name);
  H5Pset_create_intermediate_group(list, 1);
  return list;
}

/* write(file, name, value, level) */
static int hdf5_write(lua_State *L) {
  const char *name = luaL_checkstring(L, 2);
  const hid_t file = check_file(L), links = parents(L, name);
  if (tensor_test(L, 3) == NULL) {
    hid_t space;
    const char **texts = check_texts(L, 3, &space, name);
    const hid_t type = hold(L, hdf5_text_type(), H5Tclose, name);
    const hid_t set = hold(L, H5Dcreate2(file, name, type, space, links, H5P_DEFAULT, H5P_DEFAULT), H5Dclose, name);
    if (H5Sget_simple_extent_npoints(space) > 0 && H5Dwrite(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, texts) < 0)
      return hdf5_fails(L, name);
    return 0;
  }
  Tensor *t = check_value(L, 3, name);
  const hid_t type = hold(L, hdf5_type((DType)t->dtype), H5Tclose, name), space = tensor_space(L, t, name);
  const hid_t list = creation(L, t, luaL_optinteger(L, 4, 0), name);
  const hid_t set = hold(L, H5Dcreate2(file, name, type, space, links, list, H5P_DEFAULT), H5Dclose, name);
  if (t->numel > 0 && H5Dwrite(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, tensor_data(t)) < 0) return hdf5_fails(L,
    name);
  return 0;
}

static int hdf5_group(lua_State *L) {
  const char *name = luaL_checkstring(L, 2);
  hold(L, H5Gcreate2(check_file(L), name, parents(L, name), H5P_DEFAULT, H5P_DEFAULT), H5Gclose, name);
  return 0;
}

/* set_attribute(file, name, key, value) */
static int hdf5_set_attribute(lua_State *L) {
  const char *name = luaL_checkstring(L, 2), *key = luaL_checkstring(L, 3);
  const hid_t object = hold(L, H5Oopen(check_file(L), name, H5P_DEFAULT), H5Oclose, name);
  const void *from;
  hid_t space, type;
  if (tensor_test(L, 4) == NULL) {
    from = check_texts(L, 4, &space, key);
    type = hold(L, hdf5_text_type(), H5Tclose, key);
  } else {
    const Tensor *t = check_value(L, 4, key);
    from = tensor_data(t);
    space = tensor_space(L, t, key);
    type = hold(L, hdf5_type((DType)t->dtype), H5Tclose, key);
  }
  const hid_t attribute = hold(L, H5Acreate2(object, key, type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose, key);
  if (H5Sget_simple_extent_npoints(space) > 0 && H5Awrite(attribute, type, from) < 0) return hdf5_fails(L, key);
  return 0;
}

int luaopen_torch_hdf5_library(lua_State *L) {
  static const luaL_Reg functions[] = {{"open", hdf5_open},   {"close", hdf5_close},           {"kind", hdf5_kind},
                                       {"names", hdf5_names}, {"read", hdf5_read},             {"write", hdf5_write},
                                       {"group", hdf5_group}, {"attributes", hdf5_attributes}, {"set_attribute",
                                         hdf5_set_attribute},
                                       {NULL, NULL}};
  H5dont_atexit(); /* it would crash over a file that could not be written; all files are closed by then */
  H5Eset_auto2(H5E_DEFAULT, NULL, NULL); /* errors are raised, not printed */
  luaL_newlib(L, functions);
  return 1;
}
