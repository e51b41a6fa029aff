#ifndef CLINUX_NETWORK_H
#define CLINUX_NETWORK_H

// Before the kernel's headers, which then leave out what the library defines.
#include <netinet/in.h>

#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <stddef.h>
#include <sys/types.h>

// A route netlink socket that lives in the network namespace of a descriptor, or in the caller's for -1; -1 and errno.
// The calling thread is back in its own namespace when it returns.
int clinux_netlink_open(int network_namespace);

// Makes a network namespace and binds it at path, an existing file; -1 and errno. The caller stays where it is.
int clinux_network_namespace_make(const char *path);

// Writes text to a file below /proc/sys as seen in a network namespace; -1 and errno.
int clinux_network_sysctl_write(int network_namespace, const char *path, const char *text);

// Moves the calling thread into the network namespace bound at path; -1 and errno.
int clinux_network_namespace_enter(const char *path);

#endif
