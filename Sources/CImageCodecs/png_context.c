#include "png_context.h"

#include <string.h>

void png_context_fail(png_context *context, sluice_codec_status status, const char *message) {
  context->report->status = status;
  context->report->offset = context->position;
  strncpy(context->report->message, message, sizeof context->report->message - 1);
}

_Noreturn void png_context_on_error(png_structp png, png_const_charp message) {
  png_context *context = png_get_error_ptr(png);
  // A callback below may have named the trouble already, and better.
  if (context->report->status == SLUICE_CODEC_OK) png_context_fail(context, SLUICE_CODEC_CORRUPT, message);
  longjmp(context->escape, 1);
}

// The library's words for data after the last pixel, in the chunk that ends the picture.
static int tells_of_excess(const char *message) {
  return strstr(message, "Extra compressed data") != NULL || strstr(message, "Too much image data") != NULL;
}

void png_context_on_warning(png_structp png, png_const_charp message) {
  png_context *context = png_get_error_ptr(png);
  if (context->facts && tells_of_excess(message)) {
    context->facts->has_excess = 1;
    return;
  }
  context->report->warnings++;
}
