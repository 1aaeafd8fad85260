/*
** error.c - the one table of error kinds and their words.
*/
#include "core/error.h"

#include <stddef.h>
#include <uv.h>

static const struct {
  const char *kind;
  const char *message;
} words[ERROR_COUNT] = {
    [ERROR_NONE] = {"none", "no error"},
    [ERROR_TIMEOUT] = {"timeout", "no answer in time"},
    [ERROR_CANCELLED] = {"cancelled", "the task was cancelled"},
    [ERROR_CLOSED] = {"closed", "it was closed on this side"},
    [ERROR_DROPPED] = {"dropped", "the other side ended the connection"},
    [ERROR_RESOLVE] = {"resolve", "the name has no address"},
    [ERROR_REFUSED] = {"refused", "the connection was refused"},
    [ERROR_UNREACHABLE] = {"unreachable", "there is no way to this address"},
    [ERROR_PROTOCOL] = {"protocol", "the other side does not speak SSH as it should"},
    [ERROR_ALGORITHM] = {"algorithm", "there is no algorithm that both sides allow"},
    [ERROR_HOSTKEY] = {"hostkey", "the host key is not the one that is known"},
    [ERROR_AUTH] = {"auth", "the login was refused"},
    [ERROR_CHANNEL] = {"channel", "the device refused to open a shell or a command"},
    [ERROR_LIMIT] = {"limit", "there was more output than allowed"},
    [ERROR_JUMP] = {"jump", "the jump host on the way to it is lost"},
    [ERROR_LOCAL] = {"local", "this machine lacks a resource"},
};

const char *error_kind(enum error error)
{
  return words[error].kind;
}

const char *error_message(enum error error)
{
  return words[error].message;
}

enum error error_of_system(int code)
{
  switch (code) {
  case 0:
    return ERROR_NONE;
  case UV_ECONNREFUSED:
    return ERROR_REFUSED;
  case UV_ETIMEDOUT:
    return ERROR_TIMEOUT;
  case UV_ECANCELED:
    return ERROR_CANCELLED;
  case UV_EHOSTUNREACH:
  case UV_ENETUNREACH:
  case UV_EHOSTDOWN:
    return ERROR_UNREACHABLE;
  case UV_ECONNRESET:
  case UV_EPIPE:
  case UV_ECONNABORTED:
  case UV_EOF:
    return ERROR_DROPPED;
  case UV_EAI_NONAME:
  case UV_EAI_AGAIN:
  case UV_EAI_FAIL:
  case UV_EAI_NODATA:
    return ERROR_RESOLVE;
  default:
    return ERROR_LOCAL;
  }
}
