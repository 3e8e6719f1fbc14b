#include "CImageCodecs.h"

// jpeglib.h needs FILE and size_t to be declared before it.
#include <stdio.h>

#include <jerror.h>
#include <jpeglib.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

// Reached from the library's callbacks through cinfo->client_data.
typedef struct {
  sluice_codec_report *report;
  jmp_buf escape;
  size_t input_size;
  int max_scans;
  struct jpeg_error_mgr errors;
  struct jpeg_progress_mgr progress;
} jpeg_context;

static size_t position(j_common_ptr common) {
  jpeg_context *context = common->client_data;
  if (!common->is_decompressor) return 0;
  struct jpeg_source_mgr *source = ((j_decompress_ptr)common)->src;
  if (!source || source->bytes_in_buffer > context->input_size) return context->input_size;
  return context->input_size - source->bytes_in_buffer;
}

static void fail(j_common_ptr common, sluice_codec_status status) {
  jpeg_context *context = common->client_data;
  char message[JMSG_LENGTH_MAX];
  common->err->format_message(common, message);
  context->report->status = status;
  context->report->offset = position(common);
  strncpy(context->report->message, message, sizeof context->report->message - 1);
  longjmp(context->escape, 1);
}

static void on_error(j_common_ptr common) {
  switch (common->err->msg_code) {
    case JERR_OUT_OF_MEMORY: fail(common, SLUICE_CODEC_NO_MEMORY); break;
    case JERR_INPUT_EOF:
    case JERR_INPUT_EMPTY: fail(common, SLUICE_CODEC_TRUNCATED); break;
    case JERR_BAD_PRECISION:
    case JERR_CONVERSION_NOTIMPL:
    case JERR_SOF_UNSUPPORTED:
    case JERR_ARITH_NOTIMPL: fail(common, SLUICE_CODEC_UNSUPPORTED); break;
    default: fail(common, SLUICE_CODEC_CORRUPT);
  }
}

// The library goes on after damaged entropy data and paints the rest gray; a classifier must not see that.
static void on_message(j_common_ptr common, int level) {
  if (level >= 0) return;
  jpeg_context *context = common->client_data;
  switch (common->err->msg_code) {
    case JWRN_JPEG_EOF: fail(common, SLUICE_CODEC_TRUNCATED); break;
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_MUST_RESYNC:
    case JWRN_BOGUS_PROGRESSION: fail(common, SLUICE_CODEC_CORRUPT); break;
    default: context->report->warnings++;
  }
}

static void on_progress(j_common_ptr common) {
  jpeg_context *context = common->client_data;
  if (!common->is_decompressor || ((j_decompress_ptr)common)->input_scan_number <= context->max_scans) return;
  context->report->status = SLUICE_CODEC_LIMIT;
  context->report->offset = position(common);
  strncpy(context->report->message, "too many scans", sizeof context->report->message - 1);
  longjmp(context->escape, 1);
}

static void print_nothing(j_common_ptr common) { (void)common; }

static void prepare(jpeg_context *context) {
  jpeg_std_error(&context->errors);
  context->errors.error_exit = on_error;
  context->errors.emit_message = on_message;
  context->errors.output_message = print_nothing;
  context->progress.progress_monitor = on_progress;
}

// c * a / 255, rounded, without a division.
static uint8_t scale_by_255th(unsigned a, unsigned b) {
  unsigned product = a * b + 128;
  return (uint8_t)(((product >> 8) + product) >> 8);
}

static uint8_t ink_on(uint8_t inverted_key, uint8_t inverted_ink) {
  int value = inverted_key - scale_by_255th(255u - inverted_ink, inverted_key);
  return (uint8_t)(value < 0 ? 0 : value);
}

// Adobe stores CMYK inverted: 255 is no ink.
static void convert_cmyk_row(const uint8_t *cmyk, uint8_t *rgb, uint32_t width) {
  for (uint32_t x = 0; x < width; x++, cmyk += 4, rgb += 3) {
    rgb[0] = ink_on(cmyk[3], cmyk[0]);
    rgb[1] = ink_on(cmyk[3], cmyk[1]);
    rgb[2] = ink_on(cmyk[3], cmyk[2]);
  }
}

static void check_size(j_decompress_ptr jpeg, uint32_t width, uint32_t height, int channels) {
  int expected = jpeg->num_components == 1 ? 1 : 3;
  if (jpeg->image_width == width && jpeg->image_height == height && channels == expected) return;
  jpeg_context *context = jpeg->client_data;
  context->report->status = SLUICE_CODEC_MISMATCH;
  strncpy(
      context->report->message, "the header changed between two reads", sizeof context->report->message - 1);
  longjmp(context->escape, 1);
}

