#include "png_context.h"

#include <stdlib.h>
#include <string.h>

static void write_bytes(png_structp png, png_bytep source, size_t count) {
  png_context *context = png_get_io_ptr(png);
  if (count > context->output_capacity - context->output_size) {
    size_t capacity = 2 * context->output_capacity + count + 4096;
    uint8_t *grown = realloc(context->output, capacity);
    if (!grown) {
      png_context_fail(context, SLUICE_CODEC_NO_MEMORY, "no memory for the encoded image");
      png_error(png, "memory");
    }
    context->output = grown;
    context->output_capacity = capacity;
  }
  memcpy(context->output + context->output_size, source, count);
  context->output_size += count;
}

static void flush_nothing(png_structp png) { (void)png; }

static void encode(
    png_structp png, png_infop info, png_context *context, const sluice_picture *picture, int is_stored) {
  png_set_write_fn(png, context, write_bytes, flush_nothing);
  png_set_IHDR(
      png, info, picture->width, picture->height, 8,
      picture->channels == 1 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
      PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  if (is_stored) {
    png_set_compression_level(png, 0);
    png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_FILTER_NONE);
  }
  png_write_info(png, info);
  size_t row_bytes = (size_t)picture->width * (size_t)picture->channels;
  for (uint32_t y = 0; y < picture->height; y++) png_write_row(png, picture->pixels + y * row_bytes);
  png_write_end(png, info);
}

void sluice_png_encode(
    const sluice_picture *picture, int is_stored, uint8_t **encoded, size_t *encoded_size,
    sluice_codec_report *report) {
  memset(report, 0, sizeof *report);
  png_context context = {.report = report};
  png_structp png =
      png_create_write_struct(PNG_LIBPNG_VER_STRING, &context, png_context_on_error, png_context_on_warning);
  png_infop info = png ? png_create_info_struct(png) : NULL;
  if (!info) {
    png_context_fail(&context, SLUICE_CODEC_NO_MEMORY, "no memory for the encoder");
  } else if (setjmp(context.escape) == 0) {
    encode(png, info, &context, picture, is_stored);
  }
  png_destroy_write_struct(&png, &info);
  if (report->status != SLUICE_CODEC_OK) {
    free(context.output);
    context.output = NULL;
  }
  *encoded = context.output;
  *encoded_size = context.output_size;
}
