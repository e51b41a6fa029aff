#define _GNU_SOURCE
#include "include/clinux_system.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

const char *clinux_error_text(int code) {
    const char *text = strerrordesc_np(code);
    return text ? text : "unknown error";
}

int clinux_pidfd_open(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

int clinux_open_folder(const char *path) { return open(path, O_PATH | O_DIRECTORY | O_CLOEXEC); }

int clinux_accept(int listener) { return accept4(listener, NULL, NULL, SOCK_CLOEXEC); }

int clinux_signalfd(const sigset_t *signals) { return signalfd(-1, signals, SFD_CLOEXEC | SFD_NONBLOCK); }

int clinux_syncfs(int descriptor) { return syncfs(descriptor); }

int clinux_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }

static int unix_address(const char *path, struct sockaddr_un *address, socklen_t *length) {
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    size_t count = strlen(path);
    if (count == 0 || count >= sizeof address->sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(address->sun_path, path, count);
    if (path[0] == '@') address->sun_path[0] = 0;
    *length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + count + (path[0] == '@' ? 0 : 1));
    return 0;
}

static int close_after(int descriptor) {
    int error = errno;
    close(descriptor);
    errno = error;
    return -1;
}

int clinux_unix_connect(const char *path, int type) {
    struct sockaddr_un address;
    socklen_t length;
    if (unix_address(path, &address, &length) < 0) return -1;
    int descriptor = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return -1;
    if (connect(descriptor, (struct sockaddr *)&address, length) < 0) return close_after(descriptor);
    return descriptor;
}

int clinux_unix_bind(const char *path, int type) {
    struct sockaddr_un address;
    socklen_t length;
    if (unix_address(path, &address, &length) < 0) return -1;
    int descriptor = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0) return -1;
    // Only the owner may send to it, from its first moment on.
    if (path[0] != '@') unlink(path);
    mode_t before = umask(0177);
    int result = bind(descriptor, (struct sockaddr *)&address, length);
    umask(before);
    return result < 0 ? close_after(descriptor) : descriptor;
}

int clinux_unix_listen(const char *path, int type, int backlog) {
    int descriptor = clinux_unix_bind(path, type);
    if (descriptor >= 0 && listen(descriptor, backlog) < 0) return close_after(descriptor);
    return descriptor;
}
