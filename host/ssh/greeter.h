#ifndef MOONWIRE_SSH_GREETER_H
#define MOONWIRE_SSH_GREETER_H

#include <libssh/libssh.h>
#include <stdbool.h>

/* One for all the sessions of a loop. */
struct greeter {
  int ends[2];
};

/* False, with errno: no descriptors. */
bool greeter_open(struct greeter *greeter);
void greeter_close(struct greeter *greeter);

enum greeting { GREETING_SENT, GREETING_NO_DESCRIPTOR, GREETING_FAILED, GREETING_LOST };

/*
** Begin SSH on a connected socket: our identification is on its way, and 'fd' is the
** descriptor that the session works on. 'socket_fd' is closed, whatever comes of it.
*/
enum greeting greeter_begin(struct greeter *greeter, ssh_session session, int socket_fd,
                            int *fd);

#endif
