#include "jpeg_context.h"

#include <jerror.h>
#include <string.h>

size_t jpeg_context_position(j_common_ptr common) {
  jpeg_context *context = common->client_data;
  return context->given - context->source.bytes_in_buffer;
}

_Noreturn void jpeg_context_fail(j_common_ptr common, sluice_codec_status status, const char *message) {
  jpeg_context *context = common->client_data;
  context->report->status = status;
  context->report->offset = jpeg_context_position(common);
  strncpy(context->report->message, message, sizeof context->report->message - 1);
  longjmp(context->escape, 1);
}

static _Noreturn void fail(j_common_ptr common, sluice_codec_status status) {
  char message[JMSG_LENGTH_MAX];
  common->err->format_message(common, message);
  jpeg_context_fail(common, status, message);
}

static void on_error(j_common_ptr common) {
  switch (common->err->msg_code) {
    case JERR_OUT_OF_MEMORY: fail(common, SLUICE_CODEC_NO_MEMORY);
    case JERR_INPUT_EOF:
    case JERR_INPUT_EMPTY: fail(common, SLUICE_CODEC_TRUNCATED);
    case JERR_BAD_PRECISION:
    case JERR_CONVERSION_NOTIMPL:
    case JERR_SOF_UNSUPPORTED:
    case JERR_IMAGE_TOO_BIG:
    case JERR_WIDTH_OVERFLOW:
    case JERR_ARITH_NOTIMPL: fail(common, SLUICE_CODEC_UNSUPPORTED);
    default: fail(common, SLUICE_CODEC_CORRUPT);
  }
}

// The library goes on after damaged entropy data and paints the rest gray; a classifier must not see that.
static void on_message(j_common_ptr common, int level) {
  if (level >= 0) return;
  jpeg_context *context = common->client_data;
  switch (common->err->msg_code) {
    case JWRN_JPEG_EOF: fail(common, SLUICE_CODEC_TRUNCATED);
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_MUST_RESYNC:
    case JWRN_BOGUS_PROGRESSION: fail(common, SLUICE_CODEC_CORRUPT);
    default: context->report->warnings++;
  }
}

void jpeg_context_ask_whether_wanted(j_common_ptr common) {
  const sluice_interest *interest = &((jpeg_context *)common->client_data)->interest;
  if (!interest->is_wanted || interest->is_wanted(interest->context)) return;
  jpeg_context_fail(common, SLUICE_CODEC_CANCELLED, "nobody waits for the picture any more");
}

// The library calls this for every row of blocks it has read or is about to write.
static void on_progress(j_common_ptr common) {
  jpeg_context *context = common->client_data;
  jpeg_context_ask_whether_wanted(common);
  if (!common->is_decompressor || ((j_decompress_ptr)common)->input_scan_number <= context->max_scans) return;
  jpeg_context_fail(common, SLUICE_CODEC_TOO_MANY_SCANS, "too many scans");
}

static void print_nothing(j_common_ptr common) { (void)common; }

void jpeg_context_prepare(jpeg_context *context) {
  jpeg_std_error(&context->errors);
  context->errors.error_exit = on_error;
  context->errors.emit_message = on_message;
  context->errors.output_message = print_nothing;
  context->progress.progress_monitor = on_progress;
}
