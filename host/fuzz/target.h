#ifndef MOONWIRE_FUZZ_TARGET_H
#define MOONWIRE_FUZZ_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
** A target takes any bytes and aborts when a promise is broken. Those in C have a file
** each; those of parsers in Lua are spec/fuzz/NAME.lua, which target_script hosts.
*/
typedef void target_run(const uint8_t *data, size_t size);

target_run edit_target, kexinit_target, known_hosts_target, screen_target, scrub_target,
    telnet_target, wire_target;

/* The one of a name, to be called with each input. NULL: there is none. */
target_run *target_open(const char *name);

/* Host the Lua file of that name. False: there is none. */
bool target_script_open(const char *name);
target_run target_script;

/* Abort with these words when a promise is broken. */
_Noreturn void target_break(const char *promise);

static inline void target_require(bool is_so, const char *promise)
{
  if (!is_so)
    target_break(promise);
}

#endif
