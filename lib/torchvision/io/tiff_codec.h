/* tiff_codec.h: what the files of the plug-in for TIFF share. */
#ifndef HECATE_TORCHVISION_TIFF_CODEC_H
#define HECATE_TORCHVISION_TIFF_CODEC_H

#include <tiffio.h>

#include "codec.h"

/* A file of TIFF in memory. */
typedef struct {
  Object object;
  TIFF *tiff;
  const uint8_t *bytes; /* what is read; NULL: the sink is written */
  size_t size, at;
  Sink sink;
  char reason[160]; /* the first error */
} TiffFile;

/* Pushes a handle. 'bytes' NULL: to write. Where the file is no TIFF its 'tiff' is NULL. (tiff_memory.c) */
TiffFile *tiff_open(lua_State *L, const uint8_t *bytes, size_t size);

/* tiff_writer.c: encode(picture) → bytes: uint8, uint16 or float32 (height × width × channels). */
int tiff_encode(lua_State *L);

#endif
