#ifndef MOONWIRE_NET_LOCAL_H
#define MOONWIRE_NET_LOCAL_H

#include <stdbool.h>
#include <sys/types.h>

/*
** Sockets of this machine that have a place among its files. All are closed at exec and
** never block. What fails sets errno.
*/

/*
** Listen where nobody but this user can connect. A socket that its server has left
** behind is taken away first. -1: EADDRINUSE when somebody listens there already.
*/
int local_listen(const char *path);

/* Connect. -1: ENOENT or ECONNREFUSED: nobody listens; EAGAIN: too many wait. */
int local_connect(const char *path);

/* Who is at the other end, by the system's word. */
bool local_peer(int fd, uid_t *user, pid_t *process);

#endif
