/* tiff_writer.c: writing pictures of TIFF, packed without loss: see tiff_codec.h. */
#include "tiff_codec.h"

static void tiff_describe(TIFF *tiff, const Tensor *picture) {
  const int channels = (int)picture->shape[2], bits = 8 * (int)tensor_itemsize(picture);
  const uint16_t alpha = EXTRASAMPLE_UNASSALPHA;
  TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, (uint32_t)picture->shape[1]);
  TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, (uint32_t)picture->shape[0]);
  TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, bits);
  TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, channels);
  TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
  TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, channels <= 2 ? PHOTOMETRIC_MINISBLACK : PHOTOMETRIC_RGB);
  TIFFSetField(tiff, TIFFTAG_SAMPLEFORMAT, bits == 32 ? SAMPLEFORMAT_IEEEFP : SAMPLEFORMAT_UINT);
  if (channels == 2 || channels == 4) TIFFSetField(tiff, TIFFTAG_EXTRASAMPLES, 1, &alpha);
  TIFFSetField(tiff, TIFFTAG_COMPRESSION, COMPRESSION_LZW);
  if (bits < 32) TIFFSetField(tiff, TIFFTAG_PREDICTOR, PREDICTOR_HORIZONTAL);
  TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, TIFFDefaultStripSize(tiff, 0));
}

/* Writes the rows, each from a copy: libtiff changes what it packs. */
static bool tiff_rows(TIFF *tiff, const Tensor *picture) {
  const size_t row = (size_t)(picture->shape[1] * picture->shape[2]) * tensor_itemsize(picture);
  uint8_t *copy = malloc(row);
  bool whole = copy != NULL;
  for (uint32_t y = 0; whole && y < (uint32_t)picture->shape[0]; y++) {
    memcpy(copy, (const uint8_t *)tensor_data(picture) + y * row, row);
    whole = !interrupt_requested() && TIFFWriteScanline(tiff, copy, y, 0) >= 0;
  }
  free(copy);
  return whole;
}

int tiff_encode(lua_State *L) {
  const Tensor *picture = tensor_check(L, 1, "encode_tiff", "input");
  TiffFile *f = tiff_open(L, NULL, 0);
  if (f->tiff == NULL) return error_raise(L, "encode_tiff: not enough memory");
  tiff_describe(f->tiff, picture);
  const bool whole = tiff_rows(f->tiff, picture) && TIFFFlush(f->tiff);
  codec_interruption(L);
  if (!whole) return error_raise(L, "encode_tiff: %s", f->reason[0] != '\0' ? f->reason : "not enough memory");
  codec_push_bytes(L, f->sink.bytes, f->sink.n);
  return 1;
}
