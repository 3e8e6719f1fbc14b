#include "jpeg_source.h"

// The library reads most of a picture without calling its progress monitor where it skips rows. Given the input piece
// by piece, it asks for the next one at least every few milliseconds: a bit is worth a coefficient at most.
enum { BYTES_IN_A_PIECE = 1 << 16 };

static jpeg_context *context_of(j_decompress_ptr jpeg) { return jpeg->client_data; }

static void begin(j_decompress_ptr jpeg) { (void)jpeg; }

static boolean give_next_piece(j_decompress_ptr jpeg) {
  jpeg_context *context = context_of(jpeg);
  size_t left = context->input_size - context->given;
  if (left == 0) jpeg_context_fail((j_common_ptr)jpeg, SLUICE_CODEC_TRUNCATED, "Premature end of JPEG file");
  jpeg_context_ask_whether_wanted((j_common_ptr)jpeg);
  size_t count = left < BYTES_IN_A_PIECE ? left : BYTES_IN_A_PIECE;
  context->source.next_input_byte = context->input + context->given;
  context->source.bytes_in_buffer = count;
  context->given += count;
  return TRUE;
}

static void skip(j_decompress_ptr jpeg, long count) {
  jpeg_context *context = context_of(jpeg);
  while (count > (long)context->source.bytes_in_buffer) {
    count -= (long)context->source.bytes_in_buffer;
    give_next_piece(jpeg);
  }
  if (count <= 0) return;
  context->source.next_input_byte += count;
  context->source.bytes_in_buffer -= (size_t)count;
}

static void end(j_decompress_ptr jpeg) { (void)jpeg; }

void jpeg_source_prepare(jpeg_context *context, j_decompress_ptr jpeg) {
  context->source = (struct jpeg_source_mgr){
      .init_source = begin,
      .fill_input_buffer = give_next_piece,
      .skip_input_data = skip,
      .resync_to_restart = jpeg_resync_to_restart,
      .term_source = end,
  };
  jpeg->src = &context->source;
}
