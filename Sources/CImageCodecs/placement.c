#include "placement.h"

static inline void copy_pixel(uint8_t *target, const uint8_t *source, int channels) {
  target[0] = source[0];
  if (channels == 1) return;
  target[1] = source[1];
  target[2] = source[2];
}

static inline void place(
    const sluice_picture *picture, const uint8_t *source, row_of_pixels row, int channels) {
  uint8_t *target = pixel_at(picture, row.x, row.y);
  ptrdiff_t step = picture->column_step * (ptrdiff_t)row.step;
  for (uint32_t index = 0; index < row.count; index++, source += channels)
    copy_pixel(target + (ptrdiff_t)index * step, source, channels);
}

void place_pixels(const sluice_picture *picture, const uint8_t *source, row_of_pixels row) {
  // The compiler makes a loop of its own for each number of channels.
  if (picture->channels == 1) place(picture, source, row, 1); else place(picture, source, row, 3);
}

size_t place_pixels_and_alpha(
    const sluice_picture *picture, const sluice_picture *alpha, const uint8_t *source, row_of_pixels row) {
  int channels = picture->channels;
  uint8_t *target = pixel_at(picture, row.x, row.y);
  ptrdiff_t step = picture->column_step * (ptrdiff_t)row.step;
  size_t translucent = 0;
  for (uint32_t index = 0; index < row.count; index++, source += channels + 1) {
    copy_pixel(target + (ptrdiff_t)index * step, source, channels);
    translucent += source[channels] != 255;
    if (alpha) *pixel_at(alpha, row.x + index * row.step, row.y) = source[channels];
  }
  return translucent;
}

// Rows that become columns: the pixels of one column of the strip lie side by side in the picture.
static inline void place_columns(
    const sluice_picture *picture, const uint8_t *rows, uint32_t y, uint32_t count, int channels) {
  size_t row_bytes = (size_t)picture->width * (size_t)channels;
  for (uint32_t x = 0; x < picture->width; x++) {
    uint8_t *target = pixel_at(picture, x, y);
    const uint8_t *source = rows + (size_t)x * (size_t)channels;
    for (uint32_t index = 0; index < count; index++)
      copy_pixel(target + (ptrdiff_t)index * picture->row_step, source + index * row_bytes, channels);
  }
}

void place_rows(const sluice_picture *picture, const uint8_t *rows, uint32_t y, uint32_t count) {
  size_t row_bytes = (size_t)picture->width * (size_t)picture->channels;
  if (swaps_sides(picture)) {
    if (picture->channels == 1) place_columns(picture, rows, y, count, 1);
    else place_columns(picture, rows, y, count, 3);
    return;
  }
  for (uint32_t index = 0; index < count; index++)
    place_pixels(
        picture, rows + index * row_bytes,
        (row_of_pixels){.y = y + index, .step = 1, .count = picture->width});
}
