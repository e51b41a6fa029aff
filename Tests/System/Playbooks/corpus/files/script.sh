#!/bin/sh
echo "$1 $# $(id -un)" >> /root/script
echo of the script
exit ${2:-0}
