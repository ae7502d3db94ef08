#!/bin/sh
# usage: run_isa.sh ISA PROGRAM: runs the program on that instruction set; 77 (skip) if this machine
# lacks it.
GRADUS_ISA=$1 "$2" -tc='catalog: there is a kernel table' >/dev/null 2>&1 || exit 77
GRADUS_ISA=$1 exec "$2"
