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
  SLUICE_CODEC_CORRUPT,         // the data breaks the format
  SLUICE_CODEC_TRUNCATED,       // the data ends too early
  SLUICE_CODEC_UNSUPPORTED,     // valid, but not a form that is decoded or encoded here
  SLUICE_CODEC_TOO_MANY_SCANS,  // more than the caller permits
  SLUICE_CODEC_TOO_MUCH_MEMORY, // more than the caller permits
  SLUICE_CODEC_TOO_MUCH_WORK,   // more than is worth doing
  SLUICE_CODEC_NO_MEMORY,       // none left
  SLUICE_CODEC_MISMATCH,        // the caller expected another size
  SLUICE_CODEC_CANCELLED,       // the caller does not want the result any more
} sluice_codec_status;

typedef struct {
  sluice_codec_status status;
  size_t offset;       // how far into the input the decoder had read
  unsigned warnings;   // harmless irregularities that were passed over
  char message[200];   // the library's words, for people
} sluice_codec_report;

// Samples of 8 bits in memory of the caller: 1 (gray) or 3 (RGB) a pixel, without padding. To a decoder, width and
// height are what the caller read from the header and made room for. `pixels` is where the first pixel of the file
// goes; `column_step` and `row_step` are how many bytes lie between it and its right and its lower neighbour, so that a
// picture can be turned as it is decoded. An encoder only reads the pixels, row by row, whatever the steps.
typedef struct {
  uint8_t *pixels;
  uint32_t width, height;
  int channels;
  ptrdiff_t column_step, row_step;
} sluice_picture;

// A rectangle that lies within a picture.
typedef struct {
  uint32_t x, y, width, height;
} sluice_region;

// Whether the caller still wants the result: asked before decoding begins, and every few milliseconds of work from then
// on; 0 stops the work. The function must return in the ordinary way. NULL: wanted to the end.
typedef struct {
  int (*is_wanted)(void *context);
  void *context;
} sluice_interest;

// What the pixels and the data of a PNG tell.
typedef struct {
  size_t translucent;  // pixels with an alpha below 255 in an alpha channel; tRNS does not count
  size_t unknown;      // pixels whose index lies beyond the palette
  size_t end;          // of the chunk in which the last pixel lies
  int has_excess;      // whether that chunk holds data after the last pixel
} sluice_png_facts;

// Decodes a whole PNG into `picture`, without alpha: 1 channel for gray, 3 for RGB or gray. 16-bit samples keep their
// high byte; an index beyond the palette is black. Where `alpha` is not NULL, it is a gray picture, which receives the
// alpha channel, or what tRNS says, or 255. A zlib stream may reach back further than its header says, as other decoders
// permit; that is a warning. Checksums are the caller's business: they are not verified again.
void sluice_png_decode(
    const uint8_t *data, size_t size, const sluice_picture *picture, const sluice_picture *alpha,
    sluice_png_facts *facts, sluice_interest interest, sluice_codec_report *report);

// Decodes the samples of a gray PNG of 16 bits without alpha into `picture`, of 1 channel, as readers do that take 255 for
// each sample above it, where others keep the high byte. tRNS is passed over.
void sluice_png_decode_clipped(
    const uint8_t *data, size_t size, const sluice_picture *picture, sluice_interest interest,
    sluice_codec_report *report);

// Encodes as PNG, with `is_stored` without compression. On success `*encoded` holds `*encoded_size` bytes, to be released
// with sluice_codec_free; after an error it is NULL.
void sluice_png_encode(
    const sluice_picture *picture, int is_stored, uint8_t **encoded, size_t *encoded_size,
    sluice_codec_report *report);

// Decodes a JPEG into `picture`. Accurate integer DCT and smooth chroma upsampling. CMYK and YCCK become RGB, read as
// Adobe writes them (inverted). On success every byte of the picture was written: the pixels in `wanted` are exact,
// those outside of it may be black instead
// where the picture is not turned. All entropy-coded data is read whatever is wanted.
// More than `max_scans` scans, or coefficients that take more than `max_memory` bytes, even packed, is an error.
void sluice_jpeg_decode(
    const uint8_t *data, size_t size, const sluice_picture *picture, sluice_region wanted, int max_scans,
    size_t max_memory, sluice_interest interest, sluice_codec_report *report);

// Encodes as baseline JPEG: quality 1 to 100, chroma 4:4:4 where `full_chroma` is not 0 and 4:2:0 otherwise, accurate integer DCT. Sides over 65500 are unsupported.
// On success `*encoded` holds `*encoded_size` bytes, to be released with sluice_codec_free; after an error it is NULL.
void sluice_jpeg_encode(
    const sluice_picture *picture, int quality, int full_chroma, uint8_t **encoded, size_t *encoded_size,
    sluice_codec_report *report);

// Encodes as sluice_jpeg_encode does with 4:2:0, and decodes that again into `result`, which has the size of the picture.
void sluice_jpeg_round_trip(
    const sluice_picture *picture, int quality, uint8_t *result, sluice_codec_report *report);

void sluice_codec_free(uint8_t *encoded);

// The CRC-32 of PNG and ZIP, continued from `crc` (0 to begin).
uint32_t sluice_crc32(uint32_t crc, const uint8_t *data, size_t size);

// Inflates a whole zlib stream into `target`. Returns the number of bytes; 0 when the stream is damaged, incomplete,
// empty, or longer than `capacity`.
size_t sluice_inflate(const uint8_t *data, size_t size, uint8_t *target, size_t capacity);

// The same for deflated data without a zlib header and checksum, as ZIP files have it.
size_t sluice_inflate_raw(const uint8_t *data, size_t size, uint8_t *target, size_t capacity);

#endif
