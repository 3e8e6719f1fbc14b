#include "placement.h"
#include "png_context.h"

#include <stdlib.h>
#include <string.h>

// Bytes read or rows written between two questions to the caller: about a millisecond.
enum { WORK_BETWEEN_QUESTIONS = 1 << 17 };

// The library inflates whatever follows the last pixel, a thousandfold at worst, to find the end of the stream. Beside
// the row itself, this much of it is read.
enum { MOST_BYTES_AFTER_PIXELS = 1 << 17 };

static void ask_whether_wanted(png_structp png) {
  png_context *context = png_get_io_ptr(png);
  context->unasked_work = 0;
  if (!context->interest.is_wanted || context->interest.is_wanted(context->interest.context)) return;
  png_context_fail(context, SLUICE_CODEC_CANCELLED, "nobody waits for the picture any more");
  png_error(png, "cancelled");
}

static void note_work(png_structp png, size_t bytes) {
  png_context *context = png_get_io_ptr(png);
  context->unasked_work += bytes;
  if (context->unasked_work >= WORK_BETWEEN_QUESTIONS) ask_whether_wanted(png);
}

static void read_bytes(png_structp png, png_bytep target, size_t count) {
  png_context *context = png_get_io_ptr(png);
  note_work(png, count);
  if (count > context->input_size - context->position) {
    png_context_fail(context, SLUICE_CODEC_TRUNCATED, "the data ends inside a chunk");
    png_error(png, "truncated");
  }
  if (count > context->tail_allowed) {
    png_context_fail(context, SLUICE_CODEC_TOO_MUCH_WORK, "image data goes on and on after the last pixel");
    png_error(png, "work");
  }
  context->tail_allowed -= count;
  memcpy(target, context->input + context->position, count);
  context->position += count;
}

static void clip_row(png_structp png, png_row_infop row, png_bytep samples) {
  (void)png;
  for (size_t index = 0; index < row->width; index++)
    samples[index] = samples[2 * index] > 0 ? 0xff : samples[2 * index + 1];
}

// Brings gray samples of 16 bits to 8 as readers do that take 255 for each sample above it.
static void request_clipping(png_structp png) {
  png_set_read_user_transform_fn(png, clip_row);
  png_set_user_transform_info(png, NULL, 8, 1);
}

// Brings every colour type and depth to `channels` samples of 8 bits, and alpha behind them if `with_alpha`; indexes stay
// what they are, one in a byte.
static void request_form(png_structp png, png_infop info, int channels, int with_alpha) {
  int color = png_get_color_type(png, info);
  // A palette behind tRNS takes its entries away, but not the mark that it was there.
  int entries = 0;
  int has_transparency = png_get_tRNS(png, info, NULL, &entries, NULL) && entries > 0;
  if (color == PNG_COLOR_TYPE_PALETTE) {
    png_set_packing(png);
    png_set_check_for_invalid_index(png, 0);
    return;
  }
  if (png_get_bit_depth(png, info) == 16) png_set_strip_16(png);
  if (color == PNG_COLOR_TYPE_GRAY) png_set_expand_gray_1_2_4_to_8(png);
  if (has_transparency) png_set_tRNS_to_alpha(png);
  if (channels == 3 && !(color & PNG_COLOR_MASK_COLOR)) png_set_gray_to_rgb(png);
  int has_alpha = (color & PNG_COLOR_MASK_ALPHA) || has_transparency;
  if (with_alpha && !has_alpha) png_set_add_alpha(png, 0xff, PNG_FILLER_AFTER);
  if (!with_alpha && has_alpha) png_set_strip_alpha(png);
}

static void check_size(png_structp png, png_infop info, png_context *context, const sluice_picture *picture) {
  if (png_get_image_width(png, info) == picture->width && png_get_image_height(png, info) == picture->height)
    return;
  png_context_fail(context, SLUICE_CODEC_MISMATCH, "the header changed between two reads");
  png_error(png, "mismatch");
}

static void start(
    png_structp png, png_infop info, png_context *context, const sluice_picture *picture, int with_alpha) {
  if (context->clips) {
    request_clipping(png);
  } else {
    request_form(png, info, picture->channels, with_alpha);
  }
  png_read_update_info(png, info);
  int samples = context->entries > 0 ? 1 : picture->channels + with_alpha;
  if (png_get_rowbytes(png, info) == (size_t)picture->width * (size_t)samples) return;
  png_context_fail(context, SLUICE_CODEC_UNSUPPORTED, "this combination of colour type and depth is not decoded");
  png_error(png, "form");
}

