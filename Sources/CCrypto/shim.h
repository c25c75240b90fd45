#ifndef ZOO_CCRYPTO_H
#define ZOO_CCRYPTO_H

#include <openssl/crypto.h>
#include <openssl/evp.h>

#endif
