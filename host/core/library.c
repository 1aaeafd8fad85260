/*
** library.c - the list of modules this host offers to Lua. Add yours here.
*/
#include "core/library.h"

#include <lauxlib.h>

#include "core/chunks.h"

static const luaL_Reg modules[] = {
    {"host.algorithms", luaopen_host_algorithms},
    {"host.digest", luaopen_host_digest},
#ifdef MOONWIRE_EDIT
    {"host.editor", luaopen_host_editor},
#endif
    {"host.hostkeys", luaopen_host_hostkeys},
#ifdef MOONWIRE_HTTP
    {"host.http", luaopen_host_http},
#endif
    {"host.journal", luaopen_host_journal},
    {"host.json", luaopen_host_json},
    {"host.json_writer", luaopen_host_json_writer},
    {"host.line", luaopen_host_line},
    {"host.pattern", luaopen_host_pattern},
    {"host.pool", luaopen_host_pool},
    {"host.secret", luaopen_host_secret},
    {"host.server", luaopen_host_server},
    {"host.ssh", luaopen_host_ssh},
    {"host.ssh_config", luaopen_host_ssh_config},
    {"host.tape", luaopen_host_tape},
    {"host.task", luaopen_host_task},
    {"host.telnet", luaopen_host_telnet},
    {"host.term", luaopen_host_term},
    {"host.text", luaopen_host_text},
    {"host.wire", luaopen_host_wire},
    {"host.yaml", luaopen_host_yaml},
    {"luv", luaopen_host_luv},
    {NULL, NULL},
};

void library_open(lua_State *L)
{
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_PRELOAD_TABLE);
  luaL_setfuncs(L, modules, 0);
  lua_pop(L, 1);
  luaL_requiref(L, "host.task", luaopen_host_task, 0);
  luaL_requiref(L, "host.secret", luaopen_host_secret, 0);
  lua_pop(L, 2);
  chunks_install(L);
  coroutine_install(L);
  output_install(L);
}