static void decode(
    j_decompress_ptr jpeg, const uint8_t *data, size_t size, uint8_t *pixels, uint32_t width, uint32_t height,
    int channels) {
  jpeg_mem_src(jpeg, data, size);
  jpeg_read_header(jpeg, TRUE);
  check_size(jpeg, width, height, channels);
  switch (jpeg->num_components) {
    case 1: jpeg->out_color_space = JCS_GRAYSCALE; break;
    case 4: jpeg->out_color_space = JCS_CMYK; break;
    default: jpeg->out_color_space = JCS_RGB;
  }
  jpeg->dct_method = JDCT_ISLOW;
  jpeg->do_fancy_upsampling = TRUE;
  jpeg_start_decompress(jpeg);
  int is_cmyk = jpeg->out_color_space == JCS_CMYK;
  // Pool memory: released by jpeg_destroy even when an error leaps out of the loop.
  JSAMPARRAY cmyk = jpeg->mem->alloc_sarray((j_common_ptr)jpeg, JPOOL_IMAGE, is_cmyk ? 4 * width : 1, 1);
  while (jpeg->output_scanline < jpeg->output_height) {
    uint8_t *row = pixels + (size_t)jpeg->output_scanline * width * (size_t)channels;
    JSAMPROW target = is_cmyk ? cmyk[0] : row;
    if (jpeg_read_scanlines(jpeg, &target, 1) == 1 && is_cmyk) convert_cmyk_row(cmyk[0], row, width);
  }
  jpeg_finish_decompress(jpeg);
}

void sluice_jpeg_decode(
    const uint8_t *data, size_t size, uint8_t *pixels, uint32_t width, uint32_t height, int channels,
    int max_scans, size_t max_memory, sluice_codec_report *report) {
  memset(report, 0, sizeof *report);
  jpeg_context context = {.report = report, .input_size = size, .max_scans = max_scans};
  struct jpeg_decompress_struct jpeg = {.client_data = &context, .err = &context.errors};
  prepare(&context);
  if (setjmp(context.escape) == 0) {
    jpeg_create_decompress(&jpeg);
    jpeg.progress = &context.progress;
    jpeg.mem->max_memory_to_use = (long)max_memory;
    decode(&jpeg, data, size, pixels, width, height, channels);
    report->offset = position((j_common_ptr)&jpeg);
  }
  jpeg_destroy_decompress(&jpeg);
}

static void encode(
    j_compress_ptr jpeg, const uint8_t *pixels, uint32_t width, uint32_t height, int channels, int quality,
    unsigned char **encoded, unsigned long *encoded_size) {
  jpeg_mem_dest(jpeg, encoded, encoded_size);
  jpeg->image_width = width;
  jpeg->image_height = height;
  jpeg->input_components = channels;
  jpeg->in_color_space = channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults(jpeg);
  jpeg_set_quality(jpeg, quality, TRUE);
  jpeg->dct_method = JDCT_ISLOW;
  jpeg_start_compress(jpeg, TRUE);
  while (jpeg->next_scanline < jpeg->image_height) {
    JSAMPROW row = (JSAMPROW)(pixels + (size_t)jpeg->next_scanline * width * (size_t)channels);
    jpeg_write_scanlines(jpeg, &row, 1);
  }
  jpeg_finish_compress(jpeg);
}

void sluice_jpeg_encode(
    const uint8_t *pixels, uint32_t width, uint32_t height, int channels, int quality, uint8_t **encoded,
    size_t *encoded_size, sluice_codec_report *report) {
  memset(report, 0, sizeof *report);
  jpeg_context context = {.report = report};
  struct jpeg_compress_struct jpeg = {.client_data = &context, .err = &context.errors};
  unsigned char *buffer = NULL;
  unsigned long buffer_size = 0;
  prepare(&context);
  if (setjmp(context.escape) == 0) {
    jpeg_create_compress(&jpeg);
    encode(&jpeg, pixels, width, height, channels, quality, &buffer, &buffer_size);
    *encoded = buffer;
    *encoded_size = buffer_size;
  } else {
    // The library may have replaced its buffer without telling; to free the one it named first could free twice.
    *encoded = NULL;
    *encoded_size = 0;
  }
  jpeg_destroy_compress(&jpeg);
}
