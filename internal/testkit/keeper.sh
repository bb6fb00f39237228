#!/bin/sh
# Keeps one PostgreSQL server for all test processes of this machine, and ends
# it when none of them is left. Started by postgres.go, with
#   $1 the directory of PostgreSQL's programs
#   $2 this server's own directory, which is removed at the end
#   $3 its port on 127.0.0.1
#   fd 3 the server's lock: held as long as this script lives
#   fd 4 the users' lock: every test process holds it shared, so it can be had
#        alone only when the last one has ended, however it ended
# It says "ready" on its output once, or why not.
set -eu
bin=$1 dir=$2 port=$3
cd "$dir"
echo $$ >keeper.pid # for who wants to end it by hand

end() {
	trap '' EXIT HUP INT TERM PIPE
	"$bin/pg_ctl" -D data -s -m immediate stop 3>&- 4>&- || true
	cd / && rm -rf "$dir"
	exec 3>&- # before fd 4, so that who is let in next finds the server's lock free
}
trap 'end >/dev/null 2>&1' EXIT
trap 'exit 1' HUP INT TERM PIPE # PIPE: nobody reads the answer any more

# Sort as most installed servers do, by the rules of a language: SQL that leans
# on the order of bytes must fail here and not at somebody's company.
locale=
case $("$bin/initdb" --help) in
*--icu-locale*) locale="--locale-provider=icu --icu-locale=en-US" ;;
esac
# shellcheck disable=SC2086
"$bin/initdb" -D data -U sayline -A scram-sha-256 --pwfile password -E UTF8 $locale --no-sync 3>&- 4>&- >log 2>&1 ||
	{ cat log; exit 1; }
# Durability stays as it is in production (fsync, synchronous_commit), because
# kill tests are about nothing else.
cat >>data/postgresql.conf <<CONF
listen_addresses = '127.0.0.1'
port = $port
unix_socket_directories = ''
max_connections = 200
shared_buffers = 64MB
CONF
"$bin/pg_ctl" -D data -s -w -t 60 -l log start 3>&- 4>&- >/dev/null 2>&1 || { tail -n 20 log; exit 1; }
echo ready
exec >/dev/null 2>&1

flock -x 4 3>&- &
wait $!
