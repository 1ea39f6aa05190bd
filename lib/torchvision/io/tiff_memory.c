/* tiff_memory.c: a file of libtiff that lies in memory: see tiff_codec.h. */
#include <stdio.h>

#include "tiff_codec.h"

static void tiff_finalize(lua_State *L, void *self) {
  (void)L;
  TiffFile *f = self;
  if (f->tiff != NULL) TIFFCleanup(f->tiff);
  free(f->sink.bytes);
  f->tiff = NULL;
  f->sink = (Sink){0};
}
static const Class tiff_class = {"torchvision.io.tiff", NULL, tiff_finalize, NULL, NULL};

static int tiff_on_error(TIFF *tiff, void *self, const char *module, const char *format, va_list arguments) {
  (void)tiff, (void)module;
  TiffFile *f = self;
  if (f->reason[0] == '\0') vsnprintf(f->reason, sizeof f->reason, format, arguments);
  for (char *c = f->reason; *c != '\0'; c++)
    if (*c == '\n') *c = ' ';
  return 1;
}
static int tiff_on_warning(TIFF *tiff, void *self, const char *module, const char *format, va_list arguments) {
  (void)tiff, (void)self, (void)module, (void)format, (void)arguments;
  return 1;
}

static tmsize_t tiff_read(thandle_t self, void *to, tmsize_t n) {
  TiffFile *f = self;
  const uint8_t *bytes = f->bytes != NULL ? f->bytes : f->sink.bytes;
  const size_t size = f->bytes != NULL ? f->size : f->sink.n, left = f->at < size ? size - f->at : 0;
  const size_t got = (size_t)n < left ? (size_t)n : left;
  if (got > 0) memcpy(to, bytes + f->at, got);
  f->at += got;
  return (tmsize_t)got;
}

static tmsize_t tiff_write(thandle_t self, void *from, tmsize_t n) {
  TiffFile *f = self;
  const size_t end = f->at + (size_t)n;
  if (f->bytes != NULL || !sink_reserve(&f->sink, end)) return -1;
  if (f->at > f->sink.n) memset(f->sink.bytes + f->sink.n, 0, f->at - f->sink.n);
  memcpy(f->sink.bytes + f->at, from, (size_t)n);
  f->at = end;
  if (end > f->sink.n) f->sink.n = end;
  return n;
}

static toff_t tiff_size(thandle_t self) {
  const TiffFile *f = self;
  return f->bytes != NULL ? f->size : f->sink.n;
}

static toff_t tiff_seek(thandle_t self, toff_t to, int from) {
  TiffFile *f = self;
  f->at = (size_t)to + (from == SEEK_CUR ? f->at : from == SEEK_END ? tiff_size(self) : 0);
  return f->at;
}

static int tiff_close(thandle_t self) {
  (void)self;
  return 0;
}

static int tiff_map(thandle_t self, void **base, toff_t *size) {
  TiffFile *f = self;
  *base = (void *)(uintptr_t)f->bytes;
  *size = f->size;
  return f->bytes != NULL;
}
static void tiff_unmap(thandle_t self, void *base, toff_t size) { (void)self, (void)base, (void)size; }

TiffFile *tiff_open(lua_State *L, const uint8_t *bytes, size_t size) {
  enum { MOST_MEMORY = 1 << 30 }; /* of one block, as a header claims it */
  TiffFile *f = object_new(L, &tiff_class, sizeof *f, 0);
  f->bytes = bytes;
  f->size = size;
  TIFFOpenOptions *options = TIFFOpenOptionsAlloc();
  if (options == NULL) error_raise(L, "tiff: not enough memory");
  TIFFOpenOptionsSetMaxSingleMemAlloc(options, MOST_MEMORY);
  TIFFOpenOptionsSetErrorHandlerExtR(options, tiff_on_error, f);
  TIFFOpenOptionsSetWarningHandlerExtR(options, tiff_on_warning, f);
  f->tiff = TIFFClientOpenExt("", bytes != NULL ? "r" : "w", f, tiff_read, tiff_write, tiff_seek, tiff_close, tiff_size,
                              tiff_map, tiff_unmap, options);
  TIFFOpenOptionsFree(options);
  return f;
}
