#include "jpeg_coefficients.h"
#include "jpeg_context.h"

#include <jerror.h>
#include <string.h>

// A packed row lies in a chain of pages, each with the number of the next one in front. Pages are small, because the
// last one of each row is half empty, and come in slabs.
enum { PAGE_BYTES = 512, LINK_BYTES = 4, PAGE_CONTENT = PAGE_BYTES - LINK_BYTES, PAGES_IN_SLAB = 64 };
enum { SLAB_BYTES = PAGE_BYTES * PAGES_IN_SLAB };
static const uint32_t NO_PAGE = 0;
static const JDIMENSION NO_ROW = UINT32_MAX;

// A packed block: the difference of its first coefficient (DC) from that of the block before, 7 bits a byte; then a
// byte for each other one that is not zero, in the order in which they lie: how many zeros stand before it, times 16,
// plus its value plus 8. Zero stands for a value beyond -7...7, which follows in two bytes.
enum { VALUE_OFFSET = 8, LONGEST_RUN = 15, LONG_VALUE = 0 };
enum { SKIP = LONGEST_RUN << 4 | VALUE_OFFSET, END_OF_BLOCK = VALUE_OFFSET };
// Three bytes for each coefficient, and the end.
enum { PACKED_BLOCK_BYTES = 3 * DCTSIZE2 + 1 };

static uint8_t *pack_difference(int difference, uint8_t *out) {
  uint32_t rest = difference < 0 ? ~((uint32_t)difference << 1) : (uint32_t)difference << 1;
  for (; rest > 0x7F; rest >>= 7) *out++ = (uint8_t)(rest | 0x80);
  *out++ = (uint8_t)rest;
  return out;
}

static const uint8_t *unpack_difference(const uint8_t *in, int *difference) {
  uint32_t value = 0;
  for (int shift = 0;; shift += 7) {
    value |= (uint32_t)(*in & 0x7F) << shift;
    if (!(*in++ & 0x80)) break;
  }
  *difference = (int)(value >> 1) ^ -(int)(value & 1);
  return in;
}

static uint8_t *pack_value(int zeros, int value, uint8_t *out) {
  for (; zeros > LONGEST_RUN; zeros -= LONGEST_RUN) *out++ = SKIP;
  if (value >= -7 && value <= 7) {
    *out++ = (uint8_t)(zeros << 4 | (value + VALUE_OFFSET));
    return out;
  }
  *out++ = (uint8_t)(zeros << 4 | LONG_VALUE);
  *out++ = (uint8_t)value;
  *out++ = (uint8_t)((unsigned)value >> 8);
  return out;
}

static uint8_t *pack_block(const JCOEF *block, uint8_t *out) {
  int next = 1;
  for (int group = 0; group < DCTSIZE2; group += 4) {
    uint64_t four;
    memcpy(&four, block + group, sizeof four);
    if (four == 0) continue;
    for (int index = group == 0 ? 1 : group; index < group + 4; index++) {
      if (block[index] == 0) continue;
      out = pack_value(index - next, block[index], out);
      next = index + 1;
    }
  }
  if (next < DCTSIZE2) *out++ = END_OF_BLOCK;
  return out;
}

// The block is all zeros before.
static const uint8_t *unpack_block(const uint8_t *in, JCOEF *block) {
  for (int index = 1; index < DCTSIZE2;) {
    uint8_t byte = *in++;
    if (byte == END_OF_BLOCK) break;
    index += byte >> 4;
    if (byte == SKIP) continue;
    int value = (byte & 15) - VALUE_OFFSET;
    if ((byte & 15) == LONG_VALUE) {
      value = (int16_t)(in[0] | in[1] << 8);
      in += 2;
    }
    block[index++] = (JCOEF)value;
  }
  return in;
}

static size_t pack_row(JBLOCKROW row, JDIMENSION blocks, uint8_t *target) {
  uint8_t *out = target;
  int before = 0;
  for (JDIMENSION index = 0; index < blocks; index++) {
    out = pack_difference(row[index][0] - before, out);
    before = row[index][0];
    out = pack_block(row[index], out);
  }
  return (size_t)(out - target);
}

static void unpack_row(const uint8_t *in, JDIMENSION blocks, JBLOCKROW row) {
  int before = 0;
  for (JDIMENSION index = 0; index < blocks; index++) {
    int difference;
    in = unpack_difference(in, &difference);
    before += difference;
    row[index][0] = (JCOEF)before;
    in = unpack_block(in, row[index]);
  }
}

