/* file_format.c: see file_format.h. */
#include "file_format.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

typedef struct {
  size_t at; /* where the bytes stand */
  size_t length;
  const char *bytes;
  const char *format;
} Signature;

#define SIGNATURE(at, bytes, format) {at, sizeof bytes - 1, bytes, format}

/* Longer signatures stand before their beginnings. */
static const Signature signatures[] = {
    SIGNATURE(0, "\x89HDF\r\n\x1a\n", "an HDF5 file"),
    SIGNATURE(0, "\x93NUMPY", "a NumPy array (.npy)"),
    SIGNATURE(0, "GGUF", "a GGUF file"),
    SIGNATURE(0, "lmgg", "a GGML file"),
    SIGNATURE(0, "fmgg", "a GGML file"),
    SIGNATURE(0, "tjgg", "a GGML file"),
    SIGNATURE(0, "\x80\x02\x8a\nl\xfc\x9c\x46\xf9 j\xa8P\x19", "a pickle of torch.save of an old PyTorch"),
    SIGNATURE(0, "\x80\x02", "a Python pickle"),
    SIGNATURE(0, "\x80\x03", "a Python pickle"),
    SIGNATURE(0, "\x80\x04", "a Python pickle"),
    SIGNATURE(0, "\x80\x05", "a Python pickle"),
    SIGNATURE(0, "\4\0\0\0\1\0\0\0\3\0\0\0V 1", "a file of Torch7 (.t7)"),
    SIGNATURE(0, "\3\0\0\0\1\0\0\0", "a file of Torch7 (.t7)"),
    SIGNATURE(0, "4\n1\n3\nV 1\n", "a file of Torch7 (.t7)"),
    SIGNATURE(0, "version https://git-lfs.github.com/spec/", "a pointer of Git LFS, not the file itself"),
    SIGNATURE(0, "PAR1", "a Parquet file"),
    SIGNATURE(0, "ARROW1", "an Arrow file"),
    SIGNATURE(4, "TFL3", "a TensorFlow Lite model"),
    SIGNATURE(0, "MATLAB 5.0 MAT-file", "a MATLAB file"),
    SIGNATURE(0, "\x1f\x8b", "a file that gzip packed"),
    SIGNATURE(0, "BZh", "a file that bzip2 packed"),
    SIGNATURE(0, "\xfd""7zXZ\0", "a file that xz packed"),
    SIGNATURE(0, "\x28\xb5\x2f\xfd", "a file that zstd packed"),
    SIGNATURE(0, "7z\xbc\xaf\x27\x1c", "a 7z archive"),
    SIGNATURE(257, "ustar", "a tar archive"),
    SIGNATURE(0, "\x89PNG\r\n\x1a\n", "a PNG image"),
    SIGNATURE(0, "\xff\xd8\xff", "a JPEG image"),
    SIGNATURE(0, "GIF8", "a GIF image"),
    SIGNATURE(8, "WEBP", "a WebP image"),
    SIGNATURE(0, "II*\0", "a TIFF image"),
    SIGNATURE(0, "MM\0*", "a TIFF image"),
    SIGNATURE(0, "%PDF-", "a PDF document"),
    SIGNATURE(0, "\x7f" "ELF", "a program or a shared library"),
    SIGNATURE(0, "\x1bLua", "a compiled Lua program"),
    SIGNATURE(0, "SQLite format 3\0", "an SQLite database"),
    SIGNATURE(0, "<!DOCTYPE html", "an HTML page"),
    SIGNATURE(0, "<!doctype html", "an HTML page"),
    SIGNATURE(0, "<html", "an HTML page"),
    SIGNATURE(0, "<?xml", "an XML document"),
    SIGNATURE(0, "#!", "a script"),
};

static bool ends_with(const char *name, size_t n, const char *end) {
  size_t length = strlen(end);
  return n >= length && memcmp(name + n - length, end, length) == 0;
}

/* A zip file by the name of its first entry, which stands 30 bytes behind its beginning. */
static const char *zip_format(const char *head, size_t n) {
  if (n < 4 || (memcmp(head, "PK\3\4", 4) != 0 && memcmp(head, "PK\5\6", 4) != 0)) return NULL;
  const unsigned char *length = (const unsigned char *)head + 26;
  size_t size = n > 30 ? (size_t)(length[0] | length[1] << 8) : 0;
  if (size > 0 && 30 + size <= n) {
    const char *name = head + 30;
    if (ends_with(name, size, "/data.pkl")) return "a zip file of torch.save of PyTorch";
    if (ends_with(name, size, ".npy")) return "a zip file of NumPy arrays (.npz)";
  }
  return "a zip file, as torch.save of PyTorch writes";
}

/* A protocol buffer that begins with a small ir_version (field 1) and goes on with the producer (2), the opset (8) or
** the graph (7). */
static const char *onnx_format(const char *head, size_t n) {
  if (n < 4 || head[0] != 0x08 || head[1] < 1 || head[1] > 32) return NULL;
  return head[2] == 0x12 || head[2] == 0x3a || head[2] == 0x42 ? "an ONNX model" : NULL;
}

/* Eight bytes of length, then a JSON object. */
static const char *safetensors_format(const char *head, size_t n) {
  uint64_t length = 0;
  for (int i = 7; n > 8 && i >= 0; i--) length = length << 8 | (unsigned char)head[i];
  return n > 8 && head[8] == '{' && length >= 2 && length <= 100 << 20 ? "a safetensors file" : NULL;
}

/* Two zero bytes, an element type, a number of dimensions. */
static const char *idx_format(const char *head, size_t n) {
  if (n < 8 || head[0] != 0 || head[1] != 0 || head[3] < 1 || head[3] > 8) return NULL;
  return strchr("\x08\x09\x0b\x0c\x0d\x0e", head[2]) != NULL && head[2] != 0 ? "an IDX file" : NULL;
}

static const char *text_format(const char *head, size_t n) {
  size_t first = 0;
  while (first < n && isspace((unsigned char)head[first])) first++;
  for (size_t i = 0; i < n; i++)
    if (iscntrl((unsigned char)head[i]) && !isspace((unsigned char)head[i])) return NULL;
  if (first == n) return "a text without words";
  for (size_t i = 0; i < n; i++)
    if ((unsigned char)head[i] >= 0xf8) return NULL; /* in no UTF-8 */
  return head[first] == '{' || head[first] == '[' ? "a JSON text" : "a text";
}

const char *file_format(const char *head, size_t n) {
  static const char *(*const formats[])(const char *, size_t) = {zip_format, onnx_format, safetensors_format,
                                                                 idx_format, text_format};
  if (n == 0) return "an empty file";
  for (size_t i = 0; i < sizeof signatures / sizeof *signatures; i++) {
    const Signature *s = &signatures[i];
    if (n >= s->at + s->length && memcmp(head + s->at, s->bytes, s->length) == 0) return s->format;
  }
  for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
    const char *format = formats[i](head, n);
    if (format != NULL) return format;
  }
  return NULL;
}
