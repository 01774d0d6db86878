# The internet of the reach laboratory: sites, each a router of some class with a node behind it, and the server's host `med` with two
# public addresses. Every way to the internet is a wire of 10 ms, so a round trip between any two is 40 ms. Sourced after lab.sh and
# classes.sh.
#
#     reach_world                 med
#     site NAME NUMBER            a router r_NAME and a node NAME
#     home NAME NUMBER ISP        the same, but its router is a subscriber of an ISP's own NAT, 100.64.0.NUMBER0
#     isp NAME NUMBER CLASS       that NAT
#     set_class NAME CLASS        makes the router what the class says; what it knew is forgotten
#     classify NAME               what an independent STUN client says of it (coturn's), in the words of claim_of
#     counted NAME COUNTER        probes, sent or received
#
#   anna ── r_anna ══10 ms══╗
#                        internet ══10 ms══ med 203.0.113.2, 203.0.113.3
#   build ── r_build ═10 ms═╝
#
# miniupnpd maps nothing for a documentation address: the router of class M has one of 44.0.113.0/24.

reach_delay=${reach_delay-10}
declare -A site_number site_class site_helper site_isp

wire_binary() {
    wire=$root/build/lab/wire
    mkdir -p "$root/build/lab"
    [ "$wire" -nt "$root/tests/lab/wire/wire.cpp" ] && return
    g++ -std=c++20 -O2 -Wall -Wextra -o "$wire.$$" "$root/tests/lab/wire/wire.cpp"
    mv "$wire.$$" "$wire"
}

# long_cable HOST DEVICE OTHER DEVICE [WIRE-OPTION…]; $wire_pid is the process; `wire_set HOST DEVICE OPTION VALUE` changes it
long_cable() {
    local host=$1 device=$2 other=$3 its_device=$4 log=$lab_dir/wire_$1_$2.log
    shift 4
    [ -p "$lab_dir/wire_${host}_$device.set" ] || mkfifo "$lab_dir/wire_${host}_$device.set"
    "$wire" --delay "$reach_delay" "$@" "$lab-$host:$device" "$lab-$other:$its_device" >"$log" 2>&1 <>"$lab_dir/wire_${host}_$device.set" &
    wire_pid=$!
    lab_pids="$lab_pids $wire_pid"
    until_true 5 grep -x ready "$log" || { cat "$log" >&2 && return 1; }
    on "$host" ip link set "$device" up
    on "$other" ip link set "$its_device" up
}

wire_set() { echo "$3 $4" >"$lab_dir/wire_$1_$2.set"; }

# hardware NUMBER: the hardware address of 203.0.113.NUMBER, known to all: an ARP request would take a round trip that no router of the
# internet waits for.
hardware() { printf '02:00:00:00:00:%02x' "$1"; }
# on_the_internet NAME NUMBER: wan0, with the routes, and without addresses
on_the_internet() {
    local name=$1 prefix
    long_cable "$name" wan0 internet "to-$name" --seed "$2"
    on internet ip link set "to-$name" master bridge
    on "$name" ip link set wan0 address "$(hardware "$2")"
    for prefix in 203.0.113.0/24 44.0.113.0/24; do on "$name" ip route add "$prefix" dev wan0; done
    know_all "$name"
}

# know_all NAME: the hardware addresses of med and of every site that there may be, its own apart
know_all() {
    local own number other
    own=$(on "$1" cat /sys/class/net/wan0/address)
    for number in 2 3; do echo "203.0.113.$number 2"; done >"$lab_dir/know_$1"
    for number in $(seq 1 13); do
        for other in "203.0.113.${number}0" "203.0.113.${number}1" "44.0.113.${number}0"; do echo "$other ${number}0"; done
    done >>"$lab_dir/know_$1"
    while read -r other number; do
        [ "$(hardware "$number")" = "$own" ] || echo "neigh replace $other lladdr $(hardware "$number") dev wan0 nud permanent"
    done <"$lab_dir/know_$1" | on "$1" ip -batch -
}

reach_world() {
    wire_binary
    host med
    on_the_internet med 2
    for number in 2 3; do on med ip addr add "203.0.113.$number/32" dev wan0; done
}

site() {
    local name=$1
    host "r_$name"
    on_the_internet "r_$name" "${2}0"
    node_behind "$name" "$2"
}

node_behind() { # NAME NUMBER
    local name=$1
    site_number[$name]=$2
    host "$name"
    cable "r_$name" lan0 "$name" lan0
    on "r_$name" sysctl -qw net.ipv4.ip_forward=1
    whole_packets "$name" lan0
    whole_packets "r_$name" lan0
}

