#ifndef MOONWIRE_TERM_TAPE_TEXT_H
#define MOONWIRE_TERM_TAPE_TEXT_H

#include <stdint.h>

#include "core/bytes.h"

/*
** Append an event as a line of an asciicast: [seconds, "o", "text"]. What is no UTF-8
** is written byte by byte as the lone surrogates DC80 to DCFF, so that a reader can
** give back the very bytes. False: no memory.
*/
bool tape_text_event(struct bytes *line, uint64_t microseconds, char event,
                     const char *text, size_t length);

#endif
