// What the PNG encoder and decoder share: how the library's errors become reports.
#ifndef SLUICE_PNG_CONTEXT_H
#define SLUICE_PNG_CONTEXT_H

#include "CImageCodecs.h"

#include <png.h>
#include <setjmp.h>

// What the callbacks need; reached through png_get_error_ptr and png_get_io_ptr.
typedef struct {
  sluice_codec_report *report;
  jmp_buf escape;
  const uint8_t *input;
  size_t input_size;
  size_t position;
  sluice_interest interest;
  size_t unasked_work;  // since the caller was last asked for its interest, in bytes
  sluice_png_facts *facts;
  png_color palette[PNG_MAX_PALETTE_LENGTH];  // black beyond its entries
  png_byte opacities[PNG_MAX_PALETTE_LENGTH];
  int entries;       // of the palette; 0 for a picture without indexes
  uint32_t rows_left;   // of all passes
  size_t tail_allowed;  // bytes that may still be read while the last row is decoded
  uint8_t *row;      // as it is placed
  uint8_t *indexes;  // a row of them
  uint8_t *output;
  size_t output_size;
  size_t output_capacity;
  int clips;         // whether samples of 16 bits are clipped, and do not keep their high byte
} png_context;

// Fills in the report.
void png_context_fail(png_context *context, sluice_codec_status status, const char *message);

// The callbacks for errors, which leaps to where the context's `escape` was set, and for warnings.
_Noreturn void png_context_on_error(png_structp png, png_const_charp message);
void png_context_on_warning(png_structp png, png_const_charp message);

#endif
