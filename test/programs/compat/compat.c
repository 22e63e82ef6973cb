// What programs for Unix call and WASI has no meaning for: owners and modes of files, other processes, alarms. Each call
// fails, or does nothing, as on a system without them. err and errx are BSD's.
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int chmod(const char *path, unsigned mode) { (void)path; (void)mode; return 0; }
int fchmod(int fd, unsigned mode) { (void)fd; (void)mode; return 0; }
int fchown(int fd, unsigned owner, unsigned group) { (void)fd; (void)owner; (void)group; return 0; }
unsigned alarm(unsigned seconds) { (void)seconds; return 0; }
FILE *popen(const char *command, const char *mode) { (void)command; (void)mode; errno = ENOSYS; return NULL; }
int system(const char *command) { (void)command; errno = ENOSYS; return -1; }
FILE *tmpfile(void) { errno = ENOSYS; return NULL; }
char *tmpnam(char *name) { (void)name; errno = ENOSYS; return NULL; }
int pclose(FILE *stream) { (void)stream; errno = ENOSYS; return -1; }

static void say(const char *format, va_list args, const char *why) {
    vfprintf(stderr, format, args);
    fprintf(stderr, "%s%s\n", why ? ": " : "", why ? why : "");
}

void err(int status, const char *format, ...) {
    const char *why = strerror(errno);
    va_list args;
    va_start(args, format);
    say(format, args, why);
    va_end(args);
    exit(status);
}

void errx(int status, const char *format, ...) {
    va_list args;
    va_start(args, format);
    say(format, args, NULL);
    va_end(args);
    exit(status);
}
