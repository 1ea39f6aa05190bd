/* types.h: element types of HDF5, and texts; see library.c. */
#ifndef HECATE_HDF5_TYPES_H
#define HECATE_HDF5_TYPES_H

#include <hdf5.h>

#include "vm.h"

/* The dtype of what is stored as 'type'; DTYPE_NONE: it is refused, in the words of *why. */
DType hdf5_dtype(hid_t type, const char **why);
/* A new type of HDF5 for elements of 'dtype' in memory and, little-endian, in files, to be closed; negative: there is
** none. */
hid_t hdf5_type(DType dtype);

/* Reads the texts of a dataset or an attribute: pushes an array of strings in the order of the elements, or one string
** where 'scalar'. 0: it could not be read. */
typedef herr_t (*Hdf5Read)(hid_t from, hid_t type, void *to);
int hdf5_push_texts(lua_State *L, hid_t from, hid_t type, int64_t count, int scalar, Hdf5Read read);
/* Writes the string at 'index', or the array of strings there. */
typedef herr_t (*Hdf5Write)(hid_t to, hid_t type, const void *from);
hid_t hdf5_text_type(void); /* UTF-8 of any length, to be closed */

#endif
