#include <zlib.h>

// The macro passes the header's version and the struct's size, which Swift cannot expand.
// 16 + MAX_WBITS: gzip framing only.
static inline int clusterfile_inflate_gzip_init(z_streamp stream) {
    return inflateInit2(stream, 16 + MAX_WBITS);
}

static inline int clusterfile_deflate_gzip_init(z_streamp stream) {
    return deflateInit2(stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
}