static jpeg_coefficients *coefficients_of(j_common_ptr jpeg) {
  return &((jpeg_context *)jpeg->client_data)->coefficients;
}

static void charge(j_common_ptr jpeg, size_t bytes) {
  jpeg_coefficients *all = coefficients_of(jpeg);
  if (bytes > all->limit - all->used)
    jpeg_context_fail(
        jpeg, SLUICE_CODEC_TOO_MUCH_MEMORY, "the coefficients of its scans take more memory than permitted");
  all->used += bytes;
}

// Memory from the library's pool, charged against the limit.
static void *allocate(j_common_ptr jpeg, size_t bytes) {
  charge(jpeg, bytes);
  return jpeg->mem->alloc_large(jpeg, JPOOL_IMAGE, bytes);
}

static uint8_t *page_at(const jpeg_coefficients *all, uint32_t page) {
  return all->slabs[page / PAGES_IN_SLAB] + page % PAGES_IN_SLAB * PAGE_BYTES;
}

static uint32_t page_after(const jpeg_coefficients *all, uint32_t page) {
  uint32_t next;
  memcpy(&next, page_at(all, page), sizeof next);
  return next;
}

static void link_page(const jpeg_coefficients *all, uint32_t page, uint32_t next) {
  memcpy(page_at(all, page), &next, sizeof next);
}

static void add_slab(j_common_ptr jpeg) {
  jpeg_coefficients *all = coefficients_of(jpeg);
  all->slabs[all->pages / PAGES_IN_SLAB] = allocate(jpeg, SLAB_BYTES);
  for (uint32_t page = all->pages; page < all->pages + PAGES_IN_SLAB; page++) {
    if (page == NO_PAGE) continue;
    link_page(all, page, all->free_page);
    all->free_page = page;
  }
  all->pages += PAGES_IN_SLAB;
}

static uint32_t take_page(j_common_ptr jpeg) {
  jpeg_coefficients *all = coefficients_of(jpeg);
  if (all->free_page == NO_PAGE) add_slab(jpeg);
  uint32_t page = all->free_page;
  all->free_page = page_after(all, page);
  link_page(all, page, NO_PAGE);
  return page;
}

static void give_back_pages(jpeg_coefficients *all, uint32_t first) {
  while (first != NO_PAGE) {
    uint32_t next = page_after(all, first);
    link_page(all, first, all->free_page);
    all->free_page = first;
    first = next;
  }
}

// Writes the first `size` bytes of the scratch over the chain that begins at `*first`, and makes it as long as needed.
static void store(j_common_ptr jpeg, uint32_t *first, size_t size) {
  jpeg_coefficients *all = coefficients_of(jpeg);
  uint32_t last = NO_PAGE, page = *first;
  for (size_t done = 0; done < size; done += PAGE_CONTENT) {
    if (page == NO_PAGE) {
      page = take_page(jpeg);
      if (last == NO_PAGE) *first = page; else link_page(all, last, page);
    }
    size_t left = size - done;
    memcpy(page_at(all, page) + LINK_BYTES, all->scratch + done, left < PAGE_CONTENT ? left : PAGE_CONTENT);
    last = page;
    page = page_after(all, page);
  }
  give_back_pages(all, page);
  link_page(all, last, NO_PAGE);
}

static void load(const jpeg_coefficients *all, uint32_t page) {
  for (uint8_t *target = all->scratch; page != NO_PAGE; page = page_after(all, page), target += PAGE_CONTENT)
    memcpy(target, page_at(all, page) + LINK_BYTES, PAGE_CONTENT);
}

// Makes a slot hold a row; the row that it held before is packed if the library may have changed it.
static void hold(j_common_ptr jpeg, jpeg_coefficient_array *array, JDIMENSION slot, JDIMENSION row) {
  jpeg_coefficients *all = coefficients_of(jpeg);
  JBLOCKROW blocks = array->slot[slot];
  if (array->is_changed[slot])
    store(jpeg, &array->packed[array->held[slot]], pack_row(blocks, array->blocks, all->scratch));
  memset(blocks, 0, array->blocks * sizeof *blocks);
  if (array->packed[row] != NO_PAGE) {
    load(all, array->packed[row]);
    unpack_row(all->scratch, array->blocks, blocks);
  }
  array->held[slot] = row;
  array->is_changed[slot] = 0;
}

// How many rows to hold for a look at `count` of them. The library (2.1.5) looks at more rows than it asks for when it
// smooths the second row of an unfinished picture, which does no harm where all rows are in memory: a reader gets all
// rows that there is room for.
static JDIMENSION rows_to_hold(
    const jpeg_coefficient_array *array, JDIMENSION start, JDIMENSION count, boolean writable) {
  if (writable) return count;
  JDIMENSION left = array->rows - start;
  return left < array->slots ? left : array->slots;
}

