#ifndef MOONWIRE_CORE_LIBRARY_H
#define MOONWIRE_CORE_LIBRARY_H

#include <lua.h>

/* Offer every host module to 'require', and prepare the state for tasks. */
void library_open(lua_State *L);

int luaopen_host_algorithms(lua_State *L);
int luaopen_host_digest(lua_State *L);
int luaopen_host_editor(lua_State *L);
int luaopen_host_hostkeys(lua_State *L);
int luaopen_host_http(lua_State *L); /* where libmicrohttpd was there to build with */
int luaopen_host_journal(lua_State *L);
int luaopen_host_pattern(lua_State *L);
int luaopen_host_json(lua_State *L);
int luaopen_host_json_writer(lua_State *L);
int luaopen_host_line(lua_State *L);
int luaopen_host_pool(lua_State *L);
int luaopen_host_secret(lua_State *L);
int luaopen_host_server(lua_State *L);
int luaopen_host_ssh(lua_State *L);
int luaopen_host_ssh_config(lua_State *L);
int luaopen_host_tape(lua_State *L);
int luaopen_host_task(lua_State *L);
int luaopen_host_telnet(lua_State *L);
int luaopen_host_term(lua_State *L);
int luaopen_host_text(lua_State *L);
int luaopen_host_wire(lua_State *L);
int luaopen_host_yaml(lua_State *L);

/* Make coroutine.resume and coroutine.wrap let waits through to the scheduler. */
void coroutine_install(lua_State *L);

/* `print`, `io.write` and the method `write` of files, each call in one piece. */
void output_install(lua_State *L);

/* luv on the host's own loop. Loading it is the first 'require "luv"'. */
int luaopen_host_luv(lua_State *L);

#endif
