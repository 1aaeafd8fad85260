#ifndef MOONWIRE_CORE_WIRE_PATH_H
#define MOONWIRE_CORE_WIRE_PATH_H

#include <lua.h>
#include <stddef.h>

/*
** Add one step to a path, as Lua would write it: .name, [3], ["a b"]. The key at
*'index'
** is a boolean, a number or a string. What does not fit is cut and ends in "...".
*/
void wire_path_add(char *path, size_t size, lua_State *L, int index);

#endif
