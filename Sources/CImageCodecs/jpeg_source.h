// Gives the JPEG library the encoded bytes of a context.
#ifndef SLUICE_JPEG_SOURCE_H
#define SLUICE_JPEG_SOURCE_H

#include "jpeg_context.h"

// Makes the context's input what `jpeg` reads.
void jpeg_source_prepare(jpeg_context *context, j_decompress_ptr jpeg);

#endif
