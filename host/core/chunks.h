#ifndef MOONWIRE_CORE_CHUNKS_H
#define MOONWIRE_CORE_CHUNKS_H

#include <lua.h>

/*
** The modules that a Lua state has loaded, compiled, for the states of other threads:
** reading and compiling them again is most of what a thread costs. Unchanged once they
** are taken, so any number of threads may read them at once.
*/
struct chunks;

/* From now on 'require' remembers what it compiles. */
void chunks_install(lua_State *L);

/* What was remembered; NULL when memory ran out. Raises nothing. */
struct chunks *chunks_take(lua_State *L);

/* Let 'require' look here before it looks for files; NULL: nothing to look at. They
** stay valid as long as the state. */
void chunks_offer(lua_State *L, struct chunks *chunks);

void chunks_free(struct chunks *chunks);

#endif
