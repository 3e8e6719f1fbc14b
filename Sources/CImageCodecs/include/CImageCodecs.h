// A C shim over libpng and libjpeg-turbo.
//
// Both libraries report errors with longjmp, which must not cross Swift frames. Every function here therefore
// creates, uses and destroys its library objects inside one call, writes into memory that the caller owns, and
// reports with a status and a message. Nothing is kept between calls; all functions may run on many threads.
#ifndef SLUICE_C_IMAGE_CODECS_H
#define SLUICE_C_IMAGE_CODECS_H

#include <stddef.h>
#include <stdint.h>

typedef enum {
  SLUICE_CODEC_OK = 0,
  SLUICE_CODEC_CORRUPT,      // the data breaks the format
  SLUICE_CODEC_TRUNCATED,    // the data ends too early
  SLUICE_CODEC_UNSUPPORTED,  // valid, but not a form that is decoded here
  SLUICE_CODEC_LIMIT,        // a limit given by the caller was exceeded
  SLUICE_CODEC_NO_MEMORY,
  SLUICE_CODEC_MISMATCH,     // the caller expected another size
} sluice_codec_status;

typedef struct {
  sluice_codec_status status;
  size_t offset;       // how far into the input the decoder had read
  unsigned warnings;   // harmless irregularities that were passed over
  char message[200];   // the library's words, for people
} sluice_codec_report;

// Decodes a whole PNG into `pixels`: `channels` samples of 8 bits a pixel, rows without padding.
// 1: gray without alpha; 3: RGB, alpha dropped; 4: RGBA. 16-bit samples keep their high byte.
// `width` and `height` are what the caller read from the header and made room for.
// Checksums are the caller's business: they are not verified again.
void sluice_png_decode(
    const uint8_t *data, size_t size, uint8_t *pixels, uint32_t width, uint32_t height, int channels,
    sluice_codec_report *report);

// Encodes 8-bit gray (channels 1) or RGB (3) as PNG. On success `*encoded` holds `*encoded_size` bytes, to be
// released with sluice_codec_free.
void sluice_png_encode(
    const uint8_t *pixels, uint32_t width, uint32_t height, int channels, uint8_t **encoded,
    size_t *encoded_size, sluice_codec_report *report);

// Decodes a whole JPEG into `pixels`: 1 (gray) or 3 (RGB) samples of 8 bits a pixel. Accurate integer DCT and
// smooth chroma upsampling. CMYK and YCCK become RGB, read as Adobe writes them (inverted).
// More than `max_scans` scans, or working memory beyond `max_memory` bytes, is an error.
void sluice_jpeg_decode(
    const uint8_t *data, size_t size, uint8_t *pixels, uint32_t width, uint32_t height, int channels,
    int max_scans, size_t max_memory, sluice_codec_report *report);

// Encodes 8-bit gray (channels 1) or RGB (3) as baseline JPEG: quality 1 to 100, 4:2:0, accurate integer DCT.
void sluice_jpeg_encode(
    const uint8_t *pixels, uint32_t width, uint32_t height, int channels, int quality, uint8_t **encoded,
    size_t *encoded_size, sluice_codec_report *report);

void sluice_codec_free(uint8_t *encoded);

// The CRC-32 of PNG and ZIP, continued from `crc` (0 to begin).
uint32_t sluice_crc32(uint32_t crc, const uint8_t *data, size_t size);

#endif
