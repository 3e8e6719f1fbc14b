#include "CImageCodecs.h"

#include <stdlib.h>
#include <zlib.h>

uint32_t sluice_crc32(uint32_t crc, const uint8_t *data, size_t size) {
  return (uint32_t)crc32_z(crc, data, size);
}

void sluice_codec_free(uint8_t *encoded) { free(encoded); }
