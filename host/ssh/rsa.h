#ifndef MOONWIRE_SSH_RSA_H
#define MOONWIRE_SSH_RSA_H

#include <stddef.h>

/*
** An RSA key in OpenSSH's form, not encrypted, as PEM. libssh reads the former without
** what makes signing fast (the exponents of the Chinese remainder theorem): 2.3 ms for
** a login with 2048 bits, and 0.7 ms with them. NULL: it is another key or form, which
** is no error. The text is to be wiped and freed by rsa_free.
*/
char *rsa_pem_of_file(const char *path);
void rsa_free(char *pem);

#endif