// Keeps the palette, and what tRNS says about its entries. The library would replace indexes by colours itself, but does
// not tell which of them have none.
static void keep_palette(png_structp png, png_infop info, png_context *context, const sluice_picture *picture) {
  png_colorp palette;
  if (png_get_color_type(png, info) != PNG_COLOR_TYPE_PALETTE || !png_get_PLTE(png, info, &palette, &context->entries))
    return;
  memcpy(context->palette, palette, (size_t)context->entries * sizeof *palette);
  memset(context->opacities, 0xff, sizeof context->opacities);
  png_bytep opacities;
  int count;
  if (png_get_tRNS(png, info, &opacities, &count, NULL)) memcpy(context->opacities, opacities, (size_t)count);
  context->indexes = malloc(picture->width);
  if (context->indexes) return;
  png_context_fail(context, SLUICE_CODEC_NO_MEMORY, "no memory for a row");
  png_error(png, "memory");
}

// Puts colours, and opacities if `with_alpha`, in the place of indexes.
static void look_up(png_context *context, uint8_t *row, size_t count, int with_alpha) {
  size_t unknown = 0;
  for (size_t index = 0; index < count; index++) {
    uint8_t entry = context->indexes[index];
    unknown += entry >= context->entries;
    *row++ = context->palette[entry].red;
    *row++ = context->palette[entry].green;
    *row++ = context->palette[entry].blue;
    if (with_alpha) *row++ = context->opacities[entry];
  }
  context->facts->unknown += unknown;
}

// Reads the next row, of `count` pixels.
static void read_row(png_structp png, png_context *context, uint8_t *row, size_t count, int with_alpha) {
  if (--context->rows_left == 0) {
    // Samples have 16 bits at most; data that does not shrink may be a little longer than a row.
    context->tail_allowed = MOST_BYTES_AFTER_PIXELS + 2 * 2 * 4 * count;
  } else {
    context->tail_allowed = SIZE_MAX;
  }
  if (context->entries == 0) {
    png_read_row(png, row, NULL);
    return;
  }
  png_read_row(png, context->indexes, NULL);
  look_up(context, row, count, with_alpha);
}

// The rows of a picture that is as it shall be, straight to where they go.
static void read_opaque(png_structp png, png_context *context, const sluice_picture *picture) {
  size_t row_bytes = (size_t)picture->width * (size_t)picture->channels;
  for (uint32_t y = 0; y < picture->height; y++) {
    read_row(png, context, picture->pixels + y * row_bytes, picture->width, 0);
    note_work(png, row_bytes);
  }
}

// Which pixels of a picture a pass over it holds: every `column_step`th of every `row_step`th row.
typedef struct {
  uint32_t left, top, column_step, row_step, columns, rows;
} png_pass;

static png_pass whole_picture(const sluice_picture *picture) {
  return (png_pass){.column_step = 1, .row_step = 1, .columns = picture->width, .rows = picture->height};
}

static png_pass interlaced_pass(const sluice_picture *picture, int pass) {
  return (png_pass){
      .left = PNG_PASS_START_COL(pass),
      .top = PNG_PASS_START_ROW(pass),
      .column_step = 1u << PNG_PASS_COL_SHIFT(pass),
      .row_step = 1u << PNG_PASS_ROW_SHIFT(pass),
      .columns = PNG_PASS_COLS(picture->width, pass),
      .rows = PNG_PASS_ROWS(picture->height, pass),
  };
}

static uint32_t rows_of_all_passes(png_structp png, png_infop info, const sluice_picture *picture) {
  if (png_get_interlace_type(png, info) == PNG_INTERLACE_NONE) return picture->height;
  uint32_t rows = 0;
  for (int pass = 0; pass < PNG_INTERLACE_ADAM7_PASSES; pass++) {
    png_pass part = interlaced_pass(picture, pass);
    if (part.columns > 0) rows += part.rows;
  }
  return rows;
}

// Reads a pass row by row into the context's row, and places its pixels. Returns how many are not opaque.
static size_t read_pass(
    png_structp png, png_context *context, const sluice_picture *picture, const sluice_picture *alpha, int with_alpha,
    png_pass pass) {
  size_t translucent = 0;
  // The library leaves out a pass without pixels.
  if (pass.columns == 0) return 0;
  for (uint32_t index = 0; index < pass.rows; index++) {
    row_of_pixels row = {
        .x = pass.left, .y = pass.top + index * pass.row_step, .step = pass.column_step, .count = pass.columns};
    read_row(png, context, context->row, pass.columns, with_alpha);
    if (with_alpha) {
      translucent += place_pixels_and_alpha(picture, alpha, context->row, row);
    } else {
      place_pixels(picture, context->row, row);
    }
    note_work(png, pass.columns * (size_t)(picture->channels + with_alpha));
  }
  return translucent;
}

