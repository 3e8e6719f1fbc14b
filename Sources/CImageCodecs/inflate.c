#include "CImageCodecs.h"

#include <limits.h>
#include <string.h>
#include <zlib.h>

size_t sluice_inflate(const uint8_t *data, size_t size, uint8_t *target, size_t capacity) {
  if (size > UINT_MAX || capacity > UINT_MAX) return 0;
  z_stream stream;
  memset(&stream, 0, sizeof stream);
  stream.next_in = (Bytef *)data;
  stream.avail_in = (uInt)size;
  stream.next_out = target;
  stream.avail_out = (uInt)capacity;
  if (inflateInit(&stream) != Z_OK) return 0;
  int outcome = inflate(&stream, Z_FINISH);
  inflateEnd(&stream);
  return outcome == Z_STREAM_END ? stream.total_out : 0;
}
