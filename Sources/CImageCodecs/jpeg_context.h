// What the JPEG encoder and decoder share: how the library's errors become reports.
#ifndef SLUICE_JPEG_CONTEXT_H
#define SLUICE_JPEG_CONTEXT_H

#include "CImageCodecs.h"

// jpeglib.h needs FILE and size_t to be declared before it.
#include <stdio.h>

#include <jpeglib.h>
#include <setjmp.h>

// Reached from the library's callbacks through cinfo->client_data.
typedef struct {
  sluice_codec_report *report;
  jmp_buf escape;
  size_t input_size;
  int max_scans;
  uint8_t *output;
  size_t output_capacity;
  struct jpeg_error_mgr errors;
  struct jpeg_progress_mgr progress;
} jpeg_context;

// Routes the library's errors, warnings and progress into the context's report.
void jpeg_context_prepare(jpeg_context *context);

// How far into the input the decoder has read; 0 for an encoder.
size_t jpeg_context_position(j_common_ptr common);

// Reports, and leaps to where the context's `escape` was set.
_Noreturn void jpeg_context_fail(j_common_ptr common, sluice_codec_status status, const char *message);

#endif
