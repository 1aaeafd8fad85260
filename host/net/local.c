/*
** local.c - sockets among the files of this machine. Who may connect is decided by the
** mode of the file, before it exists, and who did by the system.
*/
#include "net/local.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { OWNER_ONLY = 0600, BACKLOG = 1024 };

static bool set_address(struct sockaddr_un *address, const char *path)
{
  size_t length = strlen(path);
  memset(address, 0, sizeof *address);
  address->sun_family = AF_UNIX;
  if (length == 0 || length >= sizeof address->sun_path) {
    errno = ENAMETOOLONG;
    return false;
  }
  memcpy(address->sun_path, path, length);
  return true;
}

static int new_socket(void)
{
  return socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

static int give_up(int fd)
{
  int error = errno;
  close(fd);
  errno = error;
  return -1;
}

int local_connect(const char *path)
{
  struct sockaddr_un address;
  if (!set_address(&address, path))
    return -1;
  int fd = new_socket();
  if (fd < 0)
    return -1;
  if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
    return fd;
  return give_up(fd);
}

/* Only what is a socket, ours, and refuses everybody. */
static bool clear_away(const char *path)
{
  struct stat status;
  if (lstat(path, &status) < 0)
    return errno == ENOENT;
  errno = EADDRINUSE;
  if (!S_ISSOCK(status.st_mode) || status.st_uid != geteuid())
    return false;
  int fd = local_connect(path);
  if (fd >= 0) {
    close(fd);
    errno = EADDRINUSE;
    return false;
  }
  return errno == ECONNREFUSED && unlink(path) == 0;
}

int local_listen(const char *path)
{
  struct sockaddr_un address;
  if (!set_address(&address, path) || !clear_away(path))
    return -1;
  int fd = new_socket();
  if (fd < 0)
    return -1;
  /* the file is made with the mode that the socket has: there is no moment before */
  if (fchmod(fd, OWNER_ONLY) == 0 &&
      bind(fd, (struct sockaddr *)&address, sizeof address) == 0 &&
      listen(fd, BACKLOG) == 0)
    return fd;
  return give_up(fd);
}

bool local_peer(int fd, uid_t *user, pid_t *process)
{
  struct ucred who;
  socklen_t length = sizeof who;
  if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &length) < 0)
    return false;
  *user = who.uid;
  *process = who.pid;
  return true;
}
