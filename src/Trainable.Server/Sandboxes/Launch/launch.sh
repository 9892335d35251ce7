#!/bin/sh
# Turns into a sandbox's bubblewrap. The server starts it with an empty environment, and as root in a mount namespace of
# its own:
#
#   launch.sh FILTER USER STAGE [join FILE | stage SOURCE]… -- COMMAND…
#
#   FILTER  the seccomp program; it becomes descriptor 9, since .NET's Process passes on no descriptor but 0, 1 and 2
#   USER    the id to take on when the server is root, or "-"
#   STAGE   with a USER: an empty directory that any user can reach, covered here by a tmpfs
#   join    a cgroup.procs file: joined before anything is forked, so that nothing is left outside the group
#   stage   a file or directory to mount at STAGE/0, STAGE/1, …: USER could not reach it where it lies, because the
#           directories above it are closed to all but root
#
# No argument becomes part of a command's text.
set -eu
umask 022

filter=$1 user=$2 stage=$3
shift 3

[ "$user" = - ] || mount -t tmpfs -o mode=0755,nosuid,nodev,size=64k stage "$stage"

number=0
while [ "$1" != -- ]; do
    case $1 in
        join)
            echo $$ > "$2"
            ;;
        stage)
            if [ -d "$2" ]; then mkdir "$stage/$number"; else : > "$stage/$number"; fi
            mount --bind "$2" "$stage/$number"
            number=$((number + 1))
            ;;
    esac
    shift 2
done
shift

exec 9< "$filter"
if [ "$user" = - ]; then
    exec "$@"
fi
exec setpriv --reuid "$user" --regid "$user" --clear-groups --no-new-privs \
    --inh-caps=-all --ambient-caps=-all --bounding-set=-all -- "$@"
