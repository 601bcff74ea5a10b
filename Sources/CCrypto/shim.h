#pragma once
// The one-purpose functions of SHA-256 are deprecated in OpenSSL 3 in favour of its generic interface,
// which brings every algorithm into a static link; these bring that of one.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>
