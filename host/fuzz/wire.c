/*
** fuzz/wire.c - arbitrary bytes as a value from another thread. What can be read must
** be packable again, and be as long the second time.
*/
#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

#include "core/host.h"
#include "core/library.h"
#include "core/secret_lua.h"
#include "core/wire.h"
#include "fuzz/target.h"

static void read_back(lua_State *L, const struct wire *wire)
{
  struct wire again, third;
  if (!wire_unpack(L, wire))
    return;
  target_require(wire_pack(L, -1, WIRE_LIMIT, &again) == WIRE_PACKED,
                 "what was read can be packed");
  target_require(wire_unpack(L, &again), "and read again");
  target_require(wire_pack(L, -1, WIRE_LIMIT, &third) == WIRE_PACKED,
                 "and packed again");
  target_require(again.length == third.length &&
                     again.secret_count == third.secret_count,
                 "as long as before");
  wire_drop(&third);
  wire_drop(&again);
}

void wire_target(const uint8_t *data, size_t size)
{
  lua_State *L = luaL_newstate();
  struct wire wire = {0};
  wire.bytes = malloc(size > 0 ? size : 1); /* no more: an overrun shows */
  wire.secrets = calloc(1, sizeof(struct secret *));
  target_require(L != NULL && wire.bytes != NULL && wire.secrets != NULL,
                 "there is memory");
  memcpy(wire.bytes, data, size);
  wire.length = size;
  wire.secrets[wire.secret_count++] = secret_new(NULL, "s", 1);
  luaL_requiref(L, "host.secret", luaopen_host_secret, 0);
  read_back(L, &wire);
  wire_drop(&wire);
  lua_close(L);
}
