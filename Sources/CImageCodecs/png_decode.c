#include "png_context.h"

#include <stdlib.h>
#include <string.h>

static void read_bytes(png_structp png, png_bytep target, size_t count) {
  png_context *context = png_get_io_ptr(png);
  if (count > context->input_size - context->position) {
    png_context_fail(context, SLUICE_CODEC_TRUNCATED, "the data ends inside a chunk");
    png_error(png, "truncated");
  }
  memcpy(target, context->input + context->position, count);
  context->position += count;
}

// Brings every colour type and depth to `channels` samples of 8 bits, and alpha behind them if `with_alpha`.
static void request_form(png_structp png, png_infop info, int channels, int with_alpha) {
  int color = png_get_color_type(png, info);
  int has_transparency = png_get_valid(png, info, PNG_INFO_tRNS) != 0;
  if (png_get_bit_depth(png, info) == 16) png_set_strip_16(png);
  if (color == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png);
  if (color == PNG_COLOR_TYPE_GRAY) png_set_expand_gray_1_2_4_to_8(png);
  if (has_transparency) png_set_tRNS_to_alpha(png);
  if (channels == 3 && !(color & PNG_COLOR_MASK_COLOR)) png_set_gray_to_rgb(png);
  int has_alpha = (color & PNG_COLOR_MASK_ALPHA) || has_transparency;
  if (with_alpha && !has_alpha) png_set_add_alpha(png, 0xff, PNG_FILLER_AFTER);
  if (!with_alpha && has_alpha) png_set_strip_alpha(png);
}

static void check_size(png_structp png, png_infop info, png_context *context, const sluice_picture *picture) {
  if (png_get_image_width(png, info) == picture->width && png_get_image_height(png, info) == picture->height)
    return;
  png_context_fail(context, SLUICE_CODEC_MISMATCH, "the header changed between two reads");
  png_error(png, "mismatch");
}

// Brings the rows into their form; returns the number of passes over them.
static int start(png_structp png, png_infop info, png_context *context, const sluice_picture *picture, int with_alpha) {
  request_form(png, info, picture->channels, with_alpha);
  int passes = png_set_interlace_handling(png);
  png_read_update_info(png, info);
  if (png_get_rowbytes(png, info) == (size_t)picture->width * (size_t)(picture->channels + with_alpha)) return passes;
  png_context_fail(context, SLUICE_CODEC_UNSUPPORTED, "this combination of colour type and depth is not decoded");
  png_error(png, "form");
}

// Parts colour and alpha of a row; returns how many of its pixels are not opaque.
static size_t split_row(const uint8_t *source, uint8_t *colour, uint8_t *alpha, uint32_t width, int channels) {
  size_t translucent = 0;
  for (uint32_t x = 0; x < width; x++, source += channels + 1) {
    for (int channel = 0; channel < channels; channel++) *colour++ = source[channel];
    translucent += source[channels] != 255;
    if (alpha) alpha[x] = source[channels];
  }
  return translucent;
}

static void read_opaque(png_structp png, const sluice_picture *picture, int passes) {
  size_t row_bytes = (size_t)picture->width * (size_t)picture->channels;
  for (int pass = 0; pass < passes; pass++)
    for (uint32_t y = 0; y < picture->height; y++) png_read_row(png, picture->pixels + y * row_bytes, NULL);
}

// Each pass over an interlaced picture adds to the rows of those before: all rows must be held until the last one.
static size_t read_with_alpha(
    png_structp png, png_context *context, const sluice_picture *picture, uint8_t *alpha, int passes) {
  size_t width = picture->width;
  size_t row_bytes = width * (size_t)(picture->channels + 1);
  size_t held_rows = passes > 1 ? picture->height : 1;
  size_t translucent = 0;
  context->rows = calloc(held_rows, row_bytes);
  if (!context->rows) {
    png_context_fail(context, SLUICE_CODEC_NO_MEMORY, "no memory for the rows");
    png_error(png, "memory");
  }
  for (int pass = 0; pass < passes; pass++)
    for (uint32_t y = 0; y < picture->height; y++) {
      uint8_t *row = context->rows + y % held_rows * row_bytes;
      png_read_row(png, row, NULL);
      if (pass + 1 < passes) continue;
      translucent += split_row(
          row, picture->pixels + y * width * (size_t)picture->channels, alpha ? alpha + y * width : NULL,
          picture->width, picture->channels);
    }
  return translucent;
}

// Returns the number of translucent pixels of an alpha channel.
static size_t decode(
    png_structp png, png_infop info, png_context *context, const sluice_picture *picture, uint8_t *alpha) {
  png_set_read_fn(png, context, read_bytes);
  png_set_user_limits(png, picture->width, picture->height);
  png_set_crc_action(png, PNG_CRC_QUIET_USE, PNG_CRC_QUIET_USE);
  // Metadata never reaches the tensor, so its chunks are not even parsed: no inflating of text and profiles.
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
  png_read_info(png, info);
  check_size(png, info, context, picture);
  int has_alpha_channel = (png_get_color_type(png, info) & PNG_COLOR_MASK_ALPHA) != 0;
  int with_alpha = alpha != NULL || has_alpha_channel;
  int passes = start(png, info, context, picture, with_alpha);
  size_t translucent = 0;
  if (with_alpha) {
    translucent = read_with_alpha(png, context, picture, alpha, passes);
  } else {
    read_opaque(png, picture, passes);
  }
  png_read_end(png, NULL);
  return has_alpha_channel ? translucent : 0;
}

void sluice_png_decode(
    const uint8_t *data, size_t size, const sluice_picture *picture, uint8_t *alpha, size_t *translucent,
    sluice_codec_report *report) {
  memset(report, 0, sizeof *report);
  *translucent = 0;
  png_context context = {.report = report, .input = data, .input_size = size};
  png_structp png =
      png_create_read_struct(PNG_LIBPNG_VER_STRING, &context, png_context_on_error, png_context_on_warning);
  png_infop info = png ? png_create_info_struct(png) : NULL;
  if (!info) {
    png_context_fail(&context, SLUICE_CODEC_NO_MEMORY, "no memory for the decoder");
  } else if (setjmp(context.escape) == 0) {
    *translucent = decode(png, info, &context, picture, alpha);
  }
  png_destroy_read_struct(&png, &info, NULL);
  free(context.rows);
}
