/*
** greeter.c - the socket is exchanged under libssh's hands: a session begins on one
** end of a socket pair, writes its identification there, and then finds the TCP socket
** under the same number. So our identification travels at once, the first bytes of the
** device are looked at before libssh sees them, libssh's fcntl never takes O_NONBLOCK
** from the real socket, and its first write cannot fail (in 0.10.6 that writes to freed
** memory). All sessions of a loop share the pair: nothing stays in it.
*/
#include "ssh/greeter.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { IDENTIFICATION = 256, ROUNDS = 4 };

bool greeter_open(struct greeter *greeter)
{
  greeter->ends[0] = greeter->ends[1] = -1;
  return socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0,
                    greeter->ends) == 0;
}

void greeter_close(struct greeter *greeter)
{
  for (int i = 0; i < 2; i++) {
    if (greeter->ends[i] >= 0)
      close(greeter->ends[i]);
    greeter->ends[i] = -1;
  }
}

static ssize_t take_identification(ssh_session session, int end, char *text,
                                   size_t size)
{
  for (int round = 0; round < ROUNDS; round++) {
    if (ssh_connect(session) != SSH_AGAIN)
      return -1;
    ssize_t n = recv(end, text, size, MSG_DONTWAIT);
    if (n > 0)
      return n;
  }
  return -1;
}

static enum greeting exchange(const struct greeter *greeter, ssh_session session,
                              int socket_fd, int fd)
{
  char text[IDENTIFICATION];
  ssh_options_set(session, SSH_OPTIONS_FD, &fd);
  ssize_t n = take_identification(session, greeter->ends[1], text, sizeof text);
  if (n < 0 || dup3(socket_fd, fd, O_CLOEXEC) < 0)
    return GREETING_FAILED;
  return send(fd, text, (size_t)n, MSG_NOSIGNAL) == n ? GREETING_SENT : GREETING_LOST;
}

enum greeting greeter_begin(struct greeter *greeter, ssh_session session, int socket_fd,
                            int *fd)
{
  *fd = fcntl(greeter->ends[0], F_DUPFD_CLOEXEC, 0);
  enum greeting greeting = GREETING_NO_DESCRIPTOR;
  if (*fd >= 0)
    greeting = exchange(greeter, session, socket_fd, *fd);
  int error = errno;
  close(socket_fd);
  errno = error;
  return greeting;
}
