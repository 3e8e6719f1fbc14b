#include "jpeg_context.h"
#include "jpeg_source.h"
#include "placement.h"

#include <string.h>

enum { ROWS_AT_ONCE = 16 };

// c * a / 255, rounded, without a division.
static uint8_t scale_by_255th(unsigned a, unsigned b) {
  unsigned product = a * b + 128;
  return (uint8_t)(((product >> 8) + product) >> 8);
}

static uint8_t ink_on(uint8_t inverted_key, uint8_t inverted_ink) {
  int value = inverted_key - scale_by_255th(255u - inverted_ink, inverted_key);
  return (uint8_t)(value < 0 ? 0 : value);
}

// Adobe stores CMYK inverted: 255 is no ink. Both may begin at the same place.
static void convert_cmyk(const uint8_t *cmyk, uint8_t *rgb, size_t count) {
  for (size_t index = 0; index < count; index++, cmyk += 4, rgb += 3) {
    uint8_t key = cmyk[3];
    rgb[0] = ink_on(key, cmyk[0]);
    rgb[1] = ink_on(key, cmyk[1]);
    rgb[2] = ink_on(key, cmyk[2]);
  }
}

static void check_size(j_decompress_ptr jpeg, const sluice_picture *picture) {
  int expected = jpeg->num_components == 1 ? 1 : 3;
  if (jpeg->image_width == picture->width && jpeg->image_height == picture->height &&
      picture->channels == expected)
    return;
  jpeg_context_fail(
      (j_common_ptr)jpeg, SLUICE_CODEC_MISMATCH, "the header changed between two reads");
}

static void start(j_decompress_ptr jpeg) {
  switch (jpeg->num_components) {
    case 1: jpeg->out_color_space = JCS_GRAYSCALE; break;
    case 4: jpeg->out_color_space = JCS_CMYK; break;
    default: jpeg->out_color_space = JCS_RGB;
  }
  jpeg->dct_method = JDCT_ISLOW;
  jpeg->do_fancy_upsampling = TRUE;
  jpeg_start_decompress(jpeg);
}

static void blacken(const sluice_picture *picture, uint32_t x, uint32_t y, size_t count) {
  memset(pixel_at(picture, x, y), 0, count * (size_t)picture->channels);
}

// Reads the output rows up to `end` into the picture, from column `left` on.
static void read_rows(j_decompress_ptr jpeg, const sluice_picture *picture, uint32_t left, uint32_t end) {
  while (jpeg->output_scanline < end) {
    JSAMPROW rows[ROWS_AT_ONCE];
    JDIMENSION count = 0;
    for (uint32_t y = jpeg->output_scanline; y < end && count < ROWS_AT_ONCE; y++)
      rows[count++] = pixel_at(picture, left, y);
    jpeg_read_scanlines(jpeg, rows, count);
  }
}

// Reads strips of rows, and converts and turns them on the way to the picture.
static void read_strips(j_decompress_ptr jpeg, const sluice_picture *picture) {
  size_t channels = (size_t)jpeg->output_components;
  size_t row_bytes = channels * picture->width;
  // Pool memory: released by jpeg_destroy even when an error leaps out of the loop.
  // Rows that become columns are placed many at once, so that neighbours in the picture are written together.
  JDIMENSION rows = swaps_sides(picture) ? ROWS_AT_ONCE : 1;
  uint8_t *strip = jpeg->mem->alloc_large((j_common_ptr)jpeg, JPOOL_IMAGE, rows * row_bytes);
  while (jpeg->output_scanline < jpeg->output_height) {
    JDIMENSION top = jpeg->output_scanline, count = 0;
    while (count < rows && jpeg->output_scanline < jpeg->output_height) {
      JSAMPROW row = strip + count * row_bytes;
      count += jpeg_read_scanlines(jpeg, &row, 1);
    }
    if (jpeg->out_color_space == JCS_CMYK) convert_cmyk(strip, strip, (size_t)count * picture->width);
    place_rows(picture, strip, top, count);
  }
}

