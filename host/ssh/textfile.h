#ifndef MOONWIRE_SSH_TEXTFILE_H
#define MOONWIRE_SSH_TEXTFILE_H

#include <stddef.h>

/* A file's text, in memory; all zeros is empty. What returns int returns 0 or errno. */
struct textfile {
  char *bytes;
  size_t length, capacity;
};

int textfile_append(struct textfile *text, const char *bytes, size_t length);

/* Read until the end. EFBIG beyond 256 MiB. */
int textfile_read(struct textfile *text, int fd);

int textfile_write(const struct textfile *text, int fd);

/*
** Put the text in the place of the file that is open as 'fd', with its mode and owner,
** by way of a new file beside it: a crash leaves the old one or the new one, on disk
** when this returns.
*/
int textfile_replace(const struct textfile *text, int fd, const char *path);

void textfile_free(struct textfile *text);

/* What an errno means, in words. */
const char *textfile_reason(int code);

#endif
