#ifndef MOONWIRE_HTTP_REQUEST_LUA_H
#define MOONWIRE_HTTP_REQUEST_LUA_H

#include <lua.h>

#include "http/request.h"

/* Make the class of requests known to the state. */
void request_lua_register(lua_State *L);

/* Push what came before the body, a table. */
void request_lua_push_head(lua_State *L, struct request *request);

/* Pop the head of a new request, and keep an object with it until the request ends. */
void request_lua_attach(lua_State *L, struct request *request);

/* Push the object of a request that was attached. */
void request_lua_push(lua_State *L, struct request *request);

/* Answer with the status, headers and body on the stack from 'index' on. May raise. */
void request_lua_answer(lua_State *L, int index, struct request *request);

#endif