static JBLOCKARRAY access(
    j_common_ptr jpeg, jvirt_barray_ptr handle, JDIMENSION start, JDIMENSION count, boolean writable) {
  jpeg_coefficients *all = coefficients_of(jpeg);
  jpeg_coefficient_array *array = all->arrays;
  while (array < all->arrays + all->count && array->handle != handle) array++;
  if (array == all->arrays + all->count || count == 0 || count > array->slots ||
      (size_t)start + count > array->rows)
    ERREXIT(jpeg, JERR_BAD_VIRTUAL_ACCESS);
  JDIMENSION end = start + rows_to_hold(array, start, count, writable);
  for (JDIMENSION row = start; row < end; row++) {
    JDIMENSION slot = row % array->slots;
    if (array->held[slot] != row) hold(jpeg, array, slot, row);
    if (writable) array->is_changed[slot] = 1;
    array->window[row - start] = array->slot[slot];
  }
  // No entry is without a row.
  for (JDIMENSION index = end - start; index < array->slots; index++) array->window[index] = array->window[0];
  return array->window;
}

static size_t unpacked_bytes(const jpeg_coefficient_array *array, JDIMENSION rows) {
  return (size_t)array->blocks * sizeof(JBLOCK) * rows;
}

static void make_slots(j_common_ptr jpeg, jpeg_coefficient_array *array) {
  array->packed = allocate(jpeg, array->rows * sizeof *array->packed);
  memset(array->packed, 0, array->rows * sizeof *array->packed);
  charge(jpeg, unpacked_bytes(array, array->slots));
  array->slot = jpeg->mem->alloc_barray(jpeg, JPOOL_IMAGE, array->blocks, array->slots);
  array->window = allocate(jpeg, array->slots * sizeof *array->window);
  array->held = allocate(jpeg, array->slots * sizeof *array->held);
  array->is_changed = allocate(jpeg, array->slots);
  for (JDIMENSION slot = 0; slot < array->slots; slot++) {
    array->held[slot] = NO_ROW;
    array->is_changed[slot] = 0;
  }
}

// What fits under the limit stays as it is: pictures of ordinary size lose no time.
static void realize(j_common_ptr jpeg) {
  jpeg_coefficients *all = coefficients_of(jpeg);
  size_t total = 0;
  JDIMENSION widest = 0;
  for (int index = 0; index < all->count; index++) {
    jpeg_coefficient_array *array = &all->arrays[index];
    total += unpacked_bytes(array, array->rows);
    if (array->blocks > widest) widest = array->blocks;
  }
  if (total <= all->limit) {
    all->realize(jpeg);
    return;
  }
  jpeg->mem->access_virt_barray = access;
  for (int index = 0; index < all->count; index++) make_slots(jpeg, &all->arrays[index]);
  // The last page of a row is loaded whole.
  all->scratch = allocate(jpeg, (size_t)widest * PACKED_BLOCK_BYTES + PAGE_CONTENT);
  all->slabs = allocate(jpeg, (all->limit / SLAB_BYTES + 1) * sizeof *all->slabs);
}

// The library's own array is requested, too: its address names the array, and it costs nothing until it is realized.
static jvirt_barray_ptr request(
    j_common_ptr jpeg, int pool, boolean is_zero, JDIMENSION blocks, JDIMENSION rows, JDIMENSION at_once) {
  jpeg_coefficients *all = coefficients_of(jpeg);
  if (all->count == MAX_COMPONENTS) ERREXIT(jpeg, JERR_BAD_VIRTUAL_ACCESS);
  jvirt_barray_ptr handle = all->request(jpeg, pool, is_zero, blocks, rows, at_once);
  all->arrays[all->count++] =
      (jpeg_coefficient_array){.handle = handle, .blocks = blocks, .rows = rows, .slots = at_once};
  return handle;
}

void jpeg_coefficients_prepare(j_decompress_ptr jpeg, size_t limit) {
  jpeg_coefficients *all = coefficients_of((j_common_ptr)jpeg);
  *all = (jpeg_coefficients){
      .limit = limit, .request = jpeg->mem->request_virt_barray, .realize = jpeg->mem->realize_virt_arrays};
  jpeg->mem->request_virt_barray = request;
  jpeg->mem->realize_virt_arrays = realize;
  // The environment may limit the library (JPEGMEM); it is limited here.
  jpeg->mem->max_memory_to_use = 0;
}
