// Puts decoded pixels where they belong in a picture that may be turned.
#ifndef SLUICE_PLACEMENT_H
#define SLUICE_PLACEMENT_H

#include "CImageCodecs.h"

// Where pixel (x, y) of the file goes.
static inline uint8_t *pixel_at(const sluice_picture *picture, uint32_t x, uint32_t y) {
  return picture->pixels + (ptrdiff_t)x * picture->column_step + (ptrdiff_t)y * picture->row_step;
}

// Whether pixels lie as in the file: rows of them without gaps, one after another.
static inline int is_upright(const sluice_picture *picture) {
  return picture->column_step == picture->channels &&
         picture->row_step == (ptrdiff_t)picture->width * picture->channels;
}

// Whether rows of the file become columns.
static inline int swaps_sides(const sluice_picture *picture) {
  return picture->row_step == picture->channels || picture->row_step == -picture->channels;
}

// Places `count` whole rows, of which row `y` of the file is the first.
void place_rows(const sluice_picture *picture, const uint8_t *rows, uint32_t y, uint32_t count);

// Some pixels of a row of a file: `count` of them from (x, y) on, each `step` columns on from the one before.
typedef struct {
  uint32_t x, y, step, count;
} row_of_pixels;

void place_pixels(const sluice_picture *picture, const uint8_t *source, row_of_pixels row);

// The same, for pixels with an opacity behind their samples. It goes to the alpha plane, unless that is NULL. Returns
// how many pixels are not opaque.
size_t place_pixels_and_alpha(
    const sluice_picture *picture, const sluice_picture *alpha, const uint8_t *source, row_of_pixels row);

#endif
