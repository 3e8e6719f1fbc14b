// What the JPEG encoder and decoder share: how the library's errors become reports.
#ifndef SLUICE_JPEG_CONTEXT_H
#define SLUICE_JPEG_CONTEXT_H

#include "CImageCodecs.h"

// jpeglib.h needs FILE and size_t to be declared before it.
#include <stdio.h>

#include <jpeglib.h>
#include <setjmp.h>

#include "jpeg_coefficients.h"

// Reached from the library's callbacks through cinfo->client_data.
typedef struct {
  sluice_codec_report *report;
  jmp_buf escape;
  const uint8_t *input;
  size_t input_size;
  size_t given;  // of the input, to the library
  int max_scans;
  sluice_interest interest;
  uint8_t *output;
  size_t output_capacity;
  struct jpeg_source_mgr source;
  jpeg_coefficients coefficients;
  struct jpeg_error_mgr errors;
  struct jpeg_progress_mgr progress;
} jpeg_context;

// Routes the library's errors, warnings and progress into the context's report.
void jpeg_context_prepare(jpeg_context *context);

// How far into the input the decoder has read; 0 for an encoder.
size_t jpeg_context_position(j_common_ptr common);

// Leaps as jpeg_context_fail does when the caller does not want the result any more.
void jpeg_context_ask_whether_wanted(j_common_ptr common);

// Reports, and leaps to where the context's `escape` was set.
_Noreturn void jpeg_context_fail(j_common_ptr common, sluice_codec_status status, const char *message);

#endif