# whole_packets HOST DEVICE: one drop is to lose one packet
whole_packets() { on "$1" ethtool -K "$2" tso off gso off gro off >/dev/null; }

isp() {
    local name=$1
    host "$name"
    on_the_internet "$name" "${2}0"
    on "$name" sysctl -qw net.ipv4.ip_forward=1
    on "$name" ip link add lan0 type bridge
    # What comes in by the bridge is to be routed; destination NAT is not to turn it into a bridged frame.
    on "$name" sysctl -qw net.bridge.bridge-nf-call-iptables=0 2>/dev/null || true
    on "$name" ip link set lan0 up
    on "$name" ip addr add 100.64.0.1/24 dev lan0
    on "$name" ip addr add "203.0.113.${2}0/32" dev wan0
    for prefix in 203.0.113.0/24 44.0.113.0/24; do on "$name" ip route replace "$prefix" dev wan0; done
    know_all "$name"
    router_rules "$3" "203.0.113.${2}0" | on "$name" nft -f -
}

# A home's router has nothing on its link but the ISP, so what one subscriber sends to another is the ISP's to forward.
home() {
    local name=$1
    host "r_$name"
    cable "r_$name" wan0 "$3" "to-$name"
    whole_packets "r_$name" wan0
    whole_packets "$3" "to-$name"
    on "$3" ip link set "to-$name" master lan0
    on "$3" ip link set "to-$name" type bridge_slave isolated on
    node_behind "$name" "$2"
    site_isp[$name]=$3
}

set_class() {
    local name=$1 class=$2 number=${site_number[$1]} wan node prefix
    [ -z "${site_helper[$name]-}" ] || stop_process "${site_helper[$name]}"
    site_helper[$name]=
    site_class[$name]=$class
    wan=203.0.113.${number}0
    [ "$class" != M ] || wan=44.0.113.${number}0
    [ -z "${site_isp[$name]-}" ] || wan=100.64.0.${number}0
    node=10.$number.0.2
    ! is_public "$class" || node=203.0.113.${number}1

    on "r_$name" ip -4 addr flush dev wan0
    on "r_$name" ip addr add "$wan/32" dev wan0
    on "r_$name" ip -4 addr flush dev lan0
    on "$name" ip -4 addr flush dev lan0
    on "r_$name" ip addr add "10.$number.0.1/24" dev lan0
    if [ -n "${site_isp[$name]-}" ]; then
        on "r_$name" ip route replace 100.64.0.1 dev wan0
        on "r_$name" ip route replace default via 100.64.0.1
    else
        for prefix in 203.0.113.0/24 44.0.113.0/24; do on "r_$name" ip route replace "$prefix" dev wan0; done
        know_all "r_$name"
    fi
    if is_public "$class"; then
        on "$name" ip addr add "$node/32" dev lan0
        on "$name" ip route add "10.$number.0.1" dev lan0
        on "r_$name" ip route add "$node" dev lan0
    else
        on "$name" ip addr add "$node/24" dev lan0
    fi
    on "$name" ip route add default via "10.$number.0.1"

    on "r_$name" nft flush ruleset
    router_rules "$class" "$wan" | on "r_$name" nft -f -
    on "r_$name" conntrack -F >/dev/null 2>&1
    case $class in
    M) start_miniupnpd "$name" ;;
    H) start_tinyproxy "$name" ;;
    esac
}

forget_flows() { # NAME: as a router that was restarted, its class kept
    set_class "$1" "${site_class[$1]}"
}

start_miniupnpd() {
    local name=$1 number=${site_number[$1]} file=$lab_dir/miniupnpd_$1.conf
    cat >"$file" <<CONF
ext_ifname=wan0
listening_ip=lan0
enable_natpmp=yes
enable_upnp=yes
secure_mode=yes
upnp_table_name=upnp
upnp_nat_table_name=upnp
upnp_forward_chain=miniupnpd
upnp_nat_chain=prerouting_miniupnpd
upnp_nat_postrouting_chain=postrouting_miniupnpd
uuid=00000000-0000-4000-8000-0000000000$((10 + number))
allow 1024-65535 10.$number.0.0/24 1024-65535
deny 0-65535 0.0.0.0/0 0-65535
CONF
    start_in "r_$name" "$lab_dir/miniupnpd_$name.log" miniupnpd -d -f "$file" -P "$lab_dir/miniupnpd_$name.pid"
    site_helper[$name]=$started
    until_true 5 gateway_maps "$name"
}

