#ifndef MOONWIRE_SSH_LOGIN_LUA_H
#define MOONWIRE_SSH_LOGIN_LUA_H

#include <lua.h>

#include "ssh/client.h"

enum { LOGIN_PINS = 8 };

/* What a login reads, with room for its lists. */
struct login_options {
  struct login login;
  const char *pins[LOGIN_PINS + 1];
  ssh_key keys[LOGIN_KEYS + 1];
  struct login_answer answers[LOGIN_ANSWERS];
};

/*
** Read the table at index 1. Raises when something is wrong with it. The table keeps
** alive what is pointed to.
*/
void login_lua_read(lua_State *L, struct login_options *options);

/* The login, once the options lie where they stay. */
const struct login *login_lua_place(struct login_options *options);

#endif
