/* byte_stream.h: bytes that one module reads and another makes. require("hecate.zlib").open(path) gives a userdata
** that begins with a ByteStream.
*/
#ifndef HECATE_BYTE_STREAM_H
#define HECATE_BYTE_STREAM_H

#include <stdint.h>

typedef struct ByteStream {
  /* Reads n bytes, fewer only at the end of the stream or where it fails. */
  int64_t (*read)(struct ByteStream *stream, void *to, int64_t n);
  /* Why the last read was short; NULL: the stream ended, and nothing is wrong with it. */
  const char *(*trouble)(struct ByteStream *stream);
} ByteStream;

#endif
