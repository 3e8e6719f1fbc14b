// Where the JPEG library keeps the coefficients of a picture whose scans refine one another.
//
// The library holds all of them as they are, 2 bytes each: up to 8 bytes a pixel. Most of them are zero. A picture
// whose coefficients exceed a limit has them packed instead, a row of blocks at a time; the few rows in use are
// unpacked.
//
// This replaces the virtual arrays of the library's memory manager, which an application may do (libjpeg.txt, "Memory
// management"). All memory comes from the library's pools, so that an error which leaps out loses none.
#ifndef SLUICE_JPEG_COEFFICIENTS_H
#define SLUICE_JPEG_COEFFICIENTS_H

// jpeglib.h needs FILE and size_t to be declared before it.
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <jpeglib.h>

// The rows of blocks of one component.
typedef struct {
  jvirt_barray_ptr handle;       // by which the library knows the array
  JDIMENSION blocks;             // in a row
  JDIMENSION rows;
  JDIMENSION slots;              // for unpacked rows: as many as the library asks for at once
  uint32_t *packed;              // the first page of each row; none for a row of zeros
  JBLOCKARRAY slot;              // row r is unpacked into slot r modulo `slots`
  JDIMENSION *held;              // which row each slot holds
  uint8_t *is_changed;           // whether it differs from the packed row
  JBLOCKROW *window;             // the rows that the library looks at
} jpeg_coefficient_array;

typedef struct {
  size_t limit;                  // of all memory for coefficients, in bytes
  size_t used;
  jpeg_coefficient_array arrays[MAX_COMPONENTS];
  int count;
  uint8_t **slabs;               // of pages
  uint32_t pages;                // that exist; page 0 is none
  uint32_t free_page;            // the first of those that are not in use
  uint8_t *scratch;              // a packed row in one piece
  jvirt_barray_ptr (*request)(j_common_ptr, int, boolean, JDIMENSION, JDIMENSION, JDIMENSION);
  void (*realize)(j_common_ptr);
} jpeg_coefficients;

// Puts `jpeg`'s coefficients under the limit; its context has the place to hold them. Needing more is reported as
// SLUICE_CODEC_TOO_MUCH_MEMORY.
void jpeg_coefficients_prepare(j_decompress_ptr jpeg, size_t limit);

#endif