// Limits the output to the columns of `wanted`, and reports which columns those are.
//
// Smooth upsampling takes the border of the output for that of the picture, and reads one chroma sample beyond: with
// two more of them on each side, every wanted pixel comes out as in the whole picture. The library itself begins at a
// whole MCU.
static void crop_columns(
    j_decompress_ptr jpeg, const sluice_region *wanted, JDIMENSION *left, JDIMENSION *columns) {
  uint32_t margin = (uint32_t)(2 * jpeg->max_h_samp_factor);
  uint32_t end = wanted->x + wanted->width;
  *left = wanted->x > margin ? wanted->x - margin : 0;
  *columns = (jpeg->output_width - end > margin ? end + margin : jpeg->output_width) - *left;
  jpeg_crop_scanline(jpeg, left, columns);
}

// Reads the wanted rows and columns; of the others the entropy coding alone, so that damage there is found, too.
static void read_region(j_decompress_ptr jpeg, const sluice_picture *picture, const sluice_region *wanted) {
  uint32_t end = wanted->y + wanted->height;
  JDIMENSION left, columns;
  crop_columns(jpeg, wanted, &left, &columns);
  uint32_t right = left + columns;

  blacken(picture, 0, 0, (size_t)wanted->y * picture->width);
  for (uint32_t y = wanted->y; y < end; y++) {
    blacken(picture, 0, y, left);
    blacken(picture, right, y, picture->width - right);
  }
  blacken(picture, 0, end, (size_t)(picture->height - end) * picture->width);

  if (wanted->y > 0) jpeg_skip_scanlines(jpeg, wanted->y);
  read_rows(jpeg, picture, left, end);
  // To skip past the last row would leave the data of the rows before it unread.
  uint32_t last = picture->height - 1;
  if (end < last) jpeg_skip_scanlines(jpeg, last - end);
  read_rows(jpeg, picture, left, picture->height);
}

// Where one component has four rows of blocks in an MCU and another one has two, jpeg_skip_scanlines of libjpeg-turbo 2.1.5
// loses count, and reads past the data.
static int can_skip_rows(const struct jpeg_decompress_struct *jpeg) { return jpeg->max_v_samp_factor <= 2; }

static int is_whole(const sluice_picture *picture, const sluice_region *wanted) {
  return wanted->width == picture->width && wanted->height == picture->height;
}

static void decode(j_decompress_ptr jpeg, const sluice_picture *picture, const sluice_region *wanted) {
  jpeg_context_ask_whether_wanted((j_common_ptr)jpeg);
  jpeg_read_header(jpeg, TRUE);
  check_size(jpeg, picture);
  start(jpeg);
  if (jpeg->out_color_space == JCS_CMYK || !is_upright(picture)) {
    read_strips(jpeg, picture);
  } else if (is_whole(picture, wanted) || jpeg_has_multiple_scans(jpeg) || !can_skip_rows(jpeg)) {
    // Smoothing between blocks of an unfinished progressive picture reaches further than the margin of a region.
    read_rows(jpeg, picture, 0, picture->height);
  } else {
    read_region(jpeg, picture, wanted);
  }
  jpeg_finish_decompress(jpeg);
}

void sluice_jpeg_decode(
    const uint8_t *data, size_t size, const sluice_picture *picture, sluice_region wanted, int max_scans,
    size_t max_memory, sluice_interest interest, sluice_codec_report *report) {
  memset(report, 0, sizeof *report);
  jpeg_context context = {
      .report = report, .input = data, .input_size = size, .max_scans = max_scans, .interest = interest};
  struct jpeg_decompress_struct jpeg = {.client_data = &context, .err = &context.errors};
  jpeg_context_prepare(&context);
  if (setjmp(context.escape) == 0) {
    jpeg_create_decompress(&jpeg);
    jpeg.progress = &context.progress;
    jpeg_coefficients_prepare(&jpeg, max_memory);
    jpeg_source_prepare(&context, &jpeg);
    decode(&jpeg, picture, &wanted);
    report->offset = jpeg_context_position((j_common_ptr)&jpeg);
  }
  jpeg_destroy_decompress(&jpeg);
}