// An interlaced picture is a sequence of smaller ones. The library would hold all rows until the last pass to put them
// together; placed pixel by pixel, they need a single row.
static size_t read_passes(
    png_structp png, png_infop info, png_context *context, const sluice_picture *picture, const sluice_picture *alpha,
    int with_alpha) {
  context->row = malloc((size_t)picture->width * (size_t)(picture->channels + with_alpha));
  if (!context->row) {
    png_context_fail(context, SLUICE_CODEC_NO_MEMORY, "no memory for a row");
    png_error(png, "memory");
  }
  if (png_get_interlace_type(png, info) == PNG_INTERLACE_NONE)
    return read_pass(png, context, picture, alpha, with_alpha, whole_picture(picture));
  size_t translucent = 0;
  for (int pass = 0; pass < PNG_INTERLACE_ADAM7_PASSES; pass++)
    translucent += read_pass(png, context, picture, alpha, with_alpha, interlaced_pass(picture, pass));
  return translucent;
}

static void decode(
    png_structp png, png_infop info, png_context *context, const sluice_picture *picture,
    const sluice_picture *alpha) {
  png_set_read_fn(png, context, read_bytes);
  ask_whether_wanted(png);
  png_set_user_limits(png, picture->width, picture->height);
  png_set_crc_action(png, PNG_CRC_QUIET_USE, PNG_CRC_QUIET_USE);
  // Metadata never reaches the tensor, so its chunks are not even parsed: no inflating of text and profiles.
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
  png_read_info(png, info);
  check_size(png, info, context, picture);
  int has_alpha_channel = (png_get_color_type(png, info) & PNG_COLOR_MASK_ALPHA) != 0;
  int with_alpha = alpha != NULL || has_alpha_channel;
  keep_palette(png, info, context, picture);
  start(png, info, context, picture, with_alpha);
  context->rows_left = rows_of_all_passes(png, info, picture);
  if (with_alpha || !is_upright(picture) || png_get_interlace_type(png, info) != PNG_INTERLACE_NONE) {
    size_t translucent = read_passes(png, info, context, picture, alpha, with_alpha);
    if (has_alpha_channel) context->facts->translucent = translucent;
  } else {
    read_opaque(png, context, picture);
  }
  context->facts->end = context->position;
  context->tail_allowed = SIZE_MAX;
  png_read_end(png, NULL);
}

// Whether the data reaches back further than the zlib header declares decides between two attempts: the library is told
// to believe the header, or not to.
typedef enum { DECLARED_WINDOW, LARGEST_WINDOW } png_window;

static void attempt(
    const uint8_t *data, size_t size, const sluice_picture *picture, const sluice_picture *alpha, int clips,
    sluice_png_facts *facts, sluice_interest interest, sluice_codec_report *report, png_window window) {
  memset(report, 0, sizeof *report);
  memset(facts, 0, sizeof *facts);
  png_context context = {
      .report = report, .input = data, .input_size = size, .interest = interest, .facts = facts,
      .tail_allowed = SIZE_MAX, .clips = clips};
  png_structp png =
      png_create_read_struct(PNG_LIBPNG_VER_STRING, &context, png_context_on_error, png_context_on_warning);
  png_infop info = png ? png_create_info_struct(png) : NULL;
  if (!info) {
    png_context_fail(&context, SLUICE_CODEC_NO_MEMORY, "no memory for the decoder");
  } else if (setjmp(context.escape) == 0) {
    if (window == LARGEST_WINDOW) png_set_option(png, PNG_MAXIMUM_INFLATE_WINDOW, PNG_OPTION_ON);
    decode(png, info, &context, picture, alpha);
  }
  png_destroy_read_struct(&png, &info, NULL);
  free(context.row);
  free(context.indexes);
}

static void decode_in_any_window(
    const uint8_t *data, size_t size, const sluice_picture *picture, const sluice_picture *alpha, int clips,
    sluice_png_facts *facts, sluice_interest interest, sluice_codec_report *report) {
  attempt(data, size, picture, alpha, clips, facts, interest, report, DECLARED_WINDOW);
  if (report->status != SLUICE_CODEC_CORRUPT || strstr(report->message, "too far back") == NULL) return;
  attempt(data, size, picture, alpha, clips, facts, interest, report, LARGEST_WINDOW);
  report->warnings++;
}

void sluice_png_decode(
    const uint8_t *data, size_t size, const sluice_picture *picture, const sluice_picture *alpha,
    sluice_png_facts *facts, sluice_interest interest, sluice_codec_report *report) {
  decode_in_any_window(data, size, picture, alpha, 0, facts, interest, report);
}

void sluice_png_decode_clipped(
    const uint8_t *data, size_t size, const sluice_picture *picture, sluice_interest interest,
    sluice_codec_report *report) {
  sluice_png_facts facts;
  decode_in_any_window(data, size, picture, NULL, 1, &facts, interest, report);
}
