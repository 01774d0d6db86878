# Ports mapped by a router, for the tests of port mapping: source this file instead of case.sh.
#
#     mapping_world            anna and build behind nat_a (9.9.0.10, an address that gateways take for public), stranger outside
#     gateway_daemon LINE…     miniupnpd on nat_a, with these lines of configuration besides
#     probe NAME UDP TCP       a node's port mapper by itself; $probe_pid, its output in $lab_dir/NAME.log
#     end_probe NAME           told to end; what it took is $took, in milliseconds
#     ended_in_time            it took no longer than it may
#     mapped_by_router         what the router forwards: "udp 41641 10.1.0.2" a line
#     reaches NAME udp|tcp [ADDRESS STRANGER]   the stranger's packet to port 41641 of 9.9.0.10, or ADDRESS, arrives at the host's
. "$(dirname "${BASH_SOURCE[0]}")/case.sh"
PROBE=${PROBE:-$root/build/asan/tests/port_mapper_probe}

mapping_world() {
    nat_router nat_a 9.9.0.10 10.1.0
    behind anna nat_a 10.1.0 2
    behind build nat_a 10.1.0 3
    host stranger && wire_up stranger 9.9.0.30
    on nat_a nft insert rule ip filter forward ct status dnat accept
    on nat_a nft -f - <<'NFT'
table inet upnp {
    chain forward { }
    chain prerouting { type nat hook prerouting priority dstnat; }
    chain postrouting { type nat hook postrouting priority srcnat; }
}
NFT
}

gateway_daemon() {
    cat >"$lab_dir/miniupnpd.conf" <<'CONF'
ext_ifname=wan0
listening_ip=lan0
upnp_table_name=upnp
upnp_nat_table_name=upnp
upnp_forward_chain=forward
upnp_nat_chain=prerouting
upnp_nat_postrouting_chain=postrouting
uuid=6f1a3c52-0000-4000-8000-000000000001
secure_mode=yes
allow 1024-65535 10.1.0.0/24 1024-65535
deny 0-65535 0.0.0.0/0 0-65535
CONF
    printf '%s\n' "$@" >>"$lab_dir/miniupnpd.conf"
    : >"$lab_dir/miniupnpd.log"
    start_in nat_a "$lab_dir/miniupnpd.log" miniupnpd -d -f "$lab_dir/miniupnpd.conf" -P "$lab_dir/miniupnpd.pid"
    gateway_pid=$started
    until_true 5 grep 'HTTP listening\|Listening for NAT-PMP' "$lab_dir/miniupnpd.log" || fail "miniupnpd does not start" 1
}

end_gateway_daemon() {
    stop_process "$gateway_pid"
    for chain in forward prerouting postrouting; do on nat_a nft flush chain inet upnp "$chain"; done
}

probe() {
    : >"$lab_dir/$1.log"
    start_in "$1" "$lab_dir/$1.log" "$PROBE" "$2" "$3"
    probe_pid=$started
    until_true 10 said "$1" '^ready$' || fail "the probe does not start" 1
}

said() { # NAME PATTERN: a line of the probe
    grep -E -- "$2" "$lab_dir/$1.log" >/dev/null
}

reported() { # NAME PATTERN: has the probe, which is the latest, write its report
    kill -USR1 "$probe_pid" && said "$1" "$2"
}

end_probe() {
    kill "$probe_pid"
    wait "$probe_pid" || fail "the probe of $1 ended with an error" 1
    took=$(sed -n 's/^closed in \([0-9]*\) ms$/\1/p' "$lab_dir/$1.log")
}

# The limit is 500 ms; the rest is for a machine that is busy. Looking for a gateway anew would take 1 s and more.
ended_in_time() { [ "$took" -le 900 ]; }

mapped_by_router() {
    on nat_a nft list chain inet upnp prerouting |
        sed -nE 's/.*0x(11|6) th dport ([0-9]+) dnat ip to ([0-9.]+):.*/\1 \2 \3/p' | sed 's/^11/udp/; s/^6/tcp/'
}

reaches() {
    local target=${3:-9.9.0.10} sender=${4:-9.9.0.30} listener outcome=0
    : >"$lab_dir/heard"
    start_in "$1" "$lab_dir/listener.log" python3 -c '
import socket, sys
udp = sys.argv[1] == "udp"
family = socket.AF_INET6 if ":" in sys.argv[3] else socket.AF_INET
listener = socket.socket(family, socket.SOCK_DGRAM if udp else socket.SOCK_STREAM)
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("", 41641))
if not udp:
    listener.listen()
open(sys.argv[2], "w").write("ready\n")
sender = listener.recvfrom(100)[1] if udp else listener.accept()[1]
open(sys.argv[2], "a").write(sender[0] + "\n")' "$2" "$lab_dir/heard" "$target"
    listener=$started
    until_true 5 grep ready "$lab_dir/heard" || fail "the listener does not start" 1
    on stranger python3 -c '
import socket, sys
udp = sys.argv[1] == "udp"
family = socket.AF_INET6 if ":" in sys.argv[2] else socket.AF_INET
sender = socket.socket(family, socket.SOCK_DGRAM if udp else socket.SOCK_STREAM)
sender.settimeout(2)
sender.connect((sys.argv[2], 41641))
sender.send(b"hello")' "$2" "$target" 2>/dev/null || outcome=$?
    [ "$outcome" = 0 ] && { until_true 2 grep -x "$sender" "$lab_dir/heard" || outcome=1; }
    stop_process "$listener"
    return "$outcome"
}