# gateway_maps NAME: the gateway answers a NAT-PMP request for its address (RFC 6886 section 3.2) with the result code 0
gateway_maps() {
    on "$1" python3 - "10.${site_number[$1]}.0.1" <<'PYTHON'
import socket, sys
asker = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
asker.settimeout(0.25)
asker.sendto(b"\0\0", (sys.argv[1], 5351))
sys.exit(asker.recv(64)[1:4] != b"\x80\0\0")
PYTHON
}

start_tinyproxy() {
    local name=$1 number=${site_number[$1]} file=$lab_dir/tinyproxy_$1.conf
    cat >"$file" <<CONF
Port 3128
Listen 10.$number.0.1
Timeout 600
MaxClients 100
ConnectPort 443
LogLevel Info
CONF
    start_in "r_$name" "$lab_dir/tinyproxy_$name.log" tinyproxy -d -c "$file"
    site_helper[$name]=$started
    until_true 5 on "$name" bash -c ": <>/dev/tcp/10.$number.0.1/3128"
}

# stun_server: coturn on both addresses, ports 3478 and 3479, UDP and TCP
stun_server() {
    start_in med "$lab_dir/turnserver.log" turnserver -n -S --no-cli --no-tls --no-dtls --simple-log --log-file stdout \
        --listening-ip 203.0.113.2 --listening-ip 203.0.113.3 --relay-ip 203.0.113.2 --pidfile "$lab_dir/turnserver.pid" \
        --userdb "$lab_dir/turn.db"
    until_true 10 on med bash -c ': <>/dev/tcp/203.0.113.3/3478'
}

# tcp_open NAME HOST PORT
tcp_open() { on "$1" timeout 1 bash -c ": <>/dev/tcp/$2/$3" 2>/dev/null; }

# proxy_opens NAME PORT: whether the site's proxy makes a tunnel to that port of med
proxy_opens() {
    local proxy=http://10.${site_number[$1]}.0.1:3128
    [ "$(on "$1" curl -s -m 2 -o /dev/null -w '%{http_connect}' -p -x "$proxy" "http://203.0.113.2:$2/" || true)" = 200 ]
}

# classify NAME: needs stun_server, and something that listens on TCP 443 of med. Three seconds, for silence is an answer too.
classify() {
    local name=$1 node said port=$((20000 + RANDOM))
    node=$(on "$name" ip -4 -o addr show dev lan0 | awk '{ sub("/.*", "", $4); print $4 }')
    said=$lab_dir/classify_$name
    on "$name" timeout 12 turnutils_natdiscovery -f -L "$node" -l "$port" 203.0.113.2 >"$said.filtering" 2>&1 &
    local filtering=$!
    on "$name" timeout 12 turnutils_natdiscovery -m -L "$node" -l "$((port + 1000))" 203.0.113.2 >"$said.mapping" 2>&1 || true
    if ! grep 'reflexive addr' "$said.mapping" >/dev/null; then
        kill "$filtering" 2>/dev/null || true
        echo "udp=blocked $(classify_tcp "$name")"
        return
    fi
    wait "$filtering" || true
    local ports
    ports=$(sed -nE 's/.*reflexive addr: .*:([0-9]+)$/\1/p' "$said.mapping" | tr '\n' ' ')
    local mapping filtered
    mapping=$(dependence Mapping "$said.mapping")
    filtered=$(dependence Filtering "$said.filtering")
    echo "mapping=$mapping filtering=$filtered$([ "$mapping" != port ] || echo " ports=$(order_of $ports)")$(! gateway_maps "$name" 2>/dev/null || echo " gateway=maps")"
}

classify_tcp() {
    local word="tcp=blocked"
    ! tcp_open "$1" 203.0.113.2 3478 || word="tcp=open"
    ! tcp_open "$1" 203.0.113.2 443 && word="$word tls=blocked" || word="$word tls=open"
    if proxy_opens "$1" 443; then
        word="$word proxy=tls"
        ! proxy_opens "$1" 3478 || word="$word,any"
    fi
    echo "$word"
}

# dependence AXIS FILE: what the last verdict of the tool is in one word
dependence() {
    local verdict
    verdict=$(grep -E "NAT with .* $1!" "$2" | tail -n 1)
    [ "$1" != Mapping ] || ! grep -F 'No NAT!' "$2" >/dev/null || verdict="No NAT"
    case $verdict in
    *"No NAT"*) echo none ;;
    *Independent*) echo independent ;;
    *"and Port"*) echo port ;;
    *Address*) echo address ;;
    *) echo unknown ;;
    esac
}

# order_of PORT…: each at most 4 after the one before (others may have taken what is between), or random
order_of() {
    local last=$1 order=sequential
    shift
    for port in "$@"; do
        [ $((port - last)) -ge 1 ] && [ $((port - last)) -le 4 ] || order=random
        last=$port
    done
    echo "$order"
}
