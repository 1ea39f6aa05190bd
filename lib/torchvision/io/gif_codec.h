/* gif_codec.h: what the files of the plug-in for GIF share. */
#ifndef HECATE_TORCHVISION_GIF_CODEC_H
#define HECATE_TORCHVISION_GIF_CODEC_H

#include "codec.h"

/* gif_writer.c: encode(frames, delay) → bytes: frames: uint8 (frames × height × width × 3); delay: hundredths of a
** second between two frames. */
int gif_encode(lua_State *L);

/* ---- palette.c: few colours for a picture of many ---------------------------------------------- */

enum { PALETTE_COLOURS = 256 };

typedef struct {
  int n; /* colours */
  uint8_t colours[PALETTE_COLOURS][3];
} Palette;

/* Chooses at most 256 colours for so many pixels of 3 bytes, and the index of each pixel. Where the picture has no more
** colours than that they are kept exactly. False: no memory. */
bool palette_choose(const uint8_t *rgb, int64_t pixels, Palette *palette, uint8_t *indices);

#endif
