#!/bin/sh
# Runs a command in a network of its own that ends at the loopback interface, and counts what tries to leave it:
#     unshare --net --mount -- sh scripts/loopbackOnly.sh COMMAND [ARG ...]
# The default route leads into `outside`, a cable whose other end nobody answers: whatever is sent there stays in this
# machine and shows in the interface's counter. Names are looked up at 127.0.0.1, where test/support/network.ts listens.
set -eu

ip link set lo up
ip link add outside type veth peer name nowhere
# The kernel's own IPv6 greetings must not be taken for a program's packets.
ip link set outside addrgenmode none
ip link set nowhere addrgenmode none
ip link set nowhere up
ip address add 192.0.2.1/24 dev outside
ip link set outside up
ip route add default dev outside

names="$(mktemp)"
echo 'nameserver 127.0.0.1' > "$names"
mount --bind "$names" /etc/resolv.conf
rm "$names"

PAIRLENS_TEST_OUTSIDE=outside exec "$@"
