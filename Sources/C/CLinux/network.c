#define _GNU_SOURCE
#include "include/clinux_network.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

static int current_namespace(void) { return open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC); }

// A thread that cannot go home would do the rest of its work in somebody else's network.
static void go_home(int home) {
    int error = errno;
    if (setns(home, CLONE_NEWNET) < 0) abort();
    close(home);
    errno = error;
}

static int visit(int network_namespace) {
    int home = current_namespace();
    if (home < 0) return -1;
    if (setns(network_namespace, CLONE_NEWNET) < 0) {
        int error = errno;
        close(home);
        errno = error;
        return -1;
    }
    return home;
}

int clinux_netlink_open(int network_namespace) {
    int home = -1;
    if (network_namespace >= 0 && (home = visit(network_namespace)) < 0) return -1;
    int socket_ = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (socket_ >= 0) {
        int on = 1;
        // The kernel answers at once: a wait means a mistake, and must end.
        struct timeval limit = {.tv_sec = 10};
        setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        setsockopt(socket_, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof on);
        setsockopt(socket_, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &on, sizeof on);
        setsockopt(socket_, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof on);
    }
    if (home >= 0) go_home(home);
    return socket_;
}

int clinux_network_namespace_make(const char *path) {
    int home = current_namespace();
    if (home < 0) return -1;
    int result = unshare(CLONE_NEWNET);
    if (result < 0) {
        int error = errno;
        close(home);
        errno = error;
        return -1;
    }
    result = mount("/proc/thread-self/ns/net", path, NULL, MS_BIND, NULL);
    go_home(home);
    return result;
}

int clinux_network_sysctl_write(int network_namespace, const char *path, const char *text) {
    int home = -1;
    if (network_namespace >= 0 && (home = visit(network_namespace)) < 0) return -1;
    int result = -1;
    int file = open(path, O_WRONLY | O_CLOEXEC);
    if (file >= 0) {
        ssize_t length = (ssize_t)strlen(text);
        result = write(file, text, (size_t)length) == length ? 0 : -1;
        int error = errno;
        close(file);
        errno = error;
    }
    if (home >= 0) go_home(home);
    return result;
}

int clinux_network_namespace_enter(const char *path) {
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return -1;
    int result = setns(descriptor, CLONE_NEWNET);
    int error = errno;
    close(descriptor);
    errno = error;
    return result;
}
