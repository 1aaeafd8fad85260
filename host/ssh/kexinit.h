#ifndef MOONWIRE_SSH_KEXINIT_H
#define MOONWIRE_SSH_KEXINIT_H

#include <stdbool.h>
#include <stddef.h>

#include "ssh/algorithms.h"
#include "ssh/client.h"

/*
** What a server has said at the beginning, in the clear: its identification and, when
** it sent it along, the algorithms that it offers.
*/
enum { KEXINIT_SIZE = 4096 }; /* what libssh reads at once */

/*
** Find the first kind of algorithm that login and server do not share, in the bytes
** that the server sent first. False when they share all, or when the bytes do not tell.
*/
bool kexinit_mismatch(const char *bytes, size_t length, const struct login *login,
                      char *text, size_t size);

/* Names with commas in between, somewhere in the bytes. */
struct kexinit_list {
  const char *at;
  size_t length;
};

/*
** What the server offers, by kind; towards the server where the directions can differ.
** False when the bytes do not tell.
*/
bool kexinit_offers(const char *bytes, size_t length,
                    struct kexinit_list lists[ALGORITHMS_COUNT]);

#endif
