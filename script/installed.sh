# shellcheck shell=bash
# What script/install and script/uninstall share; sourced by them, behind env.sh.
#
# Which files are ours is written down: script/install keeps a list,
# $prefix/share/compose/installed, with a line for each file that it put somewhere:
# what the file is (content prints it), a tab, and its path without DESTDIR. A file is
# ours if a line of the list is true of it. A file that was changed since, or that
# another package brought, is not.

prefix=${prefix:-/usr/local}
dest=${DESTDIR:-}
list=$prefix/share/compose/installed

# content FILE prints what the file is: where a link leads to, or checksum and
# length. It prints nothing where there is no file. CRC is enough: who could forge
# a file could write the list, too.
content() {
  if [ -L "$1" ]; then
    printf -- '-> %s\n' "$(readlink "$1")"
  elif [ -f "$1" ]; then
    cksum <"$1"
  elif [ -e "$1" ]; then
    echo "not a file"
  fi
}
