#include "CImageCodecs.h"

#include <limits.h>
#include <string.h>
#include <zlib.h>

static size_t inflate_whole(const uint8_t *data, size_t size, uint8_t *target, size_t capacity, int window_bits) {
  if (size > UINT_MAX || capacity > UINT_MAX) return 0;
  z_stream stream;
  memset(&stream, 0, sizeof stream);
  stream.next_in = (Bytef *)data;
  stream.avail_in = (uInt)size;
  stream.next_out = target;
  stream.avail_out = (uInt)capacity;
  if (inflateInit2(&stream, window_bits) != Z_OK) return 0;
  int outcome = inflate(&stream, Z_FINISH);
  inflateEnd(&stream);
  return outcome == Z_STREAM_END ? stream.total_out : 0;
}

size_t sluice_inflate(const uint8_t *data, size_t size, uint8_t *target, size_t capacity) {
  return inflate_whole(data, size, target, capacity, MAX_WBITS);
}

size_t sluice_inflate_raw(const uint8_t *data, size_t size, uint8_t *target, size_t capacity) {
  // A negative number says that there is no header and no checksum.
  return inflate_whole(data, size, target, capacity, -MAX_WBITS);
}
