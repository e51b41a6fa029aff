#!/bin/sh
echo "$PWD $(basename "$0") $1 $TONE"
touch /root/script-ran
