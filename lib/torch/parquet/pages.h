/* pages.h: what pages of Parquet hold. All functions trust no byte: what does not fit raises a Lua error. */
#ifndef HECATE_PARQUET_PAGES_H
#define HECATE_PARQUET_PAGES_H

#include "vm.h"

/* Bytes that are read from 'at' to 'end'. */
typedef struct {
  const uint8_t *at, *end;
} Bytes;

/* The bytes of the argument, a string or a tensor of uint8, from the offset in the argument behind it on. */
Bytes bytes_check(lua_State *L, int argument);
/* The tensor at 1 and its rows from the argument 2 on, so many as 3 says, of elements of 'size' bytes. */
uint8_t *rows_check(lua_State *L, size_t size, int64_t *n);

/* ---- runs.c: the hybrid of runs and packed bits ---------------------------------------------- */

/* Numbers of 'width' bits (0 to 32), some as one number that is repeated, some packed. */
typedef struct {
  Bytes bytes;
  int width, bit; /* bit: where the next packed number begins in *bytes.at */
  int64_t left;   /* of this run; at 0 comes a new one */
  bool is_packed;
  uint32_t value;
} Runs;

/* Reads n numbers; false: there are not so many. */
bool runs_read(Runs *r, uint32_t *to, int64_t n);

/* ---- snappy.c -------------------------------------------------------------------------------- */

/* Whether the packed bytes unpack to exactly 'size' bytes. */
bool snappy_unpack(Bytes packed, uint8_t *to, size_t size);

#endif
