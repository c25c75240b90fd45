#if !__has_include(<png.h>)
#error "libpng's headers are missing: install libpng-dev (Debian, Ubuntu), libpng-devel (Fedora) or libpng from Homebrew (macOS)"
#endif
#include <png.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "CPixels.h"

struct pixels_png {
  png_structp png;
  png_infop info;
  const uint8_t *bytes;
  size_t count, offset;
  char message[128];
};

static void fail(png_structp png, png_const_charp message) {
  pixels_png *reader = png_get_error_ptr(png);
  snprintf(reader->message, sizeof reader->message, "%s", message);
  png_longjmp(png, 1);
}

static void ignore_warning(png_structp png, png_const_charp message) {
  (void)png;
  (void)message;
}

static void read_bytes(png_structp png, png_bytep target, size_t count) {
  pixels_png *reader = png_get_io_ptr(png);
  if (count > reader->count - reader->offset) png_error(png, "the file is cut short");
  memcpy(target, reader->bytes + reader->offset, count);
  reader->offset += count;
}

pixels_png *pixels_png_open(const uint8_t *bytes, size_t count) {
  pixels_png *reader = calloc(1, sizeof *reader);
  if (reader == NULL) return NULL;
  reader->bytes = bytes;
  reader->count = count;
  reader->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, reader, fail, ignore_warning);
  if (reader->png != NULL) reader->info = png_create_info_struct(reader->png);
  if (reader->info == NULL) {
    pixels_png_close(reader);
    return NULL;
  }
  return reader;
}

void pixels_png_close(pixels_png *reader) {
  png_destroy_read_struct(&reader->png, &reader->info, NULL);
  free(reader);
}

// Chunks that do not change what convert("RGB") gives are passed over unread: some of them are
// compressed, and would grow.
static const png_byte passed_over[] =
    "bKGD\0cHRM\0eXIf\0gAMA\0hIST\0iCCP\0iTXt\0oFFs\0pCAL\0pHYs\0sBIT\0sCAL\0sPLT\0sRGB\0tEXt\0"
    "tIME\0tRNS\0zTXt";

// Whether every chunk lies within the file. libpng takes the memory that some chunks state before
// it reads them.
static bool chunks_are_whole(const pixels_png *reader) {
  const size_t overhead = 12;  // length, kind and CRC
  size_t offset = 8;
  while (offset < reader->count) {
    if (reader->count - offset < overhead) return false;
    const size_t length = png_get_uint_32(reader->bytes + offset);
    if (length > reader->count - offset - overhead) return false;
    if (memcmp(reader->bytes + offset + 4, "IEND", 4) == 0) return true;
    offset += overhead + length;
  }
  return false;
}

bool pixels_png_read_header(pixels_png *reader, pixels_png_header *header) {
  png_structp png = reader->png;
  png_infop info = reader->info;
  if (!chunks_are_whole(reader)) {
    snprintf(reader->message, sizeof reader->message, "the file is cut short");
    return false;
  }
  if (setjmp(png_jmpbuf(png))) return false;
  png_set_read_fn(png, reader, read_bytes);
  // The caller limits the product; each side may be anything that the format allows.
  png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  png_set_chunk_cache_max(png, 16);
  png_set_chunk_malloc_max(png, 1 << 20);
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, passed_over, sizeof passed_over / 5);
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_ALWAYS, (png_const_bytep)"acTL", 1);
#if defined(PNG_SET_OPTION_SUPPORTED) && defined(PNG_MAXIMUM_INFLATE_WINDOW)
  // Some programs state a smaller window than their data need.
  png_set_option(png, PNG_MAXIMUM_INFLATE_WINDOW, PNG_OPTION_ON);
#endif
  png_read_info(png, info);

  png_unknown_chunkp animation = NULL;
  header->width = png_get_image_width(png, info);
  header->height = png_get_image_height(png, info);
  header->is_grey16 = png_get_color_type(png, info) == PNG_COLOR_TYPE_GRAY &&
                      png_get_bit_depth(png, info) == 16;
  header->is_animated = png_get_unknown_chunks(png, info, &animation) > 0;
  return true;
}

// Big-endian grey16[count] to rgb[count, 3] in the same place; values above 255 become 255.
static void clip_grey16_in_place(uint8_t *row, size_t count) {
  for (size_t x = count; x-- > 0;) {
    uint8_t grey = row[2 * x] != 0 ? 255 : row[2 * x + 1];
    memset(row + 3 * x, grey, 3);
  }
}

bool pixels_png_read_pixels(pixels_png *reader, uint8_t *rgb) {
  png_structp png = reader->png;
  png_infop info = reader->info;
  if (setjmp(png_jmpbuf(png))) return false;
  const size_t width = png_get_image_width(png, info);
  const size_t height = png_get_image_height(png, info);
  const int color = png_get_color_type(png, info);
  const bool is_grey16 = color == PNG_COLOR_TYPE_GRAY && png_get_bit_depth(png, info) == 16;
  if (!is_grey16) {
    if (color == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png);
    if (color == PNG_COLOR_TYPE_GRAY) png_set_expand_gray_1_2_4_to_8(png);
    if (color & PNG_COLOR_MASK_ALPHA) png_set_strip_alpha(png);
    png_set_strip_16(png);
    png_set_gray_to_rgb(png);
  }
  const int passes = png_set_interlace_handling(png);
  png_read_update_info(png, info);
  if (png_get_rowbytes(png, info) > 3 * width) png_error(png, "the rows have an unexpected size");
  for (int pass = 0; pass < passes; pass++)
    for (size_t y = 0; y < height; y++) png_read_row(png, rgb + y * 3 * width, NULL);
  if (is_grey16)
    for (size_t y = 0; y < height; y++) clip_grey16_in_place(rgb + y * 3 * width, width);
  png_read_end(png, info);
  return true;
}

const char *pixels_png_message(const pixels_png *reader) { return reader->message; }

const char *pixels_png_version(void) { return png_get_libpng_ver(NULL); }
