/* strings.c: texts of HDF5, of a fixed length or of any. */
#include <string.h>

#include "torch/hdf5/types.h"

hid_t hdf5_text_type(void) {
  hid_t type = H5Tcopy(H5T_C_S1);
  H5Tset_size(type, H5T_VARIABLE);
  H5Tset_cset(type, H5T_CSET_UTF8);
  return type;
}

/* Each text is a pointer, which the library has allocated. */
static int push_variable(lua_State *L, hid_t from, hid_t type, int64_t count, int scalar, Hdf5Read read) {
  char **texts = lua_newuserdatauv(L, (size_t)(count + 1) * sizeof *texts, 0);
  memset(texts, 0, (size_t)(count + 1) * sizeof *texts);
  if (read(from, type, texts) < 0) return 0;
  if (!scalar) lua_createtable(L, (int)count, 0);
  for (int64_t i = 0; i < count; i++) {
    lua_pushstring(L, texts[i] != NULL ? texts[i] : "");
    H5free_memory(texts[i]);
    if (!scalar) lua_rawseti(L, -2, i + 1);
  }
  return 1;
}

static int push_fixed(lua_State *L, hid_t from, hid_t type, int64_t count, int scalar, Hdf5Read read) {
  const size_t n = H5Tget_size(type);
  char *bytes = lua_newuserdatauv(L, n * (size_t)count + 1, 0);
  memset(bytes, 0, n * (size_t)count + 1);
  if (read(from, type, bytes) < 0) return 0;
  if (!scalar) lua_createtable(L, (int)count, 0);
  for (int64_t i = 0; i < count; i++) {
    const char *text = bytes + (size_t)i * n;
    size_t length = strnlen(text, n);
    while (H5Tget_strpad(type) == H5T_STR_SPACEPAD && length > 0 && text[length - 1] == ' ') length--;
    lua_pushlstring(L, text, length);
    if (!scalar) lua_rawseti(L, -2, i + 1);
  }
  return 1;
}

int hdf5_push_texts(lua_State *L, hid_t from, hid_t type, int64_t count, int scalar, Hdf5Read read) {
  return (H5Tis_variable_str(type) > 0 ? push_variable : push_fixed)(L, from, type, count, scalar, read);
}
