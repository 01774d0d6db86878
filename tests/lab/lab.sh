# A small internet in network namespaces, for scripts that source this file. Everything it makes carries this process's number
# and goes away with the script, however that ends.
#
#     lab_begin                      names, a directory for state ($lab_dir), the trap
#     host NAME                      a namespace
#     wire_up NAME ADDRESS[/LEN]…    puts a host on the internet 203.0.113.0/24, 2001:db8::/64
#     nat_router NAME ADDRESS LAN    a router with masquerade, inbound dropped; its LAN is LAN.0/24, the router LAN.1
#     behind NAME ROUTER LAN N       a host LAN.N behind that router
#     on NAME COMMAND…               runs in the namespace
#     start_in NAME LOG COMMAND…     in the background; $started is its process id
#     stop_process PID               TERM, then KILL after 5 s
#
#   anna ── nat_a ──┐
#                   ├── internet ── server
#   build ── nat_b ─┤
#              nas ─┘

lab_begin() {
    lab=buri$$
    lab_dir=$(mktemp -d "${TMPDIR:-/tmp}/buri-lab.XXXXXX")
    lab_hosts=
    lab_pids=
    trap 'lab_end' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    host internet
    on internet ip link add bridge type bridge
    on internet ip link set bridge up
}

lab_end() {
    trap - EXIT
    trap '' INT TERM HUP
    for pid in $lab_pids; do kill "$pid" 2>/dev/null || true; done
    for pid in $lab_pids; do stop_process "$pid"; done
    for name in $lab_hosts; do
        ip netns pids "$lab-$name" 2>/dev/null | xargs -r kill -9 2>/dev/null || true
        ip netns delete "$lab-$name" 2>/dev/null || true
    done
    rm -rf "$lab_dir"
}

on() {
    local name=$1
    shift
    ip netns exec "$lab-$name" "$@"
}

host() {
    ip netns add "$lab-$1"
    lab_hosts="$1 $lab_hosts"
    on "$1" ip link set lo up
}

# cable HOST_A DEVICE_A HOST_B DEVICE_B
cable() {
    ip link add "$2" netns "$lab-$1" type veth peer name "$4" netns "$lab-$3"
    on "$1" ip link set "$2" up
    on "$3" ip link set "$4" up
}

wire_up() {
    local name=$1 address
    shift
    cable "$name" wan0 internet "to-$name"
    on internet ip link set "to-$name" master bridge
    for address in "$@"; do
        case $address in
        *:*) on "$name" ip addr add "$address/64" dev wan0 nodad ;;
        *) on "$name" ip addr add "$address/24" dev wan0 ;;
        esac
    done
}

nat_router() {
    local name=$1 address=$2 lan=$3
    host "$name"
    wire_up "$name" "$address"
    on "$name" sysctl -qw net.ipv4.ip_forward=1
    on "$name" ip link add lan0 type bridge
    on "$name" ip addr add "$lan.1/24" dev lan0
    on "$name" ip link set lan0 up
    on "$name" nft -f - <<'NFT'
table ip nat {
    chain postrouting {
        type nat hook postrouting priority srcnat
        oifname "wan0" masquerade
    }
}
table ip filter {
    chain input {
        type filter hook input priority filter
        iifname "wan0" ct state new drop
    }
    chain forward {
        type filter hook forward priority filter
        iifname "wan0" ct state new drop
    }
}
NFT
}

behind() {
    local name=$1 router=$2 lan=$3 number=$4
    host "$name"
    cable "$name" lan0 "$router" "to-$name"
    on "$router" ip link set "to-$name" master lan0
    on "$name" ip addr add "$lan.$number/24" dev lan0
    on "$name" ip route add default via "$lan.1"
}

start_in() {
    local name=$1 log=$2
    shift 2
    ip netns exec "$lab-$name" "$@" >"$log" 2>&1 &
    started=$!
    lab_pids="$lab_pids $started"
}

stop_process() {
    local tries=0
    kill "$1" 2>/dev/null || return 0
    while kill -0 "$1" 2>/dev/null && [ "$tries" -lt 50 ]; do
        sleep 0.1
        tries=$((tries + 1))
    done
    kill -9 "$1" 2>/dev/null || true
    wait "$1" 2>/dev/null || true
}

# until_true SECONDS COMMAND…: polls a condition of the outside world, 20 times a second.
until_true() {
    local limit=$(($1 * 20)) tries=0
    shift
    until "$@" >/dev/null 2>&1; do
        tries=$((tries + 1))
        [ "$tries" -lt "$limit" ] || return 1
        sleep 0.05
    done
}
