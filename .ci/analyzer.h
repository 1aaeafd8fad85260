/*
** analyzer.h - what the headers of Lua do not say: these do not return. Only clang-tidy,
** cppcheck and gcc's analyzer read this, in front of each file; programs do without.
*/
#include <lauxlib.h>

#define DOES_NOT_RETURN __attribute__((noreturn))

DOES_NOT_RETURN int lua_error(lua_State *L);
DOES_NOT_RETURN int luaL_error(lua_State *L, const char *format, ...);
DOES_NOT_RETURN int luaL_argerror(lua_State *L, int index, const char *message);
DOES_NOT_RETURN int luaL_typeerror(lua_State *L, int index, const char *type);
