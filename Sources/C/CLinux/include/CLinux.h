#ifndef CLINUX_H
#define CLINUX_H

#include "clinux_process.h"
#include "clinux_network.h"
#include "clinux_system.h"

#endif
