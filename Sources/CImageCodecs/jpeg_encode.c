#include "jpeg_context.h"

#include <stdlib.h>
#include <string.h>

// The library's own memory destination hides the buffer it grew when an error leaps out; this one keeps it in the
// context, where it can be freed.
static void grow(j_compress_ptr jpeg, size_t used) {
  jpeg_context *context = jpeg->client_data;
  size_t capacity = 2 * context->output_capacity + 4096;
  uint8_t *grown = realloc(context->output, capacity);
  if (!grown)
    jpeg_context_fail((j_common_ptr)jpeg, SLUICE_CODEC_NO_MEMORY, "no memory for the encoded image");
  context->output = grown;
  context->output_capacity = capacity;
  jpeg->dest->next_output_byte = grown + used;
  jpeg->dest->free_in_buffer = capacity - used;
}

static void begin_output(j_compress_ptr jpeg) { grow(jpeg, 0); }

static boolean extend_output(j_compress_ptr jpeg) {
  jpeg_context *context = jpeg->client_data;
  grow(jpeg, context->output_capacity);
  return TRUE;
}

static void end_output(j_compress_ptr jpeg) { (void)jpeg; }

static void encode(j_compress_ptr jpeg, const sluice_picture *picture, int quality, int full_chroma) {
  jpeg->image_width = picture->width;
  jpeg->image_height = picture->height;
  jpeg->input_components = picture->channels;
  jpeg->in_color_space = picture->channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults(jpeg);
  jpeg_set_quality(jpeg, quality, TRUE);
  if (full_chroma) {
    jpeg->comp_info[0].h_samp_factor = 1;
    jpeg->comp_info[0].v_samp_factor = 1;
  }
  jpeg->dct_method = JDCT_ISLOW;
  jpeg_start_compress(jpeg, TRUE);
  size_t row_bytes = (size_t)picture->width * (size_t)picture->channels;
  while (jpeg->next_scanline < jpeg->image_height) {
    JSAMPROW row = picture->pixels + jpeg->next_scanline * row_bytes;
    jpeg_write_scanlines(jpeg, &row, 1);
  }
  jpeg_finish_compress(jpeg);
}

void sluice_jpeg_encode(
    const sluice_picture *picture, int quality, int full_chroma, uint8_t **encoded, size_t *encoded_size,
    sluice_codec_report *report) {
  memset(report, 0, sizeof *report);
  jpeg_context context = {.report = report};
  struct jpeg_compress_struct jpeg = {.client_data = &context, .err = &context.errors};
  struct jpeg_destination_mgr destination = {
      .init_destination = begin_output, .empty_output_buffer = extend_output, .term_destination = end_output};
  jpeg_context_prepare(&context);
  *encoded = NULL;
  *encoded_size = 0;
  if (setjmp(context.escape) == 0) {
    jpeg_create_compress(&jpeg);
    jpeg.dest = &destination;
    encode(&jpeg, picture, quality, full_chroma);
    *encoded = context.output;
    *encoded_size = context.output_capacity - destination.free_in_buffer;
  } else {
    free(context.output);
  }
  jpeg_destroy_compress(&jpeg);
}

void sluice_jpeg_round_trip(
    const sluice_picture *picture, int quality, uint8_t *result, sluice_codec_report *report) {
  uint8_t *encoded;
  size_t encoded_size;
  sluice_jpeg_encode(picture, quality, 0, &encoded, &encoded_size, report);
  if (report->status != SLUICE_CODEC_OK) return;
  sluice_picture decoded = *picture;
  decoded.pixels = result;
  sluice_region whole = {.width = picture->width, .height = picture->height};
  sluice_jpeg_decode(encoded, encoded_size, &decoded, whole, 1, SIZE_MAX, (sluice_interest){0}, report);
  free(encoded);
}
