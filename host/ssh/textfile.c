/*
** textfile.c - whole files in and out. Every return code counts: a full disk that is
** noticed too late is a lost file. Nothing here knows what the text says.
*/
#include "ssh/textfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LARGEST = 256 << 20, LONGEST_PATH = 4096 };

int textfile_append(struct textfile *text, const char *bytes, size_t length)
{
  if (text->capacity - text->length < length) {
    size_t capacity = 2 * text->capacity + length + 4096;
    char *grown = realloc(text->bytes, capacity);
    if (grown == NULL)
      return ENOMEM;
    text->bytes = grown;
    text->capacity = capacity;
  }
  if (length > 0)
    memcpy(text->bytes + text->length, bytes, length);
  text->length += length;
  return 0;
}

int textfile_read(struct textfile *text, int fd)
{
  char bytes[16384];
  for (;;) {
    ssize_t count = read(fd, bytes, sizeof bytes);
    if (count < 0 && errno == EINTR)
      continue;
    if (count < 0)
      return errno;
    if (count == 0)
      return 0;
    if (text->length > LARGEST)
      return EFBIG;
    int code = textfile_append(text, bytes, (size_t)count);
    if (code != 0)
      return code;
  }
}

int textfile_write(const struct textfile *text, int fd)
{
  for (size_t done = 0; done < text->length;) {
    ssize_t count = write(fd, text->bytes + done, text->length - done);
    if (count < 0 && errno == EINTR)
      continue;
    if (count < 0)
      return errno;
    done += (size_t)count;
  }
  return 0;
}

static int take_after(int fd, int old)
{
  struct stat is, was;
  if (fstat(fd, &is) != 0 || fstat(old, &was) != 0)
    return errno;
  if ((is.st_uid != was.st_uid || is.st_gid != was.st_gid) &&
      fchown(fd, was.st_uid, was.st_gid) != 0)
    return errno;
  return fchmod(fd, was.st_mode & 07777) == 0 ? 0 : errno;
}

/* Writes, and closes whatever happens. */
static int fill(const struct textfile *text, int fd, int old)
{
  int code = take_after(fd, old);
  if (code == 0)
    code = textfile_write(text, fd);
  if (code == 0 && fsync(fd) != 0)
    code = errno;
  if (close(fd) != 0 && code == 0)
    code = errno;
  return code;
}

/* A new name is on disk only when its directory is. */
static int sync_directory(const char *path)
{
  char directory[LONGEST_PATH];
  const char *slash = strrchr(path, '/');
  int length = slash == NULL ? 1 : (int)(slash - path) + 1;
  snprintf(directory, sizeof directory, "%.*s", length, slash == NULL ? "." : path);
  int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    return errno;
  int code = fsync(fd) == 0 ? 0 : errno;
  close(fd);
  return code;
}

int textfile_replace(const struct textfile *text, int fd, const char *path)
{
  char beside[LONGEST_PATH];
  int length = snprintf(beside, sizeof beside, "%s.XXXXXX", path);
  if (length < 0 || (size_t)length >= sizeof beside)
    return ENAMETOOLONG;
  int made = mkostemp(beside, O_CLOEXEC);
  if (made < 0)
    return errno;
  int code = fill(text, made, fd);
  if (code == 0 && rename(beside, path) != 0)
    code = errno;
  if (code != 0) {
    unlink(beside);
    return code;
  }
  return sync_directory(path);
}

void textfile_free(struct textfile *text)
{
  free(text->bytes);
  *text = (struct textfile){0};
}

const char *textfile_reason(int code)
{
  const char *reason = strerrordesc_np(code);
  return reason != NULL ? reason : "unknown error";
}
