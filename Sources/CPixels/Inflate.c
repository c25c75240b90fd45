#include <string.h>
#include <zlib.h>

#include "CPixels.h"

bool pixels_inflate(
    const uint8_t *bytes, size_t count, uint8_t *result, size_t capacity, size_t *produced) {
  z_stream stream;
  memset(&stream, 0, sizeof stream);
  if (count > UINT32_MAX || capacity > UINT32_MAX || inflateInit(&stream) != Z_OK) return false;
  stream.next_in = (Bytef *)bytes;
  stream.avail_in = (uInt)count;
  stream.next_out = result;
  stream.avail_out = (uInt)capacity;
  const int status = inflate(&stream, Z_SYNC_FLUSH);
  *produced = capacity - stream.avail_out;
  // Z_BUF_ERROR: there was nothing to inflate.
  const bool is_sound = status == Z_STREAM_END || status == Z_OK || status == Z_BUF_ERROR;
  const bool has_all = status == Z_STREAM_END || stream.avail_out > 0;
  inflateEnd(&stream);
  return is_sound && has_all;
}
